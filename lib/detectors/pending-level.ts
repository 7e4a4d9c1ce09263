/**
 * A level above a fence that has not become known yet: who has reached it, and the least that any of them did.
 * Memory: as many hashes as principals are asked for. Time: O(1).
 */
export class PendingLevel {
  #least = Infinity
  #principals: number[] = []

  /** Notes a value above the fence. @returns The level that `enough` distinct principals have reached, 0 as long as there are fewer. */
  note (value: number, principal: number, enough: number): number {
    const tag = principal | 0
    this.#least = Math.min(this.#least, value)
    if (!this.#principals.includes(tag)) this.#principals.push(tag)
    return this.#principals.length < enough ? 0 : this.#least
  }
}
