import { HyperLogLog } from '../stats/hyper-log-log'
import { TopTable } from '../stats/top-table'
import type { SignalCell } from './signal-cell'
import type { SignalStore } from './signal-store'
import type { SignalTier } from './signal-tier'

const MINUTE_MS = 60_000
/** Heaviest values and entities that a range's are merged into. */
const TOP = 32

/** Buckets of one tier, from `first` to `last`, both included. */
export interface SignalRange {
  readonly tier: SignalTier
  readonly first: number
  readonly last: number
}

/** What one type of signal showed over a range. */
export interface TypeTrend {
  count: number
  /** Different values and entities; where sketches of minutes are gone, of the hours that these belong to. */
  uniqueValues: number
  uniqueEntities: number
  /** Number of the first and the last bucket that had any. */
  firstBucket: number
  lastBucket: number
  /** 100 · (count − before) / before, where `before` is the count of the range of equal length just before; `null` where that is 0 or not kept. */
  changeRate: number | null
  topValues: TopTable
  topEntities: TopTable
}

/** What a bucket of a histogram had, by its number. */
export interface HistogramBin { bucket: number, count: number, uniqueValues: number, uniqueEntities: number }

/** The range from one time to another, both included, in whole buckets of the finest tier that still has it; cut to what is kept. */
export function rangeOf (store: SignalStore, from: number, to: number): SignalRange {
  const tiers = [store.minutes, store.hours, store.days]
  const tier = tiers.find((each) => each.bucketOf(from) >= each.oldest) ?? store.days
  return { tier, first: Math.max(tier.bucketOf(from), tier.oldest), last: Math.min(tier.bucketOf(to), tier.open) }
}

/** `null` where there were none. O(buckets), and some microseconds per hour and per minute at the edges. */
export function trendOf (store: SignalStore, { tier, first, last }: SignalRange, type: number): TypeTrend | null {
  store.settle()
  let count = 0
  let firstBucket = -1
  let lastBucket = -1
  for (let bucket = first; bucket <= last; bucket++) {
    const here = tier.countOf(bucket, type)
    if (here === 0) continue
    count += here
    lastBucket = bucket
    if (firstBucket < 0) firstBucket = bucket
  }
  if (count === 0) return null
  const values = new HyperLogLog()
  const entities = new HyperLogLog()
  const topValues: TopTable[] = []
  const topEntities: TopTable[] = []
  eachCell(store, tier, first, last, type, (cell) => {
    values.merge(cell.values)
    entities.merge(cell.entities)
    topValues.push(cell.topValues)
    topEntities.push(cell.topEntities)
  })
  return {
    count,
    uniqueValues: values.count(),
    uniqueEntities: entities.count(),
    firstBucket,
    lastBucket,
    changeRate: changeOf(tier, first, last, type, count),
    topValues: TopTable.union(topValues, TOP),
    topEntities: TopTable.union(topEntities, TOP)
  }
}

/** The range's counts in buckets of another, not finer, tier; empty ones are left out. */
export function histogramOf (store: SignalStore, { tier, first, last }: SignalRange, into: SignalTier, type: number): HistogramBin[] {
  store.settle()
  const bins: HistogramBin[] = []
  const ratio = into.stepMs / tier.stepMs
  for (let bucket = Math.floor(first / ratio); bucket <= Math.floor(last / ratio); bucket++) {
    const from = Math.max(first, bucket * ratio)
    const to = Math.min(last, (bucket + 1) * ratio - 1)
    let count = 0
    for (let each = from; each <= to; each++) count += tier.countOf(each, type)
    if (count === 0) continue
    const isWhole = bucket < into.open && (to - from + 1) * tier.stepMs === into.stepMs
    bins.push(isWhole
      ? { bucket, count, uniqueValues: into.valuesOf(bucket, type), uniqueEntities: into.entitiesOf(bucket, type) }
      : { bucket, count, ...uniquesOf(store, tier, from, to, type) })
  }
  return bins
}

function changeOf (tier: SignalTier, first: number, last: number, type: number, count: number): number | null {
  const length = last - first + 1
  if (first - length < tier.oldest) return null
  let before = 0
  for (let bucket = first - length; bucket < first; bucket++) before += tier.countOf(bucket, type)
  return before === 0 ? null : 100 * (count - before) / before
}

function uniquesOf (store: SignalStore, tier: SignalTier, from: number, to: number, type: number): { uniqueValues: number, uniqueEntities: number } {
  const values = new HyperLogLog()
  const entities = new HyperLogLog()
  eachCell(store, tier, from, to, type, (cell) => {
    values.merge(cell.values)
    entities.merge(cell.entities)
  })
  return { uniqueValues: values.count(), uniqueEntities: entities.count() }
}

/**
 * Calls `take` with cells that together are the range: days and hours where they lie in it as a whole and are closed, minutes
 * elsewhere. Where the minutes of an hour have lost theirs, with the whole hour's.
 */
function eachCell (store: SignalStore, tier: SignalTier, first: number, last: number, type: number, take: (cell: SignalCell) => void): void {
  const { minutes, hours, days } = store
  const end = (last + 1) * tier.stepMs
  for (let at = first * tier.stepMs; at < end;) {
    const day = days.bucketOf(at)
    const hour = hours.bucketOf(at)
    if (isWithin(days, day, at, end) || (!hours.hasCells(hour) && day < days.open)) {
      at = step(days, day, type, take)
    } else if (hour === hours.open && at === hour * hours.stepMs && end > minutes.open * MINUTE_MS && at < minutes.open * MINUTE_MS) {
      // The open hour has the sketches of all its minutes but the open one.
      step(hours, hour, type, take)
      at = minutes.open * MINUTE_MS
    } else if (hour < hours.open && (isWithin(hours, hour, at, end) || !minutes.hasCells(minutes.bucketOf(at)))) {
      at = step(hours, hour, type, take)
    } else if (minutes.hasCells(minutes.bucketOf(at))) {
      at = step(minutes, minutes.bucketOf(at), type, take)
    } else {
      at += MINUTE_MS
    }
  }
}

/** Whether a closed bucket begins at a time and lies before the end. */
function isWithin (tier: SignalTier, bucket: number, at: number, end: number): boolean {
  return bucket < tier.open && bucket * tier.stepMs === at && at + tier.stepMs <= end && tier.hasCells(bucket)
}

/** @returns The time at which the bucket ends. */
function step (tier: SignalTier, bucket: number, type: number, take: (cell: SignalCell) => void): number {
  const cell = tier.cell(bucket, type)
  if (cell !== null) take(cell)
  return (bucket + 1) * tier.stepMs
}
