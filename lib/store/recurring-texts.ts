import { sampleHash } from './text-sample'

/**
 * Remembers a number for each of the texts that come again and again. A text is kept when it comes for the second time: most values of requests
 * come once, and to keep those would cost the garbage collector more than to make their number costs (measured: 0.4 µs each, caches cold). Two
 * places for each text, in which newer ones displace older ones. A look-up reads two bytes, and a text only where those agree.
 *
 * Memory: 20 bytes a place, and `capacity` texts of at most `longest` characters, copied: a part of a long text would keep the whole of it alive.
 */
export class RecurringTexts {
  readonly #texts: string[]
  readonly #values: Float64Array
  /** Of the texts kept, and of those that came once: some bits of their hash, never 0. */
  readonly #tags: Uint16Array
  readonly #once: Uint16Array
  readonly #mask: number
  readonly #longest: number
  /** Of the text that was asked for last. */
  #slot = 0
  #tag = 0

  /** @param capacity A power of two up to 65,536. @param longest Longer texts are not kept. @throws RangeError Where the capacity is none. */
  constructor (capacity: number, longest: number) {
    if (capacity < 2 || capacity > 65_536 || (capacity & (capacity - 1)) !== 0) throw new RangeError(`capacity must be a power of two up to 65536, got ${capacity}`)
    this.#texts = new Array<string>(capacity).fill('')
    this.#values = new Float64Array(capacity)
    this.#tags = new Uint16Array(capacity)
    this.#once = new Uint16Array(capacity)
    this.#mask = capacity - 1
    this.#longest = longest
  }

  /** The number of a text, `NaN` where none is kept. */
  get (text: string): number {
    if (text.length > this.#longest) return NaN
    const hash = sampleHash(text)
    const slot = hash & this.#mask
    const tag = (hash >>> 16) || 1
    this.#slot = slot
    this.#tag = tag
    if (this.#tags[slot] === tag && this.#texts[slot] === text) return this.#values[slot] as number
    const other = slot ^ 1
    return this.#tags[other] === tag && this.#texts[other] === text ? this.#values[other] as number : NaN
  }

  /** Notes that the text which `get` was last asked for, and did not know, has come; keeps its number where it had come before. */
  note (text: string, value: number): void {
    if (text.length > this.#longest) return
    const slot = this.#slot
    if (this.#once[slot] !== this.#tag) {
      this.#once[slot] = this.#tag
      return
    }
    const other = slot ^ 1
    this.#texts[other] = this.#texts[slot] as string
    this.#values[other] = this.#values[slot] as number
    this.#tags[other] = this.#tags[slot] as number
    this.#texts[slot] = JSON.parse(JSON.stringify(text)) as string
    this.#values[slot] = value
    this.#tags[slot] = this.#tag
  }
}
