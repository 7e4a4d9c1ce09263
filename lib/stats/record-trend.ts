/** Records that a sequence without a trend has: three times the logarithm of its length, and some more. */
const FACTOR = 3
const SURPLUS = 4
/** Share of the sequence within which a trend has to have set its last record. */
const RECENT = 4

/** The plain form of a `RecordTrend`. */
export interface RecordTrendJson { records: number, since: number }

/**
 * Whether a sequence keeps setting records: rises, or falls, as sequence numbers and times do. Of n exchangeable values about ln n are records; three
 * times that, and four more, are a trend, unless the last quarter of the values set none.
 *
 * Two numbers of memory, O(1) time. `merge` takes two sequences for parts of one trend.
 *
 * Source: A. Renyi, "Theorie des elements saillants d'une suite d'observations", 1962.
 */
export class RecordTrend {
  #records = 0
  #since = 0

  /** @param isRecord Whether the value is more extreme than all before. */
  learn (isRecord: boolean): void {
    if (!isRecord) {
      this.#since++
      return
    }
    this.#records++
    this.#since = 0
  }

  /** @param n Length of the sequence. */
  isOn (n: number): boolean { return this.#records > FACTOR * Math.log(n + 1) + SURPLUS && this.#since * RECENT < n }

  /** One half-life. */
  halve (): void {
    this.#records >>>= 1
    this.#since >>>= 1
  }

  merge (other: RecordTrend): void {
    this.#records += other.#records
    this.#since = Math.min(this.#since, other.#since)
  }

  toJSON (): RecordTrendJson { return { records: this.#records, since: this.#since } }

  static from (json: RecordTrendJson): RecordTrend {
    const trend = new RecordTrend()
    trend.#records = json.records
    trend.#since = json.since
    return trend
  }
}
