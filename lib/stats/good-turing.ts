/**
 * The unseen mass: how probable it is that the next observation is one never seen before, from the number of things seen exactly once among
 * `n` observations. One is added to the single sightings and two to the observations, so that an empty history says 0.5 and not nothing.
 *
 * Both numbers may be decayed weights. Units: a share, 0 to 1, never exactly either.
 *
 * Source: I. J. Good, "The population frequencies of species and the estimation of population parameters", Biometrika 40, 1953.
 */
export function unseenMass (once: number, n: number): number {
  return (once + 1) / (n + 2)
}

/** Whether so little is still to come that something new is remarkable. Needs 19 observations at the default limit, more if any is single. */
export function isSettled (once: number, n: number, limit = 0.05): boolean {
  return unseenMass(once, n) < limit
}

/**
 * Whether a thing that was seen `count` times among `n` is so rare that one more is remarkable: less than 5 % is still to come, so that a young count never says it, and
 * it made at most `share` of all. What is remarked upon is thus at most that share of what is ordinary.
 */
export function isRare (count: number, n: number, share: number): boolean {
  return isSettled(count, n) && count <= share * n
}
