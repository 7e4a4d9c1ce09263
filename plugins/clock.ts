/** Where all times come from. Only the registry holds one; a test or a replay gives its own. */
export interface Clock {
  /** Epoch milliseconds, for display and for windows. */
  now (): number
  /** Milliseconds that never go back, for durations. */
  monotonic (): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now()
}
