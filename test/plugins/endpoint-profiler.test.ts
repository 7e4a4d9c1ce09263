import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import type { AnomaliesOptions, EndpointProfilerOptions } from '../../plugins'
import { addressOf, buildApp } from '../fixtures/app'
import type { Answer, Ask, TestApp } from '../fixtures/app'

type Request = Ask | string
interface Case {
  /** The sentence that is proved. */
  name: string
  type: string
  field: string
  ordinary: (i: number) => Request
  odd: Request
}

const JSON_BODY = { method: 'POST', url: '/orders', headers: { 'content-type': 'application/json' } } as const
const form = (payload: string): Ask => ({ method: 'POST', url: '/login', headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload })
const order = (bytes: number): Ask => ({ ...JSON_BODY, payload: JSON.stringify({ note: 'n'.repeat(bytes) }) })
const search = (i: number): string => `/search?page=${i % 9}&sort=${i % 2 === 0 ? 'asc' : 'desc'}`

const cases: Case[] = [
  { name: 'a character never seen in a query parameter is an anomaly of its value', type: 'param_value_anomaly', field: 'query.page', ordinary: search, odd: "/search?page=1'&sort=asc" },
  { name: 'a value that is none of the few a parameter has is an anomaly of its value', type: 'param_value_anomaly', field: 'query.sort', ordinary: (i) => search(i), odd: '/search?page=3&sort=random' },
  { name: 'markup in a form field is an anomaly of its value', type: 'param_value_anomaly', field: 'form.name', ordinary: (i) => form(`name=ann${i % 10}&city=Bern`), odd: form('name=<b>&city=Bern') },
  { name: 'a path parameter unlike the ids of a route is an anomaly of its value', type: 'param_value_anomaly', field: 'path.id', ordinary: (i) => `/orders/${1000 + i}`, odd: '/orders/1234%20or%201' },
  { name: 'a query parameter that a route never gets is unexpected', type: 'unexpected_param', field: 'query.debug', ordinary: search, odd: '/search?page=3&sort=asc&debug=1' },
  { name: 'a form field that a route never gets is unexpected', type: 'unexpected_param', field: 'form.admin', ordinary: (i) => form(`name=ann${i % 10}&city=Bern`), odd: form('name=ann3&city=Bern&admin=1') },
  { name: 'a parameter that every request has is missed when it is not there', type: 'missing_expected_param', field: 'query.sort', ordinary: search, odd: '/search?page=3' },
  { name: 'a parameter sent twice, where it never is, is an anomaly of its count', type: 'param_count_anomaly', field: 'query.page', ordinary: search, odd: '/search?page=3&page=4&sort=asc' },
  { name: 'far more parameters than a route ever gets are an anomaly of their count', type: 'param_count_anomaly', field: 'query', ordinary: search, odd: `${search(3)}&${Array.from({ length: 30 }, (_, i) => `p${i}=1`).join('&')}` },
  { name: 'two parameters never sent together are an anomaly of their set', type: 'param_set_anomaly', field: 'query', ordinary: (i) => i % 2 === 0 ? '/search?id=4' : '/search?name=x', odd: '/search?id=4&name=x' },
  { name: 'a media type that a route never gets is a mismatch', type: 'content_type_mismatch', field: 'request.content-type', ordinary: () => order(60), odd: { ...order(60), headers: { 'content-type': 'text/plain' } } },
  { name: 'a request far larger than a route ever gets is high in size', type: 'payload_size_high', field: 'request.size', ordinary: (i) => order(80 + i % 40), odd: order(60_000) },
  { name: 'a request far smaller than a route ever gets is low in size', type: 'payload_size_low', field: 'request.size', ordinary: (i) => order(8000 + i % 40), odd: order(1) }
]

for (const { name, type, field, ordinary, odd } of cases) {
  test(name, async (t) => {
    const found = await taughtThenAsked({ headerProfiler: false, jsonSchemaLearner: false }, ordinary, odd)
    const signal = found.assessment.signals.find((each) => each.type === type && each.field === field)
    t.ok(signal, `${type} in ${field} among ${found.types.join()}`)
    t.equal(signal?.detector, 'endpoint-profiler')
    t.match(signal?.detail, field.replace(/^.*\./, ''))
    t.same((await taughtThenAsked({ headerProfiler: false, jsonSchemaLearner: false, endpointProfiler: false }, ordinary, odd)).types, [], 'nothing without the detector')
    t.same((await taughtThenAsked({ headerProfiler: false, jsonSchemaLearner: false }, ordinary, ordinary(7))).types, [], 'nothing for an ordinary request')
  })
}

test('a media type that one request of many had is a mismatch when it comes again', async (t) => {
  const attack = { ...order(60), headers: { 'content-type': 'text/plain' } }
  const found = await taughtThenAsked({ headerProfiler: false, jsonSchemaLearner: false }, (i) => i === 3 ? attack : order(60), attack)
  t.same(found.types, ['content_type_mismatch'])
})

async function taughtThenAsked (options: AnomaliesOptions, ordinary: (i: number) => Request, odd: Request): Promise<Answer> {
  const test = await buildApp(options, shop)
  await test.teach(120, ordinary)
  return test.ask(odd)
}

async function shop (app: FastifyInstance): Promise<void> {
  await app.register(formbody)
  app.get('/search', async () => ({ found: [] }))
  app.get('/orders/:id', async () => ({ state: 'sent' }))
  app.post('/orders', async () => ({ id: 7 }))
  app.post('/login', async () => ({ ok: true }))
}

/** An application of one route whose replies the test says. */
async function replying (options: AnomaliesOptions): Promise<TestApp & { next: { type: string, body: string, status: number, tookMs: number } }> {
  const next = { type: 'text/plain', body: 'ok', status: 200, tookMs: 20 }
  const built = await buildApp({ headerProfiler: false, jsonSchemaLearner: false, ...options }, (app) => {
    app.get('/report', (request, reply) => {
      built.clock.advance(next.tookMs)
      reply.code(next.status).type(next.type).send(next.body)
    })
  })
  return { ...built, next }
}

const replies = [
  { name: 'a reply of a media type that a route never gives is a mismatch', type: 'content_type_mismatch', field: 'response.content-type', odd: { type: 'text/html' } },
  { name: 'a reply far larger than a route ever gives is high in size', type: 'payload_size_high', field: 'response.size', odd: { body: 'x'.repeat(200_000) } },
  { name: 'a reply far slower than its route ever is, is one signal', type: 'response_time_high', field: 'response.time', odd: { tookMs: 30_000 } }
]

for (const { name, type, field, odd } of replies) {
  test(name, async (t) => {
    for (const endpointProfiler of [{}, { responses: false }, false] as const) {
      const { ask, teach, next } = await replying({ endpointProfiler, trends: false })
      await teach(80, () => '/report')
      Object.assign(next, odd)
      const { assessment } = await ask('/report')
      const expected = endpointProfiler !== false && endpointProfiler.responses !== false ? [[type, field]] : []
      t.same(assessment.signals.map((signal) => [signal.type, signal.field]), expected)
    }
  })
}

test('server errors become one episode when their share has risen, and are none once it has fallen again', async (t) => {
  for (const endpointProfiler of [{}, { responses: false }, false] as const) {
    const { app, ask, teach, next } = await replying({ endpointProfiler })
    const told = (): unknown[] => app.anomalies.query({ type: 'abnormal_error_rate' }).events.map(({ episode, entity, risk }) => [episode?.state, entity, risk]).reverse()
    await teach(60, () => '/report')
    next.status = 503
    t.same((await ask('/report')).types, [])
    t.same(told(), [], 'a single error is none')
    for (let i = 0; i < 5; i++) t.same((await ask('/report')).types, [], 'it is the server\'s, and not the request\'s')
    const isWatched = endpointProfiler !== false && endpointProfiler.responses !== false
    t.same(told(), isWatched ? [['open', {}, 0]] : [])
    next.status = 200
    await teach(200, () => '/report')
    t.same(told(), isWatched ? [['open', {}, 0], ['close', {}, 0]] : [])
    next.status = 503
    await ask('/report')
    t.equal(told().length, isWatched ? 2 : 0, 'over')
  }
})

test('client errors are never an episode: they are the client\'s own', async (t) => {
  const { app, ask, teach, next } = await replying({})
  await teach(60, () => '/report')
  next.status = 404
  for (let i = 0; i < 20; i++) await ask('/report')
  t.equal(app.anomalies.query({ type: 'abnormal_error_rate' }).events.length, 0)
})

/** Forty clients ask once a minute for three minutes; then one asks `count` times at once. */
async function burst (endpointProfiler: EndpointProfilerOptions | false, count: number): Promise<string[]> {
  const { ask, clock } = await buildApp({ headerProfiler: false, jsonSchemaLearner: false, endpointProfiler })
  for (let minute = 0; minute < 3; minute++) {
    for (let client = 0; client < 40; client++) await ask({ url: '/search', client, after: 10 })
    clock.advance(60_000)
  }
  let last: string[] = []
  for (let i = 0; i < count; i++) last = (await ask({ url: '/search', after: 10 })).types
  return last
}

test('a client that asks far more often than clients of the route do is a burst', async (t) => {
  t.same(await burst({}, 50), ['rate_burst'])
  t.same(await burst({}, 10), [], 'a few more are none')
  t.same(await burst(false, 50), [], 'nor is it without the detector')
})

test('burstFloor: so many requests of one client a minute are never a burst', async (t) => {
  t.same(await burst({ burstFloor: 5 }, 12), ['rate_burst'])
  t.same(await burst({ burstFloor: 500 }, 50), [])
})

test('clients: where fewer are counted, one among many cannot be followed', async (t) => {
  for (const [clients, expected] of [[4096, true], [8, false]] as const) {
    const { ask } = await buildApp({ headerProfiler: false, jsonSchemaLearner: false, endpointProfiler: { clients, burstFloor: 5 } })
    let types: string[] = []
    for (let i = 0; i < 15; i++) {
      for (let other = 0; other < 60; other++) await ask({ url: '/search', client: 300 + other, after: 1 })
      types = (await ask({ url: '/nowhere', after: 1 })).types
    }
    t.equal(types.includes('unmatched_burst'), expected, `${clients} clients`)
  }
})

const unmatched: [sentence: string, type: string, request: Ask][] = [
  ['a path that no route has is unknown, where ordinary requests do not go to such', 'unknown_path', { url: '/backoffice' }],
  ['a method that no route takes on a known path is unknown', 'unknown_method', { url: '/search', method: 'DELETE' }],
  ['a path that leads to a dot file is a probe', 'probe_path', { url: '/.git/config' }],
  ['a path that climbs is a probe', 'probe_path', { url: '/static/..%2f..%2fetc/passwd' }],
  ['a left-over copy of a file is a probe', 'probe_path', { url: '/index.php.bak' }]
]

for (const [sentence, type, request] of unmatched) {
  test(sentence, async (t) => {
    for (const endpointProfiler of [{}, { unmatched: false }, false] as const) {
      const { ask, teach } = await buildApp({ headerProfiler: false, jsonSchemaLearner: false, endpointProfiler })
      await teach(120, () => '/search')
      t.same((await ask(request)).types, endpointProfiler !== false && endpointProfiler.unmatched !== false ? [type] : [])
    }
  })
}

test('where unknown paths are ordinary, only the shape of a probe is unusual', async (t) => {
  const { ask, teach } = await buildApp({ headerProfiler: false, jsonSchemaLearner: false })
  await teach(200, (i) => i % 4 === 0 ? `/gone/${i}` : '/search', 50)
  t.same((await ask('/gone/for-good')).types, [])
  t.same((await ask('/.env')).types, ['probe_path'])
  t.same((await ask({ url: '/search', method: 'DELETE' })).types, ['unknown_method'], 'unknown methods have a share of their own')
})

test('a client that asks for many unknown paths at once is a burst', async (t) => {
  for (const endpointProfiler of [{ burstFloor: 5 }, { burstFloor: 5, unmatched: false }, false] as const) {
    const { ask } = await buildApp({ headerProfiler: false, jsonSchemaLearner: false, endpointProfiler })
    let last: string[] = []
    for (let i = 0; i < 15; i++) last = (await ask({ url: `/try${i}`, after: 10 })).types
    t.equal(last.includes('unmatched_burst'), endpointProfiler !== false && !('unmatched' in endpointProfiler))
  }
})

test('minSamples: so many requests are learned before anything is judged', async (t) => {
  for (const [minSamples, expected] of [[20, 1], [200, 0]] as const) {
    const { ask, teach } = await buildApp({ headerProfiler: false, jsonSchemaLearner: false, endpointProfiler: { minSamples } })
    await teach(100, search)
    t.equal((await ask('/search?page=x&sort=asc')).assessment.signals.length, expected, `${minSamples}`)
  }
})

test('minSamples may differ on one route', async (t) => {
  const { ask, teach } = await buildApp({ headerProfiler: false, jsonSchemaLearner: false }, (app) => {
    app.get('/search', async () => 'ok')
    app.get('/slow', { config: { anomalies: { endpointProfiler: { minSamples: 500 } } } }, async () => 'ok')
  })
  await teach(200, (i) => i % 2 === 0 ? `/search?page=${i % 9}` : `/slow?size=${i % 9}`)
  t.same((await ask('/search?page=x')).types, ['param_value_anomaly'])
  t.same((await ask('/slow?size=x')).types, [])
})

test('mode observe keeps what the detector finds from deciding, mode enforce does not', async (t) => {
  for (const [mode, status] of [['enforce', 403], ['observe', 200]] as const) {
    const { ask, teach } = await buildApp({ mode: 'enforce', blockAt: 50, headerProfiler: false, jsonSchemaLearner: false, endpointProfiler: { mode } })
    await teach(100, search)
    for (let i = 0; i < 12; i++) await ask('/search?page=x&sort=asc')
    t.equal((await ask(search(1))).response.statusCode, status, mode)
    t.equal((await ask({ url: search(1), client: 9 })).response.statusCode, 200, 'others go on')
  }
})

test('a detector that is off on a route neither judges nor learns there', async (t) => {
  const { app, ask, teach } = await buildApp({ headerProfiler: false, jsonSchemaLearner: false }, (app) => {
    app.get('/search', { config: { anomalies: { endpointProfiler: false } } }, async () => 'ok')
  })
  await teach(100, search)
  t.same((await ask('/search?page=x')).types, [])
  t.notOk(app.anomalies.baselines()[0]?.detectors['endpoint-profiler'])
})

test('a value that many clients send after a deployment is known after three of them', async (t) => {
  const { app, ask, teach } = await buildApp({ headerProfiler: false, jsonSchemaLearner: false })
  await teach(150, search, 30)
  const alarms: number[] = []
  for (let client = 0; client < 8; client++) alarms.push((await ask({ url: `${search(client)}&theme=dark`, client })).assessment.signals.length)
  t.same(alarms.map((count) => count > 0), [true, true, true, false, false, false, false, false])
  const fields = app.anomalies.baselines()[0]?.promotions.map((promotion) => promotion.field)
  t.ok(fields?.includes('query.theme'), 'the promotion shows')
})

test('one client alone never makes a thing known', async (t) => {
  const { ask, teach } = await buildApp({ headerProfiler: false, jsonSchemaLearner: false })
  await teach(150, search, 30)
  for (let i = 0; i < 30; i++) t.ok((await ask(`${search(i)}&theme=dark`)).assessment.flagged)
})

test('a baseline shows what it learned, without a value in clear', async (t) => {
  const { app, teach } = await buildApp({ headerProfiler: false, jsonSchemaLearner: false }, shop)
  await teach(60, (i) => form(`name=maria${i % 10}&city=Bern`))
  const shown = JSON.stringify(app.anomalies.baselines())
  t.match(shown, 'form.name')
  t.notMatch(shown, 'maria')
  t.notMatch(shown, 'Bern')
})

test('an event names the client, not what it sent', async (t) => {
  const { app, ask, teach } = await buildApp({ headerProfiler: false, jsonSchemaLearner: false })
  await teach(120, search)
  await ask('/search?page=hunter2-password&sort=asc')
  const [event] = app.anomalies.query({ entity: addressOf(1) }).events
  t.equal(event?.entity.ip, addressOf(1))
  t.notMatch(JSON.stringify(event), 'hunter')
})

test('whoever registers with another password is no deviation, and what reads as an injection still is', async (t) => {
  const { ask, teach } = await buildApp({ injection: {} }, async (app) => {
    await app.register(formbody)
    app.post('/register', async () => ({}))
  })
  const register = (i: number, password: string): Ask => ({ method: 'POST', url: '/register', headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: `name=user${i}&password=${encodeURIComponent(password)}`, client: 100 + i % 60 })
  await teach(300, (i) => register(i, `summer${i % 7}rain${i}`))
  t.same((await ask(register(1, 'p$%w&?Q!ü 9'))).types, [])
  t.ok((await ask(register(2, "x' OR 1=1-- -"))).assessment.flagged)
  t.ok((await ask(register(3, 'x'.repeat(4000)))).assessment.flagged)
})

test('the blank that a keyboard adds behind a word flags nothing, but where all values have one form', async (t) => {
  const ordinary = (i: number): Ask => form(`zip=${10_000 + i * 37}&mail=${['ann', 'bea', 'carl.m', 'd-e'][i % 4]}${i}@example.com`)
  const flags = async (body: string): Promise<boolean> => (await taughtThenAsked({ headerProfiler: false }, ordinary, form(body))).assessment.flagged
  t.notOk(await flags('zip=12345&mail=eve7@example.com+'))
  t.ok(await flags('zip=12345&mail=eve7@+example.com'))
  t.ok(await flags('zip=12345+&mail=eve7@example.com'))
})

test('members of a map that keep coming are ordinary, and hide no other name', async (t) => {
  const ordinary = (i: number): string => `/search?page=${i % 9}&sort=asc${i % 6 === 0 ? `&fields[c${i / 6}]=1` : ''}`
  t.same((await taughtThenAsked({ headerProfiler: false }, ordinary, '/search?page=3&sort=asc&fields[c777]=1')).types, [])
  t.same((await taughtThenAsked({ headerProfiler: false }, ordinary, '/search?page=3&sort=asc&debug=1')).types, ['unexpected_param'])
  t.same((await taughtThenAsked({ headerProfiler: false }, search, '/search?page=3&sort=asc&fields[c7]=1')).types, ['unexpected_param'], 'where there is no map')
})

test('what three clients leave out need not be there, whatever else they send', async (t) => {
  const { ask, teach } = await buildApp({ headerProfiler: false, trends: false }, shop)
  await teach(120, (i) => `/search?page=${i % 9}&sort=asc${i % 2 === 0 ? '&dir=up' : ''}${i % 3 === 0 ? '&all=1' : ''}`)
  const without = ['/search?page=1', '/search?page=2&dir=up', '/search?page=3&all=1']
  for (const [i, url] of without.entries()) t.ok((await ask({ url, client: 900 + i })).types.includes('missing_expected_param'), url)
  t.notOk((await ask({ url: '/search?page=4&dir=up&all=1', client: 950 })).types.includes('missing_expected_param'))
})

test('a path that everybody asks for in vain makes no other path ordinary', async (t) => {
  const { ask, teach } = await buildApp({ headerProfiler: false, trends: false }, shop)
  await teach(400, (i) => i % 5 === 0 ? '/favicon.ico' : search(i))
  t.same((await ask('/favicon.ico')).types, [])
  t.same((await ask('/internal/users')).types, ['unknown_path'])
})

test('the page that says what is wrong may be larger than what a route ordinarily answers; a fault of the server may not', async (t) => {
  const routes = (app: FastifyInstance): void => {
    app.get('/answer', async (request, reply) => {
      const { as } = request.query as { as?: string }
      return reply.code(as === undefined ? 200 : Number(as)).send('x'.repeat(as === undefined ? 40 : 60_000))
    })
  }
  const { ask, teach } = await buildApp({ headerProfiler: false, trends: false }, routes)
  await teach(120, () => '/answer')
  t.notOk((await ask('/answer?as=422')).types.includes('payload_size_high'))
  t.ok((await ask('/answer?as=500')).types.includes('payload_size_high'))
  t.ok((await ask('/answer?as=201')).types.includes('payload_size_high'))
})
