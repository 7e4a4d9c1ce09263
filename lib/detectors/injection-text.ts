import { StringMemo } from '../store/string-memo'
import { base64Text, normalize } from '../text/normalize'
import { CAPACITY, TokenScanner } from '../text/injection-tokens'
import { patternsIn } from '../text/injection-patterns'
import { BIAS, CLASS_WEIGHTS, CLASSES, UNIT, WEIGHTS } from '../text/injection-weights'
import { CLASS_PLACES, classFeaturesOf, NgramModel } from '../text/ngram-model'

/** Log-odds of values that class and length settle. */
export const SETTLED = -Infinity

/** Values up to this length are remembered with their log-odds: headers come again and again. */
const MAX_REMEMBERED = 512
const REMEMBERED = 2048
/** Characters at their end by which they are found: versions of one user agent differ there. */
const MEMO_TAIL = 24
/** Up to this length class is cheaper to tell than memory. */
const SHORT = 24
/** Shorter single words are not decoded: of so few characters random ones would too often make a text. */
const MIN_HIDDEN = 14
/** Characters of the most telling stretch that are looked at again to say what it is. */
const MAX_STRETCH = 2048

/** What a text is taken for. */
export interface Reading {
  /** Log-odds that it is an injection. */
  logOdds: number
  /** Its class, as in `CLASSES`. */
  name: string
  /** Share of the evidence for that class, 0 to 1. */
  share: number
  /** Named patterns (docs/injection.md). */
  patterns: string[]
  /** The stretch that says so, as the interpreter would read it. */
  stretch: string
  /** Whether percent-encoding, entities, base64 and the like had to be undone. */
  wasHidden: boolean
}

const TRIGGER = 1
const BLANK = 2
const WORD = 4
const KIND = new Uint8Array(128).fill(TRIGGER)
for (let code = 0; code < 128; code++) {
  if ((code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 122) || code === 45 || code === 46 || code === 95) KIND[code] = WORD
}
KIND[32] = BLANK

/**
 * Whether class and length settle that a value is no injection: one word, number, id or date of letters, digits, `-`, `.` and `_`, that
 * is not base64 of a text.
 */
function isPlain (text: string): boolean {
  const { length } = text
  if (length < 2) return true
  if (text.charCodeAt(0) === 95) return false
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 128 || KIND[code] !== WORD) return false
  }
  return true
}

/** How many characters of a request are looked at, and how many were not. Reused for every request. */
export class Budget {
  left = 0
  skipped = 0

  start (characters: number): this {
    this.left = characters
    this.skipped = 0
    return this
  }
}

/**
 * Says how much a text looks like an injection. Time: linear; most values are settled by class and length, short ones seen before by memory.
 * Holds all scratch space; one object a process.
 */
export class InjectionText {
  readonly scanner = new TokenScanner()
  readonly #model = new NgramModel(bytesOf(WEIGHTS))
  readonly #classes = bytesOf(CLASS_WEIGHTS)
  readonly #memo = new StringMemo<number>(REMEMBERED, MEMO_TAIL)
  readonly #into = new Uint16Array(4)

  /** Log-odds of a text; what is beyond the budget is not looked at, but for the end, a quarter of what is left. */
  logOdds (text: string, budget: Budget): number {
    const { length } = text
    const isRemembered = length > SHORT && length <= MAX_REMEMBERED
    if (isRemembered) {
      const known = this.#memo.get(text)
      if (known !== undefined) return known
    }
    if (isPlain(text)) {
      const hidden = length < MIN_HIDDEN ? null : base64Text(text)
      const logOdds = hidden === null ? SETTLED : this.#score(normalize(hidden))
      if (isRemembered) this.#memo.set(text, logOdds)
      return logOdds
    }
    if (length <= SHORT) {
      const known = this.#memo.get(text)
      if (known !== undefined) return known
    }
    if (length > budget.left) {
      budget.skipped += length - budget.left
      const tail = budget.left >>> 2
      const head = budget.left - tail
      budget.left = 0
      if (head === 0) return SETTLED
      return Math.max(this.#score(normalize(text.slice(0, head))), this.#score(normalize(text.slice(length - tail))))
    }
    budget.left -= length
    let score = this.#score(normalize(text))
    const hidden = base64Text(text)
    if (hidden !== null) score = Math.max(score, this.#score(normalize(hidden)))
    if (length <= MAX_REMEMBERED) this.#memo.set(text, score)
    return score
  }

  /** What a text is taken for; for those few whose log-odds ask for it. Looks at what `logOdds` with the same budget looked at. */
  read (text: string, characters: number): Reading {
    let part = text
    if (text.length > characters) {
      const tail = characters >>> 2
      const end = text.slice(text.length - tail)
      part = text.slice(0, characters - tail)
      if (this.#score(normalize(end)) > this.#score(normalize(part))) part = end
    }
    const plain = normalize(part)
    const hidden = base64Text(text)
    const inner = hidden === null ? '' : normalize(hidden)
    const innerOdds = hidden === null ? SETTLED : this.#score(inner)
    let logOdds = this.#score(plain)
    let normal = plain
    if (innerOdds > logOdds) {
      normal = inner
      logOdds = this.#score(normal)
    }
    const { bestFrom, bestTo } = this.#model
    const stretch = normal.slice(bestFrom, Math.min(bestTo, bestFrom + MAX_STRETCH)).toWellFormed()
    const { name, share } = this.#classOf(stretch)
    return { logOdds, name, share, patterns: patternsIn(this.scanner), stretch, wasHidden: normal !== text }
  }

  #score (text: string): number {
    const { scanner } = this
    const model = this.#model
    model.begin()
    let at = 0
    do {
      at = scanner.scan(text, at, text.length)
      model.read(scanner, at)
    } while (at < text.length)
    return model.best * UNIT + BIAS
  }

  /** Leaves the tokens of the stretch in the scanner. */
  #classOf (stretch: string): { name: string, share: number } {
    const { scanner } = this
    const into = this.#into
    scanner.scan(stretch, 0, stretch.length)
    const sums = new Float64Array(CLASSES.length)
    let before = 0
    for (let i = 0; i < scanner.count && i < CAPACITY; i++) {
      const n = classFeaturesOf(scanner, i, before, into)
      for (let c = 0; c < CLASSES.length; c++) {
        for (let j = 0; j < n; j++) sums[c] = (sums[c] as number) + (this.#classes[c * CLASS_PLACES + (into[j] as number)] as number)
      }
      before = scanner.kinds[i] as number
    }
    let best = 0
    for (let c = 1; c < sums.length; c++) if ((sums[c] as number) > (sums[best] as number)) best = c
    let total = 0
    for (const sum of sums) total += Math.exp((sum - (sums[best] as number)) * 0.05)
    return { name: CLASSES[best] as string, share: 1 / total }
  }
}

function bytesOf (base64: string): Int8Array {
  const bytes = Buffer.from(base64, 'base64')
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
