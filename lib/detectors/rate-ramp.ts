import { countDistance } from '../stats/anscombe'
import { ClippedMoments } from '../stats/clipped-moments'

/** Half-life, in buckets, of the level that a ramp is held against. */
const LEVEL = 60
/** Growth of it that is tolerated, and growth that makes an alarm. */
const SLACK = 1.5
const RATIO = 2
/** Sum of distances above what is tolerated that makes an alarm; of a bucket 1 at the most, so that it takes many. */
const LIMIT = 12
const MOST = 1

/**
 * A steady rise of the amounts of buckets, in steps of which none is an alarm by itself: a one-sided cumulative sum of distances above 1.5 times the
 * level of the last ten minutes (60 buckets).
 *
 * Time: O(1). Memory: 130 bytes. Source: E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954.
 */
export class RateRamp {
  #level = new ClippedMoments(LEVEL, LEVEL * 5)
  #sum = 0

  /** What buckets had lately. */
  get level (): ClippedMoments { return this.#level }

  /**
   * Takes a bucket into the sum, and says whether a ramp has become one.
   * @param ordinary What is ordinary at this time, 0 where that is not known.
   * @param leastJump Amount by which a bucket has to exceed the level.
   */
  rises (value: number, ordinary: number, leastJump: number): boolean {
    const level = this.#level
    if (level.n < LEVEL) return false
    const distance = countDistance(value, Math.max(SLACK * level.mean, ordinary), level.variance)
    this.#sum = Math.max(0, this.#sum + Math.min(MOST, distance))
    return this.#sum >= LIMIT && value >= RATIO * level.mean && value - level.mean >= leastJump
  }

  learn (value: number): void { this.#level.learn(value, Math.max(1, this.#level.mean)) }

  /** An episode is over: the sum begins anew. */
  end (): void { this.#sum = 0 }

  /** Another level has become the norm. */
  forget (): void { this.#level = new ClippedMoments(LEVEL, LEVEL * 5) }
}
