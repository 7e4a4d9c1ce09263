/** An element, and its two halves. */
const element = new Float64Array(1)
const halves = new Float32Array(element.buffer)

/**
 * Arrays of 32-bit floats, two in each element of a plain array: 48 bytes and 4 a float, where a `Float32Array` takes 184 bytes before its
 * first float (measured). For many short arrays. Time: O(1) an access.
 *
 * Two floats are the halves of a number's 64 bits, which engines keep as they are unless the number is `NaN`. No two floats make one:
 * the exponents even of `Infinity` and of the usual `NaN` leave bits of the longer one clear.
 */
export type PackedFloats = number[]

/** @param length An even number of floats, all 0. */
export function packedFloats (length: number): PackedFloats {
  // First filled with a fraction, so that the array holds raw 64-bit numbers from the start.
  return new Array<number>(length >> 1).fill(0.5).fill(0)
}

export function floatAt (floats: PackedFloats, index: number): number {
  element[0] = floats[index >> 1] as number
  return halves[index & 1] as number
}

export function setFloat (floats: PackedFloats, index: number, value: number): void {
  element[0] = floats[index >> 1] as number
  halves[index & 1] = value
  floats[index >> 1] = element[0] as number
}
