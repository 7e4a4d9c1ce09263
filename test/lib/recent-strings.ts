import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { MAX_KEPT, RecentStrings } from '../../lib/store/recent-strings'

test('it never knows a string that was not added, and always the last one', async () => {
  const text = fc.oneof(fc.string({ maxLength: 4 }), fc.string({ minLength: 30, maxLength: 60 }))
  fc.assert(fc.property(fc.array(text, { minLength: 1, maxLength: 100 }), text, (texts, other) => {
    const recent = new RecentStrings(8)
    for (const each of texts) {
      recent.add(each)
      assert.ok(recent.has(each))
    }
    // The empty string takes no place: a place that is empty holds it.
    if (!texts.includes(other) && other !== '') assert.ok(!recent.has(other))
  }))
})

test('strings that differ outside the characters that say the place are still told apart', async (t) => {
  const recent = new RecentStrings(8)
  const one = `abcd${'x'.repeat(200)}${'y'.repeat(24)}`
  recent.add(one)
  t.ok(recent.has(one))
  t.notOk(recent.has(`abcd${'z'.repeat(5)}${'x'.repeat(195)}${'y'.repeat(24)}`))
})

test('a long string is not kept, and an odd capacity is refused', async (t) => {
  const recent = new RecentStrings(4)
  recent.add('a'.repeat(MAX_KEPT + 1))
  t.notOk(recent.has('a'.repeat(MAX_KEPT + 1)))
  t.throws(() => new RecentStrings(3), RangeError)
})
