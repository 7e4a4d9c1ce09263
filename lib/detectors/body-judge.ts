import { Signal } from '../signal'
import type { SignalKind } from '../signal'
import type { Observation } from '../observation'
import { FORMATS, isOfFormat, NONE } from '../text/value-format'
import { describeCharacters } from '../text/value-shape'
import type { BodyGuide } from './body-guide'
import type { BodyContext } from './body-learner'
import type { ListShape } from './body-list'
import type { BodyNode } from './body-node'
import type { ObjectShape } from './body-object'
import { joinPath, nameOf } from './body-path'
import * as signals from './body-signals'
import type { BodyTree } from './body-tree'
import { ARRAY, BOOLEAN, NULL, NUMBER, OBJECT, OPAQUE, STRING, TYPES, typeOf } from './body-types'
import { FieldVerdict, ingredientNames, LENGTH, NUMERIC } from './field-verdict'

/** Bodies after which a thing has to be seen twice to be known well. */
const MANY = 60
/** Chance from which something unseen says nothing. */
const SETTLED = 0.05
/** Chance below which it says all it can. */
const CERTAIN = 0.01
/** What a chance of 3 % leaves of a risk of 65 is 50: below that an unseen thing flags alone. */
const FALL = 0.25 / Math.log(3.2)
const STRONG = 65
const WEAK = 35
const SLIGHT = 15
const LEAK = 70
/** What several weak deviations in one body are worth: an unusual person's body is unusual in more than one place. */
const WEAK_SHARE = 0.7
/** How much likelier than others what is no ordinary variety is to be wrong: objects for texts, ten thousand characters for ten. */
const GROSS = 3
/** How far beyond the extremes, in units of the bound's own distance, a quantity is no rare one any more. */
const OUT = 1.5
/** Characters by which even short texts differ. */
const SHORT = 8
/** How many times the bound a length is that is no ordinary variety. */
const FAR = 4
/** Bodies after which a name may be unseen that is as rare as one in a thousand. */
const RARE = 0.001
/** Bodies without a null after which null is unusual where neighbours are null at times. */
const MANY_WITHOUT_NULL = 99
/** Elements of an array that are judged in requests, and in replies; of longer arrays so many, evenly spread. */
const ELEMENTS = { body: 512, response: 32 } as const
/** Signals of one body; more say nothing new. */
const MAX_SIGNALS = 16

/** What a body is called in paths: a request's `body`, a reply's `response`. */
export type Side = 'body' | 'response'

/**
 * Judges bodies against what was learned: reads a body once, no further than the limits go, and adds a signal for each place that deviates.
 * Nothing is allocated while bodies are ordinary. Time: linear in what is read.
 */
export class BodyJudge {
  readonly #context: BodyContext
  readonly #verdict = new FieldVerdict()
  #observation: Observation | null = null
  #side: Side = 'body'
  #floor = 0
  #found = 0
  #values = 0
  #characters = 0
  #random = 1

  constructor (context: BodyContext) { this.#context = context }

  /** @param floor Bodies to have been learned before anything is judged. */
  judge (tree: BodyTree, body: unknown, guide: BodyGuide | null, side: Side, floor: number, observation: Observation): void {
    if (tree.bodies < floor || tree.bodies === 0) return
    const { limits } = this.#context
    this.#observation = observation
    this.#side = side
    this.#floor = floor
    this.#found = 0
    this.#values = limits.values
    this.#characters = limits.characters
    this.#judge(tree.root, body, guide)
    if (this.#values <= 0 || this.#characters <= 0) this.#judgeExcess(tree)
    this.#observation = null
  }

  #judge (node: BodyNode, value: unknown, guide: BodyGuide | null): void {
    if (--this.#values <= 0) return
    const type = typeOf(value)
    if (type === OPAQUE) return
    const seen = node.types[type] as number
    if (seen === 0 || (seen === 1 && node.draws >= MANY)) {
      if (node.draws >= this.#floor) this.#judgeType(node, type)
      if (seen === 0) return
    }
    switch (type) {
      case STRING:
        if (node.text !== null) this.#judgeText(node, value as string)
        break
      case NUMBER:
        this.#judgeNumber(node, value as number)
        break
      case OBJECT:
        if (node.object !== null) this.#judgeObject(node, node.object, value as Record<string, unknown>, guide)
        break
      case ARRAY:
        if (node.list !== null) this.#judgeList(node, node.list, value as unknown[], guide)
        break
      case BOOLEAN:
        if (this.#side === 'body') this.#judgeBoolean(node, value as boolean)
        break
      default:
    }
  }

  #judgeType (node: BodyNode, type: number): void {
    if (this.#isYoung(node)) return
    let rare = 0
    for (let other = 0; other < TYPES.length; other++) if (node.types[other] === 1) rare++
    const isGross = type !== NULL && isContainer(type) !== (((node.types[ARRAY] as number) + (node.types[OBJECT] as number)) > 0)
    const chance = (rare + 1) / (node.draws + 2) / (isGross || (isContainer(type) && rare === 0) ? GROSS : 1)
    const mayBeNull = type === NULL && node.draws < MANY_WITHOUT_NULL && hasNullSibling(node)
    const full = mayBeNull || this.#side === 'response' ? WEAK : STRONG
    const isElement = node.parent?.list?.element === node
    this.#add(isElement ? signals.ARRAY_TYPE_MISMATCH : signals.TYPE_MISMATCH, this.#path(node), 7, riskOf(full, chance), describeTypes(node), TYPES[type])
  }

  #judgeNumber (node: BodyNode, value: number): void {
    const leaf = node.number
    if (leaf === null || this.#isYoung(node) || leaf.n < this.#floor) return
    const chance = 1 / (Math.min(leaf.n, node.draws) + 2)
    const scale = this.#side === 'body' ? 1 : 0.25
    if (leaf.reals === 0 && !Number.isInteger(value) && Number.isFinite(value)) {
      this.#add(signals.TYPE_MISMATCH, this.#path(node), 5, riskOf(chance < CERTAIN / 2 ? STRONG : WEAK, chance) * scale, 'integer', 'number')
    }
    const side = leaf.side(value)
    if (side === 0) return
    const isGross = Math.abs(value) > 100 * Math.abs(side > 0 ? leaf.highest.limit : leaf.highest.extreme)
    const bounds = leaf.bounds
    const limit = side > 0 ? bounds?.[1] : bounds?.[0]
    const isSecret = this.#context.redactor.hides(nameOf(node))
    this.#add(side > 0 ? signals.NUMBER_TOO_LARGE : signals.NUMBER_TOO_SMALL, this.#path(node), 5, riskOf((side > 0 ? leaf.highest : leaf.lowest).reach(value) < OUT && (value >= 0 || leaf.negatives > 0) ? WEAK : STRONG, isGross ? chance / GROSS : chance) * scale,
      isSecret ? '[redacted]' : rounded(limit ?? NaN), isSecret ? '[redacted]' : rounded(value))
  }

  #judgeBoolean (node: BodyNode, value: boolean): void {
    const seen = node.types[BOOLEAN] as number
    if ((value ? node.trues : seen - node.trues) > 0 || node.draws < this.#floor) return
    const chance = 1 / (Math.min(seen, node.draws) + 2)
    if (chance < CERTAIN) this.#add(signals.PATTERN_MISMATCH, this.#path(node), 3, WEAK, seen, value)
  }

  #judgeText (node: BodyNode, text: string): void {
    const { length } = text
    this.#characters -= length
    if (this.#characters <= 0) return
    const leaf = node.text as NonNullable<BodyNode['text']>
    if (leaf.n < this.#floor) {
      if (leaf.common !== null && leaf.profile !== null) this.#judgeValue(node, text, false)
      return
    }
    const isTooLong = leaf.longest.isBeyond(length)
    const chance = 1 / (Math.min(leaf.n, node.draws) + 2) / (isTooLong && length > FAR * leaf.longest.limit ? GROSS : 1)
    const isRequest = this.#side === 'body'
    if (isTooLong) this.#add(signals.STRING_TOO_LONG, this.#path(node), 5, riskOf(isRequest ? this.#isFarBeyond(leaf, length) ? STRONG : WEAK : length > FAR * leaf.longest.limit ? WEAK : SLIGHT, chance), leaf.longest.extreme, length)
    else if (leaf.shortest.isBeyond(length)) this.#add(signals.STRING_TOO_SHORT, this.#path(node), 3, riskOf(SLIGHT, chance), leaf.shortest.extreme, length)
    const isOdd = leaf.enforced !== NONE && !isOfFormat(leaf.enforced, text)
    if (leaf.profile !== null) this.#judgeValue(node, text, isOdd, isTooLong)
    else if (isOdd) this.#addPattern(node, text, WEAK, 3, true)
  }

  /** Whether a length is so far beyond the bound that no ordinary text is: half as long again and more, or any in a place where all are alike. */
  #isFarBeyond ({ longest, shortest }: NonNullable<BodyNode['text']>, length: number): boolean {
    return length > 1.5 * longest.limit + SHORT || longest.extreme === shortest.extreme
  }

  /** By the value model, and by the format that values must have. */
  #judgeValue (node: BodyNode, text: string, isOdd: boolean, isTooLong = false): void {
    const { scan } = this.#context
    const leaf = node.text as NonNullable<BodyNode['text']>
    const verdict = this.#verdict.reset()
    leaf.profile?.judge(scan.scan(text), leaf.common, this.#floor, verdict)
    if (verdict.parts === 0 && !isOdd) return
    // That values are numbers for the most part says little where the characters of this one are known: `12a` among house numbers.
    const isKnownText = (verdict.parts & NUMERIC) !== 0 && leaf.profile?.knowsCharacters(scan) === true
    if (!isOdd && isKnownText && verdict.parts === NUMERIC) return
    if (!isOdd && verdict.parts === LENGTH) {
      if (isTooLong) return
      const isLong = text.length > (leaf.longest.extreme + leaf.shortest.extreme) / 2
      this.#add(isLong ? signals.STRING_TOO_LONG : signals.STRING_TOO_SHORT, this.#path(node), 3, verdict.risk, isLong ? leaf.longest.extreme : leaf.shortest.extreme, text.length)
      return
    }
    this.#addPattern(node, text, isOdd ? Math.max(STRONG, verdict.risk) : isKnownText ? verdict.risk / 2 : verdict.risk, isOdd ? Math.max(6, verdict.severity) : verdict.severity, isOdd)
  }

  #addPattern (node: BodyNode, text: string, risk: number, severity: number, isOdd: boolean): void {
    const leaf = node.text as NonNullable<BodyNode['text']>
    const { parts, kinds, symbols, symbol } = leaf.profile === null ? this.#verdict.reset() : this.#verdict
    const evidence: signals.TextEvidence = {
      sample: this.#context.redactor.sample(nameOf(node), text),
      length: text.length,
      ingredients: ingredientNames(parts),
      parts: [parts, kinds, symbols, symbol],
      format: isOdd ? FORMATS[leaf.enforced] as string : null
    }
    const { profile } = leaf
    const expected = isOdd && leaf.enforced !== NONE
      ? FORMATS[leaf.enforced]
      : profile === null ? 'other' : `${describeCharacters(profile.kinds, profile.symbols)}, ${leaf.shortest.extreme} to ${leaf.longest.extreme} characters`
    this.#add(signals.PATTERN_MISMATCH, this.#path(node), severity, risk, expected, evidence)
  }

  #judgeList (node: BodyNode, shape: ListShape, list: readonly unknown[], guide: BodyGuide | null): void {
    const { length } = list
    if (shape.lengths.n >= this.#floor && shape.isBeyond(length)) {
      const chance = 1 / (Math.min(shape.lengths.n, node.draws) + 2) / (length > FAR * shape.lengths.limit ? GROSS : 1)
      const isRequest = this.#side === 'body'
      this.#add(isRequest ? signals.ARRAY_TOO_LONG : signals.RESPONSE_LIST_TOO_LONG, this.#path(node), isRequest ? 5 : 7, riskOf(shape.lengths.reach(length) < OUT ? WEAK : STRONG, chance), shape.lengths.extreme, length)
    }
    const most = ELEMENTS[this.#side]
    const step = length <= most ? 1 : Math.ceil(length / most)
    if (step > 1) this.#random = (Math.imul(this.#random, 1664525) + 1013904223) | 0
    const deeper = guide === null ? null : guide.element
    for (let i = step === 1 ? 0 : (this.#random >>> 8) % step; i < length && this.#values > 0 && this.#found < MAX_SIGNALS; i += step) this.#judge(shape.element, list[i], deeper)
  }

  #judgeObject (node: BodyNode, shape: ObjectShape, object: Record<string, unknown>, guide: BodyGuide | null): void {
    if (shape.values !== null) return this.#judgeMap(node, shape, object, guide)
    let always = 0
    let at = 0
    const { order } = shape
    for (const name in object) {
      if (this.#values <= 0 || this.#found >= MAX_SIGNALS) return
      let child = order[at]
      if (child === undefined || child.name !== name) child = shape.children.get(name)
      if (child === undefined) {
        this.#judgeUnknown(node, shape, name, object[name], guide)
        continue
      }
      at = child.index + 1
      const value = object[name]
      if (value === undefined) continue
      if (child.isAlways) always++
      this.#judge(child, value, guide === null ? null : guide.members.get(name) ?? null)
    }
    if (always < shape.always) this.#judgeMissing(node, shape, object)
  }

  #judgeUnknown (node: BodyNode, shape: ObjectShape, name: string, value: unknown, guide: BodyGuide | null): void {
    this.#values--
    const type = typeOf(value)
    if (type === OPAQUE || shape.overflow > 0) return
    const isForbidden = guide !== null && guide.isClosed && !guide.members.has(name)
    if (isForbidden && this.#side === 'response') return
    const draws = Math.min(node.types[OBJECT] as number, node.draws)
    if (draws < this.#floor || this.#isYoung(node)) return
    const chance = (isForbidden ? shape.forbidden + 1 : shape.rare() + 1) / (draws + 2)
    const isReply = this.#side === 'response'
    const isSettled = chance < Math.max(RARE, 2.2 / (draws + 2))
    const risk = riskOf(isSettled ? isReply ? LEAK : STRONG : WEAK, chance)
    this.#add(isReply ? signals.UNEXPECTED_RESPONSE_FIELD : signals.UNEXPECTED_FIELD, joinPath(this.#path(node), name, false), isReply ? 7 : 6, risk, draws, TYPES[type])
  }

  #judgeMissing (node: BodyNode, shape: ObjectShape, object: Record<string, unknown>): void {
    const draws = Math.min(node.types[OBJECT] as number, node.draws)
    if (draws < this.#floor || this.#isYoung(node)) return
    const objects = node.types[OBJECT] as number
    const full = this.#side === 'body' ? STRONG : WEAK
    for (const child of shape.order) {
      if (!child.isAlways || (Object.hasOwn(object, child.name) && object[child.name] !== undefined)) continue
      const chance = (objects - child.n + 1) / (draws + 2)
      this.#add(signals.MISSING_FIELD, this.#path(child), 5, riskOf(full, chance), objects, undefined)
      if (this.#found >= MAX_SIGNALS) return
    }
  }

  #judgeMap (node: BodyNode, shape: ObjectShape, object: Record<string, unknown>, guide: BodyGuide | null): void {
    const { scan } = this.#context
    const values = shape.values as BodyNode
    const { keys } = shape
    for (const name in object) {
      if (this.#values <= 0 || this.#found >= MAX_SIGNALS) return
      const value = object[name]
      if (value === undefined) continue
      if (keys !== null) {
        const verdict = this.#verdict.reset()
        keys.judge(scan.scan(name), null, this.#floor, verdict)
        if (verdict.risk >= 50) this.#add(this.#side === 'body' ? signals.UNEXPECTED_FIELD : signals.UNEXPECTED_RESPONSE_FIELD, joinPath(this.#path(node), name, false), verdict.severity, verdict.risk, keys.n, TYPES[Math.max(0, typeOf(value))])
      }
      this.#judge(values, value, guide === null ? null : guide.members.get(name) ?? null)
    }
  }

  /** The body has more than is looked at. */
  #judgeExcess (tree: BodyTree): void {
    const chance = (tree.exceeded + 1) / (tree.bodies + 2)
    if (chance < SETTLED) this.#add(signals.BODY_TOO_COMPLEX, this.#side, 6, riskOf(STRONG, chance), tree.bodies, undefined)
  }

  /** Whether too little was learned about a place to say anything. */
  #isYoung (node: BodyNode): boolean { return node.draws < this.#floor }

  /** Whether the same was found of another element. */
  #isKnown (kind: SignalKind, field: string): boolean {
    const found = this.#observation?.signals
    if (this.#found === 0 || found === null || found === undefined) return false
    for (const signal of found) if (signal.kind === kind && signal.field === field) return true
    return false
  }

  #path (node: BodyNode): string { return node.path(this.#side) }

  #add (kind: SignalKind, field: string, severity: number, risk: number, expected: unknown, actual: unknown): void {
    if (risk <= 0 || this.#found >= MAX_SIGNALS || this.#isKnown(kind, field)) return
    this.#found++
    this.#observation?.add(risk >= 50 ? new Signal(kind, field, severity, risk, expected, actual) : new Signal(kind, field, Math.min(3, severity), risk * WEAK_SHARE, expected, actual))
  }
}

/** What a chance leaves of a risk: all at 1 %, 77 % at 3 %, nothing from 5 % on. */
function riskOf (full: number, chance: number): number {
  if (chance >= SETTLED) return 0
  return chance <= CERTAIN ? full : full * (1 - FALL * Math.log(chance / CERTAIN))
}

function isContainer (type: number): boolean { return type === ARRAY || type === OBJECT }

function hasNullSibling (node: BodyNode): boolean {
  const shape = node.parent?.object
  if (shape === null || shape === undefined) return false
  for (const sibling of shape.order) if (sibling !== node && (sibling.types[NULL] as number) > 0) return true
  return false
}

/** Types of a place with their shares, such as `string (98 %), null (2 %)`. */
function describeTypes (node: BodyNode): string {
  const parts: string[] = []
  for (let type = 0; type < TYPES.length; type++) {
    const seen = node.types[type] as number
    if (seen > 0) parts.push(`${TYPES[type] as string} (${Math.round(100 * seen / node.n)} %)`)
  }
  return parts.join(', ')
}

function rounded (value: number): number | string { return Number.isFinite(value) ? Number(value.toPrecision(4)) : String(value) }
