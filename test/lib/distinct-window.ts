import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { DistinctWindow } from '../../lib/stats/distinct-window'
import { finishHash } from '../../lib/text/value-shape'

const WINDOW_MS = 1000
const things = fc.array(fc.record({ thing: fc.nat(50), wait: fc.nat(700) }), { maxLength: 60 })

test('counts what this window and the one before held, exactly while they are few', async () => {
  fc.assert(fc.property(things, (stream) => {
    const counter = new DistinctWindow(WINDOW_MS)
    const seen: { thing: number, window: number }[] = []
    let at = 5000
    for (const { thing, wait } of stream) {
      at += wait
      counter.add(finishHash(thing), at)
      const window = Math.floor(at / WINDOW_MS)
      seen.push({ thing, window })
      assert.equal(counter.count(at), new Set(seen.filter((each) => each.window >= window - 1).map((each) => each.thing)).size)
    }
    assert.equal(counter.count(at + 2 * WINDOW_MS), 0)
  }))
})

test('countWithout is what the other has not', async () => {
  fc.assert(fc.property(fc.array(fc.nat(40)), fc.array(fc.nat(40)), fc.array(fc.nat(40)), (mine, before, theirs) => {
    const own = new DistinctWindow(WINDOW_MS)
    const other = new DistinctWindow(WINDOW_MS)
    for (const thing of before) own.add(finishHash(thing), 1500)
    for (const thing of mine) own.add(finishHash(thing), 2500)
    for (const thing of theirs) other.add(finishHash(thing), 2500)
    const left = new Set([...mine, ...before].filter((thing) => !theirs.includes(thing)))
    assert.equal(own.countWithout(other, 2500), left.size)
    assert.equal(other.count(2500), new Set(theirs).size, 'the other is left as it was')
  }))
})

test('is within a tenth with many, and keeps its memory', async (t) => {
  const counter = new DistinctWindow(WINDOW_MS)
  for (let i = 0; i < 20_000; i++) counter.add(finishHash(i), 1000 + i / 20)
  t.ok(Math.abs(counter.count(2000) / 20_000 - 1) < 0.1)
  t.ok(counter.count(2999) > 0)
  counter.clear()
  t.equal(counter.count(2999), 0)
})
