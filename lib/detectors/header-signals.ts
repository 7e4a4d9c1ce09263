import type { Signal, SignalKind } from '../signal'
import { LENGTH } from './field-verdict'
import { describeValue } from './value-judge'

const DETECTOR = 'header-profiler'

/** Whether nothing is odd but the program that sends the request: all that was found is about its headers. */
export function areAboutHeaders (signals: readonly Signal[]): boolean { return signals.every(({ detector }) => detector === DETECTOR) }

/** @param about `client` where it is the client's way, the same with each of its requests: which headers it sends, and in what order. */
function kind (type: string, describe: (signal: Signal) => string, about?: 'client'): SignalKind {
  return { type, detector: DETECTOR, ...about === undefined ? null : { about }, describe }
}

export const HEADER_MISSING = kind('header_missing_required', (signal) => `${signal.field} is missing, which all of ${signal.expected} ordinary requests ${String(signal.actual)} had`, 'client')
export const HEADER_UNEXPECTED = kind('header_unexpected', (signal) => `${signal.field} was never sent by such clients in ${signal.expected} requests`, 'client')
export const HEADER_VALUE = kind('header_value_anomaly', describeValue)
export const HEADER_LENGTH = kind('header_length_anomaly', describeValue)
export const HEADER_ENTROPY = kind('header_entropy_anomaly', (signal) => `${signal.field} has an entropy of ${signal.actual} of the greatest for its length, ordinary are ${signal.expected}`)
export const HEADER_ORDER = kind('header_order_anomaly', (signal) => `${signal.field}: such clients never sent these headers in this order in ${signal.expected} requests`, 'client')
export const HEADER_SET = kind('header_set_anomaly', (signal) => `${signal.field}: such clients never sent this combination of headers in ${signal.expected} requests`, 'client')
export const HEADER_REPEATED = kind('header_duplicate', (signal) => `${signal.field} is sent more than once, never seen in ${signal.expected} requests`, 'client')

/** The kind of a value signal, by the ingredients that fired. */
export function headerKind (parts: number): SignalKind {
  return parts === LENGTH ? HEADER_LENGTH : HEADER_VALUE
}
