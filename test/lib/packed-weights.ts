import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { isNarrow, NARROW, NARROW_LIMIT, packedWeights, setWeight, weightAt, WIDE } from '../../lib/stats/packed-weights'

const float = fc.oneof(fc.float(), fc.constantFrom(0, -0, Infinity, -Infinity, NaN, 2 ** 24, 1e-45))
const narrow = fc.oneof(fc.nat({ max: NARROW_LIMIT * 16 - 1 }).map((steps) => steps / 16), fc.constantFrom(0, NARROW_LIMIT - 1 / 16))

test('wide ones hold what a Float32Array holds, whatever is set beside it', async () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat({ max: 15 }), float)), (writes) => {
    const [packed, array] = [packedWeights(16, WIDE), new Float32Array(16)]
    for (const [index, value] of writes) {
      setWeight(packed, WIDE, index, value)
      array[index] = value
    }
    assert.deepEqual(Array.from(array, (_, index) => weightAt(packed, WIDE, index)), [...array])
  }))
})

test('narrow ones hold every sixteenth below their limit, whatever is set beside it', async () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat({ max: 15 }), narrow)), (writes) => {
    const [packed, array] = [packedWeights(16, NARROW), new Float64Array(16)]
    for (const [index, value] of writes) {
      assert.ok(isNarrow(value))
      setWeight(packed, NARROW, index, value)
      array[index] = value
    }
    assert.deepEqual(Array.from(array, (_, index) => weightAt(packed, NARROW, index)), [...array])
  }))
})

test('what is no sixteenth or too large is not narrow, and a narrow array rounds down', async (t) => {
  for (const weight of [1 / 32, 0.7, NARROW_LIMIT, 1e9, Infinity, NaN]) t.notOk(isNarrow(weight), String(weight))
  const packed = packedWeights(4, NARROW)
  setWeight(packed, NARROW, 2, 0.7)
  t.equal(weightAt(packed, NARROW, 2), 11 / 16)
})
