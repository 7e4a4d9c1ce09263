const WAYS = 8
/**
 * A set is a block of 288 bytes: eight keys, then for each an entry of eight numbers, so that a look-up touches two cache lines. Some are
 * integers, some floating-point: two views of one buffer.
 */
const FIELDS = 8
const BLOCK = WAYS + WAYS * FIELDS
const SEEN = 0
const BUCKET = 1
/** Bucket in which the key went over its limit, + 1; 0 while it is not over. */
const OVER = 2
const AMOUNT = 3
const MEAN = 4
const VARIANCE = 5
const LEARNED = 6
const LIMIT = 7
const GOLDEN_RATIO = 0x9e3779b1
const NOT_FOUND = -1

/** Buckets in which a key's own level halves, and buckets learned before it counts. */
const GAIN = 1 - 0.5 ** (1 / 30)
const OWN_FROM = 12
/** Standard deviations above its own level, and ratio to it, that are too much for a key. */
const FAR = 8
const RATIO = 3
/** Buckets over the limit after which that is the key's level. */
const ADOPTED = 360

/**
 * Amounts (requests, bytes) of very many keys (clients, credentials, tenants) per bucket, and each key's own level, so that a key that is ordinarily
 * busy may be. A key's limit is the highest of: what no key ordinarily reaches (`fence`, the caller's), and, once 12 buckets are learned, three times the
 * key's level and 8 standard deviations above it (Poisson's at the least). The open bucket is judged: a part of a bucket that is over the limit of a whole one is.
 *
 * One flat table, 8-way set associative: when all eight places of a set are taken, the key least recently seen goes, but none that is over its limit as
 * long as there is one that is not. Keys are keyed 32-bit hashes. What a key does while it is over its limit does not raise its level, until it has gone on for
 * 360 buckets.
 *
 * Time: O(1), nothing allocated after construction. Memory: 36 bytes times the capacity.
 */
export class RateTable {
  readonly capacity: number
  /** After `add`: the amount of the key's last bucket if this call closed it, else 0; and how far it is over its limit, as a ratio, 0 for not at all. */
  closed = 0
  over = 0
  /** After `add`: the key's limit. */
  limit = Infinity
  size = 0
  /** Keys displaced that were seen in the last minute. */
  evictions = 0
  readonly #integers: Uint32Array
  readonly #numbers: Float32Array
  readonly #sets: number
  readonly #bucketMs: number
  #tick = 0
  #latest = 0

  /** @param capacity Keys, rounded up to a multiple of 8. */
  constructor (capacity: number, bucketMs: number) {
    if (!(Number.isInteger(capacity) && capacity > 0)) throw new RangeError(`capacity must be a positive integer, got ${capacity}`)
    if (!(bucketMs > 0 && bucketMs < Infinity)) throw new RangeError(`bucketMs must be a finite number above 0, got ${bucketMs}`)
    this.#sets = Math.ceil(capacity / WAYS)
    this.capacity = this.#sets * WAYS
    this.#bucketMs = bucketMs
    const buffer = new ArrayBuffer(this.#sets * BLOCK * 4)
    this.#integers = new Uint32Array(buffer)
    this.#numbers = new Float32Array(buffer)
  }

  /** Adds to a key's open bucket. @param fence Amount that no key ordinarily reaches. */
  add (key: number, at: number, amount: number, fence: number): void {
    const bucket = Math.floor(at / this.#bucketMs) >>> 0
    if (((bucket - this.#latest) | 0) > 0) this.#latest = bucket
    const hash = key >>> 0
    const mixed = Math.imul(hash ^ (hash >>> 15), GOLDEN_RATIO) >>> 0
    const set = Math.floor(mixed * this.#sets / 2 ** 32) * BLOCK
    let entry = this.#find(hash, set)
    if (entry === NOT_FOUND) entry = this.#claim(hash, set, fence)
    this.closed = 0
    if (this.#integers[entry + BUCKET] !== this.#latest) this.#roll(entry, fence)
    this.#tick = (this.#tick + 1) >>> 0 || 1
    this.#integers[entry + SEEN] = this.#tick
    const total = this.#numbers[entry + AMOUNT]! + amount
    this.#numbers[entry + AMOUNT] = total
    this.limit = this.#numbers[entry + LIMIT]!
    this.over = total > this.limit ? total / this.limit : 0
    if (this.over > 0 && this.#integers[entry + OVER] === 0) this.#integers[entry + OVER] = (this.#latest + 1) >>> 0
  }

  /** Where a key's entry begins. */
  #find (hash: number, set: number): number {
    const table = this.#integers
    for (let way = 0; way < WAYS; way++) {
      if (table[set + way] !== hash) continue
      const entry = set + WAYS + way * FIELDS
      if (table[entry + SEEN] !== 0) return entry
    }
    return NOT_FOUND
  }

  /** A free place of the set, or that of the key least recently seen which is not over its limit, or else of the least recently seen. */
  #claim (hash: number, set: number, fence: number): number {
    const table = this.#integers
    let chosen = 0
    for (let way = 0; way < WAYS; way++) {
      if (this.#rank(set + WAYS + way * FIELDS) > this.#rank(set + WAYS + chosen * FIELDS)) chosen = way
    }
    const entry = set + WAYS + chosen * FIELDS
    if (table[entry + SEEN] === 0) this.size++
    else if (((this.#latest - table[entry + BUCKET]!) >>> 0) * this.#bucketMs < 60_000) this.evictions++
    table[set + chosen] = hash
    table[entry + BUCKET] = this.#latest
    table[entry + OVER] = 0
    this.#numbers.fill(0, entry + AMOUNT, entry + FIELDS)
    this.#numbers[entry + LIMIT] = fence
    return entry
  }

  /** The higher, the sooner it goes. */
  #rank (entry: number): number {
    const table = this.#integers
    if (table[entry + SEEN] === 0) return Infinity
    const idle = (this.#tick - table[entry + SEEN]!) >>> 0
    const isOver = table[entry + OVER] !== 0 && ((this.#latest - table[entry + BUCKET]!) >>> 0) < ADOPTED
    return isOver ? idle - 2 ** 32 : idle
  }

  #roll (entry: number, fence: number): void {
    const numbers = this.#numbers
    const age = (this.#latest - this.#integers[entry + BUCKET]!) >>> 0
    const amount = numbers[entry + AMOUNT]!
    const since = this.#integers[entry + OVER]!
    const isOver = amount > numbers[entry + LIMIT]!
    const isAdopted = since !== 0 && ((this.#latest - since) >>> 0) >= ADOPTED
    if (!isOver || isAdopted) {
      this.closed = amount
      this.#learn(entry, amount)
      this.#integers[entry + OVER] = 0
    }
    if (age > 1) this.#rest(entry, age - 1)
    numbers[entry + AMOUNT] = 0
    this.#integers[entry + BUCKET] = this.#latest
    numbers[entry + LIMIT] = fence
    if (numbers[entry + LEARNED]! < OWN_FROM) return
    const mean = numbers[entry + MEAN]!
    numbers[entry + LIMIT] = Math.max(fence, RATIO * mean, mean + FAR * Math.sqrt(Math.max(mean, numbers[entry + VARIANCE]!)))
  }

  #learn (entry: number, amount: number): void {
    const numbers = this.#numbers
    const learned = numbers[entry + LEARNED]! + 1
    numbers[entry + LEARNED] = learned
    const gain = Math.max(GAIN, 1 / learned)
    const distance = amount - numbers[entry + MEAN]!
    numbers[entry + MEAN] = numbers[entry + MEAN]! + gain * distance
    if (learned > 1) numbers[entry + VARIANCE] = (1 - gain) * (numbers[entry + VARIANCE]! + gain * distance * distance)
  }

  /** So many empty buckets, at once. */
  #rest (entry: number, buckets: number): void {
    const numbers = this.#numbers
    const kept = (1 - GAIN) ** buckets
    const mean = numbers[entry + MEAN]!
    numbers[entry + MEAN] = mean * kept
    numbers[entry + VARIANCE] = kept * numbers[entry + VARIANCE]! + kept * (1 - kept) * mean * mean
  }
}
