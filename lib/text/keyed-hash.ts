import { createHash, hash as digest } from 'node:crypto'
import { finishHash } from './value-shape'

/**
 * Hashes under one secret key: tags for identities (128 bits, for showing and comparing) and 32-bit hashes for tables.
 * With the same key they are the same in every process and after a restart; without it neither can be reversed by
 * trying likely values.
 *
 * Cost, as measured in performance.md: a tag 0.6 to 1 µs, so callers cache it by credential.
 *
 * Source: prefix-keyed SHA-256 truncated to 128 bits; length extension is no threat, since tags authenticate nothing.
 */
export class KeyedHash {
  readonly #key: string
  /** Seed of all 32-bit hashes. */
  readonly seed: number

  /** @param secret Key of at least 16 characters. @throws RangeError Where it is shorter. */
  constructor (secret: string) {
    if (secret.length < 16) throw new RangeError(`secret: at least 16 characters are needed, not ${secret.length}`)
    this.#key = createHash('sha256').update(secret).digest('base64')
    this.seed = createHash('sha256').update(`${this.#key}seed`).digest().readInt32LE(0)
  }

  /** A 128-bit tag of an identity, in base64url. @param purpose Keeps tags of different kinds of identities apart. */
  tag (purpose: string, identity: string): string {
    return digest('sha256', `${this.#key}${purpose}\0${identity}`, 'base64url').slice(0, 22)
  }

  /** A 32-bit hash of a short text; 10 to 30 ns. */
  hash (text: string): number { return hashText(text, this.seed) }
}

/** A seeded 32-bit rolling hash of a text. */
export function hashText (text: string, seed: number): number { return finishHash(roll(text, 0, text.length, seed ^ text.length)) }

/** Takes some characters into a hash (FNV-1's multiplier). */
function roll (text: string, from: number, to: number, seed: number): number {
  let hash = seed
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

/** Of longer texts: characters at the end, and in each of three windows before it. */
const END = 24
const WINDOW = 8

/**
 * The same of a credential, from its length and at most 48 of its characters: the last 24 (where signatures and random parts differ) and eight at each quarter.
 * For counting, where a mistake costs little: two credentials that are alike in all those are one. 50 ns, whatever its length.
 */
export function hashCredential (text: string, seed: number): number {
  const { length } = text
  if (length <= END + 3 * WINDOW) return hashText(text, seed)
  let hash = seed ^ length
  for (let window = 1; window < 4; window++) {
    const from = (length * window >> 2) - WINDOW
    hash = roll(text, from, from + WINDOW, hash)
  }
  return finishHash(roll(text, length - END, length, hash))
}
