import type { SegmentType } from '../text/segment-type'

/** Distinct principals that make something supported; no more are told apart. */
export const SUPPORT = 3

/**
 * What was counted at one place of a path tree: one segment text, or all segments of one type. Weights are numbers of paths, or
 * fractions of them once they decayed.
 */
export class PathNode {
  /** Paths that come through or end here. */
  weight = 0
  /** Paths that end here. */
  ends = 0
  /** The smallest tags of the principals that were here: up to `SUPPORT`, which merge exactly. */
  tags: number[] = []
  /** How often paths that end here carried each label, `null` without any. */
  labels: Map<string, number> | null = null
  /** Children by their text. */
  words: Map<string, PathNode> | null = null
  /** Children whose text is a value, all of one type together. */
  values: Map<SegmentType, PathNode> | null = null
  /** At a node of values: the only text so far, `null` once there were two. */
  only: string | null = null

  /** Nodes from here on. */
  get size (): number {
    let size = 1
    for (const child of this.children()) size += child.size
    return size
  }

  * children (): Generator<PathNode> {
    if (this.words !== null) yield * this.words.values()
    if (this.values !== null) yield * this.values.values()
  }

  meet (tag: number): void {
    const { tags } = this
    if (tags.includes(tag)) return
    tags.push(tag)
    tags.sort((a, b) => a - b)
    if (tags.length > SUPPORT) tags.pop()
  }

  end (label: string): void {
    this.ends++
    if (label === '') return
    this.labels ??= new Map()
    this.labels.set(label, (this.labels.get(label) ?? 0) + 1)
  }

  /** Adds what `other` counted; `other` stays as it is. */
  add (other: PathNode): void {
    this.weight += other.weight
    this.ends += other.ends
    for (const tag of other.tags) this.meet(tag)
    if (other.labels !== null) {
      this.labels ??= new Map()
      for (const [label, count] of other.labels) this.labels.set(label, (this.labels.get(label) ?? 0) + count)
    }
    if (other.words !== null) {
      this.words ??= new Map()
      addChildren(this.words, other.words)
    }
    if (other.values !== null) {
      this.values ??= new Map()
      addValues(this.values, other.values)
    }
  }

  /** Multiplies all weights; what falls under `least` is forgotten. */
  scale (factor: number, least: number): void {
    this.weight *= factor
    this.ends *= factor
    if (this.labels !== null) for (const [label, count] of this.labels) this.labels.set(label, count * factor)
    for (const child of this.children()) child.scale(factor, least)
    this.prune(least)
  }

  /** Forgets branches lighter than `least`. */
  prune (least: number): void {
    if (this.words !== null) for (const [text, child] of this.words) if (child.weight < least) this.words.delete(text)
    if (this.values !== null) for (const [type, child] of this.values) if (child.weight < least) this.values.delete(type)
    for (const child of this.children()) child.prune(least)
  }
}

function addChildren<K> (into: Map<K, PathNode>, from: ReadonlyMap<K, PathNode>): void {
  for (const [key, child] of from) {
    let own = into.get(key)
    if (own === undefined) {
      own = new PathNode()
      into.set(key, own)
    }
    own.add(child)
  }
}

function addValues (into: Map<SegmentType, PathNode>, from: ReadonlyMap<SegmentType, PathNode>): void {
  for (const [type, child] of from) {
    const own = into.get(type)
    const only = own === undefined || own.only === child.only ? child.only : null
    addChildren(into, new Map([[type, child]]))
    const merged = into.get(type)
    if (merged !== undefined) merged.only = only
  }
}
