import { RecentStrings } from '../store/recent-strings'
import type { HeaderNames } from '../text/header-names'
import { hiddenInPlain, isPlain } from '../text/plain-text'
import { isSerializedObject } from '../text/serialized-object'

/** How a header's value is read. */
export type HeaderKind = 0 | 1 | 2 | 3
const WHOLE_VALUE = 0
/** Behind the scheme. */
export const CREDENTIAL = 1
/** Cookie by cookie. */
export const COOKIES = 2
/** HTTP/2's `:path`: path and query are read by themselves. */
export const TOLD_ELSEWHERE = 3

/** Names of a list that is kept. */
const MAX_NAMES = 64
/** Values kept of each kind. */
const VALUES = 2048
/** Length up to which a value is kept with its list. */
const MAX_USUAL = 256
/** One in so many other values (less one) becomes the usual one. */
const RENEWED = 63

/** A list of header names that are nothing like an injection. */
export interface ClearedList {
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
 * Time: mostly one comparison a value. Memory: with each list of names (`HeaderLists`) at most 64 values of 256 characters, and 6,144 values of at most 512.
 */
export class ClearedHeaders {
  readonly #values: readonly RecentStrings[] = [new RecentStrings(VALUES), new RecentStrings(VALUES), new RecentStrings(VALUES)]

  /** What is known of a request's names, `null` where they are not known to be clear. */
  find (list: HeaderNames): ClearedList | null { return list.cleared as ClearedList | null }

  /** Keeps a list whose names are clear. */
  keep (list: HeaderNames): void {
    const { sent } = list
    if (sent.length > 0 && sent.length <= MAX_NAMES) list.cleared = { kinds: sent.map(kindOf), usual: sent.map(() => null), others: 0 } satisfies ClearedList
  }

  hasValue (value: string, kind: HeaderKind): boolean { return (this.#values[kind] as RecentStrings).has(value) }

  /** Keeps a value that is clear. @param list Where the names are known to be, too. @param at Which header of the list it is. */
  addValue (value: string, kind: HeaderKind, list: ClearedList | null, at: number): void {
    this.#values[kind]?.add(value)
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
  if (kind >= COOKIES) return kind === TOLD_ELSEWHERE
  const from = kind === CREDENTIAL ? value.indexOf(' ') + 1 : 0
  return isPlain(value, from) && hiddenInPlain(value, from) === null && !isSerializedObject(value, from)
}

/** How the value of a header of this name is read. */
export function kindOf (name: string): HeaderKind {
  const { length } = name
  if (length === 5 && name === ':path') return TOLD_ELSEWHERE
  if (length === 6 && name.toLowerCase() === 'cookie') return COOKIES
  return length === 13 && name.toLowerCase() === 'authorization' ? CREDENTIAL : WHOLE_VALUE
}
