/** Draws after which a regularity is noted down, and those at which it is seen whether it held. */
export const NOTED = 12
export const TESTED = 60
/** However often regularities held, the next one is taken to break at least this often, as a share of what it would be without. */
const LEAST = 0.1

/** The plain form of `RegularityPrior`: regularities that held, and that were broken. */
export type RegularityPriorJson = readonly [held: number, broken: number]

/**
 * How far a regularity of a dozen sightings can be trusted in this application: of those noted after 12 draws (a parameter that is
 * always there, one media type), how many had been broken by the 60th. Where few are, one more sighting each time says more than
 * Laplace's (0 + 1) / (n + 2), which expects half of all regularities to be chance.
 *
 * Two numbers; O(1). Where places are few (kinds of clients) snapshots keep it; where they are many (routes) it is learned again from the
 * first few. `merge` adds.
 *
 * Source: the mean of a Beta prior fitted to other members of the population (empirical Bayes), H. Robbins, 1956.
 */
export class RegularityPrior {
  #held = 0
  #broken = 0

  /** @param noted Regularities that were noted. @param held Those of them that hold still. */
  learn (noted: number, held: number): void {
    this.#held += held
    this.#broken += noted - held
  }

  /** What to multiply the chance with that a regularity breaks at the next draw: 1 while nothing is known, at least 0.1. */
  get trust (): number {
    return Math.max(LEAST, Math.min(1, 2 * (this.#broken + 1) / (this.#held + this.#broken + 2)))
  }

  /** Adds what another process learned. */
  merge ([held, broken]: RegularityPriorJson): void {
    this.#held += held
    this.#broken += broken
  }

  toJSON (): RegularityPriorJson { return [this.#held, this.#broken] }

  /** Forgets everything. */
  reset (): void {
    this.#held = 0
    this.#broken = 0
  }
}
