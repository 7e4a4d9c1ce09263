import { hashText } from '../text/keyed-hash'
import { fitsFormat, NONE } from '../text/value-format'
import type { BodyGuide } from './body-guide'
import type { BodyContext } from './body-learner'
import type { BodyNode } from './body-node'
import { MAX_NAME, MAX_NAMES } from './body-object'
import { joinPath } from './body-path'
import { missingSort, nameSort, nullSort } from './body-priors'
import type { BodyTree } from './body-tree'
import { ARRAY, NULL, NUMBER, OBJECT, OPAQUE, STRING, timesOf, typeOf } from './body-types'
import type { Side } from './body-findings'

/** Times that something promoted counts as learned. */
const TIMES = 2
/** Times as many principals as otherwise that must have sent an array or object in place of something else: that is hardly ever a release's doing. */
const CONTAINERS = 2
/** Elements of an array, and members of an object, that are looked at. */
const MAX_MEMBERS = 128

/**
 * Notes what a body that may not teach shows for the first time: names, types, missing members, lengths and numbers beyond what is ordinary, values.
 * What enough distinct principals have sent becomes known, however often it was flagged until then. What the route's own schema forbids never does.
 */
export class BodyQuarantine {
  readonly #context: BodyContext
  readonly #enough: number
  #tree: BodyTree
  #side: Side = 'body'
  #principal = 0
  #values = 0
  #onPromoted: (field: string) => void = () => {}

  /** @param enough Distinct principals that make a thing known; > 0. */
  constructor (context: BodyContext, tree: BodyTree, enough: number) {
    this.#context = context
    this.#tree = tree
    this.#enough = enough
  }

  /** @param onPromoted Told the path of what became known. */
  note (tree: BodyTree, body: unknown, guide: BodyGuide | null, side: Side, principal: number, onPromoted: (field: string) => void): void {
    this.#tree = tree
    this.#side = side
    this.#principal = principal
    this.#values = this.#context.limits.values
    this.#onPromoted = onPromoted
    this.#note(tree.root, body, guide, side)
  }

  #note (node: BodyNode, value: unknown, guide: BodyGuide | null, path: string): void {
    if (--this.#values <= 0) return
    const type = typeOf(value)
    if (type === OPAQUE) return
    if (!node.knows(type)) {
      if (!this.#isEnough(`type ${type} ${path}`, node.displaces(type) ? CONTAINERS : 1)) return
      if (node.types[type] === 0 && node.n > 0) this.#context.priors.meet(type === NULL ? nullSort(node) : 'type', node.draws)
      node.allow(type)
      if (node.n === 0) node.n = node.draws = timesOf(type)
      this.#onPromoted(path)
    }
    if (type === STRING) this.#noteText(node, value as string, path)
    else if (type === NUMBER) this.#noteNumber(node, value as number, path)
    else if (type === ARRAY) this.#noteList(node, value as unknown[], guide, path)
    else if (type === OBJECT) this.#noteObject(node, value as Record<string, unknown>, guide, path)
  }

  #noteText (node: BodyNode, text: string, path: string): void {
    const leaf = node.text
    if (leaf === null) return
    if (leaf.isTooLong(text.length) && this.#isEnough(`long ${path}`)) this.#promote(path, (group) => leaf.longest.learn(text.length, group))
    if (text.length < leaf.shortest && this.#isEnough(`short ${path}`)) this.#promote(path, () => leaf.allowLength(text.length))
    if (leaf.enforced !== NONE && !fitsFormat(leaf.enforced, text) && this.#isEnough(`format ${path}`)) {
      leaf.allowAnyFormat()
      this.#onPromoted(path)
    }
    if (leaf.profile?.quarantine(this.#context.scan.scan(text), this.#principal, this.#enough) === true) this.#onPromoted(path)
  }

  #noteNumber (node: BodyNode, value: number, path: string): void {
    const leaf = node.number
    if (leaf === null) return
    if (leaf.reals === 0 && !Number.isInteger(value) && this.#isEnough(`real ${path}`)) {
      leaf.reals = TIMES
      this.#onPromoted(path)
    }
    if (leaf.side(value) !== 0 && this.#isEnough(`range ${value < 0 ? 'below' : 'above'} ${path}`)) this.#promote(path, (group) => leaf.learn(value, group))
  }

  #noteList (node: BodyNode, list: readonly unknown[], guide: BodyGuide | null, path: string): void {
    const shape = node.list
    if (shape === null) return
    if (shape.isBeyond(list.length) && this.#isEnough(`list ${path}`)) this.#promote(path, (group) => shape.lengths.learn(list.length, group))
    const step = Math.max(1, Math.ceil(list.length / MAX_MEMBERS))
    for (let i = 0; i < list.length && this.#values > 0; i += step) this.#note(shape.element, list[i], guide === null ? null : guide.element, joinPath(path, '', true))
  }

  #noteObject (node: BodyNode, object: Record<string, unknown>, guide: BodyGuide | null, path: string): void {
    const shape = node.object
    if (shape === null) return
    let members = 0
    for (const name in object) {
      if (++members > MAX_MEMBERS || this.#values <= 0) break
      if (shape.values !== null) {
        if (shape.keys?.quarantine(this.#context.scan.scan(name), this.#principal, this.#enough) === true) this.#onPromoted(joinPath(path, name, false))
        this.#note(shape.values, object[name], null, `${path}.*`)
        continue
      }
      const child = shape.find(name)
      if (child !== undefined) this.#note(child, object[name], guide === null ? null : guide.members.get(name) ?? null, joinPath(path, name, false))
      else this.#noteName(node, name, object[name], guide, path)
    }
    this.#noteMissing(node, object, path)
  }

  #noteName (node: BodyNode, name: string, value: unknown, guide: BodyGuide | null, path: string): void {
    const shape = node.object as NonNullable<BodyNode['object']>
    if (typeOf(value) === OPAQUE || name.length > MAX_NAME || (guide !== null && guide.isClosed && !guide.members.has(name))) return
    const where = joinPath(path, name, false)
    if (!this.#isEnough(`name ${where}`)) return
    if (shape.order.length >= MAX_NAMES || this.#tree.nodes >= this.#context.limits.nodes) {
      const least = shape.leastKnown()
      if (least === null) return
      shape.remove(least)
      this.#tree.nodes -= least.count()
    }
    const { priors } = this.#context
    priors.meet(nameSort(shape.isVaried, !priors.knows(name)), node.draws)
    priors.know(name)
    shape.add(node.child(name))
    this.#tree.nodes++
    this.#onPromoted(where)
  }

  #noteMissing (node: BodyNode, object: Record<string, unknown>, path: string): void {
    const shape = node.object as NonNullable<BodyNode['object']>
    for (const child of shape.order) {
      if (!child.isAlways || Object.hasOwn(object, child.name)) continue
      const where = joinPath(path, child.name, false)
      if (!this.#isEnough(`missing ${where}`)) continue
      const objects = node.types[OBJECT] as number
      this.#context.priors.meet(missingSort(shape.isVaried), node.draws)
      child.n = Math.max(1, Math.min(child.n, objects - Math.floor(objects / 3000) - 1))
      shape.refresh(objects)
      this.#onPromoted(where)
    }
  }

  #promote (path: string, learn: (group: number) => unknown): void {
    for (let i = 0; i <= TIMES; i++) learn(-2 - i)
    this.#onPromoted(path)
  }

  #isEnough (thing: string, times = 1): boolean {
    return this.#tree.candidates.note(hashText(`${this.#side} ${thing}`, this.#context.scan.seed), this.#principal, times * this.#enough)
  }
}
