import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { NameBacking } from '../../lib/detectors/name-backing'
import { ParameterPriors } from '../../lib/detectors/parameter-priors'
import { ParameterProfile } from '../../lib/detectors/parameter-profile'
import { ValueJudge } from '../../lib/detectors/value-judge'
import { Observation } from '../../lib/observation'
import { RouteState } from '../../lib/route-state'
import { Redactor } from '../../lib/text/redact'

/** What all profiles here learn from one another. */
const priors = new ParameterPriors()
type Values = Record<string, string | string[]>
const route = new RouteState('GET /a', 'GET', '/a', true, 'observe', 50)
const requests = fc.array(fc.dictionary(fc.constantFrom('page', 'sort', '__proto__', 'constructor', 'q'), fc.constantFrom('1', '2', 'asc'), { noNullPrototype: false }), { maxLength: 25 })

/** Each request is another client's, from the given one on. */
function profileOf (stream: readonly Values[] = [], from = 0): ParameterProfile {
  const profile = new ParameterProfile('query.', { judge: new ValueJudge(11, new Redactor()), backing: new NameBacking(), priors, promoteAfter: 3 })
  stream.forEach((values, i) => profile.learn(values, (from + i) % 40, false))
  return profile
}

function found (profile: ParameterProfile, values: Values): string[] {
  const observation = new Observation(0, 0, route, 'GET', '/a', [], null, 0, '', 0, null, 0, '')
  profile.judge(values, 1, observation)
  return (observation.signals ?? []).map((signal) => `${signal.type} ${signal.field}`)
}

const ordinary = Array.from({ length: 200 }, (_, i): Values => ({ page: String(i % 9), sort: i % 2 === 0 ? 'asc' : 'desc' }))

test('names, sets, counts and values are judged against what was learned', async (t) => {
  const profile = profileOf(ordinary)
  t.same(found(profile, { page: '3', sort: 'asc' }), [])
  t.same(found(profile, { sort: 'asc', page: '3' }), [], 'the order does not count')
  t.same(found(profile, { page: '3', sort: 'asc', debug: '1' }), ['unexpected_param query.debug'])
  t.same(found(profile, { page: '3' }), ['missing_expected_param query.sort'])
  t.same(found(profile, { page: ['3', '4'], sort: 'asc' }), ['param_count_anomaly query.page'])
  t.same(found(profile, { page: "3'", sort: 'asc' }), ['param_value_anomaly query.page'])
})

test('a name, or a name sent twice, that one request of many had is reported when it comes again, until three principals have sent it', async (t) => {
  const odd: Values[] = [{ page: '3', sort: 'asc', debug: '1' }, { page: ['3', '3'], sort: 'asc' }]
  const profile = profileOf([...ordinary.slice(0, 100), ...odd, ...ordinary.slice(100)])
  t.same(odd.map((values) => found(profile, values)), [['unexpected_param query.debug'], ['param_count_anomaly query.page']])
  const promoted: string[] = []
  for (const principal of [1001, 1002]) for (const values of odd) profile.quarantine(values, principal, (field) => promoted.push(field))
  t.ok(promoted.includes('query.debug') && promoted.includes('query.page'))
  t.same(odd.map((values) => found(profile, values)), [[], []])
  t.same(found(profileOf([...ordinary.slice(0, 20), odd[0] as Values]), odd[0] as Values), [], 'of few requests one makes it known')
})

test('two profiles merged answer as one that saw both streams', async () => {
  fc.assert(fc.property(requests, requests, fc.dictionary(fc.constantFrom('page', 'sort', 'x'), fc.constantFrom('1', "'")), (ours, theirs, asked) => {
    const merged = profileOf(ours)
    merged.merge(profileOf(theirs, ours.length))
    const whole = profileOf([...ours, ...theirs])
    const known = (profile: ParameterProfile): unknown[] => [...profile.entries()].map(([name, parameter]) => [name, parameter.requests, parameter.profile.n]).sort()
    assert.equal(merged.n, whole.n)
    assert.deepEqual(known(merged), known(whole))
    priors.reset()
    if (whole.n <= 20) assert.deepEqual(found(merged, asked), found(whole, asked))
  }))
})

test('a profile read back from JSON answers like the first', async () => {
  fc.assert(fc.property(requests, fc.dictionary(fc.constantFrom('page', 'sort', 'x'), fc.constantFrom('1', "'")), (stream, asked) => {
    const profile = profileOf(stream)
    const copy = profileOf()
    copy.restore(JSON.parse(JSON.stringify(profile)))
    assert.equal(copy.n, profile.n)
    priors.reset()
    assert.deepEqual(found(copy, asked), found(profile, asked))
  }))
})

test('anything that a parser may give is judged and learned without an error', async () => {
  const profile = profileOf(ordinary)
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.anything()), (values) => {
    found(profile, values as Values)
    profile.learn(values, 1, true)
    profile.quarantine(values, 1, () => {})
  }))
})

test('where names are free, a new one is ordinary', async (t) => {
  const profile = profileOf(Array.from({ length: 300 }, (_, i): Values => ({ [`item${i}`]: '1' })))
  t.same(found(profile, { item999: '1' }), [])
  t.ok([...profile.entries()].length <= 64)
})

test('a parameter not seen for several half-lives is forgotten, and its name with it', async (t) => {
  const profile = profileOf(ordinary.slice(0, 20))
  for (let i = 0; i < 6; i++) profile.halve()
  t.same([...profile.entries()], [])
  t.same(found(profile, { page: "3'" }), [])
})

test('a parameter always there is missed sooner where such parameters stay in this application', async (t) => {
  const form = (length: number): Values[] => Array.from({ length }, (_, i) => ({ name: 'n', mail: 'm', text: 't' }))
  const context = { judge: new ValueJudge(11, new Redactor()), backing: new NameBacking(), priors: new ParameterPriors(), promoteAfter: 3 }
  const missing = (): string[] => {
    const profile = new ParameterProfile('form.', context)
    form(3).forEach((values, i) => profile.learn(values, i, false))
    return found(profile, { mail: 'm', text: 't' })
  }
  t.same(missing(), [])
  for (let route = 0; route < 4; route++) {
    const elsewhere = new ParameterProfile('form.', context)
    form(60).forEach((values, i) => elsewhere.learn(values, i, false))
  }
  t.same(missing(), ['missing_expected_param form.name'])
})

test('where routes soon lack a parameter that was always there, a few requests of another route say little', async (t) => {
  const context = { judge: new ValueJudge(11, new Redactor()), backing: new NameBacking(), priors: new ParameterPriors(), promoteAfter: 3 }
  for (let route = 0; route < 12; route++) {
    const elsewhere = new ParameterProfile('query.', context)
    for (let i = 0; i < 60; i++) elsewhere.learn(i % 8 === 5 ? { room: 'r' } : { room: 'r', from: 'f', to: 't' }, i, false)
  }
  const profile = new ParameterProfile('query.', context)
  for (let i = 0; i < 5; i++) profile.learn({ room: 'r', from: 'f', to: 't' }, i, false)
  t.same(found(profile, { room: 'r' }), [])
})

test('what advertisers add to a link makes no other list of names', async (t) => {
  const profile = profileOf(Array.from({ length: 300 }, (_, i): Values => i % 20 === 0 ? { page: '1', utm_source: 'mail' } : { page: String(i % 9) }))
  t.same(found(profile, { page: '1', gclid: 'Cj0KCQjw-9_4' }), [])
  t.same(found(profile, { utm_source: 'mail', utm_medium: 'cpc', page: '2' }), [])
  t.same(found(profile, { page: '1', utm_source: "mail'--" }).map((text) => text.split(' ')[1]), ['query.utm_source'])
})
