import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { OctaveRange } from '../../lib/stats/octave-range'

const quantities = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 })
function ranged (values: readonly number[], settled = false): OctaveRange {
  const range = new OctaveRange()
  for (const value of values) range.learn(value, settled)
  return range
}

test('what was learned is inside, and what lies far outside is not', async () => {
  fc.assert(fc.property(quantities, (values) => {
    const range = ranged(values)
    for (const value of values) assert.equal(range.distance(value), 0)
    const [low, high] = range.bounds ?? [0, 0]
    assert.ok(low <= high)
    assert.ok(range.distance(1e300) > 1)
    assert.ok(range.distance(-1e300) < -1)
  }))
})

test('two ranges merged are the range of both streams, and one read back is the same', async () => {
  fc.assert(fc.property(quantities, quantities, fc.double({ min: -1e12, max: 1e12, noNaN: true }), (ours, theirs, asked) => {
    const whole = ranged([...ours, ...theirs])
    const merged = ranged(ours)
    merged.merge(ranged(theirs))
    assert.deepEqual(merged.toJSON().map((edge) => edge + 0), whole.toJSON().map((edge) => edge + 0))
    assert.equal(OctaveRange.from(JSON.parse(JSON.stringify(whole))).distance(asked), whole.distance(asked))
  }))
})

test('an empty range finds nothing unusual', async (t) => {
  t.equal(new OctaveRange().bounds, null)
  t.equal(new OctaveRange().distance(1e9), 0)
  const range = ranged([5])
  range.merge(new OctaveRange())
  t.same(range.toJSON(), ranged([5]).toJSON())
})

test('one outlier cannot open a settled range', async (t) => {
  const range = ranged([10, 11, 12])
  range.learn(1e9, true)
  t.ok(range.distance(1e6) > 3)
})

test('what was not seen for two half-lives is forgotten', async (t) => {
  const range = ranged([10, 1000])
  range.halve()
  range.learn(10, false)
  t.equal(range.distance(1000), 0)
  range.halve()
  t.not(range.distance(1000), 0)
})
