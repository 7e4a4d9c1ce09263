import { combine } from '../assessment'
import type { Observation } from '../observation'
import type { RouteState } from '../route-state'
import type { Signal } from '../signal'
import { isMerelyTyped } from '../typed-credentials'
import type { Side, Witness } from './body-findings'
import type { BodyGuide } from './body-guide'
import type { BodyJudge } from './body-judge'
import { ARRAY_TOO_LONG, ARRAY_TYPE_MISMATCH, ONLY_NULL, PATTERN_MISMATCH, STRING_TOO_LONG, TYPE_MISMATCH } from './body-signals'
import type { TextEvidence } from './body-signals'
import type { BodyTree } from './body-tree'

/** Bodies that another must contradict to be the odd one; of fewer, any may be. */
const FEW = 5
/** Risk of a single finding that is doubt enough: more than a weak one's. To be wrong costs a lesson, no alarm. */
const DOUBT = 30

/**
 * Judges a body that is about to teach a tree too young for reports, without a word to anybody. One that contradicts those learned grossly (another type,
 * another format, a list or text far too long) is not learned but noted, and what it shows becomes known when enough principals have sent the like: otherwise
 * whoever comes early, when every body counts for much, would have his attack taken for ordinary, and all attacks like it after him.
 *
 * The first five bodies teach whatever they are; and so does one after five in a row that did not: then the first ones were odd, not these.
 */
export class BodyTrial implements Witness {
  signals: Signal[] | null = null
  #route: RouteState | null = null
  readonly #judge: BodyJudge

  constructor (judge: BodyJudge) { this.#judge = judge }

  /** Takes a finding, as an observation would. */
  add (signal: Signal): void {
    if (!isTelling(signal) || isMerelyTyped(signal, this.#route as RouteState)) return
    if (this.signals === null) this.signals = [signal]
    else this.signals.push(signal)
  }

  /** Whether a body is to be put aside, since it contradicts those learned. */
  isOdd (tree: BodyTree, body: unknown, guide: BodyGuide | null, side: Side, observation: Observation): boolean {
    const isOdd = tree.bodies >= FEW && tree.aside < FEW && this.#contradicts(tree, body, guide, side, observation)
    tree.aside = isOdd ? tree.aside + 1 : 0
    return isOdd
  }

  #contradicts (tree: BodyTree, body: unknown, guide: BodyGuide | null, side: Side, { route }: Observation): boolean {
    this.signals = null
    this.#route = route
    this.#judge.judgeStrictly(tree, body, guide, side, FEW, this)
    const found = this.signals as Signal[] | null
    this.signals = this.#route = null
    return found !== null && (found.some(({ risk }) => risk >= DOUBT) || combine(found) >= route.flagAt)
  }
}

/**
 * Whether a finding keeps a body from teaching: what ordinary bodies hardly ever bring, and what, once learned, hides all attacks like it. A member that is new or
 * missing, a null, a number somewhat larger are what rare customers send, and to learn one of these makes known that one only.
 */
function isTelling ({ kind, expected, actual }: Signal): boolean {
  if (kind === TYPE_MISMATCH || kind === ARRAY_TYPE_MISMATCH) return actual !== 'null' && expected !== ONLY_NULL
  if (kind === PATTERN_MISMATCH) return (actual as TextEvidence).format !== null
  return kind === ARRAY_TOO_LONG || kind === STRING_TOO_LONG
}
