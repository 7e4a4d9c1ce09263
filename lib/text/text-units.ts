import { UnitMasks } from './unit-masks'
import * as traits from './unit-traits'

// Constants of this module: read through an import, at each character, they cost a fifth more (measured).
const { ESCAPE, TRAITS } = traits

/** Units kept beyond the end, all zero, so that a look ahead needs no test. */
const MARGIN = 32
const SMALLEST = 4096
/** Larger scratch space is given back when a short text comes. */
const LARGEST_KEPT = 131_072

/** Up to this length a loop is faster than a call of Node's (measured: 60 ns against 250 for 60 characters). */
const SHORT = 96

/** Signs that are noted; where there are more, the whole text is looked at. A power of two. */
const MAX_SIGNS = 4096

/**
 * The UTF-16 units of one text in a reused array, where they are read in half the time that `charCodeAt` takes and can be changed in place.
 * Memory: two bytes a unit of the longest text of late, 256 kB at the most once a shorter one has come. The units after the end are zero, 32 of them.
 */
export class TextUnits {
  units = new Uint16Array(SMALLEST + MARGIN)
  length = 0
  /** What the units were at the last `classify`, or when they were loaded. */
  readonly masks = new UnitMasks()
  /** Whether the masks say what the units are. */
  #isClassified = false
  /** Traits of all units of the text that was loaded last (unit-traits). */
  traits = 0
  /** Where its signs are that an escape may begin with: `signCount`, of which the first 4,096 are listed. */
  readonly signs = new Uint32Array(MAX_SIGNS)
  signCount = 0
  /** The same units, two or four bytes at a time. */
  view = new DataView(this.units.buffer)
  #bytes = Buffer.from(this.units.buffer)

  load (text: string): this {
    const { length } = text
    const capacity = this.units.length - MARGIN
    if (length > capacity || (capacity > LARGEST_KEPT && length <= SMALLEST)) {
      this.units = new Uint16Array(Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(length + 1))) + MARGIN)
      this.view = new DataView(this.units.buffer)
      this.#bytes = Buffer.from(this.units.buffer)
    }
    if (length <= SHORT) return this.#loadShort(text)
    this.#bytes.write(text, 0, 'utf16le')
    this.end(length).#note(length)
    return this
  }

  #loadShort (text: string): this {
    const { length } = text
    const { units } = this
    for (let i = 0; i < length; i++) units[i] = text.charCodeAt(i)
    this.end(length).#note(length)
    return this
  }

  /** Which traits there are, and where signs stand: of most texts the masks say that there is none. */
  #note (length: number): void {
    this.traits = 0
    this.signCount = 0
    this.#isClassified = true
    if (!this.masks.load(this.units, length)) return
    const { units, signs } = this
    const { trait } = this.masks
    let all = 0
    let count = 0
    for (let i = 0; i <= length >> 5; i++) {
      for (let bits = trait[i] as number; bits !== 0; bits &= bits - 1) {
        const at = (i << 5) + 31 - Math.clz32(bits & -bits)
        const each = TRAITS[units[at] as number] as number
        all |= each
        signs[count & (MAX_SIGNS - 1)] = at
        count += each & ESCAPE
      }
    }
    this.traits = all
    this.signCount = count
  }

  /** Makes the text end at `length`, which is not beyond where it ended. */
  end (length: number): this {
    this.length = length
    this.#isClassified = false
    const { units } = this
    for (let i = length; i < length + MARGIN; i++) units[i] = 0
    return this
  }

  /** Makes the masks say what the units are now, where they have changed since they were loaded. */
  classify (): void {
    if (!this.#isClassified) this.masks.load(this.units, this.length)
    this.#isClassified = true
  }

  /** A part of the text as a string. */
  slice (from: number, to: number): string {
    return this.#bytes.toString('utf16le', 2 * from, 2 * Math.min(to, this.length))
  }
}
