import { PendingLevel } from './pending-level'
import { SizeFence } from './size-fence'
import type { SizeFenceJson } from './size-fence'

/** A quantity of a route's requests and replies: bytes, bytes, milliseconds, and requests of one client a minute. */
export type Quantity = 'request' | 'response' | 'latency' | 'rate'

/** Least ratio of fence to p99, and least distance, of each quantity. */
const FENCES: Record<Quantity, readonly [number, number]> = { request: [2, 512], response: [2, 1024], latency: [3, 100], rate: [3, 10] }
const QUANTITIES = Object.keys(FENCES) as Quantity[]

/** The plain form of `RouteFences`: those that there are. */
export type RouteFencesJson = Partial<Record<Quantity, SizeFenceJson>>

/** Instead of a bound that there is not: whole numbers up to this one need no memory of their own. */
const NO_BOUND = 0x7fffffff

/**
 * The fences of one route's quantities, each made when its first value is learned. Memory: 104 bytes and what the fences take.
 *
 * What is surely ordinary is said by whole numbers that lie side by side: of a route that nobody has asked for lately, each fence is three lines of memory that no cache holds.
 */
export class RouteFences {
  /** Up to here a size, a duration, a number of requests is below its fence; what is above is the fence's to judge. */
  ordinaryRequest = 0
  ordinaryResponse = NO_BOUND
  ordinaryLatency = NO_BOUND
  ordinaryRate = NO_BOUND
  /** From here on a request's size is above the lower fence. */
  leastRequest = NO_BOUND
  request: SizeFence | null = null
  response: SizeFence | null = null
  latency: SizeFence | null = null
  rate: SizeFence | null = null
  /** Sizes above their fences that have not become known; `null` while there are none. */
  #pending: Map<Quantity, PendingLevel> | null = null

  /** @param burstFloor Least distance of the fence of the rate. */
  learn (quantity: Quantity, value: number, burstFloor: number): void {
    const fence = this.make(quantity, burstFloor)
    const { high, low } = fence
    fence.learn(value)
    if (fence.high !== high || fence.low !== low) this.#note(quantity, fence)
  }

  /** A level of a quantity has become known at once. @param isNew Whether what was learned before is of another kind, and forgotten. */
  grant (quantity: Quantity, level: number, isNew: boolean): void {
    const fence = this[quantity]
    if (fence === null) return
    if (isNew) fence.reset()
    fence.grant(level)
    this.#note(quantity, fence)
  }

  /**
   * Notes a value above its fence that may not teach. What enough principals have had becomes known: the fence is raised above the least of it.
   * @param enough Distinct principals. @returns Whether it has become known.
   */
  quarantine (quantity: Quantity, value: number, principal: number, enough: number): boolean {
    this.#pending ??= new Map()
    let pending = this.#pending.get(quantity)
    if (pending === undefined) this.#pending.set(quantity, pending = new PendingLevel())
    const level = pending.note(value, principal, enough)
    if (level === 0) return false
    this.#pending.delete(quantity)
    this.grant(quantity, level, false)
    return true
  }

  halve (): void {
    this.#pending = null
    for (const quantity of QUANTITIES) this[quantity]?.halve()
  }

  merge (other: RouteFences, burstFloor: number): void {
    for (const quantity of QUANTITIES) {
      const theirs = other[quantity]
      if (theirs === null) continue
      const fence = this.make(quantity, burstFloor)
      fence.merge(theirs)
      this.#note(quantity, fence)
    }
  }

  toJSON (): RouteFencesJson {
    const json: RouteFencesJson = {}
    for (const quantity of QUANTITIES) {
      const fence = this[quantity]
      if (fence !== null) json[quantity] = fence.toJSON()
    }
    return json
  }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: RouteFencesJson, burstFloor: number): void {
    for (const quantity of QUANTITIES) {
      const own = json[quantity]
      if (own === undefined) continue
      const fence = this.make(quantity, burstFloor)
      fence.restore(own)
      this.#note(quantity, fence)
    }
  }

  /** What was learned, for people. */
  describe (): Record<string, unknown> {
    const shown: Record<string, unknown> = {}
    for (const quantity of QUANTITIES) {
      const fence = this[quantity]
      if (fence !== null) shown[quantity] = { samples: fence.n, p50: fence.quantile(0.5), p99: fence.quantile(0.99), fence: Number.isFinite(fence.high) ? fence.high : null }
    }
    return shown
  }

  /** The fence of a quantity, made where there is none. */
  make (quantity: Quantity, burstFloor: number): SizeFence {
    const known = this.#of(quantity)
    if (known !== null) return known
    const [factor, floor] = FENCES[quantity]
    const fence = new SizeFence(factor, quantity === 'rate' ? burstFloor : floor)
    this[quantity] = fence
    return fence
  }

  /** By name: a property read by varying names is looked up each time. */
  #of (quantity: Quantity): SizeFence | null {
    if (quantity === 'request') return this.request
    if (quantity === 'response') return this.response
    return quantity === 'latency' ? this.latency : this.rate
  }

  /** Notes where a fence stands now. A quantity without one has none to be above, but for a request's size: where a route has no fence of it, the application's judges. */
  #note (quantity: Quantity, { high, low }: SizeFence): void {
    const ordinary = Math.min(NO_BOUND, Math.floor(high))
    if (quantity === 'response') this.ordinaryResponse = ordinary
    else if (quantity === 'latency') this.ordinaryLatency = ordinary
    else if (quantity === 'rate') this.ordinaryRate = ordinary
    else {
      this.ordinaryRequest = high === Infinity ? 0 : ordinary
      this.leastRequest = Math.max(0, Math.ceil(low))
    }
  }
}
