import { FORMATS, isOfFormat, NONE } from '../text/value-format'
import { describeCharacters } from '../text/value-shape'
import { CERTAIN, GROSS, riskOf, SLIGHT, STRONG, WEAK } from './body-findings'
import type { BodyFindings } from './body-findings'
import type { BodyContext } from './body-learner'
import type { BodyNode } from './body-node'
import type { NumberLeaf } from './body-number'
import { nameOf } from './body-path'
import type { Sort } from './body-priors'
import * as signals from './body-signals'
import type { TextLeaf } from './body-text'
import { BOOLEAN } from './body-types'
import { FieldVerdict, ingredientNames, LENGTH, NUMERIC } from './field-verdict'

/** How far beyond the extremes, in units of the bound's own distance, a quantity is no rare one any more. */
export const OUT = 1.5
/** How many times the bound a length is that is no ordinary variety. */
export const FAR = 4
/** Characters by which even short texts differ. */
const SHORT = 8

/** Judges the values at the ends of a body: numbers, booleans, texts. Nothing is allocated while they are ordinary. */
export class LeafJudge {
  readonly #context: BodyContext
  readonly #findings: BodyFindings
  readonly #verdict = new FieldVerdict()
  #floor = 0
  #places = 1

  constructor (context: BodyContext, findings: BodyFindings) {
    this.#context = context
    this.#findings = findings
  }

  /** @param floor Values to have been learned before anything is judged. @param places Places of such a body: each may be unusual. */
  open (floor: number, places: number): void {
    this.#floor = floor
    this.#places = places
  }

  judgeNumber (node: BodyNode, value: number): void {
    const leaf = node.number
    if (leaf === null || node.draws < this.#floor || leaf.n < this.#floor) return
    const scale = this.#findings.side === 'body' ? 1 : 0.25
    if (leaf.reals === 0 && !Number.isInteger(value) && Number.isFinite(value)) {
      const chance = this.#chance('fraction', node, leaf.n)
      this.#findings.add(signals.TYPE_MISMATCH, this.#findings.path(node), 5, riskOf(chance < CERTAIN / 2 ? STRONG : WEAK, chance) * scale, 'integer', 'number')
    }
    const side = leaf.side(value)
    if (side !== 0) this.#addNumber(node, leaf, value, side, scale)
  }

  #addNumber (node: BodyNode, leaf: NumberLeaf, value: number, side: 1 | -1, scale: number): void {
    const chance = this.#chance(side > 0 ? 'high' : 'low', node, leaf.n)
    const isGross = Math.abs(value) > 100 * Math.abs(side > 0 ? leaf.highest.limit : leaf.highest.extreme)
    const isNear = (side > 0 ? leaf.highest : leaf.lowest).reach(value) < OUT && (value >= 0 || leaf.negatives > 0)
    const isSecret = this.#context.redactor.hides(nameOf(node))
    const limit = side > 0 ? leaf.bounds?.[1] : leaf.bounds?.[0]
    this.#findings.add(side > 0 ? signals.NUMBER_TOO_LARGE : signals.NUMBER_TOO_SMALL, this.#findings.path(node), 5, riskOf(isNear ? WEAK : STRONG, isGross ? chance / GROSS : chance) * scale,
      isSecret ? '[redacted]' : rounded(limit ?? NaN), isSecret ? '[redacted]' : rounded(value))
  }

  judgeBoolean (node: BodyNode, value: boolean): void {
    const seen = node.types[BOOLEAN] as number
    if ((value ? node.trues : seen - node.trues) > 0 || node.draws < this.#floor) return
    if (this.#chance('truth', node, seen) < CERTAIN) this.#findings.add(signals.PATTERN_MISMATCH, this.#findings.path(node), 3, WEAK, seen, value)
  }

  judgeText (node: BodyNode, text: string): void {
    const { length } = text
    const leaf = node.text as TextLeaf
    if (leaf.n < this.#floor) {
      if (leaf.common !== null && leaf.profile !== null) this.#judgeValue(node, leaf, text, false, false)
      return
    }
    const isTooLong = leaf.longest.isBeyond(length)
    if (isTooLong) this.#addLong(node, leaf, length)
    else if (leaf.shortest.isBeyond(length)) this.#findings.add(signals.STRING_TOO_SHORT, this.#findings.path(node), 3, riskOf(SLIGHT, this.#chance('short', node, leaf.n)), leaf.shortest.extreme, length)
    const isOdd = this.#isOdd(node, leaf, text)
    if (leaf.profile !== null) this.#judgeValue(node, leaf, text, isOdd, isTooLong)
    else if (isOdd) this.#addPattern(node, leaf, text, WEAK, 3, true)
  }

  #addLong (node: BodyNode, leaf: TextLeaf, length: number): void {
    const isFar = length > FAR * leaf.longest.limit
    const isRequest = this.#findings.side === 'body'
    const full = isRequest ? isFarBeyond(leaf, length) ? STRONG : WEAK : isFar ? WEAK : SLIGHT
    this.#findings.add(signals.STRING_TOO_LONG, this.#findings.path(node), 5, riskOf(full, this.#chance('long', node, leaf.n) / (isFar ? GROSS : 1)), leaf.longest.extreme, length)
  }

  /** Whether a text has not the format that texts here must have: the share of it is certain, or every one had it, and such places keep to their format. */
  #isOdd (node: BodyNode, leaf: TextLeaf, text: string): boolean {
    if (leaf.enforced !== NONE) return !isOfFormat(leaf.enforced, text)
    return leaf.sole !== NONE && !isOfFormat(leaf.sole, text) && this.#chance('format', node, leaf.n) < CERTAIN
  }

  /** By the value model, and by the format that values must have. */
  #judgeValue (node: BodyNode, leaf: TextLeaf, text: string, isOdd: boolean, isTooLong: boolean): void {
    const { scan } = this.#context
    const verdict = this.#verdict.reset()
    leaf.profile?.judge(scan.scan(text), leaf.common, this.#floor, verdict)
    if (verdict.parts === 0 && !isOdd) return
    // That values are numbers for the most part says little where the characters of this one are known: `12a` among house numbers.
    const isKnownText = (verdict.parts & NUMERIC) !== 0 && leaf.profile?.knowsCharacters(scan) === true
    if (!isOdd && isKnownText && verdict.parts === NUMERIC) return
    if (!isOdd && verdict.parts === LENGTH) {
      if (isTooLong) return
      const isLong = text.length > (leaf.longest.extreme + leaf.shortest.extreme) / 2
      this.#findings.add(isLong ? signals.STRING_TOO_LONG : signals.STRING_TOO_SHORT, this.#findings.path(node), 3, verdict.risk, isLong ? leaf.longest.extreme : leaf.shortest.extreme, text.length)
      return
    }
    this.#addPattern(node, leaf, text, isOdd ? Math.max(STRONG, verdict.risk) : isKnownText ? verdict.risk / 2 : verdict.risk, isOdd ? Math.max(6, verdict.severity) : verdict.severity, isOdd)
  }

  #addPattern (node: BodyNode, leaf: TextLeaf, text: string, risk: number, severity: number, isOdd: boolean): void {
    const { parts, kinds, symbols, symbol } = leaf.profile === null ? this.#verdict.reset() : this.#verdict
    const format = isOdd ? FORMATS[leaf.enforced === NONE ? leaf.sole : leaf.enforced] as string : null
    const evidence: signals.TextEvidence = {
      sample: this.#context.redactor.sample(nameOf(node), text),
      length: text.length,
      ingredients: ingredientNames(parts),
      parts: [parts, kinds, symbols, symbol],
      format
    }
    const { profile } = leaf
    const expected = format ?? (profile === null ? 'other' : `${describeCharacters(profile.kinds, profile.symbols)}, ${leaf.shortest.extreme} to ${leaf.longest.extreme} characters`)
    this.#findings.add(signals.PATTERN_MISMATCH, this.#findings.path(node), severity, risk, expected, evidence)
  }

  /** Chance that a place of an ordinary body shows something new of the sort. */
  #chance (sort: Sort, node: BodyNode, n: number): number { return this.#places * this.#context.priors.of(sort).chance(Math.min(n, node.draws)) }
}

/** Whether a length is so far beyond the bound that no ordinary text is: half as long again and more, or any in a place where all are alike. */
function isFarBeyond ({ longest, shortest }: TextLeaf, length: number): boolean {
  return length > 1.5 * longest.limit + SHORT || longest.extreme === shortest.extreme
}

function rounded (value: number): number | string { return Number.isFinite(value) ? Number(value.toPrecision(4)) : String(value) }
