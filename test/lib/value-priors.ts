import assert from 'node:assert/strict'
import { test } from 'tap'
import { FieldProfile } from '../../lib/detectors/field-profile'
import { FieldVerdict } from '../../lib/detectors/field-verdict'
import { ParameterPriors } from '../../lib/detectors/parameter-priors'
import { ValuePriors } from '../../lib/detectors/value-priors'
import { ValueScan } from '../../lib/text/value-shape'

const SEED = 4711
const scan = new ValueScan(SEED)

/** A field that has learned so many values, of these in turn; the priors learn from it, where there are any. */
function learned (values: readonly string[], count: number, priors: ValuePriors | null = null): FieldProfile {
  const profile = new FieldProfile()
  for (let i = 0; i < count; i++) {
    const { value } = scan.scan(values[i % values.length] as string)
    priors?.meet(priors.sortOf(profile, value), profile.n)
    profile.learn(scan, i, false)
    priors?.pass(profile)
  }
  return profile
}

function chance (priors: ValuePriors, field: FieldProfile, value: string): number { return priors.chance(field, scan.scan(value).value) }

test('a field of one value or a few is told to keep to them where such fields do, one of many knows itself', async (t) => {
  const still = new ValuePriors(SEED)
  for (let n = 0; n < 8; n++) {
    learned(['save'], 40, still)
    learned(['asc', 'desc', 'top'], 40, still)
  }
  const moving = new ValuePriors(SEED)
  for (let n = 0; n < 8; n++) learned([...Array.from({ length: 10 }, () => 'save'), ...Array.from({ length: 10 }, () => 'send'), ...Array.from({ length: 10 }, () => 'drop')], 30, moving)
  const constant = learned(['save'], 12)
  t.ok(chance(still, constant, 'hidden') < 0.02)
  const few = learned(['asc', 'desc', 'top'], 21)
  t.ok(chance(still, few, 'hidden') < 0.02)
  t.ok(chance(new ValuePriors(SEED), few, 'hidden') > 0.04, 'without experience, the rule of succession')
  t.ok(chance(still, learned(['asc', 'desc', 'top', ...Array.from({ length: 7 }, () => 'asc'), 'once'], 11), 'hidden') === 1, 'before a dozen, nothing')
  t.equal(chance(still, learned(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'], 45), 'hidden'), 1, 'of many the tail is their own')
  t.ok(chance(moving, constant, 'hidden') > 2 * chance(still, constant, 'hidden'))
  t.ok(chance(new ValuePriors(SEED), constant, 'hidden') > 0.05, 'without experience, the rule of succession')
})

test('too few values, one seen once, numbers, and no for a field that said yes, are left to the field itself', async (t) => {
  const priors = new ValuePriors(SEED)
  for (let n = 0; n < 8; n++) learned(['save'], 40, priors)
  t.equal(chance(priors, learned(['save'], 5), 'hidden'), 1)
  t.equal(chance(priors, learned(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'], 20), 'hidden'), 1)
  t.equal(chance(priors, learned(['7'], 40), '8'), 1)
  t.equal(chance(priors, learned(['true'], 40), 'false'), 1)
  t.equal(chance(priors, learned(['true', 'false', 'true'], 40), 'no'), 1)
  for (let n = 0; n < 4; n++) learned(['on'], 20, priors)
  t.ok(chance(priors, learned(['on'], 5), 'hidden') < 0.02, 'a box that is ticked has hardly another value')
})

test('an unlisted value flags by what fields of few values do, where that is known', async (t) => {
  const priors = new ParameterPriors(SEED)
  for (let n = 0; n < 8; n++) learned(['save'], 40, priors.values)
  const risk = (verdict: FieldVerdict, value: string): number => {
    verdict.reset()
    learned(['save'], 16).judge(scan.scan(value), null, 1, verdict)
    return verdict.risk
  }
  t.ok(risk(new FieldVerdict(), 'hide') < 50)
  t.ok(risk(new FieldVerdict(priors), 'hide') >= 50)
  t.ok(risk(new FieldVerdict(priors), 'save') < 1)
})

test('of a set whose values have all come but one is the last, experience speaks; two that came once say that there are more', async (t) => {
  const priors = new ValuePriors(SEED)
  for (let n = 0; n < 8; n++) learned(['asc', 'desc', 'top'], 40, priors)
  const often = Array.from({ length: 15 }, (_, i) => ['asc', 'desc', 'top'][i % 3] as string)
  t.ok(chance(priors, learned([...often, 'rare'], 16), 'hidden') < 0.03)
  t.equal(chance(priors, learned([...often, 'rare', 'other'], 17), 'hidden'), 1)
})

test('a value that one client has sent again and again has come once', async (t) => {
  const priors = new ValuePriors(SEED)
  for (let n = 0; n < 8; n++) learned(['asc', 'desc', 'top'], 40, priors)
  const field = learned(['asc', 'desc', 'top'], 18)
  for (const value of ['mine', 'yours']) for (let i = 0; i < 4; i++) field.learn(scan.scan(value), value.length, false)
  t.equal(field.items.once(4), 0)
  t.equal(chance(priors, field, 'hidden'), 1)
  const verdict = new FieldVerdict().reset()
  field.judge(scan.scan('hidden'), null, 1, verdict)
  t.notOk(verdict.names().includes('enum'))
})

test('what fields of few values do counts also where the field says a little by itself', async (t) => {
  const priors = new ParameterPriors(SEED)
  for (let n = 0; n < 8; n++) learned(['asc', 'desc', 'top'], 80, priors.values)
  const risk = (verdict: FieldVerdict): number => {
    learned(['csv', 'json'], 26).judge(scan.scan('xml'), null, 1, verdict.reset())
    return verdict.risk
  }
  t.ok(risk(new FieldVerdict()) < 50)
  t.ok(risk(new FieldVerdict(priors)) > 60)
})

test('merged, halved and restored, priors say what one that saw all would; reset, they say nothing', async () => {
  const [ours, theirs, both] = [new ValuePriors(SEED), new ValuePriors(SEED), new ValuePriors(SEED)]
  for (const priors of [ours, both]) learned(['save'], 40, priors)
  for (const priors of [theirs, both]) learned(['asc', 'desc'], 40, priors)
  ours.merge(JSON.parse(JSON.stringify(theirs)))
  assert.deepEqual(ours.toJSON(), both.toJSON())
  both.halve()
  assert.notDeepEqual(ours.toJSON(), both.toJSON())
  both.reset()
  assert.deepEqual(both.toJSON(), new ValuePriors(SEED).toJSON())
})
