/** The two-sided 95 % point of the normal distribution. */
const NORMAL_95 = 1.96

/**
 * Lower end of the Wilson score interval for a proportion: what the share of successes at least is, given `successes` of `n` and `z` standard
 * deviations of doubt. Well behaved at 0, at 1 and for small `n`; with `n` = 0 it is 0. Both numbers may be decayed weights.
 *
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
 */
export function wilsonLower (successes: number, n: number, z = NORMAL_95): number {
  return n > 0 ? Math.max(0, (centre(successes, n, z) - margin(successes, n, z)) / (n + z * z)) : 0
}

/** Upper end of the same interval; 1 with `n` = 0. */
export function wilsonUpper (successes: number, n: number, z = NORMAL_95): number {
  return n > 0 ? Math.min(1, (centre(successes, n, z) + margin(successes, n, z)) / (n + z * z)) : 1
}

function centre (successes: number, n: number, z: number): number {
  return successes + z * z / 2
}

function margin (successes: number, n: number, z: number): number {
  return z * Math.sqrt(successes * (n - successes) / n + z * z / 4)
}

export interface SprtOptions {
  /** Success rate under the hypothesis that all is as it was. */
  p0: number
  /** Success rate, above `p0`, that is worth an alarm. */
  p1: number
  /** Accepted probability of 'reject' although the rate is `p0`. */
  alpha: number
  /** Accepted probability of 'accept' although the rate is `p1`. */
  beta: number
}

export interface SprtJson extends SprtOptions {
  evidence: number
}

/**
 * Sequential probability ratio test: has a rate of successes risen from `p0` to `p1`? It needs about half the observations of a fixed-size test
 * of the same error rates. O(1) time, five numbers of memory. A decision stands until `reset`.
 *
 * Source: A. Wald, "Sequential tests of statistical hypotheses", Annals of Mathematical Statistics 16, 1945.
 */
export class Sprt {
  readonly #options: SprtOptions
  readonly #onSuccess: number
  readonly #onFailure: number
  readonly #upper: number
  readonly #lower: number
  #evidence = 0

  constructor ({ p0, p1, alpha, beta }: SprtOptions) {
    if (!(p0 > 0 && p0 < p1 && p1 < 1)) throw new RangeError(`0 < p0 < p1 < 1 expected, got p0 ${p0} and p1 ${p1}`)
    if (!(alpha > 0 && alpha < 0.5)) throw new RangeError(`alpha must be between 0 and 0.5, got ${alpha}`)
    if (!(beta > 0 && beta < 0.5)) throw new RangeError(`beta must be between 0 and 0.5, got ${beta}`)
    this.#options = { p0, p1, alpha, beta }
    this.#onSuccess = Math.log(p1 / p0)
    this.#onFailure = Math.log((1 - p1) / (1 - p0))
    this.#upper = Math.log((1 - beta) / alpha)
    this.#lower = Math.log(beta / (1 - alpha))
  }

  /** 'reject': the rate has risen. 'accept': it has not. `null`: not yet known. */
  add (success: boolean): 'accept' | 'reject' | null {
    if (this.#decision() === null) this.#evidence += success ? this.#onSuccess : this.#onFailure
    return this.#decision()
  }

  reset (): void {
    this.#evidence = 0
  }

  toJSON (): SprtJson {
    return { ...this.#options, evidence: this.#evidence }
  }

  static from (json: SprtJson): Sprt {
    const test = new Sprt(json)
    test.#evidence = json.evidence
    return test
  }

  #decision (): 'accept' | 'reject' | null {
    if (this.#evidence >= this.#upper) return 'reject'
    return this.#evidence <= this.#lower ? 'accept' : null
  }
}
