import { addDistinct, COUNTER_CELLS, distinctIn } from '../stats/linear-counter'
import { FlowEpisode } from './flow-episode'
import type { WalkNorms } from './walk-norms'

/** Cells of a walk: a place that was never used is all 0. */
const KEY = 0
const IS_OPEN = 1
const WINDOW = 2
const REQUESTS = 3
const MISSED = 4
const LONGEST = 5
const RUN = 6
const OBJECTS = 7
const LAST = OBJECTS + COUNTER_CELLS
const STEP = LAST + 2
const SINCE = STEP + 2

/** Cells that a walk takes: 88 bytes. */
export const WALK_CELLS = SINCE + 2

/** What one sender asked of one route within the open window: a view of the walk at one place of a `WalkTable`. */
export class ObjectWalk {
  readonly #cells: Int32Array
  readonly #doubles: Float64Array
  readonly #routes: (WalkNorms | null)[]
  readonly #episodes: Map<number, FlowEpisode>
  #place = 0
  #at = 0

  /** @param cells `WALK_CELLS` for each place. @param doubles The same memory. @param routes By place. @param episodes By place. */
  constructor (cells: Int32Array, doubles: Float64Array, routes: (WalkNorms | null)[], episodes: Map<number, FlowEpisode>) {
    this.#cells = cells
    this.#doubles = doubles
    this.#routes = routes
    this.#episodes = episodes
  }

  moveTo (place: number): this {
    this.#place = place
    this.#at = place * WALK_CELLS
    return this
  }

  /** Hash of sender and route. */
  get key (): number { return this.#cells[this.#at + KEY] as number }
  /** Number of its window; -1 for none. */
  get window (): number { return this.#cells[this.#at + IS_OPEN] === 0 ? -1 : this.#cells[this.#at + WINDOW] as number }
  /** The route whose norms it teaches. */
  get route (): WalkNorms | null { return this.#routes[this.#place] ?? null }
  /** Epoch milliseconds of the window's first request. */
  get since (): number { return this.#doubles[(this.#at + SINCE) >> 1] as number }
  get requests (): number { return this.#cells[this.#at + REQUESTS] as number }
  /** Different objects asked for in vain. */
  get missed (): number { return this.#cells[this.#at + MISSED] as number }
  /** Longest run of numbers by one step. */
  get longest (): number { return this.#cells[this.#at + LONGEST] as number }
  /** Different objects asked for. */
  get objects (): number { return distinctIn(this.#cells, this.#at + OBJECTS) }

  /** Made when first asked for. */
  get episode (): FlowEpisode {
    const known = this.#episodes.get(this.#place)
    if (known !== undefined) return known
    const fresh = new FlowEpisode()
    this.#episodes.set(this.#place, fresh)
    return fresh
  }

  /** Begins a window. */
  open (key: number, route: WalkNorms, window: number, at: number): void {
    const own = this.#at
    this.close()
    this.#cells[own + KEY] = key
    this.#cells[own + IS_OPEN] = 1
    this.#cells[own + WINDOW] = window
    this.#doubles[(own + SINCE) >> 1] = at
    this.#doubles[(own + LAST) >> 1] = NaN
    this.#doubles[(own + STEP) >> 1] = NaN
    this.#routes[this.#place] = route
  }

  /** The window is over: nothing of it is left. */
  close (): void { this.#cells.fill(0, this.#at, this.#at + WALK_CELLS) }

  /** Makes room for another pair of sender and route. */
  clear (): void {
    this.close()
    this.#routes[this.#place] = null
    this.#episodes.delete(this.#place)
  }

  /** Takes a request in. @param object Hash of all path parameters. @param number The last of them as a number, `NaN` where it is none. */
  ask (object: number, number: number, isFruitless: boolean): void {
    const cells = this.#cells
    const doubles = this.#doubles
    const own = this.#at
    cells[own + REQUESTS]!++
    const isNew = addDistinct(cells, own + OBJECTS, object)
    if (isNew && isFruitless) cells[own + MISSED]!++
    const last = doubles[(own + LAST) >> 1] as number
    if (Number.isNaN(number) || number === last) return
    const step = number - last
    const run = step === doubles[(own + STEP) >> 1] ? (cells[own + RUN] as number) + 1 : 1
    cells[own + RUN] = run
    if (run > cells[own + LONGEST]!) cells[own + LONGEST] = run
    doubles[(own + STEP) >> 1] = step
    doubles[(own + LAST) >> 1] = number
  }
}
