import { Signal } from '../signal'
import type { Observation } from '../observation'
import { hashText } from '../text/keyed-hash'
import type { HeaderClients } from './header-clients'
import type { HeaderShape } from './header-shape'
import { HEADER_MISSING } from './header-signals'
import { Newcomers } from './newcomers'

const CERTAIN = 0.01
/** Missing headers of one request that are counted. */
const MOST_MISSING = 8

/** The plain form of a `HeaderBaseline`. */
export interface HeaderBaselineJson {
  samples: number
  /** Names of headers that all requests had; `null` before any. */
  always: string[] | null
}

/**
 * What differs on one route: headers that all of its requests had although not all of the application's have
 * (an authorisation, an idempotency key). Two masks of names; values live with the client classes.
 */
export class HeaderBaseline {
  /** Requests learned. */
  samples = 0
  readonly #clients: HeaderClients
  // Masks of names that every request had, in this half-life and in the one before.
  #alwaysLow = -1
  #alwaysHigh = -1
  #beforeLow = -1
  #beforeHigh = -1
  /** Headers that flagged requests did not have, by bit. */
  #missing: Newcomers | null = null

  readonly #settings: { readonly minSamples: number }

  /** @param settings With `minSamples`, the requests to the route after which a header that all had is missed. */
  constructor (clients: HeaderClients, settings: { readonly minSamples: number }) {
    this.#clients = clients
    this.#settings = settings
  }

  /** Clients are learned over all routes: a route is judged as soon as they are, or as soon as it has enough requests itself. */
  get progress (): number { return Math.max(this.#clients.progress, Math.min(1, this.samples / this.#settings.minSamples)) }

  judge (observation: Observation): void {
    const shape = this.#clients.reader.read(observation.headerNames)
    const requiredLow = this.#alwaysLow & this.#beforeLow
    const requiredHigh = this.#alwaysHigh & this.#beforeHigh
    const { dropped, reader } = this.#clients
    const isStranger = this.#clients.judge(shape, observation)
    const low = requiredLow & ~(shape.low | dropped.low) & (isStranger ? reader.occasionalLow : -1)
    const high = requiredHigh & ~(shape.high | dropped.high) & (isStranger ? reader.occasionalHigh : -1)
    const names = reader.bitNames
    if ((requiredLow & requiredHigh) === -1 || (low | high) === 0 || this.samples < this.#settings.minSamples) return
    for (let bit = 0; bit < names.length; bit++) {
      if (!hasBit(low, high, bit)) continue
      const field = `header.${names[bit]}`
      if (observation.signals?.some((signal) => signal.field === field || signal.field === 'headers')) return
      const isCertain = 1 / (this.samples + 2) < CERTAIN
      observation.add(new Signal(HEADER_MISSING, field, isCertain ? 5 : 3, isCertain ? 50 : 30, this.samples, 'to this route'))
      return
    }
  }

  learn (observation: Observation): void {
    const reader = this.#clients.reader
    for (const name of reader.read(observation.headerNames).names) if (name.counts && name.bit < 0) reader.enrol(name)
    const shape = reader.read(observation.headerNames)
    this.#clients.learn(shape, observation)
    this.samples++
    this.#alwaysLow &= shape.low
    this.#alwaysHigh &= shape.high
  }

  quarantine (observation: Observation, onPromoted: (field: string) => void): void {
    const shape = this.#clients.reader.read(observation.headerNames)
    this.#clients.quarantine(shape, observation, onPromoted)
    if (this.samples >= this.#settings.minSamples) this.#quarantineMissing(shape, observation, onPromoted)
  }

  /** Headers that all requests had and this one has not: enough distinct principals without one, and it need not be there. */
  #quarantineMissing (shape: HeaderShape, { supporter, route }: Observation, onPromoted: (field: string) => void): void {
    const { bitNames } = this.#clients.reader
    const low = this.#alwaysLow & this.#beforeLow & ~shape.low
    const high = this.#alwaysHigh & this.#beforeHigh & ~shape.high
    let left = MOST_MISSING
    for (let bit = 0; bit < bitNames.length && left > 0; bit++) {
      if (!hasBit(low, high, bit)) continue
      left--
      this.#missing ??= new Newcomers()
      if (!this.#missing.noteThing(bit, supporter, this.#clients.settings.promoteAfter)) continue
      if (bit < 32) this.#alwaysLow &= ~(1 << bit)
      else this.#alwaysHigh &= ~(1 << (bit - 32))
      this.#clients.dropped.note(bit, hashText(route.key, 0), this.#clients.settings.promoteAfter)
      onPromoted(`header.${bitNames[bit]}`)
    }
  }

  halve (): void {
    this.#missing = null
    this.samples >>>= 1
    this.#beforeLow = this.#alwaysLow
    this.#beforeHigh = this.#alwaysHigh
    this.#alwaysLow = -1
    this.#alwaysHigh = -1
  }

  /** Adds what another process learned. */
  merge (json: HeaderBaselineJson): void {
    const [low, high] = this.#clients.reader.masksOf(json.always)
    this.samples += json.samples
    this.#alwaysLow &= low
    this.#alwaysHigh &= high
  }

  toJSON (): HeaderBaselineJson { return { samples: this.samples, always: this.#clients.reader.namesOf(this.#alwaysLow & this.#beforeLow, this.#alwaysHigh & this.#beforeHigh) } }

  restore (json: HeaderBaselineJson): void {
    this.samples = json.samples
    ;[this.#alwaysLow, this.#alwaysHigh] = this.#clients.reader.masksOf(json.always)
    this.#beforeLow = -1
    this.#beforeHigh = -1
  }

  describe (): Record<string, unknown> {
    return { required: this.samples === 0 ? [] : this.toJSON().always ?? [] }
  }
}

function hasBit (low: number, high: number, bit: number): boolean { return ((bit < 32 ? low >>> bit : high >>> (bit - 32)) & 1) === 1 }
