import type { Signal, SignalKind } from '../signal'
import { describeParts } from './field-verdict'

const DETECTOR = 'json-schema-learner'

function kind (type: string, describe: (signal: Signal) => string): SignalKind {
  return { type, detector: DETECTOR, describe }
}

/** What was unusual about a string, as evidence of a signal: never the string itself. */
export interface TextEvidence {
  sample: string
  length: number
  /** Ingredients of the value model that fired. */
  ingredients: string[]
  parts: readonly [parts: number, kinds: number, symbols: number, symbol: number]
  /** The format that it does not have, or `null`. */
  format: string | null
  /** Whether the share of that format among what was learned is certain, not only likely. */
  isEnforced: boolean
}

/** The types of a place, as evidence says them, where only nulls have been: what may come else is open. */
export const ONLY_NULL = 'null (100 %)'

export const UNEXPECTED_FIELD = kind('unexpected_field', (signal) => `${signal.field} (${signal.actual}) was never sent in ${signal.expected} bodies`)
export const MISSING_FIELD = kind('missing_field', (signal) => `${signal.field} is missing, which all of ${signal.expected} ordinary ones had`)
export const TYPE_MISMATCH = kind('type_mismatch', (signal) => `${signal.field} is of type ${signal.actual}, ordinary is ${signal.expected}`)
export const ARRAY_TYPE_MISMATCH = kind('array_type_mismatch', (signal) => `${signal.field} has an element of type ${signal.actual}, ordinary is ${signal.expected}`)
export const STRING_TOO_SHORT = kind('string_too_short', (signal) => `${signal.field} has ${signal.actual} characters, ordinary are at least ${signal.expected}`)
export const STRING_TOO_LONG = kind('string_too_long', (signal) => `${signal.field} has ${signal.actual} characters, ordinary are up to ${signal.expected}`)
export const PATTERN_MISMATCH = kind('pattern_mismatch', describePattern)
export const NUMBER_TOO_SMALL = kind('number_too_small', (signal) => `${signal.field} is ${signal.actual}, ordinary is at least ${signal.expected}`)
export const NUMBER_TOO_LARGE = kind('number_too_large', (signal) => `${signal.field} is ${signal.actual}, ordinary is up to ${signal.expected}`)
export const ARRAY_TOO_LONG = kind('array_too_long', (signal) => `${signal.field} has ${signal.actual} elements, ordinary are up to ${signal.expected}`)
export const BODY_TOO_COMPLEX = kind('body_too_complex', (signal) => `${signal.field} has more values or text than is looked at, which none of ${signal.expected} ordinary ones had`)
export const UNEXPECTED_RESPONSE_FIELD = kind('unexpected_response_field', (signal) => `${signal.field} (${signal.actual}) was never returned in ${signal.expected} replies: possibly a leak`)
export const RESPONSE_LIST_TOO_LONG = kind('response_list_too_long', (signal) => `${signal.field} has ${signal.actual} elements, ordinary are up to ${signal.expected}: possibly mass exfiltration`)

function describePattern (signal: Signal): string {
  const evidence = signal.actual as TextEvidence | boolean
  if (typeof evidence === 'boolean') return `${signal.field} is ${evidence}, which it never was in ${signal.expected} ordinary ones`
  const found = [...evidence.format === null ? [] : [`not the format ${evidence.format}`], ...evidence.parts[0] === 0 ? [] : [describeParts(...evidence.parts)]]
  return `${signal.field} has ${found.join(', ')}: ${evidence.sample}; ordinary are ${signal.expected as string}`
}
