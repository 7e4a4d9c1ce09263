import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { describeCharacters, DIGIT, LOWER, MAX_PAIRS, readableShape, symbolOf, SYMBOL, UPPER, ValueScan } from '../../lib/text/value-shape'

const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ maxLength: 80 }), fc.array(fc.integer({ min: 0, max: 65535 }), { maxLength: 60 }).map((codes) => String.fromCharCode(...codes)))

/** All fields of a scan, as one value. */
function seen (scan: ValueScan): unknown[] { return [scan.length, scan.kinds, scan.symbols, scan.shape, scan.exact, scan.value, scan.number] }

test('a scan follows from the text and the seed alone, whatever was scanned before', async () => {
  fc.assert(fc.property(texts, texts, fc.integer(), (text, before, seed) => {
    const used = new ValueScan(seed)
    used.scan(before)
    assert.deepEqual(seen(used.scan(text)), seen(new ValueScan(seed).scan(text)))
  }))
})

test('the kinds of ASCII characters are those of their classes', async () => {
  fc.assert(fc.property(fc.string({ maxLength: 60 }).filter((text) => !text.includes('%')), (text) => {
    const scan = new ValueScan(1).scan(text)
    assert.equal((scan.kinds & DIGIT) !== 0, /[0-9]/.test(text))
    assert.equal((scan.kinds & LOWER) !== 0, /[a-z]/.test(text))
    assert.equal((scan.kinds & UPPER) !== 0, /[A-Z]/.test(text))
    assert.equal((scan.kinds & SYMBOL) !== 0, /[!-/:-@[-`{-~]/.test(text))
    for (let bit = 0; bit < 32; bit++) {
      const count = text.split(symbolOf(bit)).length - 1
      assert.equal((scan.symbols & (1 << bit)) !== 0, count > 0)
      if (count > 0) assert.equal(scan.counts[bit], count)
    }
  }))
})

test('letters and digits may change without the shape, what is between them may not', async (t) => {
  const scan = new ValueScan(5)
  const shape = (text: string): number => scan.scan(text).shape
  t.equal(shape('ann.smith7@x.org'), shape('bo.li99@mail.example'))
  t.not(shape('ann.smith7@x.org'), shape('ann.smith7@x@org'))
  t.equal(shape('2026-01-05'), shape('1999-12-31'))
  t.not(shape('2026-01-05'), shape('2026/01/05'))
})

test('the exact shape keeps lengths and case, up to 48 characters', async (t) => {
  const scan = new ValueScan(5)
  const exact = (text: string): number => scan.scan(text).exact
  t.equal(exact('12345678Z'), exact('87654321A'))
  t.not(exact('12345678Z'), exact('1234567Z'))
  t.not(exact('12345678Z'), exact('12345678z'))
  t.equal(exact('a'.repeat(49)), 0)
})

test('only a plain decimal is a number', async (t) => {
  const scan = new ValueScan(5)
  for (const [text, number] of [['12', 12], ['-3.5', -3.5], ['007', 7]] as const) t.equal(scan.scan(text).number, number)
  fc.assert(fc.property(fc.stringMatching(/^-?\d{1,20}$/), (text) => assert.equal(scan.scan(text).number, Number(text))))
  for (const text of ['', '-', '.', '1.', '.5', '1e5', '0x10', ' 1', '1,5', '--1', '1.2.3', '١']) t.ok(Number.isNaN(scan.scan(text).number), text)
})

test('a long value is looked at in front and at its end only', async (t) => {
  const scan = new ValueScan(5)
  const long = 'a'.repeat(1_000_000)
  t.equal(scan.scan(long).length, 1_000_000)
  t.not(scan.scan(`${long}'`).symbols, 0)
  t.equal(scan.scan(`${'a'.repeat(500_000)}'${'a'.repeat(500_000)}`).symbols, 0)
})

test('a readable shape shows no letter and no digit of the value, on 64 characters at the most', async () => {
  fc.assert(fc.property(texts, (text) => {
    const shape = readableShape(text)
    assert.ok(shape.length <= 64)
    assert.ok(/^[^b-zB-Z0-8]*$/.test(shape), shape)
    assert.ok(shape.isWellFormed())
  }))
})

test('characters are told in words', async (t) => {
  const scan = new ValueScan(5).scan('a1@')
  t.equal(describeCharacters(scan.kinds, scan.symbols), 'digits, lower-case letters, "@"')
})

test('neighbours are told once each, runs are one, and no value has more than it says', async () => {
  const scan = new ValueScan(4711)
  const pairsOf = (text: string): number[] => [...scan.scan(text).pairs.subarray(0, scan.neighbours())]
  assert.deepEqual(pairsOf('abc-def'), pairsOf('é-xyzzy-ab'))
  assert.notDeepEqual(pairsOf('abc-def'), pairsOf('abc--def'))
  assert.equal(pairsOf('').length, 1)
  fc.assert(fc.property(fc.string({ maxLength: 200 }), fc.string({ maxLength: 200 }), (text, other) => {
    const pairs = pairsOf(text)
    assert.equal(new Set(pairs).size, pairs.length)
    assert.ok(pairs.length <= MAX_PAIRS)
    pairsOf(other)
    assert.deepEqual(pairsOf(text), pairs)
  }))
})
