import type { TokenScanner } from './injection-tokens'
import { FEATURES, featuresOf } from './ngram-model'
import type { NgramModel } from './ngram-model'
import { OddStretches, RUNS, STAGGER, WINDOW } from './odd-stretches'

/** Places of the table of features met lately; fewer than so many in a window speak for an injection. */
const MET = 1024
/** Tokens after which the table is emptied, long before their count overflows. */
const MOST_TOKENS = 1 << 30

/**
 * The stretch of a text that says most, where a feature that speaks for an injection counts once, and all its repetitions together as much as is
 * allowed; what speaks against one counts as often as it comes. So rows of a list or a table, each of which looks a little odd, do not add up: what
 * counts is the oddest row, and what others have that it has not.
 *
 * Exact would be the greatest sum over all beginnings. Kept are `RUNS` of them, each a CUSUM (E. S. Page, 1954) that begins anew where it has
 * sunk to zero, and after `WINDOW` tokens at the latest: so what stands before an injection cannot use its evidence up, since some sum has begun
 * at most `STAGGER` tokens before it. Tokens of which no stretch could say `least` are passed over (odd-stretches), which changes no sum from there on.
 * Time: O(features + tokens × `RUNS`); memory: 12 KB; nothing is allocated.
 */
export class BestStretch {
  /** Greatest sum of a stretch so far; below `least`, it may be less than that. */
  best = 0
  /** Where that stretch begins and ends. */
  bestFrom = 0
  bestTo = 0
  readonly #weights: Int8Array
  readonly #allowed: number
  readonly #sums = new Int32Array(RUNS)
  /** Token and place in the text at which each sum has begun, and what repetitions may still add to it. */
  readonly #begun = new Int32Array(RUNS)
  readonly #from = new Uint32Array(RUNS)
  readonly #left = new Int32Array(RUNS)
  /** Features met lately, and the token at which each last was. One that has lost its place to another counts as new. */
  readonly #met = new Int32Array(MET).fill(-1)
  readonly #lastAt = new Int32Array(MET)
  /** What of a token has been met before: what it weighs, and where it was. */
  readonly #again = new Int32Array(FEATURES)
  readonly #againAt = new Int32Array(FEATURES)
  /** The last tokens of a call that was passed over: with the next ones they may yet say something. */
  readonly #tail = new Int32Array(WINDOW)
  readonly #tailStarts = new Uint32Array(WINDOW)
  readonly #tailSums = new Int32Array(WINDOW)
  #tailBefore = 0
  #held = 0
  readonly #odd: OddStretches
  /** Whether the sums have begun for this text, and whether the last token was passed over. */
  #isBegun = false
  #isAside = false
  readonly #features = new Uint32Array(FEATURES)
  #before = 0
  #beforeThat = 0
  /** Tokens so far, of all texts. */
  #now = 0

  /** @param weights What each feature weighs. @param allowed What the repetitions in a stretch may add, in the same units. @param least Sum from which it says something. */
  constructor (weights: Int8Array, allowed: number, least: number) {
    this.#weights = weights
    this.#allowed = allowed
    this.#odd = new OddStretches(least)
  }

  /** Forgets the last text: for most texts, all that is asked. */
  begin (): void {
    this.best = 0
    this.bestFrom = 0
    this.bestTo = 0
    this.#held = 0
    this.#before = 0
    this.#beforeThat = 0
    this.#isBegun = false
  }

  /** Takes the tokens of the scanner's last call in, of which the model has been told. @param end Where in the text they end. @param isLast Whether the text ends there. */
  add ({ tokens, starts, count }: TokenScanner, { sums, before }: NgramModel, end: number, isLast: boolean): void {
    if (!this.#isBegun) this.#beginSums()
    if (this.#held > 0) {
      this.#odd.find(this.#tailSums, this.#tailBefore, this.#held, this.#now, false)
      this.#takeAll(this.#tail, this.#tailStarts, this.#held, starts[0] as number)
      this.#held = 0
    }
    this.#odd.find(sums, before, count, this.#now, isLast)
    this.#takeAll(tokens, starts, count, end)
  }

  /** Passes over them, since no stretch that ends there says anything; others may begin there. */
  pass ({ tokens, starts, count }: TokenScanner, { sums, before }: NgramModel): void {
    const from = Math.max(0, count - WINDOW)
    for (let i = from; i < count; i++) {
      this.#tail[i - from] = tokens[i] as number
      this.#tailStarts[i - from] = starts[i] as number
      this.#tailSums[i - from] = sums[i] as number
    }
    this.#tailBefore = from > 0 ? sums[from - 1] as number : before
    this.#held = count - from
    this.#before = from > 0 ? (tokens[from - 1] as number) & 255 : 0
    this.#beforeThat = from > 1 ? (tokens[from - 2] as number) & 255 : 0
    this.#isBegun = false
  }

  #beginSums (): void {
    this.#isBegun = true
    this.#isAside = false
    this.#odd.begin()
    this.#sums.fill(0)
    if (this.#now > MOST_TOKENS) {
      this.#now = 0
      this.#met.fill(-1)
    }
    // No sum reaches back beyond this; and it is always the same one that begins, so that what a text is taken for hangs on no other text.
    this.#now = (this.#now + 2 * WINDOW - 1) & -WINDOW
  }

  /** Takes those in that are needed. */
  #takeAll (tokens: Int32Array, starts: Uint32Array, count: number, end: number): void {
    const features = this.#features
    const { lows } = this.#odd
    for (let i = 0; i < count; i++) {
      const token = tokens[i] as number
      if ((lows[i] as number) > i) {
        this.#now++
        this.#isAside = true
      } else {
        if (this.#isAside) this.#sums.fill(0)
        this.#isAside = false
        const n = featuresOf(token, this.#before, this.#beforeThat, features)
        this.#take(features, n, starts[i] as number, i + 1 < count ? starts[i + 1] as number : end)
      }
      this.#beforeThat = this.#before
      this.#before = token & 255
    }
  }

  /** Takes a token in. @param features The first `count` of these are its own. @param from Where in the text it begins. @param to Where it ends. */
  #take (features: Uint32Array, count: number, from: number, to: number): void {
    const weights = this.#weights
    const met = this.#met
    const lastAt = this.#lastAt
    const now = this.#now++
    let sum = 0
    let again = 0
    let repeated = 0
    let first = now
    let last = 0
    for (let i = 0; i < count; i++) {
      const feature = features[i] as number
      const weight = weights[feature] as number
      if (weight <= 0) {
        sum += weight
        continue
      }
      const slot = feature & (MET - 1)
      const at = lastAt[slot] as number
      lastAt[slot] = now
      if (met[slot] !== feature || now - at >= WINDOW) {
        met[slot] = feature
        sum += weight
        continue
      }
      this.#again[repeated] = weight
      this.#againAt[repeated++] = at
      again += weight
      if (at < first) first = at
      if (at > last) last = at
    }
    if ((now & (STAGGER - 1)) === 0) this.#sums[(now / STAGGER) & (RUNS - 1)] = 0
    this.#add(sum, again, first, last, repeated, now, from, to)
  }

  /**
   * Adds to the sums what a token says.
   * @param sum What of it is new to all of them, or speaks against. @param again What of it has been met, @param first at this token or later, @param last or before.
   */
  #add (sum: number, again: number, first: number, last: number, repeated: number, now: number, from: number, to: number): void {
    const sums = this.#sums
    const begun = this.#begun
    const left = this.#left
    for (let run = 0; run < RUNS; run++) {
      let total = sums[run] as number
      if (total <= 0) {
        total = 0
        begun[run] = now
        this.#from[run] = from
        left[run] = this.#allowed
      }
      total += sum
      if (again > 0) {
        const begin = begun[run] as number
        const known = begin <= first ? again : begin > last ? 0 : this.#knownSince(begin, repeated)
        const added = Math.min(left[run] as number, known)
        left[run] = (left[run] as number) - added
        total += again - known + added
      }
      sums[run] = total
      if (total <= this.best) continue
      this.best = total
      this.bestFrom = this.#from[run] as number
      this.bestTo = to
    }
  }

  /** How much of what a token says has been met since another. */
  #knownSince (begin: number, repeated: number): number {
    let known = 0
    for (let i = 0; i < repeated; i++) if ((this.#againAt[i] as number) >= begin) known += this.#again[i] as number
    return known
  }
}
