import { readableShape } from './value-shape'

/** Field names whose values are secrets or personal data by their name alone. Compared without case and punctuation. */
const DENIED = /pass(word|wd|phrase|code)?$|^pwd|passwd|secret|token|auth|session|cookie|jwt|credential|signature|api-?_?key|^key$|^sid$|csrf|xsrf|otp$|^pin$|cvv|cvc|card|iban|account|ssn|social|national-?_?id|birth|^dob$/i

/** Names are attacker text: shown without control characters, no longer than this. */
const MAX_NAME = 64

/**
 * What may be shown of values: never a letter or digit of them. By default the shape (`'a' a 9=9`), and for names on the deny
 * list only the length, since even the shape of a password says too much.
 *
 * Source: OWASP Logging Cheat Sheet, "Data to exclude".
 */
export class Redactor {
  readonly #denied: readonly (string | RegExp)[]

  /** @param denied Names (compared without case) or patterns added to the default deny list. Patterns must be linear in time. */
  constructor (denied: readonly (string | RegExp)[] = []) {
    // A pattern with `g` or `y` begins where it last ended, and would miss every other name.
    this.#denied = denied.map((entry) => typeof entry === 'string' ? entry.toLowerCase() : new RegExp(entry.source, entry.flags.replace(/[gy]/g, '')))
  }

  /** Whether values of this name are secret. */
  hides (name: string): boolean {
    const short = name.length > MAX_NAME ? name.slice(0, MAX_NAME) : name
    if (DENIED.test(short)) return true
    const lower = short.toLowerCase()
    for (const entry of this.#denied) {
      if (typeof entry === 'string' ? entry === lower : entry.test(short)) return true
    }
    return false
  }

  /** A sample of a value that may be shown. */
  sample (name: string, value: string): string {
    return this.hides(name) ? `[redacted, ${value.length} characters]` : readableShape(value)
  }
}

/** A name that a client chose, fit to be shown: well-formed, no control characters, 64 characters at the most. */
export function showName (name: string): string {
  let shown = ''
  for (let i = 0; i < name.length && shown.length < MAX_NAME; i++) {
    const code = name.charCodeAt(i)
    shown += code < 32 || (code >= 127 && code < 160) || code === 0x2028 || code === 0x2029 ? '␀' : name.charAt(i)
  }
  if (name.length > MAX_NAME) shown += '…'
  return shown.isWellFormed() ? shown : shown.toWellFormed()
}
