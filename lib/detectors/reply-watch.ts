import type { Episode } from '../anomaly-event'
import { Signal } from '../signal'
import type { Observation } from '../observation'
import type { RouteState } from '../route-state'
import { ERROR_RATE, LATENCY } from './endpoint-signals'
import { EpisodeTally } from './episode-tally'
import { ErrorEpisode } from './error-episode'
import type { ErrorEpisodeJson } from './error-episode'
import type { SizeFence } from './size-fence'
import { SlowEpisode } from './slow-episode'

/** Time after which a level that lasts is the new norm, as by default of rate-spike. */
const ADOPT_MS = 3_600_000
/** Where few use a route, so much time has to lie between slow replies that teach. */
const FEW_MS = 600_000
/** Replies of an episode that can be a norm. */
const ADOPT_LEAST = 30
/** Risk of one slow reply at the fence, of each octave above it, and at the most. It is charged to nobody. */
const SLOW_RISK = 28
const SLOW_OCTAVE = 12
const SLOW_MOST = 60
/** One of a row of slow replies, whosever, says little about who asked. */
const ROW_RISK = 20

/** Whom findings about a route are told that are nobody's. */
export interface RouteReport {
  /** An episode of a route. */
  note (signal: Signal, at: number, route: RouteState, state: Episode['state'], since: number, count: number): void
  /** A level has become the norm in spite of having been reported. */
  promoted (route: RouteState, field: string, at: number): void
}

/**
 * What the server does, and not its clients: a route's replies fail, or are slow. Each is one episode of the route, told when it opens, at each fourfold growth and when
 * it is over, and flags nobody. What a route has taken for an hour is what it takes; that it fails never is. One slow reply among quick ones is a finding about its request, and charged
 * to nobody; one of a longer row is a weak one.
 *
 * Memory: 70 bytes, and 200 from the first failing, and the first slow, reply on. Time: O(1).
 */
export class ReplyWatch {
  readonly #report: RouteReport
  /** Distinct principals of slow replies that make it the route's. */
  readonly #enough: number
  /** Replies before the first server error. */
  #replies: number
  /** Made with the first server error; counts replies from then on. */
  #errors: ErrorEpisode | null = null
  #failing: EpisodeTally | null = null
  #slow: SlowEpisode | null = null
  #slowness: EpisodeTally | null = null
  /** Whose slow reply taught last. */
  #taught = 0

  /** @param replies Replies so far, without any that failed. */
  constructor (report: RouteReport, enough: number, replies: number) {
    this.#report = report
    this.#enough = enough
    this.#replies = replies
  }

  /** Share of server errors that is ordinary. */
  get norm (): number { return this.#counted.norm }

  /**
   * Whether a slow reply's duration may teach what is ordinary: while the route is not slow as a whole, where the last such was another principal's, or came in other
   * ten minutes where few use the route; else who makes replies slow could make that ordinary. It is settled even where its request was not drawn to teach: then it
   * does not, or slow ones would be learned too often.
   */
  teaches (observation: Observation, several: boolean): boolean {
    if (this.#slow?.isOpen === true || !observation.isDrawn) return false
    const voice = several ? observation.principal : Math.floor(observation.at / FEW_MS)
    if (voice === this.#taught) return false
    this.#taught = voice
    return true
  }

  /** Judges a reply's status. */
  judgeStatus (observation: Observation): void {
    const isError = observation.status >= 500
    if (this.#errors === null && !isError) {
      this.#replies++
      return
    }
    const errors = this.#errors ??= new ErrorEpisode(this.#replies)
    errors.observe(isError)
    if (!errors.isOpen && this.#failing === null) return
    const tally = this.#failing ??= new EpisodeTally()
    const state = tally.follow(errors.isOpen, isError ? 1 : 0, observation.at)
    if (state === null) return
    if (state === 'close') this.#failing = null
    this.#report.note(new Signal(ERROR_RATE, 'response.status', 5, 0, share(errors.norm), share(errors.recent)), observation.at, observation.route, state, tally.since, tally.count)
  }

  /** Whether slow replies have come: then each reply's duration counts. */
  get hasSlow (): boolean { return this.#slow !== null }

  /** Judges a reply's duration. @param fence What is ordinary; it is begun anew when another level has become the norm. */
  judgeTime (observation: Observation, fence: SizeFence): void {
    const above = fence.above(observation.elapsedMs)
    if (above === 0 && this.#slow === null) return
    const slow = this.#slow ??= new SlowEpisode(this.#enough)
    slow.observe(above > 0, observation.elapsedMs, observation.principal)
    if (above > 0 && !slow.isOpen) {
      const risk = slow.isFew ? Math.min(SLOW_MOST, SLOW_RISK + SLOW_OCTAVE * above) : ROW_RISK
      observation.add(new Signal(LATENCY, 'response.time', above > 2 ? 3 : 2, risk, Math.round(fence.high), Math.round(observation.elapsedMs)))
    }
    if (slow.isOpen || this.#slowness !== null) this.#followSlow(slow, above > 0, observation, fence)
  }

  #followSlow (slow: SlowEpisode, isSlow: boolean, observation: Observation, fence: SizeFence): void {
    const tally = this.#slowness ??= new EpisodeTally()
    const expected = Math.round(fence.high)
    if (slow.isOpen && tally.count >= ADOPT_LEAST && observation.at - tally.since >= ADOPT_MS && !observation.route.frozen) {
      slow.end()
      fence.reset()
      this.#report.promoted(observation.route, 'response.time', observation.at)
    }
    const state = tally.follow(slow.isOpen, isSlow ? 1 : 0, observation.at)
    if (state === null) return
    if (state === 'close') this.#slowness = null
    this.#report.note(new Signal(LATENCY, 'route.time', 5, 0, expected, Math.round(slow.typical)), observation.at, observation.route, state, tally.since, tally.count)
  }

  halve (): void {
    this.#replies >>>= 1
    this.#errors?.halve()
  }

  merge (other: ReplyWatch): void {
    if (this.#errors === null && other.#errors === null) this.#replies += other.#replies
    else (this.#errors ??= new ErrorEpisode(this.#replies)).merge(other.#counted)
  }

  toJSON (): ErrorEpisodeJson { return this.#counted.toJSON() }

  /** Takes over what `toJSON` gave; episodes that are open are not in it. */
  restore (json: ErrorEpisodeJson): void {
    this.#replies = Math.floor(json.replies)
    this.#errors = json.errors > 0 ? new ErrorEpisode() : null
    this.#errors?.restore(json)
  }

  get #counted (): ErrorEpisode { return this.#errors ?? new ErrorEpisode(this.#replies) }
}

function share (value: number): number { return Number(value.toPrecision(2)) }
