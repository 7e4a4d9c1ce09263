import { finishHash } from './value-shape'

/** Characters of a user agent looked at. */
const MAX_LENGTH = 400

/**
 * Hash of a client's class: the product names of its user agent in order, without versions and comments, so that all
 * versions of one browser or library are one class (`Mozilla AppleWebKit Chrome Safari`, `okhttp`). That a later product
 * than the first has a comment is part of the class, what it says is not: a robot that names itself behind a browser's
 * products (`... Safari/537.36 (compatible; ...)`) is no such browser; nor is one that gives its address (`... like Gecko; compatible; bingbot/2.0; +http://...`), whose name and address are part of the class. Needs no list of browsers and does not age.
 * 0 without a user agent. One pass, no allocation.
 *
 * Source: RFC 9110, section 10.1.5 (product tokens and comments).
 */
export function clientClass (userAgent: string, seed: number): number {
  const length = Math.min(MAX_LENGTH, userAgent.length)
  if (length === 0) return 0
  let hash = seed
  let depth = 0
  let inVersion = false
  let products = 0
  let comment = 0
  for (let i = 0; i < length; i++) {
    const code = userAgent.charCodeAt(i)
    if (code === 40) {
      if (depth++ === 0) {
        comment = i
        if (products > 1) hash = Math.imul(hash ^ 40, 0x01000193)
      }
    } else if (code === 41) depth = Math.max(0, depth - 1)
    else if (depth > 0) {
      if (code === 58 && userAgent.startsWith('//', i + 1)) hash = lettersOf(userAgent, comment, i, hash)
      continue
    } else if (code === 32) inVersion = false
    else if (code === 47) inVersion = true
    else if (!inVersion && !(code >= 48 && code <= 57) && code !== 46) hash = Math.imul(hash ^ code, 0x01000193)
    if (code === 47) {
      products++
      hash = Math.imul(hash ^ 47, 0x01000193)
    }
  }
  return finishHash(hash) || 1
}

/** Adds the letters of a part of a text to a hash. */
function lettersOf (text: string, from: number, to: number, hash: number): number {
  for (let i = from; i < to; i++) {
    const lower = text.charCodeAt(i) | 32
    if (lower >= 97 && lower <= 122) hash = Math.imul(hash ^ lower, 0x01000193)
  }
  return hash
}

const PROGRAM = /^[\w.+-]{1,40}(?:[/ ]|$)/

/**
 * Whether a user agent begins with what may be the name of a program, whichever: letters, digits and `.`, `_`, `+`, `-`, no more than 40 of them, before a version, a space or
 * the end. No list of programs: a payload, a random token and a repeated letter are none.
 */
export function namesProgram (userAgent: string): boolean { return PROGRAM.test(userAgent) }
