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

/** Place of the count beside its hash. */
const COUNT = 1
/** Routes that are asked for, at the most. */
const MOST_REQUIRED = 4
/** A link from elsewhere, or a bookmark, leads anywhere; it is followed by these. */
const SAFE: readonly string[] = ['GET', 'HEAD']

const GRAVITY: Gravity = { severity: 5, risk: 40, charge: 10 }

/** The plain form: visits, then hash, count and name of each route before. */
export interface RouteSequenceJson { visits: number, /** Missing in snapshots of older versions. */ entries?: number, before: [hash: number, count: number, name: string][] }

/** A route that ordinarily comes before. */
interface Before { readonly hash: number, readonly count: number, readonly name: string }
const NONE: readonly Before[] = []
const NO_NAMES: readonly string[] = []
const NO_COUNTS: readonly number[] = []

/**
 * By which routes a route is ordinarily reached: for each visit, which others were among the sender's last ten requests. A visit without a route that 99.5 % of all
 * visits had before is out of sequence: an order without a cart, a confirmation without a payment.
 *
 * Deep links, new sessions and clients that call only this route are visits like all others: where more than 0.5 % are of that kind, nothing is ordinary and nothing is said. A sender's
 * first request may GET anything, and what anybody came to first may be got by all: it is linked to, and who follows such a link reads on. An address may be many people, whose
 * steps lie between one another's: there the whole of its open window and the one before are looked back upon.
 * A sender that was out of sequence on three occasions may be. The sixteen most frequent routes before it are kept.
 *
 * Time: O(1), 60 ns a visit that teaches. Memory: 150 bytes, and 24 for each route before.
 */
export class RouteSequence {
  #visits = 0
  /** Visits that were the sender's first request; all count, also those that are not drawn to teach: there are few. */
  #entries = 0
  /** Names of the routes before; hash and count of each, in turn, beside them: an object of each would take 64 bytes. */
  #names = NO_NAMES as string[]
  #counts = NO_COUNTS as number[]
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
    const share = Number((this.#countOf(missing.hash) / this.#visits).toPrecision(3))
    flow.episode(SEQUENCE_EPISODE).report(SEQUENCE, 'route.sequence', GRAVITY, observation, `${subjectOf(observation)} ${observation.route.key}`, observation.at, missing.name, 'not among the last ten', {
      share, visits: Math.round(this.#visits), lookback: 10
    })
  }

  /** Notes that somebody came here first. */
  enter (): void { this.#entries++ }

  /** Learns a visit. @param nameOf The route's name by its hash. */
  learn (flow: IdentityFlow, own: number, nameOf: (hash: number) => string): void {
    this.#visits++
    for (let i = 0; i < flow.routesSeen; i++) {
      const hash = flow.routeAt(i)
      if (hash !== own && flow.firstOf(hash) === i) this.#count(hash, nameOf)
    }
    if ((this.#visits & 15) === 0) this.#choose()
  }

  halve (): void {
    this.#visits = Math.floor(this.#visits / 2)
    this.#entries /= 2
    for (let at = COUNT; at < this.#counts.length; at += 2) this.#counts[at] = (this.#counts[at] as number) / 2
    this.#choose()
  }

  merge (json: RouteSequenceJson): void {
    this.#visits += json.visits
    this.#entries += json.entries ?? 0
    const before = this.#all()
    for (const [hash, count, name] of json.before) {
      const known = before.findIndex((each) => each.hash === hash)
      if (known < 0) before.push({ hash, count, name })
      else before[known] = { hash, count: count + (before[known] as Before).count, name }
    }
    this.#keep(before.sort(byCount).slice(0, KEPT))
    this.#choose()
  }

  toJSON (): RouteSequenceJson { return { visits: this.#visits, entries: this.#entries, before: this.#all().sort(byCount).map(({ hash, count, name }) => [hash, count, name]) } }

  restore (json: RouteSequenceJson): void {
    this.#visits = 0
    this.#entries = 0
    this.#keep([])
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
    const counts = this.#counts
    let least = COUNT
    for (let at = COUNT; at < counts.length; at += 2) {
      if (counts[at - COUNT] === hash) {
        counts[at] = (counts[at] as number) + 1
        return
      }
      if ((counts[at] as number) < (counts[least] as number)) least = at
    }
    if (this.#names.length < KEPT) {
      // `concat` makes a list of just this length; `push` takes room for sixteen more.
      this.#names = this.#names.concat(nameOf(hash))
      this.#counts = counts.concat(hash, 1)
    } else if ((counts[least] as number) < 2) {
      this.#names[least >> 1] = nameOf(hash)
      counts[least - COUNT] = hash
      counts[least] = 1
    } else {
      counts[least] = (counts[least] as number) - 1
    }
  }

  #countOf (hash: number): number {
    for (let at = COUNT; at < this.#counts.length; at += 2) if (this.#counts[at - COUNT] === hash) return this.#counts[at] as number
    return 0
  }

  #choose (): void {
    let required = NONE
    for (let i = 0; i < this.#names.length; i++) {
      const count = this.#counts[2 * i + COUNT] as number
      if (isSettled(Math.max(0, this.#visits - count), this.#visits, RARE)) required = required.concat({ hash: this.#counts[2 * i] as number, count, name: this.#names[i] as string })
    }
    this.#required = required.length === 0 ? NONE : required.toSorted(byCount).slice(0, MOST_REQUIRED)
  }

  #all (): Before[] { return this.#names.map((name, i) => ({ name, hash: this.#counts[2 * i] as number, count: this.#counts[2 * i + COUNT] as number })) }

  #keep (before: readonly Before[]): void {
    this.#names = before.map(({ name }) => name)
    this.#counts = before.flatMap(({ hash, count }) => [hash, count])
  }
}

function byCount (a: Before, b: Before): number { return b.count - a.count || a.hash - b.hash }

/** Number of its episode in `IdentityFlow`. */
const SEQUENCE_EPISODE = 4
