import { AnomalyEvent } from './anomaly-event'
import type { AnomalyEventJson, EntityRef, Episode } from './anomaly-event'
import type { Action } from './assessment'
import { levelOf } from './signal'
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

interface Repeat { signal: Signal, route: AnomalyEvent['route'], entity: EntityRef, requestId: string, since: number, last: number, count: number, next: number, growth: number, quietMs: number, opened: number }

/**
 * The last events, and the episodes they belong to. The same finding about the same route, field and entity is one
 * episode: an event for the first signal, one at each doubling of their number, one when it has been silent for a minute,
 * so that 10,000 like requests make 15 events and push nothing out (W38, W50, W54, W60). At most 4,096 episodes are open;
 * the one longest silent is closed for a new one.
 *
 * A finding over many requests (`Finding`) is an episode from its first signal on, whatever the route, and its steps double in
 * size: events at 4, 64, 4,096 times the count it opened with. A million requests make five events.
 */
export class EventLog {
  readonly #ring: EventRing<AnomalyEvent>
  readonly #repeats: BoundedMap<string, Repeat>
  readonly #onEvent: (event: AnomalyEvent) => void
  /** Events ever recorded, by type and by level. */
  readonly byType = new Map<string, number>()
  readonly byLevel = new Map<string, number>()
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
    const key = `${signal.type} ${route.key} ${signal.field} ${entityKey}`
    const repeat = this.#repeats.get(key)
    if (repeat === undefined) {
      this.#repeats.set(key, { signal, route, entity, requestId, since: at, last: at, count: 1, next: 2, growth: 2, quietMs: QUIET_MS, opened: 1 })
      this.#push(signal, at, route, requestId, entity, score, action, null, at, 1)
      return
    }
    repeat.last = at
    if (++repeat.count < repeat.next) return
    repeat.next *= 2
    this.#push(signal, at, route, requestId, entity, score, action, repeat.count === 2 ? 'open' : 'step', repeat.since, repeat.count)
  }

  #recordFinding (signal: Signal, finding: Finding, at: number, route: AnomalyEvent['route'], requestId: string, own: EntityRef, score: number, action: Action): void {
    const { subject, entity = own, count, since, quietMs } = finding
    const key = `${signal.type} ${subject}`
    const repeat = this.#repeats.get(key)
    if (repeat === undefined) {
      this.#repeats.set(key, { signal, route, entity, requestId, since, last: at, count, next: count * FIRST_GROWTH, growth: FIRST_GROWTH, quietMs, opened: count })
      this.#push(signal, at, route, requestId, entity, score, action, 'open', since, count)
      return
    }
    repeat.last = at
    repeat.signal = signal
    repeat.count = Math.max(repeat.count + 1, count)
    if (repeat.count < repeat.next) return
    while (repeat.count >= repeat.next) {
      repeat.growth *= FIRST_GROWTH
      repeat.next *= repeat.growth
    }
    this.#push(signal, at, route, requestId, entity, score, action, 'step', repeat.since, repeat.count)
  }

  /** Takes an event in that somebody else keeps the episode of. */
  note (signal: Signal, at: number, route: AnomalyEvent['route'], entity: EntityRef, state: Episode['state'], since: number, count: number): void {
    this.sweep(at)
    this.#push(signal, at, route, '', entity, 0, 'allow', state, since, count)
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

  query (query: EventQuery): EventPage {
    const { items, next } = this.#ring.newest((event) => matches(event, query), Math.min(1000, Math.max(1, query.limit ?? 100)), query.cursor ?? Infinity)
    return { events: items.map((event) => event.toJSON()), next, total: this.#ring.total, dropped: this.#ring.dropped, capacity: this.#ring.capacity }
  }

  #close (repeat: Repeat): void {
    if (repeat.count > repeat.opened) this.#push(repeat.signal, repeat.last, repeat.route, repeat.requestId, repeat.entity, 0, 'allow', 'close', repeat.since, repeat.count)
  }

  #push (signal: Signal, at: number, route: AnomalyEvent['route'], requestId: string, entity: EntityRef, score: number, action: Action, state: Episode['state'] | null, since: number, count: number): void {
    const event = new AnomalyEvent(signal, at, this.#ring.total + 1, route, requestId, entity, score, action, state, since, count)
    this.#ring.push(event)
    this.byType.set(signal.type, (this.byType.get(signal.type) ?? 0) + 1)
    const level = levelOf(signal.severity)
    this.byLevel.set(level, (this.byLevel.get(level) ?? 0) + 1)
    this.#onEvent(event)
  }
}

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
