import { LogLinearMapping } from './log-linear-mapping'
import { isNarrow, NARROW, NARROW_LIMIT, packedWeights, setWeight, weightAt, WIDE } from './packed-weights'
import type { PackedWeights, PerElement } from './packed-weights'

const FEWEST_BUCKETS = 8
const MOST_BUCKETS = 256
/** From here on a Float32 no longer sees an addition of one. */
const FULL = 2 ** 24
const NEGLIGIBLE = 1e-6
const NONE = packedWeights(0, NARROW)

export interface QuantileSketchJson {
  relativeError: number
  level: number
  count: number
  zero: number
  lowest: number
  buckets: number[]
}

/**
 * Quantiles of a stream of non-negative numbers (sizes, durations), whatever its distribution: two peaks, a heavy tail, one constant.
 *
 * `quantile(q)` is within `relativeError` of an observed value of that rank while the observed values lie within 256 buckets (0.03: a range
 * of 1 to 25,000). For a wider range neighbouring buckets are joined, everywhere alike, so no part of the distribution is given up: the error
 * doubles (0.06 to a range of 1 to 10^9) and never passes a quarter. One wild value therefore coarsens, but cannot ruin, the sketch.
 *
 * Time: `add` O(1), no allocation once the range is covered (measured: 5 ns); `quantile` O(buckets) (measured: 320 ns), so keep its answer
 * rather than ask per request. Memory: 72 bytes when empty, then 120 and 2 a bucket, for 8 to 256 buckets around the range in use; 4 a
 * bucket from where one weighs 2,047 or a weight is added that is no multiple of a sixteenth (measured).
 *
 * Edges: an empty sketch answers `NaN`. Negative values and `NaN` are ignored. 0 has its own bucket, which also takes values under 2^-20;
 * values of 2^64 and more, `Infinity` included, count as the largest. A bucket that reaches 2^24 halves all weights: what is older then counts
 * half, shares stay. `scale` rounds weights down to sixteenths while none reaches 2,047, else to a Float32. `merge` answers as one sketch of
 * both streams, exactly up to such rounding.
 *
 * Source: C. Masson, J. Rim, H. Lee, "DDSketch", PVLDB 12(12), 2019; the joining in pairs: I. Epicoco et al., "UDDSketch", IEEE Access 8, 2020.
 */
export class QuantileSketch {
  /** Total weight. */
  count = 0
  #zero = 0
  #mapping: LogLinearMapping
  #lowest = 0
  #buckets: PackedWeights = NONE
  #per = NARROW

  /** @param relativeError From 0.001 to 0.25. */
  constructor (relativeError = 0.03) {
    this.#mapping = LogLinearMapping.of(relativeError)
  }

  /** @param weight > 0 and finite. */
  add (value: number, weight = 1): void {
    if (!(value >= 0)) return
    this.count += weight
    if (value < LogLinearMapping.SMALLEST) {
      this.#zero += weight
      return
    }
    let slot = this.#mapping.index(value) - this.#lowest
    if (slot < 0 || slot >= this.#per * this.#buckets.length) {
      const index = this.#mapping.index(value)
      QuantileSketch.#cover(this, this.#mapping, index, index)
      slot = this.#mapping.index(value) - this.#lowest
    }
    const total = weightAt(this.#buckets, this.#per, slot) + weight
    QuantileSketch.#put(this, slot, total)
    if (total >= FULL) this.scale(0.5)
  }

  /** The smallest value that at least the share `q` (0 to 1) of all weight does not exceed. */
  quantile (q: number): number {
    if (!(q >= 0 && q <= 1)) throw new RangeError(`q must be from 0 to 1, got ${q}`)
    if (this.count === 0) return NaN
    const rank = q * this.count
    let passed = this.#zero
    if (passed > 0 && passed >= rank) return 0
    let last = -1
    for (let slot = 0; slot < this.#per * this.#buckets.length; slot++) {
      const weight = weightAt(this.#buckets, this.#per, slot)
      if (weight === 0) continue
      last = slot
      passed += weight
      if (passed >= rank) break
    }
    return last === -1 ? 0 : this.#mapping.value(this.#lowest + last)
  }

  /** Adds what `other` has seen; both must have the same relative error. */
  merge (other: QuantileSketch): void {
    if (other.#mapping.relativeError !== this.#mapping.relativeError) {
      throw new RangeError(`cannot merge relativeError ${other.#mapping.relativeError} into ${this.#mapping.relativeError}`)
    }
    const { count, zero, level, lowest, buckets } = other.toJSON()
    this.count += count
    this.#zero += zero
    if (buckets.length === 0) return
    QuantileSketch.#cover(this, other.#mapping, lowest, lowest + buckets.length - 1)
    const shift = this.#mapping.level - level
    for (let slot = 0; slot < buckets.length; slot++) QuantileSketch.#pour(this, ((lowest + slot) >> shift) - this.#lowest, buckets[slot]!)
    while (isFull(this.#buckets, this.#per)) this.scale(0.5)
  }

  /** Multiplies all weights by `factor` (0 to 1). What weighs next to nothing is forgotten. */
  scale (factor: number): void {
    if (!(factor >= 0 && factor <= 1)) throw new RangeError(`factor must be from 0 to 1, got ${factor}`)
    const length = this.#per * this.#buckets.length
    let most = 0
    for (let slot = 0; slot < length; slot++) most = Math.max(most, weightAt(this.#buckets, this.#per, slot))
    const per = most * factor < NARROW_LIMIT ? NARROW : WIDE
    const scaled = packedWeights(length, per)
    this.#zero = this.#zero * factor < NEGLIGIBLE ? 0 : this.#zero * factor
    let sum = 0
    for (let slot = 0; slot < length; slot++) {
      const weight = weightAt(this.#buckets, this.#per, slot) * factor
      if (weight < NEGLIGIBLE) continue
      setWeight(scaled, per, slot, weight)
      sum += weightAt(scaled, per, slot)
    }
    this.count = this.#zero + sum
    this.#per = sum === 0 ? NARROW : per
    this.#buckets = sum === 0 ? NONE : scaled
    if (sum === 0) this.#mapping = LogLinearMapping.of(this.#mapping.relativeError)
  }

  toJSON (): QuantileSketchJson {
    const first = firstUsed(this.#buckets, this.#per)
    const last = lastUsed(this.#buckets, this.#per)
    return {
      relativeError: this.#mapping.relativeError,
      level: this.#mapping.level,
      count: this.count,
      zero: this.#zero,
      lowest: first === -1 ? 0 : this.#lowest + first,
      buckets: first === -1 ? [] : Array.from({ length: last + 1 - first }, (_, slot) => weightAt(this.#buckets, this.#per, first + slot))
    }
  }

  static from (json: QuantileSketchJson): QuantileSketch {
    const sketch = new QuantileSketch(json.relativeError)
    const { length } = json.buckets
    sketch.count = json.count
    sketch.#zero = json.zero
    if (length > MOST_BUCKETS) throw new RangeError(`a sketch has at most ${MOST_BUCKETS} buckets, got ${length}`)
    if (length === 0) return sketch
    while (sketch.#mapping.level < json.level) sketch.#mapping = sketch.#mapping.coarser()
    QuantileSketch.#cover(sketch, sketch.#mapping, json.lowest, json.lowest + length - 1)
    for (let slot = 0; slot < length; slot++) QuantileSketch.#put(sketch, json.lowest - sketch.#lowest + slot, json.buckets[slot]!)
    return sketch
  }

  /** Makes the window reach from bucket `first` to bucket `last` of `mapping` as well; joins buckets if it would become too wide. */
  static #cover (sketch: QuantileSketch, mapping: LogLinearMapping, first: number, last: number): void {
    let common = sketch.#mapping
    while (common.level < mapping.level) common = common.coarser()
    let low = first >> (common.level - mapping.level)
    let high = last >> (common.level - mapping.level)
    const used = firstUsed(sketch.#buckets, sketch.#per)
    if (used !== -1) {
      const shift = common.level - sketch.#mapping.level
      low = Math.min(low, (sketch.#lowest + used) >> shift)
      high = Math.max(high, (sketch.#lowest + lastUsed(sketch.#buckets, sketch.#per)) >> shift)
    }
    while (high - low >= MOST_BUCKETS) {
      common = common.coarser()
      low >>= 1
      high >>= 1
    }
    QuantileSketch.#reframe(sketch, common, low, high)
  }

  static #reframe (sketch: QuantileSketch, mapping: LogLinearMapping, low: number, high: number): void {
    const span = high - low + 1
    const length = Math.min(MOST_BUCKETS, Math.ceil(span / FEWEST_BUCKETS) * FEWEST_BUCKETS)
    const shift = mapping.level - sketch.#mapping.level
    const old = sketch.#buckets
    const oldLowest = sketch.#lowest
    const oldPer = sketch.#per
    sketch.#mapping = mapping
    sketch.#lowest = Math.max(0, low - ((length - span) >> 1))
    sketch.#buckets = packedWeights(length, oldPer)
    for (let slot = 0; slot < oldPer * old.length; slot++) QuantileSketch.#pour(sketch, ((oldLowest + slot) >> shift) - sketch.#lowest, weightAt(old, oldPer, slot))
  }

  /** Adds a weight to a bucket. */
  static #pour (sketch: QuantileSketch, slot: number, weight: number): void {
    if (weight !== 0) QuantileSketch.#put(sketch, slot, weightAt(sketch.#buckets, sketch.#per, slot) + weight)
  }

  /** Sets a bucket's weight; widens all where it is none that a narrow one could be. */
  static #put (sketch: QuantileSketch, slot: number, weight: number): void {
    if (sketch.#per === NARROW && !isNarrow(weight)) {
      const narrow = sketch.#buckets
      sketch.#buckets = packedWeights(NARROW * narrow.length, WIDE)
      sketch.#per = WIDE
      for (let at = 0; at < NARROW * narrow.length; at++) setWeight(sketch.#buckets, WIDE, at, weightAt(narrow, NARROW, at))
    }
    setWeight(sketch.#buckets, sketch.#per, slot, weight)
  }
}

function firstUsed (buckets: PackedWeights, per: PerElement): number {
  for (let slot = 0; slot < per * buckets.length; slot++) if (weightAt(buckets, per, slot) !== 0) return slot
  return -1
}

function lastUsed (buckets: PackedWeights, per: PerElement): number {
  for (let slot = per * buckets.length - 1; slot >= 0; slot--) if (weightAt(buckets, per, slot) !== 0) return slot
  return -1
}

function isFull (buckets: PackedWeights, per: PerElement): boolean {
  for (let slot = 0; slot < per * buckets.length; slot++) if (weightAt(buckets, per, slot) >= FULL) return true
  return false
}
