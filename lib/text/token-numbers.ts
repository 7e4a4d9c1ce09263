import * as words from './injection-words'
import * as characters from './token-characters'
import { kindNamed } from './token-kinds'
import type { Token } from './token'
import type { TextUnits } from './text-units'
import { LONG_WORD, MAX_WORD } from './token-runs'
import { bitsFrom, runFrom } from './unit-masks'

const { C_DIGIT, C_LETTER, CLASS, FOLDED, isHex } = characters
const { knownWord, WORD_PRIME, WORD_SEED } = words

const ID = kindNamed('id')
const LONG = kindNamed('long')
const ZERO_ONE = kindNamed('zero-one')
const DIGIT = kindNamed('digit')
const NUMBER = kindNamed('number')
const DECIMAL = kindNamed('decimal')
const HEX = kindNamed('hex')
const VERSION = kindNamed('version')
const ADDRESS = kindNamed('address')
const LOOPBACK = kindNamed('loopback')
const PRIVATE = kindNamed('private')
const LINK_LOCAL = kindNamed('link-local')

/** Reads a number, an address, a version, or an id that begins with a digit. @returns Where it ends. */
export function readNumber (text: TextUnits, from: number, token: Token): number {
  const { units, length: to } = text
  let at = from
  let first = 0
  while (at < to && CLASS[units[at] as number] === C_DIGIT) {
    if (at - from < 9) first = first * 10 + (units[at] as number) - 48
    at++
  }
  const digits = at - from
  const code = at < to ? units[at] as number : 0
  if (code === 46 && at + 1 < to && CLASS[units[at + 1] as number] === C_DIGIT) return readDotted(units, at, to, first, token)
  if (CLASS[code] === C_LETTER && code !== 95) return readMixed(text, from, at, first, token)
  token.kind = plainKind(digits, first)
  return at
}

function plainKind (digits: number, value: number): number {
  return digits === 1 ? value < 2 ? ZERO_ONE : DIGIT : NUMBER
}

/** Digits that a word follows without space: SQL reads `1or` as two tokens; an id (`5e8f9a`, `3pm`) is one. */
function readMixed ({ units, masks, length: to }: TextUnits, from: number, at: number, first: number, token: Token): number {
  const digits = at - from
  if (((units[at] as number) | 32) === 120 && digits === 1 && first === 0) {
    let end = at + 1
    while (end < to && isHex(units[end] as number)) end++
    if (end > at + 1) {
      token.kind = HEX
      return end
    }
  }
  let end = at
  let hasMore = false
  for (let run = 32; run === 32; end += run) {
    run = runFrom(masks.word, end)
    hasMore ||= (bitsFrom(masks.digit, end) & (run === 32 ? -1 : ~(-1 << run))) !== 0
  }
  token.steps += end - at
  if (!hasMore && end - at > 1 && isKnown(units, at, end)) {
    token.kind = plainKind(digits, first)
    return at
  }
  token.kind = end - from > LONG_WORD ? LONG : ID
  return end
}

function isKnown (units: Uint16Array, at: number, end: number): boolean {
  let hash = WORD_SEED
  for (let i = at; i < end && i < at + MAX_WORD; i++) hash = Math.imul(hash ^ (FOLDED[units[i] as number] as number), WORD_PRIME)
  return knownWord(hash) !== 0
}

function readDotted (units: Uint16Array, from: number, to: number, first: number, token: Token): number {
  let at = from
  let dots = 0
  let second = 0
  let others = 0
  while (at + 1 < to && units[at] === 46 && CLASS[units[at + 1] as number] === C_DIGIT) {
    at++
    dots++
    let value = 0
    while (at < to && CLASS[units[at] as number] === C_DIGIT) value = Math.min(9999, value * 10 + (units[at++] as number) - 48)
    if (dots === 1) second = value
    others |= value
  }
  token.steps += at - from
  // Chrome/127.0.0.0: nobody is at the first address of a network, but browsers have such versions.
  token.kind = dots === 1 ? DECIMAL : dots !== 3 || (others === 0 && first > 0) ? VERSION : addressKind(first, second)
  return at
}

function addressKind (first: number, second: number): number {
  if (first === 127 || first === 0) return LOOPBACK
  if (first === 169 && second === 254) return LINK_LOCAL
  const isPrivate = first === 10 || (first === 192 && second === 168) || (first === 172 && second >= 16 && second < 32) || (first === 100 && second === 100)
  return isPrivate ? PRIVATE : ADDRESS
}
