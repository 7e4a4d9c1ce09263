import type { Clock } from '../plugins/clock'

/** Milliseconds by which entries may stand out of order in one recording (logs are written when replies end). */
const DISORDER = 60_000
/** Longest interval given to an entry without a time of its own. */
const MAX_PACE = 1000

/**
 * The recording's clock. `now` is the time at which the current request was recorded to start, `monotonic` runs with it and with the
 * recorded durations. Neither ever goes back:
 *
 * - a recording that begins before the last one ended is moved as a whole, to follow it;
 * - an entry up to a minute late happens at the time of the latest one;
 * - an entry later than that (a shuffled recording) has no time of its own: the clock goes on by the recording's mean interval, a second at
 *   the most, so that requests neither all fall on one moment (a burst that never was) nor make weeks go by (and what was learned fade);
 * - an entry without a date happens at the time of the one before.
 */
export class RecordingClock implements Clock {
  #now = 0
  #monotonic = 0
  #shift = 0
  #isOpening = true
  #entries = 0
  #first = Infinity
  #last = -Infinity

  now (): number { return this.#now }

  monotonic (): number { return this.#monotonic }

  /** The next entry begins another recording. */
  openRecording (): void {
    this.#isOpening = true
    this.#entries = 0
    this.#first = Infinity
    this.#last = -Infinity
  }

  /** A request starts. @param at Recorded time, `NaN` where there is none. */
  startRequest (at: number): void {
    if (Number.isNaN(at)) return
    if (this.#isOpening) {
      this.#shift = Math.max(0, this.#now - at)
      this.#isOpening = false
    }
    this.#entries++
    this.#first = Math.min(this.#first, at)
    this.#last = Math.max(this.#last, at)
    const time = at + this.#shift
    if (time >= this.#now) this.#now = time
    else if (this.#now - time > DISORDER) this.#now += Math.min(MAX_PACE, (this.#last - this.#first) / this.#entries)
    this.#monotonic = Math.max(this.#monotonic, this.#now)
  }

  /** The current request took so long. */
  elapse (elapsedMs: number): void { this.#monotonic += elapsedMs }
}
