import type { HeaderReader } from './header-shape'
import { Newcomers } from './newcomers'

/**
 * Headers that all clients sent and that a release of theirs sends no longer: what enough routes have each ceased to
 * require is required by none, so that a release does not have to be seen on every route by itself. Headers that
 * depend on the request (credentials, keys, origins) are each route's own matter.
 *
 * Two masks of names' bits and eight entries. After two half-lives a header that routes have learned again is required again.
 */
export class DroppedHeaders {
  low = 0
  high = 0
  #beforeLow = 0
  #beforeHigh = 0
  #nowLow = 0
  #nowHigh = 0
  #routes = new Newcomers()
  readonly #reader: HeaderReader

  constructor (reader: HeaderReader) { this.#reader = reader }

  /** A route requires a header no longer. @param route Hash of its key. */
  note (bit: number, route: number, enough: number): void {
    const { occasionalLow, occasionalHigh } = this.#reader
    if (((bit < 32 ? occasionalLow >>> bit : occasionalHigh >>> (bit - 32)) & 1) === 1) return
    if (!this.#routes.noteThing(bit, route, enough)) return
    if (bit < 32) this.#nowLow |= 1 << bit
    else this.#nowHigh |= 1 << (bit - 32)
    this.#unite()
  }

  /** One half-life. */
  halve (): void {
    this.#beforeLow = this.#nowLow
    this.#beforeHigh = this.#nowHigh
    this.#nowLow = 0
    this.#nowHigh = 0
    this.#routes = new Newcomers()
    this.#unite()
  }

  reset (): void {
    this.#nowLow = 0
    this.#nowHigh = 0
    this.halve()
  }

  #unite (): void {
    this.low = this.#nowLow | this.#beforeLow
    this.high = this.#nowHigh | this.#beforeHigh
  }
}
