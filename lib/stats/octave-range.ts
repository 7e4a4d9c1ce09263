/** Lengths and magnitudes are kept to an eighth of an octave (9 %). */
const OCTAVE = 8
/** Lowest and highest share one integer of 31 bits, each above this; 2^2047 is the largest quantity told apart. */
const BIAS = 16384
/** Least unit of distance: three quarters of an octave (a factor of 1.7). */
const LEAST_UNIT = 6

/**
 * The range of a positive or signed quantity on a logarithmic scale: lowest and highest in one integer, so that the thousands of owners
 * need no object for it. How far outside of it a value lies is said in units of half its own width: the wider what was seen, the further
 * away the unusual begins (W27: added to the range, never multiplied with a limit).
 *
 * An owner keeps two of them, of this half-life and of the one before, and judges by both (`bothOf`); after a half-life in
 * which something was seen, the one before is forgotten. A value that is learned stretches the range by half its width at the most once it is `settled`, so one outlier cannot open
 * it (W3). Time: O(1). Empty: every distance is 0.
 */
export type OctaveRange = number

export const EMPTY_RANGE: OctaveRange = pack(1, 0)

/** Lowest and highest, in the quantity's own unit; `null` while empty. */
export function boundsOf (range: OctaveRange): [number, number] | null {
  return range === EMPTY_RANGE ? null : [fromEighths(lowOf(range)), fromEighths(highOf(range))]
}

/** 0 inside or within one unit of the range; else the distance in units, negative below. */
export function distanceFrom (range: OctaveRange, quantity: number): number {
  if (range === EMPTY_RANGE) return 0
  const least = lowOf(range)
  const most = highOf(range)
  const unit = unitOf(least, most)
  if (quantity >= SMALL && quantity < LARGE) {
    // Its octave is mostly enough, and takes no logarithm.
    const octave = OCTAVE * (31 - Math.clz32(quantity + 1))
    if (octave > least - unit && octave + OCTAVE < most + unit) return 0
  }
  const value = toEighths(quantity)
  const beyond = value > most ? value - most : value < least ? value - least : 0
  return Math.abs(beyond) < unit ? 0 : beyond / unit
}

/** Octaves by which a quantity is beyond the highest seen, 0 where it is not or nothing was seen. */
export function octavesAbove (range: OctaveRange, quantity: number): number {
  return range === EMPTY_RANGE ? 0 : Math.max(0, (toEighths(quantity) - highOf(range)) / OCTAVE)
}

/** The range of what either has seen. */
export function bothOf (a: OctaveRange, b: OctaveRange): OctaveRange {
  if (a === EMPTY_RANGE) return b
  return b === EMPTY_RANGE ? a : pack(Math.min(lowOf(a), lowOf(b)), Math.max(highOf(a), highOf(b)))
}

/** The range of this half-life, `now`, with a quantity more. @param before That of the half-life before. */
export function stretched (now: OctaveRange, before: OctaveRange, quantity: number, settled: boolean): OctaveRange {
  let value = toEighths(quantity)
  if (lowOf(now) <= value && value <= highOf(now)) return now
  const all = bothOf(now, before)
  if (settled && all !== EMPTY_RANGE) {
    const unit = Math.round(unitOf(lowOf(all), highOf(all)))
    value = Math.min(highOf(all) + unit, Math.max(lowOf(all) - unit, value))
  }
  return bothOf(now, pack(value, value))
}

/** The plain form of the ranges of this half-life and the one before. */
export function rangesToJson (now: OctaveRange, before: OctaveRange): number[] {
  return [lowOf(now), highOf(now), lowOf(before), highOf(before)]
}

/** The two ranges of which `rangesToJson` gave the plain form. */
export function rangesFrom ([low = 1, high = 0, lowBefore = 1, highBefore = 0]: readonly number[]): [now: OctaveRange, before: OctaveRange] {
  return [pack(low, high), pack(lowBefore, highBefore)]
}

function pack (low: number, high: number): OctaveRange { return (low + BIAS) | ((high + BIAS) << 15) }
function lowOf (range: OctaveRange): number { return (range & 32767) - BIAS }
function highOf (range: OctaveRange): number { return (range >>> 15) - BIAS }

function unitOf (least: number, most: number): number {
  return Math.max(LEAST_UNIT, (most - least) / 2)
}

function toEighths (quantity: number): number {
  return quantity >= 0 && quantity < SMALL && Number.isInteger(quantity) ? EIGHTHS[quantity] as number : eighthsOf(quantity)
}

function eighthsOf (quantity: number): number {
  return Math.sign(quantity) * Math.min(BIAS - 1, Math.round(Math.log2(1 + Math.abs(quantity)) * OCTAVE))
}

function fromEighths (eighths: number): number {
  return Math.sign(eighths) * Math.round(2 ** (Math.abs(eighths) / OCTAVE) - 1)
}

/** Lengths are mostly small: their logarithms are kept (256 bytes). */
const SMALL = 256
/** Below it a quantity and one more are integers of 31 bits, but for what comes behind a point. */
const LARGE = 2 ** 30
const EIGHTHS = Uint8Array.from({ length: SMALL }, (_, quantity) => eighthsOf(quantity))
