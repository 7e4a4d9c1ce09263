import { Candidates } from './body-candidates'
import { BodyNode } from './body-node'
import type { BodyNodeJson, NodeSettings } from './body-node'
import type { Sort } from './body-priors'
import { NONE } from '../text/value-format'

/** The plain form of a `BodyTree`. */
export interface BodyTreeJson {
  bodies: number
  exceeded: number
  root: BodyNodeJson
}

/** What of one body is looked at, at the most. */
export interface BodyLimits {
  /** Places that are learned. */
  readonly nodes: number
  /** Levels of nesting. */
  readonly depth: number
  /** Values of one body. */
  readonly values: number
  /** Characters of one body's strings. */
  readonly characters: number
}

/** All that was learned of one kind of body: a route's requests, or its replies of one status. */
export class BodyTree {
  /** Bodies learned. */
  bodies = 0
  /** Of them those that had more than is looked at. */
  exceeded = 0
  /** Independent draws learned, as numbers for them: bodies, and values of maps in them. */
  draws = 0
  /** Places learned. */
  nodes = 1
  root = new BodyNode('', null)
  /** Bodies in a row that did not teach, while the tree is young: see `BodyTrial`. */
  aside = 0
  readonly candidates = new Candidates()

  /** Calls `act` with each place. */
  each (act: (node: BodyNode) => void): void { visit(this.root, act) }

  /** Places that may show something new of a sort. Time: linear in places. */
  places (sort: Sort): number {
    let count = 0
    visit(this.root, (node) => { if (mayShow(node, sort)) count++ })
    return count
  }

  /** One half-life. */
  halve (): void {
    this.bodies >>>= 1
    this.exceeded >>>= 1
    this.root.halve()
    this.nodes = this.root.count()
    this.candidates.clear()
  }

  merge (other: BodyTree, settings: NodeSettings): void {
    this.bodies += other.bodies
    this.exceeded += other.exceeded
    this.root.merge(other.root, settings)
    this.nodes = this.root.count()
  }

  toJSON (): BodyTreeJson { return { bodies: this.bodies, exceeded: this.exceeded, root: this.root.toJSON() } }

  /** @throws RangeError Where `json` is not what `toJSON` made. */
  static from (json: BodyTreeJson, settings: NodeSettings): BodyTree {
    const tree = new BodyTree()
    tree.bodies = json.bodies
    tree.exceeded = json.exceeded
    tree.root = BodyNode.from(json.root, '', null, settings)
    tree.nodes = tree.root.count()
    return tree
  }
}

function mayShow (node: BodyNode, sort: Sort): boolean {
  switch (sort) {
    case 'high': case 'low': return node.number !== null
    case 'fraction': return node.number !== null && node.number.reals === 0
    case 'negative': return node.number !== null && node.number.negatives === 0
    case 'truth': return node.isConstantBoolean
    case 'long': return node.text !== null
    case 'format': return node.text !== null && node.text.sole !== NONE
    case 'items': return node.list !== null
    default: return true
  }
}

function visit (node: BodyNode, act: (node: BodyNode) => void): void {
  act(node)
  if (node.list !== null) visit(node.list.element, act)
  if (node.object === null) return
  for (const child of node.object.order) visit(child, act)
  if (node.object.values !== null) visit(node.object.values, act)
}
