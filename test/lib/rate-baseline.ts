import fc from 'fast-check'
import { test } from 'tap'
import { RateBaseline } from '../../lib/detectors/rate-baseline'
import { poisson, random } from '../fixtures/counts'

const MINUTE = 60_000
const MONDAY = Date.UTC(2026, 0, 5)

/** Seeded Poisson counts. */
function counts (mean: number, seed: number): () => number {
  const next = random(seed)
  return () => poisson(mean, next)
}

/** Scores of values a minute apart. */
function judge (values: readonly number[], baseline = new RateBaseline(MINUTE), from = MONDAY): number[] {
  return values.map((value, i) => {
    const score = baseline.judge(from + i * MINUTE, value)
    baseline.learn(from + i * MINUTE, value)
    return score
  })
}

test('a score depends on the past alone', (t) => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.double({ min: -5, max: 500, noNaN: true })), { minLength: 150, maxLength: 400 }), fc.nat(), (values, cut) => {
    const all = judge(values)
    const length = cut % values.length
    const some = judge(values.slice(0, length))
    return some.every((score, i) => score === all[i]) && all.every((score) => score >= 0 && score <= 1)
  }), { numRuns: 50 })
  t.end()
})

test('a steady stream that jumps is surprising, however regular it was', (t) => {
  const scores = judge([...Array(200).fill(600), 100_000])
  t.ok(scores.at(-1)! > 0.9)
  t.equal(Math.max(...scores.slice(0, -1)), 0)
  t.end()
})

test('a sparse stream that jumps is surprising, its empty buckets are data', (t) => {
  const scores = judge([...Array.from({ length: 300 }, (_, i) => i % 3 === 0 ? 5 : 0), 100_000])
  t.ok(scores.at(-1)! > 0.9)
  t.end()
})

test('a stop of what was steady is surprising', (t) => {
  const count = counts(600, 5)
  const scores = judge([...Array.from({ length: 1000 }, count), 0])
  t.ok(scores.at(-1)! > 0.9)
  t.end()
})

test('a shift is one surprise', (t) => {
  const before = counts(600, 9)
  const after = counts(6000, 10)
  const scores = judge([...Array.from({ length: 1000 }, before), ...Array.from({ length: 120 }, after)])
  t.ok(scores[1000]! > 0.9)
  t.equal(scores.slice(1001).filter((score) => score >= 0.5).length, 0)
  t.end()
})

test('a burst at the same hour of every day becomes ordinary, the same burst at another hour does not', (t) => {
  const count = counts(100, 3)
  const day = (burstAt: number): number[] => Array.from({ length: 1440 }, (_, minute) => count() + (minute === burstAt ? 5000 : 0))
  const baseline = new RateBaseline(MINUTE)
  const first = judge(day(200), baseline)
  for (let i = 1; i < 6; i++) judge(day(200), baseline, MONDAY + i * 1440 * MINUTE)
  const sixth = judge(day(200), baseline, MONDAY + 6 * 1440 * MINUTE)
  const odd = judge(day(900), baseline, MONDAY + 7 * 1440 * MINUTE)
  t.ok(first[200]! > 0.9)
  t.ok(sixth[200]! < 0.5)
  t.ok(odd[900]! > 0.5)
  t.end()
})

test('a daily rhythm is learned: the day is no surprise, the night at the day\'s level is', (t) => {
  const next = random(17)
  const rhythm = (minute: number): number => poisson(450 - 420 * Math.cos(2 * Math.PI * minute / 1440), next)
  const baseline = new RateBaseline(MINUTE)
  for (let i = 0; i < 10; i++) {
    const scores = judge(Array.from({ length: 1440 }, (_, minute) => rhythm(minute)), baseline, MONDAY + i * 1440 * MINUTE)
    if (i > 2) t.ok(Math.max(...scores) < 0.6, `day ${i}`)
  }
  const night = judge(Array.from({ length: 121 }, (_, minute) => minute < 120 ? rhythm(minute) : 600), baseline, MONDAY + 10 * 1440 * MINUTE)
  t.ok(night[120]! > 0.9)
  t.end()
})

test('it goes on from its plain form', (t) => {
  const count = counts(50, 21)
  const a = new RateBaseline(MINUTE)
  judge(Array.from({ length: 4000 }, (_, i) => count() + (i % 997 === 0 ? 900 : 0)), a)
  const b = new RateBaseline(MINUTE)
  b.restore(JSON.parse(JSON.stringify(a.toJSON())))
  judge(Array.from({ length: 200 }, () => 50), a)
  judge(Array.from({ length: 200 }, () => 50), b)
  t.same(b.toJSON(), JSON.parse(JSON.stringify(a.toJSON())))
  t.throws(() => new RateBaseline(0), RangeError)
  t.end()
})
