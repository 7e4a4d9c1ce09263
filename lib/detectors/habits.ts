import { setIndex } from '../store/set-index'

const WAYS = 4
const CAPACITY = 4096
/** Occasions after which something is a habit, and how far beyond what it reached then it may go. */
const OCCASIONS = 3
const LEEWAY = 2
/** What an occasion keeps of the highest level before it. */
const FADING = 0.8
/** Numbers of an entry in the plain form. */
const FIELDS = 5

/** The plain form: key, past level, level of the last occasion, its time, occasions; in turn. */
export type HabitsJson = number[]

/**
 * What single senders do again and again that hardly anybody else does: a nightly export, a partner's poller, a crawler that is welcome. Something that was
 * there on three occasions is a habit up to twice the level that it reached; times nearer to each other than the caller's `apart` are one occasion, whose
 * level counts from the next one on, so that nobody can grow into his own shadow.
 *
 * 4,096 habits in one flat table (120 kB), 4-way set associative: when all four places are taken, the one of fewest occasions goes, of those the eldest.
 * Keys are keyed 32-bit hashes of sender and kind. O(1).
 */
export class Habits {
  readonly #keys = new Uint32Array(CAPACITY)
  readonly #occasions = new Uint16Array(CAPACITY)
  readonly #past = new Float64Array(CAPACITY)
  readonly #level = new Float64Array(CAPACITY)
  readonly #at = new Float64Array(CAPACITY)

  /** Whether so much is what this sender has done before. */
  covers (key: number, amount: number): boolean {
    const place = this.#find(key >>> 0)
    return place >= 0 && this.#occasions[place]! >= OCCASIONS && amount <= LEEWAY * Math.max(this.#past[place]!, 1)
  }

  /** Notes what a sender did. @param apart Milliseconds from which on it is another occasion. */
  note (key: number, amount: number, at: number, apart: number): void {
    const hash = key >>> 0
    let place = this.#find(hash)
    if (place < 0) {
      place = this.#claim(hash)
      this.#keys[place] = hash
      this.#occasions[place] = 1
      this.#past[place] = 0
      this.#level[place] = amount
      this.#at[place] = at
      return
    }
    if (at - this.#at[place]! < apart) {
      if (amount > this.#level[place]!) this.#level[place] = amount
      return
    }
    this.#past[place] = Math.max(FADING * this.#past[place]!, this.#level[place]!)
    this.#level[place] = amount
    this.#at[place] = at
    if (this.#occasions[place]! < 65_535) this.#occasions[place]!++
  }

  toJSON (): HabitsJson {
    const json: number[] = []
    for (let place = 0; place < CAPACITY; place++) {
      if (this.#occasions[place] !== 0) json.push(this.#keys[place]!, this.#past[place]!, this.#level[place]!, this.#at[place]!, this.#occasions[place]!)
    }
    return json
  }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: HabitsJson): void {
    this.#occasions.fill(0)
    this.merge(json)
  }

  /** Adds what another process saw: of two levels the higher, occasions together. @throws RangeError Where it is not what `toJSON` gave. */
  merge (json: HabitsJson): void {
    if (!Array.isArray(json) || json.length % FIELDS !== 0 || !json.every(Number.isFinite)) throw new RangeError('habits: not numbers in fives')
    for (let i = 0; i < json.length; i += FIELDS) {
      const [key, past, level, at, occasions] = json.slice(i, i + FIELDS) as [number, number, number, number, number]
      const known = this.#find(key >>> 0)
      const place = known < 0 ? this.#claim(key >>> 0) : known
      const isKnown = known >= 0
      this.#keys[place] = key
      this.#past[place] = isKnown ? Math.max(this.#past[place]!, past) : past
      this.#level[place] = isKnown ? Math.max(this.#level[place]!, level) : level
      this.#at[place] = isKnown ? Math.max(this.#at[place]!, at) : at
      this.#occasions[place] = Math.min(65_535, occasions + (isKnown ? this.#occasions[place]! : 0))
    }
  }

  #setOf (hash: number): number { return setIndex(hash, CAPACITY / WAYS) * WAYS }

  #find (hash: number): number {
    const set = this.#setOf(hash)
    for (let place = set; place < set + WAYS; place++) if (this.#keys[place] === hash && this.#occasions[place] !== 0) return place
    return -1
  }

  #claim (hash: number): number {
    const set = this.#setOf(hash)
    let chosen = set
    for (let place = set; place < set + WAYS; place++) {
      const fewer = this.#occasions[place]! - this.#occasions[chosen]!
      if (fewer < 0 || (fewer === 0 && this.#at[place]! < this.#at[chosen]!)) chosen = place
    }
    return chosen
  }
}
