import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { OrderedHeap } from '../../lib/store/ordered-heap'

interface Item { name: number, position: number }

const operations = fc.array(fc.tuple(fc.constantFrom('insert', 'insert', 'reorder', 'remove', 'pop'), fc.nat(), fc.integer({ min: -50, max: 50 })), { maxLength: 300 })

test('whatever is inserted, moved or removed, the least is the one with the lowest order', async () => {
  fc.assert(fc.property(operations, (steps) => {
    const heap = new OrderedHeap<Item>()
    const orders = new Map<Item, number>()
    for (const [operation, chosen, order] of steps) {
      const item = [...orders.keys()][chosen % orders.size]
      if (operation === 'insert') {
        const added = { name: chosen, position: 0 }
        heap.insert(added, order)
        orders.set(added, order)
      } else if (item !== undefined && operation === 'reorder') {
        heap.reorder(item, order)
        orders.set(item, order)
      } else if (item !== undefined) {
        const removed = operation === 'pop' ? heap.least! : item
        heap.remove(removed)
        orders.delete(removed)
      }
      assert.equal(heap.size, orders.size)
      assert.equal(heap.least === undefined ? Infinity : orders.get(heap.least), Math.min(Infinity, ...orders.values()))
    }
    const greatest = heap.greatest(5).map((item) => orders.get(item))
    assert.deepEqual(greatest, [...orders.values()].sort((a, b) => b - a).slice(0, 5))
  }), { numRuns: 200 })
})

test('taking the least again and again sorts', async () => {
  fc.assert(fc.property(fc.array(fc.double({ noNaN: true })), (orders) => {
    const heap = new OrderedHeap<Item & { order: number }>()
    for (const order of orders) heap.insert({ name: 0, order, position: 0 }, order)
    const sorted: number[] = []
    for (let least = heap.least; least !== undefined; least = heap.least) {
      heap.remove(least)
      sorted.push(least.order + 0)
    }
    assert.deepEqual(sorted, orders.map((order) => order + 0).sort((a, b) => a - b))
  }))
})

test('the greatest are as many as asked for', async (t) => {
  const heap = new OrderedHeap<Item>()
  t.equal(heap.least, undefined)
  t.same(heap.greatest(3), [])
  for (let name = 0; name < 20; name++) heap.insert({ name, position: 0 }, name % 10)
  t.same(heap.greatest(3).map(({ name }) => name % 10), [9, 9, 8])
  t.equal(heap.greatest(Infinity).length, 20)
  t.same(heap.greatest(0), [])
})
