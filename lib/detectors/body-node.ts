import { RecordTrend } from '../stats/record-trend'
import type { RecordTrendJson } from '../stats/record-trend'
import { TailBound } from '../stats/tail-bound'
import type { TailBoundJson } from '../stats/tail-bound'
import { showName } from '../text/redact'
import { NumberLeaf } from './body-number'
import type { NumberLeafJson } from './body-number'
import { TextLeaf } from './body-text'
import type { TextLeafJson } from './body-text'
import { FieldProfile } from './field-profile'
import type { FieldProfileJson } from './field-profile'

/** Types of JSON values. */
export const TYPES = ['null', 'boolean', 'number', 'string', 'array', 'object'] as const
export const NULL = 0
export const BOOLEAN = 1
export const NUMBER = 2
export const STRING = 3
export const ARRAY = 4
export const OBJECT = 5
/** What JSON leaves out, or what cannot be looked at: not judged, not learned. */
export const OPAQUE = -1

/** Names of an object's members that are learned; more are counted only. */
export const MAX_NAMES = 128
/** Longer names are never learned. */
export const MAX_NAME = 128
/** Bodies after which a thing has to be seen twice to be known well. */
export const MANY = 60

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
  list?: { lengths: TailBoundJson, rises: RecordTrendJson, element: BodyNodeJson }
  object?: ObjectJson
}

interface ObjectJson {
  fresh: number
  overflow: number
  evicted: number
  forbidden: number
  names: [name: string, node: BodyNodeJson][]
  values: BodyNodeJson | null
  keys: FieldProfileJson | null
}

/** Type of a value, `OPAQUE` for what is no JSON: functions, `undefined`, and objects that say themselves what their JSON is. */
export function typeOf (value: unknown): number {
  switch (typeof value) {
    case 'string': return STRING
    case 'number': return NUMBER
    case 'boolean': return BOOLEAN
    case 'object':
      if (value === null) return NULL
      if (Array.isArray(value)) return ARRAY
      return typeof (value as { toJSON?: unknown }).toJSON === 'function' ? OPAQUE : OBJECT
    default: return OPAQUE
  }
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
  parent: BodyNode | null
  /** Place among its parent's members. */
  index = 0
  /** Values learned. */
  n = 0
  /** Bodies that had any: of elements of arrays, several are one draw. */
  draws = 0
  /** Number of the last body that had any. */
  body = -1
  /** Values learned, by type. */
  readonly types: number[] = [0, 0, 0, 0, 0, 0]
  trues = 0
  /** Whether every object that could have had it did. */
  isAlways = false
  /** Whether a second principal has sent it. */
  isShared = false
  text: TextLeaf | null = null
  number: NumberLeaf | null = null
  list: ListShape | null = null
  object: ObjectShape | null = null
  /** Hash of the principal that sent it first. */
  #first = 0

  constructor (name: string, parent: BodyNode | null) {
    this.name = name
    this.parent = parent
  }

  /** Notes one value of a body. */
  meet (type: number, body: number, principal: number): void {
    this.n++
    this.types[type] = (this.types[type] as number) + 1
    if (this.body !== body) {
      this.body = body
      this.draws++
    }
    if (!this.isShared) {
      if (this.n === 1) this.#first = principal
      else if (this.#first !== principal) this.isShared = true
    }
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
      for (const child of this.object.children.values()) count += child.count()
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
    if (other.text !== null) {
      this.text ??= new TextLeaf(settings.error, settings.isModelled)
      this.text.merge(other.text)
    }
    if (other.number !== null) {
      this.number ??= new NumberLeaf(settings.error)
      this.number.merge(other.number)
    }
    if (other.list !== null) {
      this.list ??= new ListShape(this, settings)
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
      ...this.list === null ? null : { list: { lengths: this.list.lengths.toJSON(), rises: this.list.rises.toJSON(), element: this.list.element.toJSON() } },
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
    node.trues = json.trues
    node.#first = json.first
    node.isShared = json.shared
    if (json.text !== undefined) node.text = TextLeaf.from(json.text, settings.error)
    if (json.number !== undefined) node.number = NumberLeaf.from(json.number, settings.error)
    if (json.list !== undefined) node.list = ListShape.from(json.list, node, settings)
    if (json.object !== undefined) node.object = ObjectShape.from(json.object, node, settings)
    return node
  }
}

/** The path of a member or element of what is at `path`. */
export function joinPath (path: string, name: string, isElement: boolean): string {
  if (isElement) return `${path}[]`
  return name === '' || /[.[\]*]/.test(name) ? `${path}[${JSON.stringify(showName(name))}]` : `${path}.${showName(name)}`
}

/** The arrays at one place: their lengths, and what all their elements have in common. */
export class ListShape {
  readonly lengths: TailBound
  element: BodyNode
  /** Whether arrays keep growing. */
  rises = new RecordTrend()

  constructor (owner: BodyNode, settings: NodeSettings) {
    this.lengths = new TailBound('upper', settings.error)
    this.element = new BodyNode('[]', owner)
  }

  /** Whether a length is far beyond what is ordinary; lists that keep growing may grow fourfold. */
  isBeyond (length: number): boolean {
    if (!this.lengths.isBeyond(length)) return false
    return !this.rises.isOn(this.lengths.n) || length > 4 * this.lengths.extreme
  }

  halve (): void {
    this.rises.halve()
    this.lengths.halve()
    this.element.halve()
  }

  merge (other: ListShape, settings: NodeSettings): void {
    this.rises.merge(other.rises)
    this.lengths.merge(other.lengths)
    this.element.merge(other.element, settings)
  }

  static from (json: NonNullable<BodyNodeJson['list']>, owner: BodyNode, settings: NodeSettings): ListShape {
    const list = new ListShape(owner, settings)
    list.lengths.restore(json.lengths)
    list.rises = RecordTrend.from(json.rises)
    list.element = BodyNode.from(json.element, '[]', owner, settings)
    return list
  }
}

/**
 * The objects at one place: their members by name, or, where the names are data (ids, dates, words of a language), what all values have in
 * common. At most 128 names are learned; more are counted.
 *
 * Whether names are data shows in how many objects bring new ones: where one in four still does after sixteen names were seen, the members
 * are collapsed into one (W. Spoth et al., "Reducing ambiguity in JSON schema discovery", SIGMOD 2021, judge by entropy likewise).
 */
export class ObjectShape {
  readonly owner: BodyNode
  readonly children = new Map<string, BodyNode>()
  /** The same in the order in which names were first seen: a hint where the next is. */
  order: BodyNode[] = []
  /** Members that every object had. */
  always = 0
  /** Objects that had a name never seen before. */
  fresh = 0
  /** Names that there was no room for. */
  overflow = 0
  /** Names forgotten to make room. */
  evicted = 0
  /** Objects that had a member which the route's own schema forbids. */
  forbidden = 0
  /** What all values of a map have in common; `null` where names are names. */
  values: BodyNode | null = null
  /** What the names of a map look like. */
  keys: FieldProfile | null = null

  constructor (owner: BodyNode) { this.owner = owner }

  add (child: BodyNode): void {
    child.index = this.order.length
    this.children.set(child.name, child)
    this.order.push(child)
  }

  /** Forgets a member. */
  remove (child: BodyNode): void {
    this.evicted++
    this.children.delete(child.name)
    this.order = this.order.filter((each) => each !== child)
    this.order.forEach((each, index) => { each.index = index })
  }

  /** Bodies that showed a name which no other has: what one body brings at once is one thing. */
  rare (): number {
    let rare = 0
    let last = -1
    for (const { draws, body } of this.order) {
      if (draws !== 1 || body === last) continue
      rare++
      last = body
    }
    return rare
  }

  /** The member longest ago seen of those seen only once, `null` where there is none. */
  leastKnown (): BodyNode | null {
    let least: BodyNode | null = null
    for (const child of this.order) if (child.draws <= 1 && !child.isAlways && (least === null || child.body < least.body)) least = child
    return least
  }

  /** Whether names are data, by what was learned so far. @param objects Objects learned. */
  looksLikeMap (objects: number): boolean { return this.order.length >= 16 && this.fresh >= 12 && this.fresh * 4 >= objects }

  /** Takes the names for data from now on. */
  collapse (settings: NodeSettings): void {
    const values = this.values ?? new BodyNode('*', this.owner)
    for (const child of this.order) values.merge(child, settings)
    this.values = values
    this.keys ??= new FieldProfile()
    this.children.clear()
    this.order = []
    this.always = 0
  }

  /** Looks again which members every object has. @param objects Objects learned. */
  refresh (objects: number): void {
    this.always = 0
    for (const child of this.order) {
      child.isAlways = objects - child.n <= Math.floor(objects / 3000)
      if (child.isAlways) this.always++
    }
  }

  halve (objects: number): void {
    this.fresh >>>= 1
    this.overflow >>>= 1
    this.evicted = 0
    this.forbidden >>>= 1
    for (const child of this.order) {
      child.halve()
      if (child.n === 0) this.children.delete(child.name)
    }
    this.order = this.order.filter((child) => child.n > 0)
    this.order.forEach((child, index) => { child.index = index })
    this.values?.halve()
    this.keys?.halve()
    this.refresh(objects)
  }

  /** @param objects Objects learned by both together. */
  merge (other: ObjectShape, objects: number, settings: NodeSettings): void {
    this.fresh += other.fresh
    this.overflow += other.overflow
    this.evicted += other.evicted
    this.forbidden += other.forbidden
    if (this.values !== null || other.values !== null) {
      this.collapse(settings)
      const values = this.values as unknown as BodyNode
      for (const child of other.order) values.merge(child, settings)
      if (other.values !== null) values.merge(other.values, settings)
      if (other.keys !== null) this.keys?.merge(other.keys)
      return
    }
    for (const theirs of other.order) {
      let ours = this.children.get(theirs.name)
      if (ours === undefined) {
        if (this.order.length >= MAX_NAMES) {
          this.overflow++
          continue
        }
        ours = new BodyNode(theirs.name, this.owner)
        this.add(ours)
      }
      ours.merge(theirs, settings)
    }
    this.refresh(objects)
  }

  toJSON (): ObjectJson {
    const { fresh, overflow, evicted, forbidden } = this
    return {
      fresh,
      overflow,
      evicted,
      forbidden,
      names: this.order.map((child) => [child.name, child.toJSON()]),
      values: this.values === null ? null : this.values.toJSON(),
      keys: this.keys === null ? null : this.keys.toJSON()
    }
  }

  static from (json: ObjectJson, owner: BodyNode, settings: NodeSettings): ObjectShape {
    const shape = new ObjectShape(owner)
    shape.fresh = json.fresh
    shape.overflow = json.overflow
    shape.evicted = json.evicted
    shape.forbidden = json.forbidden
    for (const [name, node] of json.names.slice(0, MAX_NAMES)) shape.add(BodyNode.from(node, name, owner, settings))
    if (json.values !== null) shape.values = BodyNode.from(json.values, '*', owner, settings)
    if (json.keys !== null) shape.keys = FieldProfile.from(json.keys)
    shape.refresh(owner.types[OBJECT] as number)
    return shape
  }
}
