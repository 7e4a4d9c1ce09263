import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import type { AnomaliesOptions, Snapshot } from '../../plugins'
import { buildApp } from '../fixtures/app'
import type { Ask, TestApp } from '../fixtures/app'

const headers = (i: number): Record<string, string> => ({ 'user-agent': `shop/1.${i % 3}`, accept: 'application/json', 'x-device': `d${i % 7}`, cookie: `theme=${i % 2 === 0 ? 'dark' : 'light'}` })
const ordinary = (i: number): Ask => i % 2 === 0
  ? { url: `/search?page=${i % 9}&q=word`, headers: headers(i) }
  : { url: `/orders/${1000 + i}?page=${i % 9}`, headers: headers(i) }
const odd: Ask[] = [
  { url: '/search?page=x&q=word', headers: headers(1) },
  { url: '/search?page=3', headers: headers(1) },
  { url: '/search?page=3&q=word&debug=1', headers: headers(2) },
  { url: '/orders/12%27?page=3', headers: headers(2) },
  { url: '/orders/1234?page=<x>', headers: headers(2) },
  { url: '/search?page=3&q=word', headers: { ...headers(2), cookie: 'theme=<x>' } },
  { url: '/search?page=3&q=word', headers: { 'user-agent': 'shop/1.1', accept: 'application/json', cookie: 'theme=dark' } },
  { url: '/search?page=3&q=word', headers: { ...headers(2), 'x-new': '1' } },
  { url: '/.git/config', headers: headers(2) },
  { url: '/nowhere', headers: headers(2) },
  ordinary(40),
  ordinary(41)
]

function shop (app: FastifyInstance): void {
  app.get('/search', async () => ({ found: [] }))
  app.get('/orders/:id', async () => ({ state: 'sent' }))
}

async function fresh (options: AnomaliesOptions = {}): Promise<TestApp> { return buildApp(options, shop) }

async function verdictsOf (built: TestApp): Promise<unknown[]> {
  built.app.anomalies.freeze()
  const verdicts: unknown[] = []
  for (const request of odd) verdicts.push((await built.ask(request)).assessment.signals.map((signal) => [signal.type, signal.field, Math.round(signal.risk)]))
  return verdicts
}

const copyOf = (snapshot: Snapshot): Snapshot => JSON.parse(JSON.stringify(snapshot))
const samplesOf = ({ app }: TestApp): unknown[] => app.anomalies.baselines().map((view) => [view.id, view.responses, view.detectors['endpoint-profiler']?.samples, view.detectors['header-profiler']?.samples]).sort()

test('what was learned judges the same after a restart', async (t) => {
  const first = await fresh()
  await first.teach(240, ordinary)
  const second = await fresh()
  second.app.anomalies.restore(copyOf(first.app.anomalies.snapshot()))
  const expected = await verdictsOf(first)
  t.same(await verdictsOf(second), expected)
  t.ok(expected.slice(0, 8).every((signals) => (signals as unknown[]).length > 0), JSON.stringify(expected))
  t.same(expected.slice(10), [[], []])
})

test('each detector knows after a restart from how many requests it has learned a route', async (t) => {
  const learnedOf = ({ app }: TestApp): unknown => app.anomalies.baselines().map(({ id, state, detectors }) => [id, state, Object.entries(detectors).map(([name, { samples }]) => [name, samples])])
  const first = await fresh()
  await first.teach(240, ordinary)
  const learned = learnedOf(first)
  t.match(JSON.stringify(learned), /"active".*"trends",\d\d/)
  const second = await fresh()
  await second.teach(2, ordinary)
  second.app.anomalies.restore(copyOf(first.app.anomalies.snapshot()))
  t.same(learnedOf(second), learned)
  const third = await fresh()
  await third.teach(2, ordinary)
  third.app.anomalies.merge(copyOf(first.app.anomalies.snapshot()))
  t.match(JSON.stringify(learnedOf(third)), /"active".*"trends",\d\d/)
})

test('restoring replaces what was learned before', async (t) => {
  const first = await fresh()
  await first.teach(240, ordinary)
  const second = await fresh()
  await second.teach(100, (i) => ({ url: `/search?legacy=${i}`, headers: { 'x-first': '1', ...headers(i) } }))
  second.app.anomalies.restore(copyOf(first.app.anomalies.snapshot()))
  t.same(await verdictsOf(second), await verdictsOf(first))
})

test('restoring forgets what was learned on routes that the snapshot does not have, and what waits for routes to come', async (t) => {
  const [first, second, third] = [await fresh(), await fresh(), await fresh()]
  await first.teach(60, () => ordinary(0))
  await third.teach(60, () => ordinary(1))
  await second.teach(60, () => ordinary(1))
  second.app.anomalies.restore(copyOf(first.app.anomalies.snapshot()))
  t.same(samplesOf(second), [['GET /orders/:id', 0, 0, 0]])
  t.same((await second.ask({ url: '/orders/x?new=1', headers: headers(0) })).types, [])
  const fourth = await fresh()
  fourth.app.anomalies.restore(copyOf(third.app.anomalies.snapshot()))
  fourth.app.anomalies.restore(copyOf(first.app.anomalies.snapshot()))
  t.same(Object.keys(fourth.app.anomalies.snapshot().routes), ['GET /search'])
})

test('what is restored is as old as it was when the snapshot was taken', async (t) => {
  const DAY = 86_400_000
  for (const isAsked of [true, false]) {
    const first = await fresh({ halfLife: DAY })
    await first.teach(240, ordinary)
    const second = await fresh({ halfLife: DAY })
    if (isAsked) await second.teach(2, ordinary)
    second.clock.advance(2 * DAY)
    first.clock.advance(DAY)
    second.app.anomalies.restore(copyOf(first.app.anomalies.snapshot()))
    await second.ask(ordinary(0))
    t.same(samplesOf(second).find((row) => (row as string[])[0] === 'GET /search'), ['GET /search', 31, 31, 31], 'a half-life before it was taken, one since')
  }
})

test('a snapshot restored into a running application gives the same snapshot again', async (t) => {
  const first = await fresh()
  await first.teach(240, ordinary)
  const taken = copyOf(first.app.anomalies.snapshot())
  const second = await fresh()
  await second.teach(4, ordinary)
  second.app.anomalies.restore(taken)
  const again = copyOf(second.app.anomalies.snapshot())
  t.same(Object.keys(again.routes).sort(), Object.keys(taken.routes).sort())
  for (const [key, route] of Object.entries(taken.routes)) t.same(again.routes[key]?.detectors['header-profiler'], route.detectors['header-profiler'])
})

test('two processes merged know what either saw', async (t) => {
  const [whole, left, right] = [await fresh(), await fresh(), await fresh()]
  await right.ask({ url: '/orders/999?page=1', headers: { 'x-device': 'd1', ...headers(1) } })
  for (let i = 0; i < 320; i++) {
    const request = { client: 100 + i % 40, ...ordinary(i) }
    await whole.ask(request)
    await (i % 4 < 2 ? left : right).ask(request)
  }
  left.app.anomalies.merge(copyOf(right.app.anomalies.snapshot()))
  const flagged = async (built: TestApp): Promise<boolean[]> => (await verdictsOf(built)).map((signals) => (signals as unknown[]).length > 0)
  t.same(await flagged(left), await flagged(whole))
})

test('the same snapshot merged twice, or an older one of the same process, changes nothing', async (t) => {
  const [left, right] = [await fresh(), await fresh()]
  await left.teach(100, ordinary)
  await right.teach(60, ordinary)
  const older = copyOf(right.app.anomalies.snapshot())
  await right.teach(60, ordinary)
  const newer = copyOf(right.app.anomalies.snapshot())
  left.app.anomalies.merge(newer)
  const once = samplesOf(left)
  left.app.anomalies.merge(newer)
  left.app.anomalies.merge(older)
  left.app.anomalies.merge(copyOf(left.app.anomalies.snapshot()))
  t.same(samplesOf(left), once)
})

test('routes that are first asked for after the restart get what was kept for them', async (t) => {
  const first = await fresh()
  await first.teach(240, ordinary)
  const second = await fresh()
  second.app.anomalies.restore(copyOf(first.app.anomalies.snapshot()))
  t.same(second.app.anomalies.baselines().map((view) => view.id), [], 'no route before it is asked for')
  t.ok((await second.ask({ url: '/search?page=x&q=word', headers: headers(1) })).types.includes('param_value_anomaly'))
  t.same(second.app.anomalies.baselines().map((view) => view.id), ['GET /search'])
})

test('a snapshot of another secret, half-life or version is refused, as is what is none', async (t) => {
  const { app } = await fresh()
  const code = { code: 'FST_ANOMALIES_BAD_SNAPSHOT' }
  const foreign = (await fresh({ secret: 'another secret altogether' })).app.anomalies.snapshot()
  const slower = (await fresh({ halfLife: '30 days' })).app.anomalies.snapshot()
  for (const snapshot of [foreign, slower, { ...app.anomalies.snapshot(), version: 99 }, null, 7, {}] as Snapshot[]) {
    t.throws(() => app.anomalies.restore(snapshot), code)
    t.throws(() => app.anomalies.merge(snapshot), code)
  }
})

test('a damaged snapshot is refused, and nothing has been changed', async (t) => {
  const first = await fresh()
  await first.teach(60, ordinary)
  const whole = first.app.anomalies.snapshot()
  const damaged: [part: string, damage: (snapshot: Record<string, unknown>) => unknown][] = [
    ['origin', (snapshot) => delete snapshot.origin],
    ['epoch', (snapshot) => { snapshot.epoch = 'x' }],
    ['takenAt', (snapshot) => { snapshot.takenAt = null }],
    ['shared', (snapshot) => { snapshot.shared = [] }],
    ['routes', (snapshot) => delete snapshot.routes],
    ["routes['GET /search']", (snapshot) => { (snapshot.routes as Record<string, unknown>)['GET /search'] = [null] }],
    ["routes['GET /search']", (snapshot) => { (snapshot.routes as Record<string, Record<string, unknown>>)['GET /search']!.state = [null] }],
    ["routes['GET /search']", (snapshot) => { (snapshot.routes as Record<string, { state: Record<string, unknown> }>)['GET /search']!.state.statuses = [1] }],
    ["routes['GET /search']", (snapshot) => { (snapshot.routes as Record<string, { state: Record<string, unknown> }>)['GET /search']!.state.principals = null }],
    ["routes['GET /orders/:id']", (snapshot) => { (snapshot.routes as Record<string, Record<string, unknown>>)['GET /orders/:id']!.detectors = 'x' }]
  ]
  for (const [part, damage] of damaged) {
    const snapshot = copyOf(whole)
    damage(snapshot as unknown as Record<string, unknown>)
    const second = await fresh()
    await second.teach(10, ordinary)
    const before = samplesOf(second)
    const refused = { code: 'FST_ANOMALIES_BAD_SNAPSHOT', message: `it is damaged: ${part}` }
    t.throws(() => second.app.anomalies.restore(snapshot), refused)
    t.throws(() => second.app.anomalies.merge(snapshot), refused)
    t.same(samplesOf(second), before)
    t.equal((await second.ask(ordinary(0))).response.statusCode, 200)
  }
})

test('a snapshot that is broken inside fails no request', async (t) => {
  const first = await fresh()
  await first.teach(60, ordinary)
  const broken = copyOf(first.app.anomalies.snapshot())
  for (const route of Object.values(broken.routes)) for (const name of Object.keys(route.detectors)) route.detectors[name] = { samples: 'x', items: 7 }
  for (const name of Object.keys(broken.shared)) broken.shared[name] = 7
  const second = await fresh()
  t.doesNotThrow(() => second.app.anomalies.restore(broken))
  t.equal((await second.ask(ordinary(0))).response.statusCode, 200)
})

const DAY = 86_400_000

test('what is merged is as old as it is: both sides are aged to now', async (t) => {
  const samples = (built: TestApp): unknown => built.app.anomalies.baselines().find(({ id }) => id === 'GET /search')?.detectors['endpoint-profiler']?.samples
  for (const isAsked of [true, false]) {
    const [left, right] = [await fresh({ halfLife: DAY }), await fresh({ halfLife: DAY })]
    await right.teach(200, () => ordinary(0))
    const taken = copyOf(right.app.anomalies.snapshot())
    if (isAsked) await left.teach(120, () => ordinary(0))
    left.clock.advance(DAY)
    left.app.anomalies.merge(taken)
    if (!isAsked) await left.ask(ordinary(0))
    t.equal(samples(left), isAsked ? 60 + 100 : 100 + 1, 'half of each, and what has come since')
  }
  const [left, right] = [await fresh({ halfLife: DAY }), await fresh({ halfLife: DAY })]
  await right.teach(200, () => ordinary(0))
  await left.teach(120, () => ordinary(0))
  left.app.anomalies.merge(copyOf(right.app.anomalies.snapshot()))
  t.equal(samples(left), 320, 'of one age they add')
})

test('two snapshots merged before a route is first asked for are both known there', async (t) => {
  const [left, first, second] = [await fresh(), await fresh(), await fresh()]
  await first.teach(100, () => ordinary(0))
  await second.teach(50, () => ordinary(0))
  left.app.anomalies.merge(copyOf(first.app.anomalies.snapshot()))
  left.app.anomalies.merge(copyOf(second.app.anomalies.snapshot()))
  await left.ask(ordinary(0))
  t.match(left.app.anomalies.baselines(), [{ id: 'GET /search', detectors: { 'endpoint-profiler': { samples: 151 } } }])
})

test('risk and decisions by hand survive a restart; risk goes on decaying, and names no address', async (t) => {
  const options: AnomaliesOptions = { mode: 'enforce', headerProfiler: false, traps: ['/trap'] }
  const first = await fresh(options)
  await first.ask({ url: '/trap', client: '203.0.113.5' })
  await first.ask({ url: '/trap', client: '2001:db8:1:2::5' })
  first.app.anomalies.block('192.0.2.9', { by: 'maria', reason: 'scraping' })
  first.app.anomalies.block('192.0.2.8', { by: 'maria', for: '1 hour' })
  const snapshot = copyOf(first.app.anomalies.snapshot())
  t.notMatch(JSON.stringify({ ...snapshot, entities: { ...snapshot.entities, manual: [] } }), /203\.0\.113|2001:db8/)

  for (const verb of ['restore', 'merge'] as const) {
    const second = await fresh(options)
    const status = async (client: string): Promise<number> => (await second.ask({ url: '/search', client })).response.statusCode
    second.app.anomalies[verb](snapshot)
    t.same([await status('203.0.113.5'), await status('2001:db8:1:2::77'), await status('192.0.2.9'), await status('192.0.2.8'), await status('192.0.2.1')], [403, 403, 403, 403, 200], verb)
    t.ok(second.app.anomalies.risk('203.0.113.5') > 99)
    second.clock.advance(3_600_000)
    t.same([await status('203.0.113.5'), await status('192.0.2.9'), await status('192.0.2.8')], [200, 403, 200], 'an hour later')
    t.match(second.app.anomalies.entities.manual(second.clock.now()), [['192.0.2.9', { by: 'maria', reason: 'scraping', until: null }]])
  }
  const code = { code: 'FST_ANOMALIES_BAD_SNAPSHOT' }
  t.throws(() => first.app.anomalies.restore({ ...snapshot, entities: { ...snapshot.entities, version: 2 } as never }), code)
  const { entities, ...older } = snapshot
  t.doesNotThrow(() => first.app.anomalies.restore(older), 'one without that part')
})
