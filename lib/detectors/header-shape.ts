import { RegularityPrior } from '../stats/regularity-prior'
import { withoutLanguages, withoutMediaType, withoutVersions } from '../text/canonical-header'
import type { HeaderNames } from '../text/header-names'
import { hashText } from '../text/keyed-hash'
import { finishHash } from '../text/value-shape'

/** Headers that belong to one connection, hop, cache or trace: their presence says nothing, and of their values only new characters do. */
const PASSING = /^(?:connection|keep-alive|te|trailer|transfer-encoding|upgrade|upgrade-insecure-requests|proxy-.*|content-length|date|if-.*|range|cache-control|pragma|x-request-id|x-correlation-id|traceparent|tracestate|baggage|x-forwarded-(?:for|proto|port)|x-real-ip|forwarded|via|cf-.*|x-amzn-.*|cdn-.*|true-client-ip|age|expect|priority|save-data|dnt|sec-gpc)$/
/** Headers whose values are free to differ (or secret), though their presence counts. */
const FREE = /^(?:host|authorization|x-api-key|x-csrf-token|x-xsrf-token|idempotency-key|referer|origin|:authority)$/
/** Headers of which what differs between ordinary clients or routes is written alike. */
const CANONICAL: ReadonlyMap<string, (value: string) => string> = new Map([['user-agent', withoutVersions], ['accept-language', withoutLanguages], ['content-type', withoutMediaType]])

/** Headers that depend on the request more than on the client: a route may require them, a kind of client does not. */
const OCCASIONAL = /^(?:content-.*|origin|referer|cookie|authorization|x-api-key|x-csrf-token|x-xsrf-token|x-requested-with|idempotency-key|purpose|sec-purpose|sec-fetch-user|sec-websocket-.*|access-control-request-.*|last-event-id)$/

/** How much of a header is looked at. */
export const WHOLE = 2
/** Only characters never seen: values are free or pass by. */
export const CHARACTERS_ONLY = 1
export const NOTHING = 0

/** What one header name means. */
export interface HeaderName {
  readonly name: string
  readonly hash: number
  /** `WHOLE`, `CHARACTERS_ONLY` or `NOTHING`. */
  readonly look: number
  /** Whether its presence counts for the shape. */
  readonly counts: boolean
  readonly isCookie: boolean
  /** Writes values that differ by version or language only alike, before they are looked at; `null` for all other headers. */
  readonly canonical: ((value: string) => string) | null
  /** Number for bit masks, 0 to 63, or -1 where there was no more room. */
  bit: number
}

/** Header names of one request, in order. */
export interface HeaderShape {
  readonly names: readonly HeaderName[]
  /** What it was made at; an older one is made anew. */
  readonly generation: number
  /** Hash of the names that count, in order and with case. */
  readonly order: number
  /** Hash of the same as a set. */
  readonly set: number
  /** Bits of the names that have one, in order. */
  readonly bits: readonly number[]
  /** Hashes of the names that count, as they are written (with case). */
  readonly written: readonly number[]
  /** Masks of the names that have a bit. */
  readonly low: number
  readonly high: number
  /** Positions of cookies. */
  readonly cookies: readonly number[]
  /** Position of the user agent, -1 without one. */
  readonly agent: number
  /** A name sent twice, or `null`. */
  readonly repeated: HeaderName | null
}

/** Names remembered, at the most; the rest are made anew for each request. */
const MAX_NAMES = 512
const BITS = 64

/**
 * Reads what a list of header names means; it is kept with the list, until names get bits. Names are bounded, and lists are (`HeaderLists`).
 */
export class HeaderReader {
  readonly #seed: number
  readonly #ignored: ReadonlySet<string>
  readonly #names = new Map<string, HeaderName>()
  #generation = 0
  #bits = 0
  /** Masks of the names that a client need not send. */
  occasionalLow = 0
  occasionalHigh = 0
  /** How often names that a kind of client always sent at first are always sent later. */
  readonly always = new RegularityPrior()
  /** Names with bits, in the order of the bits. */
  readonly bitNames: string[] = []

  /** @param ignored Lower-case names not looked at at all. */
  constructor (seed: number, ignored: readonly string[]) {
    this.#seed = seed
    this.#ignored = new Set(ignored)
  }

  read (list: HeaderNames): HeaderShape {
    const known = list.shape as HeaderShape | null
    if (known !== null && known.generation === this.#generation) return known
    const shape = this.#make(list.sent)
    list.shape = shape
    return shape
  }

  /** Gives a name a bit for masks, where there is one left; existing shapes are read anew. */
  enrol (name: HeaderName): void {
    if (name.bit >= 0 || this.#bits >= BITS) return
    name.bit = this.#bits++
    this.bitNames.push(name.name)
    if (name.name.length <= 64 && OCCASIONAL.test(name.name)) {
      if (name.bit < 32) this.occasionalLow |= 1 << name.bit
      else this.occasionalHigh |= 1 << (name.bit - 32)
    }
    this.#names.set(name.name, name)
    this.#generation++
  }

  /** The bit of a name; -1 where it has none. */
  bitOf (name: string): number { return this.#names.get(name)?.bit ?? -1 }

  /** Gives the same bits as another process gave. */
  restore (names: readonly string[]): void {
    for (const name of names) this.enrol(this.#nameOf(name))
  }

  /** The names whose bits are set; `null` where all are, that is, where nothing was learned. */
  namesOf (low: number, high: number, bitNames: readonly string[] = this.bitNames): string[] | null {
    if (low === -1 && high === -1) return null
    return bitNames.filter((_, bit) => ((bit < 32 ? low >>> bit : high >>> (bit - 32)) & 1) === 1)
  }

  /** The masks of names, which get bits where there are some left: processes give their bits in different orders. */
  masksOf (names: readonly string[] | null): [low: number, high: number] {
    if (names === null) return [-1, -1]
    this.restore(names)
    let low = 0
    let high = 0
    for (const name of names) {
      const bit = this.#names.get(name)?.bit ?? -1
      if (bit >= 0 && bit < 32) low |= 1 << bit
      else if (bit >= 32) high |= 1 << (bit - 32)
    }
    return [low, high]
  }

  #make (sent: readonly string[]): HeaderShape {
    const names: HeaderName[] = []
    const bits: number[] = []
    const written: number[] = []
    const cookies: number[] = []
    let order = this.#seed
    let set = 0
    let low = 0
    let high = 0
    let repeated: HeaderName | null = null
    for (const raw of sent) {
      const name = this.#nameOf(raw.toLowerCase())
      if (name.counts) {
        if (repeated === null && names.includes(name)) repeated = name
        const hash = hashText(raw, this.#seed)
        written.push(hash)
        order = Math.imul(order ^ hash, 0x01000193)
        set = (set + finishHash(name.hash)) | 0
      }
      if (name.bit >= 0) bits.push(name.bit)
      if (name.bit >= 0 && name.bit < 32) low |= 1 << name.bit
      else if (name.bit >= 32) high |= 1 << (name.bit - 32)
      if (name.isCookie) cookies.push(names.length)
      names.push(name)
    }
    return { names, generation: this.#generation, bits, written, cookies, order: finishHash(order), set: set >>> 0, low, high, agent: names.findIndex((name) => name.name === 'user-agent'), repeated }
  }

  #nameOf (name: string): HeaderName {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    const isPassing = name.length <= 64 && PASSING.test(name)
    const made: HeaderName = {
      name,
      hash: hashText(name, this.#seed),
      look: this.#ignored.has(name) || (name.startsWith(':') && name !== ':authority') ? NOTHING : isPassing || FREE.test(name) ? CHARACTERS_ONLY : WHOLE,
      counts: !isPassing && !this.#ignored.has(name) && !name.startsWith(':'),
      isCookie: name === 'cookie' && !this.#ignored.has('cookie'),
      canonical: CANONICAL.get(name) ?? null,
      bit: -1
    }
    if (this.#names.size >= MAX_NAMES) {
      for (const [key, { bit }] of this.#names) if (bit < 0) this.#names.delete(key)
      this.#generation++
    }
    this.#names.set(name, made)
    return made
  }
}
