import { ListShape } from './body-list'
import type { ListShapeJson } from './body-list'
import { NumberLeaf } from './body-number'
import type { NumberLeafJson } from './body-number'
import { MAX_NAMES, ObjectShape } from './body-object'
import type { ObjectShapeJson } from './body-object'
import { joinPath } from './body-path'
import { TextLeaf } from './body-text'
import type { TextLeafJson } from './body-text'
import { BOOLEAN, isContainer, NULL, OBJECT, timesOf, TYPES } from './body-types'

/** The plain form of a `BodyNode`. */
export interface BodyNodeJson {
  n: number
  draws: number
  types: number[]
  trues: number
  first: number
  shared: boolean
  text?: TextLeafJson
  number?: NumberLeafJson
  list?: ListShapeJson
  object?: ObjectShapeJson
}

/** Settings that all nodes of a tree share. */
export interface NodeSettings {
  /** Share of ordinary values that a bound may leave out. */
  readonly error: number
  /** Whether strings are judged by the value model. */
  readonly isModelled: boolean
}

/**
 * One place in a body: how often there was something, of which types, and what the values of each type look like. Nodes make a tree in
 * which names of members are keys of `Map`s, so no name is special.
 */
export class BodyNode {
  /** Name of the member; `[]` for elements of an array, `*` for values of a map, `''` for the body itself. */
  readonly name: string
  /** Types that are known (see `timesOf`), a bit each: all that judging asks of an ordinary value. First, so that it lies in one cache line with what follows. */
  often = 0
  /** Place among its parent's members. */
  index = 0
  /** Whether every object that could have had it did. */
  isAlways = false
  text: TextLeaf | null = null
  number: NumberLeaf | null = null
  object: ObjectShape | null = null
  list: ListShape | null = null
  parent: BodyNode | null
  /** Values learned. */
  n = 0
  /** Bodies that had any: of elements of arrays, several are one draw. */
  draws = 0
  /** Number of the last body that had any. */
  body = -1
  /** Values learned, by type. */
  readonly types: number[] = [0, 0, 0, 0, 0, 0]
  trues = 0
  /** Whether a second principal has sent it. */
  isShared = false
  /** Hash of the principal that sent it first. */
  #first = 0

  constructor (name: string, parent: BodyNode | null) {
    this.name = name
    this.parent = parent
  }

  /** A place below this one; it is its shape's to keep. */
  child (name: string): BodyNode { return new BodyNode(name, this) }

  /** Notes one value of a body. @returns Whether it is the first in this body. */
  meet (type: number, body: number, principal: number): boolean {
    this.n++
    const seen = (this.types[type] as number) + 1
    this.types[type] = seen
    if (seen === timesOf(type)) this.often |= 1 << type
    if (!this.isShared) {
      if (this.n === 1) this.#first = principal
      else if (this.#first !== principal) this.isShared = true
    }
    if (this.body === body) return false
    this.body = body
    this.draws++
    return true
  }

  /** A type became known otherwise, as if it had been seen often enough. */
  allow (type: number): void {
    this.types[type] = Math.max(timesOf(type), this.types[type] as number)
    this.often |= 1 << type
  }

  /** Whether an array or object here is in place of something else: of more than null, which is in place of anything. */
  displaces (type: number): boolean {
    if (!isContainer(type)) return false
    let others = 0
    for (let other = 0; other < TYPES.length; other++) if (other !== type && other !== NULL && (this.types[other] as number) > 0) others++
    // Where two other types are ordinary, a third displaces neither: what the place holds depends on its neighbours (an operator, a kind).
    return others === 1
  }

  /** Whether a type is known well enough to become so no further; see `timesOf`. */
  knows (type: number): boolean { return (this.types[type] as number) >= (this.displaces(type) ? timesOf(type) : 2) }

  /** Hash of the principal that sent it first. */
  get sender (): number { return this.#first }

  /** Whether there were booleans, all alike. */
  get isConstantBoolean (): boolean {
    const booleans = this.types[BOOLEAN] as number
    return booleans > 0 && (this.trues === 0 || this.trues === booleans)
  }

  /** Where it is, such as `body.items[].price`. @param root What the body itself is called. */
  path (root: string): string {
    if (this.parent === null) return root
    const path = this.parent.path(root)
    return this.parent.object?.values === this ? `${path}.*` : joinPath(path, this.name, this.parent.list?.element === this)
  }

  /** Nodes of the tree below, itself included. */
  count (): number {
    let count = 1
    if (this.list !== null) count += this.list.element.count()
    if (this.object !== null) {
      for (const child of this.object.order) count += child.count()
      if (this.object.values !== null) count += this.object.values.count()
    }
    return count
  }

  /** One half-life; members that were not seen in it are forgotten by their parent. */
  halve (): void {
    this.n >>>= 1
    this.draws >>>= 1
    this.trues >>>= 1
    for (let type = 0; type < TYPES.length; type++) this.types[type] = (this.types[type] as number) >>> 1
    this.#noteOften()
    this.text?.halve()
    this.number?.halve()
    this.list?.halve()
    this.object?.halve(this.types[OBJECT] as number)
  }

  /** Adds what another node of the same place learned. */
  merge (other: BodyNode, settings: NodeSettings): void {
    if (this.n === 0) this.#first = other.#first
    else if (other.n > 0 && other.#first !== this.#first) this.isShared = true
    this.isShared ||= other.isShared
    this.n += other.n
    this.draws += other.draws
    this.trues += other.trues
    for (let type = 0; type < TYPES.length; type++) this.types[type] = (this.types[type] as number) + (other.types[type] as number)
    this.#noteOften()
    if (other.text !== null) {
      this.text ??= new TextLeaf(settings.error, settings.isModelled)
      this.text.merge(other.text)
    }
    if (other.number !== null) {
      this.number ??= new NumberLeaf(settings.error)
      this.number.merge(other.number)
    }
    if (other.list !== null) {
      this.list ??= new ListShape(this.child('[]'), settings.error)
      this.list.merge(other.list, settings)
    }
    if (other.object !== null) {
      this.object ??= new ObjectShape(this)
      this.object.merge(other.object, this.types[OBJECT] as number, settings)
    }
  }

  toJSON (): BodyNodeJson {
    return {
      n: this.n,
      draws: this.draws,
      types: [...this.types],
      trues: this.trues,
      first: this.#first,
      shared: this.isShared,
      ...this.text === null ? null : { text: this.text.toJSON() },
      ...this.number === null ? null : { number: this.number.toJSON() },
      ...this.list === null ? null : { list: this.list.toJSON() },
      ...this.object === null ? null : { object: this.object.toJSON() }
    }
  }

  /** @throws RangeError Where `json` is not what `toJSON` made. */
  static from (json: BodyNodeJson, name: string, parent: BodyNode | null, settings: NodeSettings): BodyNode {
    if (!Array.isArray(json.types)) throw new RangeError('a node of a body: types are missing')
    const node = new BodyNode(name, parent)
    node.n = json.n
    node.draws = json.draws
    for (let type = 0; type < TYPES.length; type++) node.types[type] = json.types[type] ?? 0
    node.#noteOften()
    node.trues = json.trues
    node.#first = json.first
    node.isShared = json.shared
    if (json.text !== undefined) node.text = TextLeaf.from(json.text, settings.error)
    if (json.number !== undefined) node.number = NumberLeaf.from(json.number, settings.error)
    if (json.list !== undefined) node.list = ListShape.from(json.list, BodyNode.from(json.list.element, '[]', node, settings), settings.error)
    if (json.object !== undefined) node.object = restored(json.object, node, settings)
    return node
  }

  #noteOften (): void {
    this.often = 0
    for (let type = 0; type < TYPES.length; type++) if ((this.types[type] as number) >= timesOf(type)) this.often |= 1 << type
  }
}

function restored (json: ObjectShapeJson, owner: BodyNode, settings: NodeSettings): ObjectShape {
  const shape = new ObjectShape(owner)
  shape.restore(json)
  for (const [name, node] of json.names.slice(0, MAX_NAMES)) shape.add(BodyNode.from(node, name, owner, settings))
  if (json.values !== null) shape.values = BodyNode.from(json.values, '*', owner, settings)
  shape.refresh(owner.types[OBJECT] as number)
  return shape
}
