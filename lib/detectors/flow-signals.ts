import type { Signal, SignalKind } from '../signal'

const DETECTOR = 'trends'

function kind (type: string, describe: (signal: Signal) => string): SignalKind {
  return { type, detector: DETECTOR, describe }
}

function evidenceOf (signal: Signal): Readonly<Record<string, number | string>> { return signal.extras?.finding?.evidence ?? {} }

export const OVERSIZED_REQUEST = kind('oversized_request', (signal) => `a request of ${signal.actual} bytes, where up to ${signal.expected} are ordinary`)
export const OVERSIZED_RESPONSE = kind('oversized_response', (signal) => `a reply of ${signal.actual} bytes, where up to ${signal.expected} are ordinary`)
export const BANDWIDTH_SPIKE = kind('bandwidth_spike', (signal) => `one sender moved ${signal.actual} bytes within a minute; up to ${signal.expected} are ordinary for it and for others`)
export const EXFILTRATION = kind('exfiltration_pattern', (signal) => {
  const { requests, minutes, ratio } = evidenceOf(signal)
  return `one sender was sent ${signal.actual} bytes in ${requests} requests within ${minutes} min, ${ratio} times what it sent; up to ${signal.expected} bytes are ordinary`
})
export const UPLOAD = kind('upload_pattern', (signal) => {
  const { requests, minutes, ratio } = evidenceOf(signal)
  return `one sender sent ${signal.actual} bytes in ${requests} requests within ${minutes} min, ${ratio} times what it was sent; up to ${signal.expected} bytes are ordinary`
})
export const SCRAPING = kind('scraping', (signal) => {
  const { requests, minutes } = evidenceOf(signal)
  return `one sender read ${signal.actual} different pages in ${requests} requests within ${minutes} min, at a steady pace; up to ${signal.expected} are ordinary`
})
export const TIMING = kind('timing_anomaly', (signal) => {
  const { gaps, meanMs } = evidenceOf(signal)
  return `${gaps} gaps between requests of one sender, ${meanMs} ms each, vary by ${signal.actual} of their mean; on this route they ordinarily vary by more than ${signal.expected}`
})
export const ENUMERATION = kind('object_enumeration', (signal) => {
  const { objects, missed, ordered, minutes } = evidenceOf(signal)
  return `one sender asked for ${objects} different objects of this route within ${minutes} min, ${ordered} of them in a row, ${missed} in vain; ${signal.actual} is not ordinary, up to ${signal.expected} is`
})
export const AUTH_COVERAGE = kind('auth_coverage', (signal) => {
  const { without, served, refused } = evidenceOf(signal)
  return `this route answered without credentials; of ${served} requests that it served ${without} had none, and ${refused} without any were refused`
})
export const SEQUENCE = kind('sequence_anomaly', (signal) => {
  const { share, visits } = evidenceOf(signal)
  return `this route was reached without ${signal.expected}, which came before ${share} of ${visits} visits`
})
export const DLP_MATCH = kind('dlp_match', (signal) => `the reply holds ${signal.actual} (${String(signal.field).replace('response.', '')}); up to ${signal.expected} are ordinary on this route`)
export const VELOCITY_SPIKE = kind('velocity_spike', (signal) => `up to ${signal.actual} signals of this kind within a minute; about ${signal.expected} are ordinary now`)
