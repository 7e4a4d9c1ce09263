import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { InjectionFields } from '../../lib/detectors/injection-fields'

interface Value { field: string, isText: boolean, isMild: boolean, name: string | null, principal: number }

const VALUES: fc.Arbitrary<Value[]> = fc.array(fc.record({
  field: fc.constantFrom('body.a', 'body.b', '__proto__', 'constructor'),
  isText: fc.boolean(),
  isMild: fc.boolean(),
  name: fc.option(fc.constantFrom('sql', 'markup'), { nil: null, freq: 2 }),
  principal: fc.integer({ min: 1, max: 12 })
}), { maxLength: 300 })

function taught (values: readonly Value[], fields = new InjectionFields(3)): InjectionFields {
  for (const { field, isText, isMild, name, principal } of values) fields.learn(field, isText, isMild, name, principal, principal, 1)
  return fields
}

function verdicts (fields: InjectionFields): unknown {
  return ['body.a', 'body.b', '__proto__', 'constructor'].map((field) => [fields.samples(field), fields.neverLike(field), fields.isTame(field, 'sql'), fields.isTame(field, 'markup')])
}

test('what was learned survives as JSON', async () => {
  fc.assert(fc.property(VALUES, (values) => {
    const fields = taught(values)
    const again = new InjectionFields(3)
    again.restore(JSON.parse(JSON.stringify(fields)))
    assert.deepEqual(verdicts(again), verdicts(fields))
    assert.deepEqual(again.describe(true), fields.describe(true))
  }))
})

test('merged, two histories judge as one of both', async () => {
  fc.assert(fc.property(VALUES, VALUES, (one, other) => {
    const merged = taught(one)
    merged.mergeJson(JSON.parse(JSON.stringify(taught(other))))
    assert.deepEqual(verdicts(merged), verdicts(taught([...one, ...other])))
  }))
})

test('a field is tame for a class from as many principals as were asked for, and never for fewer', async () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 12 }), (tameAfter, principals) => {
    const fields = new InjectionFields(tameAfter)
    for (let i = 0; i < 96; i++) fields.learn('body.a', true, true, 'sql', 1 + i % principals, 1 + i % principals, 1)
    assert.equal(fields.isTame('body.a', 'sql'), principals >= tameAfter)
    assert.equal(fields.isTame('body.a', 'markup'), false)
  }))
})

test('a field that held one such text in a hundred is not tame, nor is it one that never does', async (t) => {
  const fields = new InjectionFields(3)
  for (let i = 0; i < 2000; i++) fields.learn('body.a', true, i % 100 === 0, i % 100 === 0 ? 'sql' : null, i, i, 1)
  t.notOk(fields.isTame('body.a', 'sql'))
  t.equal(fields.neverLike('body.a'), null)
})

test('a field of ids and one of other texts that never hold the like are told apart, from a hundred values on', async (t) => {
  const fields = new InjectionFields(3)
  for (let i = 0; i < 99; i++) fields.learn('query.id', false, false, null, i, i, 1)
  t.equal(fields.neverLike('query.id'), null)
  fields.learn('query.id', false, false, null, 1, 1, 1)
  t.equal(fields.neverLike('query.id'), 'id')
  for (let i = 0; i < 100; i++) fields.learn('header.x', true, false, null, i, i, 1)
  t.equal(fields.neverLike('header.x'), 'text')
})

test('what is no longer sent is forgotten, and no more fields are kept than the bound', async (t) => {
  const fields = taught([{ field: 'body.a', isText: true, isMild: true, name: 'sql', principal: 1 }])
  for (let i = 0; i < 4; i++) fields.halve()
  t.equal(fields.samples('body.a'), 0)
  for (let i = 0; i < 1000; i++) fields.learn(`body.${i}`, true, false, null, 1, 1, 1)
  t.equal(Object.keys(fields.toJSON()).length, 128)
})
