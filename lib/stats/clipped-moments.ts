/** Values after which an extreme one is clipped. */
const SETTLED = 50

export interface ClippedMomentsJson { n: number, mean: number, variance: number }

/**
 * Exponentially weighted mean and variance of one stream, for telling how far its next value is out: O(1) time, three numbers of memory.
 * The mean follows the stream freely; a distance counts for the variance only up to `clip` standard deviations, so that one extreme
 * value does not hide the next (Huber's winsorising). Until as many values have come as the half-lives say, all weigh alike.
 *
 * Edges: empty, both are 0; `NaN` and infinite values are ignored. Units are the caller's.
 *
 * Source: T. Finch, "Incremental calculation of weighted mean and variance", 2009, section 9; P. J. Huber, "Robust estimation of a location
 * parameter", Ann. Math. Stat. 35, 1964.
 */
export class ClippedMoments {
  /** Values learned. */
  n = 0
  mean = 0
  variance = 0
  readonly #meanGain: number
  readonly #varianceGain: number
  readonly #clip: number

  /**
   * @param meanHalfLife Number of values; > 0.
   * @param varianceHalfLife Number of values; > 0.
   * @param clip Standard deviations; > 1.
   */
  constructor (meanHalfLife: number, varianceHalfLife: number, clip = 3) {
    if (!(meanHalfLife > 0)) throw new RangeError(`meanHalfLife must be above 0, got ${meanHalfLife}`)
    if (!(varianceHalfLife > 0)) throw new RangeError(`varianceHalfLife must be above 0, got ${varianceHalfLife}`)
    if (!(clip > 1)) throw new RangeError(`clip must be above 1, got ${clip}`)
    this.#meanGain = 1 - 0.5 ** (1 / meanHalfLife)
    this.#varianceGain = 1 - 0.5 ** (1 / varianceHalfLife)
    this.#clip = clip
  }

  /** Distance of `x` from the mean in standard deviations; a variance below `least` counts as `least`. 0 while there is no spread. */
  distance (x: number, least: number): number {
    const variance = Math.max(this.variance, least)
    return variance > 0 ? (x - this.mean) / Math.sqrt(variance) : 0
  }

  /** @param least Variance that the stream has at the least, as in `distance`. */
  learn (x: number, least: number): void {
    if (!Number.isFinite(x)) return
    this.n++
    if (this.n === 1) {
      this.mean = x
      return
    }
    const distance = x - this.mean
    let counted = distance
    if (this.n > SETTLED) {
      const most = this.#clip * Math.sqrt(Math.max(this.variance, least))
      counted = distance > most ? most : distance < -most ? -most : distance
    }
    const gain = Math.max(this.#varianceGain, 1 / this.n)
    this.mean += Math.max(this.#meanGain, 1 / this.n) * distance
    this.variance = (1 - gain) * (this.variance + gain * counted * counted)
  }

  toJSON (): ClippedMomentsJson { return { n: this.n, mean: this.mean, variance: this.variance } }

  /** Takes over what `toJSON` gave. */
  restore (json: ClippedMomentsJson): void {
    this.n = json.n
    this.mean = json.mean
    this.variance = json.variance
  }
}
