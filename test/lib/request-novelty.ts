import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { RequestNovelty } from '../../lib/detectors/request-novelty'
import { bitsFromText, bitsToText } from '../../lib/store/bit-text'
import { finishHash } from '../../lib/text/value-shape'

const MINUTE = 60_000

/** A thousand requests of ten shapes, over ten minutes. */
function taught (capacity = 4096): RequestNovelty {
  const novelty = new RequestNovelty(capacity)
  for (let i = 0; i < 1000; i++) novelty.see(finishHash(i % 10), i * 600, true)
  return novelty
}

/** Alarms among `count` requests of shapes never seen, within one minute. */
function flood (novelty: RequestNovelty, count: number, from = 1_000_000, at = 100 * MINUTE): number {
  let alarms = 0
  for (let i = 0; i < count; i++) if (novelty.see(finishHash(from + i), at + i, true)) alarms++
  return alarms
}

test('a minute of new shapes alarms when it begins and at each doubling, and never on one shape', async (t) => {
  t.equal(flood(taught(), 19), 0)
  t.equal(flood(taught(), 39), 1)
  t.equal(flood(taught(), 160), 4)
  const novelty = taught()
  for (let i = 0; i < 1000; i++) t.notOk(novelty.see(42, 100 * MINUTE + i, true))
})

test('it is silent until it has seen enough requests', async (t) => {
  t.equal(flood(new RequestNovelty(4096), 400), 0)
})

test('shapes of a route that is just being learned are no news, and known afterwards', async (t) => {
  const novelty = taught()
  let alarms = 0
  for (let i = 0; i < 100; i++) if (novelty.see(finishHash(5000 + i), 100 * MINUTE + i, true, false)) alarms++
  t.equal(alarms, 0)
  t.equal(flood(novelty, 100, 5000, 101 * MINUTE), 0)
})

test('a minute that alarmed, or came while frozen, does not become ordinary', async (t) => {
  const novelty = taught()
  const { requests, fresh } = novelty
  flood(novelty, 100)
  novelty.see(1, 200 * MINUTE, true)
  t.equal(novelty.fresh, fresh)
  const frozen = taught()
  for (let i = 0; i < 10; i++) frozen.see(finishHash(9000 + i), 100 * MINUTE, false)
  frozen.see(1, 200 * MINUTE, false)
  t.equal(frozen.requests >= requests, true)
  t.equal(frozen.fresh, fresh)
})

test('after a restart what was known still is, and the alarms are those of the one that went on', async () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 200 }), (shapes) => {
    const going = taught()
    const restarted = new RequestNovelty(4096)
    going.see(1, 50 * MINUTE, true)
    restarted.restore(JSON.parse(JSON.stringify(going)))
    restarted.see(1, 50 * MINUTE + 1, true)
    going.see(1, 50 * MINUTE + 1, true)
    shapes.forEach((shape, i) => assert.equal(restarted.see(finishHash(shape), 60 * MINUTE + i, true), going.see(finishHash(shape), 60 * MINUTE + i, true)))
    assert.equal(restarted.count, going.count)
  }), { numRuns: 50 })
})

test('merged, it knows what either knew', async (t) => {
  const one = taught()
  const other = new RequestNovelty(4096)
  for (let i = 0; i < 1000; i++) other.see(finishHash(100 + i % 50), i * 600, true)
  const { requests } = one
  one.merge(JSON.parse(JSON.stringify(other)))
  t.ok(one.requests > requests)
  t.equal(flood(one, 50, 100), 0)
  t.equal(one.count, 0)
})

test('with another capacity, or none on record, it begins anew and says nothing', async (t) => {
  for (const json of [taught(256).toJSON(), { requests: 1000, fresh: 10 }]) {
    const novelty = new RequestNovelty(4096)
    novelty.restore(json)
    t.equal(novelty.requests, 0)
    t.equal(flood(novelty, 100), 0)
  }
})

test('sets of bits survive as text, and a few bits take few characters', async (t) => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 4095 }), { maxLength: 3000 }), (bits) => {
    const words = new Uint32Array(128)
    for (const bit of bits) words[bit >>> 5] = (words[bit >>> 5] as number) | (1 << (bit & 31))
    const again = new Uint32Array(128)
    bitsFromText(bitsToText(words), again)
    assert.deepEqual(again, words)
    assert.ok(bitsToText(words).length <= 128 * 4 * 4 / 3 + 8)
  }))
  const few = new Uint32Array(16_384)
  for (let i = 0; i < 800; i++) few[finishHash(i) % 16_384] = 1
  t.ok(bitsToText(few).length < 2500, String(bitsToText(few).length))
})
