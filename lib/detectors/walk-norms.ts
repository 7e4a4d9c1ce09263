import type { Observation } from '../observation'
import { isRare } from '../stats/good-turing'
import { TailBound } from '../stats/tail-bound'
import type { TailBoundJson } from '../stats/tail-bound'
import { subjectOf } from './flow-episode'
import type { Gravity } from './flow-episode'
import { ENUMERATION } from './flow-signals'
import type { Habits } from './habits'
import type { ObjectWalk } from './object-walk'
import { SizeFence } from './size-fence'
import type { SizeFenceJson } from './size-fence'

const MINUTE_MS = 60_000
/** Ratio of a fence to the 99th percentile of all senders' windows, at the least, and objects added to that while the tail is not known. */
const FENCE_RATIO = 3
const FENCE_FLOOR = 30
/** Share of ordinary windows that may reach beyond the bound on their tail: one window in a hundred thousand. */
const TAIL_ERROR = 1e-5
/** Objects in a row, by one fixed step, that are a walk where walks are rare; and objects asked for in vain. */
const IN_A_ROW = 12
const IN_VAIN = 10
/** Windows known up to which each is an occasion by itself. */
const YOUNG = 300
/** Share of windows with such a walk up to which walks are rare. */
const RARE = 0.005

const GRAVITY: Gravity = { severity: 8, risk: 60, charge: 60 }

export interface WalkSettings {
  /** Time over which objects are counted, milliseconds. */
  readonly window: number
  /** Objects of a window that are never too many. */
  readonly objectsFloor: number
  /** Milliseconds from which on what a sender does again is another occasion. */
  readonly habitAfter: number
}

/** The plain form of a `WalkNorms`. */
export interface WalkNormsJson { objects: SizeFenceJson, windows: number, ordered: number, fruitless: number, /** Missing in snapshots of older versions. */ tail?: TailBoundJson }

/**
 * Who asks one route for how many different objects (values of its path parameters), in which order, and with what success: object enumeration (BOLA).
 *
 * A sender walks over the ids where, within a window, it asks for more different objects than hardly anybody does: three times the 99th percentile of all senders' windows on
 * this route, and 30; from 300 windows on the bound that one window in a hundred thousand exceeds, by the tail of all others (`TailBound`): near where customers look at
 * their own few orders, far where some read a lot, never below `objectsFloor`. Or for a dozen numbers in a row by one step; or for ten objects in vain (403, 404, 410). The latter two count where at most 0.5 % of all windows have
 * the like, one sender in a row counting once. What a sender did on three occasions is its habit, and silent up to twice as much. Before 30 windows are known nothing is judged.
 *
 * Numbers of objects are estimated by 256 bits: to 5 % up to some hundreds, and full at 1,400. Time: O(1), 50 ns. Memory: 0.1 kB a walk, 400 bytes and a sketch for the norms.
 */
export class WalkNorms {
  /** Whether nothing is learned. */
  isFrozen = false
  readonly #settings: WalkSettings
  readonly #habits: Habits
  readonly #objects: SizeFence
  readonly #tail = emptyTail()
  /** Who was told last. */
  #lastTold = 0
  /** Windows learned, and those of them with a walk in order, or in vain; decayed. */
  #windows = 0
  #ordered = 0
  #fruitless = 0
  /** Who walked last. */
  #lastWalk = 0

  constructor (settings: WalkSettings, habits: Habits) {
    this.#settings = settings
    this.#habits = habits
    this.#objects = new SizeFence(FENCE_RATIO, Math.max(FENCE_FLOOR, settings.objectsFloor), 0)
  }

  /**
   * Judges a sender's walk with this request in it.
   * @param isPrivate Whether who asks has shown credentials, or the route asks for some: else mere breadth is not enough.
   */
  judge (walk: ObjectWalk, observation: Observation, isPrivate: boolean): void {
    const objects = walk.objects
    const high = objects > this.#settings.objectsFloor ? this.#most : Infinity
    const isBroad = isPrivate && objects > high
    const isOrdered = walk.longest >= IN_A_ROW && isRare(this.#ordered, this.#windows, RARE)
    const isInVain = walk.missed >= IN_VAIN && isRare(this.#fruitless, this.#windows, RARE)
    if (!isBroad && !isOrdered && !isInVain) return
    if (this.#habits.covers(walk.key, objects)) return
    const [expected, actual] = isBroad ? [Math.round(high), objects] : isOrdered ? [IN_A_ROW - 1, walk.longest] : [IN_VAIN - 1, walk.missed]
    walk.episode.report(ENUMERATION, 'path.objects', GRAVITY, observation, `${subjectOf(observation)} ${observation.route.key}`, walk.since, expected, actual, {
      objects, missed: walk.missed, ordered: walk.longest, requests: walk.requests, minutes: Math.max(1, Math.round(this.#settings.window / MINUTE_MS))
    })
  }

  /** Objects of a window from which on there are too many, as far as is known. Twenty-seven of 20,000 heavy-tailed windows went beyond the fence, three beyond the tail (test/lib/object-walk.ts). */
  get #most (): number {
    const { high } = this.#objects
    return this.#tail.n < YOUNG ? high : Math.max(this.#settings.objectsFloor, this.#tail.limit)
  }

  /** A window is over: it is what windows are like here. */
  close (walk: ObjectWalk, at: number): void {
    if (walk.requests === 0 || this.isFrozen) return
    const objects = walk.objects
    this.#learnTail(walk.key, objects)
    const isOrdered = walk.longest >= IN_A_ROW
    const isInVain = walk.missed >= IN_VAIN
    if (objects > this.#settings.objectsFloor || isOrdered || isInVain) this.#habits.note(walk.key, objects, at, this.#windows < YOUNG ? this.#settings.window / 2 : this.#settings.habitAfter)
    this.#windows++
    if ((isOrdered || isInVain) && walk.key !== this.#lastWalk) {
      this.#lastWalk = walk.key
      if (isOrdered) this.#ordered++
      if (isInVain) this.#fruitless++
    }
    this.#objects.learn(objects)
  }

  /** What is too much teaches as what is just not, and of one sender in a row once. */
  #learnTail (key: number, objects: number): void {
    const most = this.#most
    if (objects <= most) {
      this.#tail.learn(objects, key)
      return
    }
    if (key === this.#lastTold) return
    this.#lastTold = key
    this.#tail.learn(most, key)
  }

  halve (): void {
    this.#objects.halve()
    this.#tail.halve()
    this.#windows /= 2
    this.#ordered /= 2
    this.#fruitless /= 2
  }

  merge (json: WalkNormsJson): void {
    this.#objects.mergeJson(json.objects)
    if (json.tail !== undefined) this.#tail.merge(tailOf(json.tail))
    this.#windows += json.windows
    this.#ordered += json.ordered
    this.#fruitless += json.fruitless
  }

  toJSON (): WalkNormsJson { return { objects: this.#objects.toJSON(), windows: this.#windows, ordered: this.#ordered, fruitless: this.#fruitless, tail: this.#tail.toJSON() } }

  restore (json: WalkNormsJson): void {
    this.#objects.restore(json.objects)
    this.#tail.restore(json.tail ?? emptyTail().toJSON())
    this.#windows = json.windows
    this.#ordered = json.ordered
    this.#fruitless = json.fruitless
  }

  /** What was learned, for people: objects of one sender and window. */
  describe (): Record<string, unknown> {
    return { windows: Math.round(this.#windows), p99: this.#objects.quantile(0.99), fence: Number.isFinite(this.#most) ? Math.round(this.#most) : null }
  }
}

function emptyTail (): TailBound { return new TailBound('upper', TAIL_ERROR, Infinity) }

function tailOf (json: TailBoundJson): TailBound {
  const tail = emptyTail()
  tail.restore(json)
  return tail
}

/** Whether a reply says that there is no such object, or not for this sender. */
export function isFruitless (status: number): boolean { return status === 403 || status === 404 || status === 410 }
