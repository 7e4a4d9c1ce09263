/**
 * Seeded uniform numbers in [0, 1): the same seed gives the same requests to every variant. 32 bits of state, no cryptography.
 *
 * Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (the 32-bit mix of SplitMix).
 */
export function seededRandom (seed: number): () => number {
  let state = seed >>> 0
  return function next (): number {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296
  }
}
