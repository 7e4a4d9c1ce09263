/** An element, its two halves, and its four quarters. */
const element = new Float64Array(1)
const halves = new Float32Array(element.buffer)
const quarters = new Uint16Array(element.buffer)

/** Steps of a narrow weight in one. */
const STEPS = 16
/** Narrow weights are below this: a quarter that is larger could make `NaN` of its element. */
export const NARROW_LIMIT = 0x7ff0 / STEPS

/** Weights in one element: four narrow ones, or two wide ones. */
export type PerElement = 2 | 4
export const NARROW: PerElement = 4
export const WIDE: PerElement = 2

/**
 * Arrays of weights, several in each element of a plain array: 48 bytes and 2 a narrow weight (below 2,047, in sixteenths) or 4 a wide one
 * (a 32-bit float), where a typed array takes 184 bytes before its first element (measured). For many short arrays. Time: O(1) an access.
 *
 * Weights are the parts of a number's 64 bits, which engines keep as they are unless the number is `NaN`. None is: of two floats the
 * exponents even of `Infinity` and of the usual `NaN` leave bits of the longer one clear, and quarters are limited.
 */
export type PackedWeights = number[]

/** @param length A multiple of four; all weights are 0. */
export function packedWeights (length: number, per: PerElement): PackedWeights {
  // First filled with a fraction, so that the array holds raw 64-bit numbers from the start.
  return new Array<number>(length / per).fill(0.5).fill(0)
}

/** Whether a weight can be kept as a narrow one without loss. */
export function isNarrow (weight: number): boolean {
  return weight < NARROW_LIMIT && Number.isInteger(weight * STEPS)
}

export function weightAt (weights: PackedWeights, per: PerElement, index: number): number {
  element[0] = weights[per === NARROW ? index >> 2 : index >> 1] as number
  return per === NARROW ? (quarters[index & 3] as number) / STEPS : halves[index & 1] as number
}

/** @param weight Where narrow, 0 to below `NARROW_LIMIT`; rounded down to a sixteenth. */
export function setWeight (weights: PackedWeights, per: PerElement, index: number, weight: number): void {
  const at = per === NARROW ? index >> 2 : index >> 1
  element[0] = weights[at] as number
  if (per === NARROW) quarters[index & 3] = weight * STEPS
  else halves[index & 1] = weight
  weights[at] = element[0] as number
}
