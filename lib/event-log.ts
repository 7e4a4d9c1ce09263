import { AnomalyEvent } from './anomaly-event'
import type { AnomalyEventJson, EntityRef, Episode } from './anomaly-event'
import type { Action } from './assessment'
import { EventTally } from './event-tally'
import { Repeat } from './repeat'
import type { Finding, Signal } from './signal'
import { BoundedMap } from './store/bounded-map'
import { EventRing } from './store/event-ring'

/** Filters of a query; all that are given must hold. */
export interface EventQuery {
  type?: string
  /** Least severity, 1 to 10. */
  severity?: number
  level?: string
  detector?: string
  /** `METHOD /pattern`, or the pattern alone. */
  route?: string
  /** Address, credential tag or user tag. */
  entity?: string
  /** Epoch milliseconds, inclusive. */
  from?: number
  to?: number
  /** 1 to 1,000. @default 100 */
  limit?: number
  /** `next` of the page before. */
  cursor?: number
}

/** One page, newest first. */
export interface EventPage {
  events: AnomalyEventJson[]
  next: number | null
  /** Events ever recorded. */
  total: number
  /** Events that the ring no longer holds. */
  dropped: number
  capacity: number
}

/** Silence after which an episode is over. */
const QUIET_MS = 60_000
const MAX_EPISODES = 4096

/** A finding over many requests makes its second event at four times its first count, its third at sixteen times that, then at 64 times. */
const FIRST_GROWTH = 4
/** What a client sends with every request is no news with the next one. */
const TRAIT_GROWTH = 64
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** An episode that comes again within a day is told for the second, fourth, eighth ... time; in between only from so many signals on. */
const AGAIN = 16
const MAX_RECURRING = 4096
const MAX_TRAITS = 1024
/** Severity from which a signal is more than a weak deviation. */
const MEDIUM = 4

/**
 * The last events, and the episodes they belong to. The same finding about the same route, field and entity is one
 * episode: an event for the first signal, one at each doubling of their number, one when it has been silent for a minute,
 * so that 10,000 like requests make 15 events and push nothing out (W38, W50, W54, W60). At most 4,096 episodes are open;
 * the one longest silent is closed for a new one.
 *
 * A finding over many requests (`Finding`) is an episode from its first signal on, whatever the route, and its steps double in
 * size: events at 4, 64, 4,096 times the count it opened with. A million requests make five events.
 *
 * One cause is reported once. A trait of a client (its headers) is reported for its first request, then at 64, 4,096 ... of them, on
 * whatever routes; one that others have too is one kind of client, and one episode. What comes again and again within a day, silence
 * between, is told for the second, fourth, eighth time. And what goes with a finding that is open is part of it: weak deviations, traits and
 * pace of the requests that it is about. Only events are saved by that: each request keeps all of its signals, its score and its risk.
 */
export class EventLog {
  readonly #ring: EventRing<AnomalyEvent>
  readonly #repeats: BoundedMap<string, Repeat>
  readonly #recurring = new BoundedMap<string, { times: number, last: number }>(MAX_RECURRING)
  /** Who was the first to show a trait, lately. */
  readonly #traits = new BoundedMap<string, { readonly entityKey: string, last: number }>(MAX_TRAITS)
  /** Findings that are open, by route and client (`*` for those about no client alone): as many as there are episodes, at the most. */
  readonly #covered = new Map<string, Repeat>()
  readonly #onEvent: (event: AnomalyEvent) => void
  /** Events ever recorded, by detector, type and level. */
  readonly tally = new EventTally()
  /** Signals that made no event, since one had told what they tell. */
  suppressed = 0
  /** Episodes that somebody else keeps and that are open. */
  readonly #noted = new BoundedMap<string, true>(MAX_EPISODES)
  #nextSweep = 0

  /** @param capacity Events kept. */
  constructor (capacity: number, onEvent: (event: AnomalyEvent) => void) {
    this.#ring = new EventRing(capacity)
    this.#repeats = new BoundedMap(MAX_EPISODES, (repeat) => this.#close(repeat))
    this.#onEvent = onEvent
  }

  /** Takes a signal in: an event, or only one more of an episode. */
  record (signal: Signal, at: number, route: AnomalyEvent['route'], requestId: string, entity: EntityRef, entityKey: string, score: number, action: Action): void {
    this.sweep(at)
    if (signal.extras?.finding !== undefined) return this.#recordFinding(signal, signal.extras.finding, at, route, requestId, entity, score, action)
    const isTrait = isTraitOf(signal)
    const subject = `${signal.type} ${isTrait ? '' : route.key} ${signal.field}`
    const isExplained = this.#isExplained(signal, at, route, entity)
    const kindOfClient = isTrait ? `${subject} ${shapeOf(signal)}` : ''
    const key = isTrait && this.#isKnownTrait(kindOfClient, entityKey, at) ? `${kindOfClient} *` : `${subject} ${entityKey}`
    const repeat = this.#repeats.get(key)
    if (repeat === undefined) {
      if (isExplained) {
        this.suppressed++
        return
      }
      const fresh = new Repeat(signal, route, entity, requestId, at, at, 1, isTrait ? DAY_MS : QUIET_MS)
      this.#repeats.set(key, fresh)
      const isTold = !key.endsWith(' *') && this.#isNews(key, at)
      fresh.growth = isTrait ? TRAIT_GROWTH : 2
      fresh.next = isTrait ? TRAIT_GROWTH : isTold ? 2 : AGAIN
      if (isTold) this.#push(signal, at, route, requestId, entity, score, action, null, at, 1)
      else this.suppressed++
      return
    }
    repeat.last = at
    if (++repeat.count < repeat.next || isExplained) {
      this.suppressed++
      return
    }
    while (repeat.next <= repeat.count) repeat.next *= repeat.growth
    this.#push(signal, at, route, requestId, entity, score, action, repeat.isOpen ? 'step' : 'open', repeat.since, repeat.count)
    repeat.isOpen = true
  }

  /** Whether another client has shown the trait lately: then it is a kind of client that is new, and no longer somebody's. */
  #isKnownTrait (subject: string, entityKey: string, at: number): boolean {
    const first = this.#traits.get(subject)
    if (first === undefined || at - first.last >= HOUR_MS) {
      this.#traits.set(subject, { entityKey, last: at })
      return false
    }
    first.last = at
    return first.entityKey !== entityKey
  }

  /** Whether an episode is the first of its kind within a day, or the second, fourth, eighth ...: what comes every few minutes is one thing. */
  #isNews (key: string, at: number): boolean {
    const recurring = this.#recurring.get(key)
    if (recurring === undefined || at - recurring.last >= DAY_MS) {
      this.#recurring.set(key, { times: 1, last: at })
      return true
    }
    recurring.last = at
    const times = ++recurring.times
    return (times & (times - 1)) === 0
  }

  /** Whether a finding that is open says it already: one about this client, or about everybody's requests on this route. */
  #isExplained (signal: Signal, at: number, route: AnomalyEvent['route'], { ip }: EntityRef): boolean {
    if (this.#covered.size === 0) return false
    const finding = this.#covered.get(`${route.key} ${ip}`) ?? this.#covered.get(`${route.key} *`)
    if (finding === undefined || at - finding.last >= finding.quietMs) return false
    return signal.severity < MEDIUM || signal.kind.about === 'pace' || isTraitOf(signal)
  }

  #recordFinding (signal: Signal, finding: Finding, at: number, route: AnomalyEvent['route'], requestId: string, own: EntityRef, score: number, action: Action): void {
    const { subject, entity = own, count, since, quietMs } = finding
    const key = `${signal.type} ${subject}`
    let repeat = this.#repeats.get(key)
    const isNew = repeat === undefined
    if (repeat === undefined) {
      repeat = new Repeat(signal, route, entity, requestId, since, at, count, quietMs)
      repeat.growth = FIRST_GROWTH
      repeat.next = count * FIRST_GROWTH
      repeat.covers = `${route.key} ${entity.ip ?? '*'}`
      this.#repeats.set(key, repeat)
    }
    this.#covered.set(repeat.covers as string, repeat)
    repeat.countPace(at)
    if (isNew) return this.#push(signal, at, route, requestId, entity, score, action, 'open', since, count)
    repeat.last = at
    repeat.signal = signal
    repeat.count = Math.max(repeat.count + 1, count)
    if (repeat.count < repeat.next) {
      this.suppressed++
      return
    }
    while (repeat.count >= repeat.next) {
      repeat.growth *= FIRST_GROWTH
      repeat.next *= repeat.growth
    }
    repeat.isOpen = true
    this.#push(signal, at, route, requestId, entity, score, action, 'step', repeat.since, repeat.count)
  }

  /** Whether a finding over many requests is open. */
  hasFinding (at: number): boolean {
    for (const finding of this.#covered.values()) if (at - finding.last < finding.quietMs) return true
    return false
  }

  /** Requests that findings on a route have had within ten seconds, now or just before. O(episodes). */
  paceOn (routeKey: string, at: number): number {
    let pace = 0
    for (const repeat of this.#covered.values()) if (repeat.route.key === routeKey) pace += repeat.paceAt(at)
    return pace
  }

  /** Takes an event in that somebody else keeps the episode of. */
  note (signal: Signal, at: number, route: AnomalyEvent['route'], entity: EntityRef, state: Episode['state'], since: number, count: number): void {
    this.sweep(at)
    const key = notedKey(route.key, signal)
    if (state === 'close') this.#noted.delete(key)
    else this.#noted.set(key, true)
    this.#push(signal, at, route, '', entity, 0, 'allow', state, since, count)
  }

  /** Who keeps episodes of a route (of all routes) has begun anew: theirs will not be closed. */
  abandon (routeKey?: string): void {
    for (const [key] of [...this.#noted.entries()]) if (routeKey === undefined || key.startsWith(`${routeKey}\n`)) this.#noted.delete(key)
  }

  /** Episodes that are open now. O(episodes). */
  get open (): number {
    let open = this.#noted.size
    for (const [, repeat] of this.#repeats.entries()) if (repeat.isOpen || repeat.covers !== null) open++
    return open
  }

  /** Closes episodes that have been silent; looks at most once a second of the given time. */
  sweep (at: number): void {
    if (at < this.#nextSweep) return
    this.#nextSweep = at + 1000
    for (const [key, repeat] of this.#repeats.entries()) {
      if (at - repeat.last < repeat.quietMs) continue
      this.#repeats.delete(key)
      this.#close(repeat)
    }
  }

  /** Events that are held, and that no longer are. */
  get size (): number { return this.#ring.size }
  get dropped (): number { return this.#ring.dropped }

  query (query: EventQuery): EventPage {
    const { items, next } = this.#ring.newest((event) => matches(event, query), Math.min(1000, Math.max(1, query.limit ?? 100)), query.cursor ?? Infinity)
    return { events: items.map((event) => event.toJSON()), next, total: this.#ring.total, dropped: this.#ring.dropped, capacity: this.#ring.capacity }
  }

  #close (repeat: Repeat): void {
    if (repeat.covers !== null && this.#covered.get(repeat.covers) === repeat) this.#covered.delete(repeat.covers)
    if (repeat.isOpen || (repeat.covers !== null && repeat.count > repeat.opened)) this.#push(repeat.signal, repeat.last, repeat.route, repeat.requestId, repeat.entity, 0, 'allow', 'close', repeat.since, repeat.count)
  }

  #push (signal: Signal, at: number, route: AnomalyEvent['route'], requestId: string, entity: EntityRef, score: number, action: Action, state: Episode['state'] | null, since: number, count: number): void {
    const event = new AnomalyEvent(signal, at, this.#ring.total + 1, route, requestId, entity, score, action, state, since, count)
    this.#ring.push(event)
    this.tally.count(signal.detector, signal.type, signal.severity)
    this.#onEvent(event)
  }
}

/** Whether a signal is about what the client is, and not about what this request asks for: its headers, its user agent. */
function isTraitOf ({ kind, field }: Signal): boolean {
  return field === 'header.user-agent' ? kind.detector === 'header-profiler' : kind.about === 'client' && field?.startsWith('cookie.') !== true
}

/** The shape of what was sent, where the evidence has it: other clients with the same are clients of the same kind. */
function shapeOf ({ actual }: Signal): string {
  const { sample } = (actual ?? {}) as { sample?: unknown }
  return typeof sample === 'string' ? sample.replace(/9+/g, '9') : ''
}

/** What tells the episodes apart that others keep; begins with the route. */
function notedKey (routeKey: string, { type, field }: Signal): string { return `${routeKey}\n${type} ${field}` }

function matches (event: AnomalyEvent, query: EventQuery): boolean {
  const { entity, route } = event
  return (query.type === undefined || event.type === query.type) &&
    (query.severity === undefined || event.severity >= query.severity) &&
    (query.level === undefined || event.level === query.level) &&
    (query.detector === undefined || event.detector === query.detector) &&
    (query.route === undefined || route.url === query.route || `${route.method} ${route.url}` === query.route) &&
    (query.entity === undefined || entity.ip === query.entity || entity.credential === query.entity || entity.user === query.entity) &&
    (query.from === undefined || event.at >= query.from) &&
    (query.to === undefined || event.at <= query.to)
}
