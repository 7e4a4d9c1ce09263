import type { Clock } from '../../plugins/clock'

/**
 * The demo's clock is its traffic's: the time of day is that of the request under way, and a reply takes as long as the shop is said to have
 * worked on it. So half an hour of traffic passes in seconds, and rates and durations still mean something. Neither time ever goes back.
 */
export class DemoClock implements Clock {
  #now = 0
  #worked = 0
  #runsSince = NaN

  now (): number { return this.#now + this.#run() }

  monotonic (): number { return this.#now + this.#worked + this.#run() }

  /** A request arrives. @param at Epoch milliseconds. */
  arrive (at: number): void { this.#now = Math.max(this.#now, at) }

  /** The shop has worked so long. */
  work (elapsedMs: number): void { this.#worked += elapsedMs }

  /** From now on time passes by itself: the traffic is over, and somebody looks at the running shop. */
  runOn (): void { this.#runsSince = performance.now() }

  #run (): number { return Number.isNaN(this.#runsSince) ? 0 : performance.now() - this.#runsSince }
}
