import { performance } from 'node:perf_hooks'

/** Where all times come from. Only the registry holds one; a test or a replay gives its own. */
export interface Clock {
  /** Epoch milliseconds, for display and for windows. */
  now (): number
  /** Milliseconds that never go back, for durations. */
  monotonic (): number
}

/** `performance` is imported: the global one is a getter, which costs more than the reading. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now()
}
