import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import type { AnomaliesOptions } from '../../plugins'
import { METRICS } from '../../plugins/metrics'
import { addressOf, buildApp } from '../fixtures/app'
import type { TestApp } from '../fixtures/app'
import { readMetrics, valuesOf } from '../fixtures/metrics'

const TOKEN = 'a token that only the tests know'
const BEARER = { authorization: `Bearer ${TOKEN}` }
const ALONE: AnomaliesOptions = { headerProfiler: false, jsonSchemaLearner: false, authBurst: false, rateSpike: false, trends: false }

function shop (app: FastifyInstance): void {
  app.get('/search', async () => ({ found: [] }))
  app.get('/orders/:id', async () => ({ state: 'sent' }))
  app.get('/odd', async (request) => {
    request.server.anomalies.report(request, { type: (request.query as { type: string }).type, severity: 5, risk: 60, detail: 'odd' })
    return {}
  })
}

/** A shop that has learned its searches and was asked some that no ordinary client asks. */
async function attacked (options: AnomaliesOptions = {}): Promise<TestApp> {
  const built = await buildApp({ ...ALONE, admin: { token: TOKEN }, ...options }, shop)
  await built.teach(60, (i) => `/search?page=${i % 9}`)
  await built.teach(5, (i) => `/orders/${i + 100}`)
  await built.ask({ url: "/search?page=1'%20or%201=1--&debug=1", client: 7 })
  await built.ask({ url: '/search?page=<script>&admin=1', client: 8 })
  return built
}

test('each metric is there from the start, with a type and a help, and those of closed lists begin at 0', async (t) => {
  const { app } = await buildApp(ALONE)
  const { types, helps, samples } = readMetrics(app.anomalies.metrics())
  t.same([...types.keys()], METRICS.map(({ name }) => name))
  t.ok([...helps.values()].every((help) => help.length > 5))
  t.ok(samples.every(({ value }) => value === 0))
  t.same(Object.keys(valuesOf(app.anomalies.metrics(), 'events_total')), ['info', 'low', 'medium', 'high', 'critical'])
  t.same(valuesOf(app.anomalies.metrics(), 'detector_faults_total'), { 'endpoint-profiler': 0 })
})

test('metrics count what the summary and query count', async (t) => {
  const { app, ask } = await attacked({ events: 3 })
  for (let i = 0; i < 3; i++) await ask({ url: '/odd?type=own', client: 7 + i })
  app.anomalies.freeze('GET /orders/:id')
  const text = app.anomalies.metrics()
  const summary = (await app.inject({ url: '/__anomalies', headers: BEARER })).json()
  const one = (name: string): number | undefined => valuesOf(text, name)['']
  t.same([one('requests_total'), one('requests_flagged_total')], [summary.requests.observed, summary.requests.flagged])
  t.equal(one('requests_flagged_total'), 5)
  t.same([one('events_held'), one('events_dropped_total')], [summary.events.capacity, summary.events.dropped])
  t.ok(summary.events.dropped > 0)
  t.same(valuesOf(text, 'events_total'), { info: 0, low: 0, medium: 0, high: 0, critical: 0, ...summary.events.byLevel })
  const byType: Record<string, number> = {}
  let total = 0
  for (const [labels, count] of Object.entries(valuesOf(text, 'events_by_type_total'))) {
    const type = labels.split(' ')[1] as string
    byType[type] = (byType[type] ?? 0) + count
    total += count
  }
  t.same(byType, summary.events.byType)
  t.equal(total, summary.events.total)
  t.match(valuesOf(text, 'events_by_type_total'), { 'application own medium': 3, 'endpoint-profiler unexpected_param medium': 2 })
  t.same(valuesOf(text, 'baselines'), { learning: summary.learning.learning, active: summary.learning.active, frozen: summary.learning.frozen })
  t.equal(summary.learning.frozen, 1)
  t.equal(valuesOf(text, 'entities_at_risk').allow, (await app.inject({ url: '/__anomalies/entities', headers: BEARER })).json().total)
})

test('one finding again and again: what makes no event is counted as suppressed, and the episode is open until it is over', async (t) => {
  const { app, ask, clock } = await buildApp(ALONE, shop)
  for (let i = 0; i < 100; i++) await ask({ url: '/odd?type=own', client: 7 })
  t.same(valuesOf(app.anomalies.metrics(), 'events_by_type_total'), { 'application own medium': 7 })
  t.same(valuesOf(app.anomalies.metrics(), 'signals_suppressed_total'), { '': 93 })
  t.same(valuesOf(app.anomalies.metrics(), 'episodes_open'), { '': 1 })
  clock.advance(120_000)
  t.same(valuesOf(app.anomalies.metrics(), 'episodes_open'), { '': 0 })
  t.same(valuesOf(app.anomalies.metrics(), 'events_by_type_total'), { 'application own medium': 8 }, 'and its end is an event')
})

test('an episode that a detector keeps is open until it is closed, or its baseline begun anew', async (t) => {
  const { app, ask, clock } = await buildApp({ ...ALONE, endpointProfiler: false, rateSpike: {} }, shop)
  const open = (): number => valuesOf(app.anomalies.metrics(), 'episodes_open')[''] as number
  for (let i = 0; i < 1200; i++) await ask({ url: '/search', client: i % 200, after: 100 })
  t.equal(open(), 0)
  for (let i = 0; i < 1000; i++) await ask({ url: '/search', client: i, after: 1 })
  clock.advance(10_000)
  t.equal(open(), 1)
  app.anomalies.reset('GET /search')
  t.equal(open(), 0)
})

test('what was open is no longer, once another\'s learning is taken over', async (t) => {
  const { app, ask, clock } = await buildApp({ ...ALONE, endpointProfiler: false, rateSpike: {} }, shop)
  for (let i = 0; i < 1200; i++) await ask({ url: '/search', client: i % 200, after: 100 })
  for (let i = 0; i < 1000; i++) await ask({ url: '/search', client: i, after: 1 })
  clock.advance(10_000)
  const open = (): number => valuesOf(app.anomalies.metrics(), 'episodes_open')[''] as number
  t.equal(open(), 1)
  app.anomalies.restore(app.anomalies.snapshot())
  t.equal(open(), 0)
})

test('what is refused, and what would be, is told apart; so is who was spared', async (t) => {
  const refuse = async (mode: 'observe' | 'enforce', allow: string[] = []): Promise<TestApp> => {
    const built = await buildApp({ ...ALONE, endpointProfiler: false, mode, traps: ['/trap'], enforcement: { allow } }, shop)
    for (let i = 0; i < 4; i++) await built.ask({ url: '/trap', client: 7 })
    return built
  }
  const observing = (await refuse('observe')).app.anomalies.metrics()
  t.same(valuesOf(observing, 'actions_total'), { 'throttle enforce': 0, 'block enforce': 0, 'throttle observe': 0, 'block observe': 4 })
  const { app } = await refuse('enforce')
  t.same(valuesOf(app.anomalies.metrics(), 'actions_total'), { 'throttle enforce': 0, 'block enforce': 4, 'throttle observe': 0, 'block observe': 0 })
  t.same(valuesOf(app.anomalies.metrics(), 'entities_at_risk'), { allow: 0, throttle: 0, block: 1 })
  app.anomalies.release(addressOf(7))
  t.same(valuesOf(app.anomalies.metrics(), 'entities_at_risk'), { allow: 0, throttle: 0, block: 0 })
  const spared = (await refuse('enforce', ['10.0.0.0/8'])).app.anomalies.metrics()
  t.same(valuesOf(spared, 'spared_total'), { address: 0, allow_list: 4 })
})

test('a detector that throws, and a process that is busy, show', async (t) => {
  const { app, ask } = await buildApp({ ...ALONE, endpointProfiler: false }, (app) => {
    app.anomalies.detector('broken', () => ({})).on('onRequest', () => { throw new RangeError('no such thing') })
    shop(app)
  })
  await ask('/search')
  await ask('/search')
  app.anomalies.backlog.isBusy = true
  t.same(valuesOf(app.anomalies.metrics(), 'detector_faults_total'), { broken: 2 })
  t.same(valuesOf(app.anomalies.metrics(), 'busy'), { '': 1 })
})

test('reading resets nothing: counters only grow, whoever reads how often', async (t) => {
  const { app, ask, clock } = await buildApp({ ...ALONE, events: 5, entities: 3 }, shop)
  let before = new Map<string, number>()
  for (let i = 0; i < 200; i++) {
    await ask({ url: i % 5 === 0 ? `/odd?type=own${i % 3}` : `/search?page=${i % 7}${i % 11 === 0 ? '%27' : ''}`, client: i % 20 })
    if (i % 40 === 0) clock.advance(600_000)
    const { types, samples } = readMetrics(app.anomalies.metrics())
    const now = new Map(samples.filter(({ name }) => types.get(name) === 'counter').map(({ name, labels, value }) => [`${name} ${JSON.stringify(labels)}`, value]))
    for (const [series, value] of before) if (!((now.get(series) ?? -1) >= value)) t.fail(`${series}: ${value}, then ${now.get(series)}`)
    before = now
  }
  t.ok((before.get('fastify_anomalies_entities_evicted_total {}') ?? 0) > 0)
  t.equal(app.anomalies.metrics(), app.anomalies.metrics())
})

test('an application that names its findings after what clients send makes no more than 512 kinds, and none is lost', async (t) => {
  const { app, ask } = await buildApp({ ...ALONE, endpointProfiler: false }, shop)
  for (let i = 0; i < 700; i++) await ask({ url: `/odd?type=${encodeURIComponent(`kind-${i} "\n\\${'x'.repeat(200)}`)}`, client: i })
  const found = readMetrics(app.anomalies.metrics()).samples.filter(({ name }) => name.endsWith('_by_type_total'))
  t.equal(found.length, 513)
  t.equal(found.reduce((sum, { value }) => sum + value, 0), 700)
  t.match(found.at(-1), { labels: { detector: 'application', type: 'other', level: 'medium' }, value: 188 })
  t.equal(found[0]?.labels.type, `kind-0 "\n\\${'x'.repeat(90)}`, 'the first hundred characters')
})

test('the admin route gives the same text to who may see it, as Prometheus wants it', async (t) => {
  const { app } = await attacked()
  const response = await app.inject({ url: '/__anomalies/metrics', headers: BEARER })
  t.equal(response.statusCode, 200)
  t.equal(response.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  t.equal(response.headers['cache-control'], 'no-store')
  t.equal(response.payload, app.anomalies.metrics())
  t.equal((await app.inject('/__anomalies/metrics')).statusCode, 404)
  const wrong = await app.inject({ url: '/__anomalies/metrics?type=x', headers: BEARER })
  t.same([wrong.statusCode, wrong.json().code], [400, 'FST_ANOMALIES_BAD_PARAMETER'])
  t.match(wrong.headers['content-type'], /^application\/json/)
  t.equal(valuesOf(response.payload, 'requests_total')[''], 67, 'scrapes are not observed')
})
