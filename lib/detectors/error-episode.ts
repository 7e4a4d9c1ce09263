/** Share of server errors that the detector is tuned to see at least. */
const LEAST_SHARE = 0.1
/** Log-likelihood ratio at which an episode opens: 1 false alarm in several million ordinary replies. */
const OPEN_AT = 7

/** The plain form of an `ErrorEpisode`. */
export interface ErrorEpisodeJson { replies: number, errors: number }

/**
 * Tells when the share of server errors (5xx only: client errors are the clients') has risen above the route's own norm:
 * a one-sided CUSUM of log-likelihood ratios of "ten times the norm, at least 10 %" against the norm. It opens one
 * episode and closes it when the sum is back at 0; what it sees while open does not teach the norm (W18).
 *
 * Memory: five numbers. Time: O(1). A route without errors so far has the norm (0 + 1) / (n + 2).
 *
 * Source: E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954; A. Wald, "Sequential Analysis", 1947.
 */
export class ErrorEpisode {
  #replies = 0
  #errors = 0
  #sum = 0
  #recentReplies = 0
  #recentErrors = 0
  isOpen = false

  /** @param replies Replies before the first that is given to `observe`, all without errors. */
  constructor (replies = 0) { this.#replies = replies }

  /** Share of errors that is ordinary. */
  get norm (): number { return (this.#errors + 1) / (this.#replies + 2) }
  /** Share of errors since the sum began to rise. */
  get recent (): number { return this.#recentReplies === 0 ? 0 : this.#recentErrors / this.#recentReplies }

  /** Takes one reply in, and says whether an episode is open now. */
  observe (isError: boolean): boolean {
    if (!isError && this.#sum === 0) {
      this.#replies++
      return false
    }
    const norm = Math.min(0.5, this.norm)
    const high = Math.min(0.95, Math.max(LEAST_SHARE, 10 * norm))
    this.#sum += isError ? Math.log(high / norm) : Math.log((1 - high) / (1 - norm))
    if (this.#sum <= 0) {
      this.#sum = 0
      this.#recentReplies = 0
      this.#recentErrors = 0
      this.isOpen = false
    } else {
      this.#sum = Math.min(this.#sum, 3 * OPEN_AT)
      this.#recentReplies++
      if (isError) this.#recentErrors++
      if (this.#sum >= OPEN_AT && this.#replies >= 20) this.isOpen = true
    }
    if (!this.isOpen) {
      this.#replies++
      if (isError) this.#errors++
    }
    return this.isOpen
  }

  halve (): void {
    this.#replies /= 2
    this.#errors /= 2
  }

  merge (other: ErrorEpisode): void {
    this.#replies += other.#replies
    this.#errors += other.#errors
  }

  toJSON (): ErrorEpisodeJson { return { replies: this.#replies, errors: this.#errors } }

  restore (json: ErrorEpisodeJson): void {
    this.#replies = json.replies
    this.#errors = json.errors
  }
}
