const HOUR_MS = 3_600_000
const HOURS = 24
const WEEK = 7 * HOURS
const SEEN = HOURS + WEEK
/** Days that an hour must have been seen, nearly whole, before it is believed. */
const DAYS = 1.9
/** Weeks, the same, for an hour of one day of the week. */
const WEEKS = 1.5
/** Days and weeks that a mean remembers. */
const DAYS_KEPT = 7
const WEEKS_KEPT = 3

export type SeasonJson = number[]

/**
 * What a stream's values are at this hour of the day, refined by the day of the week as far as that is known: the mean of the hour over all
 * days, plus the hour's own distance from it on this day of the week, weighted by how long it was seen. Hours are UTC: what matters is only
 * that they repeat (a change to summer time is one odd day).
 *
 * Time: O(1). Memory: 1.5 kB. An hour is believed after two days, an hour of the week after two weeks.
 *
 * Source: J. Brutlag, "Aberrant behavior detection in time series for network monitoring", LISA 2000 (seasonal coefficients as smoothed means).
 */
export class Season {
  /** Means of the hours of the day and of the week, then for how long each was seen. One array: a view of its own would cost 200 bytes. */
  readonly #hours = new Float32Array(2 * (HOURS + WEEK))

  /** What is ordinary at this time, between the middles of two hours; `NaN` while that is not known. */
  at (time: number): number {
    const hours = time / HOUR_MS - 0.5
    const hour = Math.floor(hours)
    const before = this.#ofHour(hour)
    const after = this.#ofHour(hour + 1)
    if (Number.isNaN(before) || Number.isNaN(after)) return Number.isNaN(before) ? after : before
    return before + (after - before) * (hours - hour)
  }

  #ofHour (hour: number): number {
    const ofDay = modulo(hour, HOURS)
    if (this.#hours[SEEN + ofDay]! < DAYS * HOUR_MS) return NaN
    const mean = this.#hours[ofDay]!
    const ofWeek = HOURS + modulo(hour, WEEK)
    const weeks = this.#hours[SEEN + ofWeek]! / HOUR_MS
    return weeks < WEEKS ? mean : mean + (this.#hours[ofWeek]! - mean) * weeks / (weeks + 1)
  }

  /** @param elapsedMs Time that the value stands for. */
  learn (time: number, value: number, elapsedMs: number): void {
    const hour = Math.floor(time / HOUR_MS)
    add(this.#hours, modulo(hour, HOURS), value, elapsedMs, DAYS_KEPT * HOUR_MS)
    add(this.#hours, HOURS + modulo(hour, WEEK), value, elapsedMs, WEEKS_KEPT * HOUR_MS)
  }

  toJSON (): SeasonJson { return [...this.#hours] }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: SeasonJson): void {
    if (json.length !== this.#hours.length) throw new RangeError('not a season')
    this.#hours.set(json)
  }
}

function modulo (value: number, by: number): number { return ((value % by) + by) % by }

/** A mean over time: each value weighs as long as it stood for; what is older than `kept` fades. */
function add (hours: Float32Array, at: number, value: number, elapsedMs: number, kept: number): void {
  const total = Math.min(kept, hours[SEEN + at]! + elapsedMs)
  hours[SEEN + at] = total
  if (total > 0) hours[at] = hours[at]! + (value - hours[at]!) * Math.min(1, elapsedMs / total)
}
