/**
 * Seeded pseudo-random numbers for made-up traffic: O(1) time, four 32-bit words of memory, the same sequence for the same seed on every
 * machine. Not for secrets.
 *
 * Source: C. Doty-Humphrey, PractRand's sfc32 ("small fast chaotic"), seeded by the 32-bit finaliser of MurmurHash3.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** @param seed Any number or text. */
  constructor (seed: number | string) {
    const start = hash32(String(seed))
    this.#a = mix(start)
    this.#b = mix(start ^ 0x9e3779b9)
    this.#c = mix(start ^ 0x7f4a7c15)
    for (let round = 0; round < 12; round++) this.uint32()
  }

  /** An own stream for a part of the work, so that one part drawing more leaves the others as they were. */
  fork (name: string): Random { return new Random(`${this.uint32()}:${name}`) }

  uint32 (): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum | 0
    return sum >>> 0
  }

  /** 0 <= x < 1. */
  next (): number { return this.uint32() / 4294967296 }

  /** A whole number from 0 to `below` - 1. */
  int (below: number): number { return Math.floor(this.next() * below) }

  /** A whole number from `low` to `high`, both included. */
  between (low: number, high: number): number { return low + this.int(high - low + 1) }

  chance (share: number): boolean { return this.next() < share }

  pick<T> (items: readonly T[]): T { return items[this.int(items.length)] as T }

  /** One of `items`, the first far oftener than the last: the density of places falls as x^(1/skew - 1). */
  skewed<T> (items: readonly T[], skew = 2.5): T { return items[Math.floor(items.length * this.next() ** skew)] as T }

  /** Standard normal, by Box and Muller. */
  normal (): number { return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next()) }

  logNormal (median: number, sigma: number): number { return median * Math.exp(sigma * this.normal()) }

  /** Time to the next arrival of a Poisson process. */
  exponential (mean: number): number { return -mean * Math.log(1 - this.next()) }

  text (alphabet: string, length: number): string {
    let out = ''
    for (let i = 0; i < length; i++) out += alphabet[this.int(alphabet.length)]
    return out
  }

  hex (length: number): string {
    let out = ''
    while (out.length < length) out += (this.uint32() + 4294967296).toString(16).slice(1)
    return out.length === length ? out : out.slice(0, length)
  }

  digits (length: number): string { return this.text('0123456789', length) }

  base64url (length: number): string { return this.text('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', length) }

  uuid (): string { return uuidFrom(this.hex(32)) }

  /** A copy in random order. */
  shuffled<T> (items: readonly T[]): T[] {
    const copy = [...items]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      const kept = copy[i] as T
      copy[i] = copy[j] as T
      copy[j] = kept
    }
    return copy
  }
}

/** Draws by weight: O(log n), one number an item. */
export class Weighted<T> {
  readonly #items: T[]
  readonly #ends: Float64Array

  constructor (weights: readonly (readonly [T, number])[]) {
    this.#items = weights.map(([item]) => item)
    this.#ends = new Float64Array(weights.length)
    let sum = 0
    weights.forEach(([, weight], i) => { this.#ends[i] = sum += weight })
  }

  draw (random: Random): T {
    const at = random.next() * (this.#ends[this.#ends.length - 1] as number)
    let low = 0
    let high = this.#ends.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (at < (this.#ends[middle] as number)) high = middle
      else low = middle + 1
    }
    return this.#items[low] as T
  }
}

/** FNV-1a over UTF-16 code units with a final mix: what the example shop derives its answers from. */
export function hash32 (text: string, seed = 0x811c9dc5): number {
  let hash = seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mix(hash)
}

/** 32 hexadecimal digits as a version 4 UUID. */
export function uuidFrom (hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${'89ab'[parseInt(hex[16] ?? '0', 16) & 3]}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export function mix (value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
