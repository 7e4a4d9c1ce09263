const GOLDEN_RATIO = 0x9e3779b1

/**
 * Which of `sets` sets of a set-associative table a 32-bit hash belongs to, 0 to `sets - 1`; `sets` need be no power of two.
 *
 * Source: multiplicative hashing, D. E. Knuth, "The art of computer programming" 3, section 6.4.
 */
export function setIndex (hash: number, sets: number): number {
  return Math.floor((Math.imul(hash ^ (hash >>> 15), GOLDEN_RATIO) >>> 0) * sets / 2 ** 32)
}
