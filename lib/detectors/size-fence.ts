import { QuantileSketch } from '../stats/quantile-sketch'
import type { QuantileSketchJson } from '../stats/quantile-sketch'

/** Values after which fences are set; then they are set again after each quarter more. */
const FEWEST = 30
/** How much further out than the 99th percentile is from the median a fence stands. */
const REACH = 1.5
/** Largest values that set no fence: a few outliers among few values, learned before there was a fence, are not the 99th percentile. */
const ALONE = 1
/** Rules shared; further ones are their fence's own. */
const MAX_RULES = 64

/** What a fence's constructor says of it: the same object for all alike, since numbers of their own would take 16 bytes more each. */
interface Rule { readonly factor: number, readonly floor: number, readonly reach: number }

/** The plain form of a `SizeFence`. */
export interface SizeFenceJson { n: number, sketch: QuantileSketchJson, granted?: number }

/**
 * Upper and lower fences of a heavy-tailed quantity (sizes, durations), from quantiles of a mergeable sketch instead of
 * mean and standard deviation: one outlier moves them little, and a constant quantity has a fence of its own (W1-W3).
 *
 * The upper fence is p99 · (p99 / p50)^1.5, at least `factor` · p99 + `floor`: on a log-normal quantity 5.8 standard
 * deviations, whatever its width. The lower one mirrors it. A value is clipped to the upper fence before it is learned.
 * What many have reached may raise the upper fence at once (`grant`).
 *
 * Memory: about 110 bytes and a sketch (72 bytes empty, 140 to 1,200 in use). Time: O(1); fences are numbers kept ready.
 */
export class SizeFence {
  /** Values learned. */
  n = 0
  /** From here on a value is unusual; `Infinity` until fences are set. */
  high = Infinity
  /** Below this a whole value is unusual; -1 until fences are set. */
  low = -1
  readonly #rule: Rule
  #sketch = new QuantileSketch()
  #next = FEWEST
  /** The fence is no lower: a level has become known. 0 for none. */
  #granted = 0

  /**
   * @param factor Least ratio of fence to p99; > 1.
   * @param floor Least distance of fence to p99, in the quantity's unit.
   * @param reach Exponent above; 0 where a wide spread is that of different sources, and says nothing of one.
   */
  constructor (factor: number, floor: number, reach = REACH) {
    this.#rule = ruleOf(factor, floor, reach)
  }

  /** Octaves above the upper fence, 0 at or below it. */
  above (value: number): number { return value <= this.high ? 0 : Math.log2(value / this.high) }

  /** Octaves below the lower fence, 0 at or above it. */
  below (value: number): number { return value >= this.low ? 0 : Math.log2(this.low / Math.max(1, value)) }

  /** A quantile of what was learned, `NaN` while there is nothing. */
  quantile (q: number): number { return this.#sketch.quantile(q) }

  learn (value: number): void {
    this.#sketch.add(value > this.high ? this.high : value)
    if (++this.n >= this.#next) SizeFence.#set(this)
  }

  /** A level has become known at once, since many have reached it: the fence stands as if it were the 99th percentile, until the next half-life at the least. */
  grant (level: number): void {
    const { factor, floor } = this.#rule
    this.#granted = Math.max(this.#granted, Math.ceil(factor * level + floor))
    this.high = this.high === Infinity ? this.#granted : Math.max(this.high, this.#granted)
  }

  /** One half-life. */
  halve (): void {
    this.#granted >>>= 1
    this.#sketch.scale(0.5)
    this.n >>>= 1
    this.#next = Math.max(FEWEST, this.n)
  }

  merge (other: SizeFence): void {
    this.#sketch.merge(other.#sketch)
    this.n += other.n
    this.#granted = Math.max(this.#granted, other.#granted)
    if (this.n >= FEWEST) SizeFence.#set(this)
  }

  /** Adds what another process learned. @throws RangeError Where `json` is not what `toJSON` made. */
  mergeJson (json: SizeFenceJson): void {
    const other = new SizeFence(this.#rule.factor, this.#rule.floor, this.#rule.reach)
    other.restore(json)
    this.merge(other)
  }

  toJSON (): SizeFenceJson { return { n: this.n, sketch: this.#sketch.toJSON(), ...this.#granted === 0 ? null : { granted: this.#granted } } }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: SizeFenceJson): void {
    this.reset()
    this.#sketch = QuantileSketch.from(json.sketch)
    this.n = json.n
    this.#granted = json.granted ?? 0
    if (this.n >= FEWEST) SizeFence.#set(this)
  }

  /** Forgets everything. */
  reset (): void {
    this.n = 0
    this.high = Infinity
    this.low = -1
    this.#sketch = new QuantileSketch()
    this.#next = FEWEST
    this.#granted = 0
  }

  static #set (fence: SizeFence): void {
    const middle = Math.max(1, fence.#sketch.quantile(0.5))
    const top = Math.max(1, fence.#sketch.quantile(Math.min(0.99, 1 - (ALONE + 0.5) / fence.n)))
    const bottom = Math.max(1, fence.#sketch.quantile(0.01))
    const { factor, floor, reach } = fence.#rule
    fence.high = Math.max(top * (top / middle) ** reach, top * factor + floor, fence.#granted)
    // Of a whole quantity, as much lies below the next integer; and an integer needs no memory of its own.
    fence.low = Math.ceil(Math.min(bottom / (middle / bottom) ** reach, bottom / (2 * factor) - floor / 8)) + 0
    fence.#next = fence.n + Math.max(16, fence.n >>> 2)
  }
}

const rules: Rule[] = []

function ruleOf (factor: number, floor: number, reach: number): Rule {
  const known = rules.find((rule) => rule.factor === factor && rule.floor === floor && rule.reach === reach)
  if (known !== undefined) return known
  const rule = { factor, floor, reach }
  if (rules.length < MAX_RULES) rules.push(rule)
  return rule
}
