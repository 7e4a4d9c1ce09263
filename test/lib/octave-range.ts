import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { bothOf, boundsOf, distanceFrom, EMPTY_RANGE, rangesFrom, rangesToJson, stretched } from '../../lib/stats/octave-range'
import type { OctaveRange } from '../../lib/stats/octave-range'

const quantities = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 })
function ranged (values: readonly number[], settled = false): OctaveRange {
  return values.reduce((range, value) => stretched(range, EMPTY_RANGE, value, settled), EMPTY_RANGE)
}

test('what was learned is inside, and what lies far outside is not', async () => {
  fc.assert(fc.property(quantities, (values) => {
    const range = ranged(values)
    for (const value of values) assert.equal(distanceFrom(range, value), 0)
    const [low, high] = boundsOf(range) ?? [0, 0]
    assert.ok(low <= high)
    assert.ok(distanceFrom(range, 1e300) > 1)
    assert.ok(distanceFrom(range, -1e300) < -1)
  }))
})

test('two ranges together are the range of both streams, and one read back is the same', async () => {
  fc.assert(fc.property(quantities, quantities, fc.double({ min: -1e12, max: 1e12, noNaN: true }), (ours, theirs, asked) => {
    const whole = ranged([...ours, ...theirs])
    assert.equal(bothOf(ranged(ours), ranged(theirs)), whole)
    const [now, before] = rangesFrom(JSON.parse(JSON.stringify(rangesToJson(whole, ranged(ours)))))
    assert.deepEqual([now, before], [whole, ranged(ours)])
    assert.equal(distanceFrom(now, asked), distanceFrom(whole, asked))
  }))
})

test('a quantity is beyond a range where its logarithm is, and by as much', async () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 100 }), fc.oneof(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.double({ min: 0, max: 2 ** 32, noNaN: true })), (low, width, asked) => {
    const [range] = rangesFrom([low, low + width, 1, 0])
    const eighths = Math.round(Math.log2(1 + asked) * 8)
    const unit = Math.max(6, width / 2)
    const beyond = Math.max(0, eighths - low - width) + Math.min(0, eighths - low)
    assert.equal(distanceFrom(range, asked), Math.abs(beyond) < unit ? 0 : beyond / unit)
  }), { numRuns: 1000 })
})

test('an empty range finds nothing unusual', async (t) => {
  t.equal(boundsOf(EMPTY_RANGE), null)
  t.equal(distanceFrom(EMPTY_RANGE, 1e9), 0)
  t.equal(bothOf(ranged([5]), EMPTY_RANGE), ranged([5]))
  t.same(rangesFrom(rangesToJson(EMPTY_RANGE, EMPTY_RANGE)), [EMPTY_RANGE, EMPTY_RANGE])
})

test('one outlier cannot open a settled range, nor one that was settled a half-life ago', async (t) => {
  const range = ranged([10, 11, 12])
  t.ok(distanceFrom(stretched(range, EMPTY_RANGE, 1e9, true), 1e6) > 3)
  t.ok(distanceFrom(bothOf(range, stretched(EMPTY_RANGE, range, 1e9, true)), 1e6) > 3)
})
