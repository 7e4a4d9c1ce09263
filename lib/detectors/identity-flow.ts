import { addDistinct, COUNTER_CELLS, distinctIn } from '../stats/linear-counter'
import { CellPool } from '../store/cell-pool'
import type { Cells } from '../store/cell-pool'
import { FlowEpisode } from './flow-episode'
import { GapRhythm, RHYTHM_CELLS } from './gap-rhythm'

/** Routes that are looked back upon. */
const LOOKBACK = 10

/** Cells of a flow, those first that each request reads. */
const WINDOW = 0
const REQUESTS = 1
const MINUTE = 2
const IS_HEAVY = 3
const RECEIVED = 4
const SENT = 6
const MINUTE_BYTES = 8
const PAGES = 10
const IS_REGULAR = PAGES + COUNTER_CELLS
const ROUTES_AT = IS_REGULAR + 1
const ROUTES_SEEN = ROUTES_AT + 1
const RHYTHM_ROUTE = ROUTES_SEEN + 1
const RHYTHM_VOTES = RHYTHM_ROUTE + 1
const ROUTES = RHYTHM_VOTES + 1
const SINCE = ROUTES + LOOKBACK
const RHYTHM = SINCE + 2

/** Cells that a flow takes: 256 bytes. */
export const FLOW_CELLS = RHYTHM + RHYTHM_CELLS

const RHYTHM_VIEW = new GapRhythm()

/**
 * What one sender does within the open window and just before: bytes both ways, pages, the rhythm of its requests, the routes it came by. 0.5 kB: its numbers lie side by side,
 * so that a request finds them in a few lines of the cache; episodes are made when first needed.
 */
export class IdentityFlow {
  /** Hash of the sender, 0 for none. */
  key = 0
  /** When it was last marked as used, in requests of all senders (`Senders`). */
  usedAt = 0
  /** A bit for the routes of the open window, and of the one before, by their hashes: another route in 32 has the same. */
  lately = 0
  before = 0
  #episodes: (FlowEpisode | null)[] | null = null
  readonly #cells: Int32Array
  readonly #doubles: Float64Array
  readonly #at: number

  /** @param cells `FLOW_CELLS` of them; by default its own. */
  constructor ({ integers, doubles, at }: Cells = new CellPool(FLOW_CELLS, 1).take()) {
    this.#cells = integers
    this.#doubles = doubles
    this.#at = at
    this.rhythm.clear()
    this.open(-1, 0)
  }

  /** Reads each line of its numbers, so that the caches have them when the sender is judged. @returns Nothing that means anything. */
  touch (): number {
    const cells = this.#cells
    const at = this.#at
    return cells[at]! + cells[at + 16]! + cells[at + 32]! + cells[at + 48]! + cells[at + FLOW_CELLS - 1]!
  }

  /** Number of the open window, -1 for none. */
  get window (): number { return this.#cells[this.#at + WINDOW] as number }

  /** Epoch milliseconds of the first request of the window. */
  get since (): number { return this.#doubles[(this.#at + SINCE) >> 1] as number }

  /** The rhythm of its requests; to be used before another sender's is asked for. */
  get rhythm (): GapRhythm { return RHYTHM_VIEW.moveTo(this.#cells, this.#doubles, this.#at + RHYTHM) }

  get requests (): number { return this.#cells[this.#at + REQUESTS] as number }
  set requests (requests: number) { this.#cells[this.#at + REQUESTS] = requests }

  /** Bytes of replies, and of requests. */
  get received (): number { return this.#doubles[(this.#at + RECEIVED) >> 1] as number }
  get sent (): number { return this.#doubles[(this.#at + SENT) >> 1] as number }

  /** The minute in which it was last seen (the low 32 bits of its number), bytes both ways in it, and whether those are many. */
  get minute (): number { return this.#cells[this.#at + MINUTE] as number }
  get minuteBytes (): number { return this.#doubles[(this.#at + MINUTE_BYTES) >> 1] as number }
  get isHeavy (): boolean { return this.#cells[this.#at + IS_HEAVY] !== 0 }
  set isHeavy (isHeavy: boolean) { this.#cells[this.#at + IS_HEAVY] = isHeavy ? 1 : 0 }

  /** Different pages of the window. */
  get pageCount (): number { return distinctIn(this.#cells, this.#at + PAGES) }

  /** Whether the last twenty gaps were regular, where that is remarkable. */
  get isRegular (): boolean { return this.#cells[this.#at + IS_REGULAR] !== 0 }
  set isRegular (isRegular: boolean) { this.#cells[this.#at + IS_REGULAR] = isRegular ? 1 : 0 }

  /** The route that most of the rhythm is of (a majority vote). */
  get rhythmRoute (): number { return this.#cells[this.#at + RHYTHM_ROUTE] as number }

  /** Hashes of the last routes are told from 0 to `routesSeen - 1`, in no order. */
  get routesSeen (): number { return this.#cells[this.#at + ROUTES_SEEN] as number }
  routeAt (place: number): number { return this.#cells[this.#at + ROUTES + place] as number }

  /** The route of its last request; 0 for none. */
  get lastRoute (): number {
    const next = this.#cells[this.#at + ROUTES_AT] as number
    return this.routeAt(next === 0 ? LOOKBACK - 1 : next - 1)
  }

  /** Counts a request and its bytes. */
  count (sent: number, received: number): void {
    const doubles = this.#doubles
    const at = this.#at >> 1
    this.#cells[this.#at + REQUESTS]!++
    doubles[at + (SENT >> 1)]! += sent
    doubles[at + (RECEIVED >> 1)]! += received
    doubles[at + (MINUTE_BYTES >> 1)]! += sent + received
  }

  /** Begins a minute. */
  turnMinute (minute: number): void {
    this.#cells[this.#at + MINUTE] = minute
    this.#cells[this.#at + IS_HEAVY] = 0
    this.#doubles[(this.#at + MINUTE_BYTES) >> 1] = 0
  }

  /** Notes a page. */
  read (hash: number): void { addDistinct(this.#cells, this.#at + PAGES, hash) }

  /** Notes the route that it is on now. */
  visit (hash: number): void {
    const cells = this.#cells
    const at = this.#at
    const place = cells[at + ROUTES_AT] as number
    cells[at + ROUTES + place] = hash
    cells[at + ROUTES_AT] = place + 1 === LOOKBACK ? 0 : place + 1
    if (cells[at + ROUTES_SEEN]! < LOOKBACK) cells[at + ROUTES_SEEN]!++
    this.lately |= 1 << (hash & 31)
  }

  /** Takes over by which routes another came: the same sender, who has a name of its own from now on. */
  follow (other: IdentityFlow | null): void {
    if (other === null) return
    const last = other.lastRoute
    const seen = other.routesSeen
    for (let i = 0; i < seen; i++) if (other.routeAt(i) !== last) this.visit(other.routeAt(i))
    if (seen > 0) this.visit(last)
  }

  /** Whether one of its last ten requests was to that route. */
  came (hash: number): boolean { return this.firstOf(hash) < this.routesSeen }

  /** Place of a route among the last ones, the first where it is there several times. */
  firstOf (hash: number): number {
    const seen = this.routesSeen
    let place = 0
    while (place < seen && this.routeAt(place) !== hash) place++
    return place
  }

  /** Whether, as far as is known, it was on that route in this window or the one before. */
  cameLately (hash: number): boolean { return ((this.lately | this.before) & 1 << (hash & 31)) !== 0 }

  /** Counts a route for the rhythm. Source: R. S. Boyer, J. S. Moore, "MJRTY: a fast majority vote algorithm", 1981. */
  voteRhythm (hash: number): void {
    const cells = this.#cells
    const at = this.#at
    if (cells[at + RHYTHM_VOTES] === 0) cells[at + RHYTHM_ROUTE] = hash
    cells[at + RHYTHM_VOTES]! += hash === cells[at + RHYTHM_ROUTE] ? 1 : -1
  }

  /** Begins the vote anew. */
  closeVote (): void { this.#cells[this.#at + RHYTHM_VOTES] = 0 }

  /** Episode of the kind with that number. */
  episode (kind: number): FlowEpisode {
    const episodes = this.#episodes ??= [null, null, null, null, null, null, null, null]
    const known = episodes[kind]
    if (known !== null && known !== undefined) return known
    const fresh = new FlowEpisode()
    episodes[kind] = fresh
    return fresh
  }

  /** Begins a window. */
  open (window: number, at: number): void {
    if (window >= 0) {
      this.before = this.lately
      this.lately = 0
    }
    const own = this.#at
    this.#cells[own + WINDOW] = window
    this.#cells[own + REQUESTS] = 0
    this.#cells.fill(0, own + PAGES, own + PAGES + COUNTER_CELLS)
    this.#doubles[(own + RECEIVED) >> 1] = 0
    this.#doubles[(own + SENT) >> 1] = 0
    this.#doubles[(own + SINCE) >> 1] = at
  }

  /** Makes room for another sender. */
  clear (): void {
    this.#cells.fill(0, this.#at, this.#at + RHYTHM)
    this.open(-1, 0)
    this.key = this.lately = this.before = 0
    this.rhythm.clear()
    this.#episodes = null
  }
}
