import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { floatAt, packedFloats, setFloat } from '../../lib/stats/packed-floats'

const float = fc.oneof(fc.float(), fc.constantFrom(0, -0, Infinity, -Infinity, NaN, 2 ** 24, 1e-45))

test('they hold what a Float32Array holds, whatever is set beside it', async () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat({ max: 15 }), float)), (writes) => {
    const [packed, array] = [packedFloats(16), new Float32Array(16)]
    for (const [index, value] of writes) {
      setFloat(packed, index, value)
      array[index] = value
    }
    assert.deepEqual(Array.from(array, (_, index) => floatAt(packed, index)), [...array])
  }))
})
