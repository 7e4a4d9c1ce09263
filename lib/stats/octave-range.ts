/** Lengths and magnitudes are kept to an eighth of an octave (9 %). */
const OCTAVE = 8
/** Least unit of distance: three quarters of an octave (a factor of 1.7). */
const LEAST_UNIT = 6

/**
 * The range of a positive or signed quantity on a logarithmic scale, and how far outside of it a value lies, in units of
 * half its own width: the wider what was seen, the further away the unusual begins (W27: added to the range, never
 * multiplied with a limit).
 *
 * Two generations make it forget: `halve` (once a half-life) lets the one before last go. A value that is learned
 * stretches the range by half its width at the most once the range is `settled`, so one outlier cannot open it (W3).
 * Four small integers of memory, O(1) time. Empty: every distance is 0.
 */
export class OctaveRange {
  #low = 1
  #high = 0
  #lowOld = 1
  #highOld = 0

  /** Lowest and highest, in the quantity's own unit; `null` while empty. */
  get bounds (): [number, number] | null {
    return this.#least() > this.#most() ? null : [fromEighths(this.#least()), fromEighths(this.#most())]
  }

  /** 0 inside or within one unit of the range; else the distance in units, negative below. */
  distance (quantity: number): number {
    const least = this.#least()
    const most = this.#most()
    if (least > most) return 0
    const value = toEighths(quantity)
    const beyond = value > most ? value - most : value < least ? value - least : 0
    const unit = unitOf(least, most)
    return Math.abs(beyond) < unit ? 0 : beyond / unit
  }

  /** Takes a quantity in. */
  learn (quantity: number, settled: boolean): void {
    let value = toEighths(quantity)
    if (this.#low <= value && value <= this.#high) return
    const least = this.#least()
    const most = this.#most()
    if (settled && least <= most) {
      const unit = Math.round(unitOf(least, most))
      value = Math.min(most + unit, Math.max(least - unit, value))
    }
    if (this.#low > this.#high) {
      this.#low = value
      this.#high = value
    } else if (value < this.#low) {
      this.#low = value
    } else if (value > this.#high) {
      this.#high = value
    }
  }

  /** One half-life: what was seen in the one before it is forgotten. */
  halve (): void {
    if (this.#low > this.#high) return
    this.#lowOld = this.#low
    this.#highOld = this.#high
    this.#low = 1
    this.#high = 0
  }

  merge (other: OctaveRange): void {
    if (other.#low <= other.#high) {
      const empty = this.#low > this.#high
      this.#low = empty ? other.#low : Math.min(this.#low, other.#low)
      this.#high = empty ? other.#high : Math.max(this.#high, other.#high)
    }
    if (other.#lowOld <= other.#highOld) {
      const empty = this.#lowOld > this.#highOld
      this.#lowOld = empty ? other.#lowOld : Math.min(this.#lowOld, other.#lowOld)
      this.#highOld = empty ? other.#highOld : Math.max(this.#highOld, other.#highOld)
    }
  }

  toJSON (): number[] { return [this.#low, this.#high, this.#lowOld, this.#highOld] }

  static from (json: readonly number[]): OctaveRange {
    const range = new OctaveRange()
    ;[range.#low = 1, range.#high = 0, range.#lowOld = 1, range.#highOld = 0] = json
    return range
  }

  #least (): number {
    if (this.#low > this.#high) return this.#lowOld
    return this.#lowOld > this.#highOld ? this.#low : Math.min(this.#low, this.#lowOld)
  }

  #most (): number {
    if (this.#low > this.#high) return this.#highOld
    return this.#lowOld > this.#highOld ? this.#high : Math.max(this.#high, this.#highOld)
  }
}

function unitOf (least: number, most: number): number {
  return Math.max(LEAST_UNIT, (most - least) / 2)
}

function toEighths (quantity: number): number {
  return quantity >= 0 && quantity < SMALL && Number.isInteger(quantity) ? EIGHTHS[quantity] as number : eighthsOf(quantity)
}

function eighthsOf (quantity: number): number {
  return Math.sign(quantity) * Math.round(Math.log2(1 + Math.abs(quantity)) * OCTAVE)
}

function fromEighths (eighths: number): number {
  return Math.sign(eighths) * Math.round(2 ** (Math.abs(eighths) / OCTAVE) - 1)
}

/** Lengths are mostly small: their logarithms are kept (256 bytes). */
const SMALL = 256
const EIGHTHS = Uint8Array.from({ length: SMALL }, (_, quantity) => eighthsOf(quantity))
