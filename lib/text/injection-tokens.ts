import * as words from './injection-words'
import type { TextUnits } from './text-units'
import * as runs from './token-runs'
import * as characters from './token-characters'
import * as token from './token'
import { kindNamed } from './token-kinds'
import { readNumber } from './token-numbers'
import * as symbols from './token-symbols'
import * as shortWords from './short-words'
import * as wordReaders from './token-words'
import * as unitMasks from './unit-masks'

// Constants of this module: read through an import, at each character, they cost a fifth more (measured).
const { C_CONTROL, C_DIGIT, C_FOREIGN, C_LETTER, C_SPACE, C_SYMBOL, CLASS, FOLDED, FOREIGN_LETTER } = characters
const { mayBeKnown } = words
const { bitsFrom, runFrom } = unitMasks
const { LONG_WORD, MIN_ENCODED, unlessEncoded } = runs
const { SHORT_WORD, shortWord, UNKNOWN_WORD } = shortWords
const { endOfLiveComment, IS_TWO, LIVE_COMMENT, OPEN_COMMENT, PAIRS, readQuote, readSymbol, UNSURE } = symbols
const { COMMENTED, SPACED, Token } = token
const { beginsHandler, caseOf, endOfForeign, longerWord, oddKind, readForeign, readLong, readWord } = wordReaders

/** Tokens that the buffers hold. */
export const CAPACITY = 512

const ZERO_ONE = kindNamed('zero-one')
const DIGIT = kindNamed('digit')
const NUMBER = kindNamed('number')
const DECIMAL = kindNamed('decimal')
const START = kindNamed('start')
const END = kindNamed('end')
const FOREIGN = kindNamed('foreign')
const NEWLINE = kindNamed('newline')
const BREAK = kindNamed('break')
const CONTROL = kindNamed('control')
const SIGN = kindNamed('sign')

const SPACE = 32
const DOLLAR = 36
const DASH = 45
const POINT = 46
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
/**
 * Cuts text into tokens as the languages of injections have them: words by what they mean there (injection-words), numbers by kind
 * (token-numbers), symbols by whether space comes before them, quotes by what they stand between, and the symbols of two and three characters
 * that one of SQL, markup, script, shell, path and template languages reads as one (token-symbols). Comments count as space, as they do to a parser.
 *
 * One pass; every character is looked at a constant number of times (`steps` counts them). Long texts come in several calls of
 * `scan`, since the buffers hold `CAPACITY` tokens. Nothing is allocated.
 */
export class TokenScanner {
  /** Tokens of the last call: `flags << 24 | number of the known word << 8 | kind`, the number 0 where there is none. */
  readonly tokens = new Int32Array(CAPACITY)
  /** The same one by one, after `read`. */
  readonly kinds = new Uint8Array(CAPACITY)
  readonly words = new Uint16Array(CAPACITY)
  readonly flags = new Uint8Array(CAPACITY)
  /** Where in the text each token begins. */
  readonly starts = new Uint32Array(CAPACITY)
  /** Tokens of the last call. */
  count = 0
  /** Characters looked at since the object was made, each time one is. */
  steps = 0
  readonly #token = new Token()

  /** `scan`, for those who look at kinds, words and flags. */
  read (text: TextUnits, from: number): number {
    const at = this.scan(text, from)
    for (let i = 0; i < this.count; i++) {
      const token = this.tokens[i] as number
      this.kinds[i] = token & 255
      this.words[i] = token >>> 8
      this.flags[i] = token >>> 24
    }
    return at
  }

  /**
   * Reads tokens from `from` on, up to the capacity. What most texts consist of is read here, without a call; all else by `#readOther`, which
   * would read the former just so.
   * @returns Where it stopped: the text's length, or where the next call has to go on.
   */
  scan (text: TextUnits, from: number): number {
    const { tokens, starts } = this
    const { units, length: to } = text
    const token = this.#token
    if (from === 0) text.classify()
    const { masks, view } = text
    const { solid, start: startMask, spaced: spacedMask, joined: joinedMask, word: wordMask, digit: digitMask, odd: oddMask } = masks
    let count = from === 0 ? this.#begin() : 0
    let at = from
    // Of 32 units: where tokens begin that have not been read, and which of them a space comes before. What was read before says no more.
    let place = from >> 5
    let bits = ((startMask[place] as number) | ((solid[place] as number) & (1 << from))) & (-1 << from)
    let spaces = (spacedMask[place] as number) & ~(1 << from)
    let joints = joinedMask[place] as number
    // What the token before says of the next one.
    let carried = 0
    while (count <= CAPACITY - 4) {
      while (bits === 0) {
        bits = startMask[++place] as number
        spaces = spacedMask[place] as number
        joints = joinedMask[place] as number
      }
      at = ((place << 5) + 31 - Math.clz32(bits & -bits)) | 0
      if (at >= to) break
      bits &= bits - 1
      const spaced = carried | ((spaces >>> at) & SPACED)
      const code = units[at] as number
      const group = CLASS[code]
      // Whether the token ends where the next one was said to begin.
      let isRegular = true
      let end = at
      let found = 0
      let flag = spaced
      if (group === C_LETTER) {
        const others = ~(((wordMask[place] as number) >>> at) | (((wordMask[place + 1] as number) << 1) << (~at & 31)))
        const length = others === 0 ? 32 : 31 - Math.clz32(others & -others)
        end = (at + length) | 0
        const next = units[end] as number
        if (length > LONG_WORD || FOLDED[next] === FOREIGN_LETTER) {
          end = length > LONG_WORD ? readLong(text, at, length, spaced, token) : readForeign(text, at, spaced, token)
          found = (token.word << 8) | token.kind
          flag = token.flag
          isRegular = false
        } else {
          found = length <= SHORT_WORD ? shortWord(view, at, length) : mayBeKnown(units, at, length) ? longerWord(units, at, end) : UNKNOWN_WORD
          const odd = (((oddMask[place] as number) >>> at) | (((oddMask[place + 1] as number) << 1) << (~at & 31))) & ~(-1 << length)
          let digits = 0
          if (odd !== 0) {
            digits = bitsFrom(digitMask, at) & ~(-1 << length)
            if (found > 255) flag |= caseOf(text, at, length)
            else if (length > 1) found = oddKind(masks, at, length, digits)
          }
          if (beginsHandler(units, at, length) && found < 256 && digits === 0) {
            end = -1
          } else if (next === DASH || (digits !== 0 && length >= MIN_ENCODED)) {
            token.kind = found & 255
            token.word = found >>> 8
            end = unlessEncoded(masks, at, end, token)
            found = (token.word << 8) | token.kind
            isRegular = end === at + length
          }
        }
      } else if (group === C_SYMBOL) {
        const next = units[(at + 1) | 0] as number
        const pair = PAIRS[(code << 7) | (next < 128 ? next : 0)] as number
        if (pair === UNSURE) {
          end = -1
        } else {
          // Kinds of single symbols are even: one more where space comes before. Those of quotes are one less after a word.
          found = ((pair & 255) + (spaced & (pair >> 8) & SPACED) - ((joints >>> at) & (pair >> 10))) | 0
          end = (at + 1) | 0
          if ((pair & IS_TWO) !== 0) {
            end = (at + 2) | 0
            isRegular = false
          }
        }
      } else if (group === C_DIGIT) {
        const length = runFrom(digitMask, at)
        end = at + length
        found = length > 1 ? NUMBER : code < 50 ? ZERO_ONE : DIGIT
        let next = units[end] as number
        if (next === POINT) {
          const more = runFrom(digitMask, end + 1)
          if (more > 0) {
            found = DECIMAL
            end += 1 + more
            isRegular = false
            next = units[end] as number
          }
        }
        if (FOLDED[next] !== 0 || next === DASH || (next === POINT && found === DECIMAL)) end = -1
      } else if (group === C_FOREIGN) {
        found = FOREIGN
        end = endOfForeign(masks, at)
        isRegular = FOLDED[units[end] as number] === 0
      } else {
        end = -1
      }
      carried = 0
      if (end < 0) {
        end = this.#readOther(text, at, spaced)
        const { kind } = token
        found = kind < 0 ? -1 : (token.word << 8) | kind
        flag = token.flag
        isRegular = false
        carried = kind < 0 ? spaced | SPACED | COMMENTED : kind === NEWLINE || kind === BREAK ? SPACED : 0
      }
      if (!isRegular) {
        place = end >> 5
        bits = ((startMask[place] as number) | ((solid[place] as number) & (1 << end))) & (-1 << end)
        spaces = (spacedMask[place] as number) & ~(1 << end)
        joints = joinedMask[place] as number
      }
      if (found >= 0) {
        tokens[count] = found | (flag << 24)
        starts[count] = at
        count = (count + 1) | 0
      }
      at = end
    }
    if (units[at] === SPACE) at++
    if (at >= to) {
      tokens[count] = END
      starts[count++] = to
    }
    this.count = count
    this.steps += at - from + token.steps
    token.steps = 0
    return at
  }

  #begin (): number {
    this.#token.noClose = false
    this.#token.runEnd = 0
    this.tokens[0] = START
    this.starts[0] = 0
    return 1
  }

  /** Reads any token, which is left in `#token`; its kind is below 0 where it is a comment. @returns Where it ends. */
  #readOther (text: TextUnits, at: number, spaced: number): number {
    const { units, masks, length: to } = text
    const token = this.#token
    token.word = 0
    token.flag = spaced
    const code = units[at] as number
    switch (CLASS[code]) {
      case C_SPACE: return lineBreak(units, at, to, token)
      case C_LETTER: return readWord(text, at, spaced & SPACED, token)
      case C_DIGIT: {
        const end = readNumber(text, at, token)
        return FOLDED[units[end] as number] !== 0 || units[end] === DASH ? unlessEncoded(masks, at, end, token) : end
      }
      case C_SYMBOL:
        if (code === 39 || code === 34) return readQuote(units, at, to, token)
        if (code === 47 && units[at + 1] === 42) return readComment(units, at, to, token)
        if (code === DOLLAR && CLASS[units[at + 1] as number] === C_LETTER) return readWord(text, at, spaced & SPACED, token)
        return readSymbol(units, at, to, spaced & SPACED, token)
      default:
        token.kind = CLASS[code] === C_CONTROL ? CONTROL : SIGN
        return at + 1
    }
  }
}

/** Line breaks are one; with a carriage return they are those of a protocol. */
function lineBreak (units: Uint16Array, at: number, to: number, token: token.Token): number {
  let isBreak = false
  let end = at
  for (; end < to; end++) {
    const code = units[end]
    if (code === CARRIAGE_RETURN) isBreak = true
    else if (code !== LINE_FEED) break
  }
  token.kind = isBreak ? BREAK : NEWLINE
  return end
}

/** A comment is space; one that is never closed, or that MySQL executes, is a token. */
function readComment (units: Uint16Array, at: number, to: number, token: token.Token): number {
  if (units[at + 2] === 33) {
    token.kind = LIVE_COMMENT
    return endOfLiveComment(units, at, to)
  }
  if (!token.noClose) {
    for (let end = at + 2; end + 1 < to; end++) {
      if (units[end] !== 42 || units[end + 1] !== 47) continue
      token.kind = -1
      return end + 2
    }
    token.steps += to - at
    token.noClose = true
  }
  token.kind = OPEN_COMMENT
  return at + 2
}
