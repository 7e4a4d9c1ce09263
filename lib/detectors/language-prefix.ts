import { PathNode, SUPPORT } from './path-node'
import type { PathView } from './path-view'

/** Form of the values of a parameter that stands for languages, as a regular expression for a router: `en`, `pt-br`, `zh_Hant`. */
export const LANGUAGE_FORM = '[a-z]{2}|[a-z]{2}[-_][A-Za-z]{2,4}'
const LANGUAGE = new RegExp(`^(?:${LANGUAGE_FORM})$`)
const LONGEST = 7

/** Share of the traffic of all from which one of them is evidence. */
const ESTABLISHED = 0.05
/** Places with a name of their own (`…/search`, `…/bookings`) that they have to have in common. */
const COMMON = 2
/** Share of what is asked for below one of them that is asked for below others, too. */
const ALIKE = 0.8

/** Whether a segment has the form of a language tag (BCP 47), of two letters with or without a region or script. */
export function isLanguage (text: string): boolean { return text.length <= LONGEST && LANGUAGE.test(text) }

/**
 * The literal children of a node that are languages: one parameter, not so many routes. Their form alone says nothing (`/me`, `/tv`), nor does what is
 * below them (`/users/new`, `/orders/new`); both together do:
 *
 * - two of them at least are established: from several principals, and 5 % of the traffic of all that have the form, each. So nobody makes a parameter of a route by
 *   asking for paths that he has made up, unless he brings that much of the traffic;
 * - they have two places with a name in common;
 * - of each that becomes a value, four fifths of the traffic are for places that an established one has too. One that has its own stays a route.
 *
 * What the children are is asked of sums alone, so their order and that of the paths make no difference. Time: linear in the nodes below them.
 *
 * @param principals Distinct principals in the whole tree, up to `SUPPORT`.
 * @param read Reads the templates below a node.
 * @returns The texts that are values of one parameter, none where there is none.
 */
export function languagesOf (literals: ReadonlyMap<string, PathNode>, principals: number, read: (node: PathNode) => PathView): readonly string[] {
  const tags: [string, PathNode][] = []
  for (const child of literals) if (isLanguage(child[0])) tags.push(child)
  let total = 0
  for (const [, { weight }] of tags) total += weight
  const isEvidence = ({ weight, tags: { length } }: PathNode): boolean => weight >= ESTABLISHED * total && length >= Math.min(SUPPORT, principals)
  const established = tags.filter(([, node]) => isEvidence(node))
  if (established.length < 2) return []
  const merged = new PathNode()
  for (const [, node] of tags) merged.add(node)
  const view = read(merged)
  const places = established.map(([, node]) => endsOf(node, view))
  const alike = established.filter((_, i) => shareIn(places[i] as Ends, places.filter((_, other) => other !== i)) >= ALIKE)
  if (alike.length < 2) return []
  const known = places.filter((_, i) => alike.includes(established[i] as [string, PathNode]))
  if (commonNames(view, known) < COMMON) return []
  return tags.filter((tag) => alike.includes(tag) || (!isEvidence(tag[1]) && shareIn(endsOf(tag[1], view), known) >= ALIKE)).map(([text]) => text)
}

/** Weights of the paths that end at each place of a view. */
type Ends = ReadonlyMap<PathView, number>

function endsOf (node: PathNode, view: PathView, ends = new Map<PathView, number>()): Ends {
  if (node.ends > 0) ends.set(view, (ends.get(view) ?? 0) + node.ends)
  if (node.words !== null) {
    for (const [text, child] of node.words) {
      const next = view.literals.get(text) ?? (view.language !== null && isLanguage(text) ? view.language : view.parameter)
      if (next !== null) endsOf(child, next, ends)
    }
  }
  if (node.values !== null) {
    for (const child of node.values.values()) {
      const next = (child.only === null ? undefined : view.literals.get(child.only)) ?? view.parameter
      if (next !== null) endsOf(child, next, ends)
    }
  }
  return ends
}

/** Share of the ends that one of the others has as well. */
function shareIn (ends: Ends, others: readonly Ends[]): number {
  let all = 0
  let shared = 0
  for (const [place, weight] of ends) {
    all += weight
    if (others.some((other) => other.has(place))) shared += weight
  }
  return all === 0 ? 0 : shared / all
}

/** Places below `view`, with a literal on their way, at which paths of two and more end. */
function commonNames (view: PathView, ends: readonly Ends[], isNamed = false): number {
  let common = isNamed && ends.filter((each) => each.has(view)).length > 1 ? 1 : 0
  for (const child of view.literals.values()) common += commonNames(child, ends, true)
  for (const parameter of [view.language, view.parameter]) if (parameter !== null) common += commonNames(parameter, ends, isNamed)
  return common
}
