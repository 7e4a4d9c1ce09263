/** Records that a sequence without a trend has: three times the logarithm of its length, and some more. */
const FACTOR = 3
const SURPLUS = 4
/** Share of the sequence within which a trend has to have set its last record. */
const RECENT = 4

/** The plain form of a `RecordTrend`. */
export interface RecordTrendJson { records: number, since: number, parts?: number }

/**
 * Whether a sequence keeps setting records: rises, or falls, as sequence numbers and times do. Of n exchangeable values about ln n are records; three
 * times that, and four more, are a trend, unless the last quarter of the values set none.
 *
 * Three numbers of memory, O(1) time. Sequences that are merged are parts of one trend, each with as many records by chance as one of its mean length.
 *
 * Source: A. Renyi, "Theorie des elements saillants d'une suite d'observations", 1962.
 */
export class RecordTrend {
  #records = 0
  #since = 0
  #parts = 1

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
  isOn (n: number): boolean {
    const parts = this.#parts
    return this.#records > parts * (FACTOR * Math.log(n / parts + 1) + SURPLUS) && this.#since * RECENT < n
  }

  /** One half-life. */
  halve (): void {
    this.#records >>>= 1
    this.#since >>>= 1
    this.#parts = Math.max(1, this.#parts >>> 1)
  }

  merge (other: RecordTrend): void {
    if (this.#records > 0 && other.#records > 0) this.#parts += other.#parts
    else if (other.#records > 0) this.#parts = other.#parts
    this.#records += other.#records
    this.#since = Math.min(this.#since, other.#since)
  }

  toJSON (): RecordTrendJson { return { records: this.#records, since: this.#since, parts: this.#parts } }

  static from (json: RecordTrendJson): RecordTrend {
    const trend = new RecordTrend()
    trend.#records = json.records
    trend.#since = json.since
    trend.#parts = json.parts ?? 1
    return trend
  }
}
