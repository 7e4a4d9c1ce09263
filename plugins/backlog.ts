import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Observation } from '../lib/observation'
import type { Seat } from './stages'

/** What is done with what waits. */
export interface BacklogWork {
  judge (seats: readonly Seat[], request: FastifyRequest, reply: FastifyReply, observation: Observation): void
  teach (observation: Observation): void
}

/** Requests in a span from which on the process is busy, and below which, in two spans in a row, it no longer is: where requests come in gusts, a gust's last span is short. */
const SPAN_MS = 50
const BUSY = 100
const CALM = 50
/** Calls and lessons that may wait, and bytes that one request may hold meanwhile. */
const MOST_CALLS = 64
const MOST_LESSONS = 8
/** Calls from which on it is worth to look at all of them first. */
const MANY_CALLS = 8
const MOST_BYTES = 65_536

/**
 * What need not be done within the request that it is about, while the process is busy: judging whose findings nobody acts upon (what several requests show together), and learning.
 * Done for many requests at a time, it finds its code and its tables in the processor's caches, where after each single request it finds those that Node has left
 * (measured: docs/hot-path.md). The order stays: first come, first judged; of one request judging before learning.
 *
 * A process is busy from the hundredth request in 50 ms on, until two spans in a row have had fewer than fifty; otherwise nothing ever waits. What waits is done when there are 64 calls or eight lessons, when a request holds more than 64 kB, at the end of each span of 50 ms,
 * and before anybody reads what was found or learned. Memory: the 32 requests that wait.
 */
export class Backlog {
  /** Whether judging and learning may wait. */
  isBusy = false
  readonly #work: BacklogWork
  readonly #seats: (readonly Seat[])[] = []
  readonly #requests: FastifyRequest[] = []
  readonly #replies: FastifyReply[] = []
  readonly #observations: Observation[] = []
  /** What those calls are about: a request whose stages wait one after the other is there once. */
  readonly #awaited: Observation[] = []
  readonly #lessons: Observation[] = []
  readonly #looks: ((observations: readonly Observation[]) => void)[] = []
  readonly #counts: (() => void)[] = []
  /** Requests of the open span, and whether the one before had few. */
  #came = 0
  #wasCalm = false
  #timer: NodeJS.Timeout | null = null
  #isAtWork = false

  constructor (work: BacklogWork) { this.#work = work }

  /** Has `look` called before what waits is judged, with what it is about. */
  onWork (look: (observations: readonly Observation[]) => void): void { this.#looks.push(look) }

  /** Has `count` called whenever all that waits is done: what a detector itself keeps waits with it. */
  onCatchUp (count: () => void): void { this.#counts.push(count) }

  /** Counts a request: whether the process is busy goes by that. */
  count (): void {
    if (this.#came++ > 0) {
      if (this.#came === BUSY) this.isBusy = true
      return
    }
    if (this.#timer === null) this.#timer = setTimeout(() => this.endSpan(), SPAN_MS).unref()
    else this.#timer.refresh()
  }

  /** A stage of a request that can wait. */
  defer (seats: readonly Seat[], request: FastifyRequest, reply: FastifyReply, observation: Observation): void {
    this.#seats.push(seats)
    this.#requests.push(request)
    this.#replies.push(reply)
    this.#observations.push(observation)
    if (this.#awaited[this.#awaited.length - 1] !== observation) this.#awaited.push(observation)
    if (this.#seats.length >= MOST_CALLS || isLarge(observation)) this.catchUp()
  }

  /** A request that may teach, when the process has time. */
  learn (observation: Observation): void {
    this.#lessons.push(observation)
    if (!this.isBusy || this.#lessons.length >= MOST_LESSONS || isLarge(observation)) this.catchUp()
  }

  /** Does all that waits. */
  catchUp (): void {
    for (let i = 0; i < this.#counts.length; i++) (this.#counts[i] as () => void)()
    if ((this.#seats.length === 0 && this.#lessons.length === 0) || this.#isAtWork) return
    this.#isAtWork = true
    try {
      this.#judge()
      for (let i = 0; i < this.#lessons.length; i++) this.#work.teach(this.#lessons[i] as Observation)
    } finally {
      this.#seats.length = this.#requests.length = this.#replies.length = this.#observations.length = this.#awaited.length = this.#lessons.length = 0
      this.#isAtWork = false
    }
  }

  /** A span is over; its timer says so. */
  endSpan (): void {
    const isCalm = this.#came < CALM
    if (isCalm && this.#wasCalm) this.isBusy = false
    this.#wasCalm = isCalm
    this.#came = 0
    this.catchUp()
  }

  /** Does all that waits, and lets nothing wait any more. */
  close (): void {
    this.isBusy = false
    this.catchUp()
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #judge (): void {
    const seats = this.#seats
    const requests = this.#requests
    const replies = this.#replies
    const observations = this.#observations
    if (seats.length >= MANY_CALLS) for (let i = 0; i < this.#looks.length; i++) (this.#looks[i] as (observations: readonly Observation[]) => void)(this.#awaited)
    for (let i = 0; i < seats.length; i++) this.#work.judge(seats[i] as readonly Seat[], requests[i] as FastifyRequest, replies[i] as FastifyReply, observations[i] as Observation)
  }
}

/** Bytes of a reply are counted only where they may be too many. */
function isLarge (observation: Observation): boolean {
  const { requestBytes } = observation
  return requestBytes < 0 || (requestBytes + observation.mostResponseBytes > MOST_BYTES && requestBytes + observation.responseBytes > MOST_BYTES)
}
