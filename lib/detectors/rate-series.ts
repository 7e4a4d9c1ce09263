import { ClippedMoments } from '../stats/clipped-moments'
import type { ClippedMomentsJson } from '../stats/clipped-moments'
import { mergeMoments, sharesOf } from './rate-merge'
import type { RateShares, RateSpan } from './rate-merge'
import { mergeWatches, RateWatch } from './rate-watch'
import type { RateChange, RateWatchJson, RateWatchOptions } from './rate-watch'

/** Empty buckets of a silence that are counted one by one; what is longer is as if nobody had looked. */
const MOST_EMPTY = 360
/** Share of the least jump that a bucket has to reach before a watch is kept. */
const WAKE = 0.25
/** Half-lives, in buckets, of what is known without one. */
const LEVEL = 60
const SPREAD = 300

/** The route that a series is of, as events name it. */
export interface RateRoute { readonly method: string, readonly url: string, readonly key: string }

/** What knows whether nothing is to be learned now: an object that is there anyway, where a function for each route would take 100 bytes. */
export interface RateSubject { readonly frozen: boolean }
const NEVER_FROZEN: RateSubject = { frozen: false }

/** What is counted. */
export type RateMeasure = 'requests' | 'bytes'

/** Told what became of an episode of a series. */
export type OnRateChange = (series: RateSeries, measure: RateMeasure, watch: RateWatch, change: Exclude<RateChange, 'none'>, at: number) => void

/** Options shared by all series that have the same. */
export interface RateSeriesOptions {
  readonly requests: RateWatchOptions
  /** Of bytes; `null` where they are not watched. */
  readonly bytes: RateWatchOptions | null
}

/** @param leastBytes As `leastJump`, of bytes; 0 where they are not watched. */
export function rateSeriesOptions (requests: RateWatchOptions, leastBytes: number): RateSeriesOptions {
  return { requests, bytes: leastBytes > 0 ? { ...requests, leastJump: leastBytes, dropouts: false } : null }
}

/** The plain form of a `RateSeries`. */
export interface RateSeriesJson { samples: number, bucketMs: number, span: RateSpan, requests: GaugeJson, bytes: GaugeJson | null }

interface GaugeJson { quiet: ClippedMomentsJson, longestSilence: number, watch: RateWatchJson | null }

/**
 * Requests and bytes of one subject (a route, the application) in buckets of fixed length, each watched for episodes. Buckets advance by the time that is
 * given, never by a timer: when a request comes, or when `advance` is called. A time before the open bucket counts as that bucket's. Bytes are only judged
 * while the number of requests is ordinary: one cause counts once.
 *
 * Time: O(1), 10 ns within a bucket; the empty buckets of a silence are made up for, 360 at the most (0.1 ms). Memory: 0.5 kB; a watch (7 kB) is only kept once a
 * bucket has reached a quarter of the jump that would be reported, so most of many routes have none.
 */
export class RateSeries {
  /** What the series is of; `null` for the whole application. */
  readonly route: RateRoute | null
  /** Requests counted. */
  samples = 0
  /** A rhythm takes days: whether a route is judged does not wait for it. */
  readonly progress = 1
  readonly #bucketMs: number
  readonly #onChange: OnRateChange
  readonly #requests: Gauge
  readonly #bytes: Gauge | null
  /** Buckets closed: from the first up to the one after the last; -1 before there is any. */
  #from = -1
  #to = -1
  readonly #subject: RateSubject
  #bucket = -1
  /** Beginning of the next bucket, epoch milliseconds. */
  #ends = -Infinity

  /** @param subject Asked at the end of each bucket whether anything is to be learned from it. */
  constructor (route: RateRoute | null, options: RateSeriesOptions, onChange: OnRateChange, subject: RateSubject = NEVER_FROZEN) {
    this.route = route
    this.#subject = subject
    this.#bucketMs = options.requests.bucketMs
    this.#onChange = onChange
    this.#requests = new Gauge(options.requests)
    this.#bytes = options.bytes === null ? null : new Gauge(options.bytes)
  }

  /** Counts one request. */
  count (at: number): void {
    if (at >= this.#ends) this.advance(at)
    this.samples++
    const requests = this.#requests
    if (++requests.amount > requests.limit) this.#tell('requests', requests, requests.exceed(at, this.#bucket * this.#bucketMs), at)
  }

  /** Counts bytes of the open bucket. */
  weigh (bytes: number, at: number): void {
    const gauge = this.#bytes
    if (gauge === null) return
    gauge.amount += bytes
    if (gauge.amount <= gauge.limit || this.#requests.isUnusual) return
    this.#tell('bytes', gauge, gauge.exceed(at, this.#bucket * this.#bucketMs), at)
  }

  /** Closes the buckets that are over. */
  advance (at: number): void {
    if (at < this.#ends) return
    const bucketMs = this.#bucketMs
    const bucket = Math.floor(at / bucketMs)
    const first = this.#bucket
    // Before anybody is told: who is may want to know how it stands now.
    this.#bucket = bucket
    this.#ends = (bucket + 1) * bucketMs
    if (first < 0) return
    if (this.#from < 0) this.#from = first
    this.#to = bucket
    const last = Math.min(bucket, first + 1 + MOST_EMPTY)
    for (let each = first; each < last; each++) this.#close(each * bucketMs, at, each === last - 1)
  }

  /** The episode that is open, if any. */
  episode (measure: RateMeasure): RateWatch | null {
    const watch = (measure === 'requests' ? this.#requests : this.#bytes)?.watch ?? null
    return watch !== null && watch.isOpen ? watch : null
  }

  toJSON (): RateSeriesJson { return { samples: this.samples, bucketMs: this.#bucketMs, span: { from: this.#from, to: this.#to }, requests: this.#requests.toJSON(), bytes: this.#bytes === null ? null : this.#bytes.toJSON() } }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: RateSeriesJson): void {
    this.samples = json.samples
    this.#requests.restore(json.requests)
    if (json.bytes !== null) this.#bytes?.restore(json.bytes)
    this.#from = json.span.from
    this.#to = json.span.to
    this.#bucket = -1
    this.#ends = -Infinity
  }

  /**
   * Adds what another process learned, as if one had counted the requests of both: see `mergeMoments`. The open bucket is given up, and episodes that are open.
   * @throws RangeError Where `json` is of other buckets.
   */
  merge (json: RateSeriesJson): void {
    if (json.bucketMs !== this.#bucketMs) throw new RangeError(`buckets of ${json.bucketMs} ms, not ${this.#bucketMs}`)
    if (json.span.from < 0) return
    if (this.#from < 0) return this.restore(json)
    const shares = sharesOf({ from: this.#from, to: this.#to }, json.span)
    this.samples += json.samples
    this.#requests.merge(json.requests, shares)
    if (json.bytes !== null) this.#bytes?.merge(json.bytes, shares)
    this.#from = Math.min(this.#from, json.span.from)
    this.#to = Math.max(this.#to, json.span.to)
    this.#bucket = -1
    this.#ends = -Infinity
  }

  /** What was learned, for people: per bucket. */
  describe (): Record<string, unknown> {
    const at = Math.max(0, this.#bucket) * this.#bucketMs
    return { bucketMs: this.#bucketMs, requests: this.#requests.describe(at), ...this.#bytes === null ? null : { bytes: this.#bytes.describe(at) } }
  }

  /** @param now When it is told. @param isLast Whether no further bucket is closed now: of an episode's steps only the last is told. */
  #close (at: number, now: number, isLast: boolean): void {
    const requests = this.#requests
    const wasUnusual = requests.isUnusual
    const isFrozen = this.#subject.frozen
    const change = requests.close(at, isFrozen)
    if (change !== 'step' || isLast) this.#tell('requests', requests, change, now)
    const bytes = this.#bytes
    if (bytes === null) return
    if (wasUnusual || requests.isUnusual) bytes.amount = 0
    else this.#tell('bytes', bytes, bytes.close(at, isFrozen), now)
  }

  #tell (measure: RateMeasure, { watch }: Gauge, change: RateChange, at: number): void {
    if (change !== 'none' && watch !== null) this.#onChange(this, measure, watch, change, at)
  }
}

/** One measure of a series: the open bucket's amount, and what is known of closed ones. */
class Gauge {
  amount = 0
  /** Amount above which `exceed` is to be called. */
  limit: number
  /** Kept from the first bucket on that is worth it. */
  watch: RateWatch | null = null
  readonly #options: RateWatchOptions
  /** What is known without a watch. */
  readonly #quiet = new ClippedMoments(LEVEL, SPREAD)
  /** Empty buckets until now, and the most that there were in a row. */
  #silence = 0
  #longestSilence = 0

  constructor (options: RateWatchOptions) {
    this.#options = options
    this.limit = WAKE * options.leastJump
  }

  /** Whether an episode is open. */
  get isUnusual (): boolean { return this.watch !== null && this.watch.isOpen }

  /** The open bucket has more than `limit`. @param begun Its beginning. */
  exceed (at: number, begun: number): RateChange {
    if (this.watch === null) {
      this.watch = new RateWatch(this.#options)
      this.watch.seed(this.#quiet.toJSON(), begun, this.#longestSilence)
      this.limit = this.watch.limit
      if (this.amount <= this.limit) return 'none'
    }
    const change = this.watch.exceed(at, this.amount)
    this.limit = this.watch.limit
    return change
  }

  /** The bucket that began at `at` is over. */
  close (at: number, isFrozen: boolean): RateChange {
    const { amount, watch } = this
    this.amount = 0
    if (watch === null && isFrozen) return 'none'
    if (watch === null) {
      this.#quiet.learn(amount, Math.max(1, this.#quiet.mean))
      this.#silence = amount === 0 ? this.#silence + 1 : 0
      if (this.#silence > this.#longestSilence) this.#longestSilence = this.#silence
      return 'none'
    }
    const change = watch.observe(at, amount, isFrozen)
    this.limit = watch.limit
    return change
  }

  toJSON (): GaugeJson { return { quiet: this.#quiet.toJSON(), longestSilence: this.#longestSilence, watch: this.watch === null ? null : this.watch.toJSON() } }

  restore (json: GaugeJson): void {
    this.amount = 0
    this.#quiet.restore(json.quiet)
    this.#silence = 0
    this.#longestSilence = json.longestSilence
    this.watch = null
    this.limit = WAKE * this.#options.leastJump
    if (json.watch === null) return
    this.watch = new RateWatch(this.#options)
    this.watch.restore(json.watch)
    this.limit = this.watch.limit
  }

  /** Adds what another process learned; what has no watch is known by its level and spread. */
  merge (json: GaugeJson, shares: RateShares): void {
    if (this.watch !== null || json.watch !== null) {
      const watch = mergeWatches(this.#watched(this.toJSON()), this.#watched(json), shares)
      return this.restore({ quiet: this.#quiet.toJSON(), longestSilence: this.#longestSilence, watch })
    }
    const longestSilence = (shares.both > 0.5 ? Math.min : Math.max)(this.#longestSilence, json.longestSilence)
    this.restore({ quiet: mergeMoments(this.#quiet.toJSON(), json.quiet, shares), longestSilence, watch: null })
  }

  #watched ({ quiet, longestSilence, watch }: GaugeJson): RateWatchJson {
    if (watch !== null) return watch
    const seeded = new RateWatch(this.#options)
    seeded.seed(quiet, 0, longestSilence)
    return seeded.toJSON()
  }

  describe (at: number): Record<string, unknown> {
    return this.watch === null ? { buckets: this.#quiet.n, recent: Number(this.#quiet.mean.toPrecision(3)) } : this.watch.describe(at)
  }
}
