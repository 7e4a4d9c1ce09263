import { wholeNumber } from './whole-number'

/**
 * One pass over a value that a client sent: which kinds of characters it has, and how they follow each other.
 *
 * The scan is the only place that looks at the characters of a value; everything that is learned about values
 * (lib/detectors/field-profile) is made of its numbers. It is linear in the length, looks at no more than
 * `MAX_SCANNED` characters (the first 4,096 and the last 1,024), allocates nothing and never throws.
 *
 * `%XX` is read as the character it stands for, because query parsers hand over a whole value undecoded when one
 * escape in it is not UTF-8 (ISO-8859-1 forms): a byte of 0x80 or more counts as a letter outside ASCII, a lower one
 * as its character and, in a value that should have been decoded before, as a `%` as well.
 */

/** Kinds of characters, one bit each. */
export const DIGIT = 1
export const LOWER = 2
export const UPPER = 4
export const SPACE = 8
export const CONTROL = 16
/** A letter outside ASCII. */
export const LETTER = 32
/** Anything else outside ASCII: typographic signs, currency, emoji. */
export const SIGN = 64
/** Any ASCII punctuation; which one is in `symbols`. */
export const SYMBOL = 128
/** A letter that hexadecimal numbers have not, `g` to `z`: no kind of `ValueScan.kinds`, but one that ids of hexadecimal digits lack. */
export const BEYOND_HEX = 256

const HEAD = 4096
const TAIL = 1024
/** Characters looked at, at the most. */
export const MAX_SCANNED = HEAD + TAIL
/** Values longer than this have no exact shape: they are text. */
export const MAX_EXACT = 48

/** Pairs of neighbours told apart in one value. */
export const MAX_PAIRS = 48
/** Kinds of places for `neighbours`: the edge, letters, digits, spaces, control, signs, and each symbol. */
const EDGE = 0
const LETTERS_PLACE = 1
const DIGITS_PLACE = 2
const FIRST_SYMBOL = 6
const PLACES = FIRST_SYMBOL + 32

const SYMBOLS = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
const PERCENT = 0x25
const PERCENT_BIT = SYMBOLS.indexOf('%')
const PERCENT_MASK = 1 << PERCENT_BIT
const LETTERS = LOWER | UPPER | LETTER

/** Kind of each ASCII code. */
const KIND = new Uint8Array(128)
/** Bit number in `symbols` of each ASCII code. */
const SYMBOL_BIT = new Uint8Array(128)
for (let code = 0; code < 128; code++) {
  KIND[code] = code >= 48 && code <= 57
    ? DIGIT
    : code >= 97 && code <= 122
      ? LOWER
      : code >= 65 && code <= 90 ? UPPER : code === 32 ? SPACE : code < 32 || code === 127 ? CONTROL : SYMBOL
}
for (let bit = 0; bit < SYMBOLS.length; bit++) SYMBOL_BIT[SYMBOLS.charCodeAt(bit)] = bit

/** Bit in `symbols` of each ASCII code that is a symbol, else 0. */
const SYMBOL_MASK = Int32Array.from({ length: 128 }, (_, code) => KIND[code] === SYMBOL ? 1 << (SYMBOL_BIT[code] as number) : 0)

/** The same pair of neighbours with a letter for a digit or a digit for a letter; -1 where it has neither, or both. */
export function kinOf (pair: number): number {
  const first = Math.floor(pair / PLACES)
  const second = pair % PLACES
  const isFirst = first === LETTERS_PLACE || first === DIGITS_PLACE
  if (isFirst === (second === LETTERS_PLACE || second === DIGITS_PLACE)) return -1
  return isFirst ? (LETTERS_PLACE + DIGITS_PLACE - first) * PLACES + second : first * PLACES + LETTERS_PLACE + DIGITS_PLACE - second
}

/** The symbol that a bit of `ValueScan.symbols` stands for. */
export function symbolOf (bit: number): string {
  return SYMBOLS.charAt(bit)
}

/** The mask of some symbols, as in `ValueScan.symbols`. */
export function symbolMask (symbols: string): number {
  let mask = 0
  for (let i = 0; i < symbols.length; i++) mask |= 1 << SYMBOLS.indexOf(symbols.charAt(i))
  return mask
}

/** Kind of a UTF-16 code unit. Surrogates are signs: outside the basic plane emoji outnumber letters by far. */
function kindOf (code: number): number {
  if (code < 128) return KIND[code] as number
  if (code < 0xa0) return CONTROL
  if (code < 0xc0) return code === 0xaa || code === 0xb5 || code === 0xba ? LETTER : SIGN
  if (code === 0xd7 || code === 0xf7) return SIGN
  if (code >= 0x2000 && code < 0x2c00) return code === 0x2028 || code === 0x2029 ? CONTROL : SIGN
  if (code >= 0xd800 && code < 0xf900) return SIGN
  return code >= 0xfe00 && code <= 0xfe0f ? SIGN : LETTER
}

function hexDigit (code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** Last step of a rolling hash: spreads every input bit over the result (finaliser of MurmurHash3, A. Appleby). */
export function finishHash (hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/**
 * What one pass over a value found. One object is reused for all values: read it before the next `scan`.
 * Hashes are keyed by `seed`, so that which values collide cannot be computed by a client.
 */
export class ValueScan {
  /** UTF-16 units of the value, including those not looked at. */
  length = 0
  /** Kinds that occur. */
  kinds = 0
  /** ASCII symbols that occur, a bit each (see `symbolOf`); a signed 32-bit number. */
  symbols = 0
  /** Hash of the shape with runs collapsed and letter case ignored: `ann.smith7@x.org` is `a.a9@a.a`. */
  shape = 0
  /** Hash of the shape with run lengths and case, 0 beyond `MAX_EXACT`: `12345678Z` is `9{8}A`. */
  exact = 0
  /** Hash of the value itself, as far as it is looked at, and of its length. */
  value = 0
  /** The number, where the whole value is a plain decimal (`-12`, `3.50`), else `NaN`. */
  number = NaN
  /** How often each symbol occurs, by bit number; only those in `symbols` are valid. */
  readonly counts = new Uint8Array(32)
  /** After `neighbours`: the pairs of kinds that follow each other, `neighbourCount` of them, each once. */
  readonly pairs = new Uint16Array(MAX_PAIRS)
  seed: number
  #text = ''
  #pairCount = -1
  #round = 0
  readonly #stamps = new Uint8Array(PLACES * PLACES)

  constructor (seed: number) { this.seed = seed | 0 }

  /** The value last scanned. */
  get text (): string { return this.#text }

  /** Fills `kinds` and `symbols` only; `%XX` counts as the characters it consists of. A token of 200 characters takes 0.1 µs, less than to find it in a cache (measured). */
  scanCharacters (text: string): this {
    let { length } = text
    if (length > MAX_SCANNED) length = MAX_SCANNED
    let kinds = 0
    let symbols = 0
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code < 128) {
        kinds |= KIND[code] as number
        symbols |= SYMBOL_MASK[code] as number
      } else {
        kinds |= kindOf(code)
      }
    }
    this.kinds = kinds
    this.symbols = symbols
    return this
  }

  /**
   * Which kinds of characters stand next to each other in the value last scanned: a symbol, a run of digits, of letters or of spaces,
   * the start and the end. Fills `pairs` at the first call after a `scan`.
   * @returns How many there are, `MAX_PAIRS` where there are more.
   */
  neighbours (): number {
    if (this.#pairCount >= 0) return this.#pairCount
    const text = this.#text
    this.#round = (this.#round + 1) & 255
    if (this.#round === 0) {
      this.#stamps.fill(0)
      this.#round = 1
    }
    let count = 0
    let last = EDGE
    const length = Math.min(text.length, HEAD)
    for (let i = 0; i <= length && count < MAX_PAIRS; i++) {
      let place = EDGE
      if (i < length) {
        let code = text.charCodeAt(i)
        if (code === PERCENT && i + 2 < length) {
          const high = hexDigit(text.charCodeAt(i + 1))
          const low = hexDigit(text.charCodeAt(i + 2))
          if (high >= 0 && low >= 0) {
            i += 2
            code = high * 16 + low < 128 ? high * 16 + low : 0xe9
          }
        }
        const kind = code < 128 ? KIND[code] as number : kindOf(code)
        if (kind === SYMBOL) place = FIRST_SYMBOL + (SYMBOL_BIT[code] as number)
        else if ((kind & LETTERS) !== 0) place = LETTERS_PLACE
        else place = kind === DIGIT ? DIGITS_PLACE : kind === SPACE ? 3 : kind === CONTROL ? 4 : 5
        if (place === last && place < FIRST_SYMBOL) continue
      }
      const pair = last * PLACES + place
      last = place
      if (this.#stamps[pair] === this.#round) continue
      this.#stamps[pair] = this.#round
      this.pairs[count++] = pair
    }
    this.#pairCount = count
    return count
  }

  /** Whether the value last scanned has a letter that hexadecimal numbers have not. */
  hasLetterBeyondHex (): boolean {
    const text = this.#text
    const length = Math.min(text.length, HEAD)
    for (let i = 0; i < length; i++) {
      const lower = text.charCodeAt(i) | 32
      if (lower > 102 && lower <= 122) return true
    }
    return false
  }

  /** Looks at `text` once and fills all fields. */
  scan (text: string): this {
    this.#text = text
    this.#pairCount = -1
    const length = text.length
    let kinds = 0
    let symbols = 0
    let shape = this.seed
    let exact = this.seed ^ 0x2545f491
    let value = this.seed ^ 0x5bd1e995
    let last = 0
    let run = 0
    let skip = length > MAX_SCANNED
    let escapes = 0
    let isRaw = false
    const counts = this.counts
    for (let i = 0; i < length; i++) {
      if (skip && i >= HEAD) {
        i = length - TAIL
        skip = false
      }
      let code = text.charCodeAt(i)
      value = Math.imul(value ^ code, 0x01000193)
      if (code === PERCENT && i + 2 < length) {
        const high = hexDigit(text.charCodeAt(i + 1))
        const low = hexDigit(text.charCodeAt(i + 2))
        if (high >= 0 && low >= 0) {
          const byte = high * 16 + low
          value = Math.imul(value ^ byte, 0x01000193)
          i += 2
          if (byte < 128) {
            escapes++
            code = byte
          } else {
            isRaw = true
            code = 0xe9
          }
        }
      }
      const kind = code < 128 ? KIND[code] as number : kindOf(code)
      kinds |= kind
      if (kind === SYMBOL) {
        const bit = SYMBOL_BIT[code] as number
        const mask = 1 << bit
        if ((symbols & mask) === 0) {
          symbols |= mask
          counts[bit] = 1
        } else if ((counts[bit] as number) < 255) {
          counts[bit] = (counts[bit] as number) + 1
        }
        exact = Math.imul(exact ^ (run + (code << 8)), 0x01000193)
        shape = Math.imul(shape ^ code, 0x01000193)
        last = 0
        run = 0
        continue
      }
      if (kind === last) {
        run++
        continue
      }
      if ((kind & LETTERS) === 0) shape = Math.imul(shape ^ (kind + 256), 0x01000193)
      else if ((last & LETTERS) === 0) shape = Math.imul(shape ^ (LETTERS + 256), 0x01000193)
      exact = Math.imul(exact ^ (run + (kind << 16)), 0x01000193)
      last = kind
      run = 1
    }
    exact = Math.imul(exact ^ run, 0x01000193)
    if (escapes > 0 && !isRaw) {
      counts[PERCENT_BIT] = Math.min(255, escapes + ((symbols & PERCENT_MASK) === 0 ? 0 : counts[PERCENT_BIT] as number))
      kinds |= SYMBOL
      symbols |= PERCENT_MASK
    }
    this.length = length
    this.kinds = kinds
    this.symbols = symbols
    this.shape = finishHash(shape)
    this.exact = length <= MAX_EXACT ? finishHash(exact) : 0
    this.value = finishHash(value ^ length)
    this.number = (kinds & ~(DIGIT | SYMBOL)) === 0 && (kinds & DIGIT) !== 0 && length <= 24 ? numberIn(text) : NaN
    return this
  }
}

/** The number that a text is, `NaN` where it is none: an optional sign, digits, and optionally a point and digits (no `0x10`, `1e5`, ` 1 `). */
function numberIn (text: string): number {
  const start = text.charCodeAt(0) === 45 ? 1 : 0
  const whole = wholeNumber(text, start)
  if (whole >= 0) return start === 1 ? -whole : whole
  return isDecimal(text) ? +text : NaN
}

/** Whether a text is digits behind an optional sign, with or without a point and digits behind it. */
function isDecimal (text: string): boolean {
  let i = text.charCodeAt(0) === 45 ? 1 : 0
  let digits = 0
  let point = false
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 46 && !point && digits > 0) {
      point = true
      digits = 0
    } else if (code >= 48 && code <= 57) {
      digits++
    } else {
      return false
    }
  }
  return digits > 0
}

/**
 * The shape of a value for people: digits as `9`, letters as `a`, `A` and (outside ASCII) `é`, symbols as they are, runs
 * of more than three shortened to `9…`, 64 characters at the most. It shows where a value differs and keeps no letter
 * or digit of it.
 */
export function readableShape (text: string): string {
  let shape = ''
  let last = ''
  let run = 0
  for (let i = 0; i < text.length && shape.length < 63; i++) {
    const code = text.charCodeAt(i)
    const kind = kindOf(code)
    const mark = kind === DIGIT
      ? '9'
      : kind === LOWER ? 'a' : kind === UPPER ? 'A' : kind === SPACE ? ' ' : kind === CONTROL ? '␀' : kind === LETTER ? 'é' : kind === SIGN ? '·' : text.charAt(i)
    run = mark === last ? run + 1 : 1
    last = mark
    if (run <= 3 || kind === SYMBOL) shape += mark
    else if (run === 4) shape += '…'
    if (i + 1 < text.length && shape.length >= 63) return shape + '…'
  }
  return shape
}

const KIND_NAMES: readonly (readonly [number, string])[] = [
  [DIGIT, 'digits'], [LOWER, 'lower-case letters'], [UPPER, 'upper-case letters'], [SPACE, 'spaces'],
  [CONTROL, 'control characters'], [LETTER, 'letters outside ASCII'], [SIGN, 'signs outside ASCII'], [BEYOND_HEX, 'letters that hexadecimal digits have not']
]

/** The kinds and symbols of two masks in words, such as `digits, lower-case letters, "@"`. */
export function describeCharacters (kinds: number, symbols: number): string {
  const names: string[] = []
  for (const [kind, name] of KIND_NAMES) if ((kinds & kind) !== 0) names.push(name)
  for (let bit = 0; bit < 32; bit++) if ((symbols & (1 << bit)) !== 0) names.push(`"${symbolOf(bit)}"`)
  return names.join(', ')
}
