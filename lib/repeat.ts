import type { AnomalyEvent, EntityRef } from './anomaly-event'
import type { Signal } from './signal'

/** Time over which the requests of a finding are counted, to say how many come now. */
const PACE_MS = 10_000

/** One finding, again and again: what the event log remembers of an episode that is under way. Times are epoch milliseconds. */
export class Repeat {
  signal: Signal
  readonly route: AnomalyEvent['route']
  readonly entity: EntityRef
  readonly requestId: string
  readonly since: number
  last: number
  /** Signals so far, and how many there were when it was made. */
  count: number
  readonly opened: number
  /** Count at which the next event is made, and by which factor that grows then. */
  next = Infinity
  growth = 2
  /** Silence after which it is over. */
  readonly quietMs: number
  /** Whether an event has said that it is an episode. */
  isOpen = false
  /** Of a finding over many requests: whose requests it explains, on which route. */
  covers: string | null = null
  #bucket = 0
  #pace = 0
  #paceBefore = 0

  constructor (signal: Signal, route: AnomalyEvent['route'], entity: EntityRef, requestId: string, since: number, at: number, count: number, quietMs: number) {
    this.signal = signal
    this.route = route
    this.entity = entity
    this.requestId = requestId
    this.since = since
    this.last = at
    this.count = this.opened = count
    this.quietMs = quietMs
  }

  /** One more request of it. */
  countPace (at: number): void {
    const bucket = Math.floor(at / PACE_MS)
    if (bucket !== this.#bucket) {
      this.#paceBefore = bucket === this.#bucket + 1 ? this.#pace : 0
      this.#pace = 0
      this.#bucket = bucket
    }
    this.#pace++
  }

  /** Requests of it within ten seconds, now or just before. */
  paceAt (at: number): number { return Math.floor(at / PACE_MS) - this.#bucket > 1 ? 0 : Math.max(this.#pace, this.#paceBefore) }
}
