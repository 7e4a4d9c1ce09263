/** Candidates kept; the one not seen for longest makes room. */
const CAPACITY = 128

/**
 * Things that only requests which may not teach have shown, and who sent each: what enough distinct principals have sent becomes known.
 * Bounded to 128 things (least recently seen ones go first) and as many principals each as are asked for.
 */
export class Candidates {
  /** Made with the first. */
  #principals: Map<number, number[]> | null = null

  /**
   * Notes one sighting.
   * @param thing Hash of the thing.
   * @param enough Distinct principals asked for; > 0.
   * @returns Whether that many have sent it now; then it is forgotten here.
   */
  note (thing: number, principal: number, enough: number): boolean {
    this.#principals ??= new Map()
    const known = this.#principals.get(thing) ?? []
    this.#principals.delete(thing)
    if (!known.includes(principal)) known.push(principal)
    if (known.length >= enough) return true
    this.#principals.set(thing, known)
    if (this.#principals.size > CAPACITY) this.#principals.delete(this.#principals.keys().next().value as number)
    return false
  }

  /** Things noted. */
  get size (): number { return this.#principals === null ? 0 : this.#principals.size }

  clear (): void { this.#principals = null }
}
