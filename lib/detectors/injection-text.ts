import { StringMemo } from '../store/string-memo'
import { base64Text } from '../text/base64-text'
import { CAPACITY, TokenScanner } from '../text/injection-tokens'
import { patternsIn } from '../text/injection-patterns'
import { BIAS, CLASS_WEIGHTS, CLASSES, UNIT, WEIGHTS } from '../text/injection-weights'
import { CLASS_PLACES, classFeaturesOf, NgramModel } from '../text/ngram-model'
import { loadNormal } from '../text/normalize'
import { isSerializedObject } from '../text/serialized-object'
import { TextUnits } from '../text/text-units'

/** Log-odds of values that class and length settle. */
export const SETTLED = -Infinity

/** Values up to this length are remembered with their log-odds: headers come again and again. */
const MAX_REMEMBERED = 512
const REMEMBERED = 4096
/** Characters at their end by which they are found: versions of one user agent differ there. */
const MEMO_TAIL = 24
/** Up to this length class is cheaper to tell than memory. */
const SHORT = 24
/** Log-odds of serialised objects: nothing else begins so, but some applications do send them, which a field's history tells. */
const SERIALIZED = 4
/** Shorter single words are not decoded: of so few characters random ones would too often make a text. */
const MIN_HIDDEN = 14
/** Longest text of which signs of base64 are looked for behind percent-encoding: as long as headers are. */
const MAX_ENCODED = 8192
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
const POINT = 46
/** Longer words with points in them are tokens, not names. */
const LONGEST_NAME = 80
const KIND = new Uint8Array(128).fill(TRIGGER)
for (let code = 0; code < 128; code++) {
  if ((code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 122) || code === 45 || code === 46 || code === 95) KIND[code] = WORD
}
KIND[32] = BLANK

/**
 * Whether class and length settle that a value is no injection: one word, number, id or date of letters, digits, `-`, `.` and `_`, that
 * is not base64 of a text. Names with a point before a letter (of classes, hosts, files) are looked at, and so is what begins with a point or `_`.
 */
function isPlain (text: string): boolean {
  const { length } = text
  if (length < 2) return true
  let code = text.charCodeAt(0)
  if (code === POINT || code === 95) return false
  let before = 0
  for (let i = 0; i < length; i++) {
    code = text.charCodeAt(i)
    if (code >= 128 || KIND[code] !== WORD || (before === POINT && code > 57 && length <= LONGEST_NAME)) return false
    before = code
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
  readonly #into = new Uint32Array(4)
  readonly #units = new TextUnits()

  /** Log-odds of a text; what is beyond the budget is not looked at, but for the end, a quarter of what is left. */
  logOdds (text: string, budget: Budget): number {
    const { length } = text
    const isRemembered = length > SHORT && length <= MAX_REMEMBERED
    if (isRemembered) {
      const known = this.#memo.get(text)
      if (known !== undefined) return known
    }
    if (isSerializedObject(text)) return SERIALIZED
    if (isPlain(text)) {
      const hidden = length < MIN_HIDDEN ? null : base64Text(text)
      const logOdds = hidden === null ? SETTLED : this.#scoreOf(hidden)
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
      return Math.max(this.#scoreOf(text.slice(0, head)), this.#scoreOf(text.slice(length - tail)))
    }
    budget.left -= length
    let score = this.#scoreOf(text)
    const hidden = this.#hiddenIn(text)
    if (hidden !== null) score = Math.max(score, this.#scoreOf(hidden))
    if (length <= MAX_REMEMBERED) this.#memo.set(text, score)
    return score
  }

  /** What a text is taken for; for those few whose log-odds ask for it. Looks at what `logOdds` with the same budget looked at. */
  read (text: string, characters: number): Reading {
    if (isSerializedObject(text)) return { logOdds: SERIALIZED, name: 'template', share: 1, patterns: ['serialized_object'], stretch: text.slice(0, MAX_STRETCH).toWellFormed(), wasHidden: true }
    const parts = [text]
    if (text.length > characters) {
      const tail = characters >>> 2
      parts[0] = text.slice(0, characters - tail)
      parts.push(text.slice(text.length - tail))
    }
    const hidden = this.#hiddenIn(text)
    if (hidden !== null) parts.push(hidden)
    let most = parts[0] as string
    let logOdds = -Infinity
    for (const part of parts) {
      const odds = this.#scoreOf(part)
      if (odds <= logOdds) continue
      logOdds = odds
      most = part
    }
    const units = this.#units
    const wasHidden = loadNormal(most, units) || most === hidden
    this.#score()
    const { bestFrom, bestTo } = this.#model
    const stretch = units.slice(bestFrom, Math.min(bestTo, bestFrom + MAX_STRETCH)).toWellFormed()
    const { name, share } = this.#classOf(stretch)
    return { logOdds, name, share, patterns: patternsIn(this.scanner), stretch, wasHidden }
  }

  /** What a text decodes to that is base64, its signs perhaps percent-encoded; `null` for all others. */
  #hiddenIn (text: string): string | null {
    if (text.length > MAX_ENCODED || !text.includes('%')) return base64Text(text)
    loadNormal(text, this.#units)
    return base64Text(this.#units.slice(0, this.#units.length))
  }

  #scoreOf (text: string): number {
    loadNormal(text, this.#units)
    return this.#score()
  }

  /** Log-odds of the units that are loaded. */
  #score (): number {
    const { scanner } = this
    const units = this.#units
    const model = this.#model
    model.begin()
    let at = 0
    do {
      at = scanner.scan(units, at)
      model.read(scanner, at)
    } while (at < units.length)
    return model.best * UNIT + BIAS
  }

  /** Leaves the tokens of the stretch in the scanner. */
  #classOf (stretch: string): { name: string, share: number } {
    const { scanner } = this
    const into = this.#into
    scanner.scan(this.#units.load(stretch), 0)
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
