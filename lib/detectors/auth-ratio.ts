/** Width of a bucket, and buckets kept: failures are judged when they have had one to two buckets' time to be followed by a success. */
const BUCKET_MS = 300_000
const BUCKETS = 8
const GRACE = 2
/** The norm halves its weight every day. */
const NORM_HALF_LIFE_MS = 86_400_000
/** The norm before anything was seen: one in five, worth ten logins. */
const PRIOR = 10
const PRIOR_SHARE = 0.2
/** What a share has to exceed: three times the norm, and by 20 points. */
const FACTOR = 3
const MARGIN = 0.2
/** Evidence (log-likelihood ratio) at which it alarms, and the least failures in it. */
const OPEN_AT = 12
const LEAST_FAILURES = 30
/** Share of failures in a bucket that is over from which nobody need wait for them to be followed by successes: nobody gets in. */
const NOBODY = 0.9
/** Buckets without a further rise after which it is over. */
const STALE = 6

/**
 * Whether the share of users who fail to log in, and do not succeed soon after, has risen above its own slowly learned norm:
 * a one-sided CUSUM of log-likelihood ratios over closed buckets of five minutes. Those who mistype and then succeed count as
 * successes, so that a morning with many typos, or new passwords for everybody, is none.
 *
 * While an episode is open the norm is frozen. Time: O(1) an attempt. Memory: about 20 numbers. Times are milliseconds.
 *
 * Source: C. Herley, S. Schechter, "Distinguishing attacks from legitimate authentication traffic at scale", NDSS 2019 (a ratio
 * against its norm); E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954.
 */
export class AuthRatio {
  isOpen = false
  #since = 0
  #unresolved = 0
  #successes = 0
  /** What buckets show that have not had their grace yet, where that is told all the same. */
  #foreseen: { bucket: number, since: number, unresolved: number, successes: number } | null = null
  readonly #failed = new Int32Array(BUCKETS)
  readonly #succeeded = new Int32Array(BUCKETS)
  #bucket = 0
  #sum = 0
  /** The last bucket that added to the sum. */
  #risen = 0
  #normFailed = 0
  #normAll = 0
  #normAt = 0

  /** Share that is ordinary. */
  get norm (): number { return (this.#normFailed + PRIOR * PRIOR_SHARE) / (this.#normAll + PRIOR) }

  /** Attempts that the norm was learned from, weighed by age. */
  get weight (): number { return this.#normAll }

  /** When the failures began. */
  get since (): number { return this.#now?.since ?? this.#since }
  /** Since then: users who failed and did not succeed, and successes. */
  get unresolved (): number { return this.#now?.unresolved ?? this.#unresolved }
  get successes (): number { return this.#now?.successes ?? this.#successes }

  get #now (): { since: number, unresolved: number, successes: number } | null { return this.isOpen ? null : this.#foreseen }

  get share (): number { return this.unresolved === 0 ? 0 : this.unresolved / (this.unresolved + this.successes) }

  /** From which share on it is not ordinary. */
  get limit (): number { return Math.min(0.95, Math.max(FACTOR * this.norm, this.norm + MARGIN)) }

  /** A user fails for the first time since the last success. @returns The bucket to give to `resolve`. */
  fail (at: number): number {
    const bucket = this.#advance(at)
    this.#failed[bucket % BUCKETS]!++
    return bucket
  }

  /** A user who failed in `bucket` has succeeded. */
  resolve (bucket: number): void {
    const slot = bucket % BUCKETS
    if (bucket > this.#bucket - BUCKETS && this.#failed[slot]! > 0) this.#failed[slot]!--
  }

  /** Whether an episode is open at that time. */
  isOpenAt (at: number): boolean {
    this.#advance(at)
    return this.isOpen || this.#foreseen !== null
  }

  succeed (at: number): void { this.#succeeded[this.#advance(at) % BUCKETS]!++ }

  /** Lets time pass; closes buckets that have had their grace. */
  #advance (at: number): number {
    const bucket = Math.floor(at / BUCKET_MS)
    if (this.#bucket === 0) this.#bucket = bucket
    if (bucket - this.#bucket > 2 * BUCKETS) this.#clear(bucket)
    while (this.#bucket < bucket) {
      this.#close(this.#bucket - GRACE)
      this.#foresee(this.#bucket)
      this.#bucket++
      const slot = this.#bucket % BUCKETS
      this.#failed[slot] = 0
      this.#succeeded[slot] = 0
    }
    if (this.#sum > 0 && this.#bucket - this.#risen > STALE + GRACE) {
      this.#sum = 0
      this.isOpen = false
    }
    return this.#bucket
  }

  /** Nothing came for long: what is left is closed, and the buckets begin anew. */
  #clear (bucket: number): void {
    for (let old = this.#bucket - GRACE; old <= this.#bucket; old++) this.#close(old)
    this.#failed.fill(0)
    this.#succeeded.fill(0)
    this.#bucket = bucket
  }

  #close (bucket: number): void {
    const slot = ((bucket % BUCKETS) + BUCKETS) % BUCKETS
    const failed = this.#failed[slot]!
    const succeeded = this.#succeeded[slot]!
    if (this.#foreseen !== null && bucket >= this.#foreseen.bucket) this.#foreseen = null
    if (failed + succeeded === 0) return
    const { norm, limit } = this
    const rise = failed * Math.log(limit / norm) + succeeded * Math.log((1 - limit) / (1 - norm))
    if (this.#sum === 0) {
      this.#since = bucket * BUCKET_MS
      this.#unresolved = 0
      this.#successes = 0
    }
    this.#unresolved += failed
    this.#successes += succeeded
    this.#sum = Math.max(0, this.#sum + rise)
    if (rise > 0) this.#risen = bucket
    if (this.#sum === 0) this.isOpen = false
    else if (this.#sum >= OPEN_AT && this.#unresolved >= LEAST_FAILURES) this.isOpen = true
    this.#sum = Math.min(this.#sum, 3 * OPEN_AT)
    if (!this.isOpen) this.#learn(failed, succeeded, bucket * BUCKET_MS)
  }

  /** A bucket has just ended in which hardly anybody got in: that is told at once. It is closed like others when it has had its grace. */
  #foresee (bucket: number): void {
    const slot = bucket % BUCKETS
    const failed = this.#failed[slot]!
    const succeeded = this.#succeeded[slot]!
    if (this.isOpen || failed < LEAST_FAILURES || failed < NOBODY * (failed + succeeded)) return
    const { norm, limit } = this
    if (failed * Math.log(limit / norm) + succeeded * Math.log((1 - limit) / (1 - norm)) < OPEN_AT) return
    const { since = bucket * BUCKET_MS, unresolved = 0, successes = 0 } = this.#foreseen ?? {}
    this.#foreseen = { bucket, since, unresolved: unresolved + failed, successes: successes + succeeded }
  }

  #learn (failed: number, succeeded: number, at: number): void {
    const factor = this.#normAt === 0 ? 1 : 0.5 ** (Math.max(0, at - this.#normAt) / NORM_HALF_LIFE_MS)
    this.#normFailed = this.#normFailed * factor + failed
    this.#normAll = this.#normAll * factor + failed + succeeded
    this.#normAt = at
  }

  toJSON (): AuthRatioJson { return { failed: this.#normFailed, all: this.#normAll, at: this.#normAt } }

  restore (json: AuthRatioJson): void {
    this.#normFailed = json.failed
    this.#normAll = json.all
    this.#normAt = json.at
  }

  merge (json: AuthRatioJson): void {
    this.#normFailed += json.failed
    this.#normAll += json.all
    this.#normAt = Math.max(this.#normAt, json.at)
  }
}

/** The plain form: the norm only; what is under way is not kept. */
export interface AuthRatioJson { failed: number, all: number, at: number }
