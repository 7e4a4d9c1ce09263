import { fitsFormat, FORMATS, NONE } from '../text/value-format'
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
import type { BodyTree } from './body-tree'
import { BOOLEAN } from './body-types'
import { EXACT, FieldVerdict, ingredientNames, LENGTH, NUMERIC } from './field-verdict'

/** How far beyond the extremes, in units of the bound's own distance, a quantity is no rare one any more. */
export const OUT = 1.5
/** How many times the bound a length is that is no ordinary variety. */
export const FAR = 4
/** Risk from which a finding counts fully. */
const FLAGGED = 50
/** What is left of evidence that says little. */
const HALF = 0.5
/** Characters by which even short texts differ. */
const SHORT = 8

/** Judges the values at the ends of a body: numbers, booleans, texts. Nothing is allocated while they are ordinary. */
export class LeafJudge {
  readonly #context: BodyContext
  readonly #findings: BodyFindings
  readonly #verdict = new FieldVerdict()
  #floor = 0
  #tree: BodyTree | null = null

  constructor (context: BodyContext, findings: BodyFindings) {
    this.#context = context
    this.#findings = findings
  }

  /** A body begins. @param floor Values to have been learned before anything is judged. */
  open (tree: BodyTree, floor: number): void {
    this.#tree = tree
    this.#floor = floor
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
    const isSecret = this.#context.redactor.hides(nameOf(node))
    const limit = side > 0 ? leaf.bounds?.[1] : leaf.bounds?.[0]
    // The first negative number, no further out than others might be: as the first fraction.
    const risk = leaf.isFirstNegative(value) ? riskOf(STRONG, this.#chance('negative', node, leaf.n)) : this.#riskBeyond(node, leaf, value, side)
    this.#findings.add(side > 0 ? signals.NUMBER_TOO_LARGE : signals.NUMBER_TOO_SMALL, this.#findings.path(node), 5, risk * scale,
      isSecret ? '[redacted]' : rounded(limit ?? NaN), isSecret ? '[redacted]' : rounded(value))
  }

  #riskBeyond (node: BodyNode, leaf: NumberLeaf, value: number, side: 1 | -1): number {
    const isSigned = value >= 0 || leaf.negatives > 0
    const bound = side > 0 ? leaf.highest : leaf.lowest
    const isBounded = Number.isFinite(bound.limit)
    const isNear = isBounded && bound.reach(value) < OUT && isSigned
    const isFar = !isBounded || !isSigned || Math.abs(value) > FAR * Math.abs(side > 0 ? bound.limit : bound.extreme)
    return riskOf(isNear ? WEAK : STRONG, this.chanceBeyond(side > 0 ? 'high' : 'low', node, leaf.n, isFar))
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
    // A literal that so many have sent is of no format, and as long as itself.
    if (leaf.isWellKnown(text)) return
    const isTooLong = !leaf.isOrdinary(length) && this.#isTooLong(node, leaf, length)
    const isOdd = this.#isOdd(node, leaf, text)
    if (leaf.profile !== null) this.#judgeValue(node, leaf, text, isOdd, isTooLong)
    else if (isOdd) this.#addPattern(node, leaf, text, WEAK, 3, true)
  }

  #isTooLong (node: BodyNode, leaf: TextLeaf, length: number): boolean {
    const isTooLong = leaf.isTooLong(length)
    if (isTooLong) this.#addLong(node, leaf, length)
    else if (length < leaf.shortest - leaf.tolerance) this.#findings.add(signals.STRING_TOO_SHORT, this.#findings.path(node), 3, riskOf(SLIGHT, 1 / (Math.min(leaf.n, node.draws) + 2)), leaf.shortest, length)
    return isTooLong
  }

  #addLong (node: BodyNode, leaf: TextLeaf, length: number): void {
    const isFar = leaf.longest.limit === Infinity || length > FAR * leaf.longest.limit
    const isRequest = this.#findings.side === 'body'
    const full = isRequest ? isFar || isFarBeyond(leaf, length) ? STRONG : WEAK : isFar ? WEAK : SLIGHT
    this.#findings.add(signals.STRING_TOO_LONG, this.#findings.path(node), 5, riskOf(full, this.chanceBeyond('long', node, leaf.n, isFar)), leaf.longest.extreme, length)
  }

  /** Whether a text has not the format that texts here must have: the share of it is certain, or every one had it, and such places keep to their format. */
  #isOdd (node: BodyNode, leaf: TextLeaf, text: string): boolean {
    if (leaf.enforced !== NONE) return !fitsFormat(leaf.enforced, text)
    return leaf.sole !== NONE && !fitsFormat(leaf.sole, text) && this.#chance('format', node, leaf.n) < CERTAIN
  }

  /** By the value model, and by the format that values must have. */
  #judgeValue (node: BodyNode, leaf: TextLeaf, text: string, isOdd: boolean, isTooLong: boolean): void {
    const { scan } = this.#context
    const verdict = this.#verdict.reset()
    verdict.isOpen = !leaf.isFew
    leaf.profile?.judge(scan.scan(text), leaf.common, this.#floor, verdict)
    if (verdict.parts === 0 && !isOdd) return
    // That values are numbers for the most part says little where the characters of this one are known: `12a` among house numbers.
    const isKnownText = (verdict.parts & NUMERIC) !== 0 && leaf.profile?.knowsCharacters(scan) === true
    if (!isOdd && isKnownText && verdict.parts === NUMERIC) return
    if (!isOdd && verdict.parts === LENGTH) {
      if (isTooLong) return
      const isLong = text.length > (leaf.longest.extreme + leaf.shortest) / 2
      const risk = isLong ? verdict.risk : Math.min(WEAK, verdict.risk)
      this.#findings.add(isLong ? signals.STRING_TOO_LONG : signals.STRING_TOO_SHORT, this.#findings.path(node), 3, risk, isLong ? leaf.longest.extreme : leaf.shortest, text.length)
      return
    }
    const share = isKnownText || (verdict.parts === EXACT && verdict.risk < FLAGGED && isNearBy(leaf, text.length)) ? HALF : 1
    this.#addPattern(node, leaf, text, isOdd ? Math.max(STRONG, verdict.risk) : verdict.risk * share, isOdd ? Math.max(6, verdict.severity) : verdict.severity, isOdd)
  }

  #addPattern (node: BodyNode, leaf: TextLeaf, text: string, risk: number, severity: number, isOdd: boolean): void {
    const { parts, kinds, symbols, symbol } = leaf.profile === null ? this.#verdict.reset() : this.#verdict
    const format = isOdd ? FORMATS[leaf.enforced === NONE ? leaf.sole : leaf.enforced] as string : null
    const evidence: signals.TextEvidence = {
      sample: this.#context.redactor.sample(nameOf(node), text),
      length: text.length,
      ingredients: ingredientNames(parts),
      parts: [parts, kinds, symbols, symbol],
      format,
      isEnforced: isOdd && leaf.enforced !== NONE
    }
    const { profile } = leaf
    const expected = format ?? (profile === null ? 'other' : `${describeCharacters(profile.kinds, profile.symbols)}, ${leaf.shortest} to ${leaf.longest.extreme} characters`)
    this.#findings.add(signals.PATTERN_MISMATCH, this.#findings.path(node), severity, risk, expected, evidence)
  }

  /** The same of a quantity beyond its bound: near it the place's own values count alone, since one never knows how far the next one reaches. */
  chanceBeyond (sort: Sort, node: BodyNode, n: number, isFar: boolean): number {
    const own = 1 / (Math.min(n, node.draws) + 2)
    return isFar ? Math.min(own, this.#chance(sort, node, n)) / GROSS : own
  }

  /** Chance that any place of an ordinary body shows something new of the sort: what is unlikely at each of many is likely at one. */
  #chance (sort: Sort, node: BodyNode, n: number): number {
    return (this.#tree as BodyTree).places(sort) * this.#context.priors.of(sort).chance(Math.min(n, node.draws))
  }
}

/** Whether a length is among those seen or next to them: then runs of another length (`Customer 99`, `Customer 999`) are hardly news. */
function isNearBy (leaf: TextLeaf, length: number): boolean {
  return length <= leaf.longest.extreme + leaf.tolerance && length >= leaf.shortest - leaf.tolerance
}

/** Whether a length is so far beyond the bound that no ordinary text is: half as long again and more, or any in a place where all are alike. */
function isFarBeyond ({ longest, shortest }: TextLeaf, length: number): boolean {
  return length > 1.5 * longest.limit + SHORT || longest.extreme === shortest
}

function rounded (value: number): number | string { return Number.isFinite(value) ? Number(value.toPrecision(4)) : String(value) }
