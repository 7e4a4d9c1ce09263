import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { SizeFence } from '../../lib/detectors/size-fence'

const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 30, maxLength: 29 * 3 })
const near = (a: number, b: number): void => { assert.ok(a === b || Math.abs(a - b) <= 0.07 * Math.abs(b), `${a} is not about ${b}`) }

function fenced (values: readonly number[]): SizeFence {
  const fence = new SizeFence(2, 100)
  for (const value of values) fence.learn(value)
  return fence
}

test('before thirty values there is no fence', async (t) => {
  const fence = fenced(new Array<number>(29).fill(10))
  t.same([fence.high, fence.low, fence.above(1e9), fence.below(1)], [Infinity, -1, 0, 0])
})

test('all that was learned but one value lies below the upper fence, and far more does not', async () => {
  fc.assert(fc.property(sizes, (values) => {
    const fence = fenced(values.slice(0, 30))
    for (const value of values.slice(0, 30).sort((a, b) => a - b).slice(0, -1)) assert.equal(fence.above(value), 0)
    assert.ok(fence.above(1e12) > 0)
    assert.ok(fence.high >= 100)
  }))
})

test('one outlier among the first values does not set the fence, two do', async (t) => {
  const ordinary = Array.from({ length: 60 }, (_, i) => 900 + i)
  t.ok(fenced([90_000, ...ordinary]).above(90_000) > 0)
  t.equal(fenced([90_000, 90_000, ...ordinary]).above(90_000), 0)
})

test('two fences merged stand where one of both streams stands', async () => {
  fc.assert(fc.property(sizes, sizes, (ours, theirs) => {
    const merged = fenced(ours.slice(0, 30))
    merged.merge(fenced(theirs.slice(0, 30)))
    const whole = new SizeFence(2, 100)
    const copy = new SizeFence(2, 100)
    copy.restore(JSON.parse(JSON.stringify(merged)))
    whole.mergeJson(fenced(ours.slice(0, 30)).toJSON())
    whole.mergeJson(fenced(theirs.slice(0, 30)).toJSON())
    near(whole.high, merged.high)
    near(copy.high, merged.high)
    near(copy.low, merged.low)
    assert.equal(copy.n, merged.n)
  }))
})

test('one outlier moves a fence little', async (t) => {
  const values = Array.from({ length: 500 }, (_, i) => 400 + i % 50)
  const fence = fenced([...values.slice(0, 250), 1e9, ...values.slice(250)])
  near(fence.high, fenced(values).high)
  t.ok(fence.above(1e6) > 5)
})

test('a constant quantity has fences of its own', async (t) => {
  const fence = fenced(new Array<number>(100).fill(5000))
  t.equal(fence.above(5200), 0)
  t.ok(fence.above(20_000) > 0)
  t.ok(fence.below(10) > 0)
})

test('a half-life keeps the fences and lets newer values count for more', async (t) => {
  const fence = fenced(new Array<number>(200).fill(1000))
  const before = fence.high
  fence.halve()
  near(fence.high, before)
  for (let halving = 0; halving < 8; halving++) {
    fence.halve()
    for (let i = 0; i < 200; i++) fence.learn(before)
  }
  t.ok(fence.high > before)
})

test('a level that is granted is within the fence at once, stays so in snapshots, and goes with the half-lives', async (t) => {
  const fence = fenced(new Array<number>(100).fill(1000))
  fence.grant(50_000)
  t.equal(fence.high, 100_100)
  fence.learn(1000)
  for (let i = 0; i < 60; i++) fence.learn(1000)
  t.equal(fence.high, 100_100)
  const copy = new SizeFence(2, 100)
  copy.restore(JSON.parse(JSON.stringify(fence)))
  t.equal(copy.high, 100_100)
  const merged = fenced(new Array<number>(100).fill(1000))
  merged.merge(copy)
  t.equal(merged.high, 100_100)
  for (let i = 0; i < 6; i++) {
    fence.halve()
    for (let j = 0; j < 60; j++) fence.learn(1000)
  }
  t.ok(fence.high < 6000, `${fence.high}`)
})

test('a level granted before thirty values is a fence', async (t) => {
  const fence = new SizeFence(2, 100)
  fence.grant(1000)
  t.equal(fence.high, 2100)
  fence.reset()
  t.equal(fence.high, Infinity)
})
