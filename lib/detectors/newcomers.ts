import { symbolMask } from '../text/value-shape'
import type { ValueScan } from '../text/value-shape'
import { EMAIL, fitsFormat, formatOf, NONE } from '../text/value-format'

/** Single things, and classes of values, of which the supporters are counted at a time. */
const MAX_THINGS = 8
const MAX_CLASSES = 8

/** An entry: what it is and where it stands, its mark (symbols, or a hash), who has shown it, which values, and how many had been learned then. */
const META = 0
const MARK = 1
const SUPPORT = 2
const VALUES = 3
const SINCE = 4
const STRIDE = 5

// Of the first number: kinds of characters (8 bits), octave of the length (4), format (4), and where it stands.
const KINDS = 255
const OCTAVE = 15 << 8
const FORMAT = 15 << 12
const THING = 1 << 16
const KNOWN = 1 << 17
const AGED = 1 << 18
const IDENTITY = KINDS | OCTAVE | FORMAT | THING

/** Symbols of identifiers and tokens. What injections are written with (quotes, brackets, semicolons, blanks) is in no class. */
const TOKEN = symbolMask('-._~+/=:')
/** The same, and that of e-mail addresses. */
const ADDRESS = TOKEN | symbolMask('@')
const EQUALS = 0x3d

/** Ordinary values within which a class needs its supporters: a release comes at once, attacks of its kind now and then. */
const SPAN = 32
/** Most supporters told apart. */
const MOST = 3

/**
 * What only flagged requests have shown, until enough distinct principals have (quarantine and promote, W28). A release that makes
 * an id a UUID sends no value twice: so values are counted by their *class* as well, which is the format, or where it has
 * none the kinds of characters, the symbols, and the octave of the length, of values made of letters, digits and symbols of
 * tokens, no two of them side by side but for `==`. A class becomes known when enough principals have shown enough distinct values
 * of it while few ordinary ones came, so that one value by many is that value's promotion and opens nothing else. Text has no class: whoever sends many
 * payloads makes none of their like known.
 *
 * Memory: 40 bytes an entry, 8 single things and 8 classes at the most; where there are more, the oldest of those with the fewest supporters makes
 * room, and what is known never does. Time: O(entries). After a half-life what is not known is forgotten, after two what is: by then it was learned.
 */
export class Newcomers {
  #cells: number[] = []

  /** Notes a single thing, by its hash. @returns Whether it became known by this. */
  noteThing (hash: number, principal: number, enough: number): boolean { return this.#note(THING, hash | 0, principal, 0, enough, 0, 0) }

  /** Whether a single thing is known. */
  hasThing (hash: number): boolean {
    const at = this.#find(THING, hash | 0)
    return at >= 0 && this.#isKnown(at)
  }

  /** Notes the scanned value, and its class. @param n Ordinary values learned so far. @returns Whether either became known by this. */
  note (scan: ValueScan, principal: number, enough: number, n: number): boolean {
    if (this.admits(scan)) return false
    const isKnown = this.noteThing(scan.value, principal, enough)
    const group = classOf(scan)
    return (group !== 0 && this.#note(group, scan.symbols, principal, scan.value, enough, enough, n)) || isKnown
  }

  /** Whether the scanned value is known, or one of a known class. */
  admits (scan: ValueScan): boolean {
    if (this.hasThing(scan.value)) return true
    let isToken: boolean | null = null
    for (let at = 0; at < this.#cells.length; at += STRIDE) {
      const meta = this.#cells[at + META] as number
      if ((meta & (KNOWN | THING)) !== KNOWN || (meta & OCTAVE) !== octaveOf(scan)) continue
      if ((scan.kinds & ~(meta & KINDS)) !== 0 || (scan.symbols & ~(this.#cells[at + MARK] as number)) !== 0) continue
      const format = (meta & FORMAT) >> 12
      isToken ??= isTokenLike(scan)
      if (format === NONE ? isToken : fitsFormat(format, scan.text)) return true
    }
    return false
  }

  /** One half-life. */
  halve (): void {
    const kept: number[] = []
    for (let at = 0; at < this.#cells.length; at += STRIDE) {
      const meta = this.#cells[at + META] as number
      if ((meta & KNOWN) !== 0 && (meta & AGED) === 0) kept.push(meta | AGED, ...this.#cells.slice(at + MARK, at + STRIDE))
    }
    this.#cells = kept
  }

  /** What is known, in plain form. */
  toJSON (): number[] {
    const json: number[] = []
    for (let at = 0; at < this.#cells.length; at += STRIDE) if (this.#isKnown(at)) json.push(this.#cells[at + META] as number, this.#cells[at + MARK] as number)
    return json
  }

  /** Adds what `toJSON` gave, as far as there is room. @throws RangeError Where it did not. */
  add (json: readonly number[]): this {
    if (!Array.isArray(json) || json.length % 2 !== 0 || !json.every(Number.isInteger)) throw new RangeError('newcomers: not pairs of integers')
    for (let i = 0; i < json.length; i += 2) {
      const meta = (json[i] as number) & (IDENTITY | AGED)
      const at = this.#place(meta & IDENTITY, (json[i + 1] as number) | 0)
      if (at >= 0) this.#cells[at + META] = meta | KNOWN
    }
    return this
  }

  #isKnown (at: number): boolean { return ((this.#cells[at + META] as number) & KNOWN) !== 0 }

  #find (identity: number, mark: number): number {
    for (let at = 0; at < this.#cells.length; at += STRIDE) {
      if (((this.#cells[at + META] as number) & IDENTITY) === identity && this.#cells[at + MARK] === mark) return at
    }
    return -1
  }

  #note (identity: number, mark: number, principal: number, value: number, enough: number, values: number, n: number): boolean {
    const at = this.#place(identity, mark)
    if (at < 0 || this.#isKnown(at)) return false
    if (n - (this.#cells[at + SINCE] as number) > SPAN) this.#cells[at + SUPPORT] = this.#cells[at + VALUES] = 0
    if (this.#cells[at + SUPPORT] === 0) this.#cells[at + SINCE] = n
    const support = this.#cells[at + SUPPORT] = withTag(this.#cells[at + SUPPORT] as number, principal)
    const shown = this.#cells[at + VALUES] = withTag(this.#cells[at + VALUES] as number, value)
    if (distinctOf(support) < enough || distinctOf(shown) < values) return false
    this.#cells[at + META] = identity | KNOWN
    return true
  }

  /** The place of an entry, made where there is none; -1 where all are known. */
  #place (identity: number, mark: number): number {
    const found = this.#find(identity, mark)
    if (found >= 0) return found
    const cells = this.#cells
    let same = 0
    let least = -1
    for (let at = 0; at < cells.length; at += STRIDE) {
      const meta = cells[at + META] as number
      if ((meta & THING) !== (identity & THING)) continue
      same++
      if ((meta & KNOWN) === 0 && (least < 0 || distinctOf(cells[at + SUPPORT] as number) < distinctOf(cells[least + SUPPORT] as number))) least = at
    }
    if (same >= ((identity & THING) !== 0 ? MAX_THINGS : MAX_CLASSES)) {
      if (least < 0) return -1
      cells.splice(least, STRIDE)
    }
    return cells.push(identity, mark, 0, 0, 0) - STRIDE
  }
}

/** The class of a value; 0 for text, which has none. */
function classOf (scan: ValueScan): number {
  if (scan.length === 0 || (scan.symbols & ~ADDRESS) !== 0) return 0
  const format = formatOf(scan.text)
  if (format !== EMAIL && (scan.symbols & ~TOKEN) !== 0) return 0
  return format !== NONE || isTokenLike(scan) ? scan.kinds | octaveOf(scan) | (format << 12) : 0
}

function octaveOf ({ length }: ValueScan): number { return Math.min(15, 31 - Math.clz32(length)) << 8 }

/** Letters, digits and symbols of tokens, never two of these side by side but for `==`. */
function isTokenLike ({ text }: ValueScan): boolean {
  let last = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const lower = code | 32
    if ((code >= 48 && code <= 57) || (lower >= 97 && lower <= 122)) {
      last = 0
      continue
    }
    if (code > 127 || !TOKEN_CODES.has(code) || (last !== 0 && (last !== EQUALS || code !== EQUALS))) return false
    last = code
  }
  return true
}

const TOKEN_CODES: ReadonlySet<number> = new Set(Array.from('-._~+/=:', (symbol) => symbol.charCodeAt(0)))

/** A number of distinct things to three, and two of their tags. */
function distinctOf (word: number): number { return word >>> 20 }

function withTag (word: number, hash: number): number {
  const count = distinctOf(word)
  const tag = (hash ^ (hash >>> 10) ^ (hash >>> 20)) & 1023
  if (count === MOST) return word
  if (count === 0) return (1 << 20) | tag
  if ((word & 1023) === tag) return word
  if (count === 1) return (2 << 20) | (tag << 10) | (word & 1023)
  return ((word >>> 10) & 1023) === tag ? word : (MOST << 20) | (word & 0xfffff)
}
