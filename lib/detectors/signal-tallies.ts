import { RowTally } from '../store/row-tally'
import type { SignalTier } from './signal-tier'
import { SIGNAL_TYPES, TYPE } from './signal-types'

/** What nearly every request shows, as keyed 32-bit hashes (signed). One object may serve all requests. */
export interface Visit {
  /** Client address. */
  entity: number
  /** The credential as events show it, 0 without one. */
  who: number
  /** Type and hash of the session; -1 without one. */
  sessionType: number
  session: number
  /** 0 where it is missing. */
  fingerprint: number
  order: number
  accept: number
  /** 0 where they are missing. */
  hints: number
}

/** Distinct visits, and of other signals values and entities of each type, that wait to be taken into sketches. */
const VISITS = 4096
const VALUES = 1024
const ENTITIES = 4096

/** Numbers of a visit's row. */
const ENTITY = 0
const SESSION_TYPE = 1
const SESSION = 2
const FINGERPRINT = 3
const ORDER = 4
const ACCEPT = 5
const HINTS = 6

/**
 * Counts signals before they are taken into the sketches of the open minute. Who comes twice in a minute mostly shows the same: then only its row's count grows, and two
 * dozen sketches are touched once for all of its requests. Of other signals values and entities are counted apart, since each comes with many of the other.
 *
 * Sketches are those of the same signals in another order: distinct counts are the same, and the bounds of heavy hitters hold for any order.
 *
 * Time: 30 ns a visit or signal; `settle` up to 1.5 ms where all is full. Memory: 190 kB.
 */
export class SignalTallies {
  /** Signals by type since the last `settle`: what is exact is counted here. */
  readonly #counts = new Uint32Array(SIGNAL_TYPES.length)
  readonly #tiers: readonly SignalTier[]
  readonly #visits: RowTally
  readonly #values: RowTally
  readonly #entities: RowTally

  /** @param minutes Whose sketches are kept up. @param wider Tiers in which signals are counted too. */
  constructor (minutes: SignalTier, ...wider: readonly SignalTier[]) {
    this.#tiers = [minutes, ...wider]
    this.#visits = new RowTally(7, VISITS, (rows, at, times) => takeVisit(minutes, rows, at, times))
    this.#values = new RowTally(2, VALUES, (rows, at, times) => minutes.openCell(rows[at] as number).addValue(rows[at + 1] as number, times))
    this.#entities = new RowTally(2, ENTITIES, (rows, at, times) => minutes.openCell(rows[at] as number).addEntity(rows[at + 1] as number, times))
  }

  add (type: number, value: number, entity: number): void {
    this.#counts[type]!++
    const values = this.#values
    values.row[0] = type
    values.row[1] = value
    values.count()
    const entities = this.#entities
    entities.row[0] = type
    entities.row[1] = entity
    entities.count()
  }

  visit (entity: number, sessionType: number, session: number, fingerprint: number, order: number, accept: number, hints: number): void {
    const counts = this.#counts
    counts[TYPE.ip]!++
    counts[TYPE.header_order]!++
    counts[TYPE.accept_pattern]!++
    if (sessionType >= 0) counts[sessionType]!++
    if (fingerprint !== 0) counts[TYPE.http_fingerprint]!++
    if (hints !== 0) counts[TYPE.client_hints]!++
    const { row } = this.#visits
    row[ENTITY] = entity
    row[SESSION_TYPE] = sessionType
    row[SESSION] = session
    row[FINGERPRINT] = fingerprint
    row[ORDER] = order
    row[ACCEPT] = accept
    row[HINTS] = hints
    this.#visits.count()
  }

  /** Takes all that waits into the open buckets. */
  settle (): void {
    for (let type = 0; type < SIGNAL_TYPES.length; type++) {
      const count = this.#counts[type] as number
      if (count > 0) for (const tier of this.#tiers) tier.count(type, count)
    }
    this.#counts.fill(0)
    this.#visits.drain()
    this.#values.drain()
    this.#entities.drain()
  }
}

function takeVisit (minutes: SignalTier, rows: Int32Array, at: number, times: number): void {
  const entity = rows[at + ENTITY] as number
  const type = rows[at + SESSION_TYPE] as number
  take(minutes, TYPE.ip, entity, entity, times)
  take(minutes, TYPE.header_order, rows[at + ORDER] as number, entity, times)
  take(minutes, TYPE.accept_pattern, rows[at + ACCEPT] as number, entity, times)
  if (type >= 0) take(minutes, type, rows[at + SESSION] as number, entity, times)
  if (rows[at + FINGERPRINT] !== 0) take(minutes, TYPE.http_fingerprint, rows[at + FINGERPRINT] as number, entity, times)
  if (rows[at + HINTS] !== 0) take(minutes, TYPE.client_hints, rows[at + HINTS] as number, entity, times)
}

function take (minutes: SignalTier, type: number, value: number, entity: number, times: number): void {
  const cell = minutes.openCell(type)
  cell.addValue(value, times)
  cell.addEntity(entity, times)
}
