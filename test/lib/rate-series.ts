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

test('merged, the one that has learned more counts', (t) => {
  const { series: young } = series()
  const { series: old } = series()
  send(young, 0, 100, 10)
  send(old, 0, 1000, 20)
  const json = JSON.parse(JSON.stringify(old.toJSON()))
  young.merge(json)
  t.same(JSON.parse(JSON.stringify(young.toJSON())), json)
  const { series: younger } = series()
  old.merge(younger.toJSON())
  t.same(JSON.parse(JSON.stringify(old.toJSON())), json)
  t.match(old.describe(), { bucketMs: 10_000, requests: { buckets: 99, recent: 200 } })
  t.end()
})
