/** Beyond this a square is no longer a finite number. */
const LARGEST = 1e150

export interface DecayingMomentsJson {
  weight: number
  mean: number
  m2: number
}

/**
 * Weighted mean and variance of a stream, mergeable, with decay by `scale`: O(1) time, three numbers of memory. Units are the caller's.
 *
 * Exact up to rounding, also when the spread is small against the mean (no difference of squares). The variance is that of the population
 * (divided by the weight, not by one less), so that it does not depend on how often the weights were scaled.
 *
 * Edges: empty, the mean and the variance are 0; one value has no variance. `NaN`, `Infinity` and magnitudes above 1e150 are ignored.
 *
 * Source: D. West, "Updating mean and variance estimates", CACM 22(9), 1979; merge: T. Chan, G. Golub, R. LeVeque, COMPSTAT 1982.
 */
export class DecayingMoments {
  weight = 0
  mean = 0
  /** Weighted sum of squared distances from the mean. */
  m2 = 0

  /** @param w > 0 and finite. */
  add (x: number, w = 1): void {
    if (!(Math.abs(x) <= LARGEST)) return
    this.weight += w
    const distance = x - this.mean
    this.mean += distance * w / this.weight
    this.m2 += w * distance * (x - this.mean)
  }

  get variance (): number {
    return this.weight > 0 ? this.m2 / this.weight : 0
  }

  /**
   * Distance of `x` from the mean in standard deviations. A spread below `floor` counts as `floor`, so that a stream that never varied
   * does not make the first small change infinitely far. 0 when nothing was seen or neither has any spread.
   */
  zScore (x: number, floor: number): number {
    const scale = Math.max(Math.sqrt(this.variance), floor)
    return this.weight > 0 && scale > 0 ? (x - this.mean) / scale : 0
  }

  merge (other: DecayingMoments): void {
    if (!(other.weight > 0)) return
    const weight = this.weight + other.weight
    const distance = other.mean - this.mean
    const share = other.weight / weight
    this.m2 += other.m2 + distance * distance * this.weight * share
    this.mean += distance * share
    this.weight = weight
  }

  /** Multiplies all weights by `factor` (0 to 1). */
  scale (factor: number): void {
    if (!(factor >= 0 && factor <= 1)) throw new RangeError(`factor must be from 0 to 1, got ${factor}`)
    this.weight *= factor
    this.m2 *= factor
    if (this.weight === 0) this.mean = this.m2 = 0
  }

  toJSON (): DecayingMomentsJson {
    return { weight: this.weight, mean: this.mean, m2: this.m2 }
  }

  static from (json: DecayingMomentsJson): DecayingMoments {
    const moments = new DecayingMoments()
    moments.weight = json.weight
    moments.mean = json.mean
    moments.m2 = json.m2
    return moments
  }
}
