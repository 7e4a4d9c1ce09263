/** A key, with its count and error less what it is missing where it has no counter. */
interface Merged { readonly key: number, count: number, error: number }

/**
 * The heavy hitters of a stream of 32-bit keys: as `SpaceSaving`, for thousands of small ones. All in one typed array, sorted by count.
 *
 * For a key that has a counter: `count - error` <= true count <= `count`; for one that has none: true count <= `unseen`. So every key with
 * more than total / capacity has a counter. All this holds after `merge` too.
 *
 * Time: `add` O(capacity), but heavy keys are found first. Memory: 12 bytes times the capacity, and 120.
 *
 * Source: A. Metwally et al., "Efficient computation of frequent and top-k elements in data streams", ICDT 2005; merge: P. Agarwal et al.,
 * "Mergeable summaries", PODS 2012.
 */
export class TopTable {
  size = 0
  readonly #capacity: number
  /** Keys, then counts, then errors. */
  readonly #cells: Uint32Array
  /** The most that a key without a counter can have come while there is room; more only after `merge`. */
  #missed = 0

  /** @param capacity A positive integer. */
  constructor (capacity: number) {
    this.#capacity = capacity
    this.#cells = new Uint32Array(3 * capacity)
  }

  /** The most that a key without a counter can have come. */
  get unseen (): number { return this.size < this.#capacity ? this.#missed : this.countAt(this.size - 1) }

  keyAt (place: number): number { return this.#cells[place] as number }
  countAt (place: number): number { return this.#cells[this.#capacity + place] as number }
  errorAt (place: number): number { return this.#cells[2 * this.#capacity + place] as number }

  /** @param times How often the key came. */
  add (key: number, times = 1): void {
    const cells = this.#cells
    const wanted = key >>> 0
    for (let place = 0; place < this.size; place++) {
      if (cells[place] !== wanted) continue
      cells[this.#capacity + place]! += times
      this.#rise(place)
      return
    }
    const error = this.unseen
    const place = this.size < this.#capacity ? this.size++ : this.size - 1
    this.#set(place, wanted, error + times, error)
    this.#rise(place)
  }

  /** Adds what `other` has seen. */
  merge (other: TopTable): void { this.#take([this, other]) }

  /** What all of them have seen together. */
  static union (tables: readonly TopTable[], capacity: number): TopTable {
    const all = new TopTable(capacity)
    all.#take(tables)
    return all
  }

  /** A key that a table has no counter for may have come `unseen` times in it. */
  #take (tables: readonly TopTable[]): void {
    const merged = new Map<number, Merged>()
    let unseen = 0
    for (const table of tables) {
      const missed = table.unseen
      unseen += missed
      for (let place = 0; place < table.size; place++) {
        const key = table.keyAt(place)
        const known = merged.get(key)
        if (known === undefined) merged.set(key, { key, count: table.countAt(place) - missed, error: table.errorAt(place) - missed })
        else {
          known.count += table.countAt(place) - missed
          known.error += table.errorAt(place) - missed
        }
      }
    }
    const sorted = [...merged.values()].sort((a, b) => b.count - a.count)
    const first = sorted[this.#capacity]
    this.#missed = Math.max(unseen, first === undefined ? 0 : first.count + unseen)
    this.size = Math.min(this.#capacity, sorted.length)
    for (let place = 0; place < this.size; place++) {
      const { key, count, error } = sorted[place] as Merged
      this.#set(place, key, count + unseen, error + unseen)
    }
  }

  #set (place: number, key: number, count: number, error: number): void {
    this.#cells[place] = key
    this.#cells[this.#capacity + place] = count
    this.#cells[2 * this.#capacity + place] = error
  }

  /** Lets a counter that has grown take the place of those that are smaller now. */
  #rise (from: number): void {
    const key = this.keyAt(from)
    const count = this.countAt(from)
    const error = this.errorAt(from)
    let place = from
    for (; place > 0 && this.countAt(place - 1) < count; place--) this.#set(place, this.keyAt(place - 1), this.countAt(place - 1), this.errorAt(place - 1))
    if (place !== from) this.#set(place, key, count, error)
  }
}
