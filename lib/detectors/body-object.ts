import { FieldProfile } from './field-profile'
import type { FieldProfileJson } from './field-profile'
import type { BodyNode, BodyNodeJson, NodeSettings } from './body-node'

/** Names of an object's members that are learned; more are counted only. */
export const MAX_NAMES = 128
/** Members that some object lacked; where they are more, names are data. */
const MAX_VARIED = 64
/** Objects after which the same is said of what a single sender sends. */
export const MAX_OBJECTS = 64
/** The same where there is no room for more, and objects that brought some of them. */
const VARIED = 16
const FRESH = 12
/** Members up to which names are looked through; a map would take as much room as two of them. */
const FEW = 8
const NONE: readonly BodyNode[] = []
/** Names that people gave, from which on people give names here. */
const SEVERAL = 2

/** Longer names are never learned. */
export const MAX_NAME = 128
/** The plain form of an `ObjectShape`. */
export interface ObjectShapeJson {
  fresh: number
  overflow: number
  evicted: number
  forbidden: number
  names: [name: string, node: BodyNodeJson][]
  values: BodyNodeJson | null
  keys: FieldProfileJson | null
}

/**
 * The objects at one place: their members by name, or, where the names are data (ids, dates, words of a language), what all values have in
 * common. At most 128 names are learned; more are counted.
 *
 * Names are data where objects differ in more than 64 of them (or, where there is no room for more, in sixteen, and one object in four brings new ones):
 * then the members are collapsed into one (W. Spoth et al., "Reducing ambiguity in JSON schema discovery", SIGMOD 2021, judge by entropy likewise).
 * Names that one sender brought do not count, as long as there are others: one body of a hundred invented names would hide all real ones.
 * That number only ever grows, and follows from counts that add up: so it does not matter in which order objects came, or whether two halves
 * of them were learned apart.
 */
export class ObjectShape {
  readonly owner: BodyNode
  /** Members in the order in which names were first seen: a hint where the next is. */
  order: readonly BodyNode[] = NONE
  /** The same by name, where they are more than can be looked through. */
  #index: Map<string, BodyNode> | null = null
  /** Members that every object had. */
  always = 0
  /** Objects that had a name never seen before. */
  fresh = 0
  /** Objects that had names which there was no room for. */
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

  /** Whether one object in four still brings new names: then a new one says nothing, and names may turn out to be data. @param objects Objects learned. */
  isOpen (objects: number): boolean { return this.fresh * 4 >= objects }

  /** Whether objects differ in their members. */
  get isVaried (): boolean { return this.always < this.order.length }

  /** Whether a name is no identifier, and several that are known here are none either: people give such names (fields of a form, labels, signs), and give others. */
  isGiven (name: string): boolean {
    if (!isPeoples(name)) return false
    let given = 0
    for (const child of this.order) if (isPeoples(child.name) && ++given === SEVERAL) return true
    return false
  }

  add (child: BodyNode): void {
    child.index = this.order.length
    this.order = this.order.concat(child)
    if (this.#index !== null) this.#index.set(child.name, child)
    else if (this.order.length > FEW) this.#index = new Map(this.order.map((each) => [each.name, each]))
  }

  /** The member of a name. */
  find (name: string): BodyNode | undefined {
    if (this.#index !== null) return this.#index.get(name)
    for (let i = 0; i < this.order.length; i++) if ((this.order[i] as BodyNode).name === name) return this.order[i]
    return undefined
  }

  /** Forgets a member. */
  remove (child: BodyNode): void {
    this.evicted++
    this.#index?.delete(child.name)
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

  /** Whether names are data, by what was learned so far. @param objects Objects learned. @param isFull Whether there is no room for another name. */
  looksLikeMap (objects: number, isFull: boolean): boolean {
    const isCrowded = (isFull || this.order.length >= MAX_NAMES) && this.fresh >= FRESH && this.isOpen(objects)
    const most = isCrowded ? VARIED - 1 : MAX_VARIED
    if (this.order.length <= most) return false
    let varied = 0
    for (const child of this.order) if (child.n < objects) varied++
    return varied > most && (isCrowded || (objects >= MAX_OBJECTS && !this.owner.isShared) || varied - this.#mostOfOne(objects) > most)
  }

  /** How many of the members that some object lacked one sender was the first to send. */
  #mostOfOne (objects: number): number {
    const counts = new Map<number, number>()
    let most = 0
    for (const child of this.order) {
      if (child.n >= objects) continue
      const count = (counts.get(child.sender) ?? 0) + 1
      counts.set(child.sender, count)
      if (count > most) most = count
    }
    return most
  }

  /** Takes the names for data from now on. */
  collapse (settings: NodeSettings): void {
    const values = this.values ?? this.owner.child('*')
    for (const child of this.order) values.merge(child, settings)
    this.values = values
    this.keys ??= new FieldProfile()
    this.#index = null
    this.order = NONE
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
      if (child.n === 0) this.#index?.delete(child.name)
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
      let ours = this.find(theirs.name)
      if (ours === undefined) {
        ours = this.owner.child(theirs.name)
        this.add(ours)
      }
      ours.merge(theirs, settings)
    }
    if (this.looksLikeMap(objects, false)) return this.collapse(settings)
    for (const child of this.order.slice(MAX_NAMES)) {
      this.remove(child)
      this.overflow++
    }
    this.refresh(objects)
  }

  toJSON (): ObjectShapeJson {
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

  /** Takes over the counts that `toJSON` gave; places are their owner's to restore. */
  restore (json: ObjectShapeJson): void {
    this.fresh = json.fresh
    this.overflow = json.overflow
    this.evicted = json.evicted
    this.forbidden = json.forbidden
    if (json.keys !== null) this.keys = FieldProfile.from(json.keys)
  }
}

/** Whether a name has blanks or letters or signs outside ASCII: programmers' names have not. */
function isPeoples (name: string): boolean {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) === 32 || name.charCodeAt(i) > 127) return true
  return false
}
