/** Where a record has its numbers: from `at` on (`at / 2` of `doubles`), in arrays that it shares with its neighbours. */
export interface Cells {
  readonly integers: Int32Array
  /** The same memory, two cells a number. */
  readonly doubles: Float64Array
  readonly at: number
}

/**
 * Room for the numbers of many small records, side by side: what one request reads of a record lies in neighbouring lines of the cache, where fields that hold fractions,
 * arrays and counters of its own would each be a memory access apart (measured over sockets: 0.1 µs each, once there are a thousand records).
 *
 * Memory: `4 * width` bytes a record, taken in pages; what was given is never taken back, since tables use their records again.
 */
export class CellPool {
  readonly #width: number
  readonly #records: number
  #integers = NONE
  #doubles = NO_DOUBLES
  #at = 0

  /** @param width Cells of a record, an even number. @param records How many make a page. */
  constructor (width: number, records = 256) {
    this.#width = width
    this.#records = records
  }

  /** Cells that nobody has, all 0. */
  take (): Cells {
    if (this.#at === this.#integers.length) {
      this.#integers = new Int32Array(this.#width * this.#records)
      this.#doubles = new Float64Array(this.#integers.buffer)
      this.#at = 0
    }
    const at = this.#at
    this.#at += this.#width
    return { integers: this.#integers, doubles: this.#doubles, at }
  }
}

const NONE = new Int32Array(0)
const NO_DOUBLES = new Float64Array(0)
