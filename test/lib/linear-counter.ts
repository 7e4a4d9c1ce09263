import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { LinearCounter } from '../../lib/stats/linear-counter'
import { finishHash } from '../../lib/text/value-shape'

function counterOf (things: Iterable<number>): LinearCounter {
  const counter = new LinearCounter()
  for (const thing of things) counter.add(finishHash(thing))
  return counter
}

test('distinct things are counted to a tenth up to 600, to a fifth up to 1,000, however often they come', async (t) => {
  for (const n of [1, 10, 50, 100, 300, 600, 1000]) {
    for (const start of [0, 10_000, 777_777]) {
      const things = Array.from({ length: n }, (_, i) => start + i)
      const { count } = counterOf([...things, ...things])
      t.ok(Math.abs(count - n) <= Math.max(2, n * (n > 600 ? 0.2 : 0.15)), `${n} counted as ${count}`)
    }
  }
})

test('it says when there are more than it can count', async (t) => {
  t.notOk(counterOf(Array.from({ length: 600 }, (_, i) => i)).isFull)
  t.ok(counterOf(Array.from({ length: 5000 }, (_, i) => i)).isFull)
})

test('merged and restored, it counts as if it had seen both streams', async () => {
  const things = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 400 })
  fc.assert(fc.property(things, things, (a, b) => {
    const merged = LinearCounter.from(JSON.parse(JSON.stringify(counterOf(a))))
    merged.merge(counterOf(b))
    assert.deepEqual(merged.toJSON(), counterOf([...a, ...b]).toJSON())
    assert.equal(merged.count, counterOf([...b, ...a]).count)
  }))
})

test('what is not its JSON is refused', async (t) => {
  for (const json of [[], [1, 2], ['x'], Array.from({ length: 8 }, () => 0.5)]) t.throws(() => LinearCounter.from(json as number[]), RangeError)
})
