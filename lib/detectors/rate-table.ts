import { setIndex } from '../store/set-index'

const WAYS = 8
/**
 * A set is a block of eight entries of nine numbers (sixteen for two measures), each looked for first where its key says: mostly a look-up touches
 * one entry, and of it one cache line, since what each addition needs comes first: key, tick, bucket, and of each measure amount and limit.
 * Some numbers are integers, some floating-point: two views of one buffer.
 */
const KEY = 0
const SEEN = 1
const BUCKET = 2
/** Where the numbers of measures begin that each addition needs, how many they are, and which. */
const OPEN = 3
const OPEN_SIZE = 2
const AMOUNT = 0
const LIMIT = 1
/** The same of those that are needed once a bucket; they come after those of all measures. */
const OWN_SIZE = 4
/** Bucket in which the key went over its limit, + 1; 0 while it is not over. */
const OVER = 0
const MEAN = 1
const VARIANCE = 2
const LEARNED = 3
const NOT_FOUND = -1

/** Places that a table begins with, and up to which it doubles; then it takes its whole capacity. */
const FIRST_PLACES = 2048
const MOST_DOUBLED = 16_384

/** Buckets in which a key's own level halves, and buckets learned before it counts. */
const GAIN = 1 - 0.5 ** (1 / 30)
const OWN_FROM = 12
/** Standard deviations above its own level, and ratio to it, that are too much for a key. */
const FAR = 8
const RATIO = 3
/** Buckets over the limit after which that is the key's level. */
const ADOPTED = 360

/**
 * Amounts (requests, and bytes as a second measure) of very many keys (clients, credentials, tenants) per bucket, and each key's own level, so that a key that is
 * ordinarily busy may be. A key's limit is the highest of: what no key ordinarily reaches (a fence, the caller's), and, once 12 buckets are learned, three times the
 * key's level and 8 standard deviations above it (Poisson's at the least). The open bucket is judged: a part of a bucket that is over the limit of a whole one is.
 *
 * One flat table, 8-way set associative: when all eight places of a set are taken, the key least recently seen goes, but none that is over a limit as
 * long as there is one that is not. Keys are keyed 32-bit hashes. What a key does while it is over its limit does not raise its level, until it has gone on for
 * 360 buckets. Both measures of a key stand together: what is looked up for one is in the cache for the other.
 *
 * It begins with 2,048 places and doubles whenever a set is full, from 16,384 on to its capacity at once: a thousand clients that lie in a fifteenth of the pages are found
 * a third sooner (the memory's own tables are cached too). To double is to copy all entries, 2 ms for the last time.
 *
 * Time: O(1), nothing allocated but when it grows. Memory: 36 bytes times the capacity, 64 with two measures, at the most.
 */
export class RateTable {
  readonly capacity: number
  /** After `add`: by measure, the amount of the key's last bucket if this call closed it, else 0. */
  readonly closed = new Float64Array(2)
  /** After `add`: how far the measure is over its limit, as a ratio, 0 for not at all; and the limit. */
  over = 0
  limit = Infinity
  /** After `add`: whether it is the first of the key's bucket, and the first above the limit. */
  isFirst = false
  isCrossing = false
  /** By measure, how much the key nearest to its limit has left in the open bucket, of those that had any; less than nothing where one is over. */
  readonly room = new Float64Array(2).fill(Infinity)
  size = 0
  /** Keys displaced that were seen in the last minute. */
  evictions = 0
  #integers: Uint32Array
  #numbers: Float32Array
  #sets: number
  readonly #bucketMs: number
  readonly #measures: number
  /** Numbers of an entry, and of a set; where those of an entry begin that are needed once a bucket. */
  readonly #fields: number
  readonly #block: number
  readonly #own: number
  #tick = 0
  #latest = 0
  /** End of the latest bucket. */
  #ends = 0

  /** @param capacity Keys, rounded up to a multiple of 8. @param measures 1 or 2. */
  constructor (capacity: number, bucketMs: number, measures = 1) {
    if (!(Number.isInteger(capacity) && capacity > 0)) throw new RangeError(`capacity must be a positive integer, got ${capacity}`)
    if (!(bucketMs > 0 && bucketMs < Infinity)) throw new RangeError(`bucketMs must be a finite number above 0, got ${bucketMs}`)
    this.capacity = Math.ceil(capacity / WAYS) * WAYS
    this.#sets = Math.min(this.capacity, FIRST_PLACES) / WAYS
    this.#bucketMs = bucketMs
    this.#measures = measures
    this.#own = OPEN + measures * OPEN_SIZE
    this.#fields = measures === 1 ? this.#own + OWN_SIZE : 16
    this.#block = WAYS * this.#fields
    const buffer = new ArrayBuffer(this.#sets * this.#block * 4)
    this.#integers = new Uint32Array(buffer)
    this.#numbers = new Float32Array(buffer)
  }

  /**
   * Adds to a measure of a key's open bucket.
   * @param fence Amount that no key ordinarily reaches.
   * @param second The same of the second measure.
   * @param measure 0 or 1.
   */
  add (key: number, at: number, amount: number, fence: number, second = Infinity, measure = 0): void {
    if (at >= this.#ends) this.#open(at)
    const hash = key >>> 0
    let entry = this.#find(hash, setIndex(hash, this.#sets) * this.#block)
    if (entry === NOT_FOUND) entry = this.#claim(hash, fence, second)
    this.closed[0] = 0
    this.closed[1] = 0
    if (this.#integers[entry + BUCKET] !== this.#latest) this.#roll(entry, fence, second)
    this.#tick = (this.#tick + 1) >>> 0 || 1
    this.#integers[entry + SEEN] = this.#tick
    const open = entry + OPEN + measure * OPEN_SIZE
    const before = this.#numbers[open + AMOUNT]!
    const total = before + amount
    this.#numbers[open + AMOUNT] = total
    this.limit = this.#limitOf(open, measure === 0 ? fence : second)
    const room = this.limit - total
    if (room < this.room[measure]!) this.room[measure] = room
    this.over = room < 0 ? total / this.limit : 0
    this.isFirst = before === 0
    this.isCrossing = this.over > 0 && before <= this.limit
    if (this.over > 0) this.#noteOver(entry + this.#own + measure * OWN_SIZE)
  }

  /** Reads where a key's entry most likely is: for many keys in turn, the processor waits for all those lines of memory at once. */
  touch (key: number): number {
    const hash = key >>> 0
    return this.#integers[this.#placeOf(hash, setIndex(hash, this.#sets) * this.#block, 0)]!
  }

  /** A key's limit; a fence that has been raised since its bucket was opened holds at once. */
  #limitOf (open: number, fence: number): number {
    const limit = this.#numbers[open + LIMIT]!
    if (limit >= fence || fence === Infinity) return limit
    this.#numbers[open + LIMIT] = fence
    return fence
  }

  #noteOver (own: number): void { if (this.#integers[own + OVER] === 0) this.#integers[own + OVER] = (this.#latest + 1) >>> 0 }

  #open (at: number): void {
    const bucket = Math.floor(at / this.#bucketMs)
    this.#latest = bucket >>> 0
    this.room.fill(Infinity)
    this.#ends = (bucket + 1) * this.#bucketMs
  }

  /** Where a key's entry begins. */
  #find (hash: number, set: number): number {
    const table = this.#integers
    for (let way = 0; way < WAYS; way++) {
      const entry = this.#placeOf(hash, set, way)
      if (table[entry + KEY] === hash && table[entry + SEEN] !== 0) return entry
    }
    return NOT_FOUND
  }

  /** The place that a key is looked for at, in the order of `way`. */
  #placeOf (hash: number, set: number, way: number): number { return set + ((hash + way) & (WAYS - 1)) * this.#fields }

  /** A place for a key that has none. */
  #claim (hash: number, fence: number, second: number): number {
    let entry = this.#placeFor(hash)
    while (this.#integers[entry + SEEN] !== 0 && this.#sets * WAYS < this.capacity) {
      this.#grow()
      entry = this.#placeFor(hash)
    }
    const table = this.#integers
    if (table[entry + SEEN] === 0) this.size++
    else if (((this.#latest - table[entry + BUCKET]!) >>> 0) * this.#bucketMs < 60_000) this.evictions++
    table[entry + KEY] = hash
    table.fill(0, entry + OPEN, entry + this.#fields)
    table[entry + BUCKET] = this.#latest
    this.#numbers[entry + OPEN + LIMIT] = fence
    if (this.#measures > 1) this.#numbers[entry + OPEN + OPEN_SIZE + LIMIT] = second
    return entry
  }

  /** A free place of a key's set, or that of the key least recently seen which is not over its limit, or else of the least recently seen. */
  #placeFor (hash: number): number {
    const set = setIndex(hash, this.#sets) * this.#block
    let entry = this.#placeOf(hash, set, 0)
    for (let way = 1; way < WAYS; way++) {
      const other = this.#placeOf(hash, set, way)
      if (this.#rank(other) > this.#rank(entry)) entry = other
    }
    return entry
  }

  #grow (): void {
    const before = this.#integers
    const places = this.#sets * WAYS
    this.#sets = (places < MOST_DOUBLED ? Math.min(2 * places, this.capacity) : this.capacity) / WAYS
    const buffer = new ArrayBuffer(this.#sets * this.#block * 4)
    this.#integers = new Uint32Array(buffer)
    this.#numbers = new Float32Array(buffer)
    for (let from = 0; from < before.length; from += this.#fields) {
      if (before[from + SEEN] === 0) continue
      const entry = this.#placeFor(before[from + KEY]!)
      if (this.#integers[entry + SEEN] !== 0) this.size--
      for (let i = 0; i < this.#fields; i++) this.#integers[entry + i] = before[from + i]!
    }
  }

  /** The higher, the sooner it goes. */
  #rank (entry: number): number {
    const table = this.#integers
    if (table[entry + SEEN] === 0) return Infinity
    const idle = (this.#tick - table[entry + SEEN]!) >>> 0
    let isOver = false
    for (let measure = 0; measure < this.#measures; measure++) if (table[entry + this.#own + measure * OWN_SIZE + OVER] !== 0) isOver = true
    return isOver && ((this.#latest - table[entry + BUCKET]!) >>> 0) < ADOPTED ? idle - 2 ** 32 : idle
  }

  /** Closes a key's bucket, of all measures. */
  #roll (entry: number, fence: number, second: number): void {
    const empty = ((this.#latest - this.#integers[entry + BUCKET]!) >>> 0) - 1
    const own = entry + this.#own
    this.closed[0] = this.#close(entry + OPEN, own, empty, fence)
    if (this.#measures > 1) this.closed[1] = this.#close(entry + OPEN + OPEN_SIZE, own + OWN_SIZE, empty, second)
    this.#integers[entry + BUCKET] = this.#latest
  }

  /** @param empty Empty buckets since. @returns What the bucket had, 0 where that teaches nothing. */
  #close (open: number, own: number, empty: number, fence: number): number {
    const numbers = this.#numbers
    const amount = numbers[open + AMOUNT]!
    const since = this.#integers[own + OVER]!
    const isOver = amount > numbers[open + LIMIT]!
    const isAdopted = since !== 0 && ((this.#latest - since) >>> 0) >= ADOPTED
    const teaches = !isOver || isAdopted
    if (teaches) {
      this.#learn(own, amount)
      this.#integers[own + OVER] = 0
    }
    if (empty > 0) this.#rest(own, empty)
    numbers[open + AMOUNT] = 0
    numbers[open + LIMIT] = fence
    const mean = numbers[own + MEAN]!
    if (numbers[own + LEARNED]! >= OWN_FROM) numbers[open + LIMIT] = Math.max(fence, RATIO * mean, mean + FAR * Math.sqrt(Math.max(mean, numbers[own + VARIANCE]!)))
    return teaches ? amount : 0
  }

  #learn (own: number, amount: number): void {
    const numbers = this.#numbers
    const learned = numbers[own + LEARNED]! + 1
    numbers[own + LEARNED] = learned
    const gain = Math.max(GAIN, 1 / learned)
    const distance = amount - numbers[own + MEAN]!
    numbers[own + MEAN] = numbers[own + MEAN]! + gain * distance
    if (learned > 1) numbers[own + VARIANCE] = (1 - gain) * (numbers[own + VARIANCE]! + gain * distance * distance)
  }

  /** So many empty buckets, at once. */
  #rest (own: number, buckets: number): void {
    const numbers = this.#numbers
    const kept = (1 - GAIN) ** buckets
    const mean = numbers[own + MEAN]!
    numbers[own + MEAN] = mean * kept
    numbers[own + VARIANCE] = kept * numbers[own + VARIANCE]! + kept * (1 - kept) * mean * mean
  }
}
