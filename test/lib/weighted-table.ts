import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { WeightedTable } from '../../lib/store/weighted-table'
import type { Weighted } from '../../lib/store/weighted-table'

const HALF_LIFE_MS = 1000

function record (key: string, weight: number, at: number): Weighted { return { key, weight, at, position: 0 } }

test('weights halve with every half-life and never fall below 0', async (t) => {
  const table = new WeightedTable<Weighted>(10, HALF_LIFE_MS)
  const one = record('a', 8, 0)
  table.admit(one)
  table.touch(one, 1, 2000)
  t.equal(one.weight, 3)
  t.equal(table.weightOf(one, 3000), 1.5)
  t.equal(table.weightOf(one, 0), 3, 'time does not go back')
  table.touch(one, -9, 2000)
  t.equal(one.weight, 0)
})

test('who goes is never heavier than who stays, and the bound holds', async () => {
  const steps = fc.array(fc.record({ key: fc.nat(30), weight: fc.integer({ min: 1, max: 9 }), wait: fc.nat(500) }), { maxLength: 120 })
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 6 }), (stream, capacity) => {
    const table = new WeightedTable<Weighted>(capacity, HALF_LIFE_MS)
    const all = new Map<string, Weighted>()
    let at = 0
    for (const { key, weight, wait } of stream) {
      at += wait
      const held = table.get(`${key}`)
      if (held !== undefined) {
        table.touch(held, weight, at)
        continue
      }
      const before = table.heaviest(capacity)
      const fresh = record(`${key}`, weight, at)
      const isKept = table.admit(fresh)
      all.set(fresh.key, fresh)
      assert.equal(table.get(fresh.key), isKept ? fresh : undefined)
      const gone = isKept ? before.filter((each) => table.get(each.key) === undefined) : [fresh]
      const staying = Math.min(...table.heaviest(capacity).map((each) => table.weightOf(each, at)))
      for (const each of gone) assert.ok(table.weightOf(each, at) <= staying + 1e-5)
      assert.ok(table.size <= capacity)
    }
  }))
})

test('a record that was dropped is gone, and may come again', async (t) => {
  const table = new WeightedTable<Weighted>(3, HALF_LIFE_MS)
  for (const key of ['a', 'b', 'c']) table.admit(record(key, 1, 0))
  table.drop('b')
  table.drop('nobody')
  t.same([table.size, table.get('b')], [2, undefined])
  t.ok(table.admit(record('b', 9, 0)))
  t.equal(table.heaviest(1)[0]?.key, 'b')
  t.equal(table.evictions, 0)
})

test('a flood of a million newcomers moves out nobody who stood out', async (t) => {
  const table = new WeightedTable<Weighted>(1000, 86_400_000)
  const worst = record('worst', 15, 0)
  table.admit(worst)
  for (let i = 0; i < 1_000_000; i++) table.admit(record(`n${i}`, 1, 1000 + i))
  t.equal(table.get('worst'), worst)
  t.equal(table.heaviest(1)[0], worst)
  t.equal(table.size, 1000)
  t.equal(table.evictions, 999_001)
  t.throws(() => new WeightedTable(0, 1), RangeError)
  t.throws(() => new WeightedTable(1, 0), RangeError)
})
