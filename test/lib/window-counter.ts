import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { WindowCounter } from '../../lib/stats/window-counter'

const WINDOW_MS = 1000

/** What a window counter without any limit would say. */
class Reference {
  latest = 0
  readonly windows = new Map<number, Map<number, number>>()

  increment (key: number, at: number): { count: number, closed: number } {
    this.latest = Math.max(this.latest, at)
    const window = Math.floor(this.latest / WINDOW_MS)
    const counts = this.windows.get(key) ?? new Map<number, number>()
    const last = counts.size > 0 ? Math.max(...counts.keys()) : window
    const closed = last < window ? counts.get(last) ?? 0 : 0
    counts.set(window, (counts.get(window) ?? 0) + 1)
    this.windows.set(key, counts)
    return { count: counts.get(window) ?? 0, closed }
  }

  estimate (key: number, at: number): number {
    const now = Math.max(this.latest, at)
    const window = Math.floor(now / WINDOW_MS)
    const before = this.windows.get(key)?.get(window - 1) ?? 0
    return (this.windows.get(key)?.get(window) ?? 0) + before * (1 - (now - window * WINDOW_MS) / WINDOW_MS)
  }
}

const steps = fc.oneof({ weight: 5, arbitrary: fc.nat(300) }, { weight: 1, arbitrary: fc.integer({ min: -500, max: 5000 }) })

test('up to eight keys are counted as by a map of everything, late events included', async () => {
  const keys = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 8 })
  const events = fc.array(fc.tuple(fc.nat(7), steps), { maxLength: 200 })
  fc.assert(fc.property(keys, events, fc.constantFrom<number>(0, 1.7e12), (names, stream, start) => {
    const counter = new WindowCounter(8, WINDOW_MS)
    const reference = new Reference()
    let at = start
    for (const [name, step] of stream) {
      const key = names[name % names.length]!
      at = Math.max(start, at + step)
      const { count, closed } = reference.increment(key, at)
      assert.equal(counter.increment(key, at), count)
      assert.equal(counter.closed, closed)
      const asked = at + (step & 511)
      assert.ok(Math.abs(counter.estimate(key, asked) - reference.estimate(key, asked)) < 1e-6)
    }
    assert.equal(counter.evictions, 0)
    assert.equal(counter.size, reference.windows.size)
  }), { numRuns: 60 })
})

test('an estimate is exact to the last digits late in an epoch, with many events', async () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 999 }), (part, count, asked) => {
    const counter = new WindowCounter(8, WINDOW_MS)
    const start = 1.7e12 + 1000 * 123_457
    for (let i = 0; i < count; i++) counter.increment(1, start + part)
    assert.ok(Math.abs(counter.estimate(1, start + WINDOW_MS + asked) - count * (1000 - asked) / 1000) < 1e-9 * count)
  }), { numRuns: 30, seed: 2006322942 })
})

test('a table with room for four times the keys loses next to none', async (t) => {
  const counter = new WindowCounter(4000, WINDOW_MS)
  for (let round = 1; round <= 3; round++) {
    for (let key = 0; key < 1000; key++) counter.increment(Math.imul(key, 0x2545f491), 5)
  }
  let exact = 0
  for (let key = 0; key < 1000; key++) exact += counter.estimate(Math.imul(key, 0x2545f491) >>> 0, 5) === 3 ? 1 : 0
  t.ok(exact >= 995, `${exact} of 1000`)
})

test('a full set displaces the key that was least recently seen', async () => {
  fc.assert(fc.property(fc.array(fc.nat(20), { maxLength: 300 }), (stream) => {
    const counter = new WindowCounter(8, WINDOW_MS)
    const recent = new Map<number, number>()
    let evictions = 0
    for (const key of stream) {
      const count = (recent.get(key) ?? 0) + 1
      if (count === 1 && recent.size === 8) {
        recent.delete([...recent.keys()][0]!)
        evictions++
      }
      recent.delete(key)
      recent.set(key, count)
      assert.equal(counter.increment(key, 1), count)
    }
    assert.equal(counter.evictions, evictions)
    assert.equal(counter.size, recent.size)
  }), { numRuns: 60 })
})

test('a million keys keep the bound and are seen as evictions', async (t) => {
  const counter = new WindowCounter(1001, WINDOW_MS)
  t.equal(counter.capacity, 1008, 'the capacity is a multiple of eight')
  for (let key = 0; key < 1_000_000; key++) counter.increment(key, 1)
  t.equal(counter.size, 1008)
  t.equal(counter.evictions, 1_000_000 - 1008)
})

test('a key whose windows have passed gives its place without an eviction', async (t) => {
  const counter = new WindowCounter(8, WINDOW_MS)
  for (let key = 0; key < 8; key++) counter.increment(key, 0)
  for (let key = 8; key < 16; key++) counter.increment(key, 2 * WINDOW_MS)
  t.equal(counter.evictions, 0)
  t.equal(counter.size, 8)
  t.equal(counter.increment(16, 3 * WINDOW_MS), 1)
  t.equal(counter.evictions, 1, 'the window before still mattered')
})

test('an estimate changes nothing', async (t) => {
  const counter = new WindowCounter(8, WINDOW_MS)
  counter.increment(1, 900)
  t.equal(counter.estimate(1, 5_000_000), 0)
  t.equal(counter.estimate(2, 900), 0)
  t.equal(counter.estimate(1, 1500), 0.5)
  t.equal(counter.increment(1, 950), 2)
})

test('keys are 32-bit numbers, zero and negative ones included', async (t) => {
  const counter = new WindowCounter(64, WINDOW_MS)
  t.equal(counter.estimate(0, 0), 0, 'an empty place is not key 0')
  t.equal(counter.increment(0, 0), 1)
  t.equal(counter.increment(-1, 0), 1)
  t.equal(counter.increment(2 ** 32 - 1, 0), 2)
})

test('time that is not a number is the latest time', async (t) => {
  const counter = new WindowCounter(8, WINDOW_MS)
  counter.increment(1, 1500)
  t.equal(counter.increment(1, NaN), 2)
  t.equal(counter.estimate(1, NaN), 2)
})

test('a wrong capacity or window is an error', async (t) => {
  for (const wrong of [0, -8, 1.5, NaN]) t.throws(() => new WindowCounter(wrong, WINDOW_MS), RangeError)
  for (const wrong of [0, -1, NaN, Infinity]) t.throws(() => new WindowCounter(8, wrong), RangeError)
})
