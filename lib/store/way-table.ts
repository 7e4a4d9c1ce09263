import { setIndex } from './set-index'

const WAYS = 8

/**
 * Records of as many keys (clients, sessions) as `capacity` allows, rounded up to a multiple of 8: a record is made when its place is first taken, and
 * used again for whoever displaces its key, so that nothing is allocated once the table is full.
 *
 * 8-way set associative: a key lives in one of eight places; when all are taken, the one least recently used goes. Keys are keyed 32-bit hashes; what has
 * one hash shares one record.
 *
 * Time: O(1), about 30 ns. Memory: 16 bytes times the capacity from the start, and a record for each place that was ever taken.
 */
export class WayTable<T extends object> {
  readonly capacity: number
  /** Places taken. */
  size = 0
  /** Keys displaced. */
  evictions = 0
  readonly #keys: Uint32Array
  readonly #used: Uint32Array
  /** Places that were ever taken, in that order. */
  readonly #taken: Uint32Array
  readonly #records: (T | null)[]
  readonly #sets: number
  readonly #make: () => T
  readonly #leave: (record: T) => void
  #tick = 0
  #hand = 0

  /**
   * @param make Makes an empty record.
   * @param leave Told whose record is used for another key now; it empties the record.
   */
  constructor (capacity: number, make: () => T, leave: (record: T) => void) {
    if (!(Number.isInteger(capacity) && capacity > 0)) throw new RangeError(`capacity must be a positive integer, got ${capacity}`)
    this.#sets = Math.ceil(capacity / WAYS)
    this.capacity = this.#sets * WAYS
    this.#keys = new Uint32Array(this.capacity)
    this.#used = new Uint32Array(this.capacity)
    this.#taken = new Uint32Array(this.capacity)
    this.#records = new Array<T | null>(this.capacity).fill(null)
    this.#make = make
    this.#leave = leave
  }

  /** The record of a key, `null` where there is none. Looking uses it not. */
  get (key: number): T | null {
    const hash = key >>> 0
    const set = this.#setOf(hash)
    for (let place = set; place < set + WAYS; place++) if (this.#keys[place] === hash && this.#used[place] !== 0) return this.#records[place] as T
    return null
  }

  /** The record of a key, made or taken from another where there was none. */
  of (key: number): T {
    const hash = key >>> 0
    const set = this.#setOf(hash)
    this.#tick = (this.#tick + 1) >>> 0 || 1
    for (let place = set; place < set + WAYS; place++) {
      if (this.#keys[place] !== hash || this.#used[place] === 0) continue
      this.#used[place] = this.#tick
      return this.#records[place] as T
    }
    return this.#claim(hash, set)
  }

  /** The next record in turn, for work that is spread over requests: `size` calls come by all; `null` where there is none. */
  next (): T | null {
    if (this.size === 0) return null
    if (this.#hand >= this.size) this.#hand = 0
    return this.#records[this.#taken[this.#hand++]!] as T
  }

  #setOf (hash: number): number { return setIndex(hash, this.#sets) * WAYS }

  #claim (hash: number, set: number): T {
    let oldest = set
    for (let place = set; place < set + WAYS && this.#used[oldest] !== 0; place++) {
      if (this.#used[place] === 0 || this.#idle(place) > this.#idle(oldest)) oldest = place
    }
    this.#keys[oldest] = hash
    this.#used[oldest] = this.#tick
    const known = this.#records[oldest]
    if (known !== null && known !== undefined) {
      this.evictions++
      this.#leave(known)
      return known
    }
    this.#taken[this.size++] = oldest
    const record = this.#make()
    this.#records[oldest] = record
    return record
  }

  #idle (place: number): number { return (this.#tick - this.#used[place]!) >>> 0 }
}
