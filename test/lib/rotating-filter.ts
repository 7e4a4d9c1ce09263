import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { RotatingFilter } from '../../lib/store/rotating-filter'
import { finishHash } from '../../lib/text/value-shape'

test('what was seen within the last capacity of new things is known', async () => {
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: -0x80000000, max: 0x7fffffff }), { minLength: 1, maxLength: 64 }), (hashes) => {
    const filter = new RotatingFilter(64)
    for (const hash of hashes) filter.see(hash)
    for (const hash of hashes) assert.ok(filter.see(hash))
  }))
})

test('new things are taken for known ones in at most 5 % of cases, however many came before', async (t) => {
  const filter = new RotatingFilter(4096)
  let mistaken = 0
  for (let i = 0; i < 100_000; i++) if (filter.see(finishHash(i))) mistaken++
  t.ok(mistaken < 5000, `${mistaken} of 100000`)
})

test('what goes on being used outlives a flood', async (t) => {
  const filter = new RotatingFilter(256)
  filter.see(42)
  for (let i = 0; i < 10_000; i++) {
    filter.see(finishHash(i + 1000))
    if (i % 100 === 0) t.ok(filter.see(42), `after ${i}`)
  }
  filter.clear()
  t.notOk(filter.see(42))
})

test('a capacity that is no power of two is refused', async (t) => {
  for (const capacity of [0, 7, 100, NaN]) t.throws(() => new RotatingFilter(capacity), RangeError)
})
