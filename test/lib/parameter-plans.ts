import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { EndpointBaseline } from '../../lib/detectors/endpoint-baseline'
import type { EndpointContext } from '../../lib/detectors/endpoint-baseline'
import { NameBacking } from '../../lib/detectors/name-backing'
import { ALL, ParameterPlans } from '../../lib/detectors/parameter-plans'
import { ParameterPriors } from '../../lib/detectors/parameter-priors'
import { SizeFence } from '../../lib/detectors/size-fence'
import { ValueJudge } from '../../lib/detectors/value-judge'
import { Observation } from '../../lib/observation'
import { RouteState } from '../../lib/route-state'
import { RegularityPrior } from '../../lib/stats/regularity-prior'
import { WindowCounter } from '../../lib/stats/window-counter'
import { Redactor } from '../../lib/text/redact'

const SEED = 11

/** Plans that never know anything. */
class NoPlans extends ParameterPlans {
  override settled (): number { return 0 }
}

/** Plans that count what they settled. */
class CountedPlans extends ParameterPlans {
  requests = 0
  override settled (row: number, source: number, values: Record<string, unknown>): number {
    const settled = super.settled(row, source, values)
    if (settled === ALL) this.requests++
    return settled
  }
}

/** Two routes of one application. */
class Application {
  readonly plans: ParameterPlans
  readonly baselines: EndpointBaseline[] = []
  readonly #context: EndpointContext

  constructor (makePlans: (judge: ValueJudge) => ParameterPlans) {
    const priors = new ParameterPriors(SEED)
    const judge = new ValueJudge(SEED, new Redactor(), priors)
    this.plans = makePlans(judge)
    this.#context = {
      judge,
      priors,
      plans: this.plans,
      backing: new NameBacking(),
      always: new RegularityPrior(),
      types: new RegularityPrior(),
      promoteAfter: 2,
      rates: new WindowCounter(64, 60_000),
      sizes: new SizeFence(2, 4096),
      report: { note () {}, promoted () {} }
    }
    this.baselines = routes.map((_, i) => this.make(i))
  }

  make (i: number): EndpointBaseline { return new EndpointBaseline(this.#context, { minSamples: 20, burstFloor: 1000 }, i) }

  found (i: number, request: Request): string[] {
    const observation = observationOf(i, request)
    this.baselines[i]?.judgeParameters(observation)
    return (observation.signals ?? []).map(({ type, field, risk, severity }) => `${type} ${field} ${risk} ${severity}`)
  }

  learn (i: number, request: Request, several: boolean): void { this.baselines[i]?.learn(observationOf(i, request), several) }

  quarantine (i: number, request: Request): void { this.baselines[i]?.quarantine(observationOf(i, request), () => {}) }
}

interface Request { query: Record<string, unknown>, params: Record<string, unknown>, body: Record<string, unknown>, principal: number }
const routes = [0, 1].map((i) => new RouteState(`POST /${i}`, 'POST', `/${i}/:id`, true, 'observe', 50))

function observationOf (i: number, { query, params, body, principal }: Request): Observation {
  const observation = new Observation(0, 0, routes[i] as RouteState, 'POST', '/', [], 'application/x-www-form-urlencoded', 0, '', principal, null, principal, '')
  observation.query = query
  observation.params = params
  observation.body = body
  observation.supporter = principal
  return observation
}

/** Values of an ordinary field, of one that changes what it is, and those of nobody. */
const ordinary = {
  page: fc.integer({ min: 1, max: 12 }).map(String),
  sort: fc.constantFrom('name', 'price', 'rating'),
  id: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1000, max: 9999 }).map(String) }, { weight: 1, arbitrary: fc.constantFrom('me', '12', '7000000') }),
  q: fc.oneof(fc.constantFrom('lamp', 'oak table', ''), fc.stringMatching(/^[a-z ]{1,12}$/), fc.integer({ max: 0 }).map(String)),
  token: fc.stringMatching(/^[a-f0-9]{8,60}$/)
}
const odd = fc.oneof(fc.constantFrom("1' or 1=1", '99999', '-1', '1.5', 'x'.repeat(60), '<a>', 'utm', '', ['1', '2'], 7, null), fc.string())
const names = ['page', 'sort', 'q', 'id', 'token', 'utm_source', '__proto__'] as const
const oddValues = fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 4, noNullPrototype: false })
const usual: fc.Arbitrary<Request> = fc.record({
  query: fc.record({ page: ordinary.page, sort: ordinary.sort, q: ordinary.q, token: ordinary.token }, { requiredKeys: ['page', 'sort'] }),
  params: fc.record({ id: ordinary.id }),
  body: fc.record({ id: ordinary.page, q: ordinary.q }, { requiredKeys: ['id'] }),
  principal: fc.integer({ min: 1, max: 6 })
})
const unusual: fc.Arbitrary<Request> = fc.oneof(
  fc.record({ query: oddValues, params: fc.record({ id: ordinary.id }), body: fc.constant({}), principal: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ query: fc.record({ page: ordinary.page, sort: odd }), params: fc.record({ id: odd }), body: oddValues, principal: fc.integer({ min: 1, max: 6 }) })
)
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ act: fc.constant('learn' as const), route: fc.nat(1), requests: fc.array(usual, { minLength: 10, maxLength: 90 }), several: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('learn' as const), route: fc.nat(1), requests: fc.array(unusual, { maxLength: 3 }), several: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('quarantine' as const), route: fc.nat(1), requests: fc.array(unusual, { maxLength: 9 }), several: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('halve' as const, 'merge' as const, 'restore' as const, 'renew' as const), route: fc.nat(1), requests: fc.constant([]), several: fc.boolean() }) }
)

/** The same to each application. */
function take (application: Application, { act, route, requests, several }: { act: 'learn' | 'quarantine' | 'halve' | 'merge' | 'restore' | 'renew', route: number, requests: readonly Request[], several: boolean }): void {
  const baseline = application.baselines[route] as EndpointBaseline
  const other = application.baselines[1 - route] as EndpointBaseline
  if (act === 'learn') for (const request of requests) application.learn(route, request, several)
  else if (act === 'quarantine') for (const request of requests) application.quarantine(route, request)
  else if (act === 'halve') baseline.halve()
  else if (act === 'merge') baseline.merge(JSON.parse(JSON.stringify(other)))
  else if (act === 'restore') baseline.restore(JSON.parse(JSON.stringify(other)))
  else {
    baseline.leave()
    application.baselines[route] = application.make(route)
  }
}

test('with a plan and without, the same is found, whatever came before', async (t) => {
  let plans: CountedPlans | null = null
  let settled = 0
  fc.assert(fc.property(fc.array(step, { minLength: 2, maxLength: 8 }), fc.array(fc.oneof({ weight: 3, arbitrary: usual }, unusual), { minLength: 5, maxLength: 30 }), (steps, asked) => {
    const planned = new Application((judge) => (plans = new CountedPlans(judge.scan)))
    const full = new Application((judge) => new NoPlans(judge.scan))
    for (const each of steps) {
      take(planned, each)
      take(full, each)
      for (const request of [...asked, ...each.requests.slice(0, 10)]) {
        for (const route of [0, 1]) assert.deepEqual(planned.found(route, request), full.found(route, request))
      }
    }
    settled += plans?.requests ?? 0
  }), { numRuns: 60 })
  t.ok(settled > 50, `${settled} sources were settled by their plans`)
})

test('ordinary requests are settled by the plan alone, odd ones never', async (t) => {
  const plans = (judge: ValueJudge): CountedPlans => new CountedPlans(judge.scan)
  const application = new Application(plans)
  const ask = (request: Partial<Request>): number => {
    const before = (application.plans as CountedPlans).requests
    application.found(0, { query: {}, params: {}, body: {}, principal: 1, ...request })
    return (application.plans as CountedPlans).requests - before
  }
  for (let i = 0; i < 100; i++) application.learn(0, { query: { page: String(i % 9), sort: i % 2 === 0 ? 'up' : 'down' }, params: { id: String(1000 + 71 * i) }, body: {}, principal: i }, false)
  t.equal(ask({ query: { sort: 'up', page: '3' }, params: { id: '7777' } }), 3, 'query, path and the empty form')
  t.equal(ask({ query: { page: '3', sort: 'up' }, params: { id: '77777' } }), 2, 'an id of another length')
  t.equal(ask({ query: { page: '3' }, params: { id: '7777' } }), 2, 'a list of names that never was')
  t.equal(ask({ query: { page: '3', sort: ['up', 'down'] }, params: { id: '7777' } }), 2, 'a name twice')
  t.equal(ask({ query: { page: '3', sort: 'sideways' }, params: { id: '7777' } }), 2, 'another value')
  t.equal(ask({ query: { page: '3', sort: 'up', debug: '1' }, params: { id: '7777' } }), 2, 'another name')
  application.baselines[0]?.halve()
  t.equal(ask({ query: { sort: 'up', page: '3' }, params: { id: '7777' } }), 0, 'too little is left to be sure')
})

test('a number that is too large, and a text where texts have become rare, are found although their form is known', async (t) => {
  const both = [new Application((judge) => new ParameterPlans(judge.scan)), new Application((judge) => new NoPlans(judge.scan))] as const
  const request = (id: string): Request => ({ query: {}, params: { id }, body: {}, principal: 1 })
  const found = (id: string): string[][] => both.map((application) => application.found(0, request(id)).map((signal) => signal.split(' ')[1] as string))
  const learn = (count: number, idOf: (i: number) => string): void => { for (let i = 0; i < count; i++) for (const application of both) application.learn(0, request(idOf(i)), false) }
  learn(100, (i) => i % 5 === 0 ? 'me' : String(1000 + i))
  t.same(found('me'), [[], []])
  learn(600, (i) => String(1000 + i))
  t.same(found('me'), [['path.id'], ['path.id']], 'three in a hundred are texts')
  learn(2, (i) => `9000000000${i}`)
  t.same(found('99999999999'), [['path.id'], ['path.id']], 'eleven digits are known, but not so large')
  t.same(found('1234'), [[], []])
})
