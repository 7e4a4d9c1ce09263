import * as characters from './token-characters'
import { TRAITS } from './unit-traits'

const { C_DIGIT, C_FOREIGN, C_LETTER, C_SPACE, C_SYMBOL, C_WIDE_SPACE, CLASS } = characters

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const DASH = 45
const LOW_LINE = 95

// What a unit is, in four bits: each mask is then a few operations on 32 units at once.
const BLANK = 0
const SYMBOL = 1
const OTHER = 2
const DASHES = 3
const LOWER = 4
const UPPER = 5
const DIGIT = 6
const LOW = 7
const FOREIGN = 8
/** With traits (unit-traits): letters outside ASCII, */
const TRAIT_FOREIGN = 9
/** and all others. */
const TRAIT = 10

/** The four bits of a unit, eight bits apart: so eight units give eight of each in one number. */
const BITS = new Int32Array(65_536)
for (let code = 0; code < 65_536; code++) {
  const bits = groupOf(code)
  BITS[code] = (bits & 1) | ((bits & 2) << 7) | ((bits & 4) << 14) | ((bits & 8) << 21)
}

function groupOf (code: number): number {
  const kind = CLASS[code]
  if (TRAITS[code] !== 0) return kind === C_FOREIGN ? TRAIT_FOREIGN : TRAIT
  if (kind === C_LETTER) return code === LOW_LINE ? LOW : code < LOW_LINE ? UPPER : LOWER
  if (kind === C_DIGIT) return DIGIT
  if (kind === C_FOREIGN) return FOREIGN
  if (kind === C_WIDE_SPACE || (kind === C_SPACE && code !== LINE_FEED && code !== CARRIAGE_RETURN)) return BLANK
  return code === DASH ? DASHES : kind === C_SYMBOL ? SYMBOL : OTHER
}

/**
 * A bit for each unit of a text, 32 in a number: where words, letters and digits are, and what is no space. Where a run of one ends is then found without
 * a loop: no processor foresees how long a word is, and to be wrong about it costs as much as to look at ten letters.
 *
 * Memory: a byte and a half for each unit that the text has room for. Beyond the end all bits are 0, but for one of `solid` and `start` at the end, beyond which no search goes.
 */
export class UnitMasks {
  /** All but spaces; line breaks are solid. */
  solid = new Int32Array(0)
  /** Where a token begins as a rule: all that is solid, of words and numbers the first unit. */
  start = new Int32Array(0)
  /** Units that a space comes before, and those that a letter or digit comes before. */
  spaced = new Int32Array(0)
  joined = new Int32Array(0)
  /** Letters and digits of ASCII, and `_`. */
  word = new Int32Array(0)
  /** Letters of ASCII. */
  letter = new Int32Array(0)
  upper = new Int32Array(0)
  digit = new Int32Array(0)
  /** Of words what most have none of: digits, `_`, and capitals but for the first letter. */
  odd = new Int32Array(0)
  /** Characters of base64url: those of words, and `-`. */
  dashed = new Int32Array(0)
  /** Letters outside ASCII. */
  foreign = new Int32Array(0)
  /** Units with traits (unit-traits). */
  trait = new Int32Array(0)

  /** @param units Of which 32 after `length` are zero. @returns Whether any has traits. */
  load (units: Uint16Array, length: number): boolean {
    const needed = (units.length >> 5) + 2
    if (this.solid.length !== needed) this.#resize(needed)
    const { solid, start, spaced, joined, word, letter, upper, digit, odd, dashed, foreign, trait } = this
    const count = (length >> 5) + 1
    let traits = 0
    // Of the 32 units before.
    let lastWord = 0
    let lastText = 0
    let lastSolid = -1
    for (let i = 0; i < count; i++) {
      const at = i << 5
      const a = eightAt(units, at)
      const b = eightAt(units, at + 8)
      const c = eightAt(units, at + 16)
      const d = eightAt(units, at + 24)
      const one = (a & 255) | ((b & 255) << 8) | ((c & 255) << 16) | (d << 24)
      const two = ((a >>> 8) & 255) | (b & 0xff00) | ((c & 0xff00) << 8) | ((d & 0xff00) << 16)
      const four = ((a >>> 16) & 255) | ((b >>> 8) & 0xff00) | (c & 0xff0000) | ((d & 0xff0000) << 8)
      const eight = (a >>> 24) | ((b >>> 16) & 0xff00) | ((c >>> 8) & 0xff0000) | (d & 0xff000000)
      const all = one | two | four | eight
      const text = four | (eight & ~two)
      solid[i] = all
      const before = (text << 1) | (lastText >>> 31)
      start[i] = all & ~(text & before)
      joined[i] = before
      spaced[i] = ~((all << 1) | (lastSolid >>> 31))
      word[i] = four
      odd[i] = four & (two | (one & ((four << 1) | (lastWord >>> 31))))
      lastWord = four
      lastText = text
      lastSolid = all
      letter[i] = four & ~two
      upper[i] = four & ~two & one
      digit[i] = four & two & ~one
      dashed[i] = four | (one & two)
      foreign[i] = eight & ~two
      trait[i] = eight & (one | two)
      traits |= eight & (one | two)
    }
    solid[count] = start[count] = word[count] = odd[count] = letter[count] = upper[count] = digit[count] = dashed[count] = foreign[count] = trait[count] = 0
    const end = length >> 5
    solid[end] = ((solid[end] as number) & ~(-1 << length)) | (1 << length)
    start[end] = ((start[end] as number) & ~(-1 << length)) | (1 << length)
    return traits !== 0
  }

  #resize (size: number): void {
    this.solid = new Int32Array(size)
    this.start = new Int32Array(size)
    this.spaced = new Int32Array(size)
    this.joined = new Int32Array(size)
    this.odd = new Int32Array(size)
    this.word = new Int32Array(size)
    this.letter = new Int32Array(size)
    this.upper = new Int32Array(size)
    this.digit = new Int32Array(size)
    this.dashed = new Int32Array(size)
    this.foreign = new Int32Array(size)
    this.trait = new Int32Array(size)
  }
}

/** The bits of eight units. */
function eightAt (units: Uint16Array, at: number): number {
  return (BITS[units[at] as number] as number) | ((BITS[units[at + 1] as number] as number) << 1) | ((BITS[units[at + 2] as number] as number) << 2) | ((BITS[units[at + 3] as number] as number) << 3) |
    ((BITS[units[at + 4] as number] as number) << 4) | ((BITS[units[at + 5] as number] as number) << 5) | ((BITS[units[at + 6] as number] as number) << 6) | ((BITS[units[at + 7] as number] as number) << 7)
}

/** How many bits are set. */
export function countBits (bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555)
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333)
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
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
