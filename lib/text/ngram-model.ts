import { COMMENTED, MIXED } from './token'
import { CAPACITY } from './injection-tokens'
import type { TokenScanner } from './injection-tokens'
import { identityOf, WORD_COUNT } from './injection-words'
import { FIRST_MEANING, KINDS } from './token-kinds'

/** Places of the table of weights; features are hashed into it. */
export const PLACES = 1 << 17
const SHIFT = 15

/** Features of one token at the most. */
export const FEATURES = 7

// What a feature is mixed with, so that the same numbers mean something else in each family.
const PAIR = 0x51ed270b
const TRIPLE = 0x2545f491
const SKIP = 0x68e31da4
const PRIME = 0x9e3779b1

const KIND_PLACE = new Uint32Array(256)
for (let kind = 0; kind < 256; kind++) KIND_PLACE[kind] = Math.imul(kind + 1, PRIME) >>> SHIFT
const WORD_PLACE = new Uint32Array(WORD_COUNT + 1)
for (let word = 1; word <= WORD_COUNT; word++) WORD_PLACE[word] = Math.imul(identityOf(word) ^ 0x7f4a7c15, PRIME) >>> SHIFT
const MIXED_PLACE = Math.imul(0x1001, PRIME) >>> SHIFT
const COMMENTED_PLACE = Math.imul(0x1003, PRIME) >>> SHIFT

/** Tokens from here on have flags that weigh. */
const UNUSUAL = 2 << 24

/** Number of a feature: of a pair, a triple, or two tokens with one between them. */
function placeOf (family: number, tokens: number): number {
  return Math.imul(tokens ^ family, PRIME) >>> SHIFT
}

/**
 * A linear model over n-grams of tokens (1 to 3, and pairs with one between), summed over the stretch of the text in which the sum is
 * greatest. What stands around an injection thereby neither dilutes it nor adds to it: 100 KB of padding change nothing.
 *
 * The stretch is found in one pass (J. Kadane's maximum subarray; the same recursion as E. Page's CUSUM, which makes the score a sequential
 * log-likelihood ratio). Time: O(tokens), four to seven look-ups each; memory: one table of bytes.
 */
export class NgramModel {
  readonly weights: Int8Array
  /** Weights of kinds and of known words alone; word 0 is none. */
  readonly kindWeights: Int8Array
  readonly wordWeights: Int8Array
  /** Greatest sum of a stretch so far, in units of the weights. */
  best = 0
  /** The same of the stretches that end in the tokens of the last call. */
  latest = 0
  /** Greatest sum of a stretch that ends in each token of the last call; where it is not above zero, a stretch would rather begin after it. */
  readonly sums = new Int32Array(CAPACITY)
  /** The same of the token before these. */
  before = 0
  #run = 0
  #before = 0
  #beforeThat = 0

  /** @param weights `PLACES` bytes. @throws RangeError Where they are not as many. */
  constructor (weights: Int8Array) {
    if (weights.length !== PLACES) throw new RangeError(`weights must be ${PLACES}, got ${weights.length}`)
    this.weights = weights
    this.kindWeights = Int8Array.from(KIND_PLACE, (place) => weights[place] as number)
    this.wordWeights = Int8Array.from(WORD_PLACE, (place, word) => word === 0 ? 0 : weights[place] as number)
  }

  /** Forgets the last text. */
  begin (): void {
    this.best = 0
    this.before = 0
    this.#run = 0
    this.#before = 0
    this.#beforeThat = 0
  }

  /** Takes the tokens of the scanner's last call in. */
  add (scanner: TokenScanner): void {
    const { weights, kindWeights, wordWeights, sums } = this
    const { tokens, count } = scanner
    let best = 0
    let run = this.#run
    this.before = run
    let b = this.#before
    let c = this.#beforeThat
    for (let i = 0; i < count; i++) {
      const token = tokens[i] as number
      const a = token & 255
      // The sum so far, or zero where that is greater: without a branch, since which it is cannot be predicted.
      run = ((run & ~(run >> 31)) + (kindWeights[a] as number) + (wordWeights[(token >> 8) & 0xffff] as number) + contextOf(weights, c, b, a)) | 0
      if (token >= UNUSUAL) run = (run + flagsOf(weights, token >>> 24)) | 0
      sums[i] = run
      if (run > best) best = run
      c = b
      b = a
    }
    this.latest = best
    if (best > this.best) this.best = best
    this.#run = run
    this.#before = b
    this.#beforeThat = c
  }
}

/** What a token weighs after those before it: its pair, triple, and pair with one between. @param c Two kinds before it. @param b The one between. */
function contextOf (weights: Int8Array, c: number, b: number, a: number): number {
  const pair = (b << 8) | a
  return (weights[placeOf(PAIR, pair)] as number) + (weights[placeOf(TRIPLE, (c << 16) | pair)] as number) + (weights[placeOf(SKIP, (c << 8) | a)] as number)
}

/** What its flags weigh. */
function flagsOf (weights: Int8Array, flags: number): number {
  return ((flags & MIXED) === 0 ? 0 : weights[MIXED_PLACE] as number) + ((flags & COMMENTED) === 0 ? 0 : weights[COMMENTED_PLACE] as number)
}

/**
 * Writes the features of a token, as of `TokenScanner.tokens`, into `into`, as many as it returns: what `NgramModel` sums.
 * @param before Kind of the token before it, 0 at the start of a text. @param beforeThat The one before that.
 */
export function featuresOf (token: number, before: number, beforeThat: number, into: Uint32Array): number {
  const kind = token & 255
  let n = 0
  into[n++] = KIND_PLACE[kind] as number
  const word = (token >>> 8) & 0xffff
  if (word !== 0) into[n++] = WORD_PLACE[word] as number
  const flag = token >>> 24
  if ((flag & MIXED) !== 0) into[n++] = MIXED_PLACE
  if ((flag & COMMENTED) !== 0) into[n++] = COMMENTED_PLACE
  const pair = (before << 8) | kind
  into[n++] = placeOf(PAIR, pair)
  into[n++] = placeOf(TRIPLE, (beforeThat << 16) | pair)
  into[n++] = placeOf(SKIP, (beforeThat << 8) | kind)
  return n
}

/** Places of the table that tells kinds of injections apart. */
export const CLASS_PLACES = 2048
const CLASS_SHIFT = 21

/** Writes the features by which classes are told apart: the word or kind, and the pair. */
export function classFeaturesOf (scanner: TokenScanner, i: number, before: number, into: Uint32Array): number {
  const kind = scanner.kinds[i] as number
  const word = scanner.words[i] as number
  into[0] = Math.imul(kind + 0x101, PRIME) >>> CLASS_SHIFT
  into[1] = Math.imul(((before << 8) | kind) ^ PAIR, PRIME) >>> CLASS_SHIFT
  if (word === 0 || kind < FIRST_MEANING) return 2
  into[2] = Math.imul(identityOf(word) ^ SKIP, PRIME) >>> CLASS_SHIFT
  return 3
}

if (KINDS > 255) throw new RangeError(`kinds of tokens must fit a byte, there are ${KINDS}`)
