import type { RecentSignals } from '../store/recent-signals'
import type { SignalTallies, Visit } from './signal-tallies'
import { TYPE } from './signal-types'

/** What may wait, and numbers of each. */
const CAPACITY = 256
const WIDTH = 9
/** In the first place of a visit; a single signal has its type there. */
const VISIT = -1

/**
 * Signals and visits in the order in which they came, until somebody has time for them: noting one costs a few writes to neighbouring places, and what is done with many
 * of them together finds its code and its tables in the caches. 11 kB.
 */
export class SignalQueue {
  size = 0
  readonly #rows = new Int32Array(CAPACITY * WIDTH)
  readonly #at = new Float64Array(CAPACITY)

  get isFull (): boolean { return this.size === CAPACITY }

  add (type: number, value: number, entity: number, session: number, at: number): void {
    const rows = this.#rows
    const row = this.size * WIDTH
    rows[row] = type
    rows[row + 1] = entity
    rows[row + 2] = session
    rows[row + 3] = value
    this.#at[this.size++] = at
  }

  visit (visit: Visit, at: number): void {
    const rows = this.#rows
    const row = this.size * WIDTH
    rows[row] = VISIT
    rows[row + 1] = visit.entity
    rows[row + 2] = visit.who
    rows[row + 3] = visit.sessionType
    rows[row + 4] = visit.session
    rows[row + 5] = visit.fingerprint
    rows[row + 6] = visit.order
    rows[row + 7] = visit.accept
    rows[row + 8] = visit.hints
    this.#at[this.size++] = at
  }

  /** Gives everything away: one by one to what remembers, by their like to what counts. */
  drain (recent: RecentSignals, tallies: SignalTallies): void {
    const rows = this.#rows
    for (let i = 0; i < this.size; i++) {
      const row = i * WIDTH
      const type = rows[row] as number
      const entity = rows[row + 1] as number
      const at = this.#at[i] as number
      if (type === VISIT) this.#drainVisit(row, entity, at, recent, tallies)
      else {
        recent.add(type, rows[row + 3] as number, entity, rows[row + 2] as number, at)
        tallies.add(type, rows[row + 3] as number, entity)
      }
    }
    this.size = 0
  }

  #drainVisit (row: number, entity: number, at: number, recent: RecentSignals, tallies: SignalTallies): void {
    const rows = this.#rows
    const who = rows[row + 2] as number
    const sessionType = rows[row + 3] as number
    const session = rows[row + 4] as number
    const fingerprint = rows[row + 5] as number
    const order = rows[row + 6] as number
    const accept = rows[row + 7] as number
    const hints = rows[row + 8] as number
    if (sessionType >= 0) recent.add(sessionType, session, entity, who, at)
    recent.add(TYPE.ip, entity, entity, who, at)
    if (fingerprint !== 0) recent.add(TYPE.http_fingerprint, fingerprint, entity, who, at)
    recent.add(TYPE.header_order, order, entity, who, at)
    recent.add(TYPE.accept_pattern, accept, entity, who, at)
    if (hints !== 0) recent.add(TYPE.client_hints, hints, entity, who, at)
    tallies.visit(entity, sessionType, session, fingerprint, order, accept, hints)
  }
}
