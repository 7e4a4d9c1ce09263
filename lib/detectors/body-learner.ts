import { isMilestone } from '../stats/novelty-prior'
import type { Redactor } from '../text/redact'
import type { BodyGuide } from './body-guide'
import { ListShape } from './body-list'
import type { BodyNode, NodeSettings } from './body-node'
import { NumberLeaf } from './body-number'
import { MAX_NAME, MAX_NAMES, MAX_OBJECTS, ObjectShape } from './body-object'
import { nameOf } from './body-path'
import type { BodyPriors } from './body-priors'
import { missingSort, nameSort, nullSort } from './body-priors'
import { TextLeaf } from './body-text'
import type { BodyLimits, BodyTree } from './body-tree'
import { ARRAY, BOOLEAN, NULL, NUMBER, OBJECT, OPAQUE, STRING, typeOf } from './body-types'
import type { NameBacking } from './name-backing'
import { NONE } from '../text/value-format'
import type { ValueScan } from '../text/value-shape'

/** Elements of an array that are learned; of longer arrays so many, evenly spread. */
const MAX_ELEMENTS = 64

/** Strings after which a place whose values are nearly all new keeps none of them. */
const FREE_AFTER = 32
/** Strings between two looks whether another place bears the same name. */
const JOIN = 16

/** Draws after which a name that came once makes room for another; fewer than bodies that make names data where there is no room (see `ObjectShape`). */
const GRACE = 8

/** What is new about an object's names: one never seen here, one that no place has, one that the route's schema forbids, one that there is no room for (or for any further one). */
const FRESH = 1
const FOREIGN = 2
const FORBIDDEN = 4
const CRAMPED = 8
const FULL = 16

/** What all that learn and judge bodies in one application share. */
export interface BodyContext extends NodeSettings {
  readonly limits: BodyLimits
  readonly scan: ValueScan
  readonly redactor: Redactor
  /** Common profiles of members that bear the same name in several places. */
  readonly backing: NameBacking
  /** How regular bodies are in this application. */
  readonly priors: BodyPriors
}

/**
 * Teaches a tree one body, in place: new objects are made only where something is seen for the first time. Reads the body once, no further
 * than the limits go. Time: linear in what is read.
 */
export class BodyLearner {
  readonly #context: BodyContext
  #tree: BodyTree
  #principal = 0
  #several = false
  #values = 0
  #characters = 0
  /** Number of what is one draw: the body, or the value of a map in it, as it was while its name had a place of its own. */
  #draw = 0

  constructor (context: BodyContext, tree: BodyTree) {
    this.#context = context
    this.#tree = tree
  }

  /**
   * @param principal Hash of who sent it.
   * @param several Whether enough principals use the route that a value counts twice only when two of them sent it.
   */
  learn (tree: BodyTree, body: unknown, guide: BodyGuide | null, principal: number, several: boolean): void {
    this.#tree = tree
    this.#principal = principal
    this.#several = several
    this.#values = this.#context.limits.values
    this.#characters = this.#context.limits.characters
    tree.bodies++
    this.#draw = ++tree.draws
    this.#learn(tree.root, body, guide, 0)
    if (this.#values <= 0 || this.#characters <= 0) tree.exceeded++
  }

  #learn (node: BodyNode, value: unknown, guide: BodyGuide | null, depth: number): void {
    if (--this.#values <= 0) return
    const type = typeOf(value)
    if (type === OPAQUE) return
    if (node.types[type] === 0 && node.n > 0) this.#context.priors.meet(type === NULL ? nullSort(node) : 'type', node.draws)
    if (node.meet(type, this.#draw, this.#principal) && isMilestone(node.draws)) this.#context.priors.pass(node)
    if (type === STRING) {
      this.#learnText(node, value as string, guide)
    } else if (type === NUMBER) {
      this.#learnNumber(node, value as number)
    } else if (type === OBJECT) {
      if (depth < this.#context.limits.depth) this.#learnObject(node, value as Record<string, unknown>, guide, depth)
    } else if (type === ARRAY) {
      if (depth < this.#context.limits.depth) this.#learnList(node, value as unknown[], guide, depth)
    } else if (type === BOOLEAN) {
      this.#learnBoolean(node, value as boolean)
    }
  }

  #learnBoolean (node: BodyNode, value: boolean): void {
    const others = (node.types[BOOLEAN] as number) - 1
    if (others > 0 && (value ? node.trues === 0 : node.trues === others)) this.#context.priors.meet('truth', node.draws)
    if (value) node.trues++
  }

  #learnNumber (node: BodyNode, value: number): void {
    const { priors, error } = this.#context
    node.number ??= new NumberLeaf(error)
    const leaf = node.number
    if (leaf.n > 0) {
      if (leaf.reals === 0 && !Number.isInteger(value)) priors.meet('fraction', node.draws)
      if (leaf.negatives === 0 && value < 0) priors.meet('negative', node.draws)
      const side = leaf.isFirstNegative(value) ? 0 : leaf.side(value)
      if (side !== 0) priors.meet(side > 0 ? 'high' : 'low', node.draws)
    }
    leaf.learn(value, this.#draw)
  }

  #learnText (node: BodyNode, text: string, guide: BodyGuide | null): void {
    const { error, isModelled, backing, redactor, scan, priors } = this.#context
    this.#characters -= text.length
    if (this.#characters <= 0) return
    if (node.text === null) {
      node.text = new TextLeaf(error, isModelled && guide?.isEnumerated !== true)
      node.text.isSecret = redactor.hides(nameOf(node))
    }
    const leaf = node.text
    if (leaf.isTooLong(text.length)) priors.meet('long', node.draws)
    const { sole } = leaf
    leaf.learn(text, this.#principal, this.#draw)
    if (sole > NONE && leaf.sole === NONE) priors.meet('format', node.draws)
    const { profile } = leaf
    if (profile === null || leaf.isCalm) return
    if (leaf.isWellKnown(text) && profile.texts === profile.filled && text !== '') {
      profile.repeat()
      leaf.common?.repeat()
      return
    }
    scan.scan(text)
    leaf.quiet = profile.learn(scan, this.#principal, this.#several) ? 0 : leaf.quiet + 1
    if (node.draws < node.n) profile.draws = profile.holders = node.draws
    if (profile.n === FREE_AFTER) profile.closeFree()
    if (leaf.common === null && (leaf.n < JOIN || leaf.n % JOIN === 0)) leaf.common = backing.join(nameOf(node), profile)
    leaf.common?.learn(scan, this.#principal, this.#several)
  }

  #learnList (node: BodyNode, list: readonly unknown[], guide: BodyGuide | null, depth: number): void {
    if (node.list === null) {
      if (this.#tree.nodes >= this.#context.limits.nodes) return
      node.list = new ListShape(node.child('[]'), this.#context.error)
      this.#tree.nodes++
    }
    const shape = node.list
    const { length } = list
    if (shape.isBeyond(length)) this.#context.priors.meet('items', node.draws)
    shape.rises.learn(shape.lengths.learn(length, this.#draw))
    const step = length <= MAX_ELEMENTS ? 1 : Math.ceil(length / MAX_ELEMENTS)
    for (let i = step === 1 ? 0 : this.#tree.bodies % step; i < length && this.#values > 0; i += step) this.#learn(shape.element, list[i], guide === null ? null : guide.element, depth + 1)
  }

  #learnObject (node: BodyNode, object: Record<string, unknown>, guide: BodyGuide | null, depth: number): void {
    node.object ??= new ObjectShape(node)
    const shape = node.object
    if (shape.values !== null) return this.#learnMap(shape, object, guide, depth)
    const { priors } = this.#context
    const objects = node.types[OBJECT] as number
    const { isVaried, always: lasting } = shape
    let news = 0
    let always = 0
    let at = 0
    for (const name in object) {
      if (this.#values <= 0) break
      const value = object[name]
      if (typeOf(value) === OPAQUE) continue
      if (guide !== null && guide.isClosed && !guide.members.has(name)) {
        news |= FORBIDDEN
        continue
      }
      let child = shape.order[at]
      if (child === undefined || child.name !== name) child = shape.find(name)
      if (child === undefined) {
        news |= priors.knows(name) ? FRESH : FRESH | FOREIGN
        const isLong = name.length > MAX_NAME
        child = isLong || (news & FULL) !== 0 ? undefined : this.#admit(shape, name, objects)
        if (child === undefined) {
          news |= isLong ? CRAMPED : CRAMPED | FULL
          continue
        }
      }
      at = child.index + 1
      if (child.isAlways) always++
      this.#learn(child, value, guide === null ? null : guide.members.get(name) ?? null, depth + 1)
    }
    if (news !== 0 || always < lasting || objects === MAX_OBJECTS) this.#noteNames(node, shape, news, always < lasting, isVaried)
  }

  /** What an object's names show: something new, or that a member is missing that was always there. */
  #noteNames (node: BodyNode, shape: ObjectShape, news: number, isMissing: boolean, isVaried: boolean): void {
    const { priors } = this.#context
    const objects = node.types[OBJECT] as number
    if (isMissing) {
      priors.meet(missingSort(isVaried), node.draws)
      shape.refresh(objects)
    }
    if ((news & FORBIDDEN) !== 0) shape.forbidden++
    if ((news & CRAMPED) !== 0) shape.overflow++
    if ((news & FRESH) !== 0) {
      if (objects > 1 && !shape.isOpen(objects)) priors.meet(nameSort(isVaried, (news & FOREIGN) !== 0), node.draws)
      shape.fresh++
    }
    if (!shape.looksLikeMap(objects, this.#tree.nodes >= this.#context.limits.nodes)) return
    shape.collapse(this.#context)
    this.#tree.nodes = this.#tree.root.count()
  }

  /** Makes a member that an admitted body showed, where there is room. */
  #admit (shape: ObjectShape, name: string, objects: number): BodyNode | undefined {
    const { limits } = this.#context
    if (shape.order.length >= MAX_NAMES || this.#tree.nodes >= limits.nodes) {
      const least = shape.leastKnown()
      if (least === null || this.#draw - least.body < GRACE) return undefined
      shape.remove(least)
      this.#tree.nodes -= least.count()
    }
    this.#context.priors.know(name)
    const child = shape.owner.child(name)
    shape.add(child)
    this.#tree.nodes++
    if (objects === 1) {
      child.isAlways = true
      shape.always++
    }
    return child
  }

  #learnMap (shape: ObjectShape, object: Record<string, unknown>, guide: BodyGuide | null, depth: number): void {
    const { scan } = this.#context
    const draw = this.#draw
    let names = 0
    for (const name in object) {
      if (this.#values <= 0 || ++names > MAX_ELEMENTS) break
      if (typeOf(object[name]) === OPAQUE) continue
      this.#draw = ++this.#tree.draws
      shape.keys?.learn(scan.scan(name), this.#principal, this.#several)
      this.#learn(shape.values as BodyNode, object[name], guide === null ? null : guide.members.get(name) ?? null, depth + 1)
    }
    this.#draw = draw
  }
}
