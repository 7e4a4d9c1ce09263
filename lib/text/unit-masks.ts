import * as characters from './token-characters'

const { C_DIGIT, C_LETTER, C_SPACE, C_WIDE_SPACE, CLASS } = characters

// What the masks say of a unit, eight bits apart: so eight units give eight bits of each mask in one number.
const SOLID = 1
const WORD = 1 << 8
const LETTER = 1 << 16
const DIGIT = 1 << 24
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const LOW_LINE = 95
const BITS = new Int32Array(65_536)
for (let code = 0; code < 65_536; code++) {
  const kind = CLASS[code]
  const isBlank = kind === C_WIDE_SPACE || (kind === C_SPACE && code !== LINE_FEED && code !== CARRIAGE_RETURN)
  const isWord = kind === C_LETTER || kind === C_DIGIT
  BITS[code] = (isBlank ? 0 : SOLID) | (isWord ? WORD : 0) | (kind === C_LETTER && code !== LOW_LINE ? LETTER : 0) | (kind === C_DIGIT ? DIGIT : 0)
}

/**
 * A bit for each unit of a text, 32 in a number: where words, letters and digits are, and what is no space. Where a run of one ends is then found without
 * a loop: no processor foresees how long a word is, and to be wrong about it costs as much as to look at ten letters.
 *
 * Memory: half a byte for each unit that the text has room for. Beyond the end all bits are 0, but for one of `solid` at the end, beyond which no search goes.
 */
export class UnitMasks {
  /** All but spaces; line breaks are solid. */
  solid = new Int32Array(0)
  /** Letters and digits of ASCII, and `_`. */
  word = new Int32Array(0)
  /** Letters of ASCII. */
  letter = new Int32Array(0)
  digit = new Int32Array(0)

  /** @param units Of which 32 after `length` are zero. */
  load (units: Uint16Array, length: number): void {
    const needed = (units.length >> 5) + 2
    if (this.solid.length !== needed) {
      this.solid = new Int32Array(needed)
      this.word = new Int32Array(needed)
      this.letter = new Int32Array(needed)
      this.digit = new Int32Array(needed)
    }
    const { solid, word, letter, digit } = this
    const count = (length >> 5) + 1
    for (let i = 0; i < count; i++) {
      const at = i << 5
      const a = eightAt(units, at)
      const b = eightAt(units, at + 8)
      const c = eightAt(units, at + 16)
      const d = eightAt(units, at + 24)
      solid[i] = (a & 255) | ((b & 255) << 8) | ((c & 255) << 16) | (d << 24)
      word[i] = ((a >>> 8) & 255) | (b & 0xff00) | ((c & 0xff00) << 8) | ((d & 0xff00) << 16)
      letter[i] = ((a >>> 16) & 255) | ((b >>> 8) & 0xff00) | (c & 0xff0000) | ((d & 0xff0000) << 8)
      digit[i] = (a >>> 24) | ((b >>> 16) & 0xff00) | ((c >>> 8) & 0xff0000) | (d & 0xff000000)
    }
    solid[count] = word[count] = letter[count] = digit[count] = 0
    const end = length >> 5
    solid[end] = ((solid[end] as number) & ~(-1 << length)) | (1 << length)
  }
}

/** The bits of eight units. */
function eightAt (units: Uint16Array, at: number): number {
  return (BITS[units[at] as number] as number) | ((BITS[units[at + 1] as number] as number) << 1) | ((BITS[units[at + 2] as number] as number) << 2) | ((BITS[units[at + 3] as number] as number) << 3) |
    ((BITS[units[at + 4] as number] as number) << 4) | ((BITS[units[at + 5] as number] as number) << 5) | ((BITS[units[at + 6] as number] as number) << 6) | ((BITS[units[at + 7] as number] as number) << 7)
}

/** The 32 bits of a mask from `at` on, the first lowest. */
export function bitsFrom (mask: Int32Array, at: number): number {
  const place = at >> 5
  return ((mask[place] as number) >>> at) | (((mask[place + 1] as number) << 1) << (~at & 31))
}

/** How many bits are set from `at` on, up to 32. */
export function runFrom (mask: Int32Array, at: number): number {
  const clear = ~bitsFrom(mask, at)
  return clear === 0 ? 32 : 31 - Math.clz32(clear & -clear)
}

/** The first place from `at` on whose bit is set; there is one. */
export function nextIn (mask: Int32Array, at: number): number {
  let place = at >> 5
  let bits = (mask[place] as number) & (-1 << at)
  while (bits === 0) bits = mask[++place] as number
  return (place << 5) + 31 - Math.clz32(bits & -bits)
}
