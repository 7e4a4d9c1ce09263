import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { Sprt, wilsonLower, wilsonUpper } from '../../lib/stats/proportion'

const options = { p0: 0.05, p1: 0.2, alpha: 0.05, beta: 0.1 }
const trials = fc.tuple(fc.nat(1000), fc.nat(1000)).map(([a, b]) => ({ successes: Math.min(a, b), n: Math.max(a, b) }))

test('the interval holds the share and lies within 0 to 1', async () => {
  fc.assert(fc.property(trials, ({ successes, n }) => {
    const lower = wilsonLower(successes, n)
    const upper = wilsonUpper(successes, n)
    return lower >= 0 && upper <= 1 && (n === 0 || (lower <= successes / n + 1e-12 && upper >= successes / n - 1e-12))
  }))
})

test('the upper end for successes is the lower end for failures', async () => {
  fc.assert(fc.property(trials, ({ successes, n }) => Math.abs(wilsonUpper(successes, n) - (1 - wilsonLower(n - successes, n))) < 1e-9))
})

test('the interval holds the true rate about 95 times in 100', async (t) => {
  for (const p of [0.05, 0.2, 0.5, 0.9]) {
    const n = 50
    let covered = 0
    let probability = (1 - p) ** n
    for (let k = 0; k <= n; k++) {
      if (wilsonLower(k, n) <= p && p <= wilsonUpper(k, n)) covered += probability
      probability *= (n - k) / (k + 1) * p / (1 - p)
    }
    t.ok(covered > 0.92 && covered < 0.985, `${p}: ${covered}`)
  }
})

test('8 of 10 is a rate of 0.49 to 0.94; no trials say nothing', async (t) => {
  t.equal(wilsonLower(8, 10).toFixed(4), '0.4902')
  t.equal(wilsonUpper(8, 10).toFixed(4), '0.9433')
  t.ok(wilsonLower(8, 10, 1) > wilsonLower(8, 10))
  t.equal(wilsonLower(0, 0), 0)
  t.equal(wilsonUpper(0, 0), 1)
  t.equal(wilsonLower(0, 1000), 0)
  t.equal(wilsonUpper(1000, 1000), 1)
})

/** The share of 2,000 runs at this true rate that ended in 'reject', and how long they took. */
function simulate (rate: number): { rejected: number, length: number } {
  let state = 12345
  let rejected = 0
  let observations = 0
  for (let run = 0; run < 2000; run++) {
    const test = new Sprt(options)
    let decision: ReturnType<Sprt['add']> = null
    while (decision === null) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      decision = test.add(state / 2 ** 32 < rate)
      observations++
    }
    rejected += decision === 'reject' ? 1 : 0
  }
  return { rejected: rejected / 2000, length: observations / 2000 }
}

test('the sequential test keeps both its error rates and is short', async (t) => {
  const ordinary = simulate(options.p0)
  const raised = simulate(options.p1)
  t.ok(ordinary.rejected <= options.alpha * 1.2, `${ordinary.rejected} false alarms`)
  t.ok(1 - raised.rejected <= options.beta * 1.2, `${1 - raised.rejected} missed`)
  t.ok(raised.length < 40)
})

test('a decision stands until the test is reset', async (t) => {
  const test = new Sprt(options)
  const first = [true, true, true].map((success) => test.add(success))
  t.same(first, [null, null, 'reject'])
  for (let i = 0; i < 1000; i++) t.equal(test.add(false), 'reject')
  test.reset()
  t.equal(test.add(true), null)
})

test('a sequential test read back from JSON goes on like the first', async () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 30 }), fc.array(fc.boolean(), { maxLength: 30 }), (before, after) => {
    const test = new Sprt(options)
    for (const success of before) test.add(success)
    const copy = Sprt.from(JSON.parse(JSON.stringify(test)))
    assert.deepEqual(after.map((success) => copy.add(success)), after.map((success) => test.add(success)))
  }))
})

test('hypotheses and error rates that make no test are errors', async (t) => {
  const wrong = [{ p0: 0 }, { p0: 0.2 }, { p0: NaN }, { p1: 1 }, { alpha: 0 }, { alpha: 0.5 }, { beta: 0 }, { beta: NaN }]
  for (const part of wrong) t.throws(() => new Sprt({ ...options, ...part }), RangeError)
})
