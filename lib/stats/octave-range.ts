/** Lengths and magnitudes are kept to an eighth of an octave (9 %). */
const OCTAVE = 8
/** Lowest and highest share one integer of 31 bits, each above this; 2^2047 is the largest quantity told apart. */
const BIAS = 16384
const EMPTY = pack(1, 0)
/** Least unit of distance: three quarters of an octave (a factor of 1.7). */
const LEAST_UNIT = 6

/**
 * The range of a positive or signed quantity on a logarithmic scale, and how far outside of it a value lies, in units of
 * half its own width: the wider what was seen, the further away the unusual begins (W27: added to the range, never
 * multiplied with a limit).
 *
 * Two generations make it forget: `halve` (once a half-life) lets the one before last go. A value that is learned
 * stretches the range by half its width at the most once the range is `settled`, so one outlier cannot open it (W3).
 * Memory: 40 bytes, two small integers. Time: O(1). Empty: every distance is 0.
 */
export class OctaveRange {
  /** Lowest and highest of this half-life, and of the one before. */
  #now = EMPTY
  #before = EMPTY

  /** Lowest and highest, in the quantity's own unit; `null` while empty. */
  get bounds (): [number, number] | null {
    const all = union(this.#now, this.#before)
    return all === EMPTY ? null : [fromEighths(lowOf(all)), fromEighths(highOf(all))]
  }

  /** 0 inside or within one unit of the range; else the distance in units, negative below. */
  distance (quantity: number): number {
    const all = union(this.#now, this.#before)
    if (all === EMPTY) return 0
    const least = lowOf(all)
    const most = highOf(all)
    const value = toEighths(quantity)
    const beyond = value > most ? value - most : value < least ? value - least : 0
    const unit = unitOf(least, most)
    return Math.abs(beyond) < unit ? 0 : beyond / unit
  }

  /** Octaves by which a quantity is beyond the highest seen, 0 where it is not or nothing was seen. */
  octavesAbove (quantity: number): number {
    const all = union(this.#now, this.#before)
    return all === EMPTY ? 0 : Math.max(0, (toEighths(quantity) - highOf(all)) / OCTAVE)
  }

  /** Takes a quantity in. */
  learn (quantity: number, settled: boolean): void {
    let value = toEighths(quantity)
    const now = this.#now
    if (lowOf(now) <= value && value <= highOf(now)) return
    const all = union(now, this.#before)
    if (settled && all !== EMPTY) {
      const unit = Math.round(unitOf(lowOf(all), highOf(all)))
      value = Math.min(highOf(all) + unit, Math.max(lowOf(all) - unit, value))
    }
    this.#now = union(now, pack(value, value))
  }

  /** One half-life: what was seen in the one before it is forgotten. */
  halve (): void {
    if (this.#now === EMPTY) return
    this.#before = this.#now
    this.#now = EMPTY
  }

  merge (other: OctaveRange): void {
    this.#now = union(this.#now, other.#now)
    this.#before = union(this.#before, other.#before)
  }

  toJSON (): number[] { return [lowOf(this.#now), highOf(this.#now), lowOf(this.#before), highOf(this.#before)] }

  static from (json: readonly number[]): OctaveRange {
    const range = new OctaveRange()
    const [low = 1, high = 0, lowOld = 1, highOld = 0] = json
    range.#now = pack(low, high)
    range.#before = pack(lowOld, highOld)
    return range
  }
}

function pack (low: number, high: number): number { return (low + BIAS) | ((high + BIAS) << 15) }
function lowOf (range: number): number { return (range & 32767) - BIAS }
function highOf (range: number): number { return (range >>> 15) - BIAS }

function union (a: number, b: number): number {
  if (a === EMPTY) return b
  return b === EMPTY ? a : pack(Math.min(lowOf(a), lowOf(b)), Math.max(highOf(a), highOf(b)))
}

function unitOf (least: number, most: number): number {
  return Math.max(LEAST_UNIT, (most - least) / 2)
}

function toEighths (quantity: number): number {
  return quantity >= 0 && quantity < SMALL && Number.isInteger(quantity) ? EIGHTHS[quantity] as number : eighthsOf(quantity)
}

function eighthsOf (quantity: number): number {
  return Math.sign(quantity) * Math.min(BIAS - 1, Math.round(Math.log2(1 + Math.abs(quantity)) * OCTAVE))
}

function fromEighths (eighths: number): number {
  return Math.sign(eighths) * Math.round(2 ** (Math.abs(eighths) / OCTAVE) - 1)
}

/** Lengths are mostly small: their logarithms are kept (256 bytes). */
const SMALL = 256
const EIGHTHS = Uint8Array.from({ length: SMALL }, (_, quantity) => eighthsOf(quantity))
