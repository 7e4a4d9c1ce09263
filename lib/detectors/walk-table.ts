import { setIndex } from '../store/set-index'
import type { FlowEpisode } from './flow-episode'
import { ObjectWalk, WALK_CELLS } from './object-walk'
import type { WalkCells } from './object-walk'
import type { WalkNorms } from './walk-norms'

const WAYS = 8
/** Large arrays begin so many bytes after a page does (what the allocator writes before them), and so many more after a line of the cache. */
const LINE_CELLS = 16
const BEFORE_CELLS = 12

/**
 * What each sender asks of each route with path parameters, in the open window: as many pairs of the two as `capacity` allows. A pair has one of eight places, most have the first
 * that they look at: a look-up is one line of the cache. Where all eight are taken, one whose window is over goes, else the one of fewest requests: of many senders who come once none
 * displaces a walk.
 *
 * There are two views: `of` moves the one, `next` the other. Memory: 84 bytes times the capacity from the start.
 */
export class WalkTable {
  /** Pairs that have a place. */
  size = 0
  readonly #sets: number
  readonly #cells: Int32Array
  /** Places that were ever taken, in that order. */
  readonly #taken: Uint32Array
  readonly #leave: (walk: ObjectWalk) => void
  readonly #walk: ObjectWalk
  readonly #idle: ObjectWalk
  #hand = 0

  /** @param capacity Rounded up to a multiple of 8. @param leave Told which walk is used for another pair now; then it is emptied. */
  constructor (capacity: number, leave: (walk: ObjectWalk) => void) {
    this.#sets = Math.ceil(capacity / WAYS)
    const places = this.#sets * WAYS
    const all = cellsOf(places)
    this.#cells = all.cells
    this.#taken = new Uint32Array(places)
    this.#leave = leave
    this.#walk = new ObjectWalk(all)
    this.#idle = new ObjectWalk(all)
  }

  /** The walk of a key, empty where there was none; to be used before the next call. @param key Not 0. */
  of (key: number): ObjectWalk {
    const place = this.#find(key)
    return this.#walk.moveTo(place < 0 ? this.#claim(key) : place)
  }

  /** Reads the line that a walk most likely has, so that the caches have it when it is asked for. @returns Nothing that means anything. */
  touch (key: number): number { return this.#cells[(setIndex(key >>> 0, this.#sets) * WAYS + (key & (WAYS - 1))) * WALK_CELLS]! }

  get (key: number): ObjectWalk | null {
    const place = this.#find(key)
    return place < 0 ? null : this.#walk.moveTo(place)
  }

  /** The next walk in turn; to be used before the next call. */
  next (): ObjectWalk | null {
    if (this.size === 0) return null
    if (this.#hand >= this.size) this.#hand = 0
    return this.#idle.moveTo(this.#taken[this.#hand++]!)
  }

  /** Places are never given back: a free one ends the search. */
  #find (key: number): number {
    const cells = this.#cells
    const first = setIndex(key >>> 0, this.#sets) * WAYS
    for (let i = 0; i < WAYS; i++) {
      const place = first + ((key + i) & (WAYS - 1))
      const known = cells[place * WALK_CELLS]
      if (known === key) return place
      if (known === 0) return -1
    }
    return -1
  }

  #claim (key: number): number {
    const cells = this.#cells
    const first = setIndex(key >>> 0, this.#sets) * WAYS
    let chosen = -1
    for (let i = 0; i < WAYS; i++) {
      const place = first + ((key + i) & (WAYS - 1))
      if (cells[place * WALK_CELLS] === 0) {
        this.#taken[this.size++] = place
        cells[place * WALK_CELLS] = key
        return place
      }
      if (chosen < 0 || this.#isLess(place, chosen)) chosen = place
    }
    const walk = this.#idle.moveTo(chosen)
    this.#leave(walk)
    walk.clear()
    cells[chosen * WALK_CELLS] = key
    return chosen
  }

  /** Whether less would be lost with the one walk than with the other: an older window, or fewer requests. */
  #isLess (place: number, other: number): boolean {
    const [own, its] = [place * WALK_CELLS, other * WALK_CELLS]
    const windows = this.#cells[own + 1]! - this.#cells[its + 1]!
    return windows < 0 || (windows === 0 && this.#cells[own + 2]! < this.#cells[its + 2]!)
  }
}

function cellsOf (places: number): WalkCells {
  const { buffer } = new Int32Array(places * WALK_CELLS + LINE_CELLS)
  const from = 4 * BEFORE_CELLS
  return {
    cells: new Int32Array(buffer, from, places * WALK_CELLS),
    floats: new Float32Array(buffer, from, places * WALK_CELLS),
    doubles: new Float64Array(buffer, from, places * WALK_CELLS / 2),
    since: new Float64Array(places),
    routes: new Array<WalkNorms | null>(places).fill(null),
    episodes: new Map<number, FlowEpisode>()
  }
}
