/** Well-known formats of strings, in the order in which they are tried; `NONE` for what is none of them. */
export const FORMATS = ['none', 'uuid', 'object-id', 'jwt', 'email', 'date-time', 'date', 'time', 'ipv4', 'ipv6', 'uri', 'card-number', 'e164', 'hex'] as const
export type Format = typeof FORMATS[number]

export const NONE = 0
const UUID = 1
const OBJECT_ID = 2
const JWT = 3
export const EMAIL = 4
const DATE_TIME = 5
const DATE = 6
const TIME = 7
const IPV4 = 8
const IPV6 = 9
const URI = 10
const CARD = 11
const E164 = 12
const HEX = 13

/** Longer values have no format. */
const MAX_LENGTH = 2048
const LEAST_HEX = 16

// Classes of ASCII characters, a bit each.
const DIGIT = 1
const HEX_LETTER = 2
const LETTER = 4
const TOKEN = 8
const LOCAL = 16
const URL = 32
const CLASS = new Uint8Array(128)
for (let code = 48; code < 58; code++) CLASS[code] = DIGIT | TOKEN | LOCAL | URL
for (let code = 65; code < 91; code++) CLASS[code] = CLASS[code + 32] = LETTER | TOKEN | LOCAL | URL | (code < 71 ? HEX_LETTER : 0)
for (const char of '-_') CLASS[char.charCodeAt(0)] = (CLASS[char.charCodeAt(0)] as number) | TOKEN
for (const char of "-_+'.&") CLASS[char.charCodeAt(0)] = (CLASS[char.charCodeAt(0)] as number) | LOCAL
for (const char of "-._~!$&'()*+,;=:@/?") CLASS[char.charCodeAt(0)] = (CLASS[char.charCodeAt(0)] as number) | URL

/**
 * The format of a whole string, as its number in `FORMATS`. Everything is anchored and checked to the end (W10): dates by the calendar, cards by
 * their check digit, IPv4 by range. What passes as `uuid`, `email`, `date-time`, `date`, `ipv4`, `ipv6` or `uri` also passes ajv-formats.
 * Linear, no regular expression, allocates nothing.
 *
 * Sources: RFC 9562, 5321, 3339, 3986, 4291, 7519; ITU-T E.164; ISO/IEC 7812-1 annex B (Luhn).
 */
export function formatOf (text: string): number {
  const { length } = text
  if (length < 3 || length > MAX_LENGTH) return NONE
  for (let format = UUID; format <= HEX; format++) if (isOfFormat(format, text)) return format
  return NONE
}

/** Whether a string is of the format with that number; `NONE` is none. */
export function isOfFormat (format: number, text: string): boolean {
  const { length } = text
  switch (format) {
    case UUID: return length === 36 && isUuid(text)
    case OBJECT_ID: return length === 24 && areAll(text, 0, 24, DIGIT | HEX_LETTER) && hasHexLetter(text)
    case JWT: return length > 50 && length <= MAX_LENGTH && isJwt(text)
    case EMAIL: return length >= 6 && length <= 254 && isEmail(text)
    case DATE_TIME: return length >= 20 && length <= 40 && isDateTime(text)
    case DATE: return length === 10 && isDate(text)
    case TIME: return length >= 5 && length <= 30 && isTime(text, 0, false)
    case IPV4: return length >= 7 && length <= 15 && isIpv4(text)
    case IPV6: return length >= 3 && length <= 39 && isIpv6(text)
    case URI: return length >= 8 && length <= MAX_LENGTH && isUri(text)
    case CARD: return length >= 13 && length <= 23 && isCard(text)
    case E164: return length >= 8 && length <= 16 && text.charCodeAt(0) === 43 && text.charCodeAt(1) !== 48 && areAll(text, 1, length, DIGIT)
    case HEX: return length >= LEAST_HEX && length <= MAX_LENGTH && length % 2 === 0 && areAll(text, 0, length, DIGIT | HEX_LETTER) && hasHexLetter(text)
    default: return false
  }
}

/** Whether a string may be one of values that have the format: as `isOfFormat`, but of ids in hexadecimal one may happen to have no letter. */
export function fitsFormat (format: number, text: string): boolean {
  if (isOfFormat(format, text)) return true
  if (format === OBJECT_ID) return text.length === 24 && areAll(text, 0, 24, DIGIT)
  return format === HEX && text.length >= LEAST_HEX && text.length <= MAX_LENGTH && text.length % 2 === 0 && areAll(text, 0, text.length, DIGIT)
}

function isIn (code: number, classes: number): boolean { return code < 128 && ((CLASS[code] as number) & classes) !== 0 }

function areAll (text: string, from: number, to: number, classes: number): boolean {
  for (let i = from; i < to; i++) if (!isIn(text.charCodeAt(i), classes)) return false
  return to > from
}

/** More than any two digits make. */
const NO_DIGITS = 100

/** Two digits as a number, `NO_DIGITS` where they are none. */
function two (text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NO_DIGITS
}

function isUuid (text: string): boolean {
  for (let i = 0; i < 36; i++) {
    const code = text.charCodeAt(i)
    if (i === 8 || i === 13 || i === 18 || i === 23 ? code !== 45 : !isIn(code, DIGIT | HEX_LETTER)) return false
  }
  return true
}

/** Digits alone may be a number; of random ids one of 24 characters in eighty thousand has no letter. */
function hasHexLetter (text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isIn(text.charCodeAt(i), HEX_LETTER)) return true
  return false
}

/** Three segments of base64url, of which the first begins an object (`eyJ` is `{"`). */
function isJwt (text: string): boolean {
  if (!text.startsWith('eyJ')) return false
  let dots = 0
  let run = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 46) {
      if (run === 0 || ++dots > 2) return false
      run = 0
    } else if (isIn(code, TOKEN)) {
      run++
    } else {
      return false
    }
  }
  return dots === 2 && run > 0
}

function isEmail (text: string): boolean {
  const at = text.indexOf('@')
  if (at < 1 || at > 64) return false
  let last = 46
  for (let i = 0; i < at; i++) {
    const code = text.charCodeAt(i)
    if (!isIn(code, LOCAL) || (code === 46 && last === 46)) return false
    last = code
  }
  if (last === 46) return false
  let dots = 0
  last = 46
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 46) {
      if (last === 46 || last === 45) return false
      dots++
    } else if (code === 45) {
      if (last === 46) return false
    } else if (!isIn(code, DIGIT | LETTER)) {
      return false
    }
    last = code
  }
  return dots > 0 && last !== 46 && last !== 45
}

function isDate (text: string): boolean {
  const century = two(text, 0)
  const years = two(text, 2)
  if (century === NO_DIGITS || years === NO_DIGITS || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return false
  const month = two(text, 5)
  const day = two(text, 8)
  if (month < 1 || month > 12 || day < 1) return false
  if (month !== 2) return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31)
  const year = century * 100 + years
  return day <= (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28)
}

/** `hh:mm`, `hh:mm:ss`, `hh:mm:ss.s`, with `Z` or an offset or, where it need not be, without. */
function isTime (text: string, from: number, isFull: boolean): boolean {
  const { length } = text
  if (two(text, from) > 23 || text.charCodeAt(from + 2) !== 58 || two(text, from + 3) > 59) return false
  let at = from + 5
  if (at === length) return !isFull
  if (text.charCodeAt(at) === 58) {
    if (two(text, at + 1) > 59) return false
    at += 3
    if (text.charCodeAt(at) === 46) {
      const start = ++at
      while (at < length && isIn(text.charCodeAt(at), DIGIT)) at++
      if (at === start) return false
    }
  } else if (isFull) {
    return false
  }
  if (at === length) return !isFull
  const sign = text.charCodeAt(at)
  if (sign === 90 || sign === 122) return at + 1 === length
  if (sign !== 43 && sign !== 45) return false
  return length === at + 6 && two(text, at + 1) <= 23 && text.charCodeAt(at + 3) === 58 && two(text, at + 4) <= 59
}

function isDateTime (text: string): boolean {
  const separator = text.charCodeAt(10)
  return (separator === 84 || separator === 116) && isDate(text) && isTime(text, 11, true)
}

function isIpv4 (text: string): boolean {
  let parts = 0
  let value = -1
  for (let i = 0; i <= text.length; i++) {
    const code = i === text.length ? 46 : text.charCodeAt(i)
    if (code === 46) {
      if (value < 0 || ++parts > 4) return false
      value = -1
    } else if (isIn(code, DIGIT)) {
      if (value === 0) return false
      value = (value < 0 ? 0 : value * 10) + code - 48
      if (value > 255) return false
    } else {
      return false
    }
  }
  return parts === 4
}

function isIpv6 (text: string): boolean {
  let groups = 0
  let run = 0
  let gap = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 58) {
      if (text.charCodeAt(i + 1) === 58) {
        if (gap) return false
        gap = true
        if (run > 0) groups++
        i++
      } else if (run === 0) {
        return false
      } else {
        groups++
        if (i + 1 === text.length) return false
      }
      run = 0
    } else if (isIn(code, DIGIT | HEX_LETTER)) {
      if (++run > 4) return false
    } else {
      return false
    }
  }
  if (run > 0) groups++
  return gap ? groups <= 7 && groups > 0 : groups === 8
}

/** Schemes of code: after them `//` begins a comment, not a host. */
const SCRIPT = /^(?:java|live|vb)script:/i

/** A scheme, `://`, a host and what may follow. */
function isUri (text: string): boolean {
  const colon = text.indexOf('://')
  if ((colon === 8 || colon === 10) && SCRIPT.test(text)) return false
  if (colon < 2 || colon > 20 || !isIn(text.charCodeAt(0), LETTER) || !areAll(text, 1, colon, LETTER | DIGIT)) return false
  let at = colon + 3
  const host = at
  while (at < text.length && (isIn(text.charCodeAt(at), LETTER | DIGIT) || text.charCodeAt(at) === 45 || text.charCodeAt(at) === 46)) at++
  if (at === host) return false
  if (text.charCodeAt(at) === 58) {
    const port = ++at
    while (at < text.length && isIn(text.charCodeAt(at), DIGIT)) at++
    if (at === port || at - port > 5) return false
  }
  if (at === text.length) return true
  const next = text.charCodeAt(at)
  if (next !== 47 && next !== 63 && next !== 35) return false
  let fragments = 0
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 35) {
      if (++fragments > 1) return false
    } else if (code === 37) {
      if (!areAll(text, at + 1, Math.min(text.length, at + 3), DIGIT | HEX_LETTER) || at + 3 > text.length) return false
      at += 2
    } else if (!isIn(code, URL)) {
      return false
    }
  }
  return true
}

/** 13 to 19 digits, with single spaces or hyphens between them, whose check digit is right and which are not all alike. */
function isCard (text: string): boolean {
  let sum = 0
  let digits = 0
  let isAlike = true
  let last = -1
  let gap = true
  for (let i = text.length - 1; i >= 0; i--) {
    const code = text.charCodeAt(i)
    if (code === 32 || code === 45) {
      if (gap || i === 0) return false
      gap = true
      continue
    }
    if (!isIn(code, DIGIT)) return false
    gap = false
    const digit = code - 48
    if (last >= 0 && digit !== last) isAlike = false
    last = digit
    const weighed = digits % 2 === 0 ? digit : digit < 5 ? digit * 2 : digit * 2 - 9
    sum += weighed
    digits++
  }
  return digits >= 13 && digits <= 19 && sum % 10 === 0 && !isAlike
}
