import type { Signal } from './signal'

/** What the collection thinks of one request so far. */
export interface Assessment {
  /** In the order found. */
  signals: Signal[]
  /** 0 to 100, saturating; 0 = nothing unusual. */
  score: number
  /** Whether the score reaches the flag threshold in force for the route. */
  flagged: boolean
  /** What the risk of the entity that sent it calls for. */
  action: Action
}

export type Action = 'allow' | 'throttle' | 'block'

/** The part of a signal that its weight depends on. */
interface Weighed {
  readonly risk: number
  readonly detector: string
  readonly field?: string | undefined
}

/**
 * The score of a request, 0 to 100: risks of independent causes combine as 1 - Π(1 - risk) (noisy-or).
 *
 * One cause counts once, however many detectors see it: signals about one field are one cause. Within a detector they
 * combine; between detectors the highest counts. Signals without a field are a cause each. Time O(n²) in the number of
 * signals, which the observation bounds.
 *
 * Source: J. Pearl, "Probabilistic Reasoning in Intelligent Systems", 1988, section 4.3.2.
 */
export function combine (signals: readonly Weighed[]): number {
  let calm = 1
  for (let i = 0; i < signals.length; i++) {
    const signal = signals[i] as Weighed
    if (signal.field === undefined) calm *= 1 - signal.risk / 100
    else if (firstWith(signals, signal.field, undefined) === i) calm *= calmOfField(signals, signal.field)
  }
  return 100 * (1 - calm)
}

/** The least calm that any one detector leaves to a field. */
function calmOfField (signals: readonly Weighed[], field: string): number {
  let least = 1
  for (let i = 0; i < signals.length; i++) {
    const signal = signals[i] as Weighed
    if (signal.field !== field || firstWith(signals, field, signal.detector) !== i) continue
    let calm = 1
    for (const other of signals) if (other.field === field && other.detector === signal.detector) calm *= 1 - other.risk / 100
    if (calm < least) least = calm
  }
  return least
}

function firstWith (signals: readonly Weighed[], field: string, detector: string | undefined): number {
  for (let i = 0; i < signals.length; i++) {
    const signal = signals[i] as Weighed
    if (signal.field === field && (detector === undefined || signal.detector === detector)) return i
  }
  return -1
}
