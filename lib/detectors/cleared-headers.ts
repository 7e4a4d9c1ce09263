import { RecentStrings } from '../store/recent-strings'
import { hiddenInPlain, isPlain } from '../text/plain-text'
import { isSerializedObject } from '../text/serialized-object'

/** How a header's value is read. */
export type HeaderKind = 0 | 1 | 2
export const WHOLE_VALUE = 0
/** Behind the scheme. */
export const CREDENTIAL = 1
/** Cookie by cookie. */
export const COOKIES = 2

/** Lists of names kept at hand, a power of two, and names of one. */
const LISTS = 64
const MAX_NAMES = 64
/** Values kept of each kind. */
const VALUES = 2048
/** Length up to which a value is kept with its list. */
const MAX_USUAL = 256
/** One in so many other values (less one) becomes the usual one. */
const RENEWED = 63

/** A list of header names that are nothing like an injection. */
export interface ClearedList {
  readonly names: readonly string[]
  readonly kinds: readonly HeaderKind[]
  /** Per header a value that was clear lately: the next one is mostly the same. */
  readonly usual: (string | null)[]
  others: number
}

/**
 * Headers that were looked at lately and are nothing like an injection, whatever the field: clients send the same names in the same order,
 * and mostly the same values. What is compared is compared whole, so that nothing which differs in one character is passed over; only
 * what the model alone has cleared is kept, which no learning changes.
 *
 * Time: one comparison a name and mostly one a value (measured: 0.4 µs for 14 headers, against 2.9 µs without). Memory: 64 lists of at most
 * 64 names and values of 256 characters, and 6,144 values of at most 512.
 */
export class ClearedHeaders {
  readonly #lists = new Array<ClearedList | null>(LISTS).fill(null)
  readonly #values = [new RecentStrings(VALUES), new RecentStrings(VALUES), new RecentStrings(VALUES)] as const

  /** The list of a request's names, `null` where it is not known to be clear. @param rawHeaders Names and values in turn. */
  find (rawHeaders: readonly string[]): ClearedList | null {
    const list = this.#lists[placeOf(rawHeaders)] as ClearedList | null
    return list !== null && isSame(list.names, rawHeaders) ? list : null
  }

  /** Keeps a list whose names are clear. */
  keep (rawHeaders: readonly string[]): void {
    if (rawHeaders.length < 2 || rawHeaders.length > 2 * MAX_NAMES) return
    const names = rawHeaders.filter((_, i) => i % 2 === 0)
    this.#lists[placeOf(rawHeaders)] = { names, kinds: names.map(kindOf), usual: names.map(() => null), others: 0 }
  }

  hasValue (value: string, kind: HeaderKind): boolean { return this.#values[kind].has(value) }

  /** Keeps a value that is clear. @param list Where the names are known to be, too. @param at Which header of the list it is. */
  addValue (value: string, kind: HeaderKind, list: ClearedList | null, at: number): void {
    this.#values[kind].add(value)
    if (list !== null) noteUsual(list, at, value)
  }
}

/** Makes a value that is clear the usual one, at first and then seldom: each time costs the garbage collector a note. */
export function noteUsual (list: ClearedList, at: number, value: string): void {
  if ((list.usual[at] === null || (++list.others & RENEWED) === 0) && value.length <= MAX_USUAL) list.usual[at] = value
}

/**
 * Whether class and length settle a value: words, addresses, and credentials, of which there are as many as clients. To look at two hundred characters costs
 * as much as to find them among a thousand others, and keeps nothing.
 */
export function isClearAtSight (value: string, kind: HeaderKind): boolean {
  if (kind === COOKIES) return false
  const from = kind === CREDENTIAL ? value.indexOf(' ') + 1 : 0
  return isPlain(value, from) && hiddenInPlain(value, from) === null && !isSerializedObject(value, from)
}

/** How the value of a header of this name is read. */
export function kindOf (name: string): HeaderKind {
  const { length } = name
  if (length === 6 && name.toLowerCase() === 'cookie') return COOKIES
  return length === 13 && name.toLowerCase() === 'authorization' ? CREDENTIAL : WHOLE_VALUE
}

function placeOf (rawHeaders: readonly string[]): number {
  const { length } = rawHeaders
  if (length < 2) return 0
  const middle = rawHeaders[(length >> 2) << 1] as string
  const last = rawHeaders[length - 2] as string
  return (Math.imul(length, 0x9e37) ^ Math.imul((rawHeaders[0] as string).length, 0x85eb) ^ Math.imul(middle.length, 0xc2b3) ^ Math.imul(last.length, 0x27d5)) >>> 3 & (LISTS - 1)
}

function isSame (names: readonly string[], rawHeaders: readonly string[]): boolean {
  if (names.length * 2 !== rawHeaders.length) return false
  for (let i = 0; i < names.length; i++) if (names[i] !== rawHeaders[2 * i]) return false
  return true
}
