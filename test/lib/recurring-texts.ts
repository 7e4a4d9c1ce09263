import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { RecurringTexts } from '../../lib/store/recurring-texts'

/** Asks for a text as callers do. @returns What was known of it. */
function meet (texts: RecurringTexts, text: string, value: number): number {
  const known = texts.get(text)
  if (Number.isNaN(known)) texts.note(text, value)
  return known
}

test('a text is kept when it comes for the second time, not at the first', async (t) => {
  const texts = new RecurringTexts(16, 100)
  t.same(meet(texts, 'customer 1', 1), NaN)
  t.same(meet(texts, 'customer 1', 1), NaN)
  t.equal(meet(texts, 'customer 1', 1), 1)
})

test('what is known of a text is what was noted of it, or nothing', async () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), fc.string({ minLength: 30, maxLength: 60 }), fc.constantFrom('a', 'b', '\ud800'))
  fc.assert(fc.property(fc.array(text, { maxLength: 200 }), (given) => {
    const texts = new RecurringTexts(8, 50)
    const numbers = new Map<string, number>()
    for (const each of given) {
      const number = numbers.get(each) ?? numbers.size
      numbers.set(each, number)
      const known = meet(texts, each, number)
      assert.ok(Number.isNaN(known) || known === number)
      if (each.length > 50) assert.ok(Number.isNaN(known))
    }
  }))
})

test('texts that come once displace none of those that came again', async (t) => {
  const texts = new RecurringTexts(4096, 512)
  const usual = Array.from({ length: 300 }, (_, i) => `Mozilla/5.0 (X11; Linux x86_64) Chrome/${i}.0.0.0`)
  for (let i = 0; i < 2; i++) for (const text of usual) meet(texts, text, 1)
  for (let i = 0; i < 24_000; i++) meet(texts, `customer${i}@example.com`, 0)
  const known = usual.filter((text) => !Number.isNaN(texts.get(text))).length
  t.ok(known >= 270, `${known} of 300`)
})

test('an odd capacity is refused', async (t) => {
  t.throws(() => new RecurringTexts(3, 10), RangeError)
  t.throws(() => new RecurringTexts(1, 10), RangeError)
  t.throws(() => new RecurringTexts(131_072, 10), RangeError)
})
