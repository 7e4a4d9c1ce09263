import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { ItemTable, LEVELS, MAX_ITEMS, MAX_LEVEL, MAX_PENDING } from '../../lib/store/item-table'

type Sighting = readonly [level: number, hash: number, principal: number]
const sightings = (most: number): fc.Arbitrary<Sighting[]> => fc.array(fc.tuple(fc.integer({ min: 0, max: LEVELS - 1 }), fc.integer({ min: 0, max: 7 }).map((n) => Math.imul(n + 7, 0x85ebca6b) >>> 0), fc.integer({ min: 0, max: 4 })), { maxLength: most })

function learned (stream: readonly Sighting[]): ItemTable {
  const table = new ItemTable()
  for (const [level, hash, principal] of stream) table.learn(level, hash, principal, false)
  return table
}

/** All that a table answers. */
function answers (table: ItemTable): unknown[] {
  return Array.from({ length: LEVELS }, (_, level) => [table.distinct(level), table.once(level), table.twice(level), table.pending(level), table.items(level)])
}

test('counts, distinct principals and tallies are those of a naive count', async () => {
  fc.assert(fc.property(sightings(200), (stream) => {
    const table = learned(stream)
    for (let level = 0; level < LEVELS; level++) {
      const counts = new Map<number, number>()
      for (const [at, hash] of stream) if (at === level) counts.set(hash, (counts.get(hash) ?? 0) + 1)
      assert.equal(table.distinct(level), counts.size)
      assert.equal(table.once(level), [...counts.values()].filter((count) => count === 1).length)
      assert.equal(table.twice(level), [...counts.values()].filter((count) => count === 2).length)
      for (const [hash, count] of counts) {
        assert.equal(table.count(level, hash), Math.min(31, count))
        const principals = new Set(stream.filter(([at, other]) => at === level && other === hash).map(([,, principal]) => principal))
        assert.equal(table.support(level, hash), Math.min(3, principals.size))
      }
    }
  }))
})

test('two tables merged answer as one that saw both streams', async () => {
  fc.assert(fc.property(sightings(60), sightings(60), (ours, theirs) => {
    const merged = learned(ours)
    assert.equal(merged.merge(learned(theirs)), 0)
    const [got, whole] = [answers(merged), answers(learned([...ours, ...theirs]))]
    assert.deepEqual(got, whole)
  }))
})

test('a table read back from JSON goes on like the first', async () => {
  fc.assert(fc.property(sightings(60), sightings(60), (before, after) => {
    const table = learned(before)
    const copy = ItemTable.from(JSON.parse(JSON.stringify(table)))
    assert.deepEqual(answers(copy), answers(table))
    for (const [level, hash, principal] of after) assert.equal(copy.learn(level, hash, principal, true), table.learn(level, hash, principal, true))
    assert.deepEqual(answers(copy), answers(table))
  }))
  assert.throws(() => ItemTable.from([1]), RangeError)
  assert.throws(() => ItemTable.from('x' as never), RangeError)
})

test('a thing counts a second time only from a second principal, where that is asked for', async (t) => {
  const table = new ItemTable()
  for (let i = 0; i < 9; i++) table.learn(0, 5, 1, true)
  t.equal(table.count(0, 5), 1)
  table.learn(0, 5, 2, true)
  t.equal(table.count(0, 5), 2)
})

test('what is only noted is pending: it has supporters and no count until it is promoted', async (t) => {
  const table = new ItemTable()
  t.same([1, 1, 2, 3, 4].map((principal) => table.note(0, 5, principal)), [1, 1, 2, 3, 3])
  t.same([table.count(0, 5), table.pending(0)], [0, 1])
  table.promote(0, 5, 2)
  t.same([table.count(0, 5), table.pending(0), table.twice(0)], [2, 0, 1])
  for (let hash = 10; hash < 100; hash++) table.note(0, hash, 1)
  t.equal(table.pending(0), MAX_PENDING)
})

test('what somebody else has sent in a request not admitted was seen twice when it is admitted', async (t) => {
  const table = new ItemTable()
  table.note(1, 7, 11)
  t.equal(table.learn(1, 7, 12, true), 2)
  table.note(1, 8, 11)
  t.equal(table.learn(1, 8, 11, true), 1, 'but not by the same principal')
  t.same([table.once(1), table.twice(1), table.pending(1)], [1, 1, 0])
})

test('halving halves counts and forgets what falls to nothing', async () => {
  fc.assert(fc.property(sightings(200), (stream) => {
    const table = learned(stream)
    const before = Array.from({ length: LEVELS }, (_, level) => table.items(level))
    table.halve()
    before.forEach((items, level) => {
      assert.deepEqual(table.items(level).map(({ hash, count }) => [hash, count]), items.filter(({ count }) => count > 1).map(({ hash, count }) => [hash, count >>> 1]))
    })
  }))
})

test('a level and the table keep their bounds, and a dropped level gives its room back', async (t) => {
  const table = new ItemTable()
  for (let i = 0; i < 10_000; i++) table.learn(i % LEVELS, Math.imul(i + 7, 0x85ebca6b) >>> 0, i, false)
  t.ok(table.size <= MAX_ITEMS)
  for (let level = 0; level < LEVELS; level++) t.ok(table.distinct(level) <= MAX_LEVEL)
  t.ok(table.bytes <= 8 * 1024)
  for (let level = 0; level < LEVELS; level++) table.drop(level)
  t.equal(table.size, 0)
  t.ok(table.learn(0, 1, 1, false) === 1)
})

test('how many of its things others have seen as well, and whether anybody has seen a thing, flagged or not', async (t) => {
  const [own, others] = [new ItemTable(), new ItemTable()]
  for (const hash of [1, 2, 3, 4]) for (const table of [own, others]) table.learn(0, hash, 1, false)
  t.equal(own.alike(0, others), 0)
  for (const hash of [1, 2, 3]) others.learn(0, hash, 2, false)
  t.equal(own.alike(0, others), 0.75)
  t.equal(new ItemTable().alike(0, others), 0)
  own.note(0, 9, 1)
  t.same([own.isUnheard(0, 1), own.isUnheard(0, 9), own.isUnheard(0, 8), own.isUnheard(1, 1)], [false, false, true, true])
  t.equal(own.alike(0, others), 0.75, 'what only flagged requests have shown does not count')
})

test('what one or two principals send is seldom, however often they do, unless few send anything', async (t) => {
  const table = new ItemTable()
  for (let i = 0; i < 9; i++) for (const hash of [1, 2]) table.learn(0, hash, i, false)
  for (let i = 0; i < 9; i++) table.learn(0, 3, 7, false)
  for (let i = 0; i < 9; i++) table.learn(0, 4, i % 2, false)
  t.same([table.seldom(0, 1), table.seldom(0, 2), table.once(0), table.twice(0)], [1, 1, 0, 0])
  t.equal(table.seldom(1, 1), 0, 'an empty level')
  const few = new ItemTable()
  for (const hash of [1, 1, 2, 2, 2, 3]) few.learn(0, hash, 1, false)
  t.same([few.seldom(0, 1), few.seldom(0, 2)], [1, 1], 'by sightings')
})

test('what each principal keeps to himself is told from what several share', async (t) => {
  const table = new ItemTable()
  for (let i = 0; i < 12; i++) table.learn(0, 100 + i % 3, 7 + i % 3, false)
  t.equal(table.kept(0), 3, 'three tokens of three clients, four times each')
  table.learn(0, 100, 8, false)
  t.equal(table.kept(0), Infinity, 'two clients have sent one of them')
  const turned = new ItemTable()
  for (let i = 0; i < 27; i++) turned.learn(0, 100 + i % 9, 7 + i % 3, false)
  t.equal(turned.kept(0), Infinity, 'each of three clients has had three of its own: none of them keeps one')
  const alone = new ItemTable()
  for (let i = 0; i < 6; i++) alone.learn(0, 100 + i % 3, 7, false)
  t.equal(alone.kept(0), Infinity, 'where all come from one client nothing is known of others')
  t.equal(new ItemTable().kept(0), Infinity)
})
