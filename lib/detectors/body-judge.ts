import { BodyFindings, GROSS, riskOf, SETTLED, STRONG, WEAK } from './body-findings'
import type { Side, Witness } from './body-findings'
import type { BodyGuide } from './body-guide'
import type { BodyContext } from './body-learner'
import { FAR, LeafJudge, OUT } from './body-leaf-judge'
import type { ListShape } from './body-list'
import type { BodyNode } from './body-node'
import type { ObjectShape } from './body-object'
import { joinPath } from './body-path'
import { missingSort, nameSort, nullSort } from './body-priors'
import * as signals from './body-signals'
import type { BodyTree } from './body-tree'
import { ARRAY, BOOLEAN, isContainer, NULL, NUMBER, OBJECT, OPAQUE, STRING, TYPES, typeOf } from './body-types'
import { FieldVerdict } from './field-verdict'

/** Bodies after which a thing has to be seen twice to be known well. */
const MANY = 60
/** Of so many values one must be an array or object for it to belong there after one or two: hardly ever is it in place of something else, and attacks that were learned must not make it so. */
const SHARE = 4
const LEAK = 70
/** Lists after which an outlier is told where that costs no alarm. */
const STRICT = 8
/** Bodies after which a name may be unseen that is as rare as one in a thousand. */
const RARE = 0.001
/** Elements of an array that are judged in requests, and in replies; of longer arrays so many, evenly spread. */
const ELEMENTS = { body: 512, response: 32 } as const

/**
 * Judges bodies against what was learned: reads a body once, no further than the limits go, and adds a signal for each place that deviates.
 * How likely something unseen is in an ordinary body follows from the bodies of the route, and from how regular those of the application are
 * (see `BodyPriors`). Nothing is allocated while bodies are ordinary. Time: linear in what is read.
 */
export class BodyJudge {
  readonly #context: BodyContext
  readonly #findings = new BodyFindings()
  readonly #leaves: LeafJudge
  readonly #verdict = new FieldVerdict()
  #isRequest = true
  #floor = 0
  #places = 1
  #values = 0
  #characters = 0
  #random = 1
  #least: number | undefined = undefined

  constructor (context: BodyContext) {
    this.#context = context
    this.#leaves = new LeafJudge(context, this.#findings)
  }

  /** @param floor Bodies to have been learned before anything is judged. */
  judge (tree: BodyTree, body: unknown, guide: BodyGuide | null, side: Side, floor: number, witness: Witness): void {
    if (tree.bodies < floor || tree.bodies === 0) return
    const { limits } = this.#context
    this.#findings.open(side, witness)
    this.#leaves.open(tree, floor)
    this.#isRequest = side === 'body'
    this.#floor = floor
    this.#places = tree.nodes
    this.#values = limits.values
    this.#characters = limits.characters
    this.#judge(tree.root, body, guide)
    if (this.#values <= 0 || this.#characters <= 0) this.#judgeExcess(tree)
    this.#findings.close()
  }

  /** The same where to be wrong costs no alarm: one outlier among eight lists is told from the others already. */
  judgeStrictly (tree: BodyTree, body: unknown, guide: BodyGuide | null, side: Side, floor: number, witness: Witness): void {
    this.#least = STRICT
    try {
      this.judge(tree, body, guide, side, floor, witness)
    } finally {
      this.#least = undefined
    }
  }

  #judge (node: BodyNode, value: unknown, guide: BodyGuide | null): void {
    if (--this.#values <= 0) return
    const type = typeOf(value)
    if (type === OPAQUE) return
    if ((node.often & (1 << type)) === 0) {
      const seen = node.types[type] as number
      if (node.draws >= this.#floor && (seen === 0 || isDoubtful(node, type, seen))) this.#judgeType(node, type)
      if (seen === 0) return
    }
    switch (type) {
      case STRING:
        this.#judgeText(node, value as string)
        break
      case NUMBER:
        this.#leaves.judgeNumber(node, value as number)
        break
      case OBJECT:
        if (node.object !== null) this.#judgeObject(node, node.object, value as Record<string, unknown>, guide)
        break
      case ARRAY:
        if (node.list !== null) this.#judgeList(node, node.list, value as unknown[], guide)
        break
      case BOOLEAN:
        if (this.#isRequest) this.#leaves.judgeBoolean(node, value as boolean)
        break
      default:
    }
  }

  #judgeText (node: BodyNode, text: string): void {
    if (node.text === null) return
    this.#characters -= text.length
    if (this.#characters > 0) this.#leaves.judgeText(node, text)
  }

  #judgeType (node: BodyNode, type: number): void {
    let rare = 0
    for (let other = 0; other < TYPES.length; other++) if (node.types[other] === 1 && !(other === type && isContainer(type))) rare++
    const isGross = type !== NULL && isContainer(type) !== (((node.types[ARRAY] as number) + (node.types[OBJECT] as number)) > 0)
    const prior = this.#context.priors.of(type === NULL ? nullSort(node) : 'type')
    const chance = this.#places * prior.chance(node.draws, rare) / (isGross || (isContainer(type) && rare === 0) ? GROSS : 1)
    const isElement = node.parent?.list?.element === node
    this.#findings.add(isElement ? signals.ARRAY_TYPE_MISMATCH : signals.TYPE_MISMATCH, this.#findings.path(node), 7, riskOf(this.#isRequest ? STRONG : WEAK, chance), describeTypes(node), TYPES[type])
  }

  #judgeList (node: BodyNode, shape: ListShape, list: readonly unknown[], guide: BodyGuide | null): void {
    const { length } = list
    if (shape.lengths.n >= this.#floor && shape.isBeyond(length, this.#least)) {
      const { limit } = shape.lengths
      // Where it is an outlier alone that makes the bound so wide, the length is far beyond what the others say.
      const isHidden = shape.lengths.isBeyondOthers(length, this.#least)
      const chance = this.#leaves.chanceBeyond('items', node, shape.lengths.n, isHidden || limit === Infinity || length > FAR * limit)
      this.#findings.add(this.#isRequest ? signals.ARRAY_TOO_LONG : signals.RESPONSE_LIST_TOO_LONG, this.#findings.path(node), this.#isRequest ? 5 : 7, riskOf(!isHidden && limit < Infinity && shape.lengths.reach(length) < OUT ? WEAK : STRONG, chance), shape.lengths.extreme, length)
    }
    const most = this.#isRequest ? ELEMENTS.body : ELEMENTS.response
    const step = length <= most ? 1 : Math.ceil(length / most)
    if (step > 1) this.#random = (Math.imul(this.#random, 1664525) + 1013904223) | 0
    const deeper = guide === null ? null : guide.element
    for (let i = step === 1 ? 0 : (this.#random >>> 8) % step; i < length && this.#values > 0 && !this.#findings.isFull; i += step) this.#judge(shape.element, list[i], deeper)
  }

  #judgeObject (node: BodyNode, shape: ObjectShape, object: Record<string, unknown>, guide: BodyGuide | null): void {
    if (shape.values !== null) return this.#judgeMap(node, shape, object, guide)
    let always = 0
    let at = 0
    const { order } = shape
    for (const name in object) {
      if (this.#values <= 0 || this.#findings.isFull) return
      let child = order[at]
      if (child === undefined || child.name !== name) child = shape.find(name)
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
    if (type === OPAQUE) return
    const isForbidden = guide !== null && guide.isClosed && !guide.members.has(name)
    if (isForbidden && !this.#isRequest) return
    const draws = Math.min(node.types[OBJECT] as number, node.draws)
    if (draws < this.#floor || node.draws < this.#floor || shape.isOpen(draws) || shape.overflow > SETTLED * draws || shape.isGiven(name)) return
    const { priors } = this.#context
    const prior = priors.of(nameSort(shape.isVaried, !priors.knows(name)))
    const chance = isForbidden ? (shape.forbidden + 1) / (draws + 2) : prior.chance(draws, shape.rare() + shape.overflow)
    const isSettled = chance < Math.max(RARE, 2.2 / (draws + 2))
    const risk = riskOf(isSettled ? this.#isRequest ? STRONG : LEAK : WEAK, chance)
    this.#findings.add(this.#isRequest ? signals.UNEXPECTED_FIELD : signals.UNEXPECTED_RESPONSE_FIELD, joinPath(this.#findings.path(node), name, false), this.#isRequest ? 6 : 7, risk, draws, TYPES[type])
  }

  #judgeMissing (node: BodyNode, shape: ObjectShape, object: Record<string, unknown>): void {
    const draws = Math.min(node.types[OBJECT] as number, node.draws)
    if (draws < this.#floor || node.draws < this.#floor) return
    const objects = node.types[OBJECT] as number
    const prior = this.#context.priors.of(missingSort(shape.isVaried))
    for (const child of shape.order) {
      if (!child.isAlways || (Object.hasOwn(object, child.name) && object[child.name] !== undefined)) continue
      const chance = prior.chance(draws, objects - child.n)
      this.#findings.add(signals.MISSING_FIELD, this.#findings.path(child), 5, riskOf(this.#isRequest ? STRONG : WEAK, chance), objects, undefined)
      if (this.#findings.isFull) return
    }
  }

  #judgeMap (node: BodyNode, shape: ObjectShape, object: Record<string, unknown>, guide: BodyGuide | null): void {
    const { scan } = this.#context
    const values = shape.values as BodyNode
    const { keys } = shape
    for (const name in object) {
      if (this.#values <= 0 || this.#findings.isFull) return
      const value = object[name]
      if (value === undefined) continue
      if (keys !== null) {
        const verdict = this.#verdict.reset()
        keys.judge(scan.scan(name), null, this.#floor, verdict)
        if (verdict.risk >= 50) this.#findings.add(this.#isRequest ? signals.UNEXPECTED_FIELD : signals.UNEXPECTED_RESPONSE_FIELD, joinPath(this.#findings.path(node), name, false), verdict.severity, verdict.risk, keys.n, TYPES[Math.max(0, typeOf(value))])
      }
      this.#judge(values, value, guide === null ? null : guide.members.get(name) ?? null)
    }
  }

  /** The body has more than is looked at. */
  #judgeExcess (tree: BodyTree): void {
    const chance = (tree.exceeded + 1) / (tree.bodies + 2)
    if (chance < SETTLED) this.#findings.add(signals.BODY_TOO_COMPLEX, this.#findings.side, 6, riskOf(STRONG, chance), tree.bodies, undefined)
  }
}

/** Whether a type that came once or twice says little for the next: it was alone among many, or is an array or object in place of something else. */
function isDoubtful (node: BodyNode, type: number, seen: number): boolean {
  return node.displaces(type) ? SHARE * seen < node.draws : seen === 1 && node.draws >= MANY
}

/** Types of a place with their shares, such as `string (98 %), null (2 %)`. */
function describeTypes (node: BodyNode): string {
  if (node.types[NULL] === node.n) return signals.ONLY_NULL
  const parts: string[] = []
  for (let type = 0; type < TYPES.length; type++) {
    const seen = node.types[type] as number
    if (seen > 0) parts.push(`${TYPES[type] as string} (${Math.round(100 * seen / node.n)} %)`)
  }
  return parts.join(', ')
}
