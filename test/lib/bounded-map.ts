import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { BoundedMap } from '../../lib/store/bounded-map'

const operations = fc.array(fc.tuple(fc.constantFrom('get', 'set', 'delete', 'has'), fc.nat(9), fc.nat()), { maxLength: 200 })

test('it holds what a list of the most recently used entries would hold', async () => {
  fc.assert(fc.property(operations, fc.integer({ min: 1, max: 6 }), (steps, capacity) => {
    const map = new BoundedMap<number, number>(capacity)
    const list = new Map<number, number>()
    let evictions = 0
    for (const [operation, key, value] of steps) {
      const before = list.get(key)
      if (operation === 'has') assert.equal(map.has(key), list.has(key))
      if (operation === 'delete') assert.equal(map.delete(key), list.delete(key))
      if (operation === 'get') assert.equal(map.get(key), before)
      if (operation === 'set') map.set(key, value)
      if (operation === 'set' || (operation === 'get' && before !== undefined)) {
        list.delete(key)
        list.set(key, operation === 'set' ? value : before!)
      }
      if (list.size > capacity) {
        list.delete([...list.keys()][0]!)
        evictions++
      }
      assert.equal(map.size, list.size)
    }
    assert.equal(map.evictions, evictions)
    assert.deepEqual([...map.entries()], [...list].toReversed())
  }))
})

test('whoever wants is told what goes for want of room, and only that', async (t) => {
  const gone: [string, number][] = []
  const map = new BoundedMap<string, number>(2, (value, key) => gone.push([key, value]))
  map.set('a', 1)
  map.set('a', 2)
  map.set('b', 3)
  map.delete('b')
  map.set('c', 4)
  t.same(gone, [])
  map.set('d', 5)
  t.same(gone, [['a', 2]])
  t.equal(map.evictions, 1)
})

test('a hundred thousand entries keep the bound', async (t) => {
  const map = new BoundedMap<number, number>(100)
  for (let i = 0; i < 100_000; i++) map.set(i, i)
  t.equal(map.size, 100)
  t.equal(map.capacity, 100)
  t.equal(map.evictions, 99_900)
  t.equal(map.get(99_900), 99_900)
})

test('names that objects have by birth are keys like others', async (t) => {
  const map = new BoundedMap<string, number>(3)
  t.equal(map.get('constructor'), undefined)
  map.set('__proto__', 1)
  t.equal(map.get('__proto__'), 1)
  t.same([...map.entries()], [['__proto__', 1]])
})

test('a capacity that is no positive integer is an error', async (t) => {
  for (const wrong of [0, -1, 1.5, NaN, Infinity]) t.throws(() => new BoundedMap(wrong), RangeError)
})
