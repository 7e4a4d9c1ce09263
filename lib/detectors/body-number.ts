import { RecordTrend } from '../stats/record-trend'
import type { RecordTrendJson } from '../stats/record-trend'
import { TailBound } from '../stats/tail-bound'
import type { TailBoundJson } from '../stats/tail-bound'
import { isOfOtherMagnitude } from './body-bounds'

/** Numbers this large whose range is this narrow (times, sequence numbers) drift: what is near them is not unusual. */
const LARGE = 100_000
const NARROW = 2
/** How many times the largest a rising number may come to, and one that has not even doubled while it was learned. */
const RISE = 100
const DRIFT = 10

/** Numbers after which one below zero is not to be expected where the bound lies above it, and where it lies below. */
const FEW = 30
const CERTAIN = 3000

/** The plain form of a `NumberLeaf`. */
export interface NumberLeafJson {
  n: number
  reals: number
  negatives: number
  infinite: number
  highest: TailBoundJson
  lowest: TailBoundJson
  rises: RecordTrendJson
  falls: RecordTrendJson
}

/**
 * What the numbers at one place of a body look like: whether they are integers, their sign, their range with tails (see `TailBound`), and
 * whether they rise or fall (sequence numbers, times), in which case there is no bound on that side.
 *
 * Memory: 0.4 kB.
 */
export class NumberLeaf {
  /** Numbers learned. */
  n = 0
  /** Of them not integers, negative, not finite. */
  reals = 0
  negatives = 0
  infinite = 0
  /** What lies between is ordinary, `NaN` while there are no bounds: the limits of both tails, where judging finds them side by side. */
  #from = NaN
  #to = NaN
  readonly highest: TailBound
  readonly lowest: TailBound
  #rises = new RecordTrend()
  #falls = new RecordTrend()

  constructor (error: number) {
    this.highest = new TailBound('upper', error)
    this.lowest = new TailBound('lower', error)
  }

  /** 1 where the value is far above what is ordinary, -1 where far below, else 0. */
  side (value: number): -1 | 0 | 1 {
    return value >= this.#from && value <= this.#to && (value >= 0 || this.negatives > 0) ? 0 : this.#sideOf(value)
  }

  #sideOf (value: number): -1 | 0 | 1 {
    if (!Number.isFinite(value)) return this.infinite > 0 ? 0 : value > 0 ? 1 : -1
    if (value < 0 && this.negatives === 0) return -1
    if (this.highest.limit === Infinity) return !isOfOtherMagnitude(value, Math.max(this.highest.extreme, -this.lowest.extreme)) ? 0 : value > 0 ? 1 : -1
    if (this.highest.isBeyond(value)) return this.#isRising() ? this.#hasRisenTo(value) ? 0 : 1 : this.#isNear(value) ? 0 : 1
    if (this.lowest.isBeyond(value)) return this.#isFalling() || this.#isNear(value) ? 0 : -1
    return 0
  }

  /** Whether it is the first negative number, and no further out than others might be: there may be more like it. */
  isFirstNegative (value: number): boolean { return value < 0 && this.negatives === 0 && !this.lowest.isBeyond(value) }

  /** @param body Number of the body that it came in. */
  learn (value: number, body: number): void {
    this.n++
    if (!Number.isFinite(value)) {
      this.infinite++
      return
    }
    if (!Number.isInteger(value)) this.reals++
    if (value < 0) this.negatives++
    this.#rises.learn(this.highest.learn(value, body))
    this.#falls.learn(this.lowest.learn(value, body))
    this.#bound()
  }

  /** Smallest and largest number learned, `null` where there is none. */
  get bounds (): [number, number] | null { return this.n - this.infinite > 0 ? [this.lowest.extreme, this.highest.extreme] : null }

  /** What an exported schema may allow: the bounds with their tails, at least what was learned; `null` where a side has none. */
  range (): { minimum: number | null, maximum: number | null } {
    const bounds = this.bounds
    if (bounds === null || this.infinite > 0) return { minimum: null, maximum: null }
    const width = this.#isNarrow() ? Math.abs(bounds[1]) / NARROW : 0
    const minimum = Math.min(bounds[0] - width, this.lowest.furthest())
    const maximum = Math.max(bounds[1] + width, this.highest.furthest())
    const isSigned = this.negatives > 0 || this.n < (minimum < 0 ? CERTAIN : FEW)
    return {
      minimum: this.#isFalling() || !Number.isFinite(minimum) ? isSigned ? null : 0 : isSigned ? minimum : Math.max(0, minimum),
      maximum: this.#isRising() || !Number.isFinite(maximum) ? null : maximum
    }
  }

  halve (): void {
    this.n >>>= 1
    this.reals >>>= 1
    this.negatives >>>= 1
    this.infinite >>>= 1
    this.#rises.halve()
    this.#falls.halve()
    this.highest.halve()
    this.lowest.halve()
    this.#bound()
  }

  /** Adds what another leaf learned. */
  merge (other: NumberLeaf): void {
    this.n += other.n
    this.reals += other.reals
    this.negatives += other.negatives
    this.infinite += other.infinite
    this.#rises.merge(other.#rises)
    this.#falls.merge(other.#falls)
    this.highest.merge(other.highest)
    this.lowest.merge(other.lowest)
    this.#bound()
  }

  toJSON (): NumberLeafJson {
    const { n, reals, negatives, infinite } = this
    return { n, reals, negatives, infinite, highest: this.highest.toJSON(), lowest: this.lowest.toJSON(), rises: this.#rises.toJSON(), falls: this.#falls.toJSON() }
  }

  static from (json: NumberLeafJson, error: number): NumberLeaf {
    const leaf = new NumberLeaf(error)
    leaf.n = json.n
    leaf.reals = json.reals
    leaf.negatives = json.negatives
    leaf.infinite = json.infinite
    leaf.#rises = RecordTrend.from(json.rises)
    leaf.#falls = RecordTrend.from(json.falls)
    leaf.highest.restore(json.highest)
    leaf.lowest.restore(json.lowest)
    leaf.#bound()
    return leaf
  }

  #bound (): void {
    const { limit } = this.highest
    this.#from = limit === Infinity ? NaN : this.lowest.limit
    this.#to = limit === Infinity ? NaN : limit
  }

  #hasRisenTo (value: number): boolean { return value <= (this.#isNarrow() ? DRIFT : RISE) * Math.abs(this.highest.extreme) + RISE }
  #isRising (): boolean { return this.#rises.isOn(this.n) }
  #isFalling (): boolean { return this.#falls.isOn(this.n) }
  #isNarrow (): boolean { return this.lowest.extreme * NARROW > this.highest.extreme && this.highest.extreme > LARGE }
  #isNear (value: number): boolean { return this.#isNarrow() && value < this.highest.extreme * 1.5 && value > this.lowest.extreme / 1.5 }
}
