/** Values from which the tail is estimated first. */
const FIRST = 100
/** Exceedances that make the first estimate, and the fewest that a later one is worth. */
const FEWEST = 3
/** A value rarer than this expected number in the memory is learned as if it were just so rare. */
const CLIP = 1
const LEAST_EXCESS = 1e-9

export interface TailEstimateJson { n: number, threshold: number, excess: number, first: number[] }

/**
 * How rare a value is in a stream of which only the upper tail matters: peaks over a threshold. The threshold is the quantile that `share`
 * of the values exceed, followed by stochastic approximation; how far they exceed it is taken as exponential (the generalised Pareto
 * distribution with shape 0), whose one parameter is the mean excess. So what is rare is learned from the stream itself, and no distribution
 * of its bulk is assumed.
 *
 * O(1) time and memory: three numbers once 100 values have come. What is rarer than one expected case in the memory is clipped to that before it is
 * learned, so an attack does not become the norm at once. Units are the caller's; a value never is `NaN`.
 *
 * Source: A. Siffer et al., "Anomaly detection in streams with extreme value theory", KDD 2017 (peaks over a threshold; a tenth as the tail: W. DuMouchel, Ann. Stat. 11, 1983); H. Robbins, S. Monro, "A stochastic approximation
 * method", Ann. Math. Stat. 22, 1951.
 */
export class TailEstimate {
  /** Values learned. */
  n = 0
  #threshold = 0
  #excess = LEAST_EXCESS
  #first: number[] = []
  readonly #share: number
  readonly #memory: number

  /**
   * @param memory Number of values that count; with more than that, the eldest weigh ever less.
   * @param share Share of the values that make the tail, 0 to 1.
   */
  constructor (memory: number, share = 0.1) {
    if (!(memory >= FIRST)) throw new RangeError(`memory must be at least ${FIRST}, got ${memory}`)
    if (!(share > 0 && share < 1)) throw new RangeError(`share must be between 0 and 1, got ${share}`)
    this.#memory = memory
    this.#share = share
  }

  get isReady (): boolean { return this.n >= FIRST }

  /**
   * Number of values at least as great that are to be expected in as many as are remembered: 1 is what ordinarily is the greatest of them, 0.001 unheard of.
   * `Infinity` until 100 values are learned.
   */
  expected (value: number): number {
    if (!this.isReady) return Infinity
    const remembered = Math.min(this.n, this.#memory)
    return value <= this.#threshold ? remembered : remembered * this.#share * Math.exp((this.#threshold - value) / this.#excess)
  }

  /** The value of which so many cases are to be expected: `expected` solved for the value. 0 until 100 values are learned. */
  at (cases: number): number {
    const tail = Math.min(this.n, this.#memory) * this.#share
    return this.isReady ? this.#threshold + this.#excess * Math.max(0, Math.log(tail / cases)) : 0
  }

  learn (value: number): void {
    this.n++
    if (this.n <= FIRST) {
      this.#first.push(value)
      if (this.n === FIRST) this.#start()
      return
    }
    const remembered = Math.min(this.n, this.#memory)
    const tail = remembered * this.#share
    const least = this.#threshold
    const clipped = Math.min(value, this.at(CLIP))
    if (clipped > least) this.#excess = Math.max(LEAST_EXCESS, this.#excess + (clipped - least - this.#excess) / Math.max(FEWEST, tail))
    this.#threshold += this.#excess / tail * ((clipped > least ? 1 : 0) - this.#share)
  }

  toJSON (): TailEstimateJson { return { n: this.n, threshold: this.#threshold, excess: this.#excess, first: this.#first } }

  /** Takes over what `toJSON` gave. */
  restore (json: TailEstimateJson): void {
    this.n = json.n
    this.#threshold = json.threshold
    this.#excess = json.excess
    this.#first = json.first.slice(0, FIRST)
  }

  #start (): void {
    const sorted = this.#first.sort((a, b) => a - b)
    const tail = Math.max(FEWEST, Math.round(FIRST * this.#share))
    this.#threshold = sorted[FIRST - 1 - tail] as number
    let sum = 0
    for (const value of sorted.slice(FIRST - tail)) sum += value - this.#threshold
    this.#excess = Math.max(LEAST_EXCESS, sum / tail)
    this.#first = []
  }
}
