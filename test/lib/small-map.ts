import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { SmallMap } from '../../lib/store/small-map'

const steps = fc.array(fc.tuple(fc.constantFrom('set', 'delete', 'get'), fc.constantFrom('__proto__', 'constructor', 'a', 'b', ''), fc.constantFrom('a', 'b', '7')), { maxLength: 40 })

test('it answers as a Map does, values that look like keys and prototype names included', async () => {
  fc.assert(fc.property(steps, (stream) => {
    const [small, map] = [new SmallMap<string>(), new Map<string, string>()]
    for (const [step, key, value] of stream) {
      if (step === 'set') {
        small.set(key, value)
        map.set(key, value)
      } else if (step === 'delete') {
        small.delete(key)
        map.delete(key)
      }
      assert.equal(small.get(key), map.get(key))
      assert.equal(small.size, map.size)
      assert.deepEqual([...small], [...map])
    }
    small.clear()
    assert.deepEqual([small.size, small.get('a'), [...small.entries()]], [0, undefined, []])
  }))
})

test('entries may be deleted while they are gone through', async (t) => {
  const small = new SmallMap<number>()
  for (let i = 0; i < 6; i++) small.set(`k${i}`, i)
  for (const [key, value] of small) if (value % 2 === 0) small.delete(key)
  t.same([...small], [['k1', 1], ['k3', 3], ['k5', 5]])
})
