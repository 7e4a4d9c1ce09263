export interface EventPage<T> {
  items: T[]
  /** The items' sequence numbers, in the same order. */
  sequences: number[]
  /** The next page's `before`; null when nothing older matches. */
  next: number | null
}

/**
 * The last `capacity` events. Each is numbered in order of arrival, from 1, and keeps its number; the newest replaces the oldest.
 *
 * `push` and `get` O(1), `newest` O(capacity) at worst. Memory grows with the events, to `capacity` references.
 */
export class EventRing<T> {
  readonly capacity: number
  /** Events ever pushed; also the newest one's sequence number. */
  total = 0
  readonly #items: T[] = []

  /** @param capacity A positive integer. */
  constructor (capacity: number) {
    if (!(Number.isInteger(capacity) && capacity > 0)) throw new RangeError(`capacity must be a positive integer, got ${capacity}`)
    this.capacity = capacity
  }

  get size (): number {
    return this.#items.length
  }

  /** Events that newer ones have replaced. */
  get dropped (): number {
    return this.total - this.size
  }

  /** @returns The event's sequence number. */
  push (item: T): number {
    if (this.size < this.capacity) this.#items.push(item)
    else this.#items[this.total % this.capacity] = item
    this.total++
    return this.total
  }

  /** `undefined` for what was dropped or has not yet come. */
  get (sequence: number): T | undefined {
    return sequence > this.dropped && sequence <= this.total ? this.#items[(sequence - 1) % this.capacity] : undefined
  }

  /**
   * Up to `limit` events that pass the filter, newest first.
   *
   * @param before Only events with lower sequence numbers. A page and the one at its `next` neither overlap nor leave one out, whatever is
   * pushed in between, except for what is dropped meanwhile.
   */
  newest (filter: (item: T, sequence: number) => boolean, limit: number, before = Infinity): EventPage<T> {
    const items: T[] = []
    const sequences: number[] = []
    for (let sequence = Math.min(this.total, Math.ceil(before) - 1); sequence > this.dropped; sequence--) {
      const item = this.#items[(sequence - 1) % this.capacity] as T
      if (!filter(item, sequence)) continue
      if (items.length >= limit) return { items, sequences, next: sequence + 1 }
      items.push(item)
      sequences.push(sequence)
    }
    return { items, sequences, next: null }
  }
}
