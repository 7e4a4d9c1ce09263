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

/** The fences of one route's quantities, each made when its first value is learned. Memory: 64 bytes and what the fences take. */
export class RouteFences {
  request: SizeFence | null = null
  response: SizeFence | null = null
  latency: SizeFence | null = null
  rate: SizeFence | null = null
  /** Sizes above their fences that have not become known; `null` while there are none. */
  #pending: Map<Quantity, PendingLevel> | null = null

  /** @param burstFloor Least distance of the fence of the rate. */
  learn (quantity: Quantity, value: number, burstFloor: number): void { this.make(quantity, burstFloor).learn(value) }

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
    this[quantity]?.grant(level)
    return true
  }

  halve (): void {
    this.#pending = null
    for (const quantity of QUANTITIES) this[quantity]?.halve()
  }

  merge (other: RouteFences, burstFloor: number): void {
    for (const quantity of QUANTITIES) {
      const theirs = other[quantity]
      if (theirs !== null) this.make(quantity, burstFloor).merge(theirs)
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
      if (own !== undefined) this.make(quantity, burstFloor).restore(own)
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
    const [factor, floor] = FENCES[quantity]
    const fence = this[quantity] ?? new SizeFence(factor, quantity === 'rate' ? burstFloor : floor)
    this[quantity] = fence
    return fence
  }
}
