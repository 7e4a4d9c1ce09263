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

  /** The most that a key may have come that was never counted, then key, count and error of each counter. */
  toNumbers (): number[] {
    const numbers = [this.#missed]
    for (let place = 0; place < this.size; place++) numbers.push(this.keyAt(place), this.countAt(place), this.errorAt(place))
    return numbers
  }

  /** @param numbers As `toNumbers` gave them; counters beyond the capacity are left out. */
  static from (capacity: number, numbers: readonly number[]): TopTable {
    const table = new TopTable(capacity)
    table.#missed = numbers[0] ?? 0
    for (let at = 1; at + 2 < numbers.length && table.size < capacity; at += 3) {
      table.#set(table.size, numbers[at]!, numbers[at + 1]!, numbers[at + 2]!)
      table.#rise(table.size++)
    }
    return table
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
    merged.take(tables)
    const { unseen, keys, counts, errors } = merged
    const order = merged.sorted()
    const first = order.length > this.#capacity ? counts[Merged.numberIn(order[this.#capacity]!)]! + unseen : 0
    this.#missed = Math.max(unseen, first)
    this.size = Math.min(this.#capacity, order.length)
    for (let place = 0; place < this.size; place++) {
      const each = Merged.numberIn(order[place]!)
      this.#set(place, keys[each]!, counts[each]! + unseen, errors[each]! + unseen)
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

/** What several tables have seen together, key by key: counts and errors without what each table may have missed. One serves all, since making its arrays would take longer than to fill them. */
class Merged {
  /** Sum of what the tables may have missed of any key. */
  unseen = 0
  size = 0
  keys = new Uint32Array(0)
  counts = new Float64Array(0)
  errors = new Float64Array(0)
  /** Where each key is, by its hash: its number and 1, 0 for none. */
  #places = new Uint32Array(0)
  #shift = 32
  #order = new Float64Array(0)

  /** Forgets what was there, and takes tables in. */
  take (tables: readonly TopTable[]): void {
    let most = 1
    for (let i = 0; i < tables.length; i++) most += (tables[i] as TopTable).size
    this.unseen = this.size = 0
    if (most > this.keys.length) this.#grow(most)
    this.#shift = Math.clz32(most) - 1
    this.#places.fill(0, 0, 2 ** (32 - this.#shift))
    for (let i = 0; i < tables.length; i++) this.#add(tables[i] as TopTable)
  }

  /** Numbers of the keys, those that came most first; of equals the one that was met first. Call `numberIn` for each. */
  sorted (): Float64Array {
    const order = this.#order.subarray(0, this.size)
    for (let each = 0; each < order.length; each++) order[each] = -(this.counts[each]! * ORDER + ORDER - 1 - each)
    return order.sort()
  }

  static numberIn (ordered: number): number { return ORDER - 1 - -ordered % ORDER }

  #grow (most: number): void {
    const bits = 32 - Math.clz32(most)
    this.keys = new Uint32Array(1 << bits)
    this.counts = new Float64Array(1 << bits)
    this.errors = new Float64Array(1 << bits)
    this.#order = new Float64Array(1 << bits)
    this.#places = new Uint32Array(2 << bits)
  }

  #add (table: TopTable): void {
    const missed = table.unseen
    this.unseen += missed
    for (let place = 0; place < table.size; place++) {
      const each = this.#numberOf(table.keyAt(place))
      this.counts[each]! += table.countAt(place) - missed
      this.errors[each]! += table.errorAt(place) - missed
    }
  }

  #numberOf (key: number): number {
    const places = this.#places
    const mask = 2 ** (32 - this.#shift) - 1
    let place = Math.imul(key ^ (key >>> 15), 0x9e3779b1) >>> this.#shift
    while (places[place] !== 0) {
      const each = places[place]! - 1
      if (this.keys[each] === key) return each
      place = (place + 1) & mask
    }
    const each = this.size++
    places[place] = each + 1
    this.keys[each] = key
    this.counts[each] = this.errors[each] = 0
    return each
  }
}

/** More keys are never merged at a time; a count times this is still exact. */
const ORDER = 2 ** 20
const merged = new Merged()
