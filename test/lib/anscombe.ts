import fc from 'fast-check'
import { test } from 'tap'
import { countAt, countDistance } from '../../lib/stats/anscombe'

test('a count as expected is at distance 0, and more of it is further out', (t) => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 1e9, noNaN: true }), fc.integer({ min: 0, max: 1e6 }), (mean, variance, x) => {
    return Math.abs(countDistance(mean, mean, variance)) < 1e-9 && countDistance(x + 1, mean, variance) > countDistance(x, mean, variance)
  }))
  t.end()
})

test('countAt is where countDistance says it is', (t) => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 1e9, noNaN: true }), fc.double({ min: 0, max: 50, noNaN: true }), (mean, variance, distance) => {
    return Math.abs(countDistance(countAt(distance, mean, variance), mean, variance) - distance) < 1e-6
  }))
  t.end()
})

test('a Poisson count has a standard deviation of 1, a wider one its dispersion taken out', (t) => {
  t.ok(Math.abs(countDistance(120, 100, 100) - 1.95) < 0.1)
  t.ok(Math.abs(countDistance(120, 100, 400) - 0.98) < 0.05)
  t.equal(countDistance(120, 100, 0), countDistance(120, 100, 100), 'a spread below Poisson\'s is not believed')
  t.ok(countDistance(0, -1, 0) === 0, 'a mean below 0 is 0')
  t.end()
})
