/** Most values held, and what is kept of each: itself, when it last came, when it last came back, whether it is a companion. */
const PLACES = 8
const LAST = 1
const BACK_AT = 2
const COMPANION = 3
const WIDTH = 4

/** How a value came: as the last one did, for the first time (or after long), or back again after another. */
export const SAME = 0
export const NEW = 1
export const BACK = 2
export type Coming = typeof SAME | typeof NEW | typeof BACK

/**
 * The values that something (a session) had lately, at most eight: the one longest unseen makes room. Two values are *simultaneous* where
 * each came back after the other within `overlapMs`: somebody who moves from one to another, and once back, has only one of them. A *companion*
 * ordinarily goes with a value that is known: it then counts as that one.
 *
 * O(8) time. Memory: 150 bytes, and 32 for each value. Times are milliseconds.
 */
export class RecentValues {
  /** The last value. */
  current: number
  /** Changes to a value that is no companion, decaying. */
  changes = 0
  #changedAt = 0
  /** Numbers with fractions from the first on, so that all are kept unboxed. */
  readonly #cells: number[]

  /** @param value A 32-bit hash. */
  constructor (value: number, at: number) {
    this.current = value | 0
    this.#cells = [value | 0, at, -Infinity, 0]
  }

  /** Values held. */
  get size (): number { return this.#cells.length / WIDTH }

  valueAt (place: number): number { return this.#cells[place * WIDTH] as number }

  has (value: number): boolean { return this.#cellOf(value) >= 0 }

  /** Takes a value in. @param lastAt When the current one was last seen. @param isCompanion Whether it ordinarily goes with one that is known. */
  see (value: number, at: number, lastAt: number, overlapMs: number, isCompanion: boolean): Coming {
    const cells = this.#cells
    const wanted = value | 0
    const before = this.#cellOf(this.current)
    if (before >= 0) cells[before + LAST] = wanted === this.current ? at : Math.max(lastAt, cells[before + LAST] as number)
    if (wanted === this.current) return SAME
    this.current = wanted
    const known = this.#cellOf(wanted)
    if (known >= 0 && at - (cells[known + LAST] as number) <= overlapMs) {
      cells[known + LAST] = cells[known + BACK_AT] = at
      return BACK
    }
    const cell = known >= 0 ? known : this.#room()
    cells[cell] = wanted
    cells[cell + LAST] = at
    cells[cell + BACK_AT] = -Infinity
    cells[cell + COMPANION] = isCompanion ? 1 : 0
    return NEW
  }

  /** Counts a change. @returns How many there were within about `windowMs`. */
  change (at: number, windowMs: number): number {
    if (at > this.#changedAt) this.changes *= 0.5 ** ((at - this.#changedAt) / windowMs)
    this.#changedAt = Math.max(at, this.#changedAt)
    return ++this.changes
  }

  /** Values, companions aside, that came within the window. */
  distinct (at: number, windowMs: number): number { return this.#count(LAST, at - windowMs) }

  /** Values, companions aside, that came back after another within the window. */
  simultaneous (at: number, overlapMs: number): number { return this.#count(BACK_AT, at - overlapMs) }

  #count (what: number, since: number): number {
    let count = 0
    for (let cell = 0; cell < this.#cells.length; cell += WIDTH) if (this.#cells[cell + COMPANION] === 0 && (this.#cells[cell + what] as number) >= since) count++
    return count
  }

  #cellOf (value: number): number {
    for (let cell = 0; cell < this.#cells.length; cell += WIDTH) if (this.#cells[cell] === (value | 0)) return cell
    return -1
  }

  #room (): number {
    const cells = this.#cells
    if (cells.length < PLACES * WIDTH) {
      cells.push(0, 0, 0, 0)
      return cells.length - WIDTH
    }
    let oldest = 0
    for (let cell = WIDTH; cell < cells.length; cell += WIDTH) if ((cells[cell + LAST] as number) < (cells[oldest + LAST] as number)) oldest = cell
    return oldest
  }
}
