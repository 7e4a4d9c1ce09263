import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { HyperLogLog } from '../../lib/stats/hyper-log-log'

const STANDARD_ERROR = 1.04 / Math.sqrt(1024)
const hashes = fc.integer({ min: 0, max: 2 ** 32 - 1 })

/** A well mixed 32-bit hash of a small integer (Murmur3's finalizer). */
function mix (n: number): number {
  let hash = Math.imul(n ^ (n >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function counterOf (stream: Iterable<number>): HyperLogLog {
  const counter = new HyperLogLog()
  for (const hash of stream) counter.add(hash)
  return counter
}

function * mixed (from: number, to: number): Generator<number> {
  for (let n = from; n < to; n++) yield mix(n)
}

test('up to 64 different hashes are counted exactly, however often they come', async () => {
  fc.assert(fc.property(fc.uniqueArray(hashes, { maxLength: 64 }), (distinct) => {
    return counterOf([...distinct, ...distinct.toReversed(), ...distinct]).count() === distinct.length
  }))
})

test('the 64th is still exact, the 65th is not', async (t) => {
  t.ok('hashes' in counterOf(mixed(0, 64)).toJSON())
  t.notOk('hashes' in counterOf(mixed(0, 65)).toJSON())
  for (let start = 0; start < 100_000; start += 1000) t.equal(counterOf(mixed(start, start + 64)).count(), 64)
})

test('above 64 the count is within four standard errors', async (t) => {
  for (const n of [65, 100, 300, 1000, 2500, 4000, 10_000, 100_000, 1_000_000]) {
    for (const start of [0, 5_000_000, 77_000_000]) {
      const share = counterOf(mixed(start, start + n)).count() / n
      t.ok(Math.abs(share - 1) <= 4 * STANDARD_ERROR, `${n} from ${start}: ${share}`)
    }
  }
})

test('errors have the promised spread and no bias', async (t) => {
  const errors = Array.from({ length: 200 }, (_, i) => counterOf(mixed(i * 10_000, i * 10_000 + 3000)).count() / 3000 - 1)
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length
  const spread = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length)
  t.ok(Math.abs(mean) < STANDARD_ERROR / 3, `mean ${mean}`)
  t.ok(spread < 1.25 * STANDARD_ERROR, `spread ${spread}`)
})

test('merge is the counter of both streams, whichever of them was exact', async () => {
  fc.assert(fc.property(fc.nat(150), fc.nat(150), fc.nat(150), (from, a, b) => {
    const merged = counterOf(mixed(0, a))
    const other = counterOf(mixed(from, from + b))
    merged.merge(other)
    assert.deepEqual(merged.toJSON(), counterOf([...mixed(0, a), ...mixed(from, from + b)]).toJSON())
    assert.deepEqual(other.toJSON(), counterOf(mixed(from, from + b)).toJSON(), 'the other is as it was')
  }))
})

test('a counter read back from JSON answers and goes on like the first', async (t) => {
  for (const n of [0, 1, 63, 64, 65, 5000]) {
    const counter = counterOf(mixed(0, n))
    const copy = HyperLogLog.from(JSON.parse(JSON.stringify(counter)))
    t.equal(copy.count(), counter.count())
    for (const hash of mixed(n, 2 * n)) {
      counter.add(hash)
      copy.add(hash)
    }
    t.same(copy.toJSON(), counter.toJSON())
  }
  t.throws(() => HyperLogLog.from({ registers: '123' }), RangeError)
})

test('a million hashes take no more room than 65', async (t) => {
  const few = JSON.stringify(counterOf(mixed(0, 65))).length
  t.equal(JSON.stringify(counterOf(mixed(0, 1_000_000))).length, few)
})

test('edge cases of hashes are hashes like others', async (t) => {
  t.equal(new HyperLogLog().count(), 0)
  t.equal(counterOf([0, 0]).count(), 1)
  t.equal(counterOf([0, 1, 2 ** 31, 2 ** 32 - 1, -1]).count(), 4, '-1 and 2^32 - 1 have the same 32 bits')
  const counter = counterOf([...mixed(0, 100), 0, 2 ** 32 - 1])
  t.ok(Number.isFinite(counter.count()))
})

test('registers that are used up count as many as there are hashes, empty ones none', async (t) => {
  t.ok(HyperLogLog.from({ registers: 'l'.repeat(1024) }).count() > 1e9)
  t.equal(HyperLogLog.from({ registers: 'n'.repeat(1024) }).count(), 2 ** 32)
  t.equal(HyperLogLog.from({ registers: '0'.repeat(1024) }).count(), 0)
})
