import { SIGNAL_CATEGORIES, SIGNAL_TYPES, categoryOf } from './signal-types'
import { RateWatch } from './rate-watch'
import type { RateChange, RateWatchJson, RateWatchOptions } from './rate-watch'

const MINUTE_MS = 60_000
/** Empty minutes that are made up for; a longer silence is as if nobody had looked. */
const MOST_EMPTY = 360
/** Time after which a level that lasts is the new norm. */
const ADOPT_MS = 6 * 3_600_000

export interface VelocityOptions {
  /** Signals of a kind by which a minute must exceed what is expected. */
  readonly leastJump: number
}

/** Counts of signals by minute (epoch milliseconds divided by 60,000) and type. */
export interface MinuteCounts { countOf (minute: number, type: number): number }

/** Told what became of an episode. @param name `signals`, a category, or a type. */
export type OnVelocity = (name: string, watch: RateWatch, change: Exclude<RateChange, 'none'>, at: number) => void

/** The plain form of a `SignalVelocity`, by name. */
export type SignalVelocityJson = Record<string, RateWatchJson>

/**
 * How fast signals of each type come: closed minutes, what is ordinary at this hour, over-dispersed counts, episodes (the model of rate-spike), for all signals
 * together, for each category and each type.
 *
 * One cause, one finding: what the whole explains is not said of its parts again. Of a rise of everything only `signals` tells; of one of a category, only it; else the type.
 *
 * Time: O(1) within a minute, 2 ns; a minute that closes, 25 watches of 0.3 µs. Memory: 7 kB for each that ever had a signal.
 */
export class SignalVelocity {
  readonly #watches = new Map<string, RateWatch>()
  readonly #told = new Set<string>()
  readonly #onChange: OnVelocity
  readonly #options: RateWatchOptions
  /** The first minute, and the open one; -1 before there is any. */
  #first = -1
  #minute = -1

  constructor ({ leastJump }: VelocityOptions, onChange: OnVelocity) {
    this.#onChange = onChange
    this.#options = { bucketMs: MINUTE_MS, leastJump, adoptMs: ADOPT_MS, dropouts: false }
  }

  /** Judges the minutes that are over. The first, of which only a part was seen, counts for nothing. @param counts Where the signals of each minute are counted. */
  advance (at: number, counts: MinuteCounts): void {
    const minute = Math.floor(at / MINUTE_MS)
    if (minute <= this.#minute) return
    if (this.#minute >= 0) for (let each = Math.max(this.#minute, minute - MOST_EMPTY); each < minute; each++) if (each > this.#first) this.#close(each, at, counts)
    if (this.#minute < 0) this.#first = minute
    this.#minute = minute
  }

  toJSON (): SignalVelocityJson { return Object.fromEntries([...this.#watches].map(([name, watch]) => [name, watch.toJSON()])) }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: SignalVelocityJson): void {
    this.#watches.clear()
    this.#told.clear()
    this.#first = this.#minute = -1
    for (const [name, own] of Object.entries(json)) if (NAMES.has(name)) this.#of(name).restore(own)
  }

  /** Takes over what another process learned, where that is more: each process sees its own share of the traffic. */
  merge (json: SignalVelocityJson): void {
    for (const [name, own] of Object.entries(json)) {
      if (NAMES.has(name) && own.baseline.buckets > (this.#watches.get(name)?.baseline.buckets ?? 0)) this.#of(name).restore(own)
    }
  }

  /** What was learned, for people: signals a minute. */
  describe (): Record<string, unknown> {
    const at = Math.max(0, this.#minute) * MINUTE_MS
    return Object.fromEntries([...this.#watches].map(([name, watch]) => [name, watch.describe(at)]))
  }

  #close (minute: number, now: number, counts: MinuteCounts): void {
    const from = minute * MINUTE_MS
    let total = 0
    for (let type = 0; type < SIGNAL_TYPES.length; type++) total += counts.countOf(minute, type)
    this.#take('signals', total, from, now)
    for (const category of SIGNAL_CATEGORIES) {
      let count = 0
      for (let type = 0; type < SIGNAL_TYPES.length; type++) if (categoryOf(type) === category) count += counts.countOf(minute, type)
      this.#take(category, count, from, now)
    }
    for (let type = 0; type < SIGNAL_TYPES.length; type++) this.#take(SIGNAL_TYPES[type] as string, counts.countOf(minute, type), from, now)
  }

  #take (name: string, count: number, from: number, now: number): void {
    if (count === 0 && !this.#watches.has(name)) return
    const watch = this.#of(name)
    const change = watch.observe(from, count)
    if (change === 'none' || watch.kind === 'drop') return
    if (change === 'open') {
      if (this.#isExplained(name)) return
      this.#told.add(name)
    } else if (!this.#told.has(name)) return
    this.#onChange(name, watch, change, now)
    if (change === 'close') this.#told.delete(name)
  }

  #of (name: string): RateWatch {
    const known = this.#watches.get(name)
    if (known !== undefined) return known
    const watch = new RateWatch(this.#options)
    this.#watches.set(name, watch)
    return watch
  }

  /** Whether what this is part of rises too: the whole is taken in first. */
  #isExplained (name: string): boolean {
    if (name === 'signals') return false
    const type = (SIGNAL_TYPES as readonly string[]).indexOf(name)
    return this.#rises('signals') || (type >= 0 && this.#rises(categoryOf(type)))
  }

  #rises (name: string): boolean {
    const watch = this.#watches.get(name)
    return watch !== undefined && watch.isOpen && watch.kind !== 'drop'
  }
}

const NAMES: ReadonlySet<string> = new Set(['signals', ...SIGNAL_CATEGORIES, ...SIGNAL_TYPES])
