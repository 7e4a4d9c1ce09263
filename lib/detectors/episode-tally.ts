import type { Episode } from '../anomaly-event'

/** An episode is told of again at four times what it had when that was told last. */
const GROWTH = 4

/**
 * What is to be told of an episode that somebody else opens and closes: that it has begun, that it has grown fourfold, that it is over.
 * Memory: three numbers. Time: O(1).
 */
export class EpisodeTally {
  /** Epoch milliseconds at which it began. */
  since = 0
  /** What belongs to it so far; 0 while there is none. */
  count = 0
  #next = 0

  /**
   * @param isOpen Whether there is an episode now. @param amount What has come to it.
   * @returns What is to be told, `null` for nothing.
   */
  follow (isOpen: boolean, amount: number, at: number): Episode['state'] | null {
    if (this.#next === 0) {
      if (!isOpen) return null
      this.since = at
      this.count = amount
      this.#next = GROWTH * Math.max(1, amount)
      return 'open'
    }
    this.count += amount
    if (!isOpen) {
      this.#next = 0
      return 'close'
    }
    if (this.count < this.#next) return null
    this.#next *= GROWTH
    return 'step'
  }
}
