import { RecentSignals } from '../store/recent-signals'
import { SignalQueue } from './signal-queue'
import { SignalTallies } from './signal-tallies'
import type { Visit } from './signal-tallies'
import { SignalTier } from './signal-tier'
import { SIGNAL_TYPES } from './signal-types'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Buckets kept: two days of minutes, two weeks of hours, two months of days. */
const MINUTES = 2880
const HOURS = 336
const DAYS = 62
/** Heaviest values and entities of a minute, and of an hour or day. */
const TOP_OF_MINUTE = 8
const TOP = 16
/** Bytes that sketches may take. Beyond that the oldest minutes lose theirs (their hour still has them), then the oldest hours. */
const MOST_BYTES = 32_000_000
/** Places for texts; a power of two. */
const NAMES = 16_384

/**
 * What traffic showed over time: signals of twenty types, by minute for two days, by hour for two weeks, by day for two months. Counts are
 * exact; of values and entities each bucket has how many were different (exact to 64, then HyperLogLog) and which came most (Space-Saving).
 * An hour is made of its minutes when they close, a day of its hours, so that nothing is counted twice.
 *
 * Signals wait in a queue, 256 at the most, and are then remembered one by one and counted with their like (`SignalTallies`); before anything is read, all are.
 *
 * Time: O(1) a signal, every 256th some 15 µs; once a minute some microseconds per type, and up to 1.5 ms for what waits to be counted. Memory: 1.6 MB for counts, 32 MB for sketches at the
 * most, 21 bytes for each remembered signal, 16,384 short texts. Times are epoch milliseconds; a time before the latest counts as the latest.
 */
export class SignalStore {
  readonly minutes = new SignalTier(MINUTE_MS, MINUTES, TOP_OF_MINUTE)
  readonly hours = new SignalTier(HOUR_MS, HOURS, TOP)
  readonly days = new SignalTier(DAY_MS, DAYS, TOP)
  readonly #recent: RecentSignals
  readonly #queue = new SignalQueue()
  readonly #names = new Array<string>(NAMES).fill('')
  readonly #named = new Uint32Array(NAMES)
  readonly #tallies = new SignalTallies(this.minutes, this.hours, this.days)
  #until = 0

  /** @param recent Single signals remembered. */
  constructor (recent: number) { this.#recent = new RecentSignals(recent) }

  /** Signals ever taken in. */
  get total (): number { return this.recent.total }

  /** The last signals, one by one. */
  get recent (): RecentSignals {
    this.#takeIn()
    return this.#recent
  }

  /**
   * Takes one signal in.
   * @param type Its number (`TYPE`). @param value Keyed 32-bit hash of what was seen. @param entity Keyed hash of the client address.
   * @param session Keyed hash of the credential or session, 0 without one. @param at Epoch milliseconds.
   */
  add (type: number, value: number, entity: number, session: number, at: number): void {
    if (at >= this.#until) this.advance(at)
    this.#queue.add(type, value, entity, session, at)
    if (this.#queue.isFull) this.#takeIn()
  }

  /** Takes in what a request shows: up to six signals. */
  visit (visit: Visit, at: number): void {
    if (at >= this.#until) this.advance(at)
    this.#queue.visit(visit, at)
    if (this.#queue.isFull) this.#takeIn()
  }

  /** Counts what waits: to be called before the tiers are read. */
  settle (): void {
    this.#takeIn()
    this.#tallies.settle()
  }

  #takeIn (): void { if (this.#queue.size > 0) this.#queue.drain(this.#recent, this.#tallies) }

  /** Lets the time pass: closes what is over. */
  advance (at: number): void {
    if (at < this.#until) return
    this.settle()
    const minute = this.minutes.bucketOf(at)
    const isFirst = this.minutes.open < 0
    if (!isFirst) pour(this.minutes, this.hours)
    this.minutes.turn(minute)
    const hour = this.hours.bucketOf(at)
    if (hour > this.hours.open) {
      if (!isFirst) pour(this.hours, this.days)
      this.hours.turn(hour)
      const day = this.days.bucketOf(at)
      if (day > this.days.open) this.days.turn(day)
    }
    this.#until = (minute + 1) * MINUTE_MS
    while (this.minutes.bytes + this.hours.bytes + this.days.bytes > MOST_BYTES && (this.minutes.thin() || this.hours.thin()));
  }

  /** Remembers how a hash is written, where that may be shown (an address, a country, a JA4; never a credential). */
  name (hash: number, text: string): void {
    const place = hash & (NAMES - 1)
    if (this.#named[place] === hash >>> 0 && this.#names[place] !== '') return
    this.#named[place] = hash
    this.#names[place] = text
  }

  /** How a hash is written, or `null` where that was never said or is forgotten. */
  nameOf (hash: number): string | null {
    const place = hash & (NAMES - 1)
    return this.#named[place] === hash >>> 0 && this.#names[place] !== '' ? this.#names[place] as string : null
  }
}

/** Adds the sketches of a tier's open bucket to those of the wider tier. */
function pour (from: SignalTier, into: SignalTier): void {
  for (let type = 0; type < SIGNAL_TYPES.length; type++) {
    const cell = from.cell(from.open, type)
    if (cell !== null) into.openCell(type).merge(cell)
  }
}
