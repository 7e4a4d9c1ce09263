import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { SpaceSaving } from '../../lib/stats/space-saving'

const keys = fc.oneof({ weight: 3, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: fc.nat(60) })
const streams = fc.array(fc.tuple(keys, fc.constantFrom(1, 1, 1, 2, 7)), { maxLength: 300 })
const capacities = fc.integer({ min: 1, max: 12 })

type Stream = [key: number, weight: number][]

function summaryOf (stream: Stream, capacity: number): SpaceSaving<number> {
  const summary = new SpaceSaving<number>(capacity)
  for (const [key, weight] of stream) summary.add(key, weight)
  return summary
}

function weigh (stream: Stream): Map<number, number> {
  const weights = new Map<number, number>()
  for (const [key, weight] of stream) weights.set(key, (weights.get(key) ?? 0) + weight)
  return weights
}

/** All that the class promises, against the true weights. */
function keepsPromises (summary: SpaceSaving<number>, truth: Map<number, number>, bound: number): boolean {
  const tracked = summary.top(Infinity)
  const known = new Set(tracked.map(({ key }) => key))
  return summary.size <= summary.capacity &&
    tracked.every(({ key, count, error }) => {
      const weight = truth.get(key) ?? 0
      return weight <= count + 1e-9 && count - error <= weight + 1e-9 && error <= bound + 1e-9
    }) &&
    [...truth].every(([key, weight]) => known.has(key) || (weight <= summary.error(key) + 1e-9 && weight <= bound + 1e-9))
}

test('counts never underestimate, errors are bounded, and no frequent key is missing', async () => {
  fc.assert(fc.property(streams, capacities, (stream, capacity) => {
    const summary = summaryOf(stream, capacity)
    return keepsPromises(summary, weigh(stream), summary.total / capacity)
  }), { numRuns: 300 })
})

test('it is exact while there are no more keys than counters', async () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(9), fc.constant(1))), (stream) => {
    const summary = summaryOf(stream, 10)
    for (const [key, weight] of weigh(stream)) {
      assert.equal(summary.count(key), weight)
      assert.equal(summary.error(key), 0)
    }
    assert.equal(summary.error(99), 0, 'nothing was ever dropped')
  }), { numRuns: 50 })
})

test('the promises hold after a merge, also of different capacities', async () => {
  fc.assert(fc.property(streams, streams, capacities, capacities, (a, b, capacity, otherCapacity) => {
    const summary = summaryOf(a, capacity)
    summary.merge(summaryOf(b, otherCapacity))
    return keepsPromises(summary, weigh([...a, ...b]), summary.total / Math.min(capacity, otherCapacity))
  }), { numRuns: 300 })
})

test('the promises hold for what is added after a merge', async () => {
  fc.assert(fc.property(streams, streams, streams, capacities, capacities, (a, b, later, capacity, otherCapacity) => {
    const summary = summaryOf(a, capacity)
    summary.merge(summaryOf(b, otherCapacity))
    for (const [key, weight] of later) summary.add(key, weight)
    return keepsPromises(summary, weigh([...a, ...b, ...later]), summary.total / Math.min(capacity, otherCapacity))
  }), { numRuns: 300 })
})

test('a merge without a full summary answers exactly as one summary of both streams', async () => {
  fc.assert(fc.property(streams, streams, (a, b) => {
    const merged = summaryOf(a, 100)
    merged.merge(summaryOf(b, 100))
    for (const [key, weight] of weigh([...a, ...b])) assert.equal(merged.count(key), weight)
    assert.equal(merged.total, summaryOf([...a, ...b], 100).total)
  }), { numRuns: 50 })
})

test('decay scales weights and bounds alike', async () => {
  fc.assert(fc.property(streams, streams, capacities, (before, after, capacity) => {
    const summary = summaryOf(before, capacity)
    summary.scale(0.3)
    for (const [key, weight] of after) summary.add(key, weight)
    const truth = weigh([...before.map(([key, weight]): [number, number] => [key, weight * 0.3]), ...after])
    return keepsPromises(summary, truth, summary.total / capacity)
  }), { numRuns: 200 })
})

test('a summary read back from JSON answers and goes on like the first', async () => {
  fc.assert(fc.property(streams, streams, capacities, (stream, later, capacity) => {
    const summary = summaryOf(stream, capacity)
    const copy = SpaceSaving.from<number>(JSON.parse(JSON.stringify(summary)))
    assert.deepEqual(copy.toJSON(), summary.toJSON())
    for (const [key, weight] of later) copy.add(key, weight)
    assert.ok(keepsPromises(copy, weigh([...stream, ...later]), copy.total / capacity))
  }), { numRuns: 50 })
})

test('a flood of a hundred thousand rare keys pushes no frequent key out', async (t) => {
  const summary = new SpaceSaving<string>(20)
  for (let i = 0; i < 100_000; i++) {
    summary.add(`rare ${i}`)
    if (i % 10 === 0) summary.add('frequent')
  }
  t.equal(summary.top(1)[0]?.key, 'frequent')
  t.equal(summary.size, 20)
  t.ok(summary.count('frequent') - summary.error('frequent') <= 10_000)
})

test('top is sorted and as short as asked for', async (t) => {
  const summary = summaryOf([[1, 1], [2, 5], [3, 3]], 8)
  t.same(summary.top(2), [{ key: 2, count: 5, error: 0 }, { key: 3, count: 3, error: 0 }])
  t.same(summary.top(0), [])
  t.same(summary.top(-1), [])
})

test('names that objects have by birth are keys like others', async (t) => {
  const summary = new SpaceSaving<string>(4)
  t.equal(summary.count('constructor'), 0)
  for (const key of ['__proto__', 'constructor', '']) summary.add(key)
  t.equal(SpaceSaving.from<string>(JSON.parse(JSON.stringify(summary))).count('__proto__'), 1)
})

test('a capacity that is no positive integer and a factor outside 0 to 1 are errors', async (t) => {
  for (const wrong of [0, -1, 1.5, NaN, Infinity]) t.throws(() => new SpaceSaving(wrong), RangeError)
  t.throws(() => { new SpaceSaving(1).scale(1.5) }, RangeError)
})
