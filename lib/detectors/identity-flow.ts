import { LinearCounter } from '../stats/linear-counter'
import { FlowEpisode } from './flow-episode'
import { GapRhythm } from './gap-rhythm'

/** Routes that are looked back upon. */
export const LOOKBACK = 10

/**
 * What one sender does within the open window and just before: bytes both ways, pages, the rhythm of its requests, the routes it came by.
 * 0.5 kB, up to 1.4 kB for a busy one (measured); parts that most never need are made when first needed.
 */
export class IdentityFlow {
  /** Hash of the sender, 0 for none. */
  key = 0
  /** Number of the open window, -1 for none. */
  window = -1
  /** Epoch milliseconds of the first request of the window. */
  since = 0
  requests = 0
  /** Bytes of replies, and of requests. */
  received = 0
  sent = 0
  /** Different pages read, while there is one it is not counted. */
  firstPage = 0
  pages: LinearCounter | null = null
  readonly rhythm = new GapRhythm()
  /** Whether the last twenty gaps were regular, where that is remarkable. */
  isRegular = false
  /** The route that most of the rhythm is of (a majority vote), and its lead. */
  rhythmRoute = 0
  rhythmVotes = 0
  /** Hashes of the last routes, the latest at `routesAt - 1`; 0 for none. */
  readonly routes = new Int32Array(LOOKBACK)
  routesAt = 0
  routesSeen = 0
  /** A bit for the routes of the open window, and of the one before, by their hashes: another route in 32 has the same. */
  lately = 0
  before = 0
  /** The route of its last request; 0 for none. */
  lastRoute = 0
  readonly episodes: (FlowEpisode | null)[] = [null, null, null, null, null, null, null, null]

  /** Different pages of the window. */
  get pageCount (): number { return this.pages === null ? Number(this.requests > 0 && this.firstPage !== 0) : this.pages.count }

  /** Notes a page. @param hash Not 0. */
  read (hash: number): void {
    if (this.firstPage === 0) this.firstPage = hash
    else if (this.pages !== null || hash !== this.firstPage) this.#readMore(hash)
  }

  /** Notes the route that it is on now. */
  visit (hash: number): void {
    this.routes[this.routesAt] = hash
    this.routesAt = this.routesAt + 1 === LOOKBACK ? 0 : this.routesAt + 1
    this.lastRoute = hash
    this.lately |= 1 << (hash & 31)
    if (this.routesSeen < LOOKBACK) this.routesSeen++
  }

  /** Takes over by which routes another came: the same sender, who has a name of its own from now on. */
  follow (other: IdentityFlow | null): void {
    if (other === null) return
    for (let i = other.routesSeen; i > 0; i--) this.visit(other.routes[(other.routesAt + LOOKBACK - i) % LOOKBACK] as number)
  }

  /** Whether one of its last ten requests was to that route. */
  came (hash: number): boolean {
    for (let i = 0; i < this.routesSeen; i++) if (this.routes[i] === hash) return true
    return false
  }

  /** Whether, as far as is known, it was on that route in this window or the one before. */
  cameLately (hash: number): boolean { return ((this.lately | this.before) & 1 << (hash & 31)) !== 0 }

  /** Counts a route for the rhythm. Source: R. S. Boyer, J. S. Moore, "MJRTY: a fast majority vote algorithm", 1981. */
  voteRhythm (hash: number): void {
    if (this.rhythmVotes === 0) this.rhythmRoute = hash
    this.rhythmVotes += hash === this.rhythmRoute ? 1 : -1
  }

  /** Episode of the kind with that number. */
  episode (kind: number): FlowEpisode {
    const known = this.episodes[kind]
    if (known !== null && known !== undefined) return known
    const fresh = new FlowEpisode()
    this.episodes[kind] = fresh
    return fresh
  }

  /** Begins a window. */
  open (window: number, at: number): void {
    this.window = window
    if (window >= 0) {
      this.before = this.lately
      this.lately = 0
    }
    this.since = at
    this.requests = 0
    this.received = 0
    this.sent = 0
    this.firstPage = 0
    this.pages = null
  }

  /** Makes room for another sender. */
  clear (): void {
    this.open(-1, 0)
    this.key = this.lately = this.before = 0
    this.rhythm.clear()
    this.isRegular = false
    this.rhythmRoute = this.rhythmVotes = 0
    this.routes.fill(0)
    this.routesAt = 0
    this.routesSeen = 0
    this.lastRoute = 0
    this.episodes.fill(null)
  }

  #readMore (hash: number): void {
    if (this.pages === null) {
      this.pages = new LinearCounter()
      this.pages.add(this.firstPage)
    }
    this.pages.add(hash)
  }
}
