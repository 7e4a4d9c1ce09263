import Fastify from 'fastify'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse, RouteOptions } from 'fastify'
import { test } from 'tap'
import anomalies, { anomaliesRoute, registry } from '../../plugins'
import type { AnomaliesRouteOptions } from '../../plugins'
import { addressOf, buildApp, SECRET } from '../fixtures/app'
import type { TestApp } from '../fixtures/app'
import { logged } from '../fixtures/logged'

const TOKEN = 'a token that only the tests know'
const BEARER = { authorization: `Bearer ${TOKEN}` }
const LONG = `/${Array.from({ length: 9 }, (_, i) => `part-number-${i}/:parameter${i}`).join('/')}`

function shop (app: FastifyInstance): void {
  app.get('/search', async () => ({ found: [] }))
  app.get('/orders/:id', async () => ({ state: 'sent' }))
  app.get(LONG, async () => ({}))
}

/** A shop that has learned its searches and was asked some that no ordinary client asks. */
async function attacked (admin: AnomaliesRouteOptions = { token: TOKEN }): Promise<TestApp> {
  const shopApp = await buildApp({ admin, headerProfiler: false, jsonSchemaLearner: false, authBurst: false, rateSpike: false, trends: false }, shop)
  await shopApp.teach(60, (i) => `/search?page=${i % 9}`)
  await shopApp.teach(5, (i) => `/orders/${i + 100}`)
  await shopApp.ask({ url: "/search?page=1'%20or%201=1--&debug=1", client: 7 })
  await shopApp.ask({ url: '/search?page=<script>&admin=1', client: 8 })
  return shopApp
}

function get (app: FastifyInstance, url: string, headers: Record<string, string> = BEARER): Promise<LightMyRequestResponse> {
  return app.inject({ url, headers })
}

function post (app: FastifyInstance, url: string, more: InjectOptions = {}): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'POST', url, headers: BEARER, ...more })
}

function codeIn (lines: string[]): string {
  return /code=([\w-]+)/.exec(lines.join(''))?.[1] ?? ''
}

const id = (route: string): string => encodeURIComponent(route)

test('without the option there is no admin route', async (t) => {
  for (const options of [{}, { admin: false } as const]) {
    const { app } = await buildApp(options)
    t.equal((await get(app, '/__anomalies')).statusCode, 404)
  }
})

test('the summary counts events, shows learning progress, the riskiest entities and the health of detectors', async (t) => {
  const { app } = await attacked()
  const response = await get(app, '/__anomalies')
  t.equal(response.statusCode, 200)
  t.match(response.headers['content-type'], /^application\/json/)
  const summary = response.json()
  t.same(summary.requests, { observed: 67, flagged: 2, blocked: 0 })
  const events = app.anomalies.query().events
  t.equal(summary.events.total, events.length)
  t.equal(summary.events.byType.unexpected_param, events.filter(({ type }) => type === 'unexpected_param').length)
  t.equal(summary.events.byLevel.medium ?? 0, events.filter(({ level }) => level === 'medium').length)
  t.same(summary.learning, { isFrozen: false, routes: 2, learning: 1, active: 1, frozen: 0 })
  const orders = summary.routes.find((route: { id: string }) => route.id === 'GET /orders/:id')
  t.same(orders.detectors['endpoint-profiler'], { state: 'learning', samples: 5, progress: 0.25 })
  t.same(summary.entities.map(({ entity }: { entity: string }) => entity).sort(), [addressOf(7), addressOf(8)])
  t.same(summary.detectors, [{ name: 'endpoint-profiler', minSamples: 20, faults: 0, lastFault: null }])
  t.equal(summary.now, new Date(Date.UTC(2026, 0, 5, 12) + 67_000).toISOString(), 'the time is that of the clock given')
})

test('a detector that throws shows in the summary with its last fault', async (t) => {
  const { app, ask } = await buildApp({ admin: { token: TOKEN }, headerProfiler: false, endpointProfiler: false, jsonSchemaLearner: false, authBurst: false, rateSpike: false, trends: false }, (app) => {
    app.anomalies.detector('broken', () => ({})).on('onRequest', () => { throw new RangeError('no such thing') })
    shop(app)
  })
  await ask('/search')
  await ask('/search')
  t.same((await get(app, '/__anomalies')).json().detectors, [{ name: 'broken', minSamples: 20, faults: 2, lastFault: 'RangeError: no such thing' }])
})

test('events are those of query, under each of its filters', async (t) => {
  const { app, clock } = await attacked()
  const all = app.anomalies.query()
  t.ok(all.events.length >= 4)
  t.same((await get(app, '/__anomalies/events')).json(), all)
  const now = clock.now()
  const filters = {
    type: 'unexpected_param',
    severity: 5,
    level: 'medium',
    detector: 'endpoint-profiler',
    route: 'GET /search',
    entity: addressOf(7),
    from: now - 500,
    to: now - 500,
    limit: 2,
    cursor: 3
  }
  for (const [name, value] of Object.entries(filters)) {
    const { events, next } = (await get(app, `/__anomalies/events?${name}=${encodeURIComponent(value)}`)).json()
    const expected = app.anomalies.query({ [name]: value })
    t.same({ events, next }, { events: expected.events, next: expected.next }, name)
  }
  t.same((await get(app, '/__anomalies/events?detector=other')).json().events, [])
  const written = new Date(now).toISOString()
  t.ok((await get(app, `/__anomalies/events?from=${written}`)).json().events.every(({ detectedAt }: { detectedAt: string }) => detectedAt === written), 'RFC 3339')
  const east = new Date(now + 3_600_000).toISOString().replace('Z', '+01:00')
  t.same((await get(app, `/__anomalies/events?from=${east}`)).json(), app.anomalies.query({ from: now }), 'an offset whose plus sign was not encoded')
})

test('following the cursor gives every event once', async (t) => {
  const { app } = await attacked()
  const seen: string[] = []
  let cursor = ''
  do {
    const { events, next } = (await get(app, `/__anomalies/events?limit=1${cursor}`)).json()
    seen.push(...events.map((event: { id: string }) => event.id))
    cursor = next === null ? '' : `&cursor=${next}`
  } while (cursor !== '')
  t.same(seen, app.anomalies.query().events.map((event) => event.id))
})

test('a parameter that is wrong is named', async (t) => {
  const { app } = await attacked()
  const wrong = {
    'events?limit=0': 'limit',
    'events?limit=1001': 'limit',
    'events?limit=ten': 'limit',
    'events?limit=1&limit=2': 'limit',
    'events?limit=': 'limit',
    'events?cursor=-1': 'cursor',
    'events?cursor=1e3': 'cursor',
    'events?severity=11': 'severity',
    'events?severity=4.5': 'severity',
    'events?level=urgent': 'level',
    'events?from=yesterday': 'from',
    'events?from=2026-13-01T00:00:00Z': 'from',
    'events?to=2026-01-05': 'to',
    'events?from=2&to=1': 'from',
    'events?type=': 'type',
    'events?tpye=x': 'tpye',
    'events?__proto__=x': '__proto__',
    'events?constructor=x': 'constructor',
    'baselines?limit=x': 'limit',
    'entities?limit=x': 'limit',
    'entities?cursor=1': 'cursor'
  }
  for (const [path, name] of Object.entries(wrong)) {
    const response = await get(app, `/__anomalies/${path}`)
    t.equal(response.statusCode, 400, path)
    t.equal(response.json().code, 'FST_ANOMALIES_BAD_PARAMETER', path)
    t.match(response.json().message, `parameter ${name} `, path)
  }
  t.equal((await get(app, '/__anomalies?x=1')).statusCode, 400)
})

test('baselines are listed by page and shown one by one', async (t) => {
  const { app, ask } = await attacked()
  const list = (await get(app, '/__anomalies/baselines')).json()
  t.same(list, { baselines: JSON.parse(JSON.stringify(app.anomalies.baselines())), next: null, total: 2 })
  const first = (await get(app, '/__anomalies/baselines?limit=1')).json()
  t.equal(first.next, 1)
  t.same((await get(app, '/__anomalies/baselines?limit=1&cursor=1')).json().baselines, list.baselines.slice(1))
  t.same((await get(app, `/__anomalies/baselines/${id('GET /orders/:id')}`)).json(), list.baselines[1])
  await ask(LONG)
  t.equal((await get(app, `/__anomalies/baselines/${id(`GET ${LONG}`)}`)).json().id, `GET ${LONG}`, 'also one whose pattern is very long')
})

test('a baseline can be frozen, unfrozen and reset', async (t) => {
  const { app, ask } = await attacked()
  const path = `/__anomalies/baselines/${id('GET /search')}`
  const samples = async (): Promise<number> => (await get(app, path)).json().detectors['endpoint-profiler'].samples
  t.equal((await post(app, `${path}/freeze`)).json().state, 'frozen')
  const before = await samples()
  await ask('/search?page=3')
  t.equal(await samples(), before, 'frozen, it learns nothing')
  t.equal((await post(app, `${path}/unfreeze`)).json().state, 'active')
  await ask('/search?page=3')
  t.equal(await samples(), before + 1)
  t.equal((await post(app, `${path}/reset`)).json().state, 'learning')
  t.equal(await samples(), 0)
})

test('a body is not needed and, where one is sent, not looked at', async (t) => {
  const { app } = await attacked()
  const path = `/__anomalies/baselines/${id('GET /search')}/freeze`
  t.equal((await post(app, path, { payload: { any: 'thing' } })).statusCode, 200)
  t.equal((await post(app, path, { payload: 'a=b', headers: { ...BEARER, 'content-type': 'application/x-www-form-urlencoded' } })).statusCode, 200)
})

test('entities are listed by risk with their reasons, and can be released', async (t) => {
  const { app } = await attacked()
  const { entities, total } = (await get(app, '/__anomalies/entities')).json()
  t.equal(total, 2)
  t.ok(entities[0].risk >= entities[1].risk && entities[1].risk > 0)
  t.match(entities[0].reasons[0], { source: 'endpoint-profiler', risk: Number, at: /^2026-01-05T/, reason: String })
  t.equal((await get(app, '/__anomalies/entities?limit=1')).json().entities.length, 1)
  t.same((await post(app, `/__anomalies/entities/${addressOf(7)}/release`)).json(), { entity: addressOf(7), released: true })
  t.equal(app.anomalies.risk(addressOf(7)), 0)
})

test('an entity whose name holds a slash can be released', async (t) => {
  const { app, ask } = await attacked()
  await ask({ url: "/search?page=1'&debug=1", client: '2001:db8:1:2:3::4' })
  const entity = '2001:db8:1:2::/64'
  t.ok(app.anomalies.risk(entity) > 0)
  t.equal((await post(app, `/__anomalies/entities/${id(entity)}/release`)).statusCode, 200)
  t.equal(app.anomalies.risk(entity), 0)
})

test('entities are blocked and allowed by hand, for a time, by somebody, and that is taken back', async (t) => {
  const { app, ask, clock } = await buildApp({ mode: 'enforce', traps: ['/trap'], admin: { token: TOKEN } })
  const status = async (client: string): Promise<number> => (await ask({ url: '/search', client })).response.statusCode
  const change = (entity: string, what: string, payload?: object): ReturnType<typeof post> => post(app, `/__anomalies/entities/${id(entity)}/${what}`, payload === undefined ? {} : { payload })

  const blocked = (await change('203.0.113.5', 'block', { by: 'maria', for: '1 hour', reason: 'scraping' })).json()
  t.match(blocked, { entity: '203.0.113.5', action: 'block', by: 'maria', reason: 'scraping', until: /^2026-01-05T13:/ })
  t.equal(await status('203.0.113.5'), 403)
  t.equal((await change('2001:db8:1:2::9', 'block', { by: 'maria' })).json().entity, '2001:db8:1:2::/64')
  t.same([await status('2001:db8:1:2::1'), await status('2001:db8:1:3::1')], [403, 200])
  t.equal((await change('2001:db8:1:2::/64', 'undecide')).statusCode, 200, 'as events name it')
  t.equal(await status('2001:db8:1:2::1'), 200)
  clock.advance(3_600_000)
  t.equal(await status('203.0.113.5'), 200)

  await ask({ url: '/trap', client: '203.0.113.6' })
  t.equal(await status('203.0.113.6'), 403)
  t.equal((await change('203.0.113.6', 'allow', { by: 'paul', for: 60_000 })).json().action, 'allow')
  t.equal(await status('203.0.113.6'), 200)
  t.same((await change('203.0.113.6', 'undecide')).json(), { entity: '203.0.113.6', undecided: true })
  t.equal(await status('203.0.113.6'), 403, 'its risk is still there')
  t.equal((await change('203.0.113.6', 'undecide')).statusCode, 404)

  for (const [entity, body, named] of [['203.0.113.5', undefined, 'by'], ['203.0.113.5', { by: '' }, 'by'], ['203.0.113.5', { by: 'm', for: 'ever' }, 'for'], ['203.0.113.5', { by: 'm', reason: 5 }, 'reason'],
    ['203.0.113.5', { by: 'm', until: 5 }, 'until'], ['203.0.113.5', [1], 'body'], ['203.0.113.0/24', { by: 'm' }, 'id'], ['somebody', { by: 'm' }, 'id'], ['__proto__', { by: 'm' }, 'id']] as const) {
    for (const what of ['block', 'allow']) {
      const response = await change(entity, what, body)
      t.equal(response.statusCode, 400, `${entity} ${JSON.stringify(body)}`)
      t.match(response.json(), { code: 'FST_ANOMALIES_BAD_PARAMETER', message: new RegExp(`parameter ${named} `) })
    }
  }
  t.equal((await app.inject({ method: 'POST', url: '/__anomalies/entities/203.0.113.5/block', payload: { by: 'me' } })).statusCode, 404, 'for those only who may')
  t.equal((await post(app, '/__anomalies/entities/203.0.113.5/block', { headers: { ...BEARER, 'sec-fetch-site': 'cross-site' }, payload: { by: 'me' } })).statusCode, 403)
  t.same(app.anomalies.entities.manual(clock.now()), [])
})

test('an id that does not exist is not found', async (t) => {
  const { app } = await attacked()
  for (const path of ['baselines/nothing', 'baselines/__proto__', 'baselines/']) t.equal((await get(app, `/__anomalies/${path}`)).statusCode, 404, path)
  for (const path of ['baselines/nothing/freeze', `baselines/${id('GET /search')}/explode`, `baselines/${id('GET /search')}/constructor`, 'baselines/freeze', 'entities/10.9.9.9/release']) {
    const response = await post(app, `/__anomalies/${path}`)
    t.equal(response.statusCode, 404, path)
    t.match(response.json().code, /^FST_ANOMALIES_UNKNOWN_/, path)
  }
})

test('who does not have the token gets what any unknown path gets', async (t) => {
  const { app } = await attacked()
  app.log.level = 'silent'
  const strangers: Record<string, string>[] = [{}, { authorization: TOKEN }, { authorization: 'Bearer wrong' }, { authorization: `Basic ${TOKEN}` }, { cookie: `fastify-anomalies-admin=${TOKEN}` }]
  for (const headers of strangers) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT'] as const) {
      for (const payload of [undefined, '{"broken":']) {
        const sent = payload === undefined || method === 'GET' || method === 'HEAD' ? { headers } : { headers: { ...headers, 'content-type': 'application/json' }, payload }
        const hidden = await app.inject({ method, url: '/__anomalies/baselines/x/freeze', ...sent })
        const unknown = await app.inject({ method, url: '/__something/baselines/x/freeze', ...sent })
        t.equal(hidden.statusCode, unknown.statusCode)
        t.equal(hidden.body.replaceAll('__anomalies', '__something'), unknown.body)
        t.same(Object.keys(hidden.headers), Object.keys(unknown.headers))
      }
    }
  }
  t.equal((await get(app, '/__anomalies', { authorization: `bearer ${TOKEN}` })).statusCode, 200, 'the scheme is not case-sensitive')
})

test('a body of a type that the application cannot read does not betray the route', async (t) => {
  const { app } = await attacked()
  const sent = { method: 'POST', headers: { 'content-type': 'text/x-anything' }, payload: 'x' } as const
  t.equal((await app.inject({ ...sent, url: '/__anomalies/baselines/x/freeze' })).statusCode, (await app.inject({ ...sent, url: '/__something' })).statusCode)
})

test('the application\'s own 404 handler answers strangers', async (t) => {
  const { app } = await buildApp({ admin: { token: TOKEN } }, (app) => {
    app.setNotFoundHandler(async (request, reply) => reply.code(404).send('nothing here'))
  })
  t.equal((await get(app, '/__anomalies', {})).body, 'nothing here')
})

test('without guard and token, a code that is logged opens the route to one browser', async (t) => {
  const { lines, server } = logged()
  const { app } = await buildApp({ admin: {} }, shop, server)
  t.equal((await get(app, '/__anomalies', {})).statusCode, 404)
  const code = codeIn(lines)
  t.match(lines.join(''), `/__anomalies?code=${code}`)
  t.ok(code.length >= 32)
  t.equal((await get(app, '/__anomalies?code=wrong', {})).statusCode, 404)
  t.equal((await get(app, `/__anomalies/events?code=${code}`, {})).statusCode, 404, 'only at the summary')
  const opened = await get(app, `/__anomalies?code=${code}`, {})
  t.equal(opened.statusCode, 303)
  t.equal(opened.headers.location, '/__anomalies')
  t.equal(opened.headers['cache-control'], 'no-store')
  const set = String(opened.headers['set-cookie'])
  t.match(set, /; Path=\/__anomalies; HttpOnly; SameSite=Strict$/)
  const cookie = `theme=dark; ${set.split(';', 1)[0]}; other=1`
  t.equal((await get(app, '/__anomalies', { cookie })).statusCode, 200)
  t.equal((await get(app, '/__anomalies/events', { cookie })).statusCode, 200)
  t.equal((await get(app, `/__anomalies?code=${code}`, { cookie })).statusCode, 200, 'opening the address again shows the summary')
  t.equal((await get(app, `/__anomalies?code=${code}`, {})).statusCode, 404, 'the code works once')
  t.equal((await get(app, '/__anomalies', { cookie: `${cookie.slice(0, 40)}` })).statusCode, 404)
})

test('over https the cookie is secure, and under a prefix it is for that alone', async (t) => {
  const { lines, server } = logged()
  const app = Fastify({ ...server, trustProxy: true })
  await app.register(async (internal) => {
    await internal.register(registry)
    await internal.register(anomaliesRoute, { prefix: '/watch' })
  }, { prefix: '/internal' })
  await app.ready()
  t.match(lines.join(''), '/internal/watch?code=')
  const opened = await get(app, `/internal/watch?code=${codeIn(lines)}`, { 'x-forwarded-proto': 'https' })
  t.match(opened.headers['set-cookie'], /; Path=\/internal\/watch; HttpOnly; SameSite=Strict; Secure$/)
})

test('a change that another site\'s page makes a browser send is refused', async (t) => {
  const app = (await attacked({ guard: async () => {} })).app
  const path = `/__anomalies/baselines/${id('GET /search')}/freeze`
  const send = (headers: Record<string, string>): Promise<LightMyRequestResponse> => app.inject({ method: 'POST', url: path, headers: { host: 'shop.example:8080', ...headers } })
  const foreign: Record<string, string>[] = [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.example' }, { origin: 'null' }, { origin: 'http://shop.example' }]
  for (const headers of foreign) {
    const response = await send(headers)
    t.equal(response.statusCode, 403, JSON.stringify(headers))
    t.equal(response.json().code, 'FST_ANOMALIES_CROSS_ORIGIN')
  }
  t.equal(app.anomalies.baselines()[0]?.state, 'active')
  const own: Record<string, string>[] = [{}, { 'sec-fetch-site': 'same-origin' }, { origin: 'http://shop.example:8080' }]
  for (const headers of own) t.equal((await send(headers)).statusCode, 200, JSON.stringify(headers))
  t.equal(app.anomalies.baselines()[0]?.state, 'frozen')
})

const guards: Record<string, NonNullable<AnomaliesRouteOptions['guard']>> = {
  'an async guard': async (request, reply) => request.headers.pass === '1' ? undefined : reply.code(401).send({ own: 'reply' }),
  'an async guard that does not return its reply': async (request, reply) => { if (request.headers.pass !== '1') reply.code(401).send({ own: 'reply' }) },
  'a sync guard': (request, reply) => { if (request.headers.pass !== '1') reply.code(401).send({ own: 'reply' }) },
  'a guard with done': (request, reply, done) => request.headers.pass === '1' ? done() : reply.code(401).send({ own: 'reply' }),
  'a guard with done behind rest parameters': (...given) => guards['a guard with done']?.call(given[0].server, ...given),
  'a guard that passes and replies': (request, reply, done) => {
    if (request.headers.pass !== '1') reply.code(401).send({ own: 'reply' })
    done()
  }
}

for (const [name, guard] of Object.entries(guards)) {
  test(`${name} decides, and what it replies stands`, async (t) => {
    const { app } = await buildApp({ admin: { guard } }, (app) => {
      app.addHook('onSend', async (request, reply, payload) => payload)
    })
    t.equal((await get(app, '/__anomalies', { pass: '1' })).statusCode, 200)
    const refused = await get(app, '/__anomalies', {})
    t.equal(refused.statusCode, 401)
    t.same(refused.json(), { own: 'reply' })
    t.notOk(refused.headers['content-security-policy'])
  })
}

test('what a guard throws is what the client gets', async (t) => {
  const thrown = Object.assign(new Error('not you'), { statusCode: 418 })
  const throwing: NonNullable<AnomaliesRouteOptions['guard']>[] = [
    async () => { throw thrown },
    () => { throw thrown },
    (request, reply, done) => done(thrown)
  ]
  for (const guard of throwing) {
    const { app } = await buildApp({ admin: { guard } })
    const response = await get(app, '/__anomalies', {})
    t.equal(response.statusCode, 418)
    t.equal(response.json().message, 'not you')
  }
})

test('a guard that rejects with nothing lets nobody in', async (t) => {
  const reject = Promise.reject.bind(Promise)
  const nothing: NonNullable<AnomaliesRouteOptions['guard']>[] = [undefined, null].flatMap((value) => [() => reject(value), () => { throw value }])
  for (const guard of nothing) {
    const { app } = await buildApp({ admin: { guard } })
    const response = await get(app, '/__anomalies', {})
    t.equal(response.statusCode, 500)
    t.match(response.json().message, 'the guard of the admin route failed')
  }
})

test('what a guard throws goes to the error handler that the application has when the plugin is registered', async (t) => {
  const guard: AnomaliesRouteOptions['guard'] = async () => { throw new Error('not you') }
  const handle = (app: FastifyInstance): unknown => app.setErrorHandler(async (error, request, reply) => reply.code(418).send({ handled: (error as Error).message }))
  const before = Fastify()
  handle(before)
  await before.register(anomalies, { secret: SECRET, admin: { guard } })
  t.same((await get(before, '/__anomalies', {})).json(), { handled: 'not you' })
  const { app: after } = await buildApp({ admin: { guard } }, handle)
  const response = await get(after, '/__anomalies', {})
  t.equal(response.statusCode, 500, 'one set later does not see it')
  t.equal(response.json().message, 'not you')
})

test('a guard may answer with the application\'s 404, and runs with the application as this', async (t) => {
  let seen: unknown
  const { app } = await buildApp({
    admin: {
      async guard (this: FastifyInstance, request, reply) {
        seen = this.anomalies
        reply.callNotFound()
      }
    }
  }, (app) => {
    app.setNotFoundHandler(async (request, reply) => reply.code(404).send('nothing here'))
  })
  t.equal((await get(app, '/__anomalies', {})).body, 'nothing here')
  t.equal(seen, app.anomalies)
})

test('answers are not stored, not sniffed, and may load nothing', async (t) => {
  const { app } = await attacked()
  for (const url of ['/__anomalies', '/__anomalies/events?limit=x', '/__anomalies/baselines/none']) {
    const { headers } = await get(app, url)
    t.equal(headers['cache-control'], 'no-store')
    t.equal(headers['x-content-type-options'], 'nosniff')
    t.match(headers['content-security-policy'], "default-src 'none'")
  }
})

test('the route is neither observed nor learned, nor shown in swagger', async (t) => {
  const routes: RouteOptions[] = []
  const app = Fastify()
  app.addHook('onRoute', (route) => { routes.push(route) })
  await app.register(registry)
  await app.register(anomaliesRoute, { prefix: '/watch', token: TOKEN })
  await get(app, '/watch')
  await get(app, '/watch', {})
  t.equal(app.anomalies.observed, 0)
  t.same(app.anomalies.baselines(), [])
  const own = routes.filter(({ url }) => url.startsWith('/watch'))
  t.equal(own.length, 15)
  t.ok(own.every(({ schema }) => (schema as { hide?: boolean }).hide === true))
})

test('what an application\'s hooks wrap replies in leaves the answers as they are', async (t) => {
  const { app } = await buildApp({ admin: { token: TOKEN } }, (app) => {
    app.addHook('preSerialization', async (request, reply, payload) => ({ wrapped: payload }))
    app.setSerializerCompiler(() => () => '"compiled"')
  })
  t.same((await get(app, '/__anomalies/events')).json().events, [])
})

test('evidence that JSON cannot say does not cost the other events', async (t) => {
  const circular: Record<string, unknown> = { n: 1 }
  circular.self = circular
  const { app, ask } = await buildApp({ admin: { token: TOKEN } }, (app) => {
    app.get('/pay', async (request) => {
      app.anomalies.report(request, { type: 'odd_payment', severity: 5, risk: 60, detail: 'odd', expected: 10n, actual: circular })
      return {}
    })
  })
  await ask('/pay')
  const [event] = (await get(app, '/__anomalies/events')).json().events
  t.equal(event.expected, '10')
  t.same(event.actual, { n: 1, self: '[circular]' })
})

test('an answer that cannot be made is an answer with status 500, and is logged', async (t) => {
  const { lines, server } = logged()
  const { app } = await buildApp({ admin: { token: TOKEN } }, undefined, server)
  app.anomalies.query = () => { throw new Error('cannot be said') }
  const response = await get(app, '/__anomalies/events')
  t.equal(response.statusCode, 500)
  t.equal(response.json().code, 'FST_ANOMALIES_NO_ANSWER')
  t.match(lines.join(''), 'cannot be said')
})

test('a wrong option stops the start-up and is named', async (t) => {
  const wrong: [unknown, RegExp][] = [
    [{ prefix: 'anomalies' }, /admin\.prefix/],
    [{ prefix: '/' }, /admin\.prefix/],
    [{ prefix: '/x/' }, /admin\.prefix/],
    [{ prefix: '/:id' }, /admin\.prefix/],
    [{ prefix: 5 }, /admin\.prefix/],
    [{ guard: 'yes' }, /admin\.guard/],
    [{ token: '' }, /admin\.token/],
    [{ token: 'x', guard: () => {} }, /admin\.token/],
    [{ gaurd: () => {} }, /admin\.gaurd/],
    [true, /admin must be an object/]
  ]
  for (const [admin, message] of wrong) await t.rejects(buildApp({ admin: admin as AnomaliesRouteOptions }), { code: 'FST_ANOMALIES_BAD_OPTION', message }, String(message))
})

test('an option that is undefined is one that was not given', async (t) => {
  const { app } = await buildApp({ admin: { prefix: '/watch', token: TOKEN, guard: undefined } })
  t.equal((await get(app, '/watch')).statusCode, 200)
  t.equal((await get(app, '/__anomalies')).statusCode, 404)
})

test('without the registry the start-up fails and names it', async (t) => {
  const app = Fastify()
  app.register(anomaliesRoute)
  await t.rejects(async () => { await app.ready() }, { message: /fastify-anomalies-registry/ })
})
