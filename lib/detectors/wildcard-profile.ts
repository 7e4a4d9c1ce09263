import { Signal } from '../signal'
import type { Observation } from '../observation'
import { hashText } from '../text/keyed-hash'
import { withoutTokens } from '../text/value-format'
import { probeShape } from '../text/probe-shape'
import { readableShape } from '../text/value-shape'
import { PROBE_PATH, UNKNOWN_PATH } from './endpoint-signals'
import { ItemTable } from '../store/item-table'
import { PathTree } from './path-tree'
import type { PathTreeJson } from './path-tree'

const CAPACITY = 1024
/** Level of the item table: paths of requests that may not teach, until enough principals have asked for them. */
const SUSPECTS = 0
/** The other level: paths that carry a token, with the token left out. */
const MASKED = 1
/** Paths learned before an unknown one is judged, and the share of paths without a template below which that is unusual. */
const FEWEST = 64
const SETTLED = 0.02
/** Weight of the latest path in the share of those without a template: about the last 64 count. */
const LATEST = 1 / 64

/** The plain form of a `WildcardProfile`. */
export interface WildcardProfileJson { n: number, strays: number, tree: PathTreeJson, items: number[] }

/**
 * What paths a wildcard route (static files, a proxy) ordinarily serves: learned templates, since Fastify's pattern says nothing.
 * An unknown path is unusual once new ones have become rare; the shape of a probe is at any time, until several
 * principals ask for it.
 *
 * Memory: a prefix tree of at most 1,024 nodes. `merge` adds the trees; the share of strays is that of whoever saw more.
 */
export class WildcardProfile {
  /** Paths learned. */
  n = 0
  #strays = 1
  #tree = new PathTree(CAPACITY)
  #items = new ItemTable()

  judge (rest: string, floor: number, observation: Observation): void {
    const path = `/${rest}`
    if (this.n < floor || this.#tree.match(path) !== null) return
    if (this.#items.count(SUSPECTS, hashText(path, 0)) > 0) return
    // The next build of a file has another hash in its name.
    const masked = withoutTokens(path)
    if (masked !== null && this.#items.count(MASKED, hashText(masked, 0)) > 0) return
    const probe = probeShape(path)
    if (probe !== null) observation.add(new Signal(PROBE_PATH, 'path.*', 6, 60, probe, readableShape(path)))
    else if (this.n >= FEWEST && this.#strays < SETTLED) observation.add(new Signal(UNKNOWN_PATH, 'path.*', 5, 55, undefined, readableShape(path)))
  }

  learn (rest: string, principal: number): void {
    const path = `/${rest}`
    this.n++
    this.#strays += LATEST * ((this.#tree.match(path) === null ? 1 : 0) - this.#strays)
    this.#tree.learn(path, principal)
    const masked = withoutTokens(path)
    if (masked !== null) this.#items.learn(MASKED, hashText(masked, 0), principal, false)
  }

  /** Notes a request that may not teach. @returns Whether its path became known by this. */
  quarantine (rest: string, principal: number, enough: number): boolean {
    const path = `/${rest}`
    if (this.#tree.match(path) !== null) return false
    const hash = hashText(path, 0)
    if (this.#items.note(SUSPECTS, hash, principal) < enough) return false
    const isNew = this.#items.count(SUSPECTS, hash) === 0
    this.#items.promote(SUSPECTS, hash, 2)
    return isNew
  }

  /** One half-life. */
  halve (): void {
    this.n >>>= 1
    this.#tree.scale(0.5)
    this.#items.halve()
  }

  merge (other: WildcardProfile): void {
    if (other.n > this.n) this.#strays = other.#strays
    this.n += other.n
    this.#tree.merge(other.#tree)
  }

  /** The templates known, the most used first. */
  templates (): string[] { return this.#tree.templates().map(({ template }) => template) }

  toJSON (): WildcardProfileJson { return { n: this.n, strays: this.#strays, tree: this.#tree.toJSON(), items: this.#items.toJSON() } }

  /** @throws RangeError Where `json` is not what `toJSON` made. */
  static from (json: WildcardProfileJson): WildcardProfile {
    const profile = new WildcardProfile()
    profile.n = json.n
    profile.#strays = json.strays
    profile.#tree = PathTree.from(json.tree)
    profile.#items = ItemTable.from(json.items)
    return profile
  }
}
