/** How many bits of a 32-bit number are set. Source: H. S. Warren, "Hacker's Delight", section 5-1. */
export function countBits (bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555)
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333)
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
