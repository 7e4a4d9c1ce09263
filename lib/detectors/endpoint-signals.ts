import type { Signal, SignalKind } from '../signal'
import { describeValue } from './value-judge'

const DETECTOR = 'endpoint-profiler'

function kind (type: string, describe: (signal: Signal) => string, about?: 'pace' | 'server'): SignalKind {
  return { type, detector: DETECTOR, ...about === undefined ? null : { about }, describe }
}

export const PARAM_VALUE = kind('param_value_anomaly', describeValue)
export const UNEXPECTED_PARAM = kind('unexpected_param', (signal) => `${signal.field} was never sent to this route in ${signal.expected} requests`)
export const MISSING_PARAM = kind('missing_expected_param', (signal) => `${signal.field} is missing, which all of ${signal.expected} ordinary requests had`)
export const PARAM_SET = kind('param_set_anomaly', (signal) => `${signal.field} has a combination of parameters never sent together in ${signal.expected} requests`)
export const PARAM_COUNT = kind('param_count_anomaly', (signal) => `${signal.field} has ${signal.actual} values or parameters, ordinary are ${signal.expected}`)
export const CONTENT_TYPE = kind('content_type_mismatch', (signal) => `${signal.field} is ${signal.actual}, never seen here in ${signal.expected} messages`)
export const SIZE_HIGH = kind('payload_size_high', (signal) => `${signal.field} is ${signal.actual} bytes, ordinary is up to ${signal.expected}`)
export const SIZE_LOW = kind('payload_size_low', (signal) => `${signal.field} is ${signal.actual} bytes, ordinary is at least ${signal.expected}`)
export const LATENCY = kind('response_time_high', (signal) => signal.field === 'route.time'
  ? `the route has become slow: its replies take about ${signal.actual} ms, ordinary is up to ${signal.expected} ms`
  : `${signal.field} was ${signal.actual} ms, ordinary is up to ${signal.expected} ms`, 'server')
export const ERROR_RATE = kind('abnormal_error_rate', (signal) => `${signal.field}: server errors have become ${signal.actual} of recent replies, ordinary is ${signal.expected}`, 'server')
export const RATE_BURST = kind('rate_burst', (signal) => `${signal.actual} requests of this client to this route within a minute, ordinary is up to ${signal.expected}`, 'pace')
export const UNKNOWN_PATH = kind('unknown_path', (signal) => `no route has the path ${signal.actual}, and ordinary requests do not go to unknown paths`)
export const UNKNOWN_METHOD = kind('unknown_method', (signal) => `no route takes ${signal.actual} here; known are ${signal.expected}`)
export const PROBE_PATH = kind('probe_path', (signal) => `the path ${signal.actual} has the shape of a probe (${signal.expected})`)
export const UNMATCHED_BURST = kind('unmatched_burst', (signal) => `${signal.actual} requests of this client to unknown paths within a minute, ordinary is up to ${signal.expected}`)
