import fc from 'fast-check'
import { test } from 'tap'
import { ClippedMoments } from '../../lib/stats/clipped-moments'

test('a constant stream has its value as mean and no spread', (t) => {
  fc.assert(fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 1, max: 300 }), (x, n) => {
    const moments = new ClippedMoments(5, 50)
    for (let i = 0; i < n; i++) moments.learn(x, 0)
    return Math.abs(moments.mean - x) < 1e-9 * Math.max(1, Math.abs(x)) && moments.variance < 1e-6 && moments.distance(x, 1) < 1e-6
  }))
  t.end()
})

test('the first values weigh alike: mean and variance are those of a sample', (t) => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 40 }), (values) => {
    const moments = new ClippedMoments(1e6, 1e6)
    for (const value of values) moments.learn(value, 0)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    return Math.abs(moments.mean - mean) < 1e-6 && Math.abs(moments.variance - variance) < 1e-3 * Math.max(1, variance)
  }))
  t.end()
})

test('one extreme value does not hide the next', (t) => {
  const moments = new ClippedMoments(1000, 300)
  for (let i = 0; i < 200; i++) moments.learn(500 + (i % 2 === 0 ? 50 : -50), 0)
  const before = moments.distance(1e6, 0)
  moments.learn(1e6, 0)
  t.ok(moments.distance(1e6, 0) > before * 0.9)
  t.end()
})

test('it goes on from its plain form, and takes no nonsense', (t) => {
  const a = new ClippedMoments(5, 50)
  for (let i = 0; i < 100; i++) a.learn(i % 7, 0)
  const b = new ClippedMoments(5, 50)
  b.restore(JSON.parse(JSON.stringify(a.toJSON())))
  a.learn(3, 0)
  b.learn(3, 0)
  a.learn(NaN, 0)
  t.same(a.toJSON(), b.toJSON())
  t.throws(() => new ClippedMoments(0, 1), RangeError)
  t.throws(() => new ClippedMoments(1, NaN), RangeError)
  t.throws(() => new ClippedMoments(1, 1, 1), RangeError)
  t.end()
})
