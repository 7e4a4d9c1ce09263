/** Bands of experience, four octaves' edges: 1 to 3 things seen, 4 to 15, 16 to 63, 64 to 255, 256 to 1,023, more. */
const BANDS = 6
/** Novelties that an application without experience is taken to have seen, of as many expected as make the rule of succession right. */
const STRENGTH = 0.5
/** Steps of an octave after which a place's experience is counted. */
const STEPS = 4

/** The plain form of a `NoveltyPrior`: novelties seen and expected, by band. */
export interface NoveltyPriorJson { seen: number[], expected: number[] }

/**
 * How likely the next thing is unlike all before, learned over many places at once. Laplace's rule of succession says 1/(n + 2) after n things
 * that were alike; of ordinary places most are far more regular than it knows. This counts, over all places of one sort, how often ordinary
 * traffic brought something new and how often the rule had expected it, and corrects the rule by the quotient: an empirical Bayes estimate,
 * calibrated by what came next (prequentially). So six bodies of a new route can say as much as hundreds did, where a dozen other routes kept to
 * their form; and where forms vary, no number of others makes it certain.
 *
 * By bands of n, each starting from what the one before it says, since the law need not be 1/n. Without any experience it is the rule of
 * succession. Memory: 12 numbers. Time: O(1) at milestones, and where something is new; else nothing is to be noted. `merge` adds.
 *
 * Sources: P.-S. Laplace, "Memoire sur la probabilite des causes", 1774; H. Robbins, "An empirical Bayes approach to statistics", 1956;
 * A. P. Dawid, "The prequential approach", JRSS A 147, 1984.
 */
export class NoveltyPrior {
  readonly #seen: number[] = new Array<number>(BANDS).fill(0)
  readonly #expected: number[] = new Array<number>(BANDS).fill(0)

  /**
   * Notes that a place has seen so many things, with all since the milestone before.
   * @param n A milestone (see `isMilestone`).
   * @param rare Things that were seen once (Good and Turing's), for places that are not all alike.
   */
  pass (n: number, rare = 0): void {
    const before = n - stepOf(n - 1)
    const band = bandOf(before)
    // The sum of 1/(i + 2) from `before` to n - 1.
    this.#expected[band] = (this.#expected[band] as number) + (rare + 1) * Math.log((n + 1.5) / (before + 1.5))
  }

  /** Notes something new after `n` things. @param times How many sightings it stands for. */
  meet (n: number, times = 1): void {
    const band = bandOf(n)
    this.#seen[band] = (this.#seen[band] as number) + times
  }

  /** Chance that the thing after `n` of which `rare` were seen once is new. */
  chance (n: number, rare = 0): number { return Math.min(1, this.factor(n) * (rare + 1) / (n + 2)) }

  /** What to multiply the rule's chance with after `n` things. */
  factor (n: number): number {
    const band = bandOf(n)
    let factor = 1
    for (let each = 0; each <= band; each++) factor = ((this.#seen[each] as number) + STRENGTH * factor) / ((this.#expected[each] as number) + STRENGTH)
    return factor
  }

  /** One half-life. */
  halve (): void {
    for (let band = 0; band < BANDS; band++) {
      this.#seen[band] = (this.#seen[band] as number) / 2
      this.#expected[band] = (this.#expected[band] as number) / 2
    }
  }

  /** Adds what another prior has seen. */
  merge (json: NoveltyPriorJson): void {
    for (let band = 0; band < BANDS; band++) {
      this.#seen[band] = (this.#seen[band] as number) + (json.seen[band] ?? 0)
      this.#expected[band] = (this.#expected[band] as number) + (json.expected[band] ?? 0)
    }
  }

  reset (): void {
    this.#seen.fill(0)
    this.#expected.fill(0)
  }

  toJSON (): NoveltyPriorJson { return { seen: [...this.#seen], expected: [...this.#expected] } }
}

function bandOf (n: number): number { return n < 1 ? 0 : Math.min(BANDS - 1, (31 - Math.clz32(n)) >> 1) }

/** Whether experience is counted after so many things: up to 8 after each, then four times an octave. */
export function isMilestone (n: number): boolean { return n > 0 && (n & (stepOf(n) - 1)) === 0 }

function stepOf (n: number): number { return n < 2 * STEPS ? 1 : (1 << (31 - Math.clz32(n))) / STEPS }
