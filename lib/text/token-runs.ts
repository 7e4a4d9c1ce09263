import * as characters from './token-characters'
import { kindNamed } from './token-kinds'
import type { Token } from './token'
import * as unitMasks from './unit-masks'
import type { UnitMasks } from './unit-masks'

const { C_SPACE, CLASS } = characters
const { bitsFrom, countBits, runFrom } = unitMasks

const LONG = kindNamed('long')

/** Letters of a word that are hashed, and looked at for digits. */
export const MAX_WORD = 40
/** Words longer than this are ids, hashes and encoded things. */
export const LONG_WORD = 24
/** Shortest run of base64url that is taken for one. */
export const MIN_ENCODED = 22

const LOW_LINE = 95

/** Digits among the first characters of a word. */
export function digitsIn ({ digit }: UnitMasks, start: number, end: number): number {
  const length = end - start
  const first = bitsFrom(digit, start)
  if (length <= 32) return countBits(length === 32 ? first : first & ~(-1 << length))
  return countBits(first) + countBits(bitsFrom(digit, start + 32) & ~(-1 << Math.min(length - 32, MAX_WORD - 32)))
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
export function unlessEncoded ({ dashed, digit, letter, upper }: UnitMasks, start: number, end: number, token: Token): number {
  if (start < token.runEnd) return end
  let at = start
  let digits = 0
  let uppers = 0
  let letters = 0
  for (let length = 32; length === 32; at += length) {
    length = runFrom(dashed, at)
    const within = length === 32 ? -1 : ~(-1 << length)
    if (at === start && length < MIN_ENCODED) {
      token.runEnd = at + length
      return end
    }
    digits += countBits(bitsFrom(digit, at) & within)
    uppers += countBits(bitsFrom(upper, at) & within)
    letters += countBits(bitsFrom(letter, at) & within)
  }
  token.steps += at - start
  token.runEnd = at
  if ((digits < 2 || uppers < 3 || letters - uppers < 3) && digits < 6) return end
  token.kind = LONG
  token.word = 0
  return at
}
