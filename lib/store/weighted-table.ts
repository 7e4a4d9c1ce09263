import { OrderedHeap } from './ordered-heap'

/** What a record of the table has besides the owner's own fields. */
export interface Weighted {
  readonly key: string
  /** As it was at `at`. */
  weight: number
  at: number
  position: number
}

/** A record to be kept in such a table: its owner's fields come with a subclass. */
export class WeightedRecord implements Weighted {
  readonly key: string
  weight = 0
  at: number
  position = 0

  constructor (key: string, at: number) {
    this.key = key
    this.at = at
  }
}

/**
 * Records of at most `capacity` entities, of whom an attacker can invent as many as he likes: when there is no room the one whose
 * weight, which halves every `halfLifeMs`, is lowest goes, and a newcomer that weighs less than all is not kept. A flood of
 * newcomers therefore displaces newcomers, and whoever stood out stays.
 *
 * Time: `get` O(1), `touch` O(log capacity). Memory: that of the records, about 150 bytes each besides the owner's fields.
 */
export class WeightedTable<R extends Weighted> {
  readonly capacity: number
  /** Records that had to go, or were not kept. */
  evictions = 0
  readonly #halfLifeMs: number
  readonly #records = new Map<string, R>()
  readonly #heap = new OrderedHeap<R>()

  /** @param capacity A positive integer. @param halfLifeMs > 0. */
  constructor (capacity: number, halfLifeMs: number) {
    if (!(Number.isInteger(capacity) && capacity > 0)) throw new RangeError(`capacity must be a positive integer, got ${capacity}`)
    if (!(halfLifeMs > 0)) throw new RangeError(`halfLifeMs must be above 0, got ${halfLifeMs}`)
    this.capacity = capacity
    this.#halfLifeMs = halfLifeMs
  }

  get size (): number { return this.#records.size }

  get (key: string): R | undefined { return this.#records.get(key) }

  /** Adds a new record. @returns Whether it was kept; where not, it is forgotten when the caller drops it. */
  admit (record: R): boolean {
    const order = this.#orderOf(record)
    if (this.#records.size >= this.capacity) {
      this.evictions++
      const least = this.#heap.least as R
      if (this.#orderOf(least) > order) return false
      this.#records.delete(least.key)
      this.#heap.remove(least)
    }
    this.#records.set(record.key, record)
    this.#heap.insert(record, order)
    return true
  }

  /** Lets the time pass for a record, and makes it heavier by `weight` (which may be negative; the sum stays at 0 or above). */
  touch (record: R, weight: number, at: number): void {
    if (at > record.at) {
      record.weight *= 0.5 ** ((at - record.at) / this.#halfLifeMs)
      record.at = at
    }
    record.weight = Math.max(0, record.weight + weight)
    if (this.#records.get(record.key) === record) this.#heap.reorder(record, this.#orderOf(record))
  }

  /** The same for a record that may be new: then it is admitted. */
  enter (record: R, weight: number, at: number): void {
    this.touch(record, weight, at)
    if (!this.#records.has(record.key)) this.admit(record)
  }

  /** All records, in no order. */
  records (): IterableIterator<R> { return this.#records.values() }

  /** Forgets a record. */
  drop (key: string): void {
    const record = this.#records.get(key)
    if (record === undefined) return
    this.#records.delete(key)
    this.#heap.remove(record)
  }

  /** The weight of a record now. */
  weightOf (record: R, at: number): number {
    return at > record.at ? record.weight * 0.5 ** ((at - record.at) / this.#halfLifeMs) : record.weight
  }

  /** The `n` heaviest records, heaviest first. */
  heaviest (n: number): R[] { return this.#heap.greatest(n) }

  /** All weights decay alike, so their order stays as it is: that of their logarithms, each decayed back to time zero. */
  #orderOf (record: R): number { return Math.log2(record.weight + LEAST) + record.at / this.#halfLifeMs }
}

/** Keeps the logarithm of no weight finite. */
const LEAST = 1e-6
