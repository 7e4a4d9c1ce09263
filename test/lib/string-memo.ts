import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { MAX_LENGTH, StringMemo } from '../../lib/store/string-memo'

test('what is remembered of a text is what was last set, or nothing', async () => {
  const steps = fc.array(fc.tuple(fc.string({ maxLength: 20 }), fc.nat(3), fc.nat()), { maxLength: 200 })
  fc.assert(fc.property(steps, fc.integer({ min: 0, max: 30 }), (given, tail) => {
    const memo = new StringMemo<{ salt: number, value: number }>(8, tail)
    const last = new Map<string, number>()
    for (const [text, salt, value] of given) {
      memo.set(text, { salt, value }, salt)
      last.set(`${salt} ${text}`, value)
      assert.equal(memo.get(text, salt)?.value, value)
    }
    for (const [text, salt] of given) {
      const known = memo.get(text, salt)
      if (known?.salt === salt) assert.equal(known.value, last.get(`${salt} ${text}`))
    }
  }))
})

test('of many texts in four times as many places nearly all stay', async (t) => {
  const memo = new StringMemo<number>(4096)
  const texts = Array.from({ length: 1000 }, (_, i) => `Bearer ${(Math.imul(i + 1, 0x9e3779b1) >>> 0).toString(36)}${i}`)
  for (let round = 0; round < 3; round++) texts.forEach((text, i) => { if (memo.get(text) === undefined) memo.set(text, i) })
  const kept = texts.filter((text, i) => memo.get(text) === i).length
  t.ok(kept >= 950, `${kept} of 1000`)
})

test('a long text is not kept, and an odd capacity is refused', async (t) => {
  const memo = new StringMemo<number>(4)
  memo.set('a'.repeat(MAX_LENGTH + 1), 1)
  t.equal(memo.get('a'.repeat(MAX_LENGTH + 1)), undefined)
  t.throws(() => new StringMemo(3), RangeError)
})
