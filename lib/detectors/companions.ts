import { LinearCounter } from '../stats/linear-counter'
import { BoundedMap } from '../store/bounded-map'
import { finishHash } from '../text/value-shape'

const MOST_VALUES = 2048
const MOST_PAIRS = 4096
/** Sessions that have both of two values, from which that is ordinary, and their share of the sessions that have the commoner one. */
const ENOUGH = 5
const SHARE = 0.01

export interface CompanionsJson { values: [number, number[]][], pairs: [number, number[]][] }

/**
 * Which values ordinarily come together in one session: the devices of an application and its web view, the networks of a carrier's gateways
 * or of an office with two lines, the TLS fingerprints of one browser. A pair is ordinary once five sessions have had both, and one in a hundred of
 * those that have the commoner of the two: a thief's device meets many victims' devices, but few of all that are like theirs (W39).
 *
 * Learned from changes only, so at no cost to most requests. Memory: 2,048 values and 4,096 pairs of about 250 bytes, the one longest unused goes.
 */
export class Companions {
  #values = new BoundedMap<number, LinearCounter>(MOST_VALUES)
  #pairs = new BoundedMap<number, LinearCounter>(MOST_PAIRS)

  /** A session has a value. @param session Keyed hash. */
  meet (value: number, session: number): void { count(this.#values, value >>> 0, session) }

  /** A session has had both. */
  pair (a: number, b: number, session: number): void { count(this.#pairs, pairOf(a, b), session) }

  isOrdinary (a: number, b: number): boolean {
    const together = this.#pairs.get(pairOf(a, b))?.count ?? 0
    if (together < ENOUGH) return false
    return together >= SHARE * Math.max(this.#values.get(a >>> 0)?.count ?? 0, this.#values.get(b >>> 0)?.count ?? 0)
  }

  reset (): void {
    this.#values = new BoundedMap(MOST_VALUES)
    this.#pairs = new BoundedMap(MOST_PAIRS)
  }

  toJSON (): CompanionsJson { return { values: plain(this.#values), pairs: plain(this.#pairs) } }

  restore (json: CompanionsJson): void {
    this.reset()
    this.merge(json)
  }

  merge ({ values, pairs }: CompanionsJson): void {
    add(this.#values, values)
    add(this.#pairs, pairs)
  }
}

function count (map: BoundedMap<number, LinearCounter>, key: number, session: number): void {
  let counter = map.get(key)
  if (counter === undefined) map.set(key, counter = new LinearCounter())
  counter.add(session)
}

function pairOf (a: number, b: number): number { return finishHash(Math.imul(Math.min(a >>> 0, b >>> 0), 0x9e3779b1) ^ Math.max(a >>> 0, b >>> 0)) >>> 0 }

/** Least recently used first, so that they come back in that order. */
function plain (map: BoundedMap<number, LinearCounter>): [number, number[]][] { return [...map.entries()].reverse().map(([key, counter]) => [key, counter.toJSON()]) }

function add (map: BoundedMap<number, LinearCounter>, entries: readonly [number, number[]][]): void {
  for (const [key, json] of entries) {
    const counter = LinearCounter.from(json)
    const known = map.get(key)
    if (known === undefined) map.set(key, counter)
    else known.merge(counter)
  }
}
