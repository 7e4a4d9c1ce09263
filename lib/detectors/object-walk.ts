import { distinctOf } from '../stats/linear-counter'
import { FlowEpisode } from './flow-episode'
import type { WalkNorms } from './walk-norms'

/** Cells of a walk: sixteen, which are one line of a cache. A place that was never used is all 0. */
const KEY = 0
/** Number of its window, and 1; 0 for none. */
const WINDOW = 1
const REQUESTS = 2
/** In the lower half the bits that are set of those below, in the upper one different objects that were asked for in vain. */
const COUNTS = 3
/** In the lower half the longest run of numbers by one step, in the upper one the run that it is in. */
const RUNS = 4
/** As the nearest number of 24 bits. */
const STEP = 5
const LAST = 6
const BITS = 8

/** Cells that a walk takes: 64 bytes. */
export const WALK_CELLS = 16
const HALF = 16
const LOWER = 0xffff

/** The numbers of all walks, by place; of each the first request of its window (epoch milliseconds), its route, and its episode, where there is any. */
export interface WalkCells {
  readonly cells: Int32Array
  /** The same memory. */
  readonly floats: Float32Array
  readonly doubles: Float64Array
  readonly since: Float64Array
  readonly routes: (WalkNorms | null)[]
  readonly episodes: Map<number, FlowEpisode>
}

/** What one sender asked of one route within the open window: a view of the walk at one place of a `WalkTable`. Runs are counted up to 65,535. */
export class ObjectWalk {
  readonly #cells: Int32Array
  readonly #floats: Float32Array
  readonly #doubles: Float64Array
  readonly #all: WalkCells
  #place = 0
  #at = 0

  constructor (all: WalkCells) {
    this.#all = all
    this.#cells = all.cells
    this.#floats = all.floats
    this.#doubles = all.doubles
  }

  moveTo (place: number): this {
    this.#place = place
    this.#at = place * WALK_CELLS
    return this
  }

  /** Hash of sender and route. */
  get key (): number { return this.#cells[this.#at + KEY] as number }
  /** Number of its window; -1 for none. */
  get window (): number { return (this.#cells[this.#at + WINDOW] as number) - 1 }
  /** The route whose norms it teaches. */
  get route (): WalkNorms | null { return this.#all.routes[this.#place] ?? null }
  /** Epoch milliseconds of the window's first request. */
  get since (): number { return this.#all.since[this.#place] as number }
  get requests (): number { return this.#cells[this.#at + REQUESTS] as number }
  /** Different objects asked for in vain. */
  get missed (): number { return (this.#cells[this.#at + COUNTS] as number) >>> HALF }
  /** Longest run of numbers by one step. */
  get longest (): number { return (this.#cells[this.#at + RUNS] as number) & LOWER }
  /** Different objects asked for. */
  get objects (): number { return distinctOf((this.#cells[this.#at + COUNTS] as number) & LOWER) }

  /** Made when first asked for. */
  get episode (): FlowEpisode {
    const { episodes } = this.#all
    const known = episodes.get(this.#place)
    if (known !== undefined) return known
    const fresh = new FlowEpisode()
    episodes.set(this.#place, fresh)
    return fresh
  }

  /** Begins a window. */
  open (route: WalkNorms, window: number, at: number): void {
    const own = this.#at
    this.close()
    this.#cells[own + WINDOW] = window + 1
    this.#doubles[(own + LAST) >> 1] = NaN
    this.#floats[own + STEP] = NaN
    this.#all.since[this.#place] = at
    this.#all.routes[this.#place] = route
  }

  /** The window is over: nothing of it is left. */
  close (): void { this.#cells.fill(0, this.#at + WINDOW, this.#at + WALK_CELLS) }

  /** Forgets it, whose place another may have from now on. */
  clear (): void {
    this.close()
    this.#all.routes[this.#place] = null
    this.#all.episodes.delete(this.#place)
  }

  /** Takes a request in. @param object Hash of all path parameters. @param number The last of them as a number, `NaN` where it is none. */
  ask (object: number, number: number, isFruitless: boolean): void {
    const cells = this.#cells
    const own = this.#at
    cells[own + REQUESTS]!++
    const word = own + BITS + ((object >>> 5) & 7)
    const bit = 1 << (object & 31)
    if ((cells[word]! & bit) === 0) {
      cells[word]! |= bit
      cells[own + COUNTS]! += isFruitless ? (1 << HALF) + 1 : 1
    }
    const last = this.#doubles[(own + LAST) >> 1] as number
    if (!Number.isNaN(number) && number !== last) this.#step(number, number - last)
  }

  #step (number: number, step: number): void {
    const cells = this.#cells
    const own = this.#at
    const runs = cells[own + RUNS] as number
    const longest = runs & LOWER
    const run = Math.fround(step) === this.#floats[own + STEP] ? Math.min((runs >>> HALF) + 1, LOWER) : 1
    cells[own + RUNS] = (run << HALF) | Math.max(run, longest)
    this.#floats[own + STEP] = step
    this.#doubles[(own + LAST) >> 1] = number
  }
}
