import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { test } from 'tap'
import anomalies, { endpointProfiler, registry } from '../../plugins'
import type { AnomaliesOptions, AnomalyEventJson } from '../../plugins'
import { RouteConfigs } from '../../plugins/route-configs'
import { addressOf, buildApp, drive, ManualClock, SECRET } from '../fixtures/app'
import type { Ask, TestApp } from '../fixtures/app'
import { logged } from '../fixtures/logged'

const search = (i: number): string => `/search?page=${i % 9}&sort=${i % 2 === 0 ? 'asc' : 'desc'}`
const ODD = '/search?page=x&sort=asc'
/** Each client's own, so that no three send the same. */
const oddOf = (client: number): string => `/search?page=x;${client}&sort=asc`
const alone: AnomaliesOptions = { headerProfiler: false, jsonSchemaLearner: false, rateSpike: false, trends: false }

async function taught (options: AnomaliesOptions = {}, routes?: (app: FastifyInstance) => unknown): Promise<TestApp> {
  const built = await buildApp({ ...alone, ...options }, routes)
  await built.teach(120, search)
  return built
}

async function startError (options: object, route?: object): Promise<string> {
  const app = Fastify()
  try {
    await app.register(anomalies, { secret: SECRET, ...options } as AnomaliesOptions)
    if (route !== undefined) app.get('/search', { config: { anomalies: route as never } }, async () => 'ok')
    await app.ready()
    return ''
  } catch (error) {
    return `${(error as { code?: string }).code} ${(error as Error).message}`
  } finally {
    await app.close()
  }
}

test('an option that does not exist or makes no sense stops the start-up and is named', async (t) => {
  const wrong: [options: object, name: string][] = [
    [{ nonsense: 1 }, 'nonsense'], [{ toString: 1 }, 'toString'], [{ mode: 'loud' }, 'mode'], [{ global: 'yes' }, 'global'], [{ routes: {} }, 'routes'], [{ key: 'user' }, 'key'],
    [{ flagAt: 0 }, 'flagAt'], [{ flagAt: 100 }, 'flagAt'], [{ throttleAt: 101 }, 'throttleAt'], [{ blockAt: 0 }, 'blockAt'], [{ riskHalfLife: -1 }, 'riskHalfLife'], [{ throttleAt: 10, hysteresis: 10 }, 'hysteresis'],
    [{ halfLife: 'soon' }, 'halfLife'], [{ halfLife: 0 }, 'halfLife'], [{ promoteAfter: 0 }, 'promoteAfter'], [{ learnFrom: 'none' }, 'learnFrom'], [{ events: 0 }, 'events'],
    [{ entities: 1.5 }, 'entities'], [{ redact: [7] }, 'redact'], [{ onAnomaly: true }, 'onAnomaly'], [{ onBlock: 1 }, 'onBlock'], [{ clock: 1 }, 'clock'],
    [{ clock: {} }, 'clock'], [{ clock: { now: () => 0 } }, 'clock'], [{ traps: ['/a*b'] }, 'traps.0'], [{ endpointProfiler: null }, 'endpointProfiler'],
    [{ random: 4 }, 'random'], [{ secret: 'short' }, 'secret'],
    [{ endpointProfiler: { minSamples: 0 } }, 'endpointProfiler.minSamples'], [{ endpointProfiler: { burstFloor: '3' } }, 'endpointProfiler.burstFloor'],
    [{ endpointProfiler: { clients: 1 } }, 'endpointProfiler.clients'], [{ endpointProfiler: { unmatched: 1 } }, 'endpointProfiler.unmatched'],
    [{ endpointProfiler: { responses: null } }, 'endpointProfiler.responses'], [{ endpointProfiler: { mode: 'off' } }, 'endpointProfiler.mode'],
    [{ endpointProfiler: { size: 3 } }, 'endpointProfiler.size'], [{ endpointProfiler: 7 }, 'endpointProfiler'], [{ headerProfiler: { minSamples: -1 } }, 'headerProfiler.minSamples'],
    [{ headerProfiler: { ignore: ['X-Upper'] } }, 'headerProfiler.ignore'], [{ headerProfiler: { mode: true } }, 'headerProfiler.mode'], [{ headerProfiler: [] }, 'headerProfiler']
  ]
  for (const [options, name] of wrong) {
    const message = await startError(options)
    t.match(message, 'FST_ANOMALIES_BAD_OPTION', JSON.stringify(options))
    t.match(message, name)
  }
})

test('a wrong config of a route stops the start-up, and option and route are named', async (t) => {
  const wrong: [config: unknown, name: string][] = [
    [7, 'config.anomalies'], [true, 'config.anomalies'], [[], 'config.anomalies'], [{ mode: 'loud' }, 'mode'], [{ flagAt: 0 }, 'flagAt'], [{ flagAt: '50' }, 'flagAt'], [{ nonsense: {} }, 'nonsense'],
    [{ endpointProfiler: { minSamples: 0 } }, 'endpointProfiler.minSamples'], [{ endpointProfiler: { nonsense: 0 } }, 'endpointProfiler.nonsense'],
    [{ headerProfiler: { minSamples: 'x' } }, 'headerProfiler.minSamples'], [{ endpointProfiler: { clients: 100 } }, 'endpointProfiler.clients'],
    [{ endpointProfiler: { unmatched: false } }, 'endpointProfiler.unmatched'], [{ endpointProfiler: { responses: false } }, 'endpointProfiler.responses'],
    [{ headerProfiler: { ignore: ['x-a'] } }, 'headerProfiler.ignore'], [{ authBurst: { capacity: 500 } }, 'authBurst.capacity'], [null, 'config.anomalies'], [{ endpointProfiler: 7 }, 'endpointProfiler'], [{ endpointProfiler: true }, 'endpointProfiler'], [{ constructor: {} }, 'constructor']
  ]
  for (const [config, name] of wrong) {
    const message = await startError({}, config as object)
    t.match(message, 'FST_ANOMALIES_BAD_OPTION', JSON.stringify(config))
    t.match(message, name)
    t.match(message, 'GET /search')
  }
  t.equal(await startError({}, { mode: 'enforce', flagAt: 70, endpointProfiler: { minSamples: 4 }, headerProfiler: false }), '')
})

test('the error says what would be right and what was received, but no secret', async (t) => {
  const said: [options: object, message: string][] = [
    [{ mode: 'loud' }, "mode must be one of 'observe', 'enforce', received 'loud'"],
    [{ flagAt: NaN }, 'flagAt must be number, received NaN'],
    [{ secret: 'hunter2' }, 'secret must NOT have fewer than 16 characters, received a text of 7 characters'],
    [{ clock: {} }, 'clock must be an object with the functions now and monotonic, received {}'],
    [{ trends: { ja4: 'ssl' } }, "trends.ja4 can be: `'tls'`: JA4 fingerprints"],
    [{ trends: { dlp: ['cards'] } }, 'trends.dlp can be: what is looked for in replies']
  ]
  for (const [options, message] of said) t.match(await startError(options), message)
  t.match(await startError({}, { headerProfiler: { ignore: ['x-a'] } }), 'headerProfiler.ignore belongs to the application; a route cannot give it (route GET /search)')
})

test('the options given stay as they were', async (t) => {
  const options = Object.freeze({ secret: SECRET, halfLife: '2 days', endpointProfiler: Object.freeze({ minSamples: 3 }) })
  await Fastify().register(anomalies, options)
  t.equal(options.halfLife, '2 days')
})

test('a profiler without the registry is refused with its name', async (t) => {
  await t.rejects(async () => { await Fastify().register(endpointProfiler).ready() }, { code: 'FST_ERR_PLUGIN_DEPENDENCY_NOT_REGISTERED', message: /fastify-anomalies-registry/ })
})

test('one profiler can be used with the registry alone', async (t) => {
  const app = Fastify()
  const clock = new ManualClock()
  await app.register(registry, { secret: SECRET, clock })
  await app.register(endpointProfiler)
  app.get('/search', async () => 'ok')
  const { ask, teach } = drive(app, clock)
  await teach(120, search)
  t.same((await ask(ODD)).types, ['param_value_anomaly'])
})

test('mode: observe answers everybody, enforce refuses an entity whose risk is high, and tells it nothing', async (t) => {
  const blocked: string[] = []
  for (const mode of ['observe', 'enforce'] as const) {
    const { app, ask } = await taught({ mode, blockAt: 50, onBlock: (request) => blocked.push(request.ip) })
    for (let i = 0; i < 12; i++) await ask(ODD)
    const { response, assessment } = await ask(search(1))
    t.equal(assessment.action, 'block', 'the action is told in both modes')
    t.equal(response.statusCode, mode === 'observe' ? 200 : 403)
    if (mode === 'enforce') t.same({ ...response.json(), requestId: '' }, { statusCode: 403, code: 'FST_ANOMALIES_BLOCKED', error: 'Forbidden', message: 'Forbidden', requestId: '' })
    t.equal((await ask({ url: search(1), client: 2 })).response.statusCode, 200, 'others go on')
    t.equal(app.anomalies.release(addressOf(1)), true)
    t.equal((await ask(search(1))).response.statusCode, 200, 'released')
  }
  t.same(new Set(blocked), new Set([addressOf(1)]), 'onBlock: told only where it is enforced')
})

test('mode of a route goes before that of the collection', async (t) => {
  const { ask } = await taught({ mode: 'enforce', blockAt: 50 }, (app) => {
    app.get('/search', async () => 'ok')
    app.get('/open', { config: { anomalies: { mode: 'observe' } } }, async () => 'ok')
  })
  for (let i = 0; i < 12; i++) await ask(ODD)
  t.equal((await ask(search(1))).response.statusCode, 403)
  t.equal((await ask('/open')).response.statusCode, 200)
})

test('global false: only routes that ask for it are observed', async (t) => {
  for (const [global, count] of [[true, 3], [false, 1]] as const) {
    const { app, ask } = await buildApp({ ...alone, global }, (app) => {
      app.get('/plain', async () => 'ok')
      app.get('/asked', { config: { anomalies: {} } }, async () => 'ok')
    })
    for (const url of ['/plain', '/asked', '/nowhere']) await ask(url)
    t.equal(app.anomalies.baselines().length, count)
    t.equal(app.anomalies.observed, count)
  }
})

test('a route with false is not observed at all', async (t) => {
  const { app, ask } = await buildApp(alone, (app) => {
    app.get('/healthz', { config: { anomalies: false } }, async () => 'ok')
  })
  const { response } = await ask('/healthz')
  t.equal(response.statusCode, 200)
  t.same(app.anomalies.baselines(), [])
  t.equal(app.anomalies.observed, 0)
})

test('routes: gives a config to routes that have none', async (t) => {
  const shared = {}
  const { app, ask } = await buildApp({ ...alone, routes: ({ url }) => url === '/theirs' ? false : undefined }, (app) => {
    app.get('/theirs', { config: shared }, async () => 'ok')
    app.get('/ours', { config: shared }, async () => 'ok')
    app.get('/explicit', { config: { anomalies: {} } }, async () => 'ok')
  })
  for (const url of ['/theirs', '/ours', '/explicit']) await ask(url)
  t.same(app.anomalies.baselines().map((baseline) => baseline.id), ['GET /ours', 'GET /explicit'])
  t.same(shared, {}, 'a config object that routes share is left alone')
})

test('routes: a wrong config is refused at start-up like any other', async (t) => {
  const app = Fastify()
  await app.register(anomalies, { secret: SECRET, routes: () => ({ nonsense: 1 }) })
  t.throws(() => app.get('/search', async () => 'ok'), { code: 'FST_ANOMALIES_BAD_OPTION', message: /nonsense.*GET \/search/ })
})

test('key: the principal that the application knows is the entity, as a keyed hash', async (t) => {
  const { app, ask } = await taught({ key: (request) => request.headers['x-user'] as string | undefined })
  await ask({ url: ODD, headers: { 'x-user': 'maria' } })
  await ask({ url: ODD, client: 3 })
  const [second, first] = app.anomalies.query().events
  t.match(first?.entity.user, /^[\w-]{22}$/)
  t.equal(second?.entity.user, undefined)
  t.notMatch(JSON.stringify(first), 'maria')
})

test('key: risk found before the user is known is charged to the user, not to the address or credential', async (t) => {
  const guarded = (app: FastifyInstance): void => {
    app.decorateRequest('name', '')
    app.addHook('preValidation', async (request) => { (request as { name?: string }).name = request.headers['x-name'] as string })
    app.get('/search', async () => 'ok')
  }
  const { app, ask } = await taught({ key: (request) => (request as { name?: string }).name }, guarded)
  await ask({ url: ODD, client: 1, headers: { 'x-name': 'ann' } })
  await ask({ url: ODD, client: 2, headers: { authorization: 'Bearer 1234567890' } })
  const [first, second] = app.anomalies.query().events.reverse().map(({ entity }) => entity)
  t.ok(app.anomalies.risk(first?.user as string) > 0)
  t.equal(app.anomalies.risk(addressOf(1)), 0)
  t.equal(second?.user, undefined)
  t.ok(app.anomalies.risk(second?.credential as string) > 0, 'nobody in particular')
  t.equal(app.anomalies.risk(addressOf(2)), 0)
})

test('key: risk of a request that never gets to the user is charged to who is known', async (t) => {
  const { app, ask } = await taught({ key: () => 'ann' }, (app) => {
    app.get('/search', { preValidation: async (request, reply) => { if (request.headers['x-stop'] === 'yes') reply.hijack().raw.end('stopped') } }, async () => 'ok')
  })
  await ask({ url: ODD, client: 1, headers: { 'x-stop': 'yes' } })
  t.ok(app.anomalies.topEntities(5).length === 1)
})

test('key: what it throws fails no request', async (t) => {
  const { ask } = await taught({ key: () => { throw new Error('no session') } })
  t.equal((await ask(ODD)).response.statusCode, 200)
})

test('key: what is no name makes no principal of everybody, and is told', async (t) => {
  const { lines, server } = logged()
  for (const key of [async () => 'ann', async () => { throw new Error('no session') }, () => ({ id: 7 }), () => true, () => NaN] as unknown as NonNullable<AnomaliesOptions['key']>[]) {
    lines.length = 0
    const heard: unknown[] = []
    const { app, ask } = await buildApp({ ...alone, mode: 'enforce', traps: ['/wp-login.php'], key }, (app) => app.get('/search', async () => 'ok'), server)
    app.anomalies.on('error', (error) => heard.push(error))
    t.equal((await ask({ url: '/wp-login.php', client: 1 })).response.statusCode, 403)
    t.equal((await ask({ url: '/search', client: 2 })).response.statusCode, 200, String(key))
    t.ok(heard.length >= 2 && heard.every((error) => /^key must give a string/.test((error as Error).message)), String(key))
    t.equal(lines.filter((line) => line.includes('key must give a string')).length, 1)
  }
  const { ask } = await buildApp({ ...alone, mode: 'enforce', traps: ['/wp-login.php'], key: (request) => BigInt(String(request.headers['x-user'])) as unknown as number }, (app) => app.get('/search', async () => 'ok'))
  await ask({ url: '/wp-login.php', headers: { 'x-user': '1' } })
  t.equal((await ask({ url: '/search', headers: { 'x-user': '2' } })).response.statusCode, 200)
  t.equal((await ask({ url: '/search', headers: { 'x-user': '1' } })).response.statusCode, 403)
})

test('the client is whom a trusted proxy names, whatever order proxies, strangers and lists come in', async (t) => {
  const PROXY = '10.0.0.1'
  const built = await buildApp(alone, (app) => {
    app.get('/search', async (request) => {
      app.anomalies.report(request, { type: 'odd', severity: 5, risk: 60, detail: 'odd' })
      return 'ok'
    })
  }, { trustProxy: PROXY })
  const seen: [peer: string, forwarded: string | undefined, client: string][] = [
    [PROXY, '203.0.113.9', '203.0.113.9'],
    [PROXY, '203.0.113.10', '203.0.113.10'],
    ['10.0.0.2', '203.0.113.9', '10.0.0.2'],
    [PROXY, '6.6.6.6, 203.0.113.11', '203.0.113.11'],
    [PROXY, '203.0.113.9', '203.0.113.9'],
    [PROXY, undefined, PROXY],
    [PROXY, '2001:db8::7', '2001:db8:0:0::/64'],
    [PROXY, '203.0.113.13:50123', '203.0.113.13'],
    [PROXY, '6.6.6.6, 203.0.113.14:50124', '203.0.113.14'],
    [PROXY, '[2001:db8:7::7]:443', '2001:db8:7:0::/64'],
    ['10.0.0.2', '203.0.113.10', '10.0.0.2'],
    [PROXY, '203.0.113.12', '203.0.113.12']
  ]
  for (const [peer, forwarded, client] of seen) {
    await built.ask({ url: '/search', client: peer, ...forwarded === undefined ? null : { headers: { 'x-forwarded-for': forwarded } } })
    t.equal(built.app.anomalies.query({ limit: 1 }).events[0]?.entity.ip, client, `${peer} ${forwarded}`)
  }
})

test('an application\'s report after the reply was judged still keeps its request from teaching', async (t) => {
  const built = await buildApp(alone, (app) => {
    app.get('/search', async () => 'ok')
    app.addHook('onResponse', (request, reply, done) => {
      if (request.url.includes('odd')) app.anomalies.report(request, { type: 'odd', severity: 9, risk: 90, detail: 'odd' })
      done()
    })
  })
  await built.teach(30, () => '/search?page=1')
  const samples = (): number | undefined => built.app.anomalies.baselines()[0]?.detectors['endpoint-profiler']?.samples
  const before = samples()
  await built.ask('/search?page=1&odd')
  t.equal(samples(), before)
  await built.ask('/search?page=1')
  t.equal(samples(), (before ?? 0) + 1)
})

test('a credential is an entity, shown only as a keyed hash', async (t) => {
  const { app, ask } = await taught()
  await ask({ url: ODD, headers: { authorization: 'Bearer swordfish' } })
  const [event] = app.anomalies.query().events
  t.match(event?.entity.credential, /^[\w-]{22}$/)
  t.ok(app.anomalies.risk(event?.entity.credential ?? '') > 0)
  t.equal(app.anomalies.risk(addressOf(1)), 0)
})

test('flagAt: the score from which a request is flagged, for all routes or one', async (t) => {
  const routes = (app: FastifyInstance): void => {
    app.get('/search', async () => 'ok')
    app.get('/strict', { config: { anomalies: { flagAt: 99 } } }, async () => 'ok')
  }
  for (const [flagAt, flagged] of [[50, true], [99, false]] as const) {
    const { ask, teach } = await taught({ flagAt }, routes)
    const { assessment } = await ask('/search?page=3')
    t.ok(assessment.score > 50 && assessment.score < 99)
    t.equal(assessment.flagged, flagged)
    await teach(120, (i) => search(i).replace('search', 'strict'))
    t.equal((await ask('/strict?page=3')).assessment.flagged, false)
  }
})

test('throttleAt and blockAt: the risk from which an entity\'s action changes', async (t) => {
  for (const [throttleAt, blockAt, action] of [[90, 95, 'allow'], [30, 95, 'throttle'], [20, 30, 'block']] as const) {
    const { ask } = await taught({ throttleAt, blockAt })
    for (let i = 0; i < 5; i++) await ask(ODD)
    t.equal((await ask(search(1))).assessment.action, action)
  }
})

test('riskHalfLife: the time in which risk halves', async (t) => {
  for (const [riskHalfLife, left] of [['1 minute', 0.25], [120_000, 0.5]] as const) {
    const { app, ask, clock } = await taught({ riskHalfLife })
    await ask(ODD)
    const before = app.anomalies.risk(addressOf(1))
    clock.advance(120_000)
    t.ok(Math.abs(app.anomalies.risk(addressOf(1)) / before - left) < 0.01)
  }
})

test('entities: the risk of so many is kept', async (t) => {
  for (const [entities, kept] of [[100, 5], [2, 2]] as const) {
    const { app, ask } = await taught({ entities })
    for (let client = 0; client < 5; client++) await ask({ url: oddOf(client), client })
    t.equal(app.anomalies.topEntities(10).length, kept)
  }
})

test('halfLife: what was learned is forgotten after some', async (t) => {
  for (const [halfLife, forgotten] of [['30 days', false], ['1 day', true]] as const) {
    const { ask, clock } = await taught({ halfLife })
    clock.advance(20 * 86_400_000)
    t.equal((await ask(ODD)).assessment.signals.length === 0, forgotten, halfLife)
  }
})

test('one client makes a flagged thing known by coming back in early life, and not by insisting', async (t) => {
  const sort = (i: number): Ask => ({ url: `/search?sort=${i % 2 === 0 ? 'asc' : 'desc'}`, after: 0, client: 1 })
  const odd: Ask = { url: '/search?sort=t;p', after: 0, client: 1 }
  const { ask, teach } = await buildApp()
  await teach(100, sort, 1)
  for (let i = 0; i < 5; i++) t.ok((await ask(odd)).assessment.flagged, 'again and again at once')
  for (let round = 0; round < 3; round++) {
    await teach(60, sort, 1)
    await ask(odd)
  }
  t.notOk((await ask(odd)).assessment.flagged, 'after three windows of a fifth more requests each')
})

test('promoteAfter: so many clients make a flagged thing known', async (t) => {
  for (const promoteAfter of [1, 3]) {
    const { ask } = await taught({ promoteAfter })
    const flagged: boolean[] = []
    for (let client = 1; client < 6; client++) flagged.push((await ask({ url: `${search(client)}&theme=dark`, client })).assessment.flagged)
    t.same(flagged, [1, 2, 3, 4, 5].map((nth) => nth <= promoteAfter))
  }
})

test('learnFrom: replies of a status that ordinary requests do not get teach only where any may', async (t) => {
  for (const [learnFrom, samples] of [['ordinary', 40], ['any', 41]] as const) {
    let status = 200
    const { app, teach, ask } = await buildApp({ ...alone, learnFrom }, (app) => app.get('/search', (request, reply) => reply.code(status).send('ok')))
    await teach(40, search)
    status = 404
    await ask(search(1))
    await ask({ url: '/flush-the-last', client: 5 })
    t.equal(app.anomalies.baselines()[0]?.detectors['endpoint-profiler']?.samples, samples)
  }
})

test('a status that several principals ordinarily get may teach, even 404', async (t) => {
  let status = 200
  const { app, teach } = await buildApp(alone, (app) => app.get('/search', (request, reply) => reply.code(status).send('ok')))
  await teach(40, search)
  status = 404
  await teach(60, search)
  const samples = app.anomalies.baselines()[0]?.detectors['endpoint-profiler']?.samples ?? 0
  t.ok(samples > 80 && samples < 100, `${samples}`)
})

test('a flagged request teaches nothing', async (t) => {
  const { app, ask } = await taught()
  const samples = (): number | undefined => app.anomalies.baselines()[0]?.detectors['endpoint-profiler']?.samples
  const before = samples()
  for (let i = 0; i < 20; i++) await ask(ODD)
  t.equal(samples(), before)
  t.ok((await ask(ODD)).assessment.flagged)
})

test('events: so many are kept, the rest is counted as dropped', async (t) => {
  for (const [events, dropped] of [[100, 0], [4, 6]] as const) {
    const { app, ask } = await taught({ events })
    for (let client = 0; client < 10; client++) await ask({ url: oddOf(client), client })
    const page = app.anomalies.query()
    t.same([page.total, page.dropped, page.capacity, page.events.length], [10, dropped, events, 10 - dropped])
  }
})

test('the same finding again is one episode: an event when it opens, at doubling steps and when it closes', async (t) => {
  const { app, ask, clock } = await taught()
  for (let i = 0; i < 20; i++) await ask({ url: ODD, after: 100 })
  const during = app.anomalies.query().events.map((event) => [event.episode?.state, event.episode?.count])
  t.same(during, [['step', 16], ['step', 8], ['step', 4], ['open', 2], [undefined, undefined]])
  clock.advance(120_000)
  const [last] = app.anomalies.query().events
  t.same([last?.episode?.state, last?.episode?.count], ['close', 20])
  t.equal(app.anomalies.query().total, 6)
})

test('query: every filter keeps out what does not fit', async (t) => {
  const { app, ask, clock } = await taught()
  await ask(ODD)
  const between = clock.now()
  await ask({ url: '/.git/config', client: 2 })
  const { anomalies } = app
  const types = (query: object): string[] => anomalies.query(query).events.map((event) => event.type)
  t.same(types({}), ['probe_path', 'param_value_anomaly'])
  t.same(types({ type: 'probe_path' }), ['probe_path'])
  t.same(types({ route: '/search' }), ['param_value_anomaly'])
  t.same(types({ route: 'GET /search' }), ['param_value_anomaly'])
  t.same(types({ route: 'POST /search' }), [])
  t.same(types({ entity: addressOf(2) }), ['probe_path'])
  t.same(types({ detector: 'header-profiler' }), [])
  t.same(types({ level: 'critical' }), [])
  t.same(types({ severity: 10 }), [])
  t.same(types({ from: between + 1 }), ['probe_path'])
  t.same(types({ to: between }), ['param_value_anomaly'])
  t.same(types({ from: new Date(between + 1) }), ['probe_path'])
  t.same(types({ to: new Date(between).toISOString() }), ['param_value_anomaly'])
  const { detectedAt } = anomalies.query({ type: 'probe_path' }).events[0] as { detectedAt: string }
  t.same(types({ from: detectedAt, to: detectedAt }), ['probe_path'], 'as an event shows it')
  for (const from of ['yesterday', 'x', NaN, new Date('x')]) t.throws(() => anomalies.query({ from }), { code: 'FST_ANOMALIES_BAD_PARAMETER', message: /from/ })
})

test('query: a cursor goes through all events once, newest first', async (t) => {
  const { app, ask } = await taught()
  for (let client = 0; client < 11; client++) await ask({ url: oddOf(client), client })
  const ids: string[] = []
  let cursor: number | null = null
  do {
    const page = app.anomalies.query({ limit: 3, ...cursor === null ? null : { cursor } })
    ids.push(...page.events.map((event) => event.id))
    cursor = page.next
  } while (cursor !== null)
  t.equal(new Set(ids).size, 11)
  t.same(ids, [...ids].sort().reverse())
})

test('subscribers get each event: onAnomaly, on(), the diagnostics channel', async (t) => {
  const heard: Record<string, AnomalyEventJson[]> = { option: [], listener: [], channel: [] }
  const listen = (event: unknown): void => { heard.channel?.push(event as AnomalyEventJson) }
  subscribe('fastify-anomalies:anomaly', listen)
  t.teardown(() => unsubscribe('fastify-anomalies:anomaly', listen))
  const { app, ask } = await taught({ onAnomaly: (event) => heard.option?.push(event) })
  app.anomalies.on('anomaly', (event) => heard.listener?.push(event))
  await ask(ODD)
  for (const [name, events] of Object.entries(heard)) {
    t.equal(events.length, 1, name)
    t.match(events[0], { type: 'param_value_anomaly', detector: 'endpoint-profiler', field: 'query.page', route: { method: 'GET', url: '/search' }, entity: { ip: addressOf(1) }, action: 'allow' })
  }
})

test('a subscriber that throws fails no request and is logged once', async (t) => {
  const lines: string[] = []
  const clock = new ManualClock()
  const app = Fastify({ logger: { level: 'error', stream: { write: (line: string) => lines.push(line) } } })
  await app.register(anomalies, { ...alone, secret: SECRET, clock, onAnomaly: () => { throw new Error('listener') } })
  app.get('/search', async () => 'ok')
  const { ask, teach } = drive(app, clock)
  await teach(120, search)
  for (let client = 0; client < 5; client++) t.equal((await ask({ url: ODD, client })).response.statusCode, 200)
  t.equal(lines.length, 1)
})

test('a subscriber whose promise is rejected ends no process; the others hear of each event all the same', async (t) => {
  const { lines, server } = logged()
  const rejected: unknown[] = []
  const note = (error: unknown): void => { rejected.push(error) }
  process.on('unhandledRejection', note)
  t.teardown(() => process.off('unhandledRejection', note))
  const failing = async (): Promise<void> => { throw new Error('the webhook is down') }
  const { app, ask } = await buildApp({ ...alone, mode: 'enforce', traps: ['/hidden'], onAnomaly: failing, onBlock: failing }, (app) => app.get('/search', async () => 'ok'), server)
  const heard: string[] = []
  app.anomalies.on('anomaly', failing)
  app.anomalies.on('anomaly', () => { throw new Error('listener') })
  app.anomalies.on('anomaly', (event) => heard.push(event.type))
  app.anomalies.on('block', failing)
  await ask('/hidden')
  await new Promise((resolve) => setImmediate(resolve))
  t.same(rejected, [])
  t.same(heard, ['trap_hit'])
  t.equal(lines.length, 1)
})

test('redact: a pattern is asked anew for each name, whatever its flags', async (t) => {
  const { app, ask } = await taught({ redact: [/^pa/g] })
  for (let client = 1; client <= 4; client++) await ask({ url: ODD, client })
  t.same(new Set(app.anomalies.query().events.map((event) => (event.actual as { sample: string }).sample)), new Set(['[redacted, 1 characters]']))
})

test('redact: values of such names are shown only by their length', async (t) => {
  for (const [redact, shown] of [[[], 'a…'], [['page'], '[redacted, 1 characters]'], [[/^pa/], '[redacted, 1 characters]']] as const) {
    const { app, ask } = await taught({ redact: [...redact] })
    await ask(ODD)
    const actual = app.anomalies.query().events[0]?.actual as { sample: string }
    t.equal(actual.sample, redact.length === 0 ? 'a' : shown)
  }
})

test('secret: hashes under one secret are alike, under another they are not', async (t) => {
  const tags: (string | undefined)[] = []
  for (const secret of [SECRET, SECRET, 'another secret altogether']) {
    const { app, ask } = await taught({ secret })
    await ask({ url: ODD, headers: { authorization: 'Bearer x' } })
    tags.push(app.anomalies.query().events[0]?.entity.credential)
  }
  t.equal(tags[0], tags[1])
  t.not(tags[0], tags[2])
})

test('random: without a secret the key comes from it', async (t) => {
  const tags: string[] = []
  for (const share of [0.25, 0.25, 0.75]) {
    const app = Fastify()
    await app.register(anomalies, { random: () => share })
    tags.push(app.anomalies.snapshot().keyTag)
  }
  t.equal(tags[0], tags[1])
  t.not(tags[0], tags[2])
})

test('clock: all times in what is shown are its own', async (t) => {
  const { app, ask, clock } = await taught()
  await ask(ODD)
  t.equal(app.anomalies.query().events[0]?.detectedAt, new Date(clock.now()).toISOString())
})

test('check and request.anomalies say the same and count nothing', async (t) => {
  const { app, ask } = await taught({}, (app) => {
    app.get('/search', async (request) => ({ own: request.anomalies.score, checked: app.anomalies.check(request, { record: false }).score }))
  })
  const { response } = await ask(ODD)
  const { own, checked } = response.json<{ own: number, checked: number }>()
  t.ok(own > 50)
  t.equal(own, checked)
  t.equal(app.anomalies.query().total, 1)
})

test('check with record: true makes events of what was found, and adds no risk', async (t) => {
  const { app, ask } = await taught({ events: 50 }, (app) => {
    app.get('/search', async (request) => app.anomalies.check(request, { record: request.headers['x-record'] === 'yes' }))
  })
  await ask(ODD)
  const [events, risk] = [app.anomalies.query().total, app.anomalies.risk(addressOf(1))]
  const { response } = await ask({ url: ODD, client: 2, headers: { 'x-record': 'yes' } })
  t.match(response.json(), { flagged: true, signals: [{ type: 'param_value_anomaly' }] })
  t.equal(app.anomalies.query().total, events + 2, 'found, and recorded by check')
  t.ok(app.anomalies.risk(addressOf(2)) < 1.2 * risk)
  await ask({ url: search(1), client: 3, headers: { 'x-record': 'yes' } })
  t.equal(app.anomalies.query().total, events + 2, 'nothing found, nothing recorded')
})

test('a finding that cannot be read, described or written down fails no request', async (t) => {
  const fail = (): never => { throw new Error('broken evidence') }
  const finding = { type: 'odd_coupon', severity: 5, risk: 60, field: 'body.coupon' }
  const findings = [
    { ...finding, detail: 'its evidence throws', expected: { toJSON: fail }, actual: { get inner (): never { return fail() } } },
    { ...finding, detail: 'its evidence is no JSON', expected: 10n, actual: () => 1 },
    { ...finding, get detail (): never { return fail() } },
    { ...finding, detail: { toString: fail } }
  ]
  const written: string[] = []
  const { app, ask } = await buildApp({ ...alone, onAnomaly: (event) => written.push(JSON.stringify(event)) }, (app) => {
    app.get('/search', async (request) => {
      app.anomalies.report(request, findings[Number((request.query as { n: string }).n)] as never)
      return 'ok'
    })
  })
  for (let n = 0; n < findings.length; n++) t.equal((await ask({ url: `/search?n=${n}`, client: n })).response.statusCode, 200, `finding ${n}`)
  t.equal(written.length, 3, 'all that could be read')
  t.match(written[0], /"expected":"\(evidence that JSON cannot say\)"/)
  t.doesNotThrow(() => JSON.stringify(app.anomalies.query()))
})

test('report: a finding of the application counts like a detector\'s', async (t) => {
  const { app, ask } = await buildApp(alone, (app) => {
    app.get('/search', async (request) => {
      app.anomalies.report(request, { type: 'coupon_guessing', severity: 7, risk: 80, field: 'body.coupon', detail: 'eight wrong coupons' })
      return request.anomalies
    })
  })
  const { response, assessment } = await ask('/search')
  t.match(response.json(), { score: 80, flagged: true })
  t.match(assessment.signals[0], { type: 'coupon_guessing', detector: 'application', risk: 80 })
  t.match(app.anomalies.query().events[0], { type: 'coupon_guessing', detail: 'eight wrong coupons', level: 'high' })
  t.ok(app.anomalies.risk(addressOf(1)) > 0)
})

test('a detector of a third party comes in by the same door', async (t) => {
  const { app, ask, teach } = await buildApp(alone, async (app) => {
    app.anomalies.detector('night-owl', () => ({ samples: 0 }), { minSamples: 3 })
      .on('onRequest', (state, observation) => {
        if (state.samples >= 3) app.log.debug(observation.url)
      })
      .learn((state) => { state.samples++ })
    app.get('/search', { config: { anomalies: { nightOwl: {} } } }, async () => 'ok')
    app.get('/day', { config: { anomalies: { nightOwl: false } } }, async () => 'ok')
  })
  await teach(10, (i) => i % 2 === 0 ? '/search' : '/day')
  await ask('/search')
  const views = new Map(app.anomalies.baselines().map((view) => [view.id, view.detectors['night-owl']]))
  t.match(views.get('GET /search'), { state: 'active', progress: 1 })
  t.equal(views.get('GET /day'), undefined)
  t.throws(() => app.anomalies.detector('night-owl', () => ({})), { code: 'FST_ANOMALIES_BAD_OPTION' })
  t.throws(() => app.anomalies.detector('Night Owl', () => ({})), { code: 'FST_ANOMALIES_BAD_OPTION' })
})

test('a detector that throws fails no request, is counted each time and logged once', async (t) => {
  const lines: string[] = []
  const clock = new ManualClock()
  const app = Fastify({ logger: { level: 'error', stream: { write: (line: string) => lines.push(line) } } })
  await app.register(anomalies, { secret: SECRET, clock, ...alone })
  const fail = (): never => { throw new Error('broken') }
  app.anomalies.detector('broken', () => ({ toJSON: fail, describe: fail, halve: fail }))
    .on('onRequest', fail).on('preValidation', fail).on('onSend', fail).learn(fail).quarantine(fail)
  app.anomalies.detector('stillborn', fail)
  app.get('/search', async () => 'ok')
  const errors: unknown[] = []
  app.anomalies.on('error', (error) => errors.push(error))
  const { ask, teach } = drive(app, clock)
  await teach(120, search)
  const { response, types } = await ask(ODD)
  t.equal(response.statusCode, 200)
  t.same(types, ['param_value_anomaly'], 'the others go on')
  t.equal(app.anomalies.detectors.find((detector) => detector.name === 'broken')?.faults, 4 * 121)
  t.match(app.anomalies.detectors.find((detector) => detector.name === 'broken')?.lastFault, 'broken')
  t.equal(errors.length, 4 * 121 + 1)
  t.equal(lines.length, 2, 'one line a detector')
  t.doesNotThrow(() => [app.anomalies.baselines(), app.anomalies.snapshot()])
  clock.advance(30 * 86_400_000)
  t.equal((await ask(search(1))).response.statusCode, 200)
})

test('a detector whose state, findings or descriptions throw fails no request either', async (t) => {
  const fail = (): never => { throw new Error('broken') }
  const { app, ask, teach } = await buildApp(alone, async (app) => {
    app.anomalies.detector('broken', () => ({ get samples (): never { return fail() } })).learn(() => {})
      .on('onRequest', (_, observation) => observation.add({ severity: 9, get risk (): never { return fail() }, get type (): never { return fail() } } as never))
    app.get('/search', async () => 'ok')
  })
  app.anomalies.on('anomaly', () => {})
  await teach(5, search)
  t.equal((await ask(search(1))).response.statusCode, 200)
  t.doesNotThrow(() => app.anomalies.baselines())
  t.ok(app.anomalies.detectors.find((detector) => detector.name === 'broken')?.faults as number >= 5)
})

test('learned is told when a baseline becomes active, and when a thing is promoted', async (t) => {
  const { app, ask, teach } = await buildApp(alone)
  const heard: unknown[] = []
  app.anomalies.on('learned', (what) => heard.push(what))
  await teach(120, search)
  t.same(heard, [{ route: 'GET /search', detector: 'endpoint-profiler' }])
  for (let client = 1; client < 4; client++) await ask({ url: `${search(client)}&theme=dark`, client })
  await ask(search(1))
  t.ok(heard.some((what) => (what as { field?: string }).field === 'query.theme'))
})

test('a route is active when its own floor is reached', async (t) => {
  const { app, teach } = await buildApp({ jsonSchemaLearner: false, trends: false }, (app) => {
    app.get('/search', async () => 'ok')
    app.get('/quick', { config: { anomalies: { endpointProfiler: { minSamples: 5 } } } }, async () => 'ok')
    app.get('/slow', { config: { anomalies: { endpointProfiler: { minSamples: 80 } } } }, async () => 'ok')
  })
  const learned: string[] = []
  app.anomalies.on('learned', ({ route, detector }) => learned.push(`${detector} ${route}`))
  const states = (): Record<string, string> => Object.fromEntries(app.anomalies.baselines().map(({ id, state }) => [id, state]))
  await teach(60, () => '/search')
  await teach(5, () => '/quick')
  await teach(19, () => '/slow')
  t.same(states(), { 'GET /search': 'active', 'GET /quick': 'active', 'GET /slow': 'learning' })
  t.match(app.anomalies.baselines()[2]?.detectors, { 'endpoint-profiler': { samples: 19, progress: 19 / 80 }, 'header-profiler': { samples: 19, progress: 1 } })
  await teach(61, () => '/slow')
  t.equal(states()['GET /slow'], 'active')
  t.same(learned.filter((line) => line.startsWith('endpoint')), ['endpoint-profiler GET /search', 'endpoint-profiler GET /quick', 'endpoint-profiler GET /slow'])
})

test('a baseline is learning, then active, and frozen by hand: it goes on judging and learns no more', async (t) => {
  const { app, ask, teach } = await buildApp(alone)
  const state = (): string | undefined => app.anomalies.baselines()[0]?.state
  await teach(10, search)
  t.equal(state(), 'learning')
  await teach(110, search)
  t.equal(state(), 'active')
  app.anomalies.freeze('GET /search')
  t.equal(state(), 'frozen')
  const samples = app.anomalies.baselines()[0]?.detectors['endpoint-profiler']?.samples
  await teach(10, search)
  t.equal(app.anomalies.baselines()[0]?.detectors['endpoint-profiler']?.samples, samples)
  t.same((await ask(ODD)).types, ['param_value_anomaly'])
  app.anomalies.unfreeze('GET /search')
  await teach(10, search)
  t.ok((app.anomalies.baselines()[0]?.detectors['endpoint-profiler']?.samples ?? 0) > (samples ?? 0))
})

test('freeze without a name holds for all routes, those to come too', async (t) => {
  const { app, teach } = await buildApp(alone)
  app.anomalies.freeze()
  await teach(10, search)
  t.match(app.anomalies.baselines(), [{ state: 'frozen', detectors: { 'endpoint-profiler': { samples: 0 } } }])
  app.anomalies.unfreeze()
  await teach(10, search)
  t.equal(app.anomalies.baselines()[0]?.state, 'learning')
})

test('reset forgets a route, keeps its own options, and an unknown name is an error', async (t) => {
  const { app, ask, teach } = await taught({}, (app) => app.get('/search', { config: { anomalies: { endpointProfiler: { minSamples: 60 } } } }, async () => 'ok'))
  app.anomalies.reset('GET /search')
  t.same((await ask(ODD)).types, [])
  await teach(45, search)
  t.same((await ask(ODD)).types, [], 'still learning: minSamples of the route holds')
  t.throws(() => app.anomalies.reset('GET /nowhere'), { code: 'FST_ANOMALIES_UNKNOWN_BASELINE' })
  t.throws(() => app.anomalies.freeze('GET /nowhere'), { code: 'FST_ANOMALIES_UNKNOWN_BASELINE' })
})

test('routes of one path with constraints have a baseline each', async (t) => {
  const shared = {}
  const { app, ask } = await buildApp(alone, (app) => {
    app.get('/search', { config: shared, constraints: { host: 'a.test' } }, async () => 'a')
    app.get('/search', { config: shared, constraints: { host: 'b.test' } }, async () => 'b')
    app.get('/plain', { config: shared }, async () => 'p')
  })
  for (const host of ['a.test', 'b.test']) await ask({ url: '/search', headers: { host } })
  await ask('/plain')
  t.same(app.anomalies.baselines().map((view) => view.id), ['GET /search {"host":"a.test"}', 'GET /search {"host":"b.test"}', 'GET /plain'])
})

test('a route that takes connections over learns too: what is new there does not stay new for ever', async (t) => {
  const app = Fastify()
  await app.register(anomalies, { secret: SECRET })
  app.get('/events', (request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
    reply.raw.end('data: x\n\n')
  })
  app.get('/search', async () => 'ok')
  const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0.0.0', accept: '*/*', 'accept-language': 'en-US,en;q=0.9' }
  for (let i = 0; i < 400; i++) await app.inject({ url: '/search', headers: browser, remoteAddress: addressOf(i % 30) })
  t.equal(app.anomalies.flagged, 0)
  for (let i = 0; i < 100; i++) {
    await app.inject({ url: '/events?topic=prices', headers: { ...browser, accept: 'text/event-stream', 'cache-control': 'no-cache' }, remoteAddress: addressOf(i % 30) })
    await app.inject({ url: '/search', headers: browser, remoteAddress: addressOf(i % 30) })
  }
  t.ok(app.anomalies.flagged <= 10, `${app.anomalies.flagged} of 100 flagged`)
  t.ok((app.anomalies.baselines().find(({ id }) => id === 'GET /events')?.responses ?? 0) > 90)
  await app.close()
})

test('a busy route learns from fewer of its requests than a quiet one, and is judged all the same', async (t) => {
  const learned = async (after: number): Promise<number> => {
    const { app, ask, teach } = await buildApp({ ...alone, halfLife: '70 days' })
    await teach(600, (i) => ({ url: search(i), after }))
    const snapshot = JSON.parse(JSON.stringify(app.anomalies.snapshot()))
    for (const { state } of Object.values<{ state: { responses: number } }>(snapshot.routes)) state.responses = 5000
    app.anomalies.restore(snapshot)
    const samples = (): number => app.anomalies.baselines()[0]?.detectors['endpoint-profiler']?.samples ?? 0
    const before = samples()
    await teach(2000, (i) => ({ url: search(i), after }))
    t.match((await ask({ url: ODD, client: 7 })).types, ['param_value_anomaly'])
    const learned = samples() - before
    await app.close()
    return learned
  }
  const quiet = await learned(120_000)
  const busy = await learned(10)
  t.ok(quiet > 90 && quiet < 160, `${quiet} of 2,000, two minutes apart`)
  t.ok(busy > 0 && busy < 30, `${busy} of 2,000, a hundred a second`)
})

test('a flood of one client is set aside no oftener than ordinary requests teach, and others are set aside all the same', async (t) => {
  const aside = new Map<string, number>()
  const { ask, teach } = await buildApp(alone, (app) => {
    app.anomalies.detector('listener', () => ({ samples: 0 })).quarantine((state, { client }) => { aside.set(client, (aside.get(client) ?? 0) + 1) })
    app.get('/search', async () => ({ found: [] }))
  })
  await teach(600, search)
  let flagged = 0
  for (let i = 0; i < 400; i++) if ((await ask({ url: oddOf(i), client: 1, after: 1 })).assessment.flagged) flagged++
  t.equal(flagged, 400)
  const flooding = aside.get(addressOf(1)) as number
  t.ok(flooding >= 64 && flooding < 120, `${flooding} of 400 in less than half a second`)
  for (let i = 0; i < 20; i++) await ask({ url: oddOf(1000 + i), client: 2, after: 1 })
  t.equal(aside.get(addressOf(2)), 20)
  for (let i = 0; i < 20; i++) await ask({ url: oddOf(i), client: 1, after: i === 0 ? 60_000 : 1 })
  t.equal(aside.get(addressOf(1)), flooding + 20, 'each of the next minute')
})

test('the config of a route is found where Fastify keeps it, and else asked for', async (t) => {
  const app = Fastify()
  const configs = new RouteConfigs()
  const seen: unknown[] = []
  let asked = 0
  app.addHook('onRequest', (request, reply, done) => {
    const { config } = request.routeOptions
    Object.defineProperty(request, 'routeOptions', { get: () => { asked++; return { config } } })
    seen.push(configs.of(request))
    done()
  })
  app.get('/a', { config: { mark: 1 } as object }, async () => '')
  app.register(async (child) => { child.get('/b', { config: { mark: 2 } as object }, async () => '') })
  for (const url of ['/none', '/a', '/b', '/a', '/none']) await app.inject(url)
  t.match(seen, [null, { mark: 1, url: '/a' }, { mark: 2, url: '/b' }, { mark: 1, url: '/a' }, null])
  t.equal(asked, 1, 'once, to find it')
  const config = { url: '/c' }
  t.equal(new RouteConfigs().of({ is404: false, routeOptions: { config } } as unknown as FastifyRequest), config)
  await app.close()
})

test('the bytes of a reply are those sent, of text that takes several a character, and of bytes', async (t) => {
  const { app, ask } = await buildApp(alone, (app) => {
    app.get('/text', async (_, reply) => reply.type('text/plain').send('é'.repeat(10)))
    app.get('/bytes', async (_, reply) => reply.type('text/plain').send(Buffer.alloc(7)))
  })
  const sizes: number[][] = []
  app.anomalies.detector('sizes', () => ({})).on('onSend', (_, observation) => { sizes.push([observation.mostResponseBytes, observation.responseBytes, observation.mostResponseBytes]) })
  await ask('/text')
  await ask('/bytes')
  t.same(sizes, [[30, 20, 20], [7, 7, 7]])
})

test('an option that is left out by its value is left out, whatever its name', async (t) => {
  const app = Fastify()
  await app.register(anomalies, { secret: undefined, injection: undefined, store: undefined } as unknown as AnomaliesOptions)
  await t.resolves(async () => await app.ready())
  t.ok(app.anomalies.detectors.some(({ name }) => name === 'injection'))
})
