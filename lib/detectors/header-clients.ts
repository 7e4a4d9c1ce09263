import { Signal } from '../signal'
import type { Observation } from '../observation'
import type { RegularityPriorJson } from '../stats/regularity-prior'
import { StringMemo } from '../store/string-memo'
import { clientClass, namesProgram } from '../text/client-class'
import { ClientProfile } from './client-profile'
import type { ClientProfileJson } from './client-profile'
import { DroppedHeaders } from './dropped-headers'
import type { HeaderReader, HeaderShape } from './header-shape'
import { HEADER_REPEATED, HEADER_VALUE } from './header-signals'
import type { ValueJudge } from './value-judge'

/** Client classes with a profile of their own; further ones are judged by that of all clients. */
const MAX_CLASSES = 64
/** Characters at a user agent's end in which versions differ. */
const AGENT_TAIL = 24
/** Chance of a kind of client never seen, from which on one says little by being new: it makes many requests, and each would alarm. */
const KNOWN_KINDS = 0.001
/** Score from which one finding flags alone, and what of a weaker one counts beside another. */
const FLAGGED = 50
const SHARE = 0.25
/** What the names of headers are worth, at the most, where kinds of clients still come. */
const WEAK = 35
/** Requests of a class from which on it is taught by one in sixteen of those that teach: it learns on all routes at once. */
const WELL_TAUGHT = 512

/** The plain form of `HeaderClients`. */
export interface HeaderClientsJson {
  names: string[]
  everyone: ClientProfileJson
  classes: Record<string, ClientProfileJson>
  /** How often names always sent stayed so; missing from what was written before. */
  always?: RegularityPriorJson
}

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
  /** Headers that clients have ceased to send. */
  readonly dropped: DroppedHeaders
  readonly #judge: ValueJudge
  readonly #seed: number
  readonly #agents = new StringMemo<number>(256, AGENT_TAIL)
  #everyone: ClientProfile
  readonly #classes = new Map<number, ClientProfile>()

  constructor (reader: HeaderReader, judge: ValueJudge, settings: HeaderSettings) {
    this.reader = reader
    this.dropped = new DroppedHeaders(reader)
    this.settings = settings
    this.#judge = judge
    this.#seed = judge.scan.seed
    this.#everyone = new ClientProfile(judge)
  }

  /** Share of `minSamples` that the application's clients have been learned from. */
  get progress (): number { return Math.min(1, this.#everyone.n / this.settings.minSamples) }

  /** @returns Whether the client may well be of a kind not known: what other kinds always send, it need not. */
  judge (shape: HeaderShape, observation: Observation): boolean {
    const isFrozen = observation.route.frozen
    const floor = isFrozen ? 1 : this.settings.minSamples
    const everyone = this.#everyone
    if (everyone.n < floor) return false
    everyone.judgeCookies(shape, observation.rawHeaders, floor, observation)
    const own = this.#classes.get(this.#classOf(shape, observation.rawHeaders))
    if (own === undefined || own.n < this.settings.minSamples || !own.isEstablished) {
      const isOfUnseenKind = own !== undefined || (this.#unseenKinds() >= KNOWN_KINDS && (shape.agent < 0 || namesProgram(observation.rawHeaders[2 * shape.agent + 1] as string)))
      this.#judgeStranger(shape, own ?? null, isOfUnseenKind, floor, observation)
      return isOfUnseenKind
    }
    own.judgeShape(shape, everyone, this.reader, observation)
    const before = observation.signals?.length ?? 0
    own.judgeValues(shape, observation.rawHeaders, everyone, everyone, false, floor, observation)
    // One program writes all of them: another platform shows in several headers at once.
    if (observation.signals !== null && observation.signals.length > before + 1) unite(observation.signals, before)
    return false
  }

  /** A client of a kind that is not known well: what differs from all other clients is one cause, however many headers show it. */
  #judgeStranger (shape: HeaderShape, own: ClientProfile | null, isOfUnseenKind: boolean, floor: number, observation: Observation): void {
    const before = observation.signals?.length ?? 0
    const everyone = this.#everyone
    if (own === null || own.n < this.settings.minSamples) everyone.judgeNames(shape, everyone, this.reader, observation)
    else own.judgeShape(shape, everyone, this.reader, observation)
    if (isOfUnseenKind && own === null && observation.signals !== null) weaken(observation.signals, before)
    if (shape.agent < 0) everyone.judgeAnonymous(own === null ? 0 : own.n, observation)
    everyone.judgeValues(shape, observation.rawHeaders, own, everyone, isOfUnseenKind, floor, observation)
    const { signals } = observation
    if (signals === null || signals.length - before < 2) return
    let kept = before
    let strongest: Signal | null = null
    for (let i = before; i < signals.length; i++) {
      const signal = signals[i] as Signal
      if (signal.risk >= FLAGGED) signals[kept++] = signal
      else if (strongest === null || signal.risk > strongest.risk) strongest = signal
    }
    signals.length = kept
    if (strongest !== null) signals.push(strongest)
  }

  /** Whether it is the kind of client that decides about a header, not the route: other kinds always sent it there, and this one, which is known, has never sent it anywhere. */
  isKindsOwn (shape: HeaderShape, rawHeaders: readonly string[], bit: number): boolean {
    const { reader } = this
    if (((bit < 32 ? reader.occasionalLow >>> bit : reader.occasionalHigh >>> (bit - 32)) & 1) === 1) return false
    const own = this.#classes.get(this.#classOf(shape, rawHeaders))
    return own !== undefined && own.n >= this.settings.minSamples && !own.sends(reader.hashOf(bit))
  }

  /** Estimated chance that an ordinary client is of a kind never seen: from the kinds of which one client is known. However much a client asks, it is of one kind. */
  #unseenKinds (): number {
    if (this.#classes.size >= MAX_CLASSES) return 1
    let once = 0
    for (const profile of this.#classes.values()) if (profile.clients < 2) once++
    return (once + 1) / (this.#everyone.clients + 2)
  }

  learn (shape: HeaderShape, observation: Observation): void {
    const key = this.#classOf(shape, observation.rawHeaders)
    let own = this.#classes.get(key)
    if (own === undefined && this.#classes.size < MAX_CLASSES) {
      own = new ClientProfile(this.#judge)
      this.#classes.set(key, own)
    }
    if (own !== undefined && own.n >= WELL_TAUGHT && !observation.route.samples()) return
    const { rawHeaders, principal } = observation
    this.#everyone.learn(shape, rawHeaders, principal, this.#everyone.isSeveral, own ?? null)
    own?.noteAlways(shape, this.reader)
    this.#everyone.learnCookies(shape, rawHeaders, principal)
  }

  quarantine (shape: HeaderShape, observation: Observation, onPromoted: (field: string) => void): void {
    const own = this.#classes.get(this.#classOf(shape, observation.rawHeaders))
    const { promoteAfter } = this.settings
    own?.quarantine(shape, observation.rawHeaders, observation.supporter, promoteAfter, this.reader, false, onPromoted)
    this.#everyone.quarantine(shape, observation.rawHeaders, observation.supporter, promoteAfter, this.reader, true, onPromoted)
    this.#everyone.quarantineCookies(shape, observation.rawHeaders, observation.supporter, promoteAfter, onPromoted)
  }

  /** One half-life. */
  halve (): void {
    this.dropped.halve()
    this.#everyone.halve()
    for (const [key, profile] of this.#classes) {
      profile.halve()
      if (profile.n === 0) this.#classes.delete(key)
    }
  }

  merge (json: HeaderClientsJson): void {
    this.reader.restore(json.names)
    if (json.always !== undefined) this.reader.always.merge(json.always)
    this.#everyone.merge(this.#profileFrom(json.everyone, json.names))
    for (const [key, profile] of Object.entries(json.classes)) {
      const theirs = this.#profileFrom(profile, json.names)
      const ours = this.#classes.get(Number(key))
      if (ours !== undefined) ours.merge(theirs)
      else if (this.#classes.size < MAX_CLASSES) this.#classes.set(Number(key), theirs)
    }
  }

  toJSON (): HeaderClientsJson {
    const classes: Record<string, ClientProfileJson> = {}
    for (const [key, profile] of this.#classes) classes[key] = profile.toJSON()
    return { names: this.reader.bitNames, everyone: this.#everyone.toJSON(), classes, always: this.reader.always.toJSON() }
  }

  restore (json: HeaderClientsJson): void {
    this.reset()
    this.reader.restore(json.names)
    if (json.always !== undefined) this.reader.always.merge(json.always)
    this.#everyone = this.#profileFrom(json.everyone, json.names)
    for (const [key, profile] of Object.entries(json.classes)) this.#classes.set(Number(key), this.#profileFrom(profile, json.names))
  }

  reset (): void {
    this.reader.always.reset()
    this.dropped.reset()
    this.#everyone = new ClientProfile(this.#judge)
    this.#classes.clear()
  }

  describe (): Record<string, unknown> {
    const classes: Record<string, unknown> = {}
    for (const [key, profile] of this.#classes) classes[(key >>> 0).toString(16)] = profile.describe()
    return { everyone: this.#everyone.describe(), classes }
  }

  /** A profile of another process, whose bits follow the order of its own `names`. */
  #profileFrom (json: ClientProfileJson, names: readonly string[]): ClientProfile {
    return ClientProfile.from(json, this.#judge, (bit) => bit < names.length ? this.reader.bitOf(names[bit] as string) : -1)
  }

  #classOf (shape: HeaderShape, rawHeaders: readonly string[]): number {
    if (shape.agent < 0) return 0
    const agent = rawHeaders[2 * shape.agent + 1] as string
    const known = this.#agents.get(agent)
    if (known !== undefined) return known
    const made = clientClass(agent, this.#seed)
    this.#agents.set(agent, made)
    return made
  }
}

/** Of weak findings about the values of several headers the strongest counts, the others a quarter. */
function unite (signals: readonly Signal[], from: number): void {
  let strongest: Signal | null = null
  for (let i = from; i < signals.length; i++) {
    const signal = signals[i] as Signal
    if (signal.kind !== HEADER_VALUE || signal.risk >= FLAGGED) continue
    if (strongest === null) strongest = signal
    else if (signal.risk <= strongest.risk) signal.risk *= SHARE
    else {
      strongest.risk *= SHARE
      strongest = signal
    }
  }
}

/** What is no more than another program's way of writing headers does not flag; none writes one twice. */
function weaken (signals: readonly Signal[], from: number): void {
  for (let i = from; i < signals.length; i++) {
    const signal = signals[i] as Signal
    if (signal.kind !== HEADER_REPEATED) signal.risk = Math.min(signal.risk, WEAK)
  }
}
