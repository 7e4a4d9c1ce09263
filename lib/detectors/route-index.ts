/** Patterns kept, at the most. */
const MAX_PATTERNS = 65536

interface Node { literals: Map<string, Node>, parameter: Node | null, wildcard: string[] | null, methods: string[] | null }

/**
 * Which methods have a route for a path: tells a wrong method from an unknown path when nothing matched. A tree of
 * Fastify's patterns by segment, where a segment with a parameter anywhere in it matches any segment and `*` the rest.
 * Time: linear in the path's segments (and the number of parameter branches on the way, 64 at the most).
 */
export class RouteIndex {
  readonly #root: Node = node()
  #size = 0

  /** @param url Fastify's pattern, such as `/orders/:id`. */
  add (method: string, url: string): void {
    if (this.#size >= MAX_PATTERNS) return
    this.#size++
    let at = this.#root
    for (const segment of url.split('/')) {
      if (segment === '*') {
        at.wildcard ??= []
        at.wildcard.push(method)
        return
      }
      if (segment.includes(':')) {
        at.parameter ??= node()
        at = at.parameter
        continue
      }
      let next = at.literals.get(segment)
      if (next === undefined) {
        next = node()
        at.literals.set(segment, next)
      }
      at = next
    }
    at.methods ??= []
    at.methods.push(method)
  }

  /** Methods that have a route for `path` (without query), none where no route matches. */
  methodsOf (path: string): readonly string[] {
    const found = new Set<string>()
    const budget = { left: 64 }
    collect(this.#root, path.split('/', 64), 0, found, budget)
    return [...found]
  }
}

function collect (at: Node, segments: readonly string[], depth: number, found: Set<string>, budget: { left: number }): void {
  if (budget.left-- <= 0) return
  if (depth === segments.length) {
    if (at.methods !== null) for (const method of at.methods) found.add(method)
    return
  }
  if (at.wildcard !== null) for (const method of at.wildcard) found.add(method)
  const literal = at.literals.get(segments[depth] as string)
  if (literal !== undefined) collect(literal, segments, depth + 1, found, budget)
  if (at.parameter !== null && segments[depth] !== '') collect(at.parameter, segments, depth + 1, found, budget)
}

function node (): Node { return { literals: new Map(), parameter: null, wildcard: null, methods: null } }
