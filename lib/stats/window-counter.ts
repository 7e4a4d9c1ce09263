const WAYS = 8
/** A place is four numbers, so that an event touches one cache line: its key, when it was last seen, its window, and its count there. */
const SEEN = 1
const WINDOW = 2
const CURRENT = 3
const PLACE = 4
const SET = WAYS * PLACE
const GOLDEN_RATIO = 0x9e3779b1
const NOT_FOUND = -1

/**
 * Counts events per key in fixed windows of `windowMs`, for as many keys as `capacity` allows (rounded up to a multiple of 8).
 *
 * One flat table, 8-way set associative: a key lives in one of eight places; when all are taken, the one least recently seen goes. So up to
 * 8 keys always fit, and with half as many keys as places fewer than 1 in 100 is displaced. Keys are 32-bit hashes: keyed ones, or a client
 * can choose whom to displace. Different things with one hash count together.
 *
 * Time: O(1), nothing allocated after construction (measured, keys in random order: 45 ns with 1,000 keys, 175 ns with 1,000,000). Memory:
 * 20 bytes times the capacity. Times are milliseconds on any one clock, from 0. A time before the latest counts as the latest: time does
 * not go back. Counts wrap at 2^32.
 */
export class WindowCounter {
  readonly capacity: number
  readonly windowMs: number
  /** After `increment`: the events of the key's last window if this call closed it, else 0. Read it before the next call. */
  closed = 0
  /** Places taken, also by keys whose windows have passed. */
  size = 0
  /** Keys displaced although their counts still mattered. Growing steadily, it says that `capacity` is too small. */
  evictions = 0
  readonly #table: Uint32Array
  /** Per place, the count in the window before. */
  readonly #previous: Uint32Array
  readonly #sets: number
  #latest = 0
  #tick = 0

  constructor (capacity: number, windowMs: number) {
    if (!(Number.isInteger(capacity) && capacity > 0)) throw new RangeError(`capacity must be a positive integer, got ${capacity}`)
    if (!(windowMs > 0 && windowMs < Infinity)) throw new RangeError(`windowMs must be a finite number above 0, got ${windowMs}`)
    this.windowMs = windowMs
    this.#sets = Math.ceil(capacity / WAYS)
    this.capacity = this.#sets * WAYS
    this.#table = new Uint32Array(this.#sets * SET)
    this.#previous = new Uint32Array(this.capacity)
  }

  /** Events of `key` in the current window, this one included. */
  increment (key: number, at: number): number {
    if (at > this.#latest) this.#latest = at
    const hash = key >>> 0
    const window = this.#windowAt(this.#latest)
    const set = this.#setOf(hash)
    let place = this.#find(hash, set)
    if (place === NOT_FOUND) place = this.#claim(hash, set, window)
    this.#roll(place, window)
    this.#tick = (this.#tick + 1) >>> 0 || 1
    this.#table[place + SEEN] = this.#tick
    return ++this.#table[place + CURRENT]!
  }

  /**
   * Events of `key` in the last `windowMs` up to `at`: the current window and, of the one before, the part that the sliding window still covers,
   * as if its events had been spread evenly. Changes nothing.
   */
  estimate (key: number, at: number): number {
    const hash = key >>> 0
    const place = this.#find(hash, this.#setOf(hash))
    if (place === NOT_FOUND) return 0
    const now = at > this.#latest ? at : this.#latest
    const age = (this.#windowAt(now) - this.#table[place + WINDOW]!) >>> 0
    // Of the remainder, which is exact: a fraction of an epoch's quotient has lost seven digits.
    const covered = 1 - (now % this.windowMs) / this.windowMs
    if (age === 0) return this.#table[place + CURRENT]! + this.#previous[place / PLACE]! * covered
    return age === 1 ? this.#table[place + CURRENT]! * covered : 0
  }

  /** Windows are numbered modulo 2^32; only differences count. */
  #windowAt (at: number): number {
    return Math.floor(at / this.windowMs) >>> 0
  }

  #setOf (hash: number): number {
    const mixed = Math.imul(hash ^ (hash >>> 15), GOLDEN_RATIO) >>> 0
    return Math.floor(mixed * this.#sets / 2 ** 32) * SET
  }

  #find (hash: number, set: number): number {
    const table = this.#table
    for (let place = set; place < set + SET; place += PLACE) {
      if (table[place] === hash && table[place + SEEN] !== 0) return place
    }
    return NOT_FOUND
  }

  /** A free place of the set, or else the one whose key was least recently seen. */
  #claim (hash: number, set: number, window: number): number {
    const table = this.#table
    let oldest = set
    for (let place = set; place < set + SET && table[oldest + SEEN] !== 0; place += PLACE) {
      if (table[place + SEEN] === 0 || this.#idle(place) > this.#idle(oldest)) oldest = place
    }
    if (table[oldest + SEEN] === 0) this.size++
    else if (((window - table[oldest + WINDOW]!) >>> 0) < 2) this.evictions++
    table[oldest] = hash
    table[oldest + WINDOW] = window
    table[oldest + CURRENT] = 0
    this.#previous[oldest / PLACE] = 0
    return oldest
  }

  #idle (place: number): number {
    return (this.#tick - this.#table[place + SEEN]!) >>> 0
  }

  #roll (place: number, window: number): void {
    const table = this.#table
    const age = (window - table[place + WINDOW]!) >>> 0
    this.closed = 0
    if (age === 0) return
    this.closed = table[place + CURRENT]!
    this.#previous[place / PLACE] = age === 1 ? this.closed : 0
    table[place + CURRENT] = 0
    table[place + WINDOW] = window
  }
}
