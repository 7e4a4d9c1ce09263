import fc from 'fast-check'
import { test } from 'tap'
import { entityTrends } from '../../lib/detectors/entity-query'
import { histogramOf, rangeOf, trendOf } from '../../lib/detectors/signal-query'
import { SignalStore } from '../../lib/detectors/signal-store'
import { SIGNAL_TYPES, TYPE } from '../../lib/detectors/signal-types'
import { hashText } from '../../lib/text/keyed-hash'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 5, 9, 17, 30)
/** Standard error of the distinct counts. */
const STANDARD_ERROR = 1.04 / 32

interface Sent { type: number, value: number, entity: number, at: number }

/** Signals with pauses from milliseconds to hours between them, of few types, values and entities. */
const histories = fc.array(fc.record({
  type: fc.constantFrom(TYPE.ip, TYPE.jwt, TYPE.timing),
  value: fc.nat(40),
  entity: fc.nat(15),
  pause: fc.oneof(fc.nat(5000), fc.nat(10 * MINUTE), fc.nat(5 * HOUR))
}), { minLength: 1, maxLength: 120 }).map((steps) => {
  let at = START
  return steps.map(({ type, value, entity, pause }): Sent => {
    at += pause
    return { type, value: hashText(`value ${value}`, 1), entity: hashText(`entity ${entity}`, 2), at }
  })
})

function storeOf (history: readonly Sent[]): SignalStore {
  const store = new SignalStore(1024)
  for (const { type, value, entity, at } of history) store.add(type, value, entity, 0, at)
  return store
}

function distinct (history: readonly Sent[], of: 'value' | 'entity'): number { return new Set(history.map((each) => each[of])).size }

test('counts, distinct counts and change rates over a range are those of a naive reference', (t) => {
  fc.assert(fc.property(histories, fc.nat(300), fc.nat(600), (history, offset, length) => {
    const store = storeOf(history)
    const last = (history.at(-1) as Sent).at
    const to = last - offset * MINUTE
    const from = to - length * MINUTE
    const range = rangeOf(store, from, to)
    const { tier, first } = range
    if (tier !== store.minutes) return true
    const begin = Math.floor(from / MINUTE) * MINUTE
    const end = (Math.floor(to / MINUTE) + 1) * MINUTE
    return [TYPE.ip, TYPE.jwt, TYPE.timing].every((type) => {
      const inside = history.filter((each) => each.type === type && each.at >= begin && each.at < end)
      const before = history.filter((each) => each.type === type && each.at >= begin - (end - begin) && each.at < begin)
      const trend = trendOf(store, range, type)
      if (inside.length === 0) return trend === null
      const isKept = first - (end - begin) / MINUTE >= tier.oldest
      const rate = before.length === 0 || !isKept ? null : 100 * (inside.length - before.length) / before.length
      return trend?.count === inside.length && trend.uniqueValues === distinct(inside, 'value') && trend.uniqueEntities === distinct(inside, 'entity') && trend.changeRate === rate &&
        trend.firstBucket === Math.floor((inside[0] as Sent).at / MINUTE) && trend.lastBucket === Math.floor((inside.at(-1) as Sent).at / MINUTE)
    })
  }), { numRuns: 200 })
  t.end()
})

test('a histogram at minutes, hours or days is the naive re-binning of the range', (t) => {
  fc.assert(fc.property(histories, fc.nat(2000), fc.constantFrom('minutes', 'hours', 'days'), (history, length, resolution) => {
    const store = storeOf(history)
    const to = (history.at(-1) as Sent).at
    const range = rangeOf(store, to - length * MINUTE, to)
    const into = store[resolution as 'minutes' | 'hours' | 'days']
    const begin = range.first * range.tier.stepMs
    const end = (range.last + 1) * range.tier.stepMs
    if (into.stepMs < range.tier.stepMs) return true
    const inside = history.filter(({ type, at }) => type === TYPE.ip && at >= begin && at < end)
    const naive = new Map<number, Sent[]>()
    for (const each of inside) {
      const bucket = Math.floor(each.at / into.stepMs)
      naive.set(bucket, [...naive.get(bucket) ?? [], each])
    }
    const bins = histogramOf(store, range, into, TYPE.ip)
    return bins.length === naive.size && bins.every(({ bucket, count, uniqueValues, uniqueEntities }) => {
      const those = naive.get(bucket) ?? []
      return count === those.length && uniqueValues === distinct(those, 'value') && uniqueEntities === distinct(those, 'entity')
    })
  }), { numRuns: 200 })
  t.end()
})

test('distinct counts above 64 are within four standard errors, also of a union over days', (t) => {
  const store = new SignalStore(1024)
  let sent = 0
  for (let hour = 0; hour < 60; hour++) {
    for (let i = 0; i < 500; i++) store.add(TYPE.ip, hashText(`v${sent++ % 20_000}`, 7), hashText(`e${i % 100}`, 8), 0, START + hour * HOUR + i * 100)
  }
  const now = START + 59 * HOUR + 49_900
  for (const [hours, values] of [[1, 500], [10, 5000], [24, 12_000], [60, 20_000]] as const) {
    const range = rangeOf(store, now - hours * HOUR + MINUTE, now)
    const trend = trendOf(store, range, TYPE.ip)
    t.ok(Math.abs((trend?.uniqueValues ?? 0) / values - 1) < 4 * STANDARD_ERROR, `${hours} h: ${trend?.uniqueValues} of ${values}`)
    t.ok(Math.abs((trend?.uniqueEntities ?? 0) / 100 - 1) < 4 * STANDARD_ERROR, `${hours} h: ${trend?.uniqueEntities} of 100`)
  }
  t.end()
})

test('what is older than two days is kept by hours, and than two weeks by days', (t) => {
  const store = new SignalStore(1024)
  for (let day = 0; day < 40; day++) for (let i = 0; i < 3; i++) store.add(TYPE.ip, i, i, 0, START + day * DAY + i)
  const now = START + 39 * DAY + 2
  for (const [days, stepMs] of [[1, MINUTE], [10, HOUR], [30, DAY]] as const) {
    const range = rangeOf(store, now - days * DAY, now)
    t.equal(range.tier.stepMs, stepMs)
    t.match(trendOf(store, range, TYPE.ip), { count: 3 * (days + 1), uniqueValues: 3, uniqueEntities: 3 })
  }
  t.end()
})

test('a burst of everything stays within the bound: old minutes lose their sketches, and their hour answers', (t) => {
  const store = new SignalStore(1024)
  let n = 0
  for (let minute = 0; minute < 1600; minute++) {
    for (let type = 0; type < SIGNAL_TYPES.length; type++) {
      for (let i = 0; i < 70; i++) store.add(type, hashText(`${n++}`, 1), hashText(`${n}`, 2), 0, START + minute * MINUTE)
    }
  }
  const bytes = store.minutes.bytes + store.hours.bytes + store.days.bytes
  t.ok(bytes <= 32_000_000, `${bytes} bytes`)
  const now = START + 1599 * MINUTE
  const day = trendOf(store, rangeOf(store, now - DAY + MINUTE, now), TYPE.jwt)
  t.equal(day?.count, 1440 * 70)
  // The first hour, where its minutes have no sketches any more, counts as a whole.
  t.ok(Math.abs((day?.uniqueValues ?? 0) / (1440 * 70) - 1) < 4 * STANDARD_ERROR + 60 / 1440, String(day?.uniqueValues))
  t.end()
})

test('one entity\'s signals are told from those of others, as long as they are remembered', (t) => {
  const store = new SignalStore(1000)
  for (let i = 0; i < 900; i++) store.add(TYPE.ip, i % 3, i % 3, i % 2, START + i * 1000)
  const trends = entityTrends(store, 2, START, START + DAY, HOUR)
  t.match(trends[TYPE.ip], { count: 300, uniqueEntities: 1 })
  t.equal(trends.filter((trend) => trend !== null).length, 1)
  t.match(entityTrends(store, 1, START, START + DAY, HOUR)[TYPE.ip], { count: 600 }, 'by session or by address')
  for (let i = 0; i < 900; i++) store.add(TYPE.ip, 7, 7, 7, START + DAY + i)
  t.ok(store.recent.since > START)
  t.end()
})

test('a name is given back for its hash, and nothing for another in its place', (t) => {
  const store = new SignalStore(1024)
  store.name(-5, 'one')
  t.equal(store.nameOf(-5), 'one')
  t.equal(store.nameOf((-5 >>> 0)), 'one')
  t.equal(store.nameOf(-5 + 16_384), null)
  t.end()
})
