import { isIdentifier, segmentType } from '../text/segment-type'
import { isLanguage } from './language-prefix'
import { PathNode, SUPPORT } from './path-node'
import { nodeFrom, nodeJson } from './path-node-json'
import type { PathNodeJson } from './path-node-json'
import { collapse, pathView } from './path-view'
import type { PathView } from './path-view'

const MAX_DEPTH = 24
/** Longest text that is told apart from others. */
const MAX_TEXT = 128
/** Paths from which a template needs to have been seen more than once. */
const ENOUGH = 60
/** Sightings that make up for a second principal. */
const OFTEN = 5
/** Weight under which a decayed branch is forgotten. */
const LEAST = 0.25
/** Paths after which the templates in use are brought up to date, at the latest. */
const REFRESH = 4096
/** Branches tried for one path, at the most. */
const MAX_BRANCHES = 64

/** One segment of a template. */
export interface TemplateSegment {
  /** The literal text, or the parameter's name. */
  readonly text: string
  readonly isParameter: boolean
}

/** A learned path template. */
export interface PathTemplate {
  /** Such as `/orders/:number/lines/:number2`. */
  readonly template: string
  readonly segments: readonly TemplateSegment[]
  /** Paths of this template; a fraction once they decayed. */
  readonly count: number
  /** Labels (methods) with which it was seen, and how often. */
  readonly labels: ReadonlyMap<string, number>
}

/** The plain form of a `PathTree`. */
export interface PathTreeJson { capacity: number, root: PathNodeJson }

/**
 * Path templates learned from paths: a prefix tree that counts, and reads the templates from its counts (`pathView` says how).
 * `/orders/17` and `/orders/18` make `/orders/:number`; parameters are named by what their values are, so that fields of one kind back
 * each other across templates.
 *
 * Time: O(segments) to learn and to match; the templates are read anew whenever the number of paths doubled, at the latest after
 * 4,096. Memory: at most `capacity` nodes (about 200 bytes each). A full tree first puts values together, then forgets the lightest
 * branches, so that what many clients use outlives what one scanner makes up. Paths of more than 24 segments, and new texts of more than
 * 128 characters, are counted in `ignored` only.
 *
 * Until the tree has been full once, `merge` answers as one tree of both streams. Paths are without query; decoding is the caller's.
 *
 * Source: the fixed-depth parse tree of P. He et al., "Drain: an online log parsing approach with fixed depth tree", ICWS 2017, with
 * I. J. Good's estimate of what is still unseen (1953) in place of its similarity threshold.
 */
export class PathTree {
  readonly capacity: number
  /** Paths not learned because of their depth or length. */
  ignored = 0
  #root = new PathNode()
  #size = 1
  #view: PathView | null = null
  #learnedSince = 0

  /** @param capacity Nodes kept at the most; >= 64. @throws RangeError */
  constructor (capacity = 4096) {
    if (!Number.isInteger(capacity) || capacity < 64) throw new RangeError(`capacity: an integer of 64 or more, not ${capacity}`)
    this.capacity = capacity
  }

  /** Nodes in use. */
  get size (): number { return this.#size }

  /** Paths learned; a fraction once they decayed. */
  get total (): number { return this.#root.weight }

  /**
   * Counts one path. Paths that do not begin with a slash are ignored.
   *
   * @param principal Tag of who asked for it.
   * @param label A word to keep with the path's end, from a small set: its method.
   */
  learn (path: string, principal = 0, label = ''): void {
    const segments = segmentsOf(path)
    if (segments === null || !this.#fits(segments)) {
      this.ignored++
      return
    }
    if (this.#size + segments.length > this.capacity) this.#shrink()
    let at = this.#root
    visit(at, principal)
    for (const text of segments) {
      at = this.#child(at, text)
      visit(at, principal)
    }
    at.end(label)
    this.#learnedSince++
  }

  /** The template of a path, `null` where none is known. */
  match (path: string): string | null {
    const segments = segmentsOf(path)
    if (segments === null) return null
    const total = this.#root.weight
    if (this.#view === null || this.#learnedSince >= Math.min(REFRESH, total / 2)) this.#read()
    const found: TemplateSegment[] = []
    return this.#find(this.#view as PathView, segments, 0, found, { left: MAX_BRANCHES }) ? textOf(found) : null
  }

  /** All templates that are known, the most used first. */
  templates (): PathTemplate[] {
    const templates: PathTemplate[] = []
    this.#collect(this.#read(), [], templates)
    return templates.sort((a, b) => b.count - a.count || (a.template < b.template ? -1 : 1))
  }

  merge (other: PathTree): void {
    this.#root.add(other.#root)
    this.ignored += other.ignored
    this.#changed()
  }

  /** Multiplies all counts. @param factor Above 0, at most 1. */
  scale (factor: number): void {
    if (!(factor > 0 && factor <= 1)) throw new RangeError(`factor: above 0 and at most 1, not ${factor}`)
    this.#root.scale(factor, LEAST)
    this.#changed()
  }

  toJSON (): PathTreeJson {
    return { capacity: this.capacity, root: nodeJson(this.#root) }
  }

  /** @throws RangeError Where `json` is not what `toJSON` gave. */
  static from (json: PathTreeJson): PathTree {
    const tree = new PathTree(json.capacity)
    tree.#root = nodeFrom(json.root)
    tree.#changed()
    return tree
  }

  #changed (): void {
    this.#size = this.#root.size
    this.#view = null
    if (this.#size > this.capacity) this.#shrink()
  }

  #read (): PathView {
    this.#learnedSince = 0
    this.#view = pathView(this.#root, this.#root.tags.length)
    return this.#view
  }

  /** Whether every new text is short enough to be kept. */
  #fits (segments: readonly string[]): boolean {
    return segments.every((text) => text.length <= MAX_TEXT || isIdentifier(segmentType(text)))
  }

  #child (parent: PathNode, text: string): PathNode {
    const known = parent.words?.get(text)
    if (known !== undefined) return known
    const type = segmentType(text)
    const values = parent.values?.get(type)
    if (values !== undefined && text !== '') {
      if (values.only !== text) values.only = null
      return values
    }
    const child = new PathNode()
    this.#size++
    if (isIdentifier(type)) {
      child.only = text.length <= MAX_TEXT ? text : null
      parent.values ??= new Map()
      parent.values.set(type, child)
    } else {
      parent.words ??= new Map()
      parent.words.set(text, child)
    }
    return child
  }

  /** Makes room for a quarter of the capacity. */
  #shrink (): void {
    collapse(this.#root, this.#root.tags.length)
    this.#view = null
    this.#size = this.#root.size
    for (let least = 1.5; this.#size > this.capacity * 0.75; least *= 2) {
      this.#root.prune(least)
      this.#size = this.#root.size
    }
  }

  #find (view: PathView, segments: readonly string[], depth: number, found: TemplateSegment[], budget: { left: number }): boolean {
    if (budget.left-- <= 0) return false
    if (depth === segments.length) return this.#isKnown(view.node)
    const text = segments[depth] as string
    const literal = view.literals.get(text)
    if (literal !== undefined) {
      found.push({ text, isParameter: false })
      if (this.#find(literal, segments, depth + 1, found, budget)) return true
      found.pop()
    }
    if (view.language !== null && isLanguage(text)) {
      found.push({ text: 'language', isParameter: true })
      if (this.#find(view.language, segments, depth + 1, found, budget)) return true
      found.pop()
    }
    if (view.parameter === null || text === '') return false
    found.push({ text: view.type, isParameter: true })
    if (this.#find(view.parameter, segments, depth + 1, found, budget)) return true
    found.pop()
    return false
  }

  #collect (view: PathView, path: readonly TemplateSegment[], templates: PathTemplate[]): void {
    if (this.#isKnown(view.node)) {
      const segments = numbered(path)
      templates.push({ template: textOf(path), segments, count: view.node.ends, labels: new Map(view.node.labels) })
    }
    for (const [text, child] of view.literals) this.#collect(child, [...path, { text, isParameter: false }], templates)
    if (view.language !== null) this.#collect(view.language, [...path, { text: 'language', isParameter: true }], templates)
    if (view.parameter !== null) this.#collect(view.parameter, [...path, { text: view.type, isParameter: true }], templates)
  }

  /** Whether paths end here that are more than a stray: once there are enough, two from two principals, or five. */
  #isKnown (node: PathNode): boolean {
    if (node.ends <= 0) return false
    if (this.#root.weight < ENOUGH || node.ends >= OFTEN) return true
    return node.ends >= 1.5 && (node.tags.length > 1 || this.#root.tags.length < SUPPORT)
  }
}

function visit (node: PathNode, principal: number): void {
  node.weight++
  node.meet(principal)
}

/** The texts between slashes, `null` where there are too many or the path is none. */
function segmentsOf (path: string): string[] | null {
  if (path.charCodeAt(0) !== 47) return null
  const segments = path.split('/', MAX_DEPTH + 2)
  return segments.length > MAX_DEPTH + 1 ? null : segments.slice(1)
}

/** Parameters of one template get distinct names: `number`, `number2`. */
function numbered (path: readonly TemplateSegment[]): TemplateSegment[] {
  const used = new Map<string, number>()
  return path.map(({ text, isParameter }) => {
    if (!isParameter) return { text, isParameter }
    const count = (used.get(text) ?? 0) + 1
    used.set(text, count)
    return { text: count === 1 ? text : `${text}${count}`, isParameter }
  })
}

function textOf (path: readonly TemplateSegment[]): string {
  let text = ''
  for (const segment of numbered(path)) text += segment.isParameter ? `/:${segment.text}` : `/${segment.text}`
  return text
}
