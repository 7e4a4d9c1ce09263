/** Types of JSON values. */
export const TYPES = ['null', 'boolean', 'number', 'string', 'array', 'object'] as const
export const NULL = 0
export const BOOLEAN = 1
export const NUMBER = 2
export const STRING = 3
export const ARRAY = 4
export const OBJECT = 5
/** What JSON leaves out, or what cannot be looked at: not judged, not learned. */
export const OPAQUE = -1

/** Type of a value, `OPAQUE` for what is no JSON: functions, `undefined`, and objects that say themselves what their JSON is. */
export function typeOf (value: unknown): number {
  switch (typeof value) {
    case 'string': return STRING
    case 'number': return NUMBER
    case 'boolean': return BOOLEAN
    case 'object':
      if (value === null) return NULL
      if (Array.isArray(value)) return ARRAY
      return typeof (value as { toJSON?: unknown }).toJSON === 'function' ? OPAQUE : OBJECT
    default: return OPAQUE
  }
}

/** Whether a type is of arrays or of objects. */
export function isContainer (type: number): boolean { return type === ARRAY || type === OBJECT }

/** Values of a type that make it known at a place. Arrays and objects are hardly ever in place of something else, or of one another: one more, lest two attacks make them so. */
export function timesOf (type: number): number { return isContainer(type) ? 3 : 2 }
