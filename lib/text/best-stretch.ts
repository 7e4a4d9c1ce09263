/** Tokens that a stretch has at the most: about the longest injection that is one statement. */
export const WINDOW = 128
/** Sums that are kept, begun one after another, so that one of them begins at most `WINDOW / RUNS` tokens before any token. */
const RUNS = 8
const STAGGER = WINDOW / RUNS
/** Places of the table of features seen lately; a window holds fewer that speak for an injection. */
const SEEN = 4096
/** Count of tokens at which the table is emptied, long before it overflows. */
const MOST_TOKENS = 1 << 30

/**
 * The stretch of a text that says most, where each feature that speaks for an injection counts once, and each that speaks against one counts as
 * often as it comes. So the rows of a list or a table, each of which looks a little odd, do not add up: what counts is the oddest row, and what
 * others have that it has not.
 *
 * Exact would be the greatest sum over all beginnings; kept are `RUNS` of them, each a CUSUM (E. Page) that begins anew where it has sunk to zero,
 * and after `WINDOW` tokens at the latest. The latter keeps evidence from being used up by what stands before it: whatever that is, a sum has begun within
 * `STAGGER` tokens. Time: O(features + tokens × `RUNS`); memory: 32 KB. Nothing is allocated.
 */
export class BestStretch {
  /** Greatest sum of a stretch so far. */
  best = 0
  /** Where that stretch begins and ends, in the numbers that `take` was given. */
  bestFrom = 0
  bestTo = 0
  readonly #weights: ArrayLike<number>
  readonly #sums = new Float64Array(RUNS)
  readonly #begins = new Int32Array(RUNS)
  readonly #from = new Uint32Array(RUNS)
  // Features seen lately, and the token at which each last was. A feature may take another's place, which then is taken for new.
  readonly #seen = new Int32Array(SEEN).fill(-1)
  readonly #last = new Int32Array(SEEN)
  // What a token says that has been said before: how much, and when.
  readonly #again = new Float64Array(16)
  readonly #before = new Int32Array(16)
  /** Tokens taken, of all texts. */
  #now = WINDOW

  /** @param weights What each feature weighs. */
  constructor (weights: ArrayLike<number>) {
    this.#weights = weights
  }

  /** Forgets the last text. */
  begin (): void {
    this.best = 0
    this.bestFrom = 0
    this.bestTo = 0
    if (this.#now > MOST_TOKENS) {
      this.#now = 0
      this.#seen.fill(-1)
    }
    // Beyond what any sum remembers.
    this.#now += WINDOW
    this.#sums.fill(0)
  }

  /** Takes the features of the next token in, 16 at the most: those of `features` from `from` to `to`. @param at Where the token begins. @param end Where it ends. */
  take (features: ArrayLike<number>, from: number, to: number, at: number, end: number): void {
    const now = this.#now++
    let sum = 0
    let repeated = 0
    for (let i = from; i < to; i++) {
      const feature = features[i] as number
      const weight = this.#weights[feature] as number
      if (weight > 0) {
        const slot = feature & (SEEN - 1)
        const last = this.#last[slot] as number
        const isNew = this.#seen[slot] !== feature || last <= now - WINDOW
        this.#seen[slot] = feature
        this.#last[slot] = now
        if (!isNew) {
          this.#again[repeated] = weight
          this.#before[repeated++] = last
          continue
        }
      }
      sum += weight
    }
    this.#add(now, sum, repeated, at, end)
  }

  #add (now: number, sum: number, repeated: number, at: number, end: number): void {
    if (now % STAGGER === 0) this.#sums[(now / STAGGER) % RUNS] = 0
    for (let r = 0; r < RUNS; r++) {
      let run = this.#sums[r] as number
      if (run <= 0) {
        run = 0
        this.#begins[r] = now
        this.#from[r] = at
      }
      run += sum
      const begin = this.#begins[r] as number
      for (let i = 0; i < repeated; i++) if ((this.#before[i] as number) < begin) run += this.#again[i] as number
      this.#sums[r] = run
      if (run <= this.best) continue
      this.best = run
      this.bestFrom = this.#from[r] as number
      this.bestTo = end
    }
  }
}
