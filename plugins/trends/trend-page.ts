import { correlate } from '../../lib/detectors/signal-correlation'
import type { Correlation } from '../../lib/detectors/signal-correlation'
import { entityTrends } from '../../lib/detectors/entity-query'
import { histogramOf, rangeOf, trendOf } from '../../lib/detectors/signal-query'
import type { HistogramBin, TypeTrend } from '../../lib/detectors/signal-query'
import type { SignalStore } from '../../lib/detectors/signal-store'
import type { SignalTier } from '../../lib/detectors/signal-tier'
import { categoryOf, SIGNAL_TYPES } from '../../lib/detectors/signal-types'
import type { SignalCategory, SignalTypeName } from '../../lib/detectors/signal-types'
import type { TopTable } from '../../lib/stats/top-table'

export type TrendResolution = 'minute' | 'hour' | 'day'

/** What is asked of `app.anomalies.trends()`; all filters that are given must hold. */
export interface TrendQuery {
  category?: SignalCategory
  type?: SignalTypeName
  /** Client address, or tag of a credential or user as events show it. */
  entity?: string
  /** Epoch milliseconds, inclusive. By default the last hour. */
  from?: number
  to?: number
  /** Length of the histogram's buckets. By default minutes up to six hours, hours up to a week. */
  resolution?: TrendResolution
  /** Heaviest values and entities of each type, or correlations, 1 to 1,000. @default 10 */
  limit?: number
}

/** What is asked of `app.anomalies.correlations()`; all filters that are given must hold. */
export interface CorrelationQuery extends Omit<TrendQuery, 'resolution'> {
  correlation?: Correlation['type']
  /** Least strength, 0.5 to 1. */
  strength?: number
}

/** A value or an entity with how often it came: between `count - error` and `count` times. */
export interface TrendTop { value: string, count: number, error: number }

export interface TrendJson {
  type: SignalTypeName
  category: SignalCategory
  count: number
  uniqueValues: number
  uniqueEntities: number
  /** Beginning of the first and of the last bucket that had any. */
  firstSeen: string
  lastSeen: string
  /** Per cent against the range of equal length just before; `null` where that had none, or is not kept. */
  changeRate: number | null
  histogram: { from: string, stepMs: number, counts: number[], uniqueValues: number[], uniqueEntities: number[] }
  topValues: TrendTop[]
  topEntities: TrendTop[]
}

/** What `GET /__anomalies/trends` answers. */
export interface TrendPage {
  /** In whole buckets of the finest length that is still kept. */
  from: string
  to: string
  resolution: TrendResolution
  /** Whether all of the range is remembered; of one entity only the last signals are. */
  complete: boolean
  /** Signals ever taken in. */
  total: number
  trends: TrendJson[]
}

/** What `GET /__anomalies/trends/correlations` answers. */
export interface CorrelationPage {
  from: string
  to: string
  /** Whether all signals of the range, and of the one just before that it is compared with, are remembered. */
  complete: boolean
  /** Strongest first. */
  correlations: (Omit<Correlation, 'from' | 'to'> & { from: string, to: string })[]
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DEFAULT_LIMIT = 10

/** @param hashOf Keyed hash of an entity's name. @param now Epoch milliseconds. */
export function trendPage (store: SignalStore, query: TrendQuery, now: number, hashOf: (entity: string) => number): TrendPage {
  if (store.total > 0) store.advance(now)
  const { to = now, limit = DEFAULT_LIMIT } = query
  const from = query.from ?? to - HOUR_MS + 1
  const range = rangeOf(store, from, to)
  const tiers: Record<TrendResolution, SignalTier> = { minute: store.minutes, hour: store.hours, day: store.days }
  const wanted = tiers[query.resolution ?? (to - from <= 6 * HOUR_MS ? 'minute' : to - from <= 7 * DAY_MS ? 'hour' : 'day')]
  const into = wanted.stepMs < range.tier.stepMs ? range.tier : wanted
  const trends: TrendJson[] = []
  const entity = query.entity === undefined ? null : hashOf(query.entity) >>> 0
  const of = entity === null ? null : entityTrends(store, entity, from, to, into.stepMs)
  for (const type of typesOf(query)) {
    const trend = of === null ? trendOf(store, range, type) : of[type] as ReturnType<typeof entityTrends>[number]
    if (trend === null) continue
    const bins = 'bins' in trend ? trend.bins as HistogramBin[] : histogramOf(store, range, into, type)
    trends.push(view(store, type, trend, bins, of === null ? range.tier.stepMs : into.stepMs, into.stepMs, limit))
  }
  const isWhole = entity === null && store.total > 0
  return {
    from: isoOf(isWhole ? range.first * range.tier.stepMs : from),
    to: isoOf(isWhole ? (range.last + 1) * range.tier.stepMs - 1 : to),
    resolution: (Object.keys(tiers) as TrendResolution[]).find((name) => tiers[name] === into) as TrendResolution,
    complete: entity === null || store.recent.since < from,
    total: store.total,
    trends
  }
}

/** @param hashOf Keyed hash of an entity's name. @param now Epoch milliseconds. */
export function correlationPage (store: SignalStore, query: CorrelationQuery, now: number, hashOf: (entity: string) => number): CorrelationPage {
  const { to = now, limit = DEFAULT_LIMIT, correlation, strength } = query
  const entity = query.entity === undefined ? undefined : hashOf(query.entity) >>> 0
  const from = query.from ?? to - HOUR_MS + 1
  const correlations = correlate(store, from, to, new Set(typesOf(query)), limit, { correlation, strength, entity }).map((each) => ({ ...each, from: isoOf(each.from), to: isoOf(each.to) }))
  return { from: isoOf(from), to: isoOf(to), complete: store.recent.since < from - (to - from), correlations }
}

function typesOf ({ type, category }: TrendQuery): number[] {
  return SIGNAL_TYPES.map((_, number) => number).filter((number) => (type === undefined || SIGNAL_TYPES[number] === type) && (category === undefined || categoryOf(number) === category))
}

function view (store: SignalStore, type: number, trend: TypeTrend, bins: readonly HistogramBin[], stepMs: number, binMs: number, limit: number): TrendJson {
  const first = bins[0]?.bucket ?? 0
  const length = (bins.at(-1)?.bucket ?? 0) - first + 1
  const [counts, uniqueValues, uniqueEntities] = Array.from({ length: 3 }, () => new Array<number>(length).fill(0)) as [number[], number[], number[]]
  for (const bin of bins) {
    const place = bin.bucket - first
    counts[place] = bin.count
    uniqueValues[place] = bin.uniqueValues
    uniqueEntities[place] = bin.uniqueEntities
  }
  return {
    type: SIGNAL_TYPES[type] as SignalTypeName,
    category: categoryOf(type),
    count: trend.count,
    uniqueValues: trend.uniqueValues,
    uniqueEntities: trend.uniqueEntities,
    firstSeen: isoOf(trend.firstBucket * stepMs),
    lastSeen: isoOf(trend.lastBucket * stepMs),
    changeRate: trend.changeRate === null ? null : Math.round(trend.changeRate * 10) / 10,
    histogram: { from: isoOf(first * binMs), stepMs: binMs, counts, uniqueValues, uniqueEntities },
    topValues: topOf(store, trend.topValues, limit),
    topEntities: topOf(store, trend.topEntities, limit)
  }
}

function topOf (store: SignalStore, table: TopTable, limit: number): TrendTop[] {
  const length = Math.min(limit, table.size)
  return Array.from({ length }, (_, place) => ({ value: shown(store, table.keyAt(place)), count: table.countAt(place), error: table.errorAt(place) }))
}

/** A value as it may be shown: its name, else its keyed hash. */
function shown (store: SignalStore, hash: number): string { return store.nameOf(hash) ?? `#${hash.toString(16).padStart(8, '0')}` }

function isoOf (at: number): string { return new Date(at).toISOString() }

/** Who answers what is asked about signals over time. */
export interface TrendAnswers { trends (query: TrendQuery): TrendPage, correlations (query: CorrelationQuery): CorrelationPage }
