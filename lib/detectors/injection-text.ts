import { RecurringTexts } from '../store/recurring-texts'
import { base64Text, mayBeBase64 } from '../text/base64-text'
import { BestStretch } from '../text/best-stretch'
import { CAPACITY, TokenScanner } from '../text/injection-tokens'
import { patternsIn } from '../text/injection-patterns'
import { BIAS, CLASS_WEIGHTS, CLASSES, UNIT, WEIGHTS } from '../text/injection-weights'
import { CLASS_PLACES, classFeaturesOf, NgramModel } from '../text/ngram-model'
import { loadNormal } from '../text/normalize'
import { hiddenInPlain, isPlain } from '../text/plain-text'
import { isSerializedObject } from '../text/serialized-object'
import { TextUnits } from '../text/text-units'
import { MILD_FROM } from './injection-thresholds'

/** Log-odds of values that class and length settle. */
export const SETTLED = -Infinity

/** Texts up to this length are remembered with their log-odds: many come again and again. */
const MAX_REMEMBERED = 512
const REMEMBERED = 1024
/** Log-odds of serialised objects: nothing else begins so, but some applications do send them, which a field's history tells. */
const SERIALIZED = 4
/** Longest text of which signs of base64 are looked for behind percent-encoding: as long as headers are. */
const MAX_ENCODED = 8192
/** Log-odds that the repetitions of what has been said add at the most: rows of a list, which each look a little odd, are no more than one of them. */
const REPEATED = 1
/** Sum, in units of the weights, from which a text is at all like an injection. */
const MILD = (MILD_FROM - BIAS) / UNIT
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
  readonly #stretch = new BestStretch(this.#model.weights, Math.round(REPEATED / UNIT), Math.floor(MILD))
  readonly #classes = bytesOf(CLASS_WEIGHTS)
  readonly #memo = new RecurringTexts(REMEMBERED, MAX_REMEMBERED)
  readonly #into = new Uint32Array(4)
  readonly #units = new TextUnits()

  /** Log-odds of a text; what is beyond the budget is not looked at, but for the end, a quarter of what is left. */
  logOdds (text: string, budget: Budget): number {
    if (isSerializedObject(text)) return SERIALIZED
    if (isPlain(text)) {
      const hidden = hiddenInPlain(text)
      return hidden === null ? SETTLED : this.#scoreOf(hidden)
    }
    const known = this.#memo.get(text)
    if (!Number.isNaN(known)) return known
    const { length } = text
    if (length > budget.left) return this.#ends(text, budget)
    budget.left -= length
    let score = this.#scoreOf(text)
    const hidden = this.#hiddenIn(text)
    if (hidden !== null) score = Math.max(score, this.#scoreOf(hidden))
    this.#memo.note(text, score)
    return score
  }

  /** Looks at the start and the end of a text that is longer than what is left. */
  #ends (text: string, budget: Budget): number {
    const { length } = text
    const tail = budget.left >>> 2
    const head = budget.left - tail
    budget.skipped += length - budget.left
    budget.left = 0
    if (head === 0) return SETTLED
    return Math.max(this.#scoreOf(text.slice(0, head)), this.#scoreOf(text.slice(length - tail)))
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
    loadNormal(text, this.#units)
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
    const { bestFrom, bestTo } = this.#stretch
    const stretch = units.slice(bestFrom, Math.min(bestTo, bestFrom + MAX_STRETCH)).toWellFormed()
    const { name, share } = this.#classOf(stretch)
    return { logOdds, name, share, patterns: patternsIn(this.scanner), stretch, wasHidden }
  }

  /** What a text decodes to that is base64, its signs perhaps percent-encoded; `null` for all others. Its normal form is loaded. */
  #hiddenIn (text: string): string | null {
    const units = this.#units
    if (!mayBeBase64(units)) return null
    return base64Text(text.length > MAX_ENCODED || !text.includes('%') ? text : units.slice(0, units.length))
  }

  #scoreOf (text: string): number {
    loadNormal(text, this.#units)
    return this.#score()
  }

  /**
   * Log-odds of the units that are loaded. The sum that counts repetitions comes first: it is quick and never less, so that nearly all texts,
   * of which it says nothing, need no other. Finds the stretch that says most where that is anything.
   */
  #score (): number {
    const { scanner } = this
    const units = this.#units
    const model = this.#model
    const stretch = this.#stretch
    model.begin()
    stretch.begin()
    let at = 0
    do {
      at = scanner.scan(units, at)
      model.add(scanner)
      const isLast = at >= units.length
      if (model.latest >= MILD) stretch.add(scanner, model, at, isLast)
      else if (!isLast) stretch.pass(scanner, model)
    } while (at < units.length)
    return (model.best < MILD ? model.best : stretch.best) * UNIT + BIAS
  }

  /** Leaves the tokens of the stretch in the scanner. */
  #classOf (stretch: string): { name: string, share: number } {
    const { scanner } = this
    const into = this.#into
    scanner.read(this.#units.load(stretch), 0)
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
