import { EMPTY_RANGE, distanceFrom } from '../stats/octave-range'
import { ItemTable, MAX_ITEMS, MAX_LEVEL } from '../store/item-table'
import { PlanRows, recordOf, remembers, startOf } from '../store/plan-rows'
import { MAX_EXACT } from '../text/value-shape'
import type { ValueScan } from '../text/value-shape'
import { EXACTS, MANY, VALUES } from './field-levels'
import type { FieldProfile } from './field-profile'
import type { ParameterTable } from './parameter-table'

/** Instead of a row: nothing written down yet, and nothing to write down. */
export const UNWRITTEN = -1
export const EMPTY = -2
/** Stand for the sources of a route's parameters: they may bear the same names. */
export const QUERY = 0x243f6a88
export const FORM = 0x85a308d3 | 0
export const PATH = 0x13198a2e
/** Instead of a mask of values: all of them are ordinary, and so is the list of names. */
export const ALL = -1
/** Level on which a source's table has its lists of names. */
export const LISTS = 0
/** Names of a request that a mask has bits for. */
const MOST_NAMES = 30
/** Names known at a time; parameters of further names are judged without a plan. */
const MAX_NAMES = 8192

/** Above a range (30 bits): the values are too many to be known one by one, and texts are no surprise. */
const RANGE = 0x3fffffff
const FREE = 1 << 30
const TEXTS = 1 << 31
/** Share of texts, one in so many, from which their values are free to be numbers too, and from which one more is surely no surprise. */
const SOME_TEXTS = 20
const MANY_TEXTS = 10

/** What a plan is written from: what was learned of the parameters of one source. */
export interface PlannedSource {
  /** `QUERY`, `FORM` or `PATH`. */
  readonly source: number
  /** Requests learned. */
  readonly n: number
  readonly parameters: ParameterTable
  /** Lists of names, on level `LISTS`. */
  readonly lists: ItemTable
}

/**
 * What suffices to say of a request's parameters that they are surely ordinary, of each route in one row of numbers side by side. What a route's parameters look like is kept in some
 * twenty objects; of a route that nobody has asked for lately each of them comes from main memory (measured: half of what 10,000 routes cost more than ten).
 *
 * A value is surely ordinary where it is known itself, or where values are many, its exact shape is; where it is a number as large as others; or a text where texts are ordinary. All of that
 * stays so while more is learned, but for what `stampOf` tells. What is not surely ordinary is judged as if there were no plan.
 *
 * Memory: 384 bytes a route that has parameters, and 8,192 names.
 */
export class ParameterPlans {
  readonly #rows = new PlanRows()
  readonly #scan: ValueScan
  /** What a name adds to the hash of a list of names. */
  readonly #parts = new Map<string, number>()

  constructor (scan: ValueScan) { this.#scan = scan }

  /**
   * Which values of a source are surely ordinary.
   * @param row Where the route's plan is. @param source As it was written.
   * @returns A mask, by the order of the names; `ALL` where nothing is left to be judged.
   */
  settled (row: number, source: number, values: Record<string, unknown>): number {
    const words = this.#rows.page(row)
    const start = startOf(row)
    let names = 0
    let settled = 0
    let list = 0
    for (const name in values) {
      const bit = 1 << names
      if (++names > MOST_NAMES) return settled
      const part = this.#parts.get(name)
      if (part === undefined) continue
      list = (list + part) | 0
      const value = values[name]
      if (typeof value === 'string' && this.#isSettled(words, start, part ^ source, value)) settled |= bit
    }
    return settled === (1 << names) - 1 && remembers(words, start, source ^ ItemTable.key(LISTS, list)) ? ALL : settled
  }

  #isSettled (words: Int32Array, start: number, key: number, value: string): boolean {
    const record = recordOf(words, start, key)
    if (record === 0 || value.length > MAX_EXACT) return false
    const scan = this.#scan.scan(value)
    if (scan.exact === 0) return false
    const level = (record & FREE) === 0 ? VALUES : EXACTS
    if (!remembers(words, start, key ^ ItemTable.key(level, level === VALUES ? scan.value : scan.exact))) return false
    return Number.isNaN(scan.number) ? (record & TEXTS) !== 0 : distanceFrom(record & RANGE, scan.number) === 0
  }

  /** Writes down what is known of a route. @param row Where it was written before. @returns Where it is. */
  write (row: number, sources: readonly (PlannedSource | null)[]): number {
    const place = row >= 0 ? row : this.#rows.open()
    this.#rows.clear(place)
    for (const source of sources) if (source !== null && source.n >= MANY) this.#writeSource(place, source)
    return place
  }

  #writeSource (row: number, { source, parameters, lists }: PlannedSource): void {
    const rows = this.#rows
    for (const list of lists.keys(LISTS, 2)) rows.add(row, source ^ list)
    for (let place = 0; place < parameters.size; place++) {
      const profile = parameters.profile(place)
      const record = parameters.isTracking(place) ? 0 : settledOf(profile)
      const part = parameters.part(place)
      if (record === 0 || !this.#keeps(parameters.name(place), part)) continue
      const key = part ^ source
      rows.note(row, key, record)
      for (const thing of profile.items.keys((record & FREE) === 0 ? VALUES : EXACTS, 2)) rows.add(row, key ^ thing)
    }
  }

  #keeps (name: string, part: number): boolean {
    if (this.#parts.has(name)) return true
    if (this.#parts.size >= MAX_NAMES) return false
    this.#parts.set(name, part)
    return true
  }

  /** Gives a row back. */
  close (row: number): void { if (row >= 0) this.#rows.close(row) }
}

/** What a record says of a field; 0 where too little is known for certain. */
function settledOf ({ n, texts, items, magnitude }: FieldProfile): number {
  if (n < MANY || !items.isOpen(EXACTS) || items.distinct(EXACTS) >= MAX_LEVEL || items.size >= MAX_ITEMS) return 0
  const range = texts * SOME_TEXTS > n ? EMPTY_RANGE : magnitude
  return range | (items.isOpen(VALUES) ? 0 : FREE) | (texts * MANY_TEXTS >= n ? TEXTS : 0)
}

/** A number that changes when what a plan would say of a source does; 0 while it would say nothing. */
export function stampOf ({ n, parameters, lists }: PlannedSource): number {
  if (n < MANY) return 0
  let stamp = mixed(mixed(1, parameters.size), lists.known(LISTS) - lists.once(LISTS))
  for (let place = 0; place < parameters.size; place++) {
    const { items } = parameters.profile(place)
    const record = settledOf(parameters.profile(place))
    const level = (record & FREE) === 0 ? VALUES : EXACTS
    stamp = mixed(mixed(stamp, record), record === 0 ? 0 : items.known(level) - items.once(level))
  }
  return stamp
}

function mixed (stamp: number, further: number): number { return Math.imul(stamp ^ further, 0x01000193) ^ (stamp >>> 15) }
