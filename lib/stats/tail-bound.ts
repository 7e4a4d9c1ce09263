const NONE: number[] = []
/** Extremes kept of each generation. */
const KEPT = 8
/** Laws shared; further ones are their bound's own. */
const MAX_LAWS = 64
/** Values for each of which the bound leaves an outlier out: until then one can hide. */
const MANY = 60
/** Values after which one outlier can be told from the others, though it moves the bound. */
const SOME = 16
/** Outliers left out, at the most: what three have sent is ordinary. */
const MAX_STRAYS = 2

/** The limit is that of one value in ten times as many as were seen, at the most, unless said otherwise: what is rarer they say too little about. */
const REACH = 10
/** How much further out than the others expect it the most extreme value may be and still count; it does so as well where it is no twice as large. */
const STRAY = 2

/** Which tail, and what share may lie beyond: the same object for all bounds alike, since a number of their own would take 24 bytes each. */
interface Law { readonly sign: 1 | -1, readonly error: number, readonly reach: number }

/** The plain form of a `TailBound`. */
export interface TailBoundJson { n: number, top: number[], before: number, topBefore: number[] }

/**
 * The bound that a share of at most `error` of ordinary values exceeds (a tenth of one in those seen, while they are few), from the eight largest values seen (for the lower tail, the eight
 * smallest). Conformal prediction says how often the next value lies beyond the largest of `n`: 1/(n + 1). Beyond what was seen the
 * tail is extended as an exponential one whose scale is known from eight values only (its predictive quantile), or by Hill's estimator where
 * that reaches further; no further than to one value in ten times as many as were seen. So a quantity that ends sharply (a rating, a page size) has a sharp bound, and one with a long tail a far one.
 *
 * From 60 values on, the most extreme one does not count where the others put it out of reach, so one outlier cannot move the bound; from 120 on, the two most
 * extreme. `isBeyondOthers` tells one outlier among fewer. Values of
 * one *group* (the elements of one body) are one draw: only the most extreme of them counts, once the group is over. Values of the half-life
 * before the last are forgotten by `halve`.
 *
 * Memory: two lists of eight numbers at the most. Time: one comparison for a value that is not extreme. `merge` answers as one bound
 * that saw both streams. Empty: infinite. `NaN` must not be given.
 *
 * Sources: V. Vovk, A. Gammerman, G. Shafer, "Algorithmic Learning in a Random World", 2005, section 2; B. M. Hill, "A simple general
 * approach to inference about the tail of a distribution", Annals of Statistics 3, 1975; I. Weissman, JASA 73, 1978; J. F. Lawless,
 * "Prediction intervals for exponential distributions", Technometrics 13, 1971.
 */
export class TailBound {
  /** Values that are not ordinary lie beyond; an ordinary one is never. */
  limit: number
  /** Groups learned, of this half-life and the one before. */
  n = 0
  readonly #law: Law
  /** Largest first; for the lower tail, negated. */
  #top: number[] = NONE
  #before = 0
  #topBefore: readonly number[] = NONE
  /** Values from which the limit is set again, whatever they are. */
  #next = 0
  #group = -1
  /** Most extreme value of the group under way. */
  #pending = -Infinity

  /**
   * @param side Which tail.
   * @param error Share of ordinary values that may lie beyond the bound; 0 to 1, exclusive.
   * @param reach Times as many values as were seen, of which one may be told to lie beyond; `Infinity` for the bound of `error` from the beginning.
   */
  constructor (side: 'upper' | 'lower', error: number, reach = REACH) {
    if (!(error > 0 && error < 1)) throw new RangeError(`error must be between 0 and 1, got ${error}`)
    this.#law = lawOf(side === 'upper' ? 1 : -1, error, reach)
    this.limit = this.#law.sign * Infinity
  }

  /** The most extreme value learned, `NaN` while there is none. */
  get extreme (): number {
    const most = Math.max(this.#top[0] ?? -Infinity, this.#topBefore[0] ?? -Infinity, this.#pending)
    return most === -Infinity ? NaN : this.#law.sign * most + 0
  }

  /** How far out a value lies, in units of how far the bound lies from the least of the extremes kept; infinite beyond a sharp bound. */
  reach (value: number): number {
    const least = Math.min(this.#top.at(-1) ?? Infinity, this.#topBefore.at(-1) ?? Infinity)
    return (this.#law.sign * value - least) / Math.max(0, this.#law.sign * this.limit - least)
  }

  /** Whether a value lies beyond the bound. */
  isBeyond (value: number): boolean { return this.#law.sign > 0 ? value > this.limit : value < this.limit }

  /**
   * Whether a value is out of reach of all others but the most extreme one, which is as well: while there are too few values for leaving an outlier
   * out, one attack among them is no reason to take the next for ordinary. Not from what was seen before the last half-life.
   * @param least Values after which an outlier is told; 8 at the least, and then a long tail may be taken for one.
   */
  isBeyondOthers (value: number, least = SOME): boolean {
    const top = this.#top
    const signed = this.#law.sign * value
    if (this.n < least || this.n >= MANY || top.length < KEPT || this.#topBefore.length > 0 || !(signed > (top[1] as number))) return false
    const odds = Math.max(1, KEPT * Math.min(this.#law.reach, 1 / (this.n * this.#law.error)))
    return isOutOfReach(Math.min(signed, top[0] as number), top, 1, KEPT, odds)
  }

  /**
   * @param group Number of the group that the value belongs to; values of one group come one after the other.
   * @returns Whether the value is more extreme than any before.
   */
  learn (value: number, group: number): boolean {
    const signed = this.#law.sign * value + 0
    const isRecord = signed > (this.#top[0] ?? -Infinity) && signed > this.#pending
    if (group === this.#group) {
      if (signed > this.#pending) this.#pending = signed
      return isRecord
    }
    this.#flush()
    this.#group = group
    this.#pending = signed
    this.n++
    return isRecord
  }

  /** One half-life. */
  halve (): void {
    this.#flush()
    this.#topBefore = this.#top
    this.#top = NONE
    this.n -= this.#before
    this.#before = this.n
    this.#set()
  }

  /** Adds what another bound of the same tail learned. */
  merge (other: TailBound): void {
    this.#flush()
    other.#flush()
    this.n += other.n
    this.#before += other.#before
    for (const value of other.#top) this.#insert(value)
    this.#topBefore = [...this.#topBefore, ...other.#topBefore].sort((a, b) => b - a).slice(0, KEPT)
    this.#set()
  }

  /** The limit as of now: the one at hand may be of a quarter fewer values. */
  settle (): number {
    this.#flush()
    this.#set()
    return this.limit
  }

  /** The bound of a share of `error`, however few values were seen: what is certainly no ordinary one lies beyond. */
  furthest (): number {
    this.#flush()
    return this.#limitOf(1 / (this.n * this.#law.error))
  }

  toJSON (): TailBoundJson {
    this.#flush()
    return { n: this.n, top: [...this.#top], before: this.#before, topBefore: [...this.#topBefore] }
  }

  /** Takes over what `toJSON` gave. */
  restore (json: TailBoundJson): void {
    this.n = json.n
    this.#top = json.top.slice(0, KEPT)
    this.#before = json.before
    this.#topBefore = json.topBefore.slice(0, KEPT)
    this.#set()
  }

  /** The group under way is over. */
  #flush (): void {
    if (this.#group === -1) return
    this.#group = -1
    const pending = this.#pending
    this.#pending = -Infinity
    if (this.n < this.#next && this.#top.length === KEPT && pending <= (this.#top[KEPT - 1] as number)) return
    this.#insert(pending)
    this.#set()
  }

  #insert (signed: number): void {
    let top = this.#top
    let at = top.length
    while (at > 0 && (top[at - 1] as number) < signed) at--
    if (at >= KEPT) return
    // `concat` makes a list of just this length; spreading and `push` take room for sixteen more.
    if (top.length < KEPT) this.#top = top = top.concat(signed)
    for (let i = top.length - 1; i > at; i--) top[i] = top[i - 1] as number
    top[at] = signed
  }

  #set (): void {
    this.#next = Math.ceil(this.n * 1.25)
    this.limit = this.#limitOf(Math.min(this.#law.reach, 1 / (this.n * this.#law.error)))
  }

  /** The bound of one value in so many times as many as were seen. */
  #limitOf (times: number): number {
    const seen = this.#topBefore.length === 0 ? this.#top : [...this.#top, ...this.#topBefore].sort((a, b) => b - a)
    const kept = Math.min(KEPT, seen.length, Math.max(2, this.n >>> 1))
    if (kept < 3) return this.#law.sign * Infinity
    const odds = Math.max(1, kept * times)
    let strays = Math.min(kept - 1, MAX_STRAYS, Math.floor(this.n / MANY))
    while (strays > 0 && !isOutOfReach(seen[strays - 1] as number, seen, strays, kept, odds)) strays--
    return this.#law.sign * boundOf(seen, strays, kept, odds) + 0
  }
}

/** Whether a value is out of reach of those from `first` on. */
function isOutOfReach (value: number, seen: readonly number[], first: number, kept: number, odds: number): boolean {
  const least = seen[kept - 1] as number
  const distance = value - least
  return distance > Math.abs(least) + 2 && distance > STRAY * (boundOf(seen, first, kept, odds) - least)
}

/** The bound that the values from `first` on say. */
function boundOf (seen: readonly number[], first: number, kept: number, odds: number): number {
  const least = seen[kept - 1] as number
  const terms = kept - 1 - first
  const isScalable = least > 0 || (seen[0] as number) < 0
  let excess = 0
  let logExcess = 0
  for (let i = first; i < kept - 1; i++) {
    excess += (seen[i] as number) - least
    if (isScalable) logExcess += Math.abs(Math.log((seen[i] as number) / least))
  }
  // Whole numbers are values rounded: those not alike differ by half a unit more or less.
  if (excess > 0 && areWhole(seen, kept)) excess += terms / 2
  const linear = least + excess * (odds ** (1 / terms) - 1)
  const heavy = isScalable ? least * Math.exp(Math.sign(least) * logExcess / terms * Math.log(odds)) : linear
  return Math.max(seen[first] as number, linear, heavy)
}

const laws: Law[] = []

function lawOf (sign: 1 | -1, error: number, reach: number): Law {
  const known = laws.find((law) => law.sign === sign && law.error === error && law.reach === reach)
  if (known !== undefined) return known
  const law = { sign, error, reach }
  if (laws.length < MAX_LAWS) laws.push(law)
  return law
}

function areWhole (values: readonly number[], count: number): boolean {
  for (let i = 0; i < count; i++) if (!Number.isInteger(values[i])) return false
  return true
}
