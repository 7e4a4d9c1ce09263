import type { SegmentType } from '../text/segment-type'
import { PathNode, SUPPORT } from './path-node'

const TYPES: readonly string[] = ['number', 'uuid', 'hex', 'date', 'token', 'file', 'word', 'value'] satisfies SegmentType[]
const MAX_NESTING = 64

/** The plain form of a `PathNode`: short keys, since there are thousands; what is empty is left out. */
export interface PathNodeJson {
  /** Weight. */
  n: number
  /** Ends. */
  e?: number
  /** Tags of principals. */
  p?: number[]
  /** Labels. */
  l?: [string, number][]
  /** Children by text. */
  w?: [string, PathNodeJson][]
  /** Children by type. */
  v?: [SegmentType, PathNodeJson][]
  /** The only text of a node of values. */
  o?: string
}

export function nodeJson (node: PathNode): PathNodeJson {
  const json: PathNodeJson = { n: node.weight }
  if (node.ends > 0) json.e = node.ends
  if (node.tags.length > 0) json.p = node.tags
  if (node.labels !== null) json.l = [...node.labels]
  if (node.words !== null) json.w = [...node.words].map(([text, child]) => [text, nodeJson(child)])
  if (node.values !== null) json.v = [...node.values].map(([type, child]) => [type, nodeJson(child)])
  if (node.only !== null) json.o = node.only
  return json
}

/** @throws RangeError Where `json` is not what `nodeJson` gave. */
export function nodeFrom (json: PathNodeJson, depth = 0): PathNode {
  if (depth > MAX_NESTING) throw new RangeError(`path tree: nested deeper than ${MAX_NESTING}`)
  const node = new PathNode()
  node.weight = weight(json.n)
  node.ends = weight(json.e ?? 0)
  node.tags = (json.p ?? []).slice(0, SUPPORT)
  if (json.l !== undefined) node.labels = new Map(json.l)
  if (json.w !== undefined) node.words = new Map(json.w.map(([text, child]) => [text, nodeFrom(child, depth + 1)]))
  if (json.v !== undefined) node.values = new Map(json.v.map(([type, child]) => [typeFrom(type), nodeFrom(child, depth + 1)]))
  node.only = json.o ?? null
  return node
}

function weight (value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value < Infinity) return value
  throw new RangeError(`path tree: a weight is a number of 0 or more, not ${String(value)}`)
}

function typeFrom (type: SegmentType): SegmentType {
  if (TYPES.includes(type)) return type
  throw new RangeError(`path tree: no type of values is called ${String(type)}`)
}
