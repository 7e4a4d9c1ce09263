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
  /** Of each set the keys, then when each was used (0: never taken): together one line of a cache. */
  readonly #cells: Uint32Array
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
    this.#cells = new Uint32Array(2 * this.capacity)
    this.#taken = new Uint32Array(this.capacity)
    this.#records = new Array<T | null>(this.capacity).fill(null)
    this.#make = make
    this.#leave = leave
  }

  /** The record of a key, `null` where there is none. Looking uses it not. */
  get (key: number): T | null {
    const hash = key >>> 0
    const set = this.#setOf(hash)
    const way = this.#find(hash, 2 * set)
    return way < 0 ? null : this.#records[set + way] as T
  }

  /** The record of a key, made or taken from another where there was none. */
  of (key: number): T {
    const hash = key >>> 0
    const set = this.#setOf(hash)
    this.#tick = (this.#tick + 1) >>> 0 || 1
    const way = this.#find(hash, 2 * set)
    if (way < 0) return this.#claim(hash, set)
    this.#cells[2 * set + WAYS + way] = this.#tick
    return this.#records[set + way] as T
  }

  /** The next record in turn, for work that is spread over requests: `size` calls come by all; `null` where there is none. */
  next (): T | null {
    if (this.size === 0) return null
    if (this.#hand >= this.size) this.#hand = 0
    return this.#records[this.#taken[this.#hand++]!] as T
  }

  #setOf (hash: number): number { return setIndex(hash, this.#sets) * WAYS }

  /** @param cells Where the set's begin. @returns -1 where it has no place. */
  #find (hash: number, cells: number): number {
    for (let way = 0; way < WAYS; way++) if (this.#cells[cells + way] === hash && this.#cells[cells + WAYS + way] !== 0) return way
    return -1
  }

  #claim (hash: number, set: number): T {
    const cells = 2 * set
    const used = cells + WAYS
    let way = 0
    for (let each = 0; each < WAYS && this.#cells[used + way] !== 0; each++) {
      if (this.#cells[used + each] === 0 || this.#idle(used + each) > this.#idle(used + way)) way = each
    }
    this.#cells[cells + way] = hash
    this.#cells[used + way] = this.#tick
    const oldest = set + way
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

  #idle (cell: number): number { return (this.#tick - this.#cells[cell]!) >>> 0 }
}
