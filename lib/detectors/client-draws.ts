import { HyperLogLog } from '../stats/hyper-log-log'
import type { HyperLogLogJson } from '../stats/hyper-log-log'
import { finishHash } from '../text/value-shape'

/** Requests after which the clients are counted only now and then. */
const EARLY = 64
const NOW_AND_THEN = 31

/** The plain form of a `ClientDraws`. */
export interface ClientDrawsJson { n: number, principals: HyperLogLogJson }

/**
 * How many independent draws the requests of some clients are: what a client keeps is one draw a client, what varies with
 * each request is one a request. 1 kB; O(1) a request.
 */
export class ClientDraws {
  /** Requests learned. */
  n = 0
  /** Of header lists: between the number of clients, which keep theirs, and that of requests, with which they vary; their geometric mean. */
  lists = 0
  /** Of values of headers and cookies, which clients keep: the number of clients, where addresses tell them apart. */
  values = 0
  /** Whether more than one client is known. */
  isSeveral = false
  /** Whether addresses tell the application's clients apart. */
  isDistinct = true
  #principals = new HyperLogLog()

  /** @returns Whether the numbers were counted anew. */
  learn (principal: number, isDistinct: boolean): boolean {
    this.isDistinct = isDistinct
    this.n++
    this.#principals.add(finishHash(principal))
    if (this.n >= EARLY && (this.n & NOW_AND_THEN) !== 0) return false
    this.#count()
    return true
  }

  /** One half-life. */
  halve (): void { this.n >>>= 1 }

  merge (other: ClientDraws): void {
    this.n += other.n
    this.#principals.merge(other.#principals)
    this.#count()
  }

  toJSON (): ClientDrawsJson { return { n: this.n, principals: this.#principals.toJSON() } }

  static from (json: ClientDrawsJson): ClientDraws {
    const draws = new ClientDraws()
    draws.n = json.n
    draws.#principals = HyperLogLog.from(json.principals)
    draws.#count()
    return draws
  }

  #count (): void {
    const principals = Math.max(1, this.#principals.count())
    this.isSeveral = principals > 1
    this.lists = Math.sqrt(this.n * Math.min(this.n, principals))
    this.values = this.isSeveral || this.isDistinct ? principals : this.lists
  }
}
