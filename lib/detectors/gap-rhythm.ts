import { CellPool } from '../store/cell-pool'
import type { Cells } from '../store/cell-pool'

/** Requests nearer than this to the one before belong to one burst: the parts of a page (W40). */
const BURST_MS = 50
/** A pause longer than this is no gap but an end. */
const PAUSE_MS = 3_600_000
/** Gaps after which a rhythm is judged; then it is counted anew. */
export const GAPS = 20
/** Bins of gaps by their length, two to an octave. */
const BINS = 48

/** What the gaps of a sender look like. */
export type Rhythm = 'unknown' | 'regular' | 'irregular'

/**
 * The rhythm of one sender's requests: whether the gaps between them vary as those of people do, or hardly at all, as those of a script.
 *
 * Requests within 50 ms of one another are one burst, and gaps are those between the beginnings of bursts, so the assets of a page make none. After 20 gaps
 * the rhythm is told: *regular* where their standard deviation is below `variation` of their mean, or where their lengths, in bins of half an octave, have
 * less than `LEAST_BITS` of entropy (two or three fixed waits in turn). People's gaps are heavy-tailed: the ratio is 1 and more, the entropy 2.5 bits.
 *
 * Time: O(1), each twentieth 0.5 µs. Memory: 112 bytes. Times are milliseconds; one that goes back counts as no gap.
 *
 * Sources: K.-I. Goh, A.-L. Barabási, "Burstiness and memory in complex systems", EPL 81, 2008 (whose (σ−μ)/(σ+μ) is this ratio in other words);
 * S. Gianvecchio, H. Wang, "Detecting covert timing channels: an entropy-based approach", CCS 2007.
 */
export class GapRhythm {
  #integers: Int32Array
  #doubles: Float64Array
  #at: number

  constructor ({ integers, doubles, at }: Cells = new CellPool(RHYTHM_CELLS, 1).take()) {
    this.#integers = integers
    this.#doubles = doubles
    this.#at = at
    this.clear()
  }

  /** Makes this the view of another rhythm: the one that has `RHYTHM_CELLS` from `at` on. One view serves for all senders. */
  moveTo (integers: Int32Array, doubles: Float64Array, at: number): this {
    this.#integers = integers
    this.#doubles = doubles
    this.#at = at
    return this
  }

  /** Of the last 20 gaps: their standard deviation as a share of their mean, and their mean in milliseconds; `NaN` before. */
  get variation (): number { return this.#doubles[(this.#at + VARIATION) >> 1] as number }
  get meanMs (): number { return this.#doubles[(this.#at + MEAN) >> 1] as number }
  /** Gap that the last request closed, milliseconds; -1 where it closed none. */
  get gap (): number { return this.#integers[this.#at + GAP] as number }
  /** Bin of that gap: two to an octave. */
  get bin (): number { return binOf(this.gap) }

  /** Takes a request in. @param variation Ratio below which gaps are regular. @returns The rhythm, where this gap was the twentieth. */
  beat (at: number, variation: number): Rhythm {
    const cells = this.#integers
    const own = this.#at
    const n = cells[own + N] as number
    const now = at | 0
    const sinceLast = (now - cells[own + LAST]!) | 0
    cells[own + GAP] = -1
    if (n < 0 || sinceLast > 0) cells[own + LAST] = now
    if (n < 0 || sinceLast > PAUSE_MS) {
      cells[own + BURST] = now
      cells[own + N] = 0
      return 'unknown'
    }
    if (sinceLast < BURST_MS) return 'unknown'
    const gap = (now - cells[own + BURST]!) | 0
    cells[own + BURST] = now
    cells[own + GAP] = gap
    cells[own + GAP_LIST + n] = gap
    cells[own + N] = n + 1
    return n + 1 < GAPS ? 'unknown' : this.#judge(variation)
  }

  /** Forgets everything. */
  clear (): void {
    this.#doubles[(this.#at + VARIATION) >> 1] = NaN
    this.#doubles[(this.#at + MEAN) >> 1] = NaN
    this.#integers[this.#at + GAP] = -1
    this.#integers[this.#at + N] = -1
  }

  #judge (variation: number): Rhythm {
    const first = this.#at + GAP_LIST
    const gaps = this.#integers.subarray(first, first + GAPS)
    let sum = 0
    for (let i = 0; i < GAPS; i++) sum += gaps[i] as number
    const mean = sum / GAPS
    let squares = 0
    for (let i = 0; i < GAPS; i++) squares += ((gaps[i] as number) - mean) ** 2
    const ratio = Math.sqrt(squares / GAPS) / mean
    this.#integers[this.#at + N] = 0
    this.#doubles[(this.#at + MEAN) >> 1] = mean
    this.#doubles[(this.#at + VARIATION) >> 1] = ratio
    return ratio < variation || bitsOf(gaps) < LEAST_BITS * Math.min(1, variation / USUAL) ? 'regular' : 'irregular'
  }
}

/** Cells of a rhythm: what each request reads first. `BURST` and `LAST` (beginning of the open burst, last request) are the low 32 bits of times, which differ as the times do. */
export const RHYTHM_CELLS = 28
const BURST = 0
const LAST = 1
/** Gaps since the rhythm was told, -1 before the first request. */
const N = 2
const GAP = 3
const VARIATION = 4
const MEAN = 6
const GAP_LIST = 8

/** For `bitsOf`: how many gaps are in each bin. */
const bins = new Uint8Array(BINS)

/** Entropy of the lengths of gaps, in bins. */
function bitsOf (gaps: Int32Array): number {
  bins.fill(0)
  for (let i = 0; i < GAPS; i++) bins[binOf(gaps[i] as number)]!++
  let bits = 0
  for (const count of bins) if (count > 0) bits -= count / GAPS * Math.log2(count / GAPS)
  return bits
}

/** Two bins to an octave, by the number's own exponent and next bit: `Math.log2` would cost ten times that. */
function binOf (gap: number): number {
  const whole = gap > 1 ? gap | 0 : 1
  const octave = 31 - Math.clz32(whole)
  return Math.min(BINS - 1, 2 * octave + (octave === 0 ? 0 : (whole >>> (octave - 1)) & 1))
}

/** Entropy of regular gaps at the most, bits, at the usual ratio; a stricter ratio makes this stricter too. */
const LEAST_BITS = 1.2
const USUAL = 0.25
