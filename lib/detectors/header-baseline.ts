import { Signal } from '../signal'
import type { Observation } from '../observation'
import { clientClass } from '../text/client-class'
import { ClientProfile } from './client-profile'
import type { ClientProfileJson } from './client-profile'
import type { HeaderReader, HeaderShape } from './header-shape'
import { HEADER_MISSING } from './header-signals'
import type { ValueJudge } from './value-judge'

/** Client classes with a profile of their own; further ones are judged by that of all clients. */
const MAX_CLASSES = 64
const CERTAIN = 0.01
/** Requests of a class after which only one in eight is learned: the profile is settled by then, and learning costs more than judging. */
const SAMPLED_FROM = 2048

/** The plain form of `HeaderClients`. */
export interface HeaderClientsJson { names: string[], everyone: ClientProfileJson, classes: Record<string, ClientProfileJson> }

/** What of the header-profiler's options the profiles need. */
export interface HeaderSettings {
  readonly minSamples: number
  readonly promoteAfter: number
}

/**
 * Header profiles of the whole application, one per client class and one for all: header and cookie values belong to the
 * client more than to the route, and kept per route they would cost gigabytes (detection.md). At most 64 classes.
 */
export class HeaderClients {
  readonly reader: HeaderReader
  readonly settings: HeaderSettings
  readonly #judge: ValueJudge
  readonly #seed: number
  #everyone: ClientProfile
  readonly #classes = new Map<number, ClientProfile>()
  #turn = 0

  constructor (reader: HeaderReader, judge: ValueJudge, settings: HeaderSettings) {
    this.reader = reader
    this.settings = settings
    this.#judge = judge
    this.#seed = judge.scan.seed
    this.#everyone = new ClientProfile(judge)
  }

  judge (shape: HeaderShape, names: readonly string[], observation: Observation): void {
    const isFrozen = observation.route.frozen
    const floor = isFrozen ? 1 : this.settings.minSamples
    const everyone = this.#everyone
    if (everyone.n < floor) return
    const own = this.#classes.get(this.#classOf(shape, observation.rawHeaders))
    if (own === undefined || own.n < this.settings.minSamples) {
      everyone.judgeValues(shape, observation.rawHeaders, null, floor, observation)
      return
    }
    own.judgeShape(shape, everyone, names, observation)
    own.judgeValues(shape, observation.rawHeaders, everyone, floor, observation)
  }

  learn (shape: HeaderShape, observation: Observation): void {
    const key = this.#classOf(shape, observation.rawHeaders)
    let own = this.#classes.get(key)
    if (own === undefined && this.#classes.size < MAX_CLASSES) {
      own = new ClientProfile(this.#judge)
      this.#classes.set(key, own)
    }
    this.#turn = (this.#turn + 1) & 7
    if (own !== undefined && own.n >= SAMPLED_FROM && this.#turn !== 0) return
    own?.learn(shape, observation.rawHeaders, observation.principal)
    this.#everyone.learn(shape, observation.rawHeaders, observation.principal)
  }

  quarantine (shape: HeaderShape, observation: Observation, onPromoted: (field: string) => void): void {
    const own = this.#classes.get(this.#classOf(shape, observation.rawHeaders))
    const { promoteAfter } = this.settings
    own?.quarantine(shape, observation.rawHeaders, observation.supporter, promoteAfter, onPromoted)
    this.#everyone.quarantine(shape, observation.rawHeaders, observation.supporter, promoteAfter, onPromoted)
  }

  /** One half-life. */
  halve (): void {
    this.#everyone.halve()
    for (const [key, profile] of this.#classes) {
      profile.halve()
      if (profile.n === 0) this.#classes.delete(key)
    }
  }

  merge (json: HeaderClientsJson): void {
    this.reader.restore(json.names)
    this.#everyone.merge(ClientProfile.from(json.everyone, this.#judge))
    for (const [key, profile] of Object.entries(json.classes)) {
      const theirs = ClientProfile.from(profile, this.#judge)
      const ours = this.#classes.get(Number(key))
      if (ours !== undefined) ours.merge(theirs)
      else if (this.#classes.size < MAX_CLASSES) this.#classes.set(Number(key), theirs)
    }
  }

  toJSON (): HeaderClientsJson {
    const classes: Record<string, ClientProfileJson> = {}
    for (const [key, profile] of this.#classes) classes[key] = profile.toJSON()
    return { names: this.reader.bitNames, everyone: this.#everyone.toJSON(), classes }
  }

  restore (json: HeaderClientsJson): void {
    this.reset()
    this.reader.restore(json.names)
    this.#everyone = ClientProfile.from(json.everyone, this.#judge)
    for (const [key, profile] of Object.entries(json.classes)) this.#classes.set(Number(key), ClientProfile.from(profile, this.#judge))
  }

  reset (): void {
    this.#everyone = new ClientProfile(this.#judge)
    this.#classes.clear()
  }

  describe (): Record<string, unknown> {
    const classes: Record<string, unknown> = {}
    for (const [key, profile] of this.#classes) classes[(key >>> 0).toString(16)] = profile.describe()
    return { everyone: this.#everyone.describe(), classes }
  }

  #classOf (shape: HeaderShape, rawHeaders: readonly string[]): number {
    for (let i = 0; i < shape.names.length; i++) {
      if ((shape.names[i] as { name: string }).name === 'user-agent') return clientClass(rawHeaders[2 * i + 1] as string, this.#seed)
    }
    return 0
  }
}

/** The plain form of a `HeaderBaseline`. */
export interface HeaderBaselineJson { samples: number, always: number[] }

/**
 * What differs on one route: headers that all of its requests had although not all of the application's have
 * (an authorisation, an idempotency key). Two masks of names; values live with the client classes.
 */
export class HeaderBaseline {
  /** Requests learned. */
  samples = 0
  readonly #clients: HeaderClients
  #alwaysLow = -1
  #alwaysHigh = -1

  constructor (clients: HeaderClients) { this.#clients = clients }

  judge (observation: Observation): void {
    const shape = this.#clients.reader.read(observation.rawHeaders)
    const low = this.#alwaysLow & ~shape.low
    const high = this.#alwaysHigh & ~shape.high
    const names = this.#clients.reader.bitNames
    this.#clients.judge(shape, names, observation)
    if ((low | high) === 0 || this.samples < 50) return
    for (let bit = 0; bit < names.length; bit++) {
      if (((bit < 32 ? low >>> bit : high >>> (bit - 32)) & 1) === 0) continue
      const field = `header.${names[bit]}`
      if (observation.signals?.some((signal) => signal.field === field)) return
      const isCertain = 1 / (this.samples + 2) < CERTAIN
      observation.add(new Signal(HEADER_MISSING, field, isCertain ? 5 : 3, isCertain ? 50 : 30, this.samples, 'to this route'))
      return
    }
  }

  learn (observation: Observation): void {
    const reader = this.#clients.reader
    for (const name of reader.read(observation.rawHeaders).names) if (name.counts && name.bit < 0) reader.enrol(name)
    const shape = reader.read(observation.rawHeaders)
    this.#clients.learn(shape, observation)
    this.samples++
    this.#alwaysLow &= shape.low
    this.#alwaysHigh &= shape.high
  }

  quarantine (observation: Observation, onPromoted: (field: string) => void): void {
    this.#clients.quarantine(this.#clients.reader.read(observation.rawHeaders), observation, onPromoted)
  }

  halve (): void {
    this.samples >>>= 1
    this.#alwaysLow = -1
    this.#alwaysHigh = -1
  }

  /** Adds what another process learned. Both must have given the same bits to names. */
  merge (json: HeaderBaselineJson): void {
    this.samples += json.samples
    this.#alwaysLow &= json.always[0] ?? -1
    this.#alwaysHigh &= json.always[1] ?? -1
  }

  toJSON (): HeaderBaselineJson { return { samples: this.samples, always: [this.#alwaysLow, this.#alwaysHigh] } }

  restore (json: HeaderBaselineJson): void {
    this.samples = json.samples
    ;[this.#alwaysLow = -1, this.#alwaysHigh = -1] = json.always
  }

  describe (): Record<string, unknown> {
    const required = this.#clients.reader.bitNames.filter((_, bit) => ((bit < 32 ? this.#alwaysLow >>> bit : this.#alwaysHigh >>> (bit - 32)) & 1) === 1)
    return { required: this.samples === 0 ? [] : required }
  }
}
