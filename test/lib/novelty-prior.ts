import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'tap'
import { isMilestone, NoveltyPrior } from '../../lib/stats/novelty-prior'

/** Places that keep to their form for so many things, each in turn, with something new after `broken` of them. */
function learned (places: number, things: number, broken: readonly number[] = [], prior = new NoveltyPrior()): NoveltyPrior {
  for (let place = 0; place < places; place++) for (let n = 1; n <= things; n++) if (isMilestone(n)) prior.pass(n)
  for (const n of broken) prior.meet(n)
  return prior
}

test('without experience the chance of something new is that of the rule of succession', async (t) => {
  for (const n of [0, 1, 5, 20, 100, 5000]) t.ok(Math.abs(new NoveltyPrior().chance(n) - 1 / (n + 2)) < 1e-12)
  t.equal(new NoveltyPrior().chance(8, 4), 0.5)
})

test('where many places kept to their form, few things are as telling as many', async (t) => {
  const prior = learned(50, 30)
  t.ok(prior.chance(6) < 0.002, String(prior.chance(6)))
  t.ok(prior.chance(25) < 0.001)
  t.ok(prior.chance(25) < prior.chance(6))
})

test('where places break with their form as the rule expects, the chance is what it says', async (t) => {
  // 200 places of 63 things: the rule expects 200 times the sum of 1/(n + 2) from 16 to 63.
  const expected = Math.round(200 * Math.log(65.5 / 17.5))
  const prior = learned(200, 64, Array.from({ length: expected }, (_, i) => 16 + i % 48))
  t.ok(Math.abs(prior.chance(30) * 32 - 1) < 0.05, String(prior.chance(30) * 32))
})

test('what is expected is counted at milestones and adds up to the sum of the rule', async () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5000 }), (most) => {
    let last = 0
    for (let n = 1; n <= most; n++) if (isMilestone(n)) last = n
    const sum = learned(1, most).toJSON().expected.reduce((all, each) => all + each, 0)
    let rule = 0
    for (let n = 0; n < last; n++) rule += 1 / (n + 2)
    assert.ok(Math.abs(sum - rule) < 0.02, `${sum} ${rule}`)
    assert.ok(last > most * 0.79 - 1)
  }))
})

test('merged, restored and halved, it answers as the law says', async () => {
  const breaks = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 20 })
  fc.assert(fc.property(breaks, breaks, fc.integer({ min: 0, max: 3000 }), (ours, theirs, n) => {
    const merged = learned(3, 100, ours)
    merged.merge(JSON.parse(JSON.stringify(learned(4, 100, theirs))))
    const whole = learned(7, 100, [...ours, ...theirs])
    assert.ok(Math.abs(merged.chance(n) - whole.chance(n)) < 1e-9)
    const before = merged.toJSON().seen.reduce((all, each) => all + each, 0)
    merged.halve()
    assert.ok(Math.abs(merged.toJSON().seen.reduce((all, each) => all + each, 0) - before / 2) < 1e-9)
    merged.reset()
    assert.ok(Math.abs(merged.chance(n) - 1 / (n + 2)) < 1e-12)
  }))
})
