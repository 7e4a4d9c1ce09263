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

  add (key: number): void {
    const cells = this.#cells
    const wanted = key >>> 0
    for (let place = 0; place < this.size; place++) {
      if (cells[place] !== wanted) continue
      cells[this.#capacity + place]!++
      this.#rise(place)
      return
    }
    const error = this.unseen
    const place = this.size < this.#capacity ? this.size++ : this.size - 1
    this.#set(place, wanted, error + 1, error)
    this.#rise(place)
  }

  /** Adds what `other` has seen. */
  merge (other: TopTable): void {
    const merged: [key: number, count: number, error: number][] = []
    const [mine, theirs] = [this.unseen, other.unseen]
    for (let place = 0; place < this.size; place++) {
      const there = other.#find(this.keyAt(place))
      merged.push([this.keyAt(place), this.countAt(place) + (there < 0 ? theirs : other.countAt(there)), this.errorAt(place) + (there < 0 ? theirs : other.errorAt(there))])
    }
    for (let place = 0; place < other.size; place++) {
      if (this.#find(other.keyAt(place)) < 0) merged.push([other.keyAt(place), other.countAt(place) + mine, other.errorAt(place) + mine])
    }
    merged.sort((a, b) => b[1] - a[1])
    this.#missed = Math.max(mine + theirs, merged[this.#capacity]?.[1] ?? 0)
    this.size = Math.min(this.#capacity, merged.length)
    for (let place = 0; place < this.size; place++) {
      const [key, count, error] = merged[place] as [number, number, number]
      this.#set(place, key, count, error)
    }
  }

  #find (key: number): number {
    for (let place = 0; place < this.size; place++) if (this.#cells[place] === key) return place
    return -1
  }

  #set (place: number, key: number, count: number, error: number): void {
    this.#cells[place] = key
    this.#cells[this.#capacity + place] = count
    this.#cells[2 * this.#capacity + place] = error
  }

  /** Lets a counter that has grown take the place of those that are smaller now. */
  #rise (from: number): void {
    const [key, count, error] = [this.keyAt(from), this.countAt(from), this.errorAt(from)]
    let place = from
    for (; place > 0 && this.countAt(place - 1) < count; place--) this.#set(place, this.keyAt(place - 1), this.countAt(place - 1), this.errorAt(place - 1))
    if (place !== from) this.#set(place, key, count, error)
  }
}
