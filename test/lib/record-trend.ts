import { test } from 'tap'
import { RecordTrend } from '../../lib/stats/record-trend'

function isOn (stream: readonly number[]): boolean {
  const trend = new RecordTrend()
  let most = -Infinity
  for (const value of stream) {
    trend.learn(value > most)
    most = Math.max(most, value)
  }
  return RecordTrend.from(JSON.parse(JSON.stringify(trend))).isOn(stream.length)
}

test('a sequence that rises is a trend, also where it rises unevenly', async (t) => {
  t.ok(isOn(Array.from({ length: 100 }, (_, i) => i)))
  t.ok(isOn(Array.from({ length: 400 }, (_, i) => i + (i * 7919) % 13)))
})

test('one without a trend is none, and one that has stopped rising is none any more', async (t) => {
  for (let seed = 1; seed < 60; seed++) t.notOk(isOn(Array.from({ length: 500 }, (_, i) => (Math.imul(i + seed * 977, 2654435761) >>> 0) % 100_003)), String(seed))
  t.notOk(isOn(Array.from({ length: 300 }, (_, i) => i % 60)))
})

test('two parts of one trend are a trend', async (t) => {
  const [ours, theirs] = [new RecordTrend(), new RecordTrend()]
  for (let i = 0; i < 50; i++) for (const trend of [ours, theirs]) trend.learn(true)
  ours.merge(theirs)
  t.ok(ours.isOn(100))
  ours.halve()
  t.ok(ours.isOn(50))
})

test('however many sequences without a trend are merged, they are none', async (t) => {
  const trend = new RecordTrend()
  let n = 0
  for (let part = 0; part < 60; part++) {
    const other = new RecordTrend()
    for (let i = 0; i < 4; i++, n++) other.learn(i === 0)
    trend.merge(other)
  }
  t.notOk(trend.isOn(n))
})
