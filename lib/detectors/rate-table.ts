const WAYS = 8
/** A set is a block: eight keys, then for each what else is known of it. */
const KEY = 0
const SEEN = WAYS
const BUCKET = 2 * WAYS
/** Bucket in which the key went over its limit, + 1; 0 while it is not over. */
const OVER = 3 * WAYS
const INTEGERS = 4 * WAYS
const AMOUNT = 0
const MEAN = WAYS
const VARIANCE = 2 * WAYS
const LEARNED = 3 * WAYS
const LIMIT = 4 * WAYS
const NUMBERS = 5 * WAYS
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
    this.#integers = new Uint32Array(this.#sets * INTEGERS)
    this.#numbers = new Float32Array(this.#sets * NUMBERS)
  }

  /** Adds to a key's open bucket. @param fence Amount that no key ordinarily reaches. */
  add (key: number, at: number, amount: number, fence: number): void {
    const bucket = Math.floor(at / this.#bucketMs) >>> 0
    if (((bucket - this.#latest) | 0) > 0) this.#latest = bucket
    const hash = key >>> 0
    const mixed = Math.imul(hash ^ (hash >>> 15), GOLDEN_RATIO) >>> 0
    const set = Math.floor(mixed * this.#sets / 2 ** 32)
    let way = this.#find(hash, set)
    if (way === NOT_FOUND) way = this.#claim(hash, set, fence)
    const integer = set * INTEGERS + way
    const number = set * NUMBERS + way
    this.closed = 0
    if (this.#integers[integer + BUCKET] !== this.#latest) this.#roll(integer, number, fence)
    this.#tick = (this.#tick + 1) >>> 0 || 1
    this.#integers[integer + SEEN] = this.#tick
    const total = this.#numbers[number + AMOUNT]! + amount
    this.#numbers[number + AMOUNT] = total
    this.limit = this.#numbers[number + LIMIT]!
    this.over = total > this.limit ? total / this.limit : 0
    if (this.over > 0 && this.#integers[integer + OVER] === 0) this.#integers[integer + OVER] = (this.#latest + 1) >>> 0
  }

  #find (hash: number, set: number): number {
    const base = set * INTEGERS
    for (let way = 0; way < WAYS; way++) {
      if (this.#integers[base + KEY + way] === hash && this.#integers[base + SEEN + way] !== 0) return way
    }
    return NOT_FOUND
  }

  /** A free place of the set, or that of the key least recently seen which is not over its limit, or else of the least recently seen. */
  #claim (hash: number, set: number, fence: number): number {
    const base = set * INTEGERS
    const table = this.#integers
    let chosen = NOT_FOUND
    for (let way = 0; way < WAYS; way++) {
      if (table[base + SEEN + way] === 0) {
        chosen = way
        break
      }
      if (chosen === NOT_FOUND || this.#rank(base + way) > this.#rank(base + chosen)) chosen = way
    }
    const integer = base + chosen
    if (table[integer + SEEN] === 0) this.size++
    else if (((this.#latest - table[integer + BUCKET]!) >>> 0) * this.#bucketMs < 60_000) this.evictions++
    const number = set * NUMBERS + chosen
    table[integer + KEY] = hash
    table[integer + BUCKET] = this.#latest
    table[integer + OVER] = 0
    this.#numbers[number + AMOUNT] = this.#numbers[number + MEAN] = this.#numbers[number + VARIANCE] = this.#numbers[number + LEARNED] = 0
    this.#numbers[number + LIMIT] = fence
    return chosen
  }

  /** The higher, the sooner it goes. */
  #rank (integer: number): number {
    const idle = (this.#tick - this.#integers[integer + SEEN]!) >>> 0
    const isOver = this.#integers[integer + OVER] !== 0 && ((this.#latest - this.#integers[integer + BUCKET]!) >>> 0) < ADOPTED
    return isOver ? idle - 2 ** 32 : idle
  }

  #roll (integer: number, number: number, fence: number): void {
    const numbers = this.#numbers
    const age = (this.#latest - this.#integers[integer + BUCKET]!) >>> 0
    const amount = numbers[number + AMOUNT]!
    const since = this.#integers[integer + OVER]!
    const isOver = amount > numbers[number + LIMIT]!
    const isAdopted = since !== 0 && ((this.#latest - since) >>> 0) >= ADOPTED
    if (!isOver || isAdopted) {
      this.closed = amount
      this.#learn(number, amount)
      this.#integers[integer + OVER] = 0
    }
    if (age > 1) this.#rest(number, age - 1)
    numbers[number + AMOUNT] = 0
    this.#integers[integer + BUCKET] = this.#latest
    numbers[number + LIMIT] = fence
    if (numbers[number + LEARNED]! < OWN_FROM) return
    const mean = numbers[number + MEAN]!
    numbers[number + LIMIT] = Math.max(fence, RATIO * mean, mean + FAR * Math.sqrt(Math.max(mean, numbers[number + VARIANCE]!)))
  }

  #learn (number: number, amount: number): void {
    const numbers = this.#numbers
    const learned = numbers[number + LEARNED]! + 1
    numbers[number + LEARNED] = learned
    const gain = Math.max(GAIN, 1 / learned)
    const distance = amount - numbers[number + MEAN]!
    numbers[number + MEAN] = numbers[number + MEAN]! + gain * distance
    if (learned > 1) numbers[number + VARIANCE] = (1 - gain) * (numbers[number + VARIANCE]! + gain * distance * distance)
  }

  /** So many empty buckets, at once. */
  #rest (number: number, buckets: number): void {
    const numbers = this.#numbers
    const kept = (1 - GAIN) ** buckets
    const mean = numbers[number + MEAN]!
    numbers[number + MEAN] = mean * kept
    numbers[number + VARIANCE] = kept * numbers[number + VARIANCE]! + kept * (1 - kept) * mean * mean
  }
}
