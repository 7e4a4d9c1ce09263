/**
 * JSON of any value. Evidence may come from third parties' detectors, so what JSON cannot say is said otherwise and never
 * loses the rest: a `BigInt` becomes its digits, a reference to something around itself `'[circular]'`. O(size); the
 * slow way is only taken where the plain one fails.
 */
export function jsonText (value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return JSON.stringify(value, tolerant())
  }
}

function tolerant (): (this: unknown, key: string, value: unknown) => unknown {
  const around: unknown[] = []
  return function (this: unknown, _: string, value: unknown): unknown {
    if (typeof value === 'bigint') return value.toString()
    if (typeof value !== 'object' || value === null) return value
    while (around.length > 0 && around.at(-1) !== this) around.pop()
    if (around.includes(value)) return '[circular]'
    around.push(value)
    return value
  }
}
