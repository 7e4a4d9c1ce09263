import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { combine } from '../../lib/assessment'

const signal = fc.record({ risk: fc.integer({ min: 0, max: 100 }), detector: fc.constantFrom('one', 'two'), field: fc.constantFrom('query.a', 'query.b', undefined) })
const near = (a: number, b: number): void => { assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`) }

test('a score is from 0 to 100, never falls by one more signal and does not hang on their order', async () => {
  fc.assert(fc.property(fc.array(signal, { maxLength: 12 }), signal, (signals, more) => {
    const score = combine(signals)
    assert.ok(score >= 0 && score <= 100)
    assert.ok(combine([...signals, more]) >= score - 1e-9)
    near(combine([...signals].reverse()), score)
  }))
})

test('independent causes combine as noisy-or', async (t) => {
  t.equal(combine([]), 0)
  near(combine([{ risk: 50, detector: 'one', field: 'a' }, { risk: 50, detector: 'two', field: 'b' }]), 75)
  near(combine([{ risk: 50, detector: 'one' }, { risk: 50, detector: 'one' }]), 75)
})

test('one cause counts once, however many detectors see it', async () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (one, two) => {
    near(combine([{ risk: one, detector: 'one', field: 'a' }, { risk: two, detector: 'two', field: 'a' }]), Math.max(one, two))
  }))
})
