const PLACES = 8

/** How a value came: as the last one did, for the first time (or after long), or back again after another. */
export const SAME = 0
export const NEW = 1
export const BACK = 2
export type Coming = typeof SAME | typeof NEW | typeof BACK

/**
 * The values that something (a session) had lately, at most eight: the one longest unseen makes room. Two values are *simultaneous* where
 * each came back after the other within `overlapMs`: somebody who moves from one to another, and once back, has only one of them.
 *
 * O(8) time, nothing allocated after construction; about 300 bytes. Times are milliseconds.
 */
export class RecentValues {
  /** The last value. */
  current: number
  /** Values held, the first `size` places. */
  size = 1
  /** Changes to a value that is no ordinary companion, decaying. */
  changes = 0
  #changedAt = 0
  readonly #values = new Uint32Array(PLACES)
  /** When each came last, and last came back. */
  readonly #last = new Float64Array(PLACES)
  readonly #back = new Float64Array(PLACES).fill(-Infinity)
  /** Whether it ordinarily goes with another: it then counts as that one. */
  readonly #isCompanion = new Uint8Array(PLACES)

  constructor (value: number, at: number) {
    this.current = value >>> 0
    this.#values[0] = value
    this.#last[0] = at
  }

  valueAt (place: number): number { return this.#values[place] as number }

  has (value: number): boolean { return this.#placeOf(value) >= 0 }

  /** Takes a value in. @param lastAt When the current one was last seen. @param isCompanion Whether it ordinarily goes with one that is known. */
  see (value: number, at: number, lastAt: number, overlapMs: number, isCompanion: boolean): Coming {
    const wanted = value >>> 0
    const before = this.#placeOf(this.current)
    if (before >= 0) this.#last[before] = wanted === this.current ? at : Math.max(lastAt, this.#last[before] as number)
    if (wanted === this.current) return SAME
    this.current = wanted
    const known = this.#placeOf(wanted)
    if (known >= 0 && at - (this.#last[known] as number) <= overlapMs) {
      this.#last[known] = this.#back[known] = at
      return BACK
    }
    const place = known >= 0 ? known : this.#room()
    this.#values[place] = wanted
    this.#last[place] = at
    this.#back[place] = -Infinity
    this.#isCompanion[place] = isCompanion ? 1 : 0
    return NEW
  }

  /** Counts a change. @returns How many there were within about `windowMs`. */
  change (at: number, windowMs: number): number {
    if (at > this.#changedAt) this.changes *= 0.5 ** ((at - this.#changedAt) / windowMs)
    this.#changedAt = Math.max(at, this.#changedAt)
    return ++this.changes
  }

  /** Values, companions aside, that came within the window. */
  distinct (at: number, windowMs: number): number {
    let count = 0
    for (let place = 0; place < this.size; place++) if (this.#isCompanion[place] === 0 && at - (this.#last[place] as number) <= windowMs) count++
    return count
  }

  /** Values, companions aside, that came back after another within the window. */
  simultaneous (at: number, overlapMs: number): number {
    let count = 0
    for (let place = 0; place < this.size; place++) if (this.#isCompanion[place] === 0 && at - (this.#back[place] as number) <= overlapMs) count++
    return count
  }

  #placeOf (value: number): number {
    for (let place = 0; place < this.size; place++) if (this.#values[place] === value >>> 0) return place
    return -1
  }

  #room (): number {
    if (this.size < PLACES) return this.size++
    let oldest = 0
    for (let place = 1; place < PLACES; place++) if ((this.#last[place] as number) < (this.#last[oldest] as number)) oldest = place
    return oldest
  }
}
