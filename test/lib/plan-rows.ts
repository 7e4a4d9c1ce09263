import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { MAX_HASHES, MAX_RECORDS, PlanRows, recordOf, remembers, startOf } from '../../lib/store/plan-rows'

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

test('a row says nothing that was not written into it, and forgets no record that had room', async () => {
  fc.assert(fc.property(fc.uniqueArray(word, { maxLength: 100 }), fc.uniqueArray(word, { maxLength: 40 }), fc.array(word, { maxLength: 100 }), (hashes, keys, asked) => {
    const rows = new PlanRows()
    const [before, row, after] = [rows.open(), rows.open(), rows.open()]
    for (const hash of hashes) rows.add(row, hash)
    for (const key of keys) rows.note(row, key, key | 1)
    const words = rows.page(row)
    for (const hash of asked) if (!hashes.includes(hash) && !(hash === 0 && hashes.includes(1)) && !(hash === 1 && hashes.includes(0))) assert.ok(!remembers(words, startOf(row), hash))
    keys.forEach((key, i) => { assert.equal(recordOf(words, startOf(row), key), i < MAX_RECORDS ? key | 1 : 0) })
    for (const other of [before, after]) for (const hash of [...hashes, ...asked]) assert.ok(!remembers(rows.page(other), startOf(other), hash))
  }))
})

test('as many hashes as there are places are mostly remembered, the last one always', async (t) => {
  const rows = new PlanRows()
  const row = rows.open()
  const hashes = Array.from({ length: MAX_HASHES }, (_, i) => Math.imul(i + 1, 0x9e3779b1) ^ (i << 7))
  for (const hash of hashes) {
    rows.add(row, hash)
    t.ok(remembers(rows.page(row), startOf(row), hash))
  }
  t.ok(hashes.filter((hash) => remembers(rows.page(row), startOf(row), hash)).length > MAX_HASHES * 0.8)
})

test('a row that was closed is given out again, empty; others keep what they have', async (t) => {
  const rows = new PlanRows()
  const many = Array.from({ length: 3000 }, () => rows.open())
  t.equal(new Set(many).size, 3000)
  for (const row of many) rows.add(row, row + 5)
  rows.close(1500)
  t.equal(rows.size, 2999)
  t.equal(rows.open(), 1500)
  t.notOk(remembers(rows.page(1500), startOf(1500), 1505))
  t.ok(many.every((row) => row === 1500 || remembers(rows.page(row), startOf(row), row + 5)))
})
