import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { QuantileSketch } from '../../lib/stats/quantile-sketch'

const SHARES = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1]
const anything = fc.double({ noNaN: true, min: 0 })
const counts = fc.integer({ min: 0, max: 5000 })

function sketchOf (values: Iterable<number>): QuantileSketch {
  const sketch = new QuantileSketch()
  for (const value of values) sketch.add(value)
  return sketch
}

function nearestRank (values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!
}

function worstError (values: number[], sketch = sketchOf(values)): number {
  return Math.max(...SHARES.map((q) => {
    const truth = nearestRank(values, q)
    return truth === 0 ? sketch.quantile(q) : Math.abs(sketch.quantile(q) - truth) / truth
  }))
}

function reread (sketch: QuantileSketch): QuantileSketch {
  return QuantileSketch.from(JSON.parse(JSON.stringify(sketch)))
}

/** Uniform in 0 to 1; the same sequence every time. */
function * uniform (seed: number): Generator<number> {
  for (let state = seed >>> 0; ; state = (Math.imul(state, 1664525) + 1013904223) >>> 0) yield (state + 0.5) / 2 ** 32
}

function take (count: number, source: Iterator<number>): number[] {
  return Array.from({ length: count }, () => source.next().value as number)
}

test('each quantile is within the relative error of the value of that rank', async () => {
  const ordinary = fc.oneof(fc.double({ min: 0.01, max: 200, noNaN: true }), fc.constant(0), fc.integer({ min: 1, max: 200 }))
  fc.assert(fc.property(fc.array(ordinary, { minLength: 1, maxLength: 300 }), (values) => worstError(values) <= 0.03), { numRuns: 150 })
})

test('a relative error of one per cent is kept as well', async () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 1, max: 20, noNaN: true }), { minLength: 1 }), (values) => {
    const sketch = new QuantileSketch(0.01)
    for (const value of values) sketch.add(value)
    return worstError(values, sketch) <= 0.01
  }))
})

test('a wide range costs accuracy everywhere alike, up to a quarter', async () => {
  const wide = fc.integer({ min: -6, max: 18 }).chain((exponent) => fc.double({ min: 1, max: 10, noNaN: true }).map((x) => x * 10 ** exponent))
  fc.assert(fc.property(fc.array(wide, { minLength: 1, maxLength: 300 }), (values) => {
    const range = Math.max(...values) / Math.min(...values)
    return worstError(values) <= (range < 25_000 ? 0.03 : range < 1e9 ? 0.06 : 0.25)
  }), { numRuns: 150 })
})

test('two peaks far apart do not blur into each other', async (t) => {
  const noise = uniform(1)
  const sizes = take(1000, noise).map((u, i) => (i % 33 === 0 ? 50_000 : 200) * (0.9 + 0.2 * u))
  const sketch = sketchOf(sizes)
  t.ok(worstError(sizes, sketch) <= 0.03)
  t.ok(sketch.quantile(0.95) < 230, 'the 95th percentile is still a small size')
  t.ok(sketch.quantile(0.98) > 44_000)
})

test('a few values 100,000 times larger leave the median and the 95th percentile where they were', async (t) => {
  const sketch = sketchOf([...Array<number>(990).fill(100), ...Array<number>(10).fill(1e7)])
  for (const q of [0.01, 0.5, 0.95]) t.ok(Math.abs(sketch.quantile(q) - 100) <= 6)
  t.ok(Math.abs(sketch.quantile(0.995) - 1e7) <= 6e5)
})

test('a heavy tail is followed to its end', async (t) => {
  const pareto = take(20_000, uniform(7)).map((u) => 3 * u ** (-1 / 1.2))
  t.ok(worstError(pareto) <= 0.06)
})

test('one constant value is its own quantile', async (t) => {
  const sketch = sketchOf(Array<number>(10_000).fill(512))
  for (const q of SHARES) t.ok(Math.abs(sketch.quantile(q) - 512) <= 512 * 0.03)
  t.equal(sketch.quantile(0), sketch.quantile(1))
})

test('merge answers as one sketch of both streams', async () => {
  const streams = fc.array(fc.oneof(anything, counts, fc.constant(0)), { maxLength: 200 })
  fc.assert(fc.property(streams, streams, (a, b) => {
    const merged = sketchOf(a)
    merged.merge(sketchOf(b))
    assert.deepEqual(merged.toJSON(), sketchOf([...a, ...b]).toJSON())
  }))
})

test('zeros survive a merge in either direction', async (t) => {
  for (const [a, b] of [[[0, 0, 0], [5]], [[5], [0, 0, 0]]] as const) {
    const merged = sketchOf(a)
    merged.merge(sketchOf(b))
    t.equal(merged.count, 4)
    t.equal(merged.quantile(0.75), 0)
    t.not(merged.quantile(1), 0)
  }
})

test('merge leaves the other sketch as it was, and a sketch can be merged with itself', async (t) => {
  const other = sketchOf([1, 2, 3])
  const before = JSON.stringify(other)
  sketchOf([1e9]).merge(other)
  t.equal(JSON.stringify(other), before)
  other.merge(other)
  t.same(other.toJSON(), sketchOf([1, 2, 3, 1, 2, 3]).toJSON())
})

test('sketches of different relative error do not merge', async (t) => {
  t.throws(() => new QuantileSketch(0.03).merge(new QuantileSketch(0.05)), RangeError)
})

test('decaying before a merge is decaying after it', async () => {
  fc.assert(fc.property(fc.array(counts), fc.array(counts), (a, b) => {
    const first = sketchOf(a)
    const second = sketchOf(b)
    const both = sketchOf([...a, ...b])
    for (const sketch of [first, second, both]) sketch.scale(0.25)
    first.merge(second)
    assert.deepEqual(first.toJSON(), both.toJSON())
  }))
})

test('a decayed past gives way to the present', async (t) => {
  const sketch = sketchOf(Array<number>(1000).fill(10))
  sketch.scale(0.5 ** 10)
  for (let i = 0; i < 10; i++) sketch.add(1000)
  t.ok(Math.abs(sketch.quantile(0.5) - 1000) <= 30)
  sketch.scale(0)
  t.equal(sketch.count, 0)
  t.ok(Number.isNaN(sketch.quantile(0.5)), 'a factor of 0 forgets everything')
})

test('what has decayed to next to nothing is forgotten, its accuracy regained', async (t) => {
  const sketch = sketchOf([1e-5, 1e12])
  sketch.scale(0.5 ** 40)
  for (const value of [10, 11, 12]) sketch.add(value)
  t.ok(worstError([10, 11, 12], sketch) <= 0.03)
})

test('an outlier that has decayed no longer takes room', async (t) => {
  const sketch = new QuantileSketch()
  sketch.add(10, 2 ** 23)
  sketch.add(1e6)
  t.ok(sketch.toJSON().buckets.length > 100)
  sketch.scale(0.5 ** 21)
  t.equal(sketch.toJSON().buckets.length, 1)
})

test('a sketch read back from JSON answers and goes on like the first', async () => {
  fc.assert(fc.property(fc.array(fc.oneof(anything, counts)), fc.array(counts), (values, later) => {
    const sketch = sketchOf(values)
    sketch.scale(0.7)
    const copy = reread(sketch)
    for (const value of later) {
      sketch.add(value)
      copy.add(value)
    }
    assert.deepEqual(copy.toJSON(), sketch.toJSON())
    assert.equal(copy.count, sketch.count)
    for (const q of SHARES) assert.equal(copy.quantile(q), sketch.quantile(q))
  }))
})

test('a sketch never has more than 256 buckets, and none before its first value', async (t) => {
  t.same(new QuantileSketch().toJSON().buckets, [])
  fc.assert(fc.property(fc.array(anything, { minLength: 50, maxLength: 500 }), (values) => sketchOf(values).toJSON().buckets.length <= 256))
  const { buckets } = sketchOf([1e-300, 1e-6, 1, 1e300, Infinity]).toJSON()
  t.ok(buckets.length <= 256)
  t.throws(() => QuantileSketch.from({ ...new QuantileSketch().toJSON(), buckets: Array<number>(257).fill(1) }), RangeError)
})

test('an empty sketch has no quantiles, and one value has only itself', async (t) => {
  t.ok(Number.isNaN(new QuantileSketch().quantile(0.5)))
  for (const q of SHARES) t.ok(Math.abs(sketchOf([42]).quantile(q) - 42) <= 42 * 0.03)
  t.equal(sketchOf([0, -0, 1e-9]).quantile(1), 0)
})

test('negative values and NaN are ignored, infinity counts as the largest', async (t) => {
  t.equal(sketchOf([-1, NaN, -Infinity]).count, 0)
  const sketch = sketchOf([1, Infinity, Number.MAX_VALUE])
  t.equal(sketch.count, 3)
  t.ok(Number.isFinite(sketch.quantile(1)))
  t.ok(sketch.quantile(1) > 1e18)
})

test('when a bucket is full all weights are halved and the shares stay', async (t) => {
  const sketch = new QuantileSketch()
  sketch.add(10, 2 ** 24 - 1)
  sketch.add(1000, 2 ** 22)
  sketch.add(10)
  t.equal(sketch.count, (2 ** 24 + 2 ** 22) / 2)
  t.ok(sketch.quantile(0.8) < 11)
  t.ok(sketch.quantile(0.81) > 900)
  sketch.merge(reread(sketch))
  sketch.add(10)
  t.ok(sketch.toJSON().buckets.every((weight) => weight < 2 ** 24))
})

test('weights count as so many values', async () => {
  fc.assert(fc.property(fc.array(fc.tuple(counts, fc.integer({ min: 1, max: 5 })), { minLength: 1 }), (weighted) => {
    const sketch = new QuantileSketch()
    for (const [value, weight] of weighted) sketch.add(value, weight)
    return worstError(weighted.flatMap(([value, weight]) => Array<number>(weight).fill(value)), sketch) <= 0.03
  }))
})

test('a share outside 0 to 1 and a factor outside 0 to 1 are errors', async (t) => {
  const sketch = sketchOf([1])
  for (const wrong of [-0.1, 1.1, NaN]) {
    t.throws(() => sketch.quantile(wrong), RangeError)
    t.throws(() => { sketch.scale(wrong) }, RangeError)
  }
})
