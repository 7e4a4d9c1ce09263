import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'tap'
import { TailBound } from '../../lib/stats/tail-bound'

const numbers = fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })), { maxLength: 120 })
const sides = fc.constantFrom<'upper' | 'lower'>('upper', 'lower')

function learned (side: 'upper' | 'lower', stream: readonly number[], error = 0.0001): TailBound {
  const bound = new TailBound(side, error)
  stream.forEach((value, i) => bound.learn(value, i))
  bound.settle()
  return bound
}

test('two bounds merged are as one that saw both streams', async () => {
  fc.assert(fc.property(sides, numbers, numbers, (side, ours, theirs) => {
    const merged = learned(side, ours)
    merged.merge(learned(side, theirs))
    const whole = learned(side, [...ours, ...theirs])
    assert.deepEqual([merged.n, merged.extreme, merged.limit], [whole.n, whole.extreme, whole.limit])
  }))
})

test('a bound read back from JSON is the same', async () => {
  fc.assert(fc.property(sides, numbers, numbers, (side, before, after) => {
    const bound = learned(side, before)
    const copy = new TailBound(side, 0.0001)
    copy.restore(JSON.parse(JSON.stringify(bound)))
    after.forEach((value, i) => { bound.learn(value, i); copy.learn(value, i) })
    assert.deepEqual([copy.n, copy.extreme, copy.settle()], [bound.n, bound.extreme, bound.settle()])
    assert.deepEqual(copy.toJSON(), bound.toJSON())
  }))
})

test('the extreme is the most extreme value, and only a stray one lies beyond the bound', async () => {
  fc.assert(fc.property(sides, numbers, (side, stream) => {
    const bound = learned(side, stream)
    const most = side === 'upper' ? Math.max(...stream) : Math.min(...stream)
    if (stream.length > 0) assert.equal(bound.extreme, most + 0)
    const beyond = [...new Set(stream.filter((value) => bound.isBeyond(value)))]
    assert.ok(beyond.length <= Math.min(2, Math.floor(stream.length / 60)))
    if (stream.length < 60) assert.ok(!stream.some((value) => bound.isBeyond(value)))
  }))
})

/** A seeded generator of shares. */
function shares (seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 4294967296
  }
}

const DISTRIBUTIONS: Readonly<Record<string, (share: () => number) => number>> = {
  'a uniform quantity': (share) => 10 + 90 * share(),
  'an exponential one': (share) => -50 * Math.log(share()),
  'a log-normal one': (share) => 40 * Math.exp(0.9 * Math.sqrt(-2 * Math.log(share())) * Math.cos(2 * Math.PI * share())),
  'few whole numbers': (share) => 1 + Math.floor(-1.2 * Math.log(share())),
  'a rating': (share) => 1 + Math.floor(5 * share())
}

for (const [name, draw] of Object.entries(DISTRIBUTIONS)) {
  test(`of ${name}, fewer ordinary values than 1 in 200 lie beyond after 100, and than 1 in 1000 after 3,000`, async (t) => {
    for (const [n, allowed] of [[100, 0.005], [3000, 0.001]] as const) {
      let beyond = 0
      let judged = 0
      for (let seed = 1; seed <= 40; seed++) {
        const share = shares(seed * 7919)
        const stream = Array.from({ length: n }, () => draw(share))
        const upper = learned('upper', stream)
        const lower = learned('lower', stream)
        for (let i = 0; i < 1000; i++, judged++) {
          const value = draw(share)
          if (upper.isBeyond(value) || lower.isBeyond(value)) beyond++
        }
      }
      t.ok(beyond / judged <= allowed, `${beyond} of ${judged} after ${n}`)
    }
  })
}

test('a quantity that ends sharply has a sharp bound, one with a long tail a far one', async (t) => {
  const share = shares(5)
  const ratings = learned('upper', Array.from({ length: 500 }, () => DISTRIBUTIONS['a rating']?.(share) ?? 0))
  t.equal(ratings.limit, 5)
  const prices = learned('upper', Array.from({ length: 500 }, () => DISTRIBUTIONS['a log-normal one']?.(share) ?? 0))
  t.ok(prices.limit > 1.25 * prices.extreme, `${prices.limit} ${prices.extreme}`)
})

test('few values say little about what is rare: the limit is that of one in ten times as many, the furthest that of the error asked for', async (t) => {
  const few = learned('upper', Array.from({ length: 100 }, (_, i) => 1 + 40 * (i * 61 % 100)))
  t.equal(few.limit, learned('upper', Array.from({ length: 100 }, (_, i) => 1 + 40 * (i * 61 % 100)), 0.001).limit)
  t.ok(few.furthest() > few.limit, `${few.furthest()} ${few.limit}`)
  const many = learned('upper', Array.from({ length: 2000 }, (_, i) => i * 61 % 100))
  t.equal(many.furthest(), many.limit)
  t.equal(new TailBound('upper', 0.001).furthest(), Infinity)
})

test('one outlier or two move a bound of many values little, three a lot', async (t) => {
  const stream = Array.from({ length: 300 }, (_, i) => i % 20)
  t.ok(learned('upper', [...stream, 1e9]).limit < 100)
  t.ok(learned('upper', [...stream, 1e9, 1e8]).limit < 100)
  t.ok(learned('upper', [...stream, 1e9, 1e9, 1e9]).limit >= 1e9)
  t.ok(learned('upper', [...stream.slice(0, 100), 1e9, 1e8]).limit > 1e7, 'of a hundred values, one')
})

test('an outlier among few values moves their bound, and is told from it all the same', async (t) => {
  const stream = Array.from({ length: 30 }, (_, i) => 1 + i % 4)
  const bound = learned('upper', [...stream, 300])
  t.notOk(bound.isBeyond(200))
  t.ok(bound.isBeyondOthers(200))
  t.notOk(bound.isBeyondOthers(5))
  t.notOk(learned('upper', stream).isBeyondOthers(200), 'without one, the bound itself says so')
  t.notOk(learned('upper', [...stream, 300, 280]).isBeyondOthers(290), 'two are none')
  const few = [1, 2, 3, 1, 2, 3, 1, 2, 3, 300]
  t.notOk(learned('upper', few).isBeyondOthers(200), 'too few to tell')
  t.ok(learned('upper', few).isBeyondOthers(200, 8), 'unless it is asked for')
  t.notOk(learned('upper', few.slice(3)).isBeyondOthers(200, 7), 'seven never are enough')
  const values = Array.from({ length: 30 }, (_, i) => 2 ** (i % 8))
  t.notOk(learned('upper', [...values, 300]).isBeyondOthers(290), 'values of many magnitudes')
})

test('the values of one group are one draw', async (t) => {
  const bound = new TailBound('upper', 0.0001)
  for (let group = 0; group < 100; group++) for (let i = 0; i < 50; i++) bound.learn(group % 10 + i / 50, group)
  t.equal(bound.n, 100)
  t.ok(bound.extreme > 9.9)
})

test('what was seen two half-lives ago is forgotten', async (t) => {
  const bound = learned('upper', [1, 2, 3, 4, 900, 901, 902, 903, 904])
  bound.halve()
  t.equal(bound.extreme, 904)
  for (let i = 0; i < 20; i++) bound.learn(i % 5, i)
  bound.halve()
  t.equal(bound.extreme, 4)
})

test('a share that is none is refused', async (t) => {
  for (const error of [0, 1, -1, NaN]) t.throws(() => new TailBound('upper', error), RangeError)
})
