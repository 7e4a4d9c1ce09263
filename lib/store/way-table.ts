import { WayIndex } from './way-index'

/**
 * Records of as many keys (clients, sessions) as `capacity` allows: a record is made when its place is first taken, and used again for whoever displaces its key, so that
 * nothing is allocated once the table is full. Which key has which place, and which one goes: `WayIndex`.
 *
 * Time: O(1), about 30 ns. Memory: 20 bytes times the capacity from the start, and a record for each place that was ever taken.
 */
export class WayTable<T extends object> {
  readonly #index: WayIndex
  readonly #records: (T | null)[]
  readonly #make: () => T

  /**
   * @param capacity Rounded up to a multiple of 8.
   * @param make Makes an empty record.
   * @param leave Told whose record is used for another key now; it empties the record.
   */
  constructor (capacity: number, make: () => T, leave: (record: T) => void) {
    this.#index = new WayIndex(capacity, (place) => leave(this.#records[place] as T))
    this.#records = new Array<T | null>(this.#index.capacity).fill(null)
    this.#make = make
  }

  get capacity (): number { return this.#index.capacity }
  /** Places taken. */
  get size (): number { return this.#index.size }
  /** Keys displaced. */
  get evictions (): number { return this.#index.evictions }

  /** The record of a key, `null` where there is none. Looking uses it not. */
  get (key: number): T | null {
    const place = this.#index.get(key)
    return place < 0 ? null : this.#records[place] as T
  }

  /** The record of a key, made or taken from another where there was none. */
  of (key: number): T {
    const place = this.#index.of(key)
    return this.#records[place] ?? (this.#records[place] = this.#make())
  }

  /** The next record in turn, for work that is spread over requests: `size` calls come by all; `null` where there is none. */
  next (): T | null {
    const place = this.#index.next()
    return place < 0 ? null : this.#records[place] as T
  }
}
