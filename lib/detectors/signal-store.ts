import { RecentSignals } from '../store/recent-signals'
import { readTier, writeTier } from './signal-archive'
import type { SignalTierJson } from './signal-archive'
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
/** Characters of a name that is taken over. */
const MOST_NAME = 200

/** The plain form of a `SignalStore`: what was counted, but no single signals and no names of clients. */
export interface SignalStoreJson {
  version: 1
  /** Signals ever taken in. */
  total: number
  minutes: SignalTierJson
  hours: SignalTierJson
  days: SignalTierJson
  /** How hashes are written that are among the heaviest. */
  names: [hash: number, text: string][]
}

/** How far a clock may be behind that of who made a snapshot. */
const MOST_AHEAD = 1

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
  /** Whether a name is somebody's, and so belongs in no snapshot. */
  readonly #isPersonal = new Uint8Array(NAMES)
  readonly #tallies = new SignalTallies(this.minutes, this.hours, this.days)
  #until = 0
  /** Signals that were taken in elsewhere; and those of the minute that was open when some were added last. */
  #others = 0
  #mergedMinute = -1
  readonly #merged = new Uint32Array(SIGNAL_TYPES.length)

  /** @param recent Single signals remembered. */
  constructor (recent: number) { this.#recent = new RecentSignals(recent) }

  /** Signals ever taken in. */
  get total (): number { return this.recent.total + this.#others }

  /** Signals of a type in a minute, without what `merge` has added while it was open: how fast they come here is told by that. */
  countOf (minute: number, type: number): number { return this.minutes.countOf(minute, type) - (minute === this.#mergedMinute ? this.#merged[type] as number : 0) }

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
    this.#thin()
  }

  /** Sketches of the oldest minutes go first, then those of the oldest hours. */
  #thin (): void { while (this.minutes.bytes + this.hours.bytes + this.days.bytes > MOST_BYTES && (this.minutes.thin() || this.hours.thin())); }

  /**
   * Remembers how a hash is written, where that may be shown (an address, a country, a JA4; never a credential).
   * @param isPersonal Whether it is somebody's (an address): then it is in no snapshot.
   */
  name (hash: number, text: string, isPersonal = false): void {
    const place = hash & (NAMES - 1)
    if (this.#named[place] === hash >>> 0 && this.#names[place] !== '') return
    this.#named[place] = hash
    this.#names[place] = text
    this.#isPersonal[place] = Number(isPersonal)
  }

  /**
   * What was counted, open buckets as they are; `undefined` where nothing was. Counts are whole; of sketches those of days, then of the newest hours and the newest minutes,
   * as far as there is room. About as many bytes in base64 as 4/3 of `mostBytes` and 5 for each bucket and type that had signals.
   * @param mostBytes Bytes that sketches of hours and minutes may take.
   */
  toJSON (mostBytes: number): SignalStoreJson | undefined {
    this.settle()
    if (this.minutes.open < 0) return undefined
    const keys = new Set<number>()
    const days = writeTier(this.days, Infinity, keys)
    const hours = writeTier(this.hours, mostBytes, keys)
    const minutes = writeTier(this.minutes, hours.isWhole ? mostBytes - hours.bytes : 0, keys)
    const names: SignalStoreJson['names'] = []
    for (const key of keys) {
      const text = this.#isPersonal[key & (NAMES - 1)] === 1 ? null : this.nameOf(key)
      if (text !== null) names.push([key, text])
    }
    return { version: 1, total: this.total, minutes: minutes.json, hours: hours.json, days: days.json, names }
  }

  /** Takes over what `toJSON` gave, in place of what was counted; single signals stay. @param now Epoch milliseconds. @throws RangeError Where it did not. */
  restore (json: SignalStoreJson, now: number): void {
    const other = SignalStore.#from(json)
    this.settle()
    for (const tier of [this.minutes, this.hours, this.days]) tier.clear()
    this.#until = 0
    this.#mergedMinute = -1
    this.#others = -this.recent.total
    this.#add(other, json, now)
  }

  /**
   * Adds what another store, with the same key, has counted: as if one had seen the signals of both. Buckets go by the clock, so the same bucket of both is one; those
   * that are over in one of the two are closed in the other first. A store that is more than a minute ahead of the clock is left out: it would stop this one's.
   * @param now Epoch milliseconds. @throws RangeError Where it is not what `toJSON` gave.
   */
  merge (json: SignalStoreJson, now: number): void {
    this.settle()
    this.#add(SignalStore.#from(json), json, now)
  }

  /** Forgets all signals; how hashes are written stays. */
  reset (): void {
    this.settle()
    for (const tier of [this.minutes, this.hours, this.days]) tier.clear()
    this.#recent.clear()
    this.#until = this.#others = 0
    this.#mergedMinute = -1
  }

  #noteMerged ({ minutes }: SignalStore): void {
    if (this.#mergedMinute !== minutes.open) this.#merged.fill(0)
    this.#mergedMinute = minutes.open
    for (let type = 0; type < SIGNAL_TYPES.length; type++) this.#merged[type]! += minutes.countOf(minutes.open, type)
  }

  static #from (json: SignalStoreJson): SignalStore {
    if (json?.version !== 1) throw new RangeError(`signals of version ${String(json?.version)}, not 1`)
    if (!Number.isSafeInteger(json.total) || json.total < 0 || !Array.isArray(json.names)) throw new RangeError('signals without their total, or without names')
    const store = new SignalStore(1)
    readTier(json.minutes, store.minutes)
    readTier(json.hours, store.hours)
    readTier(json.days, store.days)
    const { minutes, hours, days } = store
    if (hours.open !== hours.bucketOf(minutes.open * MINUTE_MS) || days.open !== days.bucketOf(minutes.open * MINUTE_MS)) throw new RangeError('the open hour and day are not those of the open minute')
    store.#until = (minutes.open + 1) * MINUTE_MS
    return store
  }

  #add (other: SignalStore, { total, names }: SignalStoreJson, now: number): void {
    if (other.minutes.open > this.minutes.bucketOf(now) + MOST_AHEAD) return
    this.#recent.missUntil(other.#until - 1)
    const at = Math.max(this.minutes.open, other.minutes.open) * MINUTE_MS
    this.advance(at)
    other.advance(at)
    this.#noteMerged(other)
    this.minutes.merge(other.minutes)
    this.hours.merge(other.hours)
    this.days.merge(other.days)
    this.#others += total
    for (const [hash, text] of names) if (typeof text === 'string') this.name(hash, text.slice(0, MOST_NAME))
    this.#thin()
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
