import { bitsFromText, bitsToText } from './bit-text'

/** The plain form of a `RotatingFilter`. */
export interface RotatingFilterJson { capacity: number, held: number, newer: string, older: string }

/** Bits for each item: with four hashes a false "seen" for 1 in 40 when a generation is full. */
const BITS = 8
const HASHES = 4

/**
 * Remembers which 32-bit hashes were seen lately, in bounded memory: two Bloom filters, of which the newer takes all in until it holds
 * `capacity` items, then becomes the older one. What is seen again moves to the newer, so that what goes on being used is never
 * forgotten, and a flood of new items (W59) costs the rest nothing but one generation.
 *
 * Memory: 2 · capacity bytes. Time: O(1). A new item is taken for a known one in at most 5 % of cases (both generations full), a known one that
 * was seen within the last `capacity` new ones is never taken for new.
 *
 * Source: B. H. Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 13, 1970.
 */
export class RotatingFilter {
  readonly capacity: number
  /** Items taken in by the newer generation. */
  held = 0
  #newer: Uint32Array
  #older: Uint32Array
  readonly #mask: number

  /** @param capacity A power of two, at least 8. @throws RangeError Where it is not. */
  constructor (capacity: number) {
    if (!(capacity >= 8) || (capacity & (capacity - 1)) !== 0) throw new RangeError(`capacity must be a power of two from 8, got ${capacity}`)
    this.capacity = capacity
    this.#mask = capacity * BITS - 1
    this.#newer = new Uint32Array(capacity * BITS / 32)
    this.#older = new Uint32Array(capacity * BITS / 32)
  }

  /** Notes a hash. @returns Whether it had been seen. */
  see (hash: number): boolean {
    if (this.#has(this.#newer, hash)) return true
    const wasSeen = this.#has(this.#older, hash)
    if (this.held >= this.capacity) {
      const oldest = this.#older
      this.#older = this.#newer
      this.#newer = oldest.fill(0)
      this.held = 0
    }
    const step = stepOf(hash)
    for (let i = 0, bit = hash; i < HASHES; i++, bit = (bit + step) | 0) {
      const at = bit & this.#mask
      this.#newer[at >>> 5] = (this.#newer[at >>> 5] as number) | (1 << (at & 31))
    }
    this.held++
    return wasSeen
  }

  /** Forgets everything. */
  clear (): void {
    this.#newer.fill(0)
    this.#older.fill(0)
    this.held = 0
  }

  toJSON (): RotatingFilterJson {
    return { capacity: this.capacity, held: this.held, newer: bitsToText(this.#newer), older: bitsToText(this.#older) }
  }

  /**
   * Takes in what another filter of the same capacity and hashes has seen: afterwards all is known that either knew.
   * @returns Whether it could; not with another capacity.
   */
  merge (json: RotatingFilterJson): boolean {
    if (json.capacity !== this.capacity) return false
    bitsFromText(json.newer, this.#newer)
    bitsFromText(json.older, this.#older)
    this.held = Math.min(this.capacity, this.held + json.held)
    return true
  }

  #has (bits: Uint32Array, hash: number): boolean {
    const step = stepOf(hash)
    for (let i = 0, bit = hash; i < HASHES; i++, bit = (bit + step) | 0) {
      const at = bit & this.#mask
      if (((bits[at >>> 5] as number) & (1 << (at & 31))) === 0) return false
    }
    return true
  }
}

/** Second hash, odd (A. Kirsch and M. Mitzenmacher, "Less hashing, same performance", 2006). */
function stepOf (hash: number): number {
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 7) | 1
}
