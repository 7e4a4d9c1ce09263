import { RotatingFilter } from '../store/rotating-filter'
import type { RotatingFilterJson } from '../store/rotating-filter'
import { wilsonLower, wilsonUpper } from '../stats/proportion'

const WINDOW_MS = 60_000
/** Requests before novelty says anything. */
const WARM_UP = 500
/** New shapes within a minute that are never an alarm. */
const FLOOR = 20

/** The plain form of a `RequestNovelty`: the norm, and which shapes were seen. */
export interface RequestNoveltyJson { requests: number, fresh: number, shapes?: RotatingFilterJson }

/**
 * How many requests have a shape (method, route, parameter names, body paths with types, media type) that was never seen before, as a rate:
 * single new shapes are ordinary, many within a minute are a scan. Silent while learning and until the rate has settled.
 *
 * A minute alarms where the lower end of the 95 % interval of its share of new shapes is above three times the upper end of the share
 * learned before, and there are at least 20 of them: once when it begins, then at each doubling.
 *
 * Source: I. J. Good, "The population frequencies of species", Biometrika 40, 1953 (the share of things seen once estimates the unseen mass);
 * E. B. Wilson, 1927 (the interval).
 */
export class RequestNovelty {
  /** Requests and new shapes among them, before the present minute; decayed. */
  requests = 0
  fresh = 0
  readonly #filter: RotatingFilter
  #window = -1
  #inWindow = 0
  #freshInWindow = 0
  #next = FLOOR

  /** @param capacity Shapes remembered, twice; a power of two. */
  constructor (capacity: number) { this.#filter = new RotatingFilter(capacity) }

  /** Share of new shapes in the minutes before. */
  get norm (): number { return this.requests === 0 ? 0 : this.fresh / this.requests }
  /** New shapes in this minute. */
  get count (): number { return this.#freshInWindow }

  /**
   * Notes a request.
   * @param isKnown Whether its route is past learning; before, its shapes are taken for known.
   * @param learns Whether it may change what is ordinary; what it shows counts all the same.
   * @returns Whether the rate of new shapes has just become an alarm, or doubled since.
   */
  see (shape: number, at: number, learns: boolean, isKnown = true): boolean {
    const window = Math.floor(at / WINDOW_MS)
    if (window !== this.#window) this.#close(window, learns)
    this.#inWindow++
    if (this.#filter.see(shape) || !isKnown) return false
    const fresh = ++this.#freshInWindow
    if (fresh < this.#next || this.requests < WARM_UP || this.norm > 0.2) return false
    if (wilsonLower(fresh, this.#inWindow) <= 3 * wilsonUpper(this.fresh, this.requests)) return false
    this.#next = fresh * 2
    return true
  }

  /** One half-life. */
  halve (): void {
    this.requests /= 2
    this.fresh /= 2
  }

  /** Takes in what another process has seen. Where its shapes do not fit, neither does its norm: they are left out both. */
  merge (json: RequestNoveltyJson): void {
    if (json.shapes === undefined || !this.#filter.merge(json.shapes)) return
    this.requests += json.requests
    this.fresh += json.fresh
  }

  toJSON (): RequestNoveltyJson { return { requests: this.requests, fresh: this.fresh, shapes: this.#filter.toJSON() } }

  /** With another capacity shapes are learned anew, and nothing is said until then. */
  restore (json: RequestNoveltyJson): void {
    this.reset()
    this.merge(json)
  }

  reset (): void {
    this.requests = 0
    this.fresh = 0
    this.#filter.clear()
    this.#window = -1
    this.#inWindow = 0
    this.#freshInWindow = 0
    this.#next = FLOOR
  }

  /** A minute that alarmed does not become ordinary. */
  #close (window: number, learns: boolean): void {
    if (this.#next === FLOOR && learns) {
      this.requests += this.#inWindow
      this.fresh += this.#freshInWindow
      if (this.requests > 20_000) this.halve()
    }
    this.#window = window
    this.#inWindow = 0
    this.#freshInWindow = 0
    this.#next = FLOOR
  }
}
