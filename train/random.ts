/** Pseudo-random numbers from a seed (mulberry32, T. Ettinger): the same seed gives the same corpus and the same weights on every machine. */
export class SeededRandom {
  #state: number

  constructor (seed: number) { this.#state = seed >>> 0 }

  /** 0 to below 1. */
  next (): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 0x100000000
  }

  /** A whole number from 0 to below `limit`. */
  below (limit: number): number { return Math.floor(this.next() * limit) }

  chance (share: number): boolean { return this.next() < share }

  pick<T> (from: ArrayLike<T>): T { return from[this.below(from.length)] as T }

  /** Puts a list in a random order. */
  shuffle<T> (list: T[]): T[] {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const held = list[i] as T
      list[i] = list[j] as T
      list[j] = held
    }
    return list
  }
}
