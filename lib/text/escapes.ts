import type { TextUnits } from './text-units'
import { ESCAPE, TRAITS } from './unit-traits'

/** Longest entity name with its `&` and `;`, such as `&NewLine;`, or a number with leading zeros. */
const MAX_ENTITY = 24

/** Places for names of entities: a power of two, several times as many as there are. */
const NAMED = 256
/** Hashes of the names of entities, and the characters that they stand for: no string is made for a look-up. */
const names = new Int32Array(NAMED)
const characters = new Uint8Array(NAMED)
for (const [name, character] of Object.entries({
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
})) {
  let hash = 0
  for (let i = 0; i < name.length; i++) hash = nameHash(hash, name.charCodeAt(i))
  let place = placeOf(hash)
  while (names[place] !== 0) place = (place + 1) & (NAMED - 1)
  names[place] = hash
  characters[place] = character
}

function placeOf (hash: number): number { return Math.imul(hash, 0x9e3779b1) >>> 24 }

/** The character that a name with this hash stands for, 0 for none. */
function entityNamed (hash: number): number {
  let place = placeOf(hash)
  while (names[place] !== 0) {
    if (names[place] === hash) return characters[place] as number
    place = (place + 1) & (NAMED - 1)
  }
  return 0
}

function nameHash (hash: number, letter: number): number { return Math.imul(hash ^ letter, 0x01000193) }

const HEX = new Int8Array(65_536).fill(-1)
for (let digit = 0; digit < 16; digit++) {
  HEX[digit.toString(16).charCodeAt(0)] = digit
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit
}

export const PERCENT = 37
export const AMPERSAND = 38
export const BACKSLASH = 92

/** Code point of the escape that was read last. */
let found = 0
/** Traits of all that the last round brought. */
let traits = 0

/**
 * Undoes each escape once, in place: what stands there is never longer than how it was written. Well-formed escapes only; all else stays.
 * Looks at the signs that the text has listed and no further (where they are too many, at all of it), and lists those that are left: all others
 * could not change in another round.
 */
export function unescapeOnce (text: TextUnits): void {
  const { units, length, signs, signCount } = text
  traits = 0
  text.signCount = 0
  const isListed = signCount <= signs.length
  let out = 0
  let at = 0
  for (let i = 0; ;) {
    let sign = length
    if (isListed) {
      // An escape of several bytes may have taken in signs that are in the list.
      while (i < signCount && (signs[i] as number) < at) i++
      if (i < signCount) sign = signs[i] as number
    } else {
      sign = at
      while (sign < length && (TRAITS[units[sign] as number] as number) !== ESCAPE) sign++
    }
    if (out === at) out = at = sign
    else while (at < sign) units[out++] = units[at++] as number
    if (at >= length) break
    const end = endOfEscape(units, at, length)
    if (end < 0) {
      leave(text, out)
      units[out++] = units[at++] as number
      continue
    }
    if (found === PERCENT || found === AMPERSAND || found === BACKSLASH) leave(text, out)
    out = write(units, out, found)
    at = end
  }
  // Each escape is longer than what it stands for.
  if (out < length) text.end(out)
}

/** Lists a sign: never further on in the list than where it is read, since it was listed itself. */
function leave (text: TextUnits, place: number): void {
  if (text.signCount < text.signs.length) text.signs[text.signCount] = place
  text.signCount++
}

/** Traits of all that the last `unescapeOnce` brought. */
export function unescapedTraits (): number { return traits }

/** Where the escape ends that begins here, and what it stands for in `found`; -1 where it is none. */
function endOfEscape (units: Uint16Array, at: number, length: number): number {
  const code = units[at] as number
  return code === PERCENT ? percentAt(units, at, length) : code === AMPERSAND ? entityAt(units, at, length) : backslashAt(units, at, length)
}

/** Writes a code point. @returns Where it ends. */
function write (units: Uint16Array, at: number, point: number): number {
  if (point <= 0xffff) {
    traits |= TRAITS[point] as number
    units[at] = point
    return at + 1
  }
  const high = 0xd800 + ((point - 0x10000) >> 10)
  traits |= TRAITS[high] as number
  units[at] = high
  units[at + 1] = 0xdc00 + ((point - 0x10000) & 0x3ff)
  return at + 2
}

/** `%41`, `%u0041`, and UTF-8 of two to four bytes; a byte that is no UTF-8 is read as ISO-8859-1. */
function percentAt (units: Uint16Array, at: number, length: number): number {
  const high = HEX[units[at + 1] as number] as number
  const low = HEX[units[at + 2] as number] as number
  if (high < 0 || low < 0 || at + 2 >= length) {
    if (((units[at + 1] as number) | 32) !== 117) return -1
    found = hex(units, at + 2, 4, length)
    return found < 0 ? -1 : at + 6
  }
  const byte = (high << 4) | low
  found = byte
  if (byte < 0xc0 || byte > 0xf7) return at + 3
  const more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
  let point = byte & (0x3f >> more)
  for (let i = 1; i <= more; i++) {
    const next = at + 3 * i < length && units[at + 3 * i] === PERCENT ? hex(units, at + 3 * i + 1, 2, length) : -1
    if (next < 0x80 || next > 0xbf) return at + 3
    point = (point << 6) | (next & 0x3f)
  }
  found = point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? 0xfffd : point
  return at + 3 + 3 * more
}

/** `&lt;`, `&#60;`, `&#x3c`, the semicolon optional after numbers, as in HTML. */
function entityAt (units: Uint16Array, at: number, length: number): number {
  if (units[at + 1] === 35) {
    const isHex = ((units[at + 2] as number) | 32) === 120
    let end = at + (isHex ? 3 : 2)
    const start = end
    let value = 0
    for (; end < length && end - at < MAX_ENTITY; end++) {
      const digit = HEX[units[end] as number] as number
      if (digit < 0 || (!isHex && digit > 9)) break
      value = Math.min(0x110000, value * (isHex ? 16 : 10) + digit)
    }
    if (end === start || value > 0x10ffff) return -1
    found = value >= 0xd800 && value < 0xe000 ? 0xfffd : value
    return end < length && units[end] === 59 ? end + 1 : end
  }
  let end = at + 1
  let hash = 0
  for (; end < length && end - at < MAX_ENTITY; end++) {
    const letter = (units[end] as number) | 32
    if (letter < 97 || letter > 122) break
    hash = nameHash(hash, letter)
  }
  if (end === at + 1 || end >= length || units[end] !== 59) return -1
  found = entityNamed(hash)
  return found === 0 ? -1 : end + 1
}

/** `\u0041`, `\u{41}`, `\x41`. */
function backslashAt (units: Uint16Array, at: number, length: number): number {
  const next = units[at + 1]
  if (next === 120) {
    found = hex(units, at + 2, 2, length)
    return found < 0 ? -1 : at + 4
  }
  if (next !== 117) return -1
  if (units[at + 2] !== 123) {
    found = hex(units, at + 2, 4, length)
    return found < 0 ? -1 : at + 6
  }
  let end = at + 3
  let value = 0
  for (; end < length && end < at + 12; end++) {
    const digit = HEX[units[end] as number] as number
    if (digit < 0) break
    value = Math.min(0x110000, value * 16 + digit)
  }
  if (units[end] !== 125 || end === at + 3 || value > 0x10ffff) return -1
  found = value >= 0xd800 && value < 0xe000 ? 0xfffd : value
  return end + 1
}

function hex (units: Uint16Array, at: number, digits: number, length: number): number {
  if (at + digits > length) return -1
  let value = 0
  for (let i = 0; i < digits; i++) {
    const digit = HEX[units[at + i] as number] as number
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}
