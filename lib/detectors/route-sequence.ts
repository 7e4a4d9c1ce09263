import type { Observation } from '../observation'
import { isSettled } from '../stats/good-turing'
import { isAddressOnly, subjectOf } from './flow-episode'
import type { Gravity } from './flow-episode'
import { SEQUENCE } from './flow-signals'
import type { Habits } from './habits'
import type { IdentityFlow } from './identity-flow'

/** Routes before this one that are counted, and visits after which the rare ones of them make room. */
const KEPT = 16
/** Share of visits without what ordinarily comes before (the unseen mass), up to which that is remarkable: no exception in 200 visits, one in 400. */
const RARE = 0.005

/** Routes that are asked for, at the most. */
const MOST_REQUIRED = 4
/** A link from elsewhere, or a bookmark, leads anywhere; it is followed by these. */
const SAFE: readonly string[] = ['GET', 'HEAD']

const GRAVITY: Gravity = { severity: 5, risk: 40, charge: 10 }

/** The plain form: visits, then hash, count and name of each route before. */
export interface RouteSequenceJson { visits: number, /** Missing in snapshots of older versions. */ entries?: number, before: [hash: number, count: number, name: string][] }

const NONE: readonly Before[] = []

interface Before { readonly hash: number, count: number, readonly name: string }

/**
 * By which routes a route is ordinarily reached: for each visit, which others were among the sender's last ten requests. A visit without a route that 99.5 % of all
 * visits had before is out of sequence: an order without a cart, a confirmation without a payment.
 *
 * Deep links, new sessions and clients that call only this route are visits like all others: where more than 0.5 % are of that kind, nothing is ordinary and nothing is said. A sender's
 * first request may GET anything, and what anybody came to first may be got by all: it is linked to, and who follows such a link reads on. An address may be many people, whose
 * steps lie between one another's: there the whole of its open window and the one before are looked back upon.
 * A sender that was out of sequence on three occasions may be. The sixteen most frequent routes before it are kept.
 *
 * Time: O(1), 60 ns a visit that teaches. Memory: 100 bytes, and 60 for each route before.
 */
export class RouteSequence {
  #visits = 0
  /** Visits that were the sender's first request. */
  #entries = 0
  #before: Before[] = []
  /** Routes that ordinarily come before, once known; the most frequent first. */
  #required: readonly Before[] = NONE

  /** Says where a visit was out of sequence. @param habit Key of sender and route. @param apart Milliseconds from which on it is another occasion, `Infinity` where nothing is to be learned. */
  judge (flow: IdentityFlow, observation: Observation, habits: Habits, habit: number, apart: number): void {
    const missing = this.#missing(flow)
    if (missing === null) return
    if ((flow.routesSeen === 0 || this.#entries >= 1) && SAFE.includes(observation.method)) return
    if (flow.cameLately(missing.hash) && isAddressOnly(observation)) return
    if (habits.covers(habit, 1)) return
    if (apart !== Infinity) habits.note(habit, 1, observation.at, apart)
    const share = Number((missing.count / this.#visits).toPrecision(3))
    flow.episode(SEQUENCE_EPISODE).report(SEQUENCE, 'route.sequence', GRAVITY, observation, `${subjectOf(observation)} ${observation.route.key}`, observation.at, missing.name, 'not among the last ten', {
      share, visits: Math.round(this.#visits), lookback: 10
    })
  }

  /** Learns a visit. @param nameOf The route's name by its hash. */
  learn (flow: IdentityFlow, own: number, nameOf: (hash: number) => string): void {
    this.#visits++
    if (flow.routesSeen === 0) this.#entries++
    for (let i = 0; i < flow.routesSeen; i++) {
      const hash = flow.routes[i] as number
      if (hash !== own && flow.routes.indexOf(hash) === i) this.#count(hash, nameOf)
    }
    if ((this.#visits & 15) === 0) this.#choose()
  }

  halve (): void {
    this.#visits = Math.floor(this.#visits / 2)
    this.#entries /= 2
    for (const before of this.#before) before.count /= 2
    this.#choose()
  }

  merge (json: RouteSequenceJson): void {
    this.#visits += json.visits
    this.#entries += json.entries ?? 0
    for (const [hash, count, name] of json.before) {
      const known = this.#before.find((before) => before.hash === hash)
      if (known !== undefined) known.count += count
      else this.#before.push({ hash, count, name })
    }
    this.#before.sort(byCount)
    this.#before.length = Math.min(KEPT, this.#before.length)
    this.#choose()
  }

  toJSON (): RouteSequenceJson { return { visits: this.#visits, entries: this.#entries, before: [...this.#before].sort(byCount).map(({ hash, count, name }) => [hash, count, name]) } }

  restore (json: RouteSequenceJson): void {
    this.#visits = 0
    this.#entries = 0
    this.#before = []
    this.merge(json)
  }

  /** What was learned, for people. */
  describe (): Record<string, unknown> {
    return { visits: Math.round(this.#visits), before: this.#required.map(({ name }) => name) }
  }

  #missing (flow: IdentityFlow): Before | null {
    for (let i = 0; i < this.#required.length; i++) if (!flow.came((this.#required[i] as Before).hash)) return this.#required[i] as Before
    return null
  }

  #count (hash: number, nameOf: (hash: number) => string): void {
    let least = 0
    for (let i = 0; i < this.#before.length; i++) {
      const before = this.#before[i] as Before
      if (before.hash === hash) {
        before.count++
        return
      }
      if (before.count < (this.#before[least] as Before).count) least = i
    }
    const fresh = { hash, count: 1, name: nameOf(hash) }
    if (this.#before.length < KEPT) this.#before.push(fresh)
    else if ((this.#before[least] as Before).count < 2) this.#before[least] = fresh
    else (this.#before[least] as Before).count--
  }

  #choose (): void {
    const required = this.#before.filter(({ count }) => isSettled(Math.max(0, this.#visits - count), this.#visits, RARE))
    this.#required = required.length === 0 ? NONE : required.sort(byCount).slice(0, MOST_REQUIRED)
  }
}

function byCount (a: Before, b: Before): number { return b.count - a.count || a.hash - b.hash }

/** Number of its episode in `IdentityFlow`. */
const SEQUENCE_EPISODE = 4
