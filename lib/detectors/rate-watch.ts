import { countAt, countDistance } from '../stats/anscombe'
import type { ClippedMomentsJson } from '../stats/clipped-moments'
import { RateBaseline } from './rate-baseline'
import type { RateBaselineJson } from './rate-baseline'
import { mergeBaselines } from './rate-merge'
import type { RateShares } from './rate-merge'
import { RateRamp } from './rate-ramp'

/** Closed buckets before anything is judged, and until when a spike has to be the further out the fewer there are. */
const FEWEST = 6
const SETTLED = 30
/** Distances of a bucket that is out: two of three open an episode, one twice as far out does alone. */
const ENTER = 4
/** Ratio to what is expected that a bucket out has at the least, and one that opens alone. */
const LEAST_RATIO = 1.5
const ALONE_RATIO = 3
/** Expected cases of such a bucket in the memory, by its own past, at the most. */
const MOST_CASES = 1
const LEAST_SURPRISE = 1 / (1 + MOST_CASES / 3)
/** Distance within which a bucket is calm again, and how many in a row end an episode. */
const LEAVE = 1.5
const CALM = 3
/** Buckets of an episode after which it is reported again; then at each doubling. */
const FIRST_STEP = 8
/** A drop-out: share of the level that is next to nothing, buckets of it, expected requests missed (e^-14 is one in a million), buckets learned before. */
const DROP_SHARE = 0.1
const DROP_BUCKETS = 6
const DROP_MISSED = 14
const DROP_LEARNED = 180
/** Fewer requests than these a second are people's, who go home: until a day is known, that they do is no stop. */
const DROP_DENSITY = 0.9
const DAY_MS = 86_400_000

/** What an episode is about: a sudden rise, a steady one, or a stop. */
export type RateEpisodeKind = 'spike' | 'ramp' | 'drop'
/** What a bucket did to the episode. */
export type RateChange = 'none' | 'open' | 'step' | 'close'

export interface RateWatchOptions {
  readonly bucketMs: number
  /** Amount by which a bucket has to exceed what is expected. */
  readonly leastJump: number
  /** Time after which a level that lasts is the new norm. */
  readonly adoptMs: number
  /** Whether an episode that is a stop is told; it does not teach either way. */
  readonly dropouts: boolean
}

/** Two watches of streams that make one. Both have to be silent for the whole to be. */
export function mergeWatches (ours: RateWatchJson, theirs: RateWatchJson, shares: RateShares): RateWatchJson {
  const pick = shares.both > 0.5 ? Math.min : Math.max
  return { baseline: mergeBaselines(ours.baseline, theirs.baseline, shares), longestQuiet: pick(ours.longestQuiet, theirs.longestQuiet) }
}

/** The plain form of a `RateWatch`; episodes that are open are not in it. */
export interface RateWatchJson { baseline: RateBaselineJson, longestQuiet: number }

/**
 * Watches the amounts of closed buckets of one subject (requests of a route, bytes of the application), and says when an episode opens, goes on and
 * closes: one for an attack, however long it lasts (W53 to W56).
 *
 * A *spike* opens when two of three closed buckets are 4 of Anscombe's distances (Poisson, or negative binomial with the dispersion seen) above both the
 * recent level and what is ordinary at this time, or the open bucket is 8 above them already; and a half, or two thirds, of it is new, it exceeds the
 * expected by `leastJump`, and its own past says that it is rare. With fewer than 30 buckets learned it has to be as much further out. A *ramp* opens
 * by a one-sided cumulative sum above 1.5 times the level of the last ten minutes (60 buckets). A *drop* opens when next to nothing comes, longer than twice
 * the longest such silence before, where 14 times the dispersion was expected; while no day is known, only of about a request a second and more.
 *
 * While an episode is open nothing is learned. It closes after three buckets near what was expected when it opened, or when it has lasted `adoptMs`:
 * then that is the new norm.
 *
 * Time: O(1) a bucket. Memory: that of the baseline and 200 bytes.
 *
 * Sources: F. J. Anscombe 1948; E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954; J. Brutlag, LISA 2000 (hysteresis by failures in a window).
 */
export class RateWatch {
  readonly baseline: RateBaseline
  /** The open bucket's amount above which `exceed` is to be called. */
  limit = Infinity
  isOpen = false
  kind: RateEpisodeKind = 'spike'
  /** Epoch milliseconds at which the episode began. */
  since = 0
  /** What was expected of a bucket when it opened; its extreme bucket since; its buckets and their amount. */
  expected = 0
  extreme = 0
  buckets = 0
  amount = 0
  readonly #options: RateWatchOptions
  readonly #ramp = new RateRamp()
  #variance = 0
  #calm = 0
  #next = 0
  /** Which of the last three buckets were out, a bit each. */
  #out = 0
  /** The last bucket, where it was out and nothing opened. */
  #doubtfulAt = NaN
  #doubtful = 0
  /** Silence: buckets, what was expected of each when it began, the longest that ended by itself. */
  #quiet = 0
  #quietLevel = 0
  #longestQuiet = 0
  /** Buckets still not judged, after a restart or when a level has become the norm. */
  #resting = 0

  constructor (options: RateWatchOptions) {
    this.#options = options
    this.baseline = new RateBaseline(options.bucketMs, 'counts')
  }

  /** Requests of a bucket, recently; 0 while nothing is known. */
  get level (): number { return this.baseline.recent.moments.mean }

  /** The open bucket has more than `limit`. @returns Whether an episode opens. */
  exceed (at: number, value: number): RateChange {
    if (this.isOpen) return 'none'
    return this.#open('spike', at, value, this.#expectedAt(at), this.baseline.recent.moments.variance)
  }

  /** Takes a closed bucket in. @param at Its beginning. @param isFrozen Whether nothing is learned from it, and no level that lasts becomes the norm. */
  observe (at: number, value: number, isFrozen = false): RateChange {
    this.baseline.judge(at, value)
    const change = this.isOpen ? this.#continue(at, value, isFrozen) : this.#begin(at, value)
    if (this.isOpen || isFrozen) this.#doubtfulAt = NaN
    else this.#learn(at, value)
    this.#setLimit(at + this.#options.bucketMs)
    return this.kind === 'drop' && !this.#options.dropouts ? 'none' : change
  }

  /** Starts with what is known of buckets that were not given one by one. @param at Beginning of the open bucket. @param longestQuiet Most empty ones in a row. */
  seed (known: ClippedMomentsJson, at: number, longestQuiet: number): void {
    this.baseline.seed(known)
    this.#longestQuiet = longestQuiet
    this.#ramp.level.restore(known)
    this.#setLimit(at)
  }

  toJSON (): RateWatchJson { return { baseline: this.baseline.toJSON(), longestQuiet: this.#longestQuiet } }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: RateWatchJson): void {
    this.baseline.restore(json.baseline)
    this.#longestQuiet = json.longestQuiet
    this.#resting = FEWEST
    this.isOpen = false
    this.limit = Infinity
  }

  /** What was learned, for people: amounts per bucket. */
  describe (at: number): Record<string, unknown> {
    const ordinary = this.baseline.ordinaryAt(at)
    return {
      buckets: this.baseline.buckets,
      recent: round(this.level),
      lasting: round(this.baseline.lasting.moments.mean),
      ordinaryNow: Number.isNaN(ordinary) ? null : round(ordinary),
      limit: Number.isFinite(this.limit) ? round(this.limit) : null,
      episode: this.isOpen ? { kind: this.kind, since: new Date(this.since).toISOString(), expected: round(this.expected), extreme: round(this.extreme) } : null
    }
  }

  /** What was expected of a bucket, as an episode of that kind counts it. @param at Its beginning. */
  expectedOf (kind: RateEpisodeKind, at: number): number { return kind === 'ramp' ? this.#ramp.level.mean : this.#expectedAt(at) }

  /** Whether an amount would be out, by what was expected when the episode opened. */
  isBeyond (value: number): boolean {
    return value >= LEAST_RATIO * this.expected && value - this.expected >= this.#options.leastJump && countDistance(value, this.expected, this.#variance) >= ENTER
  }

  #expectedAt (at: number): number {
    const ordinary = this.baseline.ordinaryAt(at)
    return ordinary > this.level ? ordinary : this.level
  }

  #begin (at: number, value: number): RateChange {
    if (this.#resting > 0) {
      this.#resting--
      return 'none'
    }
    if (this.baseline.buckets < FEWEST) return 'none'
    const expected = this.#expectedAt(at)
    const { variance } = this.baseline.recent.moments
    const strictness = this.#strictness()
    const distance = countDistance(value, expected, variance)
    const isRare = this.baseline.recent.isYoung || this.baseline.surprise >= LEAST_SURPRISE
    const isOut = distance >= ENTER * strictness && value >= LEAST_RATIO * expected && value - expected >= this.#options.leastJump && isRare
    this.#out = (this.#out << 1 | (isOut ? 1 : 0)) & 7
    const isFarOut = isOut && distance >= 2 * ENTER * strictness && value >= ALONE_RATIO * expected
    if (isFarOut || (isOut && this.#out !== 1 && this.#out !== 0)) return this.#open('spike', at, value, expected, variance)
    const { level } = this.#ramp
    if (this.#ramp.rises(value, this.baseline.ordinaryAt(at) || 0, this.#options.leastJump)) return this.#open('ramp', at, value, level.mean, level.variance)
    return this.#stops(at, value) ? this.#open('drop', at - (this.#quiet - 1) * this.#options.bucketMs, value, this.#quietLevel, 0) : 'none'
  }

  /** Whether a silence has become a drop-out. */
  #stops (at: number, value: number): boolean {
    if (this.#quiet === 0) {
      const ordinary = this.baseline.ordinaryAt(at)
      const level = Math.min(this.level, this.#ramp.level.mean, this.baseline.lasting.moments.mean)
      this.#quietLevel = ordinary < level ? ordinary : level
    }
    if (!(this.#quietLevel > 0) || value > DROP_SHARE * this.#quietLevel) {
      if (this.#quiet > this.#longestQuiet) this.#longestQuiet = this.#quiet
      this.#quiet = 0
      return false
    }
    this.#quiet++
    if (this.#quiet < DROP_BUCKETS || this.#quiet <= 2 * this.#longestQuiet) return false
    const { bucketMs } = this.#options
    const learned = this.baseline.buckets - this.#quiet
    if (learned < DROP_LEARNED || (learned * bucketMs < DAY_MS && this.#quietLevel * 1000 < DROP_DENSITY * bucketMs)) return false
    const dispersion = Math.max(1, this.#ramp.level.variance / Math.max(0.25, this.#ramp.level.mean))
    return this.#quiet * this.#quietLevel / dispersion >= DROP_MISSED
  }

  #open (kind: RateEpisodeKind, at: number, value: number, expected: number, variance: number): RateChange {
    this.isOpen = true
    this.kind = kind
    this.since = at
    this.expected = expected
    this.#variance = variance
    this.extreme = value
    this.buckets = 1
    this.amount = value
    this.#calm = 0
    this.#next = FIRST_STEP
    this.limit = Infinity
    return 'open'
  }

  #continue (at: number, value: number, isFrozen: boolean): RateChange {
    this.buckets++
    this.amount += value
    const isDrop = this.kind === 'drop'
    this.extreme = isDrop ? Math.min(this.extreme, value) : Math.max(this.extreme, value)
    this.#calm = (isDrop ? this.#isBack(value) : this.#isCalm(at, value)) ? this.#calm + 1 : 0
    if (!isFrozen && at - this.since >= this.#options.adoptMs) {
      this.#resting = SETTLED
      this.#ramp.forget()
      return this.#close(at)
    }
    if (this.#calm >= (isDrop ? 1 : CALM)) return this.#close(at)
    if (this.buckets < this.#next) return 'none'
    this.#next *= 2
    return 'step'
  }

  #isBack (value: number): boolean { return value > 2 * DROP_SHARE * this.expected }

  #isCalm (at: number, value: number): boolean {
    const expected = Math.max(this.expected, this.baseline.ordinaryAt(at) || 0)
    return countDistance(value, expected, this.#variance) < LEAVE || value - expected < this.#options.leastJump / 2
  }

  #close (at: number): RateChange {
    const { baseline } = this
    if (this.kind !== 'drop') baseline.recent.note((this.extreme - this.expected) / Math.sqrt(Math.max(1, this.expected, this.#variance)), at, baseline.buckets)
    this.isOpen = false
    this.#out = 0
    this.#ramp.end()
    this.#quiet = 0
    return 'close'
  }

  /** A bucket that was out teaches when the next one was not: it may be an episode's first. */
  #learn (at: number, value: number): void {
    if (!Number.isNaN(this.#doubtfulAt)) {
      const doubtfulAt = this.#doubtfulAt
      this.#doubtfulAt = NaN
      this.baseline.judge(doubtfulAt, this.#doubtful)
      this.#take(doubtfulAt, this.#doubtful)
      this.baseline.judge(at, value)
    }
    if ((this.#out & 1) === 0) return this.#take(at, value)
    this.#doubtfulAt = at
    this.#doubtful = value
  }

  #take (at: number, value: number): void {
    this.baseline.learn(at, value)
    this.#ramp.learn(value)
  }

  /** With few buckets learned, what is out has to be further out. */
  #strictness (): number { return Math.max(1, SETTLED / this.baseline.buckets) }

  #setLimit (at: number): void {
    if (this.isOpen || this.#resting > 0 || this.baseline.buckets < FEWEST) {
      this.limit = Infinity
      return
    }
    const { recent } = this.baseline
    const { variance } = recent.moments
    const expected = this.#expectedAt(at)
    const rare = recent.isYoung ? 0 : expected + recent.distanceOf(MOST_CASES) * Math.sqrt(Math.max(1, expected, variance))
    this.limit = Math.max(countAt(2 * ENTER * this.#strictness(), expected, variance), ALONE_RATIO * expected, expected + this.#options.leastJump, rare)
  }
}

function round (value: number): number { return Number(value.toPrecision(3)) }
