import Fastify from 'fastify'
import { test } from 'tap'
import anomalies, { rateSpike } from '../../plugins'
import type { AnomaliesOptions } from '../../plugins'
import { buildApp, SECRET } from '../fixtures/app'
import type { TestApp } from '../fixtures/app'

type RateSpike = AnomaliesOptions['rateSpike']

/** Options that leave only rate-spike on. */
function only (rateSpike: RateSpike = {}, more: AnomaliesOptions = {}): AnomaliesOptions {
  return { endpointProfiler: false, headerProfiler: false, trends: false, rateSpike, events: 10_000, ...more }
}

interface Traffic { url?: string, clients?: number, client?: string, headers?: Record<string, string> }

/** Sends so many requests in each of `seconds`, from as many clients in turn as given. @returns How many were flagged. */
async function send ({ ask, clock }: TestApp, seconds: number, perSecond: number | ((second: number) => number), { url = '/search', clients = 200, client, headers = {} }: Traffic = {}): Promise<number> {
  let flagged = 0
  for (let second = 0; second < seconds; second++) {
    const count = typeof perSecond === 'number' ? perSecond : Math.round(perSecond(second))
    for (let i = 0; i < count; i++) {
      const { assessment } = await ask({ url, headers, client: client ?? 1000 + (second * 31 + i * 7) % clients, after: i === 0 ? 1000 : 0 })
      if (assessment.flagged) flagged++
    }
    if (count === 0) clock.advance(1000)
  }
  return flagged
}

/** Events, oldest first, without those of steps. */
function episodes ({ app }: TestApp): string[] {
  return app.anomalies.query({ limit: 1000, detector: 'rate-spike' }).events.reverse()
    .filter(({ episode }) => episode?.state !== 'step')
    .map(({ type, episode, field, route }) => `${type} ${episode?.state ?? ''} ${field} ${route.url}`)
}

test('a steady 10 requests a second, then 1,000 in one: an episode of the route, which is nobody\'s, and explains the application\'s', async (t) => {
  const app = await buildApp(only())
  await send(app, 120, 10)
  t.same(episodes(app), [])
  t.equal(await send(app, 1, 1000, { clients: 1000 }), 0)
  t.same(episodes(app), ['rate_spike open route.rate /search'])
  t.match(app.app.anomalies.query({ type: 'rate_spike', limit: 1 }).events[0], {
    route: { method: 'GET', url: '/search' },
    entity: {},
    score: 0,
    action: 'allow',
    level: 'medium',
    episode: { state: 'open' },
    detail: /^route\.rate: \d+ requests within 10 s, far more than the 9\d that were to be expected$/
  })
  t.same([app.app.anomalies.flagged, app.app.anomalies.topEntities(5)], [0, []])
})

test('a flood of many clients is one episode with few events, and closed when it is over', async (t) => {
  const app = await buildApp(only())
  await send(app, 90, 10)
  await send(app, 300, 100, { clients: 1000 })
  await send(app, 60, 10)
  t.same(episodes(app).filter((each) => each.includes('route.rate')), ['rate_spike open route.rate /search', 'rate_spike close route.rate /search'])
  t.ok(app.app.anomalies.query().total <= 12, 'steps included')
  const close = app.app.anomalies.query({ limit: 1 }).events[0]
  t.equal(close?.episode?.state, 'close')
  t.ok(Math.abs((close?.episode?.count ?? 0) - 30_300) < 1000, 'it counts the requests of the episode')
})

test('a ramp is caught', async (t) => {
  const app = await buildApp(only())
  await send(app, 700, 5)
  await send(app, 240, (second) => 5 * 1.01 ** second)
  t.ok(episodes(app).some((each) => /^rate_(?:spike|ramp) open route\.rate/.test(each)), String(episodes(app)))
})

test('a stop is told by a query, nobody need ask anything; what comes after closes it', async (t) => {
  const app = await buildApp(only())
  await send(app, 2000, 5)
  app.clock.advance(30_000)
  t.same(episodes(app), [])
  app.clock.advance(60_000)
  t.same(episodes(app), ['rate_drop open app.rate *'], 'of the application, which explains the route\'s')
  t.match(app.app.anomalies.query({ type: 'rate_drop', limit: 1 }).events[0]?.detail, /app\.rate has stopped: \d+ requests within 10 s, where \d\d were to be expected/)
  await send(app, 12, 5)
  t.same(episodes(app).slice(1), ['rate_drop close app.rate *'])
})

test('that a flood has ended is no stop, nor that nobody asks for what does not exist', async (t) => {
  const app = await buildApp(only())
  await send(app, 2500, 2)
  for (const url of ['/search', '/nothing']) {
    await send(app, 30, 60, { url, clients: 1000 })
    await send(app, 300, 2)
  }
  t.notOk(episodes(app).some((each) => each.startsWith('rate_drop')), String(episodes(app)))
})

test('one client far above all others is flagged, the others are not', async (t) => {
  const app = await buildApp(only())
  t.equal(await send(app, 300, 10, { clients: 50 }), 0)
  const flagged = await send(app, 2, 400, { client: '203.0.113.9' })
  t.ok(flagged > 200, String(flagged))
  t.equal(await send(app, 5, 10, { clients: 50 }), 0)
  const [event] = app.app.anomalies.query({ type: 'client_rate_spike' }).events
  t.match(event, { entity: { ip: '203.0.113.9' }, field: 'client.rate', detail: /^this client sent \d+ requests within 10 s; ordinary for it and for others is up to \d+$/ })
  t.match(app.app.anomalies.topEntities(5), [{ entity: '203.0.113.9' }])
  t.equal(app.app.anomalies.topEntities(5).length, 1)
})

test('a partner who is ordinarily busy may be', async (t) => {
  const app = await buildApp(only())
  for (let second = 0; second < 400; second++) {
    await send(app, 1, 5, { clients: 50 })
    await send(app, 1, Math.min(60, second / 2), { client: '192.0.2.1' })
  }
  t.equal(app.app.anomalies.query({ type: 'client_rate_spike' }).events.length, 0)
  t.ok(await send(app, 1, 2000, { client: '192.0.2.1' }) > 500, 'but not for ten times as much')
})

test('a credential is counted over all addresses, a tenant over all credentials', async (t) => {
  const app = await buildApp(only({}, { key: (request) => request.headers['x-tenant'] as string | undefined }))
  for (let i = 0; i < 1200; i++) await send(app, 1, 1, { headers: { authorization: `Bearer ${i % 40}`, 'x-tenant': `tenant ${i % 20}` } })
  t.equal(app.app.anomalies.flagged, 0)
  t.ok(await send(app, 1, 300, { clients: 300, headers: { authorization: 'Bearer stolen' } }) > 100)
  for (let i = 0; i < 300; i++) await send(app, 1, 1, { clients: 300, headers: { authorization: `Bearer ${i % 40}` } })
  let flagged = 0
  for (let i = 0; i < 300; i++) {
    const { assessment } = await app.ask({ url: '/search', client: 5000 + i, after: 0, headers: { authorization: `Bearer own ${i}`, 'x-tenant': 'tenant 3' } })
    if (assessment.flagged) flagged++
  }
  t.ok(flagged > 100)
  const said = app.app.anomalies.query({ type: 'client_rate_spike', limit: 1000 }).events.map(({ actual }) => (actual as { entity: string }).entity)
  t.same([...new Set(said)].sort(), ['credential', 'tenant'])
  t.notMatch(JSON.stringify(app.app.anomalies.query({ limit: 1000 })), /stolen|tenant 3/, 'no credential, no name')
})

test('what one client does counts once, however many detectors see it', async (t) => {
  const app = await buildApp({ headerProfiler: false, endpointProfiler: { burstFloor: 30 } })
  for (let i = 0; i < 300; i++) await send(app, 1, 10, { clients: 50 })
  const scores: number[] = []
  for (let i = 0; i < 600; i++) {
    const { assessment } = await app.ask({ url: '/search', client: '203.0.113.9', after: 0 })
    const types = new Set(assessment.signals.map(({ type }) => type))
    if (types.has('rate_burst') && types.has('client_rate_spike')) scores.push(assessment.score)
  }
  t.ok(scores.length > 100)
  t.ok(Math.max(...scores) <= 75)
})

test('bytes: a client that takes far more than any, and a route that gives more with no more requests', async (t) => {
  let size = 1000
  const options = only({ bytesFloor: 100_000 })
  const routes = (app: TestApp['app']): void => { app.get('/search', async () => 'x'.repeat(size)) }
  const app = await buildApp(options, routes)
  await send(app, 300, 5, { clients: 50 })
  size = 30_000
  await send(app, 1, 30, { client: '203.0.113.9' })
  t.match(app.app.anomalies.query({ type: 'client_bytes_spike' }).events.at(-1), { entity: { ip: '203.0.113.9' }, field: 'client.bytes', detail: /moved \d+ bytes within 10 s/ })
  const other = await buildApp(options, routes)
  size = 1000
  await send(other, 300, 5, { clients: 50 })
  size = 100_000
  await send(other, 20, 5, { clients: 50 })
  t.ok(episodes(other).includes('rate_spike open route.bytes /search'))
  t.notOk(episodes(other).some((each) => each.includes('.rate')))
  const without = await buildApp(only({ bytesFloor: 100_000, bytes: false }), routes)
  size = 1000
  await send(without, 300, 5, { clients: 50 })
  size = 100_000
  await send(without, 20, 5, { clients: 50 })
  t.same(episodes(without), [])
})

/** The episodes of a route at 5 requests a second that gets 30 for a while, 50 or 100 seconds later. */
async function rises (rateSpike: RateSpike, { config = {}, seconds = 100, length = 20 } = {}): Promise<string[]> {
  const app = await buildApp(only(rateSpike), (instance) => { instance.get('/search', { config }, async () => ({})) })
  await send(app, seconds, 5)
  await send(app, length, 30)
  await send(app, 60, 5)
  return episodes(app).filter((each) => each.includes('route.rate')).map((each) => each.split(' ')[1] as string)
}

test('each option changes what it says, also for a route', async (t) => {
  const found = ['open', 'close']
  t.same(await rises({}), found)
  t.same(await rises({ leastJump: 400 }), [])
  t.same(await rises({}, { config: { anomalies: { rateSpike: { leastJump: 400 } } } }), [])
  t.same(await rises({ bucket: '1 minute' }), [], 'not six buckets yet')
  t.same(await rises({ bucket: 1000, leastJump: 5 }, { seconds: 40 }), found)
  t.same(await rises({ adoptAfter: '30 seconds' }, { length: 90, seconds: 400 }), found)
  t.same(await rises(false), [])
  t.same(await rises({}, { config: { anomalies: { rateSpike: false } } }), [])
  t.same(await rises({}, { config: { anomalies: false } }), [])
  for (const [burstFloor, isFlagged] of [[100, true], [2000, false]] as const) {
    const app = await buildApp(only({ burstFloor }))
    await send(app, 200, 5, { clients: 20 })
    t.equal(await send(app, 1, 400, { client: '203.0.113.9' }) > 0, isFlagged, `burstFloor ${burstFloor}`)
  }
  for (const dropouts of [true, false]) {
    const app = await buildApp(only({ dropouts }))
    await send(app, 2000, 3)
    app.clock.advance(200_000)
    t.equal(episodes(app).length > 0, dropouts, `dropouts ${dropouts}`)
  }
  const small = await buildApp(only({ clients: 16 }))
  await send(small, 200, 5, { clients: 100 })
  t.match(small.app.anomalies.snapshot().shared['rate-spike'], { clients: {} })
  t.ok(small.app.anomalies.flagged === 0)
})

test('wrong options stop the start-up and say which', async (t) => {
  for (const [options, expected] of [[{ bucket: 0 }, /rateSpike\.bucket/], [{ leastJump: -1 }, /rateSpike\.leastJump/], [{ window: 3 }, /rateSpike\.window is no option/], [{ clients: 1 }, /rateSpike\.clients/], [{ dropouts: 'no' }, /rateSpike\.dropouts/]] as const) {
    await t.rejects(buildApp({ rateSpike: options as never }), expected)
  }
  await t.rejects(buildApp({}, async (app) => { app.get('/x', { config: { anomalies: { rateSpike: { leastJump: 0 } } } }, async () => 1) }), /rateSpike\.leastJump.*GET \/x/)
})

test('in mode enforce a flooding client is refused, but not where rate-spike only observes', async (t) => {
  for (const [mode, isRefused] of [['enforce', true], ['observe', false]] as const) {
    const app = await buildApp(only({ mode }, { mode: 'enforce', blockAt: 60 }))
    await send(app, 200, 5, { clients: 20 })
    await send(app, 1, 1500, { client: '203.0.113.9' })
    t.equal((await app.ask({ url: '/search', client: '203.0.113.9' })).response.statusCode === 403, isRefused, mode)
    t.equal((await app.ask({ url: '/search', client: '192.0.2.1' })).response.statusCode, 200)
  }
})

test('what was learned goes with the snapshot: the copy knows at once what is ordinary', async (t) => {
  const taught = await buildApp(only())
  await send(taught, 400, 10)
  const snapshot = JSON.parse(JSON.stringify(taught.app.anomalies.snapshot()))
  t.notMatch(JSON.stringify(snapshot), /10\.7\./, 'no address')
  for (const verb of ['restore', 'merge'] as const) {
    const copy = await buildApp(only())
    copy.app.anomalies[verb](snapshot)
    await send(copy, 70, 10)
    await send(copy, 10, (second) => second > 4 ? 60 : 10, { clients: 1000 })
    t.ok(episodes(copy).includes('rate_spike open route.rate /search'), verb)
    t.match(copy.app.anomalies.baselines()[0]?.detectors['rate-spike'], { state: 'active', learned: { bucketMs: 10_000 } })
  }
})

test('reset forgets a route\'s rate, and the old one says no more', async (t) => {
  const app = await buildApp(only())
  await send(app, 100, 10)
  app.app.anomalies.reset('GET /search')
  t.match(app.app.anomalies.baselines()[0]?.detectors['rate-spike'], { samples: 0 })
  await send(app, 20, 100, { clients: 1000 })
  app.clock.advance(10_000)
  t.notOk(episodes(app).some((each) => each.includes('route.rate')))
})

test('the timer keeps no process alive, is gone with the application, and is not there with another clock', async (t) => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  const app = Fastify()
  await app.register(anomalies, { secret: SECRET, ...only() })
  await app.ready()
  t.equal(timers(), before, 'a timer that is unref\'d is no active resource')
  await app.close()
  const alone = Fastify()
  await t.rejects(async () => { await alone.register(rateSpike) }, /fastify-anomalies-registry/)
})

test('a month\'s silence, and a clock that goes back, do no harm', async (t) => {
  const app = await buildApp(only())
  await send(app, 100, 5)
  app.clock.advance(30 * 86_400_000)
  await send(app, 10, 5)
  app.clock.advance(-3_600_000)
  await send(app, 10, 5)
  t.equal(app.app.anomalies.flagged, 0)
  t.equal(app.app.anomalies.detectors[0]?.faults, 0)
})

test('one cause is told once: of one route by the route, of many by the application', async (t) => {
  const paths = ['/a', '/b', '/c', '/d', '/e', '/f', '/g', '/h']
  const rise = async (risen: readonly string[]): Promise<string[]> => {
    const app = await buildApp(only(), (instance) => { for (const path of paths) instance.get(path, async () => ({})) })
    for (let second = 0; second < 300; second++) for (const url of paths) await app.ask({ url, client: 1000 + second % 200, after: url === '/a' ? 1000 : 0 })
    for (let second = 0; second < 120; second++) {
      for (const url of risen) for (let i = 0; i < 12; i++) await app.ask({ url, client: 2000 + i * 10 + second % 10, after: i === 0 && url === risen[0] ? 1000 : 0 })
    }
    return episodes(app).filter((each) => each.includes(' open '))
  }
  t.same(await rise(['/c']), ['rate_spike open route.rate /c'])
  const many = await rise(paths)
  t.ok(many.includes('rate_spike open app.rate *'), String(many))
  t.ok(many.length <= 4, String(many))
})

test('freeze stops its learning: a level that lasts does not become the norm, until it may', async (t) => {
  for (const isFrozen of [true, false]) {
    const app = await buildApp(only({ adoptAfter: '2 minutes' }))
    await send(app, 400, 5)
    if (isFrozen) app.app.anomalies.freeze()
    const learned = (): unknown => (app.app.anomalies.baselines()[0]?.detectors['rate-spike']?.learned as { requests: { lasting: number } }).requests.lasting
    const before = learned()
    await send(app, 400, 30, { clients: 2000 })
    t.equal(episodes(app).length, isFrozen ? 1 : 2, String(episodes(app)))
    t.equal(learned() === before, isFrozen)
  }
})
