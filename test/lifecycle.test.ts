import { connect } from 'node:http2'
import { request as httpRequest } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import formbody from '@fastify/formbody'
import multipart from '@fastify/multipart'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import anomalies from '../plugins'
import { buildApp, drive, ManualClock, SECRET } from './fixtures/app'
import type { Ask, TestApp } from './fixtures/app'

/** What the endpoint-profiler has learned on a route. */
function samplesOf ({ app }: TestApp, id = 'GET /search'): number | undefined {
  return app.anomalies.baselines().find((view) => view.id === id)?.detectors['endpoint-profiler']?.samples
}

function faultsOf ({ app }: TestApp): number { return app.anomalies.detectors.reduce((sum, detector) => sum + detector.faults, 0) }

const replies: [what: string, reply: (app: FastifyInstance) => unknown, status: number][] = [
  ['an object', (app) => app.get('/search', async () => ({ found: [] })), 200],
  ['a string', (app) => app.get('/search', async () => 'ok'), 200],
  ['a buffer', (app) => app.get('/search', async () => Buffer.from('ok')), 200],
  ['a stream', (app) => app.get('/search', (request, reply) => reply.send(Readable.from(['a', 'b']))), 200],
  ['a web Response', (app) => app.get('/search', async () => new Response('hello', { status: 201, headers: { 'content-type': 'text/plain' } })), 201],
  ['nothing, with 204', (app) => app.get('/search', (request, reply) => reply.code(204).send()), 204],
  ['an error that the handler throws', (app) => app.get('/search', async () => { throw Object.assign(new Error('gone'), { statusCode: 410 }) }), 410]
]

for (const [what, routes, status] of replies) {
  test(`a route that answers ${what} is learned`, async (t) => {
    const built = await buildApp({}, routes)
    await built.teach(30, (i) => `/search?page=${i % 9}`)
    const { response, types } = await built.ask('/search?page=3')
    t.equal(response.statusCode, status)
    t.same(types, [])
    t.ok((samplesOf(built) ?? 0) >= 30)
    t.equal(faultsOf(built), 0)
  })
}

test('a stream\'s size is unknown and no size is learned of it', async (t) => {
  const built = await buildApp({}, (app) => app.get('/search', (request, reply) => reply.send(Readable.from(['a', 'b']))))
  await built.teach(40, () => '/search')
  const learned = built.app.anomalies.baselines()[0]?.detectors['endpoint-profiler']?.learned as { quantities: Record<string, unknown> }
  t.notOk('response' in learned.quantities)
  t.ok('latency' in learned.quantities)
})

test('a hijacked reply is not profiled and not learned', async (t) => {
  const built = await buildApp({}, (app) => app.get('/search', (request, reply) => {
    reply.hijack()
    reply.raw.end('raw')
  }))
  await built.teach(30, () => '/search')
  t.equal((await built.ask('/search')).response.payload, 'raw')
  t.equal(samplesOf(built), 0)
})

test('HEAD counts for the route of GET', async (t) => {
  const built = await buildApp()
  await built.teach(40, (i) => ({ url: `/search?page=${i % 9}`, method: i % 2 === 0 ? 'HEAD' : 'GET' }))
  t.same(built.app.anomalies.baselines().map((view) => view.id), ['GET /search'])
  t.ok((samplesOf(built) ?? 0) >= 40)
  t.same((await built.ask({ url: '/search?page=x', method: 'HEAD' })).types, ['param_value_anomaly'])
})

test('unmatched paths, methods and OPTIONS share one state, whatever a client asks for', async (t) => {
  const built = await buildApp()
  const odd: Ask[] = [{ url: '/a' }, { url: '/b?x=1' }, { url: '/search', method: 'DELETE' }, { url: '/search', method: 'OPTIONS' }, { url: '/a', method: 'PUT' }]
  for (const request of odd) t.equal((await built.ask(request)).response.statusCode, 404)
  t.same(built.app.anomalies.baselines().map((view) => view.id), ['unmatched'])
  t.equal(faultsOf(built), 0)
})

test('invalid JSON, a poisoned prototype, 413 and 415 are refused by Fastify and seen', async (t) => {
  const built = await buildApp({}, (app) => app.post('/search', { bodyLimit: 100 }, async () => 'ok'))
  const json = (payload: string): Ask => ({ method: 'POST', url: '/search', headers: { 'content-type': 'application/json' }, payload })
  await built.teach(60, (i) => json(`{"q":"${i}"}`))
  t.equal((await built.ask(json('{"q":'))).response.statusCode, 400)
  t.equal((await built.ask(json('{"__proto__":{"admin":true}}'))).response.statusCode, 400)
  const large = await built.ask(json(`{"q":"${'x'.repeat(50_000)}"}`))
  t.equal(large.response.statusCode, 413)
  t.ok(large.types.includes('payload_size_high'), 'the declared length is judged before the body is read')
  const other = await built.ask({ ...json('<q/>'), headers: { 'content-type': 'application/xml' } })
  t.equal(other.response.statusCode, 415)
  t.ok(other.types.includes('content_type_mismatch'))
  t.equal(faultsOf(built), 0)
})

test('a body that fails the route\'s schema is answered 400 and teaches nothing', async (t) => {
  const schema = { querystring: { type: 'object', properties: { page: { type: 'integer' } } } }
  const built = await buildApp({}, (app) => app.get('/search', { schema }, async () => 'ok'))
  await built.teach(60, (i) => `/search?page=${i % 9}`)
  const before = samplesOf(built)
  t.equal((await built.ask('/search?page=x')).response.statusCode, 400)
  await built.ask('/flush')
  t.equal(samplesOf(built), before)
})

test('multipart: the boundary differs each time and is no new media type', async (t) => {
  const built = await buildApp({}, async (app) => {
    await app.register(multipart, { attachFieldsToBody: true })
    app.post('/search', async () => 'ok')
  })
  const upload = (i: number): Ask => ({
    method: 'POST',
    url: '/search',
    headers: { 'content-type': `multipart/form-data; boundary=xx${i}xx` },
    payload: `--xx${i}xx\r\ncontent-disposition: form-data; name="__proto__x"\r\n\r\nvalue${i}\r\n--xx${i}xx--\r\n`
  })
  await built.teach(60, upload)
  const { response, types } = await built.ask(upload(99))
  t.equal(response.statusCode, 200)
  t.notOk(types.includes('content_type_mismatch'))
  t.ok((samplesOf(built, 'POST /search') ?? 0) >= 60)
  t.equal(faultsOf(built), 0)
})

test('a request that an earlier hook answered is still observed, and judged by its reply', async (t) => {
  const app = Fastify()
  const clock = new ManualClock()
  let isOpen = true
  app.addHook('onRequest', (request, reply, done) => {
    if (isOpen) return done()
    reply.type('text/html').send('<h1>later</h1>'.repeat(20_000))
  })
  await app.register(anomalies, { secret: SECRET, clock })
  app.get('/search', async () => ({ found: [] }))
  const built = drive(app, clock)
  await built.teach(60, (i) => `/search?page=${i % 9}`)
  const before = app.anomalies.observed
  isOpen = false
  const { response, types } = await built.ask('/search?page=3')
  t.equal(response.statusCode, 200)
  t.equal(app.anomalies.observed, before + 1)
  t.same(types, ['content_type_mismatch', 'payload_size_high', 'oversized_response'])
})

test('an onSend hook that fails later makes Fastify send again, and is one observation', async (t) => {
  let fails = false
  const built = await buildApp({ headerProfiler: false }, (app) => {
    app.addHook('onSend', async (request, reply, payload) => {
      if (fails && reply.statusCode === 200) throw new Error('late')
      return payload
    })
    app.get('/search', async (request, reply) => {
      if (fails) built.clock.advance(60_000)
      return 'ok'
    })
  })
  await built.teach(60, () => '/search')
  fails = true
  const { response, types } = await built.ask('/search')
  t.equal(response.statusCode, 500)
  t.same(types, ['response_time_high'], 'judged once')
  t.equal(built.app.anomalies.query().total, 1)
})

test('a route of several methods has a baseline for each', async (t) => {
  const built = await buildApp({}, (app) => {
    app.route({ method: ['GET', 'POST'], url: '/both', config: {}, handler: async () => 'ok' })
    app.all('/all', async () => 'ok')
  })
  for (const method of ['GET', 'POST'] as const) for (const url of ['/both', '/all']) await built.ask({ url, method })
  t.same(built.app.anomalies.baselines().map((view) => view.id).sort(), ['GET /all', 'GET /both', 'POST /all', 'POST /both'])
})

test('routes declared before the plugin are observed, and their config holds', async (t) => {
  const app = Fastify()
  const clock = new ManualClock()
  app.get('/before', async () => 'ok')
  app.get('/off', { config: { anomalies: false } }, async () => 'ok')
  app.register(anomalies, { secret: SECRET, clock })
  app.get('/same-tick', async () => 'ok')
  await app.after()
  const { ask } = drive(app, clock)
  for (const url of ['/before', '/off', '/same-tick']) t.equal((await ask(url)).response.statusCode, 200)
  t.same(app.anomalies.baselines().map((view) => view.id), ['GET /before', 'GET /same-tick'])
})

test('a wrong config of a route declared before the plugin stops the start-up too, and option and route are named', async (t) => {
  for (const declareFirst of [true, false]) {
    const app = Fastify()
    const declare = (): unknown => app.get('/early', { config: { anomalies: { endpointProfiler: { minSamples: -1 } } } }, async () => 'ok')
    if (declareFirst) declare()
    app.register(anomalies, { secret: SECRET })
    if (!declareFirst) declare()
    await t.rejects(async () => await app.ready(), { code: 'FST_ANOMALIES_BAD_OPTION', message: /endpointProfiler\.minSamples.*GET \/early/ })
    await app.close()
  }
})

test('a wrong method on a path declared before the plugin is told from an unknown path', async (t) => {
  const app = Fastify()
  const clock = new ManualClock()
  app.get('/early', async () => 'ok')
  app.register(anomalies, { secret: SECRET, clock })
  await app.after()
  const { ask, teach } = drive(app, clock)
  await teach(400, () => '/early')
  t.same((await ask({ url: '/early', method: 'DELETE' })).types, ['unknown_method'])
})

test('routes beside the plugin are not its to check', async (t) => {
  const app = Fastify()
  app.get('/beside', { config: { anomalies: { another: {} } } }, async () => 'ok')
  app.register(async (inside) => {
    inside.get('/inside', { config: { anomalies: { flagAt: 60 } } }, async () => 'ok')
    inside.register(anomalies, { secret: SECRET })
  })
  await t.resolves(async () => await app.ready())
})

test('prototype-named keys in query, form, headers and cookies are names like any other', async (t) => {
  const built = await buildApp({}, async (app) => {
    await app.register(formbody)
    app.post('/search', async () => 'ok')
  })
  const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString']
  const pairs = (value: string): string => names.map((name) => `${name}=${value}`).join('&')
  const request = (value: string): Ask => ({
    method: 'POST',
    url: `/search?${pairs(value)}`,
    headers: Object.defineProperty({ 'content-type': 'application/x-www-form-urlencoded', cookie: names.map((name) => `${name}=${value}`).join('; '), constructor: value }, '__proto__', { value, enumerable: true }),
    payload: pairs(value)
  })
  await built.teach(120, (i) => request(`${i % 7}`))
  t.same((await built.ask(request('3'))).types, [])
  const fields = (await built.ask(request('<x>'))).assessment.signals.map((signal) => signal.field)
  for (const place of ['query', 'form', 'cookie']) for (const name of names) t.ok(fields.includes(`${place}.${name}`), `${place}.${name}`)
  t.ok(fields.includes('header.constructor'))
  const { anomalies } = built.app
  const copy = await buildApp({}, async (app) => {
    await app.register(formbody)
    app.post('/search', async () => 'ok')
  })
  copy.app.anomalies.restore(JSON.parse(JSON.stringify(anomalies.snapshot())))
  t.same((await copy.ask(request('<x>'))).assessment.signals.map((signal) => signal.field), fields, 'after a restart too')
  t.equal(({} as Record<string, unknown>).profile, undefined)
  t.equal(faultsOf(built), 0)
})

test('any bytes in path, query, header and cookie fail no detector', async (t) => {
  const built = await buildApp({}, (app) => app.get('/search/:id', async () => 'ok'))
  await built.teach(60, (i) => `/search/${i}?q=${i}`)
  const odd = ['%00', '%ff%fe', '%F0%9F%92%A9', 'a'.repeat(90), '=%3D&&;;', '%E2%80%AE', '?', '[]', '%25%32%65']
  for (const text of odd) {
    const { response } = await built.ask({ url: `/search/${text.replaceAll('?', '%3f')}?q=${text}&${text}=1&q=${text}`, headers: { cookie: `${text}; =; ;;a=${text}=`, 'x-odd': text } })
    t.ok(response.statusCode < 500, text)
  }
  t.equal(faultsOf(built), 0)
})

test('a client that goes away teaches nothing and leaves nothing open', async (t) => {
  const clock = new ManualClock()
  const app = Fastify({ forceCloseConnections: true })
  await app.register(anomalies, { secret: SECRET, clock })
  app.get('/search', () => {})
  const aborted = new Promise<void>((resolve) => {
    app.addHook('onRequestAbort', (request, done) => {
      done()
      resolve()
    })
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const arrived = new Promise<void>((resolve) => app.server.prependListener('request', () => resolve()))
  const request = httpRequest({ port: (app.server.address() as AddressInfo).port, host: '127.0.0.1', path: '/search' })
  request.on('error', () => {})
  request.end()
  await arrived
  request.destroy()
  await aborted
  t.match(app.anomalies.baselines(), [{ id: 'GET /search', responses: 0, detectors: { 'endpoint-profiler': { samples: 0 } } }])
})

test('a client that goes away in the middle of a reply teaches nothing', async (t) => {
  const app = Fastify({ forceCloseConnections: true })
  await app.register(anomalies, { secret: SECRET, clock: new ManualClock() })
  const closed = new Promise<void>((resolve) => {
    app.get('/search', (request, reply) => {
      reply.raw.on('close', resolve)
      const endless = new Readable({ read () {} })
      endless.push('first part')
      reply.send(endless)
    })
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const request = httpRequest({ port: (app.server.address() as AddressInfo).port, host: '127.0.0.1', path: '/search' })
  request.on('error', () => {})
  request.end()
  const [response] = await once(request, 'response') as [NodeJS.ReadableStream]
  await once(response, 'data')
  request.destroy()
  await closed
  t.match(app.anomalies.baselines(), [{ id: 'GET /search', responses: 0, detectors: { 'endpoint-profiler': { samples: 0 } } }])
})

test('HTTP/2: pseudo-headers are no headers, and the client address is known', async (t) => {
  const clock = new ManualClock()
  const app = Fastify({ http2: true })
  await app.register(anomalies, { secret: SECRET, clock })
  app.get('/search', async () => 'ok')
  await app.listen({ port: 0, host: '127.0.0.1' })
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  t.teardown(async () => {
    session.close()
    await app.close()
  })
  const get = async (path: string): Promise<number> => {
    clock.advance(60_000)
    const stream = session.request({ ':path': path, 'user-agent': 'sdk/1' })
    stream.resume()
    const [headers] = await once(stream, 'response') as [Record<string, unknown>]
    await once(stream, 'close')
    return Number(headers[':status'])
  }
  for (let i = 0; i < 120; i++) await get(`/search?page=${i % 9}`)
  t.equal(await get('/search?page=x%27'), 200)
  const { events } = app.anomalies.query()
  t.ok(events.length > 0)
  t.ok(events.every((event) => event.field === 'query.page' && event.entity.ip === '127.0.0.1'), JSON.stringify(events.map((event) => event.field)))
})
