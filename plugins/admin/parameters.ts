import { CORRELATION_TYPES } from '../../lib/detectors/signal-correlation'
import { SIGNAL_CATEGORIES, SIGNAL_TYPES } from '../../lib/detectors/signal-types'
import { FST_ANOMALIES_BAD_PARAMETER } from '../errors'
import { rfc3339 } from '../query-times'

/** How one query parameter is read; `read` gives `undefined` for what it does not take. */
interface Parameter { read (text: string): string | number | undefined, must: string }

/** The query parameters that a route takes. */
export type ParameterTable = Readonly<Record<string, Parameter>>

const LEVELS: readonly string[] = ['info', 'low', 'medium', 'high', 'critical']
const MOST_TEXT = 2048

const text: Parameter = { read: (given) => given !== '' && given.length <= MOST_TEXT ? given : undefined, must: `must be a text of 1 to ${MOST_TEXT} characters` }
const level = oneOf(LEVELS)
const time: Parameter = { read: timeOf, must: 'must be a time: RFC 3339, such as 2026-01-31T12:00:00Z, or epoch milliseconds' }
const limit = integer(1, 1000)

/** Filters of events, as in `query`. */
export const eventParameters: ParameterTable = {
  type: text, severity: integer(1, 10), level, detector: text, route: text, entity: text, from: time, to: time, limit, cursor: integer(1, Number.MAX_SAFE_INTEGER)
}
/** Filters of trends, as in `trends`. */
export const trendParameters: ParameterTable = {
  category: oneOf(SIGNAL_CATEGORIES), type: oneOf(SIGNAL_TYPES), entity: text, from: time, to: time, resolution: oneOf(['minute', 'hour', 'day']), limit
}
/** Filters of correlations, as in `correlations`. */
export const correlationParameters: ParameterTable = {
  category: oneOf(SIGNAL_CATEGORIES), type: oneOf(SIGNAL_TYPES), entity: text, from: time, to: time, limit, correlation: oneOf(CORRELATION_TYPES), strength: share(0.5)
}
export const pageParameters: ParameterTable = { limit, cursor: integer(0, Number.MAX_SAFE_INTEGER) }
export const limitParameters: ParameterTable = { limit }
/** The code of the one-time address, where somebody who is already in opens it again. */
export const summaryParameters: ParameterTable = { code: { read: (given) => given, must: 'is anything' } }
export const noParameters: ParameterTable = {}

/**
 * Reads a URL's query. It is read here, and not by the application's parser, so that every application answers alike.
 * @throws FST_ANOMALIES_BAD_PARAMETER Naming the parameter: unknown, given twice, or not of its form.
 */
export function readParameters (url: string, table: ParameterTable): Record<string, string | number> {
  const at = url.indexOf('?')
  const found = new Map<string, string | number>()
  for (const [name, given] of new URLSearchParams(at < 0 ? '' : url.slice(at + 1))) {
    const parameter = Object.hasOwn(table, name) ? table[name] : undefined
    if (parameter === undefined) throw new FST_ANOMALIES_BAD_PARAMETER(shown(name), `does not exist here; there ${Object.keys(table).length === 0 ? 'is none' : `are ${Object.keys(table).join(', ')}`}`)
    if (found.has(name)) throw new FST_ANOMALIES_BAD_PARAMETER(name, 'is given twice')
    const value = parameter.read(given)
    if (value === undefined) throw new FST_ANOMALIES_BAD_PARAMETER(name, `${parameter.must}, received '${shown(given)}'`)
    found.set(name, value)
  }
  if (Number(found.get('from')) > Number(found.get('to'))) throw new FST_ANOMALIES_BAD_PARAMETER('from', 'must not be after to')
  return Object.fromEntries(found)
}

function oneOf (values: readonly string[]): Parameter {
  return { read: (given) => values.includes(given) ? given : undefined, must: `must be one of ${values.join(', ')}` }
}

function integer (least: number, most: number): Parameter {
  return {
    read (given) {
      const value = /^\d{1,16}$/.test(given) ? Number(given) : NaN
      return value >= least && value <= most ? value : undefined
    },
    must: `must be an integer from ${least} to ${most}`
  }
}

function share (least: number): Parameter {
  return {
    read (given) {
      const value = /^[01](?:\.\d{1,9})?$/.test(given) ? Number(given) : NaN
      return value >= least && value <= 1 ? value : undefined
    },
    must: `must be a number from ${least} to 1`
  }
}

function timeOf (given: string): number | undefined {
  if (/^\d{1,15}$/.test(given)) return Number(given)
  const at = rfc3339(given.replace(' ', '+'))
  return Number.isNaN(at) ? undefined : at
}

function shown (given: string): string { return given.length > 60 ? `${given.slice(0, 60)}…` : given }
