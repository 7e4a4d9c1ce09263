import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { Cusum } from '../../lib/stats/cusum'

const options = { target: 10, slack: 0.5, limit: 5 }
const streams = fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { maxLength: 100 })

test('the sum is the largest excess of any run of values that ends now', async () => {
  fc.assert(fc.property(streams, (stream) => {
    const sum = new Cusum(options)
    for (const x of stream) sum.add(x)
    let largest = 0
    for (let i = stream.length - 1, excess = 0; i >= 0; i--) {
      excess += stream[i]! - options.target - options.slack
      largest = Math.max(largest, excess)
    }
    assert.ok(Math.abs(sum.value - largest) < 1e-9)
  }))
})

test('a small lasting rise alarms, the same values around the target do not', async (t) => {
  const steady = new Cusum(options)
  const raised = new Cusum(options)
  let alarms = 0
  for (let i = 0; i < 1000; i++) alarms += steady.add(10 + (i % 2 === 0 ? 2 : -2)) ? 1 : 0
  t.equal(alarms, 0)
  let steps = 0
  while (!raised.add(11.5 + (steps % 2 === 0 ? 2 : -2))) steps++
  t.ok(steps < 10)
})

test('an alarm lasts until the sum falls or is reset', async (t) => {
  const sum = new Cusum(options)
  t.equal(sum.add(20), true)
  t.equal(sum.add(10), true)
  t.equal(sum.add(0), false)
  sum.add(20)
  sum.reset()
  t.equal(sum.value, 0)
  t.equal(sum.add(10), false)
})

test('values that are not finite are ignored, and enormous ones do not break the sum', async (t) => {
  const sum = new Cusum(options)
  for (const x of [NaN, Infinity, -Infinity]) t.equal(sum.add(x), false)
  t.equal(sum.value, 0)
  for (let i = 0; i < 3; i++) sum.add(Number.MAX_VALUE)
  t.ok(Number.isFinite(sum.value))
  t.ok(Number.isFinite(Cusum.from(JSON.parse(JSON.stringify(sum))).value))
})

test('a sum read back from JSON goes on like the first', async () => {
  fc.assert(fc.property(streams, streams, (before, after) => {
    const sum = new Cusum(options)
    for (const x of before) sum.add(x)
    const copy = Cusum.from(JSON.parse(JSON.stringify(sum)))
    assert.deepEqual(after.map((x) => copy.add(x)), after.map((x) => sum.add(x)))
    assert.equal(copy.value, sum.value)
  }))
})

test('a target, slack or limit that makes no sense is an error', async (t) => {
  const wrong = [{ target: NaN }, { target: Infinity }, { slack: -1 }, { slack: NaN }, { slack: Infinity }, { limit: 0 }, { limit: NaN }, { limit: Infinity }]
  for (const part of wrong) t.throws(() => new Cusum({ ...options, ...part }), RangeError)
})
