/** Share of replies above the fence that is ordinary: the fence stands beyond the 99th percentile of what it learned. */
const NORM = 0.01
/** Share that the detector is tuned to see. */
const SHARE = 0.25
/** Log-likelihood ratio at which an episode opens, and the most that is kept: so that it closes after 75 quick replies. */
const OPEN_AT = 7
const MOST = 3 * OPEN_AT
const SLOW = Math.log(SHARE / NORM)
const QUICK = Math.log((1 - SHARE) / (1 - NORM))
/** Part that the latest slow reply has in what is told of them. */
const GAIN = 0.1

/**
 * Tells when it is the route that has become slow, and not one request: a one-sided CUSUM of log-likelihood ratios of "a quarter of replies is slow" against "one in a
 * hundred", in which several principals take part. A share of slow replies of 8 % and more opens it in the end.
 *
 * Memory: four numbers and a principal's hash for each that is asked for. Time: O(1); nothing while the last replies were quick.
 *
 * Source: E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954.
 */
export class SlowEpisode {
  isOpen = false
  /** Duration of slow replies lately, in milliseconds. */
  typical = 0
  /** Slow replies since the sum began to rise. */
  slow = 0
  readonly #enough: number
  #sum = 0
  #principals: number[] = []

  /** @param enough Distinct principals of slow replies that make it the route's. */
  constructor (enough: number) { this.#enough = enough }

  /** Whether slow replies are still few: no more than it takes to open an episode. */
  get isFew (): boolean { return this.slow <= this.#enough }

  /** Takes one reply in, and says whether an episode is open now. @param milliseconds Its duration. */
  observe (isSlow: boolean, milliseconds: number, principal: number): boolean {
    if (!isSlow && this.#sum === 0) return false
    this.#sum = Math.min(MOST, this.#sum + (isSlow ? SLOW : QUICK))
    if (this.#sum <= 0) this.end()
    else if (isSlow) this.#take(milliseconds, principal)
    return this.isOpen
  }

  /** It is over: because replies are quick again, or because this is what they take. */
  end (): void {
    this.isOpen = false
    this.#sum = 0
    this.slow = 0
    this.#principals = []
  }

  #take (milliseconds: number, principal: number): void {
    this.typical = this.slow === 0 ? milliseconds : this.typical + Math.max(GAIN, 1 / (this.slow + 1)) * (milliseconds - this.typical)
    this.slow++
    const tag = principal | 0
    if (this.#principals.length < this.#enough && !this.#principals.includes(tag)) this.#principals.push(tag)
    if (this.#sum >= OPEN_AT && this.#principals.length >= this.#enough) this.isOpen = true
  }
}
