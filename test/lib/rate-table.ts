import fc from 'fast-check'
import { test } from 'tap'
import { RateTable } from '../../lib/detectors/rate-table'

const BUCKET = 10_000

/** Adds `amount` once to each of a key's next `buckets`. */
function fill (table: RateTable, key: number, from: number, buckets: number, amount: number, fence: number): number {
  for (let i = 0; i < buckets; i++) table.add(key, from + i * BUCKET, amount, fence)
  return from + buckets * BUCKET
}

test('it counts as a map would, and says what a closed bucket had', (t) => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 1, max: 100 })), { maxLength: 100 }), (additions) => {
    const table = new RateTable(64, BUCKET)
    const amounts = new Map<number, [bucket: number, amount: number]>()
    let at = 0
    for (const [key, after, amount] of additions) {
      at += after
      const bucket = Math.floor(at / BUCKET)
      const [before, sum] = amounts.get(key) ?? [bucket, 0]
      table.add(key, at, amount, 1e9)
      if (table.closed[0] !== (before === bucket ? 0 : sum)) return false
      amounts.set(key, [bucket, before === bucket ? sum + amount : amount])
    }
    return table.size === amounts.size
  }))
  t.end()
})

test('a key is over its limit where it exceeds what none reaches and its own level', (t) => {
  const table = new RateTable(64, BUCKET)
  table.add(1, 0, 100, 100)
  t.equal(table.over, 0)
  table.add(1, 0, 1, 100)
  t.equal(table.over, 1.01)
  const busy = new RateTable(64, BUCKET)
  let at = fill(busy, 1, 0, 20, 90, 100)
  at = fill(busy, 1, at, 20, 140, 100)
  busy.add(1, at, 300, 100)
  t.equal(busy.over, 0, 'it is ordinarily busy')
  busy.add(1, at, 300, 100)
  t.ok(busy.over > 1)
  t.end()
})

test('what a key does beyond its limit does not raise it, until it has gone on for an hour', (t) => {
  const table = new RateTable(64, BUCKET)
  let at = fill(table, 1, 0, 20, 10, 100)
  at = fill(table, 1, at, 300, 5000, 100)
  t.ok(table.over > 10)
  fill(table, 1, at, 100, 5000, 100)
  t.equal(table.over, 0)
  t.end()
})

test('silence lowers a key\'s level', (t) => {
  const table = new RateTable(64, BUCKET)
  const at = fill(table, 1, 0, 50, 900, 1000)
  table.add(1, at + 400 * BUCKET, 1500, 1000)
  t.ok(table.over > 1)
  t.end()
})

test('a million keys take no more room, and who is over the limit stays', (t) => {
  const table = new RateTable(4096, BUCKET)
  for (let key = 0; key < 20; key++) table.add(0x10000000 + key, 1000, 500, 100)
  for (let i = 0; i < 1_000_000; i++) table.add(Math.imul(i, 0x85ebca6b), 1000 + Math.floor(i / 100), 1, 100)
  t.equal(table.capacity, 4096)
  t.equal(table.size, 4096)
  t.ok(table.evictions > 900_000)
  for (let key = 0; key < 20; key++) {
    table.add(0x10000000 + key, 11_000, 1, 100)
    t.ok(table.closed[0] === 0, 'what was beyond the limit is not learned')
  }
  const fresh = new RateTable(8, BUCKET)
  for (let key = 1; key < 20; key++) fresh.add(key, 0, 500, 100)
  t.equal(fresh.size, 8, 'where all are over, one of them goes')
  t.end()
})

test('the guilty of a full table are known still', (t) => {
  const table = new RateTable(4096, BUCKET)
  table.add(7, 0, 101, 100)
  for (let i = 0; i < 100_000; i++) table.add(Math.imul(i, 0x85ebca6b) ^ 0x55555555, 10, 1, 100)
  table.add(7, 20, 1, 100)
  t.ok(table.over > 1, 'its amount is still there')
  t.end()
})

test('a second measure has its own limit and its own level, and closes with the first', (t) => {
  const both = new RateTable(64, BUCKET, 2)
  const apart = [new RateTable(64, BUCKET), new RateTable(64, BUCKET)] as const
  for (let i = 0; i < 200; i++) {
    const at = i * BUCKET
    const bytes = 1000 + 100 * (i % 7)
    both.add(1, at, 2, 100, 5000)
    apart[0].add(1, at, 2, 100)
    t.equal(both.closed[0], apart[0].closed[0])
    const closed = both.closed[1]
    both.add(1, at, bytes, 100, 5000, 1)
    apart[1].add(1, at, bytes, 5000)
    t.same([closed, both.over, both.limit], [apart[1].closed[0], apart[1].over, apart[1].limit])
  }
  both.add(1, 200 * BUCKET, 50_000, 100, 5000, 1)
  t.equal(both.over, 10, 'bytes are over')
  both.add(1, 200 * BUCKET, 1, 100, 5000)
  t.equal(both.over, 0, 'requests are not')
  t.end()
})

test('it takes no nonsense', (t) => {
  t.throws(() => new RateTable(0, 1), RangeError)
  t.throws(() => new RateTable(1.5, 1), RangeError)
  t.throws(() => new RateTable(8, 0), RangeError)
  t.end()
})
