import * as words from './injection-words'
import * as characters from './token-characters'
import { MIXED } from './token'
import type { Token } from './token'
import { FIRST_MEANING, kindNamed } from './token-kinds'
import { digitsIn, isMixed, LONG_WORD, MAX_WORD, nextIs, unlessEncoded } from './token-runs'
import { SYMBOL } from './token-symbols'
import { UNKNOWN_WORD } from './short-words'
import type { TextUnits } from './text-units'
import * as unitMasks from './unit-masks'
import type { UnitMasks } from './unit-masks'

// Constants of this module: read through an import, at each character, they cost a fifth more (measured).
const { FOLDED, FOREIGN_LETTER } = characters
const { knownWord, mayBeKnown, meaningOf, WORD_PRIME, WORD_SEED } = words
const { bitsFrom, runFrom } = unitMasks

const WORD = kindNamed('word')
const LETTER = kindNamed('letter')
const NAME = kindNamed('name')
const LONG = kindNamed('long')
const FOREIGN = kindNamed('foreign')
const ID = kindNamed('id')
const HANDLER_LIKE = kindNamed('handler-like')

const DOLLAR = 36
const DASH = 45
const EQUALS = 61
/** Longest `onsomething` taken for a handler. */
const MAX_HANDLER = 32

/** Reads any word, or an operator such as `$where`. @param spaced 1 where space comes before it. @returns Where it ends. */
export function readWord (text: TextUnits, start: number, spaced: number, token: Token): number {
  const { units, masks, length: to } = text
  const isOperator = units[start] === DOLLAR
  let hash = isOperator ? Math.imul(WORD_SEED ^ DOLLAR, WORD_PRIME) : WORD_SEED
  let others = 0
  let foreign = 0
  let end = isOperator ? start + 1 : start
  const limit = start + MAX_WORD < to ? start + MAX_WORD : to
  for (; end < limit; end++) {
    const folded = FOLDED[units[end] as number] as number
    if (folded < 97) {
      if (folded === 0) break
      if (folded === FOREIGN_LETTER) foreign++
      else others++
    }
    hash = Math.imul(hash ^ folded, WORD_PRIME)
  }
  if (end === limit) while (end < to && FOLDED[units[end] as number] !== 0) end++
  if (foreign === 0 && end - start < MAX_WORD) {
    const word = knownWord(hash)
    if (word !== 0) {
      token.word = word
      token.kind = FIRST_MEANING + meaningOf(word)
      if (end - start > 2 && isMixed(units, start, end)) token.flag |= MIXED
      return (others > 0 && digitsIn(masks, start, end) > 0) || units[end] === DASH ? unlessEncoded(masks, start, end, token) : end
    }
  }
  if (isOperator) {
    // `$name` that is no operator: the sign, then the name.
    token.kind = (SYMBOL[DOLLAR] as number) | spaced
    return start + 1
  }
  return unknownWord(text, start, end, others > 0, foreign, token)
}

function unknownWord ({ units, masks, length: to }: TextUnits, start: number, end: number, hasOthers: boolean, foreign: number, token: Token): number {
  const length = end - start
  const digits = hasOthers ? digitsIn(masks, start, end) : 0
  if (digits === 0 && length <= MAX_HANDLER && beginsHandler(units, start, length) && nextIs(units, end, to, EQUALS)) token.kind = HANDLER_LIKE
  else if (foreign > 0) token.kind = FOREIGN
  else if (length > LONG_WORD) token.kind = LONG
  else if (digits > 0) token.kind = digits > 2 ? ID : NAME
  else if (length === 1) token.kind = LETTER
  else token.kind = hasOthers ? NAME : WORD
  return digits > 0 || units[end] === DASH ? unlessEncoded(masks, start, end, token) : end
}

/** Whether a word begins as the name of a handler of events does. */
export function beginsHandler (units: Uint16Array, start: number, length: number): boolean {
  return length > 4 && ((units[start] as number) | 32) === 111 && ((units[start + 1] as number) | 32) === 110
}

/**
 * Reads a word that is longer than most: an id, a hash, something encoded.
 * @param length Characters of it, 32 where there may be more. @returns Where it ends, -1 where it is to be looked at letter by letter.
 */
export function readLong (text: TextUnits, at: number, length: number, spaced: number, token: Token): number {
  const { units, masks } = text
  let end = at + length
  for (let more = length; more === 32; end += more) more = runFrom(masks.word, end)
  const next = units[end] as number
  if (FOLDED[next] === FOREIGN_LETTER || beginsHandler(units, at, end - at) || (end - at < MAX_WORD && mayBeKnown(units, at, end - at))) return -1
  token.kind = LONG
  token.word = 0
  token.flag = spaced
  return next === DASH || digitsIn(masks, at, end) > 0 ? unlessEncoded(masks, at, end, token) : end
}

/** What an unknown word with digits, `_` or capitals within is. @param digits Where its digits are, the first lowest. */
export function oddKind ({ letter }: UnitMasks, at: number, length: number, digits: number): number {
  const within = ~(-1 << length)
  if ((bitsFrom(letter, at) & within) === within) return WORD
  const rest = digits & (digits - 1)
  return (rest & (rest - 1)) !== 0 ? ID : NAME
}

/** `MIXED` where a known word changes case within, else 0. */
export function caseOf ({ units, masks }: TextUnits, at: number, length: number): number {
  const upper = bitsFrom(masks.upper, at) & ~(-1 << length)
  return upper > 1 && length > 2 && isMixed(units, at, at + length) ? MIXED : 0
}

/** Reads a word of letters of which some are outside ASCII. @returns Where it ends, -1 where it is to be looked at letter by letter. */
export function readForeign ({ units, masks }: TextUnits, at: number, spaced: number, token: Token): number {
  const others = ~(bitsFrom(masks.letter, at) | bitsFrom(masks.foreign, at))
  const end = at + 31 - Math.clz32(others & -others)
  if (others === 0 || FOLDED[units[end] as number] !== 0 || units[end] === DASH || beginsHandler(units, at, end - at)) return -1
  token.kind = FOREIGN
  token.word = 0
  token.flag = spaced
  return end
}

/** Where a run of letters ends that begins with one outside ASCII. */
export function endOfForeign ({ foreign, word, digit }: UnitMasks, at: number): number {
  let end = at
  for (;;) {
    const others = ~(bitsFrom(foreign, end) | (bitsFrom(word, end) & ~bitsFrom(digit, end)))
    if (others !== 0) return end + 31 - Math.clz32(others & -others)
    end += 32
  }
}

/** Number and kind of a word that may be known. */
export function longerWord (units: Uint16Array, at: number, end: number): number {
  let hash = WORD_SEED
  for (let i = at; i < end; i++) hash = Math.imul(hash ^ (FOLDED[units[i] as number] as number), WORD_PRIME)
  const word = knownWord(hash)
  return word === 0 ? UNKNOWN_WORD : (word << 8) | (FIRST_MEANING + meaningOf(word))
}
