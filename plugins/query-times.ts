import { FST_ANOMALIES_BAD_PARAMETER } from './errors'

/** A time of a query: epoch milliseconds, a `Date`, or RFC 3339 as events show it (`detectedAt`). */
export type QueryTime = number | string | Date

/** A query as an application may write it: `from` and `to` as times of any kind. */
export type WithTimes<Q> = Omit<Q, 'from' | 'to'> & { from?: QueryTime, to?: QueryTime }

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i

/**
 * The same query with its times in epoch milliseconds. A time that is none would compare with no event, and find nothing without a word.
 * @throws FST_ANOMALIES_BAD_PARAMETER
 */
export function inEpochTimes<Q extends { from?: number, to?: number }> (query: WithTimes<Q>): Q {
  const { from, to, ...others } = query
  return { ...others, ...(from === undefined ? null : { from: epochOf('from', from) }), ...(to === undefined ? null : { to: epochOf('to', to) }) } as unknown as Q
}

/** Epoch milliseconds of an RFC 3339 time, `NaN` for anything else. */
export function rfc3339 (text: string): number { return RFC_3339.test(text) ? Date.parse(text) : NaN }

function epochOf (name: string, time: QueryTime): number {
  const at = typeof time === 'string' ? rfc3339(time) : Number(time)
  if (Number.isNaN(at)) throw new FST_ANOMALIES_BAD_PARAMETER(name, 'must be a time: epoch milliseconds, a Date, or RFC 3339 such as 2026-01-31T12:00:00Z')
  return at
}
