/** Takes what one remembered signal was. */
export type LookAtSignal = (type: number, value: number, entity: number, session: number, at: number) => void

/**
 * The last signals, each with what and who, oldest overwritten first. 21 bytes each from the start, O(1) to add, nothing allocated.
 */
export class RecentSignals {
  readonly capacity: number
  /** Signals ever added. */
  total = 0
  readonly #at: Float64Array
  readonly #types: Uint8Array
  readonly #values: Uint32Array
  readonly #entities: Uint32Array
  readonly #sessions: Uint32Array
  #next = 0
  /** Up to this time signals were counted that are not here. */
  #missedUntil = -Infinity

  /** @param capacity A positive integer. */
  constructor (capacity: number) {
    this.capacity = capacity
    this.#at = new Float64Array(capacity)
    this.#types = new Uint8Array(capacity)
    this.#values = new Uint32Array(capacity)
    this.#entities = new Uint32Array(capacity)
    this.#sessions = new Uint32Array(capacity)
  }

  /** After this time all are remembered: when the oldest came, or until when others are missing; `-Infinity` while none was forgotten. */
  get since (): number { return this.total <= this.capacity ? this.#missedUntil : Math.max(this.#missedUntil, this.#at[this.#next] as number) }

  /** Notes that signals up to a time were seen by somebody else, and are not here. */
  missUntil (at: number): void { this.#missedUntil = Math.max(this.#missedUntil, at) }

  add (type: number, value: number, entity: number, session: number, at: number): void {
    const place = this.#next
    this.#at[place] = at
    this.#types[place] = type
    this.#values[place] = value
    this.#entities[place] = entity
    this.#sessions[place] = session
    this.total++
    this.#next = place + 1 === this.capacity ? 0 : place + 1
  }

  /** Forgets all. */
  clear (): void {
    this.total = this.#next = 0
    this.#missedUntil = -Infinity
  }

  /** Shows the signals from `from` up to `to` (both included), oldest first. @param entity Only those of this entity or session. */
  look (from: number, to: number, entity: number | null, show: LookAtSignal): void {
    const count = Math.min(this.total, this.capacity)
    const first = (this.#next - count + this.capacity) % this.capacity
    for (let i = 0; i < count; i++) {
      const place = first + i < this.capacity ? first + i : first + i - this.capacity
      const at = this.#at[place] as number
      if (at < from || at > to) continue
      if (entity !== null && this.#entities[place] !== entity && this.#sessions[place] !== entity) continue
      show(this.#types[place] as number, this.#values[place] as number, this.#entities[place] as number, this.#sessions[place] as number, at)
    }
  }
}
