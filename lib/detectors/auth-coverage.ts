import type { Observation } from '../observation'
import { isRare } from '../stats/good-turing'
import { FlowEpisode } from './flow-episode'
import type { Gravity } from './flow-episode'
import { AUTH_COVERAGE } from './flow-signals'
import type { Habits } from './habits'

/** Share of served requests that showed so little, up to which one more is remarkable; where strangers were never refused, it takes more to say so. */
const RARE = 0.01
const VERY_RARE = 0.002
const SERVED = 200
const REFUSALS = 2

/** Refusals say that the route needs credentials; without any it may only be that everybody happens to have some. */
const SURE: Gravity = { severity: 8, risk: 60, charge: 40 }
const LIKELY: Gravity = { severity: 5, risk: 30, charge: 0 }

/** What a request shows of who sends it, in order of weight. */
export const SHOWN = { nothing: 0, cookie: 1, credential: 2 } as const

/** The plain form: served with nothing, a cookie, a credential; refused with nothing, a cookie, a credential. */
export type AuthCoverageJson = number[]

/**
 * Whether a route needs credentials, as its replies show, and whether it then serves somebody without: an authorization that was forgotten, switched off or
 * gone around.
 *
 * Served (2xx) and refused (401, 403) requests are counted by what they showed: nothing, a cookie, or a credential (`authorization`, `x-api-key`, or a user whom the application
 * knows). A request that showed less than the route ordinarily serves is remarkable where at most 1 % of those served showed so little and such were refused before; weakly so where none was, but 200
 * were served and at most 0.2 % showed so little. One sender in a row counts once; one that does so again and again may (`Habits`). A route that begins to serve everybody makes one episode,
 * and is public from then on, when they are more than that.
 *
 * Time: O(1), 10 ns. Memory: seven numbers and an episode.
 */
export class AuthCoverage {
  readonly #served = [0, 0, 0]
  readonly #refused = [0, 0, 0]
  readonly #episode = new FlowEpisode()
  /** Who was served last without. */
  #lastWithout = 0

  /** Whether the route serves hardly anybody without credentials, or has refused such. */
  get isGuarded (): boolean { return (this.#refused[0] as number) >= REFUSALS || isRare(this.#served[0] as number, this.#upTo(this.#served, SHOWN.credential), RARE) }

  /**
   * Takes an answered request in, and says where it was served without what the route needs.
   * @param habit Key of sender and route in `habits`. @param apart Milliseconds from which on it is another occasion, `Infinity` where nothing is to be learned.
   */
  observe (shown: number, observation: Observation, habits: Habits, habit: number, apart: number): void {
    const { status, principal } = observation
    const mayLearn = apart !== Infinity
    if (status === 401 || status === 403) {
      if (mayLearn) this.#refused[shown]!++
      return
    }
    if (status < 200 || status > 299) return
    if (shown < SHOWN.credential && this.#isRemarkable(shown)) {
      if (!habits.covers(habit, 1)) this.#report(shown, observation)
      if (mayLearn) habits.note(habit, 1, observation.at, apart)
      if (principal === this.#lastWithout) return
      this.#lastWithout = principal
    }
    if (mayLearn) this.#served[shown]!++
  }

  halve (): void {
    for (let i = 0; i < 3; i++) {
      this.#served[i]! /= 2
      this.#refused[i]! /= 2
    }
  }

  merge (json: AuthCoverageJson): void {
    for (let i = 0; i < 3; i++) {
      this.#served[i]! += json[i]!
      this.#refused[i]! += json[3 + i]!
    }
  }

  toJSON (): AuthCoverageJson { return [...this.#served, ...this.#refused] }

  restore (json: AuthCoverageJson): void {
    this.#served.fill(0)
    this.#refused.fill(0)
    this.merge(json)
  }

  /** What was learned, for people. */
  describe (): Record<string, unknown> {
    const [nothing, cookie, credential] = this.#served.map(Math.round)
    return { served: { nothing, cookie, credential }, refused: this.#refused.map(Math.round).reduce((sum, n) => sum + n, 0) }
  }

  #isRemarkable (shown: number): boolean {
    const served = this.#upTo(this.#served, SHOWN.credential)
    const without = this.#upTo(this.#served, shown)
    return this.#refuses(shown) ? isRare(without, served, RARE) : served >= SERVED && isRare(without, served, VERY_RARE)
  }

  /** Whether requests that showed so little were refused. */
  #refuses (shown: number): boolean { return this.#upTo(this.#refused, shown) >= REFUSALS }

  #report (shown: number, observation: Observation): void {
    // The header that is missing: what header-profiler may say of it is the same cause.
    const field = (this.#served[SHOWN.credential] as number) >= (this.#served[SHOWN.cookie] as number) ? 'header.authorization' : 'header.cookie'
    const [expected, actual] = shown === SHOWN.nothing ? ['a credential or a cookie', 'nothing'] : ['a credential', 'a cookie only']
    this.#episode.report(AUTH_COVERAGE, field, this.#refuses(shown) ? SURE : LIKELY, observation, observation.route.key, observation.at, expected as string, actual as string, {
      served: Math.round(this.#upTo(this.#served, SHOWN.credential)), without: Math.round(this.#upTo(this.#served, shown)) + 1, refused: Math.round(this.#upTo(this.#refused, shown))
    })
  }

  #upTo (counts: readonly number[], shown: number): number {
    let sum = 0
    for (let i = 0; i <= shown; i++) sum += counts[i] as number
    return sum
  }
}
