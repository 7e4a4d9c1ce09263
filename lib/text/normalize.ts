/**
 * Undoes what hides an injection from a reader but not from the interpreter that it is meant for: percent-encoding (twice), HTML
 * entities, `\u0027`, `\x27` and `%u0027`, full-width and other compatibility forms (NFKC), invisible characters; and base64, where a whole value
 * decodes to text. Comments and white space are the token scanner's business.
 *
 * Bounded: at most `ROUNDS` passes over the text, each linear and never longer than what it was given (but for NFKC, of which the
 * first `MAX_FOLDED` characters are taken). Never throws: what is not well-formed stays as it is.
 */

const ROUNDS = 3
const MAX_FOLDED = 16_384
/** Longest entity name with its `&` and `;`, such as `&NewLine;`, or a number with leading zeros. */
const MAX_ENTITY = 24

const ENTITIES = new Map<string, number>(Object.entries({
  lt: 60,
  gt: 62,
  amp: 38,
  quot: 34,
  apos: 39,
  nbsp: 32,
  colon: 58,
  lpar: 40,
  rpar: 41,
  tab: 9,
  newline: 10,
  sol: 47,
  bsol: 92,
  period: 46,
  comma: 44,
  semi: 59,
  excl: 33,
  num: 35,
  dollar: 36,
  percnt: 37,
  equals: 61,
  lsqb: 91,
  lbrack: 91,
  rsqb: 93,
  rbrack: 93,
  lcub: 123,
  lbrace: 123,
  rcub: 125,
  rbrace: 125,
  verbar: 124,
  vert: 124,
  grave: 96,
  hat: 94,
  lowbar: 95,
  plus: 43,
  ast: 42,
  quest: 63,
  commat: 64,
  diacriticalgrave: 96
}))

/** What may need undoing: `%`, `&`, `\`, or anything outside ASCII. */
function maybeHidden (text: string): boolean {
  // Native searches cost a tenth of a loop where the text is long (measured: 0.3 against 4.5 µs for 4,096 characters).
  if (text.length > 64) return text.includes('%') || text.includes('&') || text.includes('\\') || Buffer.byteLength(text) !== text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 37 || code === 38 || code === 92 || code > 126) return true
  }
  return false
}

/** The text as its interpreter would read it; `text` itself where nothing was hidden. */
export function normalize (text: string): string {
  if (!maybeHidden(text)) return text
  let result = text
  for (let round = 0; round < ROUNDS; round++) {
    const next = unescapeOnce(result)
    if (next === result) break
    result = next
  }
  return fold(result)
}

/** Units of UTF-16 as they are written, joined in pieces that a call can take. */
class Writer {
  readonly #units = new Uint16Array(1024)
  #text = ''
  #length = 0

  start (text: string): void {
    this.#text = text
    this.#length = 0
  }

  put (code: number): void {
    if (this.#length === 1024) this.#flush()
    this.#units[this.#length++] = code
  }

  copy (text: string, from: number, to: number): void {
    if (to - from > 64) {
      this.#flush()
      this.#text += text.slice(from, to)
    } else {
      for (let i = from; i < to; i++) this.put(text.charCodeAt(i))
    }
  }

  end (): string {
    this.#flush()
    const text = this.#text
    this.#text = ''
    return text
  }

  #flush (): void {
    if (this.#length > 0) this.#text += String.fromCharCode.apply(null, this.#units.subarray(0, this.#length) as unknown as number[])
    this.#length = 0
  }
}

const writer = new Writer()

/** One escape that begins at `at`: its code points in `found`, and where it ends; -1 where there is none. */
let found = 0

function unescapeOnce (text: string): string {
  let copied = 0
  let isChanged = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== 37 && code !== 38 && code !== 92) continue
    const end = code === 37 ? percentAt(text, at) : code === 38 ? entityAt(text, at) : backslashAt(text, at)
    if (end < 0) continue
    if (!isChanged) {
      isChanged = true
      writer.start('')
    }
    writer.copy(text, copied, at)
    if (found > 0xffff) {
      writer.put(0xd800 + ((found - 0x10000) >> 10))
      writer.put(0xdc00 + ((found - 0x10000) & 0x3ff))
    } else {
      writer.put(found)
    }
    copied = end
    at = end - 1
  }
  if (!isChanged) return text
  writer.copy(text, copied, text.length)
  return writer.end()
}

/** `%41`, `%u0041`, and UTF-8 of two to four bytes; a byte that is no UTF-8 is read as ISO-8859-1. */
function percentAt (text: string, at: number): number {
  if ((text.charCodeAt(at + 1) | 32) === 117) {
    found = hex(text, at + 2, 4)
    return found < 0 ? -1 : at + 6
  }
  const byte = hex(text, at + 1, 2)
  if (byte < 0) return -1
  found = byte
  if (byte < 0xc0 || byte > 0xf7) return at + 3
  const more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
  let point = byte & (0x3f >> more)
  for (let i = 1; i <= more; i++) {
    const next = text.charCodeAt(at + 3 * i) === 37 ? hex(text, at + 3 * i + 1, 2) : -1
    if (next < 0x80 || next > 0xbf) return at + 3
    point = (point << 6) | (next & 0x3f)
  }
  found = point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? 0xfffd : point
  return at + 3 + 3 * more
}

/** `&lt;`, `&#60;`, `&#x3c`, the semicolon optional after numbers, as in HTML. */
function entityAt (text: string, at: number): number {
  if (text.charCodeAt(at + 1) === 35) {
    const isHex = (text.charCodeAt(at + 2) | 32) === 120
    let end = at + (isHex ? 3 : 2)
    const start = end
    let value = 0
    for (; end < text.length && end - at < MAX_ENTITY; end++) {
      const digit = hexDigit(text.charCodeAt(end))
      if (digit < 0 || (!isHex && digit > 9)) break
      value = Math.min(0x110000, value * (isHex ? 16 : 10) + digit)
    }
    if (end === start || value > 0x10ffff) return -1
    found = value >= 0xd800 && value < 0xe000 ? 0xfffd : value
    return text.charCodeAt(end) === 59 ? end + 1 : end
  }
  let end = at + 1
  while (end < text.length && end - at < MAX_ENTITY && (text.charCodeAt(end) | 32) >= 97 && (text.charCodeAt(end) | 32) <= 122) end++
  if (end === at + 1 || text.charCodeAt(end) !== 59) return -1
  const named = ENTITIES.get(text.slice(at + 1, end).toLowerCase())
  if (named === undefined) return -1
  found = named
  return end + 1
}

/** `\u0041`, `\u{41}`, `\x41`. */
function backslashAt (text: string, at: number): number {
  const next = text.charCodeAt(at + 1)
  if (next === 120) {
    found = hex(text, at + 2, 2)
    return found < 0 ? -1 : at + 4
  }
  if (next !== 117) return -1
  if (text.charCodeAt(at + 2) !== 123) {
    found = hex(text, at + 2, 4)
    return found < 0 ? -1 : at + 6
  }
  let end = at + 3
  let value = 0
  for (; end < text.length && end < at + 12; end++) {
    const digit = hexDigit(text.charCodeAt(end))
    if (digit < 0) break
    value = Math.min(0x110000, value * 16 + digit)
  }
  if (text.charCodeAt(end) !== 125 || end === at + 3 || value > 0x10ffff) return -1
  found = value >= 0xd800 && value < 0xe000 ? 0xfffd : value
  return end + 1
}

function hex (text: string, at: number, digits: number): number {
  if (at + digits > text.length) return -1
  let value = 0
  for (let i = 0; i < digits; i++) {
    const digit = hexDigit(text.charCodeAt(at + i))
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}

function hexDigit (code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** NFKC and look-alikes, where there is anything outside ASCII that they change. */
function fold (text: string): string {
  let needsFolding = false
  let needsMapping = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0xa0) continue
    if (isInvisible(code) || lookAlike(code) !== 0) needsMapping = true
    if (code >= 0x2460 && (code < 0x2500 || (code >= 0xd835 && code <= 0xd83c) || code >= 0xfb00)) needsFolding = true
  }
  let result = needsFolding ? text.slice(0, MAX_FOLDED).normalize('NFKC') + text.slice(MAX_FOLDED) : text
  if (!needsMapping) return result
  writer.start('')
  for (let i = 0; i < result.length; i++) {
    const code = result.charCodeAt(i)
    if (code >= 0xa0 && isInvisible(code)) continue
    writer.put(lookAlike(code) || code)
  }
  result = writer.end()
  return result
}

function isInvisible (code: number): boolean {
  return code === 0xad || (code >= 0x200b && code <= 0x200f) || code === 0x2060 || code === 0xfeff
}

/** ASCII that databases and people's keyboards take a character for, where NFKC does not; 0 for none. */
function lookAlike (code: number): number {
  if (code < 0x2b9) return 0
  if (code === 0x2b9 || code === 0x2bc || code === 0x2032) return 39
  if (code === 0x2215 || code === 0x2044) return 47
  return 0
}

const BASE64 = new Int8Array(128).fill(-1)
for (let i = 0; i < 64; i++) BASE64['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charCodeAt(i)] = i
BASE64[45] = 62
BASE64[95] = 63

/** Shorter values are not taken for base64. */
const MIN_BASE64 = 8
/** Longest value that is decoded. */
const MAX_BASE64 = 65_536

/**
 * What a value decodes to where all of it is base64 (RFC 4648, either alphabet, padding optional) of printable text; `null` for all else.
 * Random ids are told apart by their first bytes, without allocation: of 12 random characters one in 10,000 decodes to printable ones.
 */
export function base64Text (text: string): string | null {
  let length = text.length
  while (length > 0 && text.length - length < 2 && text.charCodeAt(length - 1) === 61) length--
  if (length < MIN_BASE64 || length > MAX_BASE64 || length % 4 === 1) return null
  for (let pass = 0; pass < 2; pass++) {
    const end = pass === 0 ? Math.min(length, 24) & ~3 : length
    let bits = 0
    let held = 0
    let isWide = false
    if (pass === 1) writer.start('')
    for (let i = 0; i < end; i++) {
      const code = text.charCodeAt(i)
      const value = code < 128 ? BASE64[code] as number : -1
      if (value < 0) return null
      held = ((held << 6) | value) & 0xffff
      bits += 6
      if (bits < 8) continue
      bits -= 8
      const byte = (held >> bits) & 255
      if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 127) return null
      if (byte > 127) isWide = true
      else if (pass === 1) writer.put(byte)
      if (isWide && pass === 0) return null
    }
  }
  return writer.end()
}
