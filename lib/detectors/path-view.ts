import { unseenMass } from '../stats/good-turing'
import { digitMask, segmentType } from '../text/segment-type'
import type { SegmentType } from '../text/segment-type'
import { languagesOf } from './language-prefix'
import { PathNode, SUPPORT } from './path-node'

/** Sightings from which a value that never changes is part of the route (`/errors/404`). */
const CONSTANT = 8
/** Sightings up to which a child is thin. */
const THIN = 2
/** Thin children from which a node's children are many. */
const MANY = 8
/** Texts with one digit mask (`sku-#`) from which they are identifiers. */
const SAME_MASK = 4
/** Share of a node's traffic up to which a child of a parameter is one of its values. */
const VALUE_SHARE = 0.02
/** Share of a parameter's values from which their type gives it its name. */
const NAMING_SHARE = 0.9
/** Unseen mass from which a level is not settled. */
const UNSETTLED = 0.05

/** A place in the learned templates: literal children, at most one parameter, and at most one that is a language. */
export interface PathView {
  readonly node: PathNode
  readonly literals: ReadonlyMap<string, PathView>
  readonly parameter: PathView | null
  /** What the values of `parameter` are. */
  readonly type: SegmentType
  /** What is below a parameter whose values are languages, and nothing else (`isLanguage`). */
  readonly language: PathView | null
}

/**
 * The templates that counts speak for. Under each node one parameter takes up:
 *
 * - all evident identifiers (but one that is always the same and came often stays literal);
 * - texts that differ in their digits only, from four of them;
 * - where children are many and thin: the thin ones. They are when at least eight came once or twice, from several principals, and the
 *   share of paths with a child never seen before (Good-Turing) is not settled under 5 %. While few paths were seen, nearly all children must
 *   be thin: more so for plain words, which may be names of routes. Where the thin ones are no plain words (`red-bike-17`), nor are popular ones
 *   of their kind.
 *
 * Another one takes up children that are languages (`languagesOf`).
 *
 * Everything else that recurs stays literal, so a few stray paths among many ordinary ones neither make a parameter nor swallow a route.
 * Time and memory: linear in the nodes, times the depth at worst.
 *
 * @param principals Distinct principals in the whole tree, up to `SUPPORT`.
 */
export function pathView (node: PathNode, principals: number): PathView {
  const { literals, constants, values } = partition(node, principals)
  const views = new Map<string, PathView>()
  const languages = takeLanguages(literals, principals)
  const language = languages === null ? null : pathView(languages, principals)
  for (const [text, child] of literals) views.set(text, pathView(child, principals))
  for (const [text, child] of constants) views.set(text, pathView(child, principals))
  if (values.size === 0) return { node, literals: views, parameter: null, type: 'value', language }
  const merged = union([...values.values()].flat())
  return { node, literals: views, parameter: pathView(merged, principals), type: nameOf(values, merged.weight), language }
}

/** Keeps in the counts themselves only what `pathView` would tell apart: fewer nodes for the same templates. */
export function collapse (node: PathNode, principals: number): void {
  const { literals, values } = partition(node, principals)
  node.words = literals.size === 0 ? null : literals
  for (const [type, parts] of values) {
    node.values ??= new Map()
    node.values.set(type, union(parts))
  }
  for (const child of node.children()) collapse(child, principals)
}

/** What was counted below the children that are languages, which are taken out of the literals; `null` where there are none. */
function takeLanguages (literals: Map<string, PathNode>, principals: number): PathNode | null {
  const texts = languagesOf(literals, principals, (merged) => pathView(merged, principals))
  if (texts.length === 0) return null
  const nodes = texts.map((text) => literals.get(text) as PathNode)
  for (const text of texts) literals.delete(text)
  return union(nodes)
}

interface Partition {
  literals: Map<string, PathNode>
  /** Nodes of values that saw one text only, and often. */
  constants: Map<string, PathNode>
  values: Map<SegmentType, PathNode[]>
}

function partition (node: PathNode, principals: number): Partition {
  const parts: Partition = { literals: new Map(), constants: new Map(), values: new Map() }
  if (node.values !== null) {
    for (const [type, child] of node.values) {
      if (child.only !== null && child.weight >= CONSTANT) parts.constants.set(child.only, child)
      else parts.values.set(type, [child])
    }
  }
  if (node.words === null) return parts
  const coded = codedTexts(node.words)
  const { limit, takesCodes } = valueLimit(node.words, principals)
  for (const [text, child] of node.words) {
    const type = segmentType(text)
    const isValue = coded.has(text) || (text !== '' && (child.weight <= limit || (takesCodes && type === 'value')))
    if (!isValue) {
      parts.literals.set(text, child)
      continue
    }
    const same = parts.values.get(type)
    if (same === undefined) parts.values.set(type, [child])
    else same.push(child)
  }
  return parts
}

/** Texts that share their digit mask with enough others, in digit runs of two or more. */
function codedTexts (words: ReadonlyMap<string, PathNode>): Set<string> {
  const byMask = new Map<string, string[]>()
  for (const text of words.keys()) {
    const mask = digitMask(text)
    if (mask === null || text.length <= mask.length) continue
    const same = byMask.get(mask)
    if (same === undefined) byMask.set(mask, [text])
    else same.push(text)
  }
  const coded = new Set<string>()
  for (const texts of byMask.values()) if (texts.length >= SAME_MASK) for (const text of texts) coded.add(text)
  return coded
}

/** What makes a child one of a parameter's values. */
interface ValueLimit {
  /** Weight up to which it is; 0 where children are routes. */
  limit: number
  /** Whether all are that are neither words nor files. */
  takesCodes: boolean
}

const ROUTES: ValueLimit = { limit: 0, takesCodes: false }

function valueLimit (words: ReadonlyMap<string, PathNode>, principals: number): ValueLimit {
  const support = new PathNode()
  let total = 0
  let once = 0
  let thin = 0
  let plain = 0
  for (const [text, child] of words) {
    if (text === '') continue
    total += child.weight
    if (child.weight < 1.5) once++
    if (child.weight > THIN) continue
    thin++
    if (segmentType(text) !== 'value') plain++
    for (const tag of child.tags) support.meet(tag)
  }
  if (thin < MANY || support.tags.length < Math.min(SUPPORT, principals)) return ROUTES
  const arePlain = plain * 2 > thin
  const needed = arePlain ? Math.min(0.9, 30 / total) : Math.min(0.75, 16 / total)
  if (unseenMass(once, total) < Math.max(UNSETTLED, needed)) return ROUTES
  return { limit: Math.max(THIN, VALUE_SHARE * total), takesCodes: !arePlain }
}

function union (nodes: readonly PathNode[]): PathNode {
  if (nodes.length === 1) return nodes[0] as PathNode
  const merged = new PathNode()
  for (const node of nodes) merged.add(node)
  return merged
}

function nameOf (values: ReadonlyMap<SegmentType, readonly PathNode[]>, total: number): SegmentType {
  for (const [type, nodes] of values) {
    let weight = 0
    for (const node of nodes) weight += node.weight
    if (weight >= NAMING_SHARE * total) return type
  }
  return 'value'
}
