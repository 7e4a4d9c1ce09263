import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { DecayingMoments } from '../../lib/stats/decaying-moments'

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 200 })

function momentsOf (stream: number[]): DecayingMoments {
  const moments = new DecayingMoments()
  for (const x of stream) moments.add(x)
  return moments
}

function isNear (a: number, b: number, scale = 1): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(scale, Math.abs(a), Math.abs(b))
}

function isLike (a: DecayingMoments, b: DecayingMoments): boolean {
  return isNear(a.weight, b.weight) && isNear(a.mean, b.mean, 1e6) && isNear(a.variance, b.variance, 1e12)
}

test('mean and variance are those of two passes over the values', async () => {
  fc.assert(fc.property(values.filter(({ length }) => length > 0), (stream) => {
    const mean = stream.reduce((sum, x) => sum + x, 0) / stream.length
    const variance = stream.reduce((sum, x) => sum + (x - mean) ** 2, 0) / stream.length
    const moments = momentsOf(stream)
    return isNear(moments.mean, mean, 1e6) && isNear(moments.variance, variance, 1e12)
  }))
})

test('a weight counts as so many values', async () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 1, max: 4 }))), (weighted) => {
    const moments = new DecayingMoments()
    for (const [x, weight] of weighted) moments.add(x, weight)
    return isLike(moments, momentsOf(weighted.flatMap(([x, weight]) => Array<number>(weight).fill(x))))
  }))
})

test('a small spread on a large mean is not lost', async (t) => {
  t.ok(isNear(momentsOf([1e9 - 1, 1e9, 1e9 + 1]).variance, 2 / 3))
})

test('merge answers as one accumulator of both streams, decayed or not', async () => {
  fc.assert(fc.property(values, values, fc.constantFrom(1, 0.5, 0.125), (a, b, factor) => {
    const merged = momentsOf(a)
    const other = momentsOf(b)
    const both = momentsOf([...a, ...b])
    for (const moments of [merged, other, both]) moments.scale(factor)
    merged.merge(other)
    return isLike(merged, both)
  }))
})

test('decay keeps mean and variance and lets the present weigh more', async (t) => {
  const moments = momentsOf([1, 2, 3, 4])
  moments.scale(0.5)
  t.equal(moments.weight, 2)
  t.equal(moments.mean, 2.5)
  t.equal(moments.variance, 1.25)
  moments.add(10, 2)
  t.equal(moments.mean, 6.25)
  moments.scale(0)
  t.same(moments.toJSON(), new DecayingMoments().toJSON())
  t.throws(() => { moments.scale(2) }, RangeError)
})

test('moments read back from JSON answer and go on like the first', async () => {
  fc.assert(fc.property(values, fc.double({ noNaN: true }), (stream, x) => {
    const moments = momentsOf(stream)
    const copy = DecayingMoments.from(JSON.parse(JSON.stringify(moments)))
    moments.add(x)
    copy.add(x)
    assert.equal(copy.mean, moments.mean)
    assert.equal(copy.variance, moments.variance)
    assert.equal(copy.zScore(x, 1), moments.zScore(x, 1))
  }))
})

test('a z-score counts standard deviations, of at least the floor', async (t) => {
  const moments = momentsOf([8, 12])
  t.equal(moments.zScore(14, 0), 2)
  t.equal(moments.zScore(6, 0), -2)
  t.equal(moments.zScore(14, 4), 1)
  const constant = momentsOf([512, 512, 512])
  t.equal(constant.zScore(513, 25), 0.04, 'a stream that never varied')
  t.equal(constant.zScore(513, 0), 0, 'no spread and no floor')
  t.equal(new DecayingMoments().zScore(5, 1), 0, 'nothing seen')
})

test('whatever is added, the state stays finite', async () => {
  fc.assert(fc.property(fc.array(fc.double()), (stream) => {
    const moments = momentsOf(stream)
    moments.merge(momentsOf(stream))
    return [moments.weight, moments.mean, moments.variance].every(Number.isFinite)
  }))
})
