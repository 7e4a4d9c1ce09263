/**
 * Sets of bits as text: the gaps between bits that are set, seven bits a byte, in base64; or the words as they are, where that is shorter. A few
 * hundred bits of half a million take a few hundred characters.
 */
export function bitsToText (words: Uint32Array): string {
  const gaps: number[] = []
  const limit = words.byteLength
  let last = -1
  for (let at = 0; at < words.length && gaps.length < limit; at++) {
    for (let word = words[at] as number; word !== 0; word &= word - 1) {
      const bit = at * 32 + 31 - Math.clz32(word & -word)
      let gap = bit - last - 1
      for (; gap > 127; gap >>>= 7) gaps.push((gap & 127) | 128)
      gaps.push(gap)
      last = bit
    }
  }
  if (gaps.length < limit) return `g${Buffer.from(gaps).toString('base64')}`
  return `w${Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString('base64')}`
}

/** Sets the bits of a text that `bitsToText` made, and leaves those that are set; what does not fit is left out. */
export function bitsFromText (text: string, words: Uint32Array): void {
  const bytes = Buffer.from(text.slice(1), 'base64')
  if (text.startsWith('w')) {
    for (let at = 0; at < words.length && 4 * at + 3 < bytes.length; at++) words[at] = (words[at] as number) | bytes.readUInt32LE(4 * at)
    return
  }
  let bit = -1
  let gap = 0
  let shift = 0
  for (const byte of bytes) {
    gap |= (byte & 127) << shift
    shift += 7
    if (byte > 127) continue
    bit += gap + 1
    gap = 0
    shift = 0
    if (bit < words.length * 32) words[bit >>> 5] = (words[bit >>> 5] as number) | (1 << (bit & 31))
  }
}
