import * as words from './injection-words'
import type { TextUnits } from './text-units'
import * as characters from './token-characters'
import { FIRST_MEANING, kindNamed } from './token-kinds'
import * as numbers from './token-numbers'
import * as runs from './token-runs'
import * as symbols from './token-symbols'

// Constants of this module: read through an import, at each character, they cost a fifth more (measured).
const { C_CONTROL, C_DIGIT, C_FOREIGN, C_LETTER, C_SPACE, C_SYMBOL, C_WIDE_SPACE, CLASS, FOLDED, FOREIGN_LETTER } = characters
const { knownWord, meaningOf, WORD_PRIME, WORD_SEED } = words
const { LONG_WORD, MAX_WORD, readNumber } = numbers
const { digitsIn, isMixed, nextIs } = runs
const { ALONE, endOfLiveComment, FOLLOWED, LIVE_COMMENT, OPEN_COMMENT, readQuote, readSymbol, SYMBOL, UNSURE } = symbols
const MEANING = FIRST_MEANING

/** Tokens that the buffers hold. */
export const CAPACITY = 512

/** Flags of a token: space comes before it, */
export const SPACED = 1
/** a comment comes before it, */
export const COMMENTED = 2
/** it is a known word whose letters change case in its midst (`uNiOn`). */
export const MIXED = 4

const ZERO_ONE = kindNamed('zero-one')
const DIGIT = kindNamed('digit')
const START = kindNamed('start')
const END = kindNamed('end')
const WORD = kindNamed('word')
const LETTER = kindNamed('letter')
const NAME = kindNamed('name')
const LONG = kindNamed('long')
const FOREIGN = kindNamed('foreign')
const ID = kindNamed('id')
const NEWLINE = kindNamed('newline')
const BREAK = kindNamed('break')
const CONTROL = kindNamed('control')
const SIGN = kindNamed('sign')
const HANDLER_LIKE = kindNamed('handler-like')

const SPACE = 32
const DOLLAR = 36
const DASH = 45
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
/** Shortest run of base64url that is taken for one. */
const MIN_ENCODED = 22
/** Characters of ASCII after which a single digit is nothing more. */
const ENDS_DIGIT = new Uint8Array(128)
for (let code = 0; code < 128; code++) if (FOLDED[code] === 0 && code !== 45 && code !== 46) ENDS_DIGIT[code] = 1
/** Longest `onsomething` taken for a handler. */
const MAX_HANDLER = 32

/**
 * Cuts text into tokens as the languages of injections have them: words by what they mean there (injection-words), numbers by kind
 * (token-numbers), symbols by whether space comes before them, quotes by what they stand between, and the symbols of two and three characters
 * that one of SQL, markup, script, shell, path and template languages reads as one (token-symbols). Comments count as space, as they do to a parser.
 *
 * One pass; every character is looked at a constant number of times (`steps` counts them). Long texts come in several calls of
 * `scan`, since the buffers hold `CAPACITY` tokens. Nothing is allocated.
 */
export class TokenScanner {
  /** Kinds of the tokens of the last call. */
  readonly kinds = new Uint8Array(CAPACITY)
  /** Numbers of known words, 0 for other tokens. */
  readonly words = new Uint16Array(CAPACITY)
  readonly flags = new Uint8Array(CAPACITY)
  /** Where in the text each token begins. */
  readonly starts = new Uint32Array(CAPACITY)
  /** Tokens of the last call. */
  count = 0
  /** Characters looked at since the object was made, each time one is. */
  steps = 0
  // Of the token being read: kind, number of the known word, flags.
  #kind = 0
  #word = 0
  #flag = 0
  readonly #out = { kind: 0, steps: 0 }
  #noClose = false
  #runEnd = 0

  /**
   * Reads tokens from `from` on, up to the capacity.
   * @returns Where it stopped: the text's length, or where the next call has to go on.
   */
  scan (text: TextUnits, from: number): number {
    const { kinds, words, flags, starts } = this
    const { units, length: to } = text
    let count = from === 0 ? this.#begin() : 0
    let at = from
    let spaced = 0
    while (at < to && count <= CAPACITY - 4) {
      const start = at
      const code = units[at] as number
      this.#word = 0
      this.#flag = spaced
      switch (CLASS[code]) {
        case C_SPACE:
          if (code !== LINE_FEED && code !== CARRIAGE_RETURN) {
            at++
            spaced |= SPACED
            continue
          }
          at = this.#lineBreak(units, at, to)
          break
        case C_LETTER: at = this.#readWord(units, at, to, spaced); break
        case C_SYMBOL: at = this.#readSymbol(units, at, to, spaced); break
        case C_DIGIT: at = this.#readNumber(units, at, to); break
        case C_FOREIGN: at = this.#readForeign(units, at, to); break
        case C_WIDE_SPACE:
          at++
          spaced |= SPACED
          continue
        default:
          at++
          this.#kind = CLASS[code] === C_CONTROL ? CONTROL : SIGN
      }
      if (this.#kind < 0) {
        spaced |= SPACED | COMMENTED
        continue
      }
      kinds[count] = this.#kind
      words[count] = this.#word
      flags[count] = this.#flag
      starts[count++] = start
      spaced = this.#kind === NEWLINE || this.#kind === BREAK ? SPACED : 0
      if (units[at] === SPACE && at < to) {
        at++
        spaced = SPACED
      }
    }
    if (at >= to) {
      kinds[count] = END
      words[count] = 0
      flags[count] = 0
      starts[count++] = to
    }
    this.count = count
    this.steps += at - from
    return at
  }

  #begin (): number {
    this.#noClose = false
    this.#runEnd = 0
    this.kinds[0] = START
    this.words[0] = 0
    this.flags[0] = 0
    this.starts[0] = 0
    return 1
  }

  /** Line breaks are one; with a carriage return they are those of a protocol. */
  #lineBreak (units: Uint16Array, at: number, to: number): number {
    let isBreak = false
    let end = at
    for (; end < to; end++) {
      const code = units[end]
      if (code === CARRIAGE_RETURN) isBreak = true
      else if (code !== LINE_FEED) break
    }
    this.#kind = isBreak ? BREAK : NEWLINE
    return end
  }

  #readWord (units: Uint16Array, start: number, to: number, spaced: number): number {
    const code = units[start] as number
    const isOperator = code === DOLLAR
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
        this.#word = word
        this.#kind = MEANING + meaningOf(word)
        if (end - start > 2 && isMixed(units, start, end)) this.#flag |= MIXED
        return (others > 0 && digitsIn(units, start, end) > 0) || units[end] === DASH ? this.#unlessEncoded(units, start, end, to) : end
      }
    }
    if (isOperator) {
      // `$name` that is no operator: the sign, then the name.
      this.#kind = (SYMBOL[DOLLAR] as number) | (spaced & SPACED)
      return start + 1
    }
    return this.#unknownWord(units, start, end, to, others > 0, foreign)
  }

  #unknownWord (units: Uint16Array, start: number, end: number, to: number, hasOthers: boolean, foreign: number): number {
    const length = end - start
    const code = units[start] as number
    if (!hasOthers && foreign === 0 && (code | 32) !== 111 && length <= LONG_WORD && units[end] !== DASH) {
      this.#kind = length === 1 ? LETTER : WORD
      return end
    }
    const digits = hasOthers ? digitsIn(units, start, end) : 0
    if (length > 4 && length <= MAX_HANDLER && digits === 0 && (code | 32) === 111 && ((units[start + 1] as number) | 32) === 110 && nextIs(units, end, to, 61)) this.#kind = HANDLER_LIKE
    else if (foreign > 0) this.#kind = FOREIGN
    else if (length > LONG_WORD) this.#kind = LONG
    else if (digits > 0) this.#kind = digits > 2 ? ID : NAME
    else if (length === 1) this.#kind = LETTER
    else this.#kind = hasOthers ? NAME : WORD
    return digits > 0 || units[end] === DASH ? this.#unlessEncoded(units, start, end, to) : end
  }

  #readNumber (units: Uint16Array, start: number, to: number): number {
    const next = units[start + 1] as number
    if (next < 128 && ENDS_DIGIT[next] !== 0) {
      this.#kind = (units[start] as number) < 50 ? ZERO_ONE : DIGIT
      return start + 1
    }
    const end = readNumber(units, start, to, this.#out)
    this.steps += this.#out.steps
    this.#kind = this.#out.kind
    return FOLDED[units[end] as number] !== 0 || units[end] === DASH ? this.#unlessEncoded(units, start, end, to) : end
  }

  #readForeign (units: Uint16Array, start: number, to: number): number {
    let end = start + 1
    while (end < to && (CLASS[units[end] as number] === C_FOREIGN || CLASS[units[end] as number] === C_LETTER)) end++
    this.#kind = FOREIGN
    return end
  }

  #readSymbol (units: Uint16Array, at: number, to: number, spaced: number): number {
    const code = units[at] as number
    const next = units[at + 1] as number
    const followed = FOLLOWED[code * 128 + (next < 128 ? next : 0)] as number
    if (followed !== UNSURE) {
      this.#kind = followed === ALONE ? (SYMBOL[code] as number) | (spaced & SPACED) : followed
      return followed === ALONE ? at + 1 : at + 2
    }
    let end
    if (code === 39 || code === 34) end = readQuote(units, at, to, this.#out)
    else if (code === 47 && next === 42) return this.#readComment(units, at, to)
    else if (code === DOLLAR && CLASS[next] === C_LETTER) return this.#readWord(units, at, to, spaced)
    else end = readSymbol(units, at, to, spaced & SPACED, this.#out)
    this.#kind = this.#out.kind
    return end
  }

  /** A comment is space; one that is never closed, or that MySQL executes, is a token. */
  #readComment (units: Uint16Array, at: number, to: number): number {
    if (units[at + 2] === 33) {
      this.#kind = LIVE_COMMENT
      return endOfLiveComment(units, at, to)
    }
    if (!this.#noClose) {
      for (let end = at + 2; end + 1 < to; end++) {
        if (units[end] !== 42 || units[end + 1] !== 47) continue
        this.#kind = -1
        return end + 2
      }
      this.steps += to - at
      this.#noClose = true
    }
    this.#kind = OPEN_COMMENT
    return at + 2
  }

  /**
   * Takes a word or number for the start of a run of base64url (letters, digits, `-` and `_`) where that is long and mixed enough to be nothing else:
   * its dashes are no comments, and its letters no words. Each run is looked at once.
   */
  #unlessEncoded (units: Uint16Array, start: number, end: number, to: number): number {
    if (start < this.#runEnd) return end
    let at = start
    let lower = 0
    let upper = 0
    let digits = 0
    for (; at < to; at++) {
      const code = units[at] as number
      const kind = CLASS[code]
      if (kind === C_DIGIT) digits++
      else if (kind === C_LETTER && code !== 95) code >= 97 ? lower++ : upper++
      else if (code !== DASH && code !== 95) break
    }
    this.steps += at - start
    this.#runEnd = at
    if (at - start < MIN_ENCODED || ((digits < 2 || upper < 3 || lower < 3) && digits < 6)) return end
    this.#kind = LONG
    this.#word = 0
    return at
  }
}
