import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { EventRing } from '../../lib/store/event-ring'

function ringOf (capacity: number, events: Iterable<number>): EventRing<number> {
  const ring = new EventRing<number>(capacity)
  for (const event of events) ring.push(event)
  return ring
}

const everything = (): boolean => true

test('it holds the last events under the numbers of their arrival', async () => {
  fc.assert(fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 20 }), (events, capacity) => {
    const ring = new EventRing<number>(capacity)
    events.forEach((event, i) => { assert.equal(ring.push(event), i + 1) })
    const first = Math.max(0, events.length - capacity)
    assert.equal(ring.total, events.length)
    assert.equal(ring.dropped, first)
    assert.equal(ring.size, events.length - first)
    for (let i = 0; i < events.length; i++) assert.equal(ring.get(i + 1), i < first ? undefined : events[i])
    assert.deepEqual(ring.newest(everything, Infinity).items, events.slice(first).toReversed())
  }))
})

test('pages put together are the whole, newest first, whatever the filter', async () => {
  const streams = fc.array(fc.nat(99), { maxLength: 60 })
  fc.assert(fc.property(streams, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 }), (events, capacity, limit, divisor) => {
    const ring = ringOf(capacity, events)
    const matches = (event: number): boolean => event % divisor === 0
    const items: number[] = []
    const sequences: number[] = []
    for (let before: number | null = Infinity; before !== null;) {
      const page = ring.newest(matches, limit, before)
      assert.ok(page.items.length <= limit)
      assert.ok(page.next === null || page.items.length === limit, 'only a full page has a next one')
      items.push(...page.items)
      sequences.push(...page.sequences)
      before = page.next
    }
    const expected = ring.newest(matches, Infinity)
    assert.deepEqual(items, events.slice(-capacity).filter(matches).toReversed())
    assert.deepEqual(sequences, expected.sequences)
    assert.deepEqual(sequences.map((sequence) => ring.get(sequence)), items)
  }))
})

test('events that arrive between two pages are in neither', async (t) => {
  const ring = ringOf(10, [1, 2, 3, 4])
  const first = ring.newest(everything, 2)
  t.same(first, { items: [4, 3], sequences: [4, 3], next: 3 })
  ring.push(5)
  t.same(ring.newest(everything, 2, first.next ?? 0), { items: [2, 1], sequences: [2, 1], next: null })
})

test('a filter sees the sequence number too', async (t) => {
  t.same(ringOf(3, [7, 7, 7, 7]).newest((_, sequence) => sequence !== 3, 9).sequences, [4, 2])
})

test('an empty ring, an empty page and cursors from nowhere', async (t) => {
  const ring = new EventRing<string>(2)
  t.same(ring.newest(everything, 5), { items: [], sequences: [], next: null })
  t.equal(ring.get(0), undefined)
  t.equal(ring.get(1), undefined)
  ring.push('a')
  for (const wrong of [-1, 0.5, 2, NaN, Infinity]) t.equal(ring.get(wrong), undefined)
  t.same(ring.newest(everything, 5, -3).items, [])
  t.same(ring.newest(everything, 5, NaN).items, [])
  t.same(ring.newest(everything, 5, 1e9).items, ['a'])
  t.same(ring.newest(everything, 0), { items: [], sequences: [], next: 2 })
})

test('a capacity that is no positive integer is an error', async (t) => {
  for (const wrong of [0, -1, 1.5, NaN, Infinity]) t.throws(() => new EventRing(wrong), RangeError)
})
