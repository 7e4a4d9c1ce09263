/** Characters that say which place: all of shorter texts. */
const HEAD = 4
const MIDDLE = 8
const TAIL = 24

/**
 * A hash of a text's length and of at most 36 of its characters, for tables that then compare the whole text. The last 24 count, since versions of
 * one user agent differ there. It is no secret: a client can make texts that share a place, and all it gains is that its own are made anew.
 */
export function sampleHash (text: string): number {
  const { length } = text
  if (length <= HEAD + MIDDLE + TAIL) return finish(mix(text, 0, length, length))
  const middle = length >> 1
  return finish(mix(text, length - TAIL, length, mix(text, middle, middle + MIDDLE, mix(text, 0, HEAD, length))))
}

function mix (text: string, from: number, to: number, seed: number): number {
  let hash = seed
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

function finish (hash: number): number { return hash ^ (hash >>> 15) }
