import { setIndex } from './set-index'

const WAYS = 8

/**
 * Which place each of many keys (clients, sessions) has, as long as there is room: 8-way set associative, a key lives in one of eight places; when all are taken, the one
 * least recently used goes. Keys are keyed 32-bit hashes; what has one hash shares one place.
 *
 * Time: O(1), about 20 ns: a set is one line of a cache. Memory: 12 bytes times the capacity.
 */
export class WayIndex {
  /** Places, numbered from 0: a multiple of 8. */
  readonly capacity: number
  /** Places taken. */
  size = 0
  /** Keys displaced. */
  evictions = 0
  /** Of each set the keys, then when each was used (0: never taken). */
  readonly #cells: Uint32Array
  /** Places that were ever taken, in that order. */
  readonly #taken: Uint32Array
  readonly #sets: number
  readonly #leave: (place: number) => void
  #tick = 0
  #hand = 0

  /** @param capacity Rounded up to a multiple of 8. @param leave Told which place is used for another key now. @throws RangeError Where the capacity is no positive integer. */
  constructor (capacity: number, leave: (place: number) => void) {
    if (!(Number.isInteger(capacity) && capacity > 0)) throw new RangeError(`capacity must be a positive integer, got ${capacity}`)
    this.#sets = Math.ceil(capacity / WAYS)
    this.capacity = this.#sets * WAYS
    this.#cells = new Uint32Array(2 * this.capacity)
    this.#taken = new Uint32Array(this.capacity)
    this.#leave = leave
  }

  /** The place of a key, -1 where there is none. Looking uses it not. */
  get (key: number): number {
    const hash = key >>> 0
    const set = setIndex(hash, this.#sets) * WAYS
    const way = this.#find(hash, 2 * set)
    return way < 0 ? -1 : set + way
  }

  /** The place of a key, which is given one where there was none. */
  of (key: number): number {
    const hash = key >>> 0
    const set = setIndex(hash, this.#sets) * WAYS
    this.#tick = (this.#tick + 1) >>> 0 || 1
    const way = this.#find(hash, 2 * set)
    if (way < 0) return set + this.#claim(hash, set)
    this.#cells[2 * set + WAYS + way] = this.#tick
    return set + way
  }

  /** The next place in turn, for work that is spread over requests: `size` calls come by all; -1 where there is none. */
  next (): number {
    if (this.size === 0) return -1
    if (this.#hand >= this.size) this.#hand = 0
    return this.#taken[this.#hand++]!
  }

  /** @param cells Where the set's begin. @returns -1 where it has no place. */
  #find (hash: number, cells: number): number {
    for (let way = 0; way < WAYS; way++) if (this.#cells[cells + way] === hash && this.#cells[cells + WAYS + way] !== 0) return way
    return -1
  }

  #claim (hash: number, set: number): number {
    const used = 2 * set + WAYS
    let way = 0
    for (let each = 0; each < WAYS && this.#cells[used + way] !== 0; each++) {
      if (this.#cells[used + each] === 0 || this.#idle(used + each) > this.#idle(used + way)) way = each
    }
    const isTaken = this.#cells[used + way] !== 0
    this.#cells[2 * set + way] = hash
    this.#cells[used + way] = this.#tick
    if (isTaken) {
      this.evictions++
      this.#leave(set + way)
    } else this.#taken[this.size++] = set + way
    return way
  }

  #idle (cell: number): number { return (this.#tick - this.#cells[cell]!) >>> 0 }
}
