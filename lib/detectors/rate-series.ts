import { RateWatch } from './rate-watch'
import type { RateChange, RateWatchJson, RateWatchOptions } from './rate-watch'

/** Empty buckets of a silence that are counted one by one; what is longer is as if nobody had looked. */
const MOST_EMPTY = 360

/** The route that a series is of, as events name it. */
export interface RateRoute { readonly method: string, readonly url: string, readonly key: string }

/** What is counted. */
export type RateMeasure = 'requests' | 'bytes'

/** Told what became of an episode of a series. */
export type OnRateChange = (series: RateSeries, measure: RateMeasure, change: Exclude<RateChange, 'none'>, at: number) => void

export interface RateSeriesOptions extends RateWatchOptions {
  /** As `leastJump`, of bytes; 0 where bytes are not watched. */
  readonly leastBytes: number
}

/** The plain form of a `RateSeries`. */
export interface RateSeriesJson { samples: number, requests: RateWatchJson, bytes: RateWatchJson | null }

/**
 * Requests and bytes of one subject (a route, the application) in buckets of fixed length, each watched for episodes. Buckets advance by the time that is
 * given, never by a timer: when a request comes, or when `advance` is called. A time before the open bucket counts as that bucket's. Bytes are only judged
 * while the number of requests is ordinary: one cause counts once.
 *
 * Time: O(1), 10 ns within a bucket; the empty buckets of a silence are made up for, 360 at the most (0.1 ms). Memory: that of two watches.
 */
export class RateSeries {
  /** What the series is of; `null` for the whole application. */
  readonly route: RateRoute | null
  /** Requests counted. */
  samples = 0
  readonly requests: RateWatch
  readonly bytes: RateWatch | null
  readonly #options: RateSeriesOptions
  readonly #onChange: OnRateChange
  #bucket = -1
  /** Beginning of the next bucket, epoch milliseconds. */
  #ends = -Infinity
  #count = 0
  #amount = 0

  constructor (route: RateRoute | null, options: RateSeriesOptions, onChange: OnRateChange) {
    this.route = route
    this.#options = options
    this.#onChange = onChange
    this.requests = new RateWatch(options)
    this.bytes = options.leastBytes > 0 ? new RateWatch({ ...options, leastJump: options.leastBytes, dropouts: false }) : null
  }

  /** Counts one request. */
  count (at: number): void {
    if (at >= this.#ends) this.advance(at)
    this.samples++
    if (++this.#count > this.requests.limit) this.#tell('requests', this.requests.exceed(at, this.#count), at)
  }

  /** Counts bytes of the open bucket. */
  weigh (bytes: number, at: number): void {
    if (this.bytes === null) return
    this.#amount += bytes
    if (this.#amount > this.bytes.limit && this.#count <= this.requests.limit && !this.requests.isOpen) this.#tell('bytes', this.bytes.exceed(at, this.#amount), at)
  }

  /** Closes the buckets that are over. */
  advance (at: number): void {
    if (at < this.#ends) return
    const { bucketMs } = this.#options
    const bucket = Math.floor(at / bucketMs)
    if (this.#bucket >= 0) {
      const last = Math.min(bucket, this.#bucket + 1 + MOST_EMPTY)
      for (let each = this.#bucket; each < last; each++) this.#close(each * bucketMs, at, each === last - 1)
    }
    this.#bucket = bucket
    this.#ends = (bucket + 1) * bucketMs
  }

  toJSON (): RateSeriesJson { return { samples: this.samples, requests: this.requests.toJSON(), bytes: this.bytes === null ? null : this.bytes.toJSON() } }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: RateSeriesJson): void {
    this.samples = json.samples
    this.requests.restore(json.requests)
    if (json.bytes !== null) this.bytes?.restore(json.bytes)
    this.#bucket = -1
    this.#ends = -Infinity
    this.#count = this.#amount = 0
  }

  /** Takes over what another process learned, where that is more: rates of two processes are not added, each sees its own share of the traffic. */
  merge (json: RateSeriesJson): void {
    if (json.requests.baseline.buckets > this.requests.baseline.buckets) this.restore(json)
  }

  /** What was learned, for people: per bucket. */
  describe (): Record<string, unknown> {
    const at = Math.max(0, this.#bucket) * this.#options.bucketMs
    return { bucketMs: this.#options.bucketMs, requests: this.requests.describe(at), ...this.bytes === null ? null : { bytes: this.bytes.describe(at) } }
  }

  /** @param now When it is told. @param isLast Whether no further bucket is closed now: of an episode's steps only the last is told. */
  #close (at: number, now: number, isLast: boolean): void {
    const change = this.requests.observe(at, this.#count)
    if (change !== 'step' || isLast) this.#tell('requests', change, now)
    if (this.bytes !== null && (this.bytes.isOpen || !this.requests.isOpen)) this.#tell('bytes', this.bytes.observe(at, this.#amount), now)
    this.#count = this.#amount = 0
  }

  #tell (measure: RateMeasure, change: RateChange, at: number): void {
    if (change !== 'none') this.#onChange(this, measure, change, at)
  }
}
