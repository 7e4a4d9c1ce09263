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
