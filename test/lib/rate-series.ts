import { test } from 'tap'
import { RateSeries, rateSeriesOptions } from '../../lib/detectors/rate-series'

const OPTIONS = { bucketMs: 10_000, leastJump: 50, adoptMs: 3_600_000, dropouts: true }

function series (leastBytes = 1_000_000): { series: RateSeries, told: string[] } {
  const told: string[] = []
  return { told, series: new RateSeries(null, rateSeriesOptions(OPTIONS, leastBytes), (which, measure, watch, change, at) => { told.push(`${measure} ${change} ${at / 1000}`) }) }
}

function send (to: RateSeries, from: number, until: number, perSecond: number, bytes = 0): void {
  for (let second = from; second < until; second++) {
    for (let i = 0; i < perSecond; i++) {
      to.count(second * 1000)
      if (bytes > 0) to.weigh(bytes, second * 1000)
    }
  }
}

test('it is told in the second in which the limit is passed', (t) => {
  const { series: subject, told } = series()
  send(subject, 0, 600, 10)
  send(subject, 600, 601, 100)
  t.same(told, [])
  send(subject, 601, 603, 200)
  t.same(told, ['requests open 602'])
  send(subject, 603, 660, 10)
  t.same(told, ['requests open 602', 'requests close 640'])
  t.end()
})

test('a silence is told when time passes: opened, closed, and of its steps the last', (t) => {
  const { series: subject, told } = series()
  send(subject, 0, 3600, 10)
  subject.advance(3_650_000)
  t.same(told, [])
  subject.advance(3_900_000)
  t.same(told, ['requests open 3900'])
  subject.count(7_300_000)
  t.same(told, ['requests open 3900', 'requests close 7300'], 'an hour later it is the norm')
  t.end()
})

test('more bytes are an episode where requests are as ever, and none where they are more', (t) => {
  const { series: subject, told } = series()
  send(subject, 0, 600, 10, 10_000)
  send(subject, 600, 620, 10, 1_000_000)
  t.same(told, ['bytes open 600'])
  const { series: other, told: toldOther } = series()
  send(other, 0, 600, 10, 10_000)
  send(other, 600, 620, 1000, 10_000)
  t.same(toldOther, ['requests open 600'])
  const { series: blind, told: toldNothing } = series(0)
  send(blind, 0, 600, 10, 10_000)
  send(blind, 600, 620, 10, 1_000_000)
  t.same(toldNothing, [])
  t.end()
})

test('a clock that goes back, or far ahead, does no harm', (t) => {
  const { series: subject, told } = series()
  send(subject, 100_000, 100_600, 10)
  subject.count(5)
  subject.count(1e15)
  subject.count(1e15 + 10_000)
  t.ok(told.length <= 2)
  t.end()
})

interface Known { buckets: number, recent: number, lasting: number, ordinaryNow: number | null }

function knownBy (subject: RateSeries): Known { return subject.describe().requests as Known }

/** A Poisson number, by Knuth's product of uniforms. */
function poisson (mean: number, random: () => number): number {
  const least = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > least; product *= random()) count++
  return count
}

function seeded (seed: number): () => number {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0
    return (seed >>> 0) / 0x100000000
  }
}

test('merged, two that counted at the same time are as one that counted both', (t) => {
  const random = seeded(3)
  const [whole, left, right] = [series().series, series().series, series().series]
  for (let second = 0; second < 60_000; second++) {
    for (const [part, mean] of [[left, 6], [right, 3 + 2 * Math.sin(second / 86_400 * 2 * Math.PI)]] as const) {
      const count = poisson(mean, random)
      send(part, second, second + 1, count)
      send(whole, second, second + 1, count)
    }
  }
  left.merge(JSON.parse(JSON.stringify(right.toJSON())))
  const [expected, merged] = [knownBy(whole), knownBy(left)]
  t.equal(left.samples, whole.samples)
  t.equal(merged.buckets, expected.buckets)
  t.ok(Math.abs(merged.recent / expected.recent - 1) < 0.1, `${merged.recent}, not ${expected.recent}`)
  t.ok(Math.abs(merged.lasting / expected.lasting - 1) < 0.05, `${merged.lasting}, not ${expected.lasting}`)
  const { variance } = (left.toJSON().requests.watch as { baseline: { lasting: { moments: { variance: number } } } }).baseline.lasting.moments
  const truth = (whole.toJSON().requests.watch as { baseline: { lasting: { moments: { variance: number } } } }).baseline.lasting.moments.variance
  t.ok(variance / truth > 0.7 && variance / truth < 1.4, `variance ${variance}, not ${truth}`)
  t.end()
})

test('merged, two that counted one after the other are one longer stream', (t) => {
  const random = seeded(5)
  const [whole, left, right] = [series().series, series().series, series().series]
  for (let second = 0; second < 80_000; second++) {
    const count = poisson(8, random)
    send(second < 30_000 ? left : right, second, second + 1, count)
    send(whole, second, second + 1, count)
  }
  const json = JSON.parse(JSON.stringify(right.toJSON()))
  left.merge(json)
  const [expected, merged] = [knownBy(whole), knownBy(left)]
  t.ok(Math.abs(merged.buckets - expected.buckets) <= 1)
  t.ok(Math.abs(merged.lasting / expected.lasting - 1) < 0.02, `${merged.lasting}, not ${expected.lasting}`)
  t.ok(Math.abs(merged.recent / knownBy(right).recent - 1) < 1e-6, 'what is of now is of the later one')
  t.end()
})

test('merged, the seasons of two that counted at the same time add', (t) => {
  const day = (hour: number): number => hour % 24 < 8 ? 1 : 4
  const [whole, left, right] = [series().series, series().series, series().series]
  for (let second = 0; second < 3 * 86_400; second += 2) {
    const count = day(Math.floor(second / 3600))
    for (const part of [left, right, whole, whole]) send(part, second, second + 1, count)
  }
  left.merge(JSON.parse(JSON.stringify(right.toJSON())))
  const [expected, merged] = [knownBy(whole).ordinaryNow as number, knownBy(left).ordinaryNow as number]
  t.ok(expected > 0 && Math.abs(merged / expected - 1) < 0.05, `${merged}, not ${expected}`)
  t.end()
})

test('merged with nothing, or into nothing, it is what was known; other buckets are an error', (t) => {
  const { series: known } = series()
  send(known, 0, 1000, 20)
  const json = JSON.parse(JSON.stringify(known.toJSON()))
  const { series: empty } = series()
  known.merge(JSON.parse(JSON.stringify(empty.toJSON())))
  t.same(JSON.parse(JSON.stringify(known.toJSON())), json)
  empty.merge(json)
  t.same(JSON.parse(JSON.stringify(empty.toJSON())), json)
  t.throws(() => known.merge({ ...json, bucketMs: 1000 }), RangeError)
  t.end()
})

test('frozen, it judges by what was learned, and learns nothing, however long a level lasts', (t) => {
  const state = { frozen: false }
  const told: string[] = []
  const subject = new RateSeries(null, rateSeriesOptions(OPTIONS, 0), (which, measure, watch, change) => { if (change !== 'step') told.push(change) }, state)
  send(subject, 0, 3000, 10)
  const before = knownBy(subject)
  state.frozen = true
  send(subject, 3000, 12_000, 60)
  t.same(told, ['open'])
  send(subject, 12_000, 13_000, 10)
  t.same(told, ['open', 'close'])
  t.match(knownBy(subject), before)
  state.frozen = false
  send(subject, 13_000, 14_000, 12)
  t.ok(knownBy(subject).buckets > before.buckets)
  t.end()
})
