/** Patterns kept, at the most. */
const MAX_PATTERNS = 65536

/** The lists of methods are shared by all nodes that have the same: an application's patterns are many, its lists few. */
interface Node { literals: Map<string, Node> | null, parameter: Node | null, wildcard: readonly string[], methods: readonly string[] }

const NONE: readonly string[] = []

/**
 * Which methods have a route for a path: tells a wrong method from an unknown path when nothing matched. A tree of
 * Fastify's patterns by segment, where a segment with a parameter anywhere in it matches any segment and `*` the rest.
 * Time: linear in the path's segments (and the number of parameter branches on the way, 64 at the most). Memory: 56 bytes a
 * segment that no other pattern begins with, and an entry of a `Map` where it is a literal.
 */
export class RouteIndex {
  readonly #root: Node = node()
  #size = 0
  readonly #lists = new Map<string, readonly string[]>()

  /** @param url Fastify's pattern, such as `/orders/:id`. */
  add (method: string, url: string): void {
    if (this.#size >= MAX_PATTERNS) return
    let at = this.#root
    for (const segment of url.split('/')) {
      if (segment === '*') {
        at.wildcard = this.#with(at.wildcard, method)
        return
      }
      if (segment.includes(':')) {
        at.parameter ??= node()
        at = at.parameter
        continue
      }
      at.literals ??= new Map()
      let next = at.literals.get(segment)
      if (next === undefined) {
        next = node()
        at.literals.set(segment, next)
      }
      at = next
    }
    at.methods = this.#with(at.methods, method)
  }

  /** The list with one method more. */
  #with (methods: readonly string[], method: string): readonly string[] {
    if (methods.includes(method)) return methods
    this.#size++
    const key = [...methods, method].join(' ')
    const known = this.#lists.get(key) ?? [...methods, method]
    this.#lists.set(key, known)
    return known
  }

  /**
   * Methods that have a route for `path` (without query), none where no route matches, or only one of OPTIONS: that is answered for all paths where browsers of other
   * sites are served (@fastify/cors), and says nothing of the path.
   */
  methodsOf (path: string): readonly string[] {
    const found = new Set<string>()
    const budget = { left: 64 }
    collect(this.#root, path.split('/', 64), 0, found, budget)
    return found.size === 1 && found.has('OPTIONS') ? NONE : [...found]
  }
}

function collect (at: Node, segments: readonly string[], depth: number, found: Set<string>, budget: { left: number }): void {
  if (budget.left-- <= 0) return
  if (depth === segments.length) {
    for (const method of at.methods) found.add(method)
    return
  }
  for (const method of at.wildcard) found.add(method)
  const literal = at.literals?.get(segments[depth] as string)
  if (literal !== undefined) collect(literal, segments, depth + 1, found, budget)
  if (at.parameter !== null && segments[depth] !== '') collect(at.parameter, segments, depth + 1, found, budget)
}

function node (): Node { return { literals: null, parameter: null, wildcard: NONE, methods: NONE } }
