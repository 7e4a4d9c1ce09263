/**
 * A copy of a body as it was sent: whatever validation or a handler changes in the original afterwards, what is learned is what came. Objects
 * and arrays are made anew, strings shared; what lies deeper than `depth` or beyond `values` is left out. Names are kept as they are, `__proto__` too.
 */
export function copyBody (body: unknown, depth: number, values: number): unknown {
  return new Copy(values).of(body, depth)
}

class Copy {
  #left: number

  constructor (values: number) { this.#left = values }

  of (value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) {
      const list: unknown[] = []
      if (depth <= 0) return list
      for (let i = 0; i < value.length; i++) list.push(--this.#left > 0 ? this.of(value[i], depth - 1) : undefined)
      return list
    }
    const copy: Record<string, unknown> = {}
    if (depth <= 0) return copy
    for (const name in value) {
      if (--this.#left <= 0) break
      const member = this.of((value as Record<string, unknown>)[name], depth - 1)
      if (name === '__proto__') Object.defineProperty(copy, name, { value: member, enumerable: true, writable: true, configurable: true })
      else copy[name] = member
    }
    return copy
  }
}
