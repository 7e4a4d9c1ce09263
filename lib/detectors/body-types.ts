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

/**
 * Type of a value, `OPAQUE` for what is no JSON: functions, `undefined`, and objects that say themselves what their JSON is.
 * Comparisons one by one, since V8 compiles these to a look at the value; a `switch` over `typeof` calls a function of its own for each (15 ns).
 */
export function typeOf (value: unknown): number {
  if (typeof value === 'string') return STRING
  if (typeof value === 'number') return NUMBER
  if (typeof value === 'boolean') return BOOLEAN
  if (typeof value !== 'object') return OPAQUE
  if (value === null) return NULL
  if (Array.isArray(value)) return ARRAY
  return typeof (value as { toJSON?: unknown }).toJSON === 'function' ? OPAQUE : OBJECT
}

/** Whether a type is of arrays or of objects. */
export function isContainer (type: number): boolean { return type === ARRAY || type === OBJECT }

/** Values of a type that make it known at a place. Arrays and objects are hardly ever in place of something else, or of one another: one more, lest two attacks make them so. */
export function timesOf (type: number): number { return isContainer(type) ? 3 : 2 }
