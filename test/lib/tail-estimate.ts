import fc from 'fast-check'
import { test } from 'tap'
import { TailEstimate } from '../../lib/stats/tail-estimate'

/** A seeded stream of exponential values. */
function exponential (n: number, seed: number): number[] {
  let state = seed
  return Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return -Math.log((state + 1) / 4294967297)
  })
}

test('of an exponential stream it expects about as many cases as there are', (t) => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
    const tail = new TailEstimate(1e9)
    const n = 20_000
    for (const x of exponential(n, seed)) tail.learn(x)
    return [4, 6, 8].every((x) => {
      const ratio = tail.expected(x) / (n * Math.exp(-x))
      return ratio > 0.3 && ratio < 3
    })
  }), { numRuns: 20 })
  t.end()
})

test('the further out, the fewer cases are expected, and `at` says how far', (t) => {
  const tail = new TailEstimate(10_000)
  for (const x of exponential(1000, 7)) tail.learn(x)
  fc.assert(fc.property(fc.double({ min: 0, max: 50, noNaN: true }), (x) => tail.expected(x + 1) <= tail.expected(x)))
  for (const cases of [10, 1, 0.01]) t.ok(Math.abs(tail.expected(tail.at(cases)) / cases - 1) < 1e-9)
  t.end()
})

test('it says nothing before it has seen 100 values', (t) => {
  const tail = new TailEstimate(1000)
  for (let i = 0; i < 99; i++) tail.learn(i)
  t.equal(tail.expected(1e9), Infinity)
  t.equal(tail.at(1), 0)
  tail.learn(1)
  t.ok(tail.expected(1e9) < 1e-6)
  t.end()
})

test('an attack of a hundred values does not make such values ordinary', (t) => {
  const tail = new TailEstimate(1e9)
  for (const x of exponential(20_000, 3)) tail.learn(x)
  for (let i = 0; i < 100; i++) tail.learn(1e6)
  t.ok(tail.expected(1e6) < 1e-6)
  t.end()
})

test('it goes on from its plain form, and takes no nonsense', (t) => {
  for (const n of [10, 500]) {
    const a = new TailEstimate(1000)
    for (const x of exponential(n, 5)) a.learn(x)
    const b = new TailEstimate(1000)
    b.restore(JSON.parse(JSON.stringify(a.toJSON())))
    for (const x of exponential(200, 6)) {
      a.learn(x)
      b.learn(x)
    }
    t.same(a.toJSON(), b.toJSON())
  }
  t.throws(() => new TailEstimate(10), RangeError)
  t.throws(() => new TailEstimate(1000, 0), RangeError)
  t.end()
})
