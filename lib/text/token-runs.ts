import * as characters from './token-characters'
import { kindNamed } from './token-kinds'
import type { Token } from './token'

const { C_DIGIT, C_LETTER, C_SPACE, CLASS } = characters

const LONG = kindNamed('long')

/** Letters of a word that are hashed, and looked at for digits. */
export const MAX_WORD = 40
/** Words longer than this are ids, hashes and encoded things. */
export const LONG_WORD = 24
/** Shortest run of base64url that is taken for one. */
export const MIN_ENCODED = 22

const DASH = 45
const LOW_LINE = 95
const DIGITS = 1
const UPPER = 1 << 10
const LOWER = 1 << 20
/** Characters counted at once: as many as each of the three counts in one number can hold. */
const BLOCK = 1000
/** Characters of base64url; for each what it adds to those counts. */
const IN_RUN = new Uint8Array(65_536)
const COUNTS = new Int32Array(128)
for (let code = 0; code < 128; code++) {
  if (CLASS[code] !== C_DIGIT && CLASS[code] !== C_LETTER && code !== DASH) continue
  IN_RUN[code] = 1
  COUNTS[code] = CLASS[code] === C_DIGIT ? DIGITS : code === DASH || code === LOW_LINE ? 0 : code >= 97 ? LOWER : UPPER
}

/** Digits among the first characters of a word. */
export function digitsIn (units: Uint16Array, start: number, end: number): number {
  const stop = end < start + MAX_WORD ? end : start + MAX_WORD
  let digits = 0
  for (let at = start; at < stop; at++) digits += (CLASS[units[at] as number] as number) === C_DIGIT ? 1 : 0
  return digits
}

/** Whether letters change case within, but for a capital at the start. */
export function isMixed (units: Uint16Array, start: number, end: number): boolean {
  let changes = 0
  let upper = -1
  for (let at = start; at < end; at++) {
    const code = units[at] as number
    if ((code | 32) < 97 || code === LOW_LINE) continue
    const isUpper = code < 97 ? 1 : 0
    if (isUpper !== upper) changes++
    upper = isUpper
  }
  return changes > 2
}

/** Whether the next character but spaces (four at the most) is `code`. */
export function nextIs (units: Uint16Array, from: number, to: number, code: number): boolean {
  for (let at = from; at < to && at < from + 4; at++) {
    if (units[at] === code) return true
    if (CLASS[units[at] as number] !== C_SPACE) return false
  }
  return false
}

/**
 * Takes a word or number for the start of a run of base64url (letters, digits, `-` and `_`) where that is long and mixed enough to be nothing else:
 * its dashes are no comments, and its letters no words. Each run is looked at once.
 * @param end Where the word or number ends. @returns Where the run ends, or `end` where it is none.
 */
export function unlessEncoded (units: Uint16Array, start: number, end: number, token: Token): number {
  if (start < token.runEnd) return end
  let at = start
  let digits = 0
  let upper = 0
  let lower = 0
  for (let isWhole = false; !isWhole;) {
    const stop = at + BLOCK
    let counts = 0
    let code = 0
    for (; at < stop && IN_RUN[code = units[at] as number] !== 0; at++) counts += COUNTS[code] as number
    isWhole = at < stop
    digits += counts & 1023
    upper += (counts >> 10) & 1023
    lower += (counts >> 20) & 1023
  }
  token.steps += at - start
  token.runEnd = at
  if (at - start < MIN_ENCODED || ((digits < 2 || upper < 3 || lower < 3) && digits < 6)) return end
  token.kind = LONG
  token.word = 0
  return at
}
