/** How many times the longest of the first few texts or arrays another may be. */
const MANIFOLD = 16
/** The same of numbers, which differ more. */
const MAGNITUDES = 1000

/** Whether a length is of another order than the longest of the few that were seen, which are too few for a bound. */
export function isManifold (length: number, longest: number): boolean { return length > MANIFOLD * Math.max(1, longest) }

/** The same of a number. @param extreme `NaN` where there is none yet. */
export function isOfOtherMagnitude (value: number, extreme: number): boolean { return Math.abs(value) > MAGNITUDES * Math.max(1, Math.abs(extreme)) }
