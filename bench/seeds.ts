/** Seeds such as `11-13,21`. @throws RangeError Where it is no list of numbers. */
export function seedsOf (list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [first, last] = part.split('-').map(Number) as [number, number?]
    if (!Number.isInteger(first) || !Number.isInteger(last ?? first)) throw new RangeError(`--seeds: ${part} is neither a number nor two of them`)
    return Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i)
  })
}
