const DAY_MS = 86_400_000
/** Peaks remembered. */
const KEPT = 32
const TIME = KEPT
const ROW = 2 * KEPT
/** Rows that part one peak from the next. */
const APART = 20
/** A peak is a precedent of one up to twice as high. */
const LIKE = 0.5
/** What a precedent counts for: little, but for as much as an expected case if it was at the same time of the day, within 90 minutes. */
const ANYTIME = 0.2
const SAME_TIME = 1
const SAME_TIME_MS = 90 * 60_000

export interface RatePrecedentsJson { peaks: number[], times: number[], rows: number[] }

/**
 * Deviations that were remarkable when they came, and how high. What has come like that before, and above all at that time of the day (a nightly
 * job, a newsletter), is the less remarkable. 32 peaks are remembered, 970 bytes; the eldest goes.
 */
export class RatePrecedents {
  /** Heights of peaks, their times, and the rows of their ends, -1 for none. One array: a view of its own would cost 200 bytes. */
  readonly #peaks = new Float64Array(3 * KEPT).fill(-1)
  #last = 0

  /** Weight of the precedents of a deviation: each counts as 0.2 expected cases, or 1.2. */
  weigh (deviation: number, at: number, row: number): number {
    let weight = 0
    for (let i = 0; i < KEPT; i++) {
      if (this.#peaks[ROW + i]! < 0 || row - this.#peaks[ROW + i]! <= APART || this.#peaks[i]! < LIKE * deviation) continue
      const apart = Math.abs(at - this.#peaks[TIME + i]!) % DAY_MS
      weight += Math.min(apart, DAY_MS - apart) <= SAME_TIME_MS ? ANYTIME + SAME_TIME : ANYTIME
    }
    return weight
  }

  /** Notes a remarkable deviation: a new peak, or more of the last one. */
  note (deviation: number, at: number, row: number): void {
    const last = this.#last
    if (this.#peaks[ROW + last]! >= 0 && row - this.#peaks[ROW + last]! <= APART) {
      this.#peaks[ROW + last] = row
      this.#peaks[last] = Math.max(this.#peaks[last]!, deviation)
      return
    }
    this.#last = this.#peaks[ROW + last]! < 0 ? last : (last + 1) % KEPT
    this.#peaks[this.#last] = deviation
    this.#peaks[TIME + this.#last] = at
    this.#peaks[ROW + this.#last] = row
  }

  toJSON (): RatePrecedentsJson {
    const order = Array.from({ length: KEPT }, (_, i) => (this.#last + 1 + i) % KEPT).filter((i) => this.#peaks[ROW + i]! >= 0)
    return { peaks: order.map((i) => this.#peaks[i]!), times: order.map((i) => this.#peaks[TIME + i]!), rows: order.map((i) => this.#peaks[ROW + i]!) }
  }

  /** Takes over what `toJSON` gave. */
  restore (json: RatePrecedentsJson): void {
    this.#peaks.fill(-1)
    for (let i = 0; i < Math.min(KEPT, json.rows.length); i++) {
      this.#peaks[i] = json.peaks[i]!
      this.#peaks[TIME + i] = json.times[i]!
      this.#peaks[ROW + i] = json.rows[i]!
      this.#last = i
    }
  }
}
