import { WayIndex } from '../store/way-index'
import type { FlowEpisode } from './flow-episode'
import { ObjectWalk, WALK_CELLS } from './object-walk'
import type { WalkNorms } from './walk-norms'

/**
 * What each sender asks of each route with path parameters, in the open window: as many pairs of the two as `capacity` allows, the one least recently seen of eight goes. The numbers of
 * all lie in one array, at their places, so that a look-up is three lines of a cache.
 *
 * There are two views: `of` moves the one, `next` the other. Memory: 100 bytes times the capacity from the start.
 */
export class WalkTable {
  readonly #index: WayIndex
  readonly #walk: ObjectWalk
  readonly #idle: ObjectWalk

  /** @param leave Told which walk is used for another pair now; then it is emptied. */
  constructor (capacity: number, leave: (walk: ObjectWalk) => void) {
    this.#index = new WayIndex(capacity, (place) => {
      const walk = this.#idle.moveTo(place)
      leave(walk)
      walk.clear()
    })
    const cells = new Int32Array(this.#index.capacity * WALK_CELLS)
    const doubles = new Float64Array(cells.buffer)
    const routes = new Array<WalkNorms | null>(this.#index.capacity).fill(null)
    const episodes = new Map<number, FlowEpisode>()
    this.#walk = new ObjectWalk(cells, doubles, routes, episodes)
    this.#idle = new ObjectWalk(cells, doubles, routes, episodes)
  }

  get size (): number { return this.#index.size }

  /** The walk of a key, empty where there was none; to be used before the next call. */
  of (key: number): ObjectWalk { return this.#walk.moveTo(this.#index.of(key)) }

  get (key: number): ObjectWalk | null {
    const place = this.#index.get(key)
    return place < 0 ? null : this.#walk.moveTo(place)
  }

  /** The next walk in turn; to be used before the next call. */
  next (): ObjectWalk | null {
    const place = this.#index.next()
    return place < 0 ? null : this.#idle.moveTo(place)
  }
}
