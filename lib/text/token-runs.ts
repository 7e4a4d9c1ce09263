import * as characters from './token-characters'
import { MAX_WORD } from './token-numbers'

const { C_DIGIT, C_SPACE, CLASS } = characters

/** Digits among the first characters of a word. */
export function digitsIn (units: Uint16Array, start: number, end: number): number {
  let digits = 0
  for (let at = start; at < end && at < start + MAX_WORD; at++) if (CLASS[units[at] as number] === C_DIGIT) digits++
  return digits
}

/** Whether letters change case within, but for a capital at the start. */
export function isMixed (units: Uint16Array, start: number, end: number): boolean {
  let changes = 0
  let upper = -1
  for (let at = start; at < end; at++) {
    const code = units[at] as number
    if ((code | 32) < 97 || code === 95) continue
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
