import type { Observation } from '../observation'
import { wilsonUpper } from '../stats/proportion'
import { FlowEpisode } from './flow-episode'
import type { Gravity } from './flow-episode'
import { AUTH_COVERAGE } from './flow-signals'

/** Share of served requests without credentials, at the most, on a route that needs some (upper end of its interval). */
const MOST_WITHOUT = 0.05
/** Requests served before that is believed; where strangers were refused fewer will do. */
const SERVED = 100
const SERVED_REFUSING = 20
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
 * knows). A request that showed less than the route ordinarily serves is remarkable where at most 5 % of those served showed so little (upper end of a 95 % interval); gravely so where requests
 * that showed so little were refused. A route that begins to serve everybody makes one episode, and is public from then on, when they are 5 %.
 *
 * Time: O(1), 10 ns. Memory: six numbers and an episode. Sources: E. B. Wilson 1927 (the interval).
 */
export class AuthCoverage {
  readonly #served = [0, 0, 0]
  readonly #refused = [0, 0, 0]
  readonly #episode = new FlowEpisode()

  /** Whether the route serves hardly anybody without credentials, or has refused such. */
  get isGuarded (): boolean { return (this.#refused[0] as number) >= REFUSALS || this.#isRare(0, SERVED_REFUSING) }

  /** Takes an answered request in, and says where it was served without what the route needs. */
  observe (shown: number, observation: Observation, mayLearn: boolean): void {
    const { status } = observation
    if (status === 401 || status === 403) {
      if (mayLearn) this.#refused[shown]!++
      return
    }
    if (status < 200 || status > 299) return
    if (shown < SHOWN.credential) this.#judge(shown, observation)
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

  #judge (shown: number, observation: Observation): void {
    const refused = this.#upTo(this.#refused, shown)
    const isSure = refused >= REFUSALS
    if (!this.#isRare(shown, isSure ? SERVED_REFUSING : SERVED)) return
    const served = this.#upTo(this.#served, 2)
    const without = this.#upTo(this.#served, shown)
    this.#episode.report(AUTH_COVERAGE, 'request.credentials', isSure ? SURE : LIKELY, observation, observation.route.key, observation.at, shown === 0 ? 'a credential or a cookie' : 'a credential', shown === 0 ? 'nothing' : 'a cookie only', {
      served: Math.round(served), without: Math.round(without) + 1, refused: Math.round(refused)
    })
  }

  /** Whether hardly any served request showed so little. */
  #isRare (shown: number, least: number): boolean {
    const served = this.#upTo(this.#served, 2)
    return served >= least && wilsonUpper(this.#upTo(this.#served, shown), served) < bound(least)
  }

  #upTo (counts: readonly number[], shown: number): number {
    let sum = 0
    for (let i = 0; i <= shown; i++) sum += counts[i] as number
    return sum
  }
}

/** With few requests the interval is wide: of 20 without one exception its upper end is 0.16. */
function bound (least: number): number { return least === SERVED ? MOST_WITHOUT : 0.2 }
