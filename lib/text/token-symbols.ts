import * as characters from './token-characters'
import type { Token } from './token'
import { kindNamed, LONGER_SYMBOLS, SYMBOLS } from './token-kinds'

const { C_DIGIT, C_LETTER, CLASS, IN_WORD } = characters

const QUOTE = kindNamed('quote-in')
const DOUBLE = kindNamed('double-in')
const RULE = kindNamed('---')
const ELLIPSIS = kindNamed('...')
const OPEN_MARKUP_COMMENT = kindNamed('<!--')
export const OPEN_COMMENT = kindNamed('/*')
export const LIVE_COMMENT = kindNamed('/*!')

/** By whether a word comes before quotes (2) and after them (1): in, open, close or free. */
const QUOTE_PLACE = Uint8Array.of(3, 1, 2, 0)

/** Kind of each symbol of ASCII where no space comes before it. */
export const SYMBOL = new Uint8Array(128)
for (let i = 0; i < SYMBOLS.length; i++) SYMBOL[SYMBOLS.charCodeAt(i)] = 2 * i

interface Three { second: number, third: number, kind: number }

/** By first and second character: the kind of the symbol of two, 0 for none. */
const TWO = new Uint8Array(128 * 128)
/** By first character: the symbols of three; those that end in a sign of higher code come first. */
const THREE: Three[][] = Array.from({ length: 128 }, () => [])
/** Whether some longer symbol begins with a character. */
const BEGINS = new Uint8Array(128)
for (const name of LONGER_SYMBOLS) {
  const first = name.charCodeAt(0)
  BEGINS[first] = 1
  if (name.length === 2) TWO[first * 128 + name.charCodeAt(1)] = kindNamed(name)
  else (THREE[first] as Three[]).push({ second: name.charCodeAt(1), third: name.charCodeAt(2), kind: kindNamed(name) })
}
for (const list of THREE) list.sort((a, b) => b.third - a.third)

/** What `PAIRS` says beside the kind: space before the symbol counts, */
export const TAKES_SPACE = 1 << 8
/** both characters belong to it, */
export const IS_TWO = 1 << 9
/** it is one less where part of a word comes before it; */
export const IS_QUOTE = 1 << 10
/** or that the two have to be looked at. */
export const UNSURE = 0xffff
/** By a symbol and the character after it (0 for those outside ASCII), what the two are: one look-up, and no branch, settles most symbols. */
export const PAIRS = new Uint16Array(128 * 128)
for (let code = 0; code < 128; code++) for (let next = 0; next < 128; next++) PAIRS[code * 128 + next] = pairOf(code, next)

function pairOf (code: number, next: number): number {
  const isQuote = code === 39 || code === 34
  if (next === code || (isQuote && next === 0) || (THREE[code] as Three[]).some(({ second }) => second === next) || (code === 47 && next === 42) || (code === 36 && CLASS[next] === C_LETTER)) return UNSURE
  if (isQuote) return ((code === 39 ? QUOTE : DOUBLE) + (QUOTE_PLACE[IN_WORD[next] as number] as number)) | IS_QUOTE
  const two = TWO[code * 128 + next] as number
  return two === 0 ? (SYMBOL[code] as number) | TAKES_SPACE : two | IS_TWO
}

/**
 * Reads the symbol at `at`, as long as some language reads one; three and more alike are one, for repetition is not evidence.
 * @param spaced 1 where space comes before it. @returns Where it ends.
 */
export function readSymbol (units: Uint16Array, at: number, to: number, spaced: number, token: Token): number {
  const code = units[at] as number
  const next = at + 1 < to ? units[at + 1] as number : 0
  if (next !== code && BEGINS[code] === 0) {
    token.kind = (SYMBOL[code] as number) | spaced
    return at + 1
  }
  if (BEGINS[code] !== 0 && next < 128 && next !== 0) {
    const end = (THREE[code] as Three[]).length === 0 ? 0 : readThree(units, at, to, token)
    if (end > 0) return end
    if (!(next === code && units[at + 2] === code)) {
      token.kind = TWO[code * 128 + next] as number
      if (token.kind !== 0) return at + 2
    }
  }
  token.kind = (SYMBOL[code] as number) | spaced
  let end = at + 1
  if (next === code && units[at + 2] === code && at + 2 < to) while (end < to && units[end] === code) end++
  return end
}

function readThree (units: Uint16Array, at: number, to: number, token: Token): number {
  const code = units[at] as number
  const second = units[at + 1] as number
  const third = at + 2 < to ? units[at + 2] as number : 0
  const candidates = THREE[code] as readonly Three[]
  for (let i = 0; i < candidates.length; i++) {
    const each = candidates[i] as Three
    if (each.second !== second || each.third !== third) continue
    token.kind = each.kind
    if (each.kind === RULE || each.kind === ELLIPSIS) {
      let end = at + 3
      while (end < to && units[end] === code) end++
      // `--->` ends a comment of markup: its dashes are no rule.
      if (each.kind === RULE && end === at + 3 && end < to && units[end] === 62) return 0
      return end
    }
    if (each.kind === OPEN_MARKUP_COMMENT) {
      if (units[at + 3] === 45) return at + 4
      continue
    }
    return at + 3
  }
  return 0
}

/** Reads quotes, three and more alike as one, by what they stand between. @returns Where they end. */
export function readQuote (units: Uint16Array, at: number, to: number, token: Token): number {
  const code = units[at] as number
  let end = at + 1
  if (end + 1 < to && units[end] === code && units[end + 1] === code) while (end < to && units[end] === code) end++
  const before = at > 0 ? IN_WORD[units[at - 1] as number] as number : 0
  token.kind = (code === 39 ? QUOTE : DOUBLE) + (QUOTE_PLACE[2 * before + (IN_WORD[units[end] as number] as number)] as number)
  return end
}

/** Where the opening of a comment that MySQL executes (`/*!50000`) ends. */
export function endOfLiveComment (units: Uint16Array, at: number, to: number): number {
  let end = at + 3
  while (end < to && end < at + 9 && CLASS[units[end] as number] === C_DIGIT) end++
  return end
}
