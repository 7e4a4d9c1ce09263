import { HyperLogLog } from '../stats/hyper-log-log'
import { TopTable } from '../stats/top-table'
import type { HistogramBin, TypeTrend } from './signal-query'
import type { SignalStore } from './signal-store'
import { SIGNAL_TYPES } from './signal-types'

const TOP = 32

/** What one type of signal showed of one entity. */
export interface EntityTrend extends TypeTrend { bins: HistogramBin[] }

class Gathered {
  count = 0
  before = 0
  first = -1
  last = -1
  readonly values = new HyperLogLog()
  readonly entities = new HyperLogLog()
  readonly topValues = new TopTable(TOP)
  readonly topEntities = new TopTable(TOP)
  readonly bins = new Map<number, { count: number, values: HyperLogLog, entities: HyperLogLog }>()
}

/**
 * What the remembered signals say of one entity (or session) from one time to another, per type; buckets are of `binMs`. O(signals
 * remembered). What was forgotten is missing: see `RecentSignals.since`.
 */
export function entityTrends (store: SignalStore, entity: number, from: number, to: number, binMs: number): (EntityTrend | null)[] {
  const found = SIGNAL_TYPES.map(() => new Gathered())
  const before = from - (to - from) - 1
  store.recent.look(before, to, entity, (type, value, who, session, at) => {
    const one = found[type] as Gathered
    if (at < from) one.before++
    else gather(one, value, who, Math.floor(at / binMs))
  })
  const knowsBefore = store.recent.since < before
  return found.map((one) => one.count === 0 ? null : trendOf(one, knowsBefore))
}

function gather (one: Gathered, value: number, entity: number, bucket: number): void {
  one.count++
  if (one.first < 0) one.first = bucket
  one.last = bucket
  one.values.add(value)
  one.entities.add(entity)
  one.topValues.add(value)
  one.topEntities.add(entity)
  let bin = one.bins.get(bucket)
  if (bin === undefined) one.bins.set(bucket, bin = { count: 0, values: new HyperLogLog(), entities: new HyperLogLog() })
  bin.count++
  bin.values.add(value)
  bin.entities.add(entity)
}

function trendOf (one: Gathered, knowsBefore: boolean): EntityTrend {
  return {
    count: one.count,
    uniqueValues: one.values.count(),
    uniqueEntities: one.entities.count(),
    firstBucket: one.first,
    lastBucket: one.last,
    changeRate: knowsBefore && one.before > 0 ? 100 * (one.count - one.before) / one.before : null,
    topValues: one.topValues,
    topEntities: one.topEntities,
    bins: [...one.bins].map(([bucket, bin]) => ({ bucket, count: bin.count, uniqueValues: bin.values.count(), uniqueEntities: bin.entities.count() }))
  }
}
