import { LinearCounter } from '../stats/linear-counter'

/** Part of those who are active that has to be over a limit. */
const SHARE = 1 / 3
/** Part of the number of active ones of earlier windows that each window forgets. */
const FORGOTTEN = 1 / 8

/**
 * Tells when it is not somebody who asks too often, but everybody: then the limit is wrong, and not the clients (a release of a front end that polls).
 *
 * In each window it counts who is active, and who has gone over the limit, once each. A third of the active ones, of this window and of earlier ones, have to be
 * over, from as many addresses: one address with a thousand invented credentials is one, and five clients of a thousand are few. Until a window
 * has closed it says nothing.
 *
 * Memory: five numbers, and 170 bytes while somebody is over. Time: O(1), once for each client and window.
 */
export class CrowdRise {
  #window = -1
  #active = 0
  /** Active ones of a window, lately. */
  #usual = 0
  #over = 0
  #addresses: LinearCounter | null = null

  /** Somebody is active in the window who was not before. @param window Its number. @param count How many are. */
  enter (window: number, count = 1): void {
    if (window !== this.#window) this.#turn(window)
    this.#active += count
  }

  /**
   * Somebody has gone over the limit who was below it before.
   * @param address Hash of the client address. @param fewest How many have to be over at the least.
   * @returns Whether that is everybody's doing; then counting begins anew, against a higher limit.
   */
  exceed (window: number, address: number, fewest: number): boolean {
    if (window !== this.#window) this.#turn(window)
    this.#over++
    const addresses = this.#addresses ??= new LinearCounter()
    addresses.add(address)
    const distinct = addresses.isFull ? this.#over : Math.min(this.#over, addresses.count)
    if (this.#usual === 0 || distinct < fewest || distinct < SHARE * Math.max(this.#usual, this.#active)) return false
    this.#over = 0
    this.#addresses = null
    return true
  }

  #turn (window: number): void {
    this.#usual = Math.max(this.#active, Math.floor(this.#usual * (1 - FORGOTTEN)))
    this.#window = window
    this.#active = 0
    this.#over = 0
    this.#addresses = null
  }
}
