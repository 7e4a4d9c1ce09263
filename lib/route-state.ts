import { ItemTable } from './store/item-table'
import { hashText } from './text/keyed-hash'

/** Level of the status table. */
const STATUS = 0
/** Share of a route's responses from which a status is ordinary. */
const ORDINARY_SHARE = 0.01

/**
 * Responses of a route after which one ordinary request in sixteen is learned, chosen by a seeded generator: learning costs
 * several times what judging does.
 */
const SAMPLED_FROM = 512
/**
 * Lessons from which on their pace counts. With fewer (measured: 900) a name that nobody sends is not yet told from one that few send, however long ago they were.
 */
const PACED_FROM = 4096
/**
 * The logarithm of that share, and of the least. On a busy route the share halves with each lesson that comes sooner after the one before than `lessonMs`, and
 * doubles again with each that comes four times as late: what counts half after a half-life needs so many lessons in it, and no more the more requests there are.
 */
const USUAL_SHARE = 4
const LEAST_SHARE = 10
const LATE = 4

/** Promotions kept of a route. */
const KEPT = 16

/** What became known in spite of having been flagged, and when. */
export interface Promotion { readonly detector: string, readonly field: string, readonly at: number }
const NONE: readonly Promotion[] = []

/** The plain form of what a route itself (not a detector) has learned. */
export interface RouteStateJson {
  responses: number
  principals: number[]
  statuses: number[]
}

/** Whether something is the plain form of a route's state. */
export function isRouteStateJson (given: unknown): given is RouteStateJson {
  const { responses, principals, statuses } = (given ?? {}) as Partial<Record<keyof RouteStateJson, unknown>>
  return Number.isSafeInteger(responses) && (responses as number) >= 0 && [principals, statuses].every((list) => Array.isArray(list) && list.every(Number.isFinite)) && (statuses as number[]).length % 2 === 0
}

/**
 * One route of the application: what belongs to it and to no detector. Made at the route's first request, never
 * evicted: there are as many as the developer wrote, and one more that all unmatched requests share.
 */
export class RouteState {
  // What is read of it with each request comes first: of a route that nobody has asked for lately, each line of 64 bytes comes from main memory.
  /** State of each detector, by its slot; `null` where it is switched off here. */
  readonly slots: unknown[]
  readonly method: string
  /** The state of another method of the same route, where there is one. */
  next: RouteState | null = null
  /** Set by hand: nothing is learned. */
  frozen = false
  /** Half-life that the state has been aged to. */
  epoch = 0
  /** Whether requests may be refused here: by its mode, or because a detector enforces. */
  isEnforced: boolean
  /** Whether the pattern ends in `*`. */
  readonly isWildcard: boolean
  /** Whether the application has taken over a connection here: such replies come by no hook. */
  hijacks = false
  /** Whether it takes logins: what people type there as user and password is no deviation by itself. */
  isLogin = false
  #refusesStrangers = false
  /** Responses seen. */
  responses = 0
  #random: number
  /** Logarithm of the share of ordinary requests that teaches, and when it was drawn last that one does. */
  #share = USUAL_SHARE
  #drawnAt = 0
  /** Milliseconds from one lesson of a busy route to the next, at the least, as a rule; 0 for no such rule. */
  lessonMs = 0
  /** Method, pattern and constraints: stable over restarts, and the id in the admin route. */
  readonly key: string
  readonly url: string
  /** False for the one state that all unmatched requests share. */
  readonly matched: boolean
  readonly mode: 'observe' | 'enforce'
  /** Score from which a request is flagged. */
  readonly flagAt: number
  /** Detectors whose findings count for what `enforce` decides here, by slot. */
  #enforcing: Set<number> | null = null
  /** The field in which the application's own option finds the user, where that was seen. */
  userField: string | null = null
  /** Things that became known in spite of having been flagged, the last 16. */
  promotions: readonly Promotion[] = NONE
  /** Tags of the first distinct principals, as many as are asked for; signed, since such integers need no memory of their own. */
  #principals: number[] = []
  #statuses = new ItemTable()

  /** @param detectors Slots to make room for; more can follow. */
  constructor (key: string, method: string, url: string, matched: boolean, mode: 'observe' | 'enforce', flagAt: number, detectors = 0) {
    this.key = key
    this.method = method
    this.url = url
    this.isWildcard = url.endsWith('*')
    this.matched = matched
    this.mode = mode
    this.isEnforced = mode === 'enforce'
    this.flagAt = flagAt
    this.slots = new Array<unknown>(detectors).fill(null)
    this.#random = hashText(key, 1) | 0
  }

  /** Says whether the findings of the detector in `slot` count for what `enforce` decides here. */
  setEnforcing (slot: number, isEnforcing: boolean): void {
    if (isEnforcing) (this.#enforcing ??= new Set()).add(slot)
    else this.#enforcing?.delete(slot)
    this.isEnforced = this.mode === 'enforce' || (this.#enforcing !== null && this.#enforcing.size > 0)
  }

  isEnforcing (slot: number): boolean { return this.#enforcing !== null && this.#enforcing.has(slot) }

  /** One in sixteen, by a linear congruential generator seeded by the route's key. */
  samples (): boolean { return this.#oneIn(USUAL_SHARE) }

  /** Whether the next ordinary request teaches: all while the route is young, then one in sixteen, and fewer while lessons come too fast. */
  draws (at: number): boolean {
    if (this.responses < SAMPLED_FROM) return true
    if (!this.#oneIn(this.#share)) return false
    if (this.responses >= PACED_FROM) this.#pace(at)
    return true
  }

  /**
   * Whether the next request with weak signals teaches: all, until fewer than one in sixteen ordinary ones do, and then no more than sixteen times as many of them. If it were all of
   * them, the more requests a route has, the more often it would seem to show something new.
   */
  drawsOdd (): boolean { return this.#share <= USUAL_SHARE || this.#oneIn(this.#share - USUAL_SHARE) }

  /** Lets the share follow the time since the last lesson. Where the time stands still (a recording without times), nothing is known of the pace. */
  #pace (at: number): void {
    const since = at - this.#drawnAt
    this.#drawnAt = at
    if (since > 0 && since < this.lessonMs) this.#share = Math.min(LEAST_SHARE, this.#share + 1)
    else if (since > LATE * this.lessonMs) this.#share = Math.max(USUAL_SHARE, this.#share - 1)
  }

  /** @param share Logarithm of the number of which it is one. */
  #oneIn (share: number): boolean {
    this.#random = (Math.imul(this.#random, 1664525) + 1013904223) | 0
    return this.#random >>> (32 - share) === 0
  }

  /** Distinct principals seen, counted no further than `enough`. */
  hasPrincipals (enough: number): boolean { return this.#principals.length >= enough }

  /** Notes who sent an admitted request. */
  meet (principal: number, enough: number): void {
    const tag = principal | 0
    if (this.#principals.length < enough && !this.#principals.includes(tag)) this.#principals = this.#principals.concat(tag)
  }

  /** Notes that something became known in spite of having been flagged. */
  promote (promotion: Promotion): void { this.promotions = [...this.promotions, promotion].slice(-KEPT) }

  /** Notes a status. */
  answer (status: number, principal: number): void {
    this.responses++
    this.#statuses.learn(STATUS, status, principal, false)
    if (status === 401 || status === 403) this.#refusesStrangers = true
  }

  /**
   * Whether ordinary requests get this status here: while the route is young, any status; later one that at least
   * two principals have had (or any, where fewer use the route) and that makes at least 1 % of the last ones.
   * Success is not asked for: an API may answer ordinary requests with 404 or 401.
   */
  isOrdinary (status: number, several: boolean): boolean {
    if (this.responses < 20) return status < 500
    const count = this.#statuses.count(STATUS, status)
    return count >= Math.min(31, Math.max(2, this.responses * ORDINARY_SHARE)) && (!several || this.#statuses.support(STATUS, status) >= 2)
  }

  /** Whether it has answered 401 or 403: who is served here has shown something. */
  get refusesStrangers (): boolean { return this.#refusesStrangers }

  /** Whether a request that is served here has shown that its session is what it says. A login only shows that its password is right, and nothing of a session that came with it. */
  get isGuarded (): boolean { return !this.isLogin && this.refusesStrangers }

  /** Statuses seen, with counts to 31. */
  halve (): void {
    this.responses >>>= 1
    this.#statuses.halve()
    this.#noteRefusals()
  }

  /** Adds what another process learned, so many half-lives ago. */
  mergeJson (json: RouteStateJson, halfLives: number): void {
    const statuses = ItemTable.from(json.statuses)
    for (let left = halfLives; left > 0; left--) statuses.halve()
    this.responses += json.responses >>> halfLives
    for (const principal of json.principals) this.meet(principal, 16)
    this.#statuses.merge(statuses)
    this.#noteRefusals()
  }

  /** Forgets what was learned. */
  reset (): void {
    this.responses = 0
    this.promotions = NONE
    this.#principals = []
    this.#statuses = new ItemTable()
    this.#refusesStrangers = false
  }

  toJSON (): RouteStateJson {
    return { responses: this.responses, principals: this.#principals, statuses: this.#statuses.toJSON() }
  }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: RouteStateJson): void {
    this.responses = json.responses
    this.#principals = json.principals.slice(0, 16).map((principal) => principal | 0)
    this.#statuses = ItemTable.from(json.statuses)
    this.#noteRefusals()
  }

  #noteRefusals (): void { this.#refusesStrangers = this.#statuses.count(STATUS, 401) > 0 || this.#statuses.count(STATUS, 403) > 0 }
}
