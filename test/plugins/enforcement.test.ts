import { connect, constants } from 'node:http2'
import type { ClientHttp2Stream, ServerHttp2Stream } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { test } from 'tap'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import rateLimit from '@fastify/rate-limit'
import anomalies, { Signal } from '../../plugins'
import type { AnomaliesOptions } from '../../plugins'
import { addressOf, buildApp, ManualClock, SECRET } from '../fixtures/app'
import type { Ask, TestApp } from '../fixtures/app'
import { logged } from '../fixtures/logged'
import { WireClient } from '../fixtures/wire'

const alone: AnomaliesOptions = { headerProfiler: false, endpointProfiler: false, authBurst: false }

/** A shop with a login, items, and a route that reports its own finding of the risk that is asked for. */
function shop (app: FastifyInstance): void {
  app.post('/login', { config: { anomalies: { authBurst: {} } } }, async (request, reply) => {
    if ((request.body as { password: string }).password !== 'right') reply.code(401)
    return {}
  })
  app.get('/items', async () => ({ items: [] }))
  app.get<{ Querystring: { risk: string } }>('/odd', async (request) => {
    request.server.anomalies.report(request, { type: 'odd', severity: 9, risk: Number(request.query.risk), detail: 'odd' })
    return {}
  })
}

/** An application whose client `1` has, by its own doing, the risk asked for (20 a request). */
async function risky (options: AnomaliesOptions, requests: number, routes: (app: FastifyInstance) => unknown = shop): Promise<TestApp> {
  const built = await buildApp({ ...alone, mode: 'enforce', ...options }, routes)
  for (let i = 0; i < requests; i++) await built.ask({ url: '/odd?risk=100', client: 1 })
  return built
}

async function listening (options: AnomaliesOptions, routes: (app: FastifyInstance) => unknown, server: FastifyServerOptions = {}, host = '127.0.0.1'): Promise<{ app: FastifyInstance, clock: ManualClock }> {
  const app = Fastify(server)
  const clock = new ManualClock()
  await app.register(anomalies, { secret: SECRET, clock, ...options })
  await routes(app)
  await app.listen({ port: 0, host })
  return { app, clock }
}

test('a stuffing client is throttled, then blocked, then free again after decay; an ordinary client sees nothing but 200', async (t) => {
  const handled: string[] = []
  const { app, clock } = await listening({ mode: 'enforce' }, (app) => {
    shop(app)
    app.addHook('preHandler', async (request) => { handled.push(request.ip) })
  })
  t.teardown(() => app.close())
  const attacker = new WireClient(app, '127.0.0.66')
  const customer = new WireClient(app, '127.0.0.7')
  t.teardown(() => {
    attacker.close()
    customer.close()
  })

  const seen: number[] = []
  const ordinary = new Map<number, number>()
  let headers = {}
  let limited = 0
  for (let i = 0; i < 5000; i++) {
    clock.advance(100)
    const replies = [await customer.ask('GET', '/items')]
    if (i % 50 === 0) replies.push(await customer.ask('POST', '/login', { email: 'ann@example.com', password: 'right' }))
    else replies.push(await customer.ask('GET', '/items'))
    limited += replies.filter(({ headers }) => 'x-ratelimit-limit' in headers).length
    for (const { status } of replies) ordinary.set(status, (ordinary.get(status) ?? 0) + 1)
    if (i % 5 !== 0 || i >= 2500) continue
    const reply = await attacker.ask('POST', '/login', { email: `user${i}@example.com`, password: 'summer2026' })
    seen.push(reply.status)
    if (reply.status === 429) headers = reply.headers
  }
  t.same([...ordinary], [[200, 10_000]])
  t.equal(limited, 0, 'the limiter is asked about nobody who is not above the threshold')
  const order = [401, 429, 403].map((status) => seen.indexOf(status))
  t.ok(order[0] === 0 && (order[1] as number) > 0 && (order[2] as number) > (order[1] as number), `first 401, 429, 403 at ${order.join(', ')}`)
  t.match(headers, { 'retry-after': /^\d+$/, 'x-ratelimit-limit': /^\d+$/, 'x-ratelimit-remaining': '0' })
  t.equal(handled.filter((ip) => ip === '127.0.0.66').length, seen.filter((status) => status === 401).length, 'what is refused never reaches a handler')

  clock.advance(20 * 60_000)
  t.equal((await attacker.ask('GET', '/items')).status, 200, 'free again')
  t.equal(app.anomalies.risk('127.0.0.7'), 0)
  const { blocked, throttled } = app.anomalies.actions
  t.same([blocked, throttled], [seen.filter((status) => status === 403).length, seen.filter((status) => status === 429).length])
})

test('refusals say what was done and not why', async (t) => {
  const { ask } = await risky({ enforcement: { max: 1 } }, 6)
  await ask('/items')
  const throttled = (await ask({ url: '/items', after: 1 })).response
  t.same({ ...throttled.json(), requestId: '' }, { statusCode: 429, code: 'FST_ANOMALIES_THROTTLED', error: 'Too Many Requests', message: 'Too Many Requests', requestId: '' })
  t.match(throttled.json().requestId, /^req-/)
  const blocked = await risky({ blockAt: 65 }, 6)
  t.same({ ...(await blocked.ask('/items')).response.json(), requestId: '' }, { statusCode: 403, code: 'FST_ANOMALIES_BLOCKED', error: 'Forbidden', message: 'Forbidden', requestId: '' })
})

test('what is refused teaches nothing', async (t) => {
  const { ask, app } = await risky({ blockAt: 65, endpointProfiler: {} }, 8)
  await ask({ url: '/items', client: 2 })
  const before = app.anomalies.baselines()
  for (let i = 0; i < 30; i++) t.equal((await ask('/items')).response.statusCode, 403)
  t.same(app.anomalies.baselines(), before)
})

test('max and timeWindow: the higher the risk, the fewer requests are let through in a window', async (t) => {
  const limits: number[] = []
  for (const requests of [3, 4, 5]) {
    const { ask } = await risky({ enforcement: { max: 100, timeWindow: '2 minutes' }, throttleAt: 45, blockAt: 75 }, requests)
    const { response } = await ask({ url: '/items', after: 0 })
    t.equal(response.statusCode, 200)
    limits.push(Number(response.headers['x-ratelimit-limit']))
    t.match(response.headers['x-ratelimit-reset'], /^1[12]\d$/)
  }
  t.ok((limits[0] as number) > (limits[1] as number) && (limits[1] as number) > (limits[2] as number), limits.join(', '))
})

test('a window that has passed lets requests through again', async (t) => {
  const { ask } = await risky({ enforcement: { max: 1 }, riskHalfLife: '1 day' }, 6)
  const statuses: number[] = []
  for (let i = 0; i < 7; i++) statuses.push((await ask({ url: '/items', after: 20_000 })).response.statusCode)
  t.same(statuses, [429, 429, 200, 429, 429, 200, 429])
})

test('hysteresis: an action ends so far below its threshold as it says', async (t) => {
  for (const hysteresis of [0, 10, 30]) {
    const { ask, app } = await risky({ blockAt: 65, throttleAt: 65, hysteresis, riskHalfLife: '10 minutes' }, 8)
    let last = 100
    while ((await ask({ url: '/items', after: 10_000 })).response.statusCode !== 200) last = app.anomalies.risk(addressOf(1))
    const freed = app.anomalies.risk(addressOf(1))
    t.ok(freed < 65 - hysteresis && last >= 65 - hysteresis, `${hysteresis}: refused with risk ${last}, free with ${freed}`)
  }
})

test('observe changes no reply, and counts what it would have done', async (t) => {
  const { ask, app } = await risky({ mode: 'observe', throttleAt: 45, blockAt: 65, admin: { token: 'x' } }, 2)
  const before = { ...app.anomalies.actions }
  t.equal(before.wouldBlock, 0)
  for (let i = 0; i < 6; i++) t.equal((await ask('/odd?risk=100')).response.statusCode, 200)
  for (let i = 0; i < 3; i++) t.equal((await ask('/items')).response.statusCode, 200)
  const { wouldBlock, wouldThrottle, blocked, throttled } = app.anomalies.actions
  t.ok(wouldBlock >= 3 && wouldThrottle >= 1, `${wouldBlock} and ${wouldThrottle}`)
  t.same([blocked, throttled], [0, 0])
  const summary = (await app.inject({ url: '/__anomalies', headers: { authorization: 'Bearer x' } })).json()
  t.match(summary.enforcement, { wouldBlock, wouldThrottle, blocked: 0, throttled: 0, clientAddress: 'ok' })
})

test('enforcement: false does nothing and counts nothing', async (t) => {
  const { ask, app } = await risky({ enforcement: false, blockAt: 65 }, 9)
  t.equal((await ask('/items')).response.statusCode, 200)
  t.same(Object.values(app.anomalies.actions), [0, 0, 0, 0, 0, 0])
})

test('an application may use @fastify/rate-limit itself', async (t) => {
  const { ask } = await risky({ enforcement: { max: 50 } }, 6, async (app) => {
    await app.register(rateLimit, { max: 2, timeWindow: 60_000, keyGenerator: (request) => request.url })
    shop(app)
  })
  const statuses: number[] = []
  for (let i = 0; i < 4; i++) statuses.push((await ask({ url: '/items', client: 9, after: 1 })).response.statusCode)
  t.same(statuses, [200, 200, 429, 429])
  t.equal((await ask({ url: '/items', after: 1 })).response.json().code, undefined, 'its own limit holds for a throttled client too')
})

test('mode: the most particular word decides', async (t) => {
  const blockedBy = async (options: AnomaliesOptions, config: object): Promise<boolean> => {
    const { ask } = await buildApp({ headerProfiler: false, blockAt: 60, throttleAt: 60, ...options }, (app) => app.post('/login', { config: { anomalies: { authBurst: {}, ...config } } }, async (request, reply) => reply.code(401).send({})))
    for (let i = 0; i < 20; i++) await ask({ method: 'POST', url: '/login', payload: { email: `u${i}`, password: 'x' } })
    return (await ask({ method: 'POST', url: '/login', payload: { email: 'u', password: 'x' } })).response.statusCode === 403
  }
  t.equal(await blockedBy({}, {}), false)
  t.equal(await blockedBy({ mode: 'enforce' }, {}), true)
  t.equal(await blockedBy({ mode: 'enforce' }, { mode: 'observe' }), false)
  t.equal(await blockedBy({}, { mode: 'enforce' }), true)
  t.equal(await blockedBy({ authBurst: { mode: 'enforce' } }, {}), true)
  t.equal(await blockedBy({ authBurst: { mode: 'enforce' } }, { mode: 'observe' }), false)
  t.equal(await blockedBy({ mode: 'enforce', authBurst: { mode: 'observe' } }, {}), false)
  t.equal(await blockedBy({}, { authBurst: { mode: 'enforce' } }), true)
  t.equal(await blockedBy({ mode: 'enforce' }, { authBurst: { mode: 'observe' } }), false)
})

test('what a request itself shows decides about it, wherever it is said that something is enforced', async (t) => {
  const trap = (app: FastifyInstance, config: object): void => {
    app.addHook('preValidation', async (request) => {
      if (request.headers['x-odd'] !== undefined) app.anomalies.report(request, { type: 'odd', severity: 10, risk: 100, detail: 'odd' })
    })
    app.get('/odd', { config }, async () => ({}))
  }
  const first = async (options: AnomaliesOptions, config: object): Promise<number> => {
    const { ask } = await buildApp({ ...alone, throttleAt: 15, blockAt: 18, hysteresis: 5, ...options }, (app) => trap(app, config))
    return (await ask({ url: '/odd', headers: { 'x-odd': '1' } })).response.statusCode
  }
  t.equal(await first({}, {}), 200)
  t.equal(await first({ mode: 'enforce' }, {}), 403)
  t.equal(await first({}, { anomalies: { mode: 'enforce' } }), 403, 'a route alone')
  t.equal(await first({ routes: () => ({ mode: 'enforce' }) }, {}), 403, 'a route of somebody else')

  const app = Fastify()
  trap(app, { anomalies: { mode: 'enforce' } })
  await app.register(anomalies, { ...alone, secret: SECRET, clock: new ManualClock(), throttleAt: 15, blockAt: 18, hysteresis: 5 })
  t.equal((await app.inject({ url: '/odd', headers: { 'x-odd': '1' } })).statusCode, 403, 'a route declared before')
  await app.close()
})

test('more detectors than a number has bits: each enforces or observes by itself', async (t) => {
  const app = Fastify()
  const clock = new ManualClock()
  await app.register(anomalies, { ...alone, rateSpike: false, injection: false, jsonSchemaLearner: false, secret: SECRET, clock, blockAt: 60, throttleAt: 60 })
  const kind = (n: number): object => ({ type: `odd_${n}`, detector: `own-${n}`, describe: () => 'odd' })
  for (let n = 0; n < 40; n++) {
    app.anomalies.detector<object>(`own-${n}`, () => ({}), n === 37 ? { mode: 'enforce' } : {})
      .on('onRequest', (state, observation, request) => {
        if (request.headers['x-odd'] === String(n)) observation.add(new Signal(kind(n) as never, 'x', 9, 100, undefined, undefined, { charge: 100 }))
      })
  }
  app.get('/items', async () => ({}))
  const from = async (n: number, client: string): Promise<number> => (await app.inject({ url: '/items', remoteAddress: client, headers: { 'x-odd': String(n) } })).statusCode
  for (const n of [0, 5, 31, 32, 36, 38, 39]) for (let i = 0; i < 3; i++) t.equal(await from(n, `192.0.2.${n + 1}`), 200, `own-${n} observes`)
  t.equal(await from(37, '198.51.100.1'), 403)
  await app.close()
})

test('allow: addresses and networks that are never refused', async (t) => {
  for (const [allow, status] of [[['10.7.0.0/16'], 200], [['10.7.0.1'], 200], [['10.8.0.0/16', '2001:db8::/32'], 403]] as const) {
    const { ask, app } = await risky({ enforcement: { allow: [...allow] }, blockAt: 65 }, 8)
    t.equal((await ask('/items')).response.statusCode, status, allow.join())
    t.equal(app.anomalies.actions.sparedByList > 0, status === 200)
  }
  const behind = await buildApp({ ...alone, mode: 'enforce', blockAt: 65, enforcement: { allow: ['203.0.113.0/24'] } }, shop, { trustProxy: true })
  const forwarded = (ip: string): Ask => ({ url: '/odd?risk=100', headers: { 'x-forwarded-for': ip } })
  for (let i = 0; i < 8; i++) for (const network of [113, 114]) await behind.ask(forwarded(`203.0.${network}.9:${50_000 + i}`))
  t.equal((await behind.ask(forwarded('203.0.113.9:50100'))).response.statusCode, 200, 'a proxy wrote a port behind it')
  t.equal((await behind.ask(forwarded('203.0.114.9:50100'))).response.statusCode, 403, 'one client, whatever the port')
  for (const [client, status] of [['2001:db8:5::1', 200], ['::ffff:192.0.2.7', 200], ['192.0.2.200', 200], ['192.0.3.1', 403], ['2001:db9::1', 403]] as const) {
    const { ask } = await buildApp({ ...alone, mode: 'enforce', blockAt: 65, enforcement: { allow: ['2001:db8::/32', '192.0.2.0/24'] } }, shop)
    for (let i = 0; i < 9; i++) await ask({ url: '/odd?risk=100', client })
    t.equal((await ask({ url: '/items', client })).response.statusCode, status, client)
  }
  for (const entry of ['10.7.0.0/33', '10.7.0', 'localhost', '10.7.0.0/', '10.0.0.0/8/8', '2001:db8::/129', '']) {
    await t.rejects(async () => await Fastify().register(anomalies, { enforcement: { allow: [entry] } }).ready(), { code: 'FST_ANOMALIES_BAD_OPTION', message: /enforcement\.allow/ }, entry)
  }
})

test('preflights are never refused for what was learned, only by hand', async (t) => {
  const { ask, app } = await risky({ blockAt: 65 }, 8, (app) => {
    shop(app)
    app.options('/items', async () => '')
  })
  t.equal((await ask('/items')).response.statusCode, 403)
  t.equal((await ask({ method: 'OPTIONS', url: '/items' })).response.statusCode, 200)
  app.anomalies.block(addressOf(1), { by: 'maria' })
  t.equal((await ask({ method: 'OPTIONS', url: '/items' })).response.statusCode, 403)
})

test('block and allow: decided by hand, by somebody, mostly for a time', async (t) => {
  const { ask, app, clock } = await buildApp({ ...alone, mode: 'enforce', admin: { token: 'x' } }, shop)
  app.anomalies.block(addressOf(1), { by: 'maria', for: '1 hour', reason: 'scraping' })
  t.equal((await ask('/items')).response.statusCode, 403)
  t.equal((await ask({ url: '/items', client: 2 })).response.statusCode, 200)
  const { manual } = (await app.inject({ url: '/__anomalies/entities', headers: { authorization: 'Bearer x' } })).json()
  t.match(manual, [{ entity: addressOf(1), action: 'block', by: 'maria', reason: 'scraping', until: /^2026-01-05T13:0/ }])
  clock.advance(3_600_000)
  t.equal((await ask('/items')).response.statusCode, 200, 'its time is over')

  app.anomalies.block(addressOf(1), { by: 'maria' })
  for (let i = 0; i < 100; i++) clock.advance(86_400_000)
  t.equal((await ask('/items')).response.statusCode, 403, 'no check and no decay lifts it')
  t.equal(app.anomalies.release(addressOf(1)), true)
  t.equal((await ask('/items')).response.statusCode, 200)

  for (let i = 0; i < 9; i++) await ask('/odd?risk=100')
  app.anomalies.allow(addressOf(1), { by: 'paul', for: '1 day' })
  for (let i = 0; i < 40; i++) t.equal((await ask({ url: '/items', after: 1 })).response.statusCode, 200)
  t.equal(app.anomalies.undecide(addressOf(1)), true)
  t.equal(app.anomalies.undecide(addressOf(1)), false)
  for (const wrong of [{}, { by: '' }, { by: 'paul', for: 'ever' }, { by: 'paul', until: 5 }]) t.throws(() => app.anomalies.block('10.0.0.1', wrong as never), { code: 'FST_ANOMALIES_BAD_OPTION' })
})

test('the principal comes before the client: who shares an address with a blocked credential is not blocked', async (t) => {
  const { ask } = await buildApp({ ...alone, mode: 'enforce', blockAt: 65 }, shop)
  const as = (token: string, url: string): ReturnType<typeof ask> => ask({ url, headers: { authorization: `Bearer ${token}` } })
  for (let i = 0; i < 9; i++) await as('mallory', '/odd?risk=100')
  t.equal((await as('mallory', '/items')).response.statusCode, 403)
  t.equal((await as('ann', '/items')).response.statusCode, 200)
  t.equal((await ask('/items')).response.statusCode, 200)
})

test('addresses may be given as they are: IPv6 clients are their /64', async (t) => {
  const { ask, app } = await buildApp({ ...alone, mode: 'enforce' }, shop)
  app.anomalies.block('2001:db8:1:2::1', { by: 'maria' })
  t.equal((await ask({ url: '/items', client: '2001:db8:1:2:ffff::9' })).response.statusCode, 403)
  t.equal((await ask({ url: '/items', client: '2001:db8:1:3::1' })).response.statusCode, 200)
  t.equal(app.anomalies.release('2001:0db8:1:2::77'), true)
  for (let i = 0; i < 3; i++) await ask({ url: '/odd?risk=100', client: '2001:db8:1:2::5' })
  t.ok(app.anomalies.risk('2001:db8:1:2::6') > 40)
  app.anomalies.allow('::ffff:10.0.0.9', { by: 'maria' })
  t.equal(app.anomalies.undecide('10.0.0.9'), true)
})

test('a user known in preHandler is judged as that user', async (t) => {
  const { ask } = await buildApp({ ...alone, mode: 'enforce', blockAt: 65, key: (request) => request.headers['x-user'] as string | undefined }, shop)
  const as = (user: string, url: string): ReturnType<typeof ask> => ask({ url, headers: { 'x-user': user } })
  for (let i = 0; i < 9; i++) await ask('/odd?risk=100')
  t.equal((await ask('/items')).response.statusCode, 403, 'nobody in particular, from an address with a risk')
  t.equal((await as('ann', '/items')).response.statusCode, 200, 'a user at the same address')
})

test('a new credential for every request helps nobody: the address is blamed', async (t) => {
  const { ask } = await buildApp({ ...alone, mode: 'enforce', blockAt: 65 }, shop)
  let refused = 0
  for (let i = 0; i < 40; i++) if ((await ask({ url: '/odd?risk=100', headers: { authorization: `Bearer ${i}` } })).response.statusCode === 403) refused++
  t.ok(refused > 20, `${refused} of 40`)
})

test('made-up credentials make no crowd: who sends them first, and then guesses, is blocked all the same', async (t) => {
  for (const path of ['/items', '/login'] as const) {
    const { ask } = await buildApp({ headerProfiler: false, endpointProfiler: false, mode: 'enforce' }, (app) => {
      shop(app)
      app.get('/account', async (request, reply) => request.headers.authorization === 'Bearer ann' ? {} : reply.code(401).send({}))
    })
    for (const authorization of ['Bearer ann', '', 'Bearer ann', 'Bearer ann']) await ask({ url: '/account', client: '198.51.100.1', headers: authorization === '' ? {} : { authorization } })
    await ask({ method: 'POST', url: '/login', client: '198.51.100.1', payload: { email: 'ann', password: 'typo' } })
    const own = { method: 'POST', payload: { email: 'mallory', password: 'right' } } as const
    for (let i = 0; i < 80; i++) await ask({ url: path, ...path === '/login' ? own : {}, client: '203.0.113.9', headers: { authorization: `Bearer made-up ${i}` }, after: 10 })
    const seen = new Map<number, number>()
    for (let i = 0; i < 160; i++) {
      const { response } = await ask({ method: 'POST', url: '/login', client: '203.0.113.9', headers: { authorization: `Bearer made-up ${i}` }, payload: { email: `user${i}`, password: 'summer2026' }, after: 2000 })
      seen.set(response.statusCode, (seen.get(response.statusCode) ?? 0) + 1)
    }
    t.ok((seen.get(403) ?? 0) > 40 && (seen.get(401) ?? 0) < 80, `${path}: ${JSON.stringify([...seen])}`)
  }
})

test('an address is blamed the less, the more sessions are behind it', async (t) => {
  const risks: number[] = []
  for (const sessions of [0, 3, 30, 200]) {
    const { ask, app } = await buildApp({ ...alone, mode: 'enforce' }, shop)
    for (let i = 0; i < sessions; i++) await ask({ url: '/items', headers: { authorization: `Bearer session${i}` }, after: 10 })
    for (let i = 0; i < 3; i++) await ask('/odd?risk=100')
    risks.push(Math.round(app.anomalies.risk(addressOf(1))))
  }
  t.equal(risks[0], risks[1], 'a household is one client')
  t.ok((risks[1] as number) > 2 * (risks[2] as number) && (risks[2] as number) > (risks[3] as number) && (risks[3] as number) > 0, risks.join(', '))
})

test('who proved to be somebody is not judged by an address full of others', async (t) => {
  const { ask } = await buildApp({ ...alone, mode: 'enforce', blockAt: 65 }, (app) => {
    shop(app)
    app.get('/account', async (request, reply) => request.headers.authorization === 'Bearer ann' ? {} : reply.code(401).send({}))
  })
  const ann = { authorization: 'Bearer ann' }
  await ask('/account')
  for (let i = 0; i < 3; i++) await ask({ url: '/account', headers: ann })
  for (let i = 0; i < 12; i++) await ask('/odd?risk=100')
  t.equal((await ask('/items')).response.statusCode, 403)
  t.equal((await ask({ url: '/items', headers: { authorization: 'Bearer made-up' } })).response.statusCode, 403, 'a claim is none')
  t.equal((await ask({ url: '/items', headers: ann })).response.statusCode, 200)
})

test('an office behind one address goes on working while somebody there sprays passwords: sessions are judged by what they do', async (t) => {
  for (const kind of ['cookie', 'bearer']) {
    const sessions = new Set<string>()
    const { ask } = await buildApp({ mode: 'enforce' }, (app) => {
      app.post('/login', { config: { anomalies: { authBurst: {} } } }, async (request, reply) => (request.body as { password: string }).password === 'right' ? {} : reply.code(401).send({}))
      app.get('/account', async (request, reply) => {
        const own = kind === 'cookie' ? /sid=(\w+)/.exec(request.headers.cookie ?? '')?.[1] : request.headers.authorization?.slice(7)
        return own !== undefined && sessions.has(own) ? {} : reply.code(401).send({})
      })
    })
    const headersOf = (session: string): Record<string, string> => kind === 'cookie' ? { cookie: `theme=dark; sid=${session}` } : { authorization: `Bearer ${session}` }
    const sessionOf = (name: string): string => `${name}x${Buffer.from(`${name} of the office`).toString('hex')}`
    const work = async (name: string, client: string): Promise<number> => (await ask({ url: '/account', client, headers: headersOf(sessionOf(name)), after: 300 })).response.statusCode
    for (let i = 0; i < 60; i++) {
      sessions.add(sessionOf(`home${i}`)).add(sessionOf(`staff${i}`))
      for (let n = 0; n < 4; n++) await work(`home${i}`, `198.51.100.${i}`)
      if (i % 5 === 0) await ask({ url: '/account', client: `198.51.100.${i}`, headers: headersOf('expired') })
    }
    for (let n = 0; n < 3; n++) for (let i = 0; i < 60; i++) await work(`staff${i}`, '203.0.113.9')
    const office = new Map<number, number>()
    const attack = new Map<number, number>()
    const strangers = new Set<number>()
    for (let i = 0; i < 120; i++) {
      for (let n = 0; n < 3; n++) {
        const status = await work(`staff${(i * 3 + n) % 60}`, '203.0.113.9')
        office.set(status, (office.get(status) ?? 0) + 1)
      }
      const guess = (await ask({ method: 'POST', url: '/login', client: '203.0.113.9', payload: { email: `victim${i}`, password: 'summer2026' }, after: 50 })).response.statusCode
      attack.set(guess, (attack.get(guess) ?? 0) + 1)
      strangers.add((await ask({ url: '/account', client: '203.0.113.9', headers: headersOf(`madeup${i}`), after: 50 })).response.statusCode)
    }
    t.same([...office], [[200, 360]], kind)
    t.ok((attack.get(429) ?? 0) + (attack.get(403) ?? 0) > 50, `${kind}: ${JSON.stringify([...attack])}`)
    t.ok(strangers.has(429) || strangers.has(403), 'who makes a session up has none')
  }
})

test('while the client address evidently is not the client\'s, nobody is refused by it, which is said once', async (t) => {
  const faults: readonly (readonly [string, string, Record<string, string>, number])[] = [
    ['untrusted-proxy', '127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }, 12],
    ['untrusted-proxy', '10.0.0.1', { forwarded: 'for=203.0.113.9' }, 12],
    ['untrusted-proxy', '198.51.100.1', { 'x-forwarded-for': '203.0.113.9' }, 220],
    ['one-address', '10.0.0.1', {}, 220]
  ]
  for (const [fault, client, headers, first] of faults) {
    const { lines, server } = logged()
    const { ask, app } = await buildApp({ ...alone, mode: 'enforce', blockAt: 65, admin: { token: 'x' } }, shop, server)
    for (let i = 0; i < first; i++) await ask({ url: '/items', client, headers })
    for (let i = 0; i < 20; i++) await ask({ url: '/odd?risk=100', client, headers })
    t.equal((await ask({ url: '/items', client, headers })).response.statusCode, 200, fault)
    t.ok(app.anomalies.actions.sparedByAddress > 0)
    t.equal(lines.filter((line) => line.includes('client address evidently')).length, 1)
    const summary = (await app.inject({ url: '/__anomalies', remoteAddress: client, headers: { ...headers, authorization: 'Bearer x' } })).json()
    t.equal(summary.enforcement.clientAddress, fault)
    await ask({ url: '/odd?risk=100', client, headers: { ...headers, authorization: 'Bearer mallory' } })
    for (let i = 0; i < 9; i++) await ask({ url: '/odd?risk=100', client, headers: { ...headers, authorization: 'Bearer mallory' } })
    t.equal((await ask({ url: '/items', client, headers: { ...headers, authorization: 'Bearer mallory' } })).response.statusCode, 403, 'a credential is refused all the same')
  }
})

test('forged forwarded headers of one client among others do not switch it off', async (t) => {
  const { ask } = await buildApp({ ...alone, mode: 'enforce', blockAt: 65 }, shop)
  let last = 0
  for (let i = 0; i < 300; i++) {
    await ask({ url: '/items', client: `198.51.100.${i % 200}` })
    last = (await ask({ url: '/odd?risk=100', client: '203.0.113.9', headers: { 'x-forwarded-for': `10.1.2.${i % 250}` } })).response.statusCode
  }
  t.equal(last, 403)
})

test('behind a trusted proxy a client is itself, and what it forges is not believed', async (t) => {
  const { app } = await listening({ ...alone, mode: 'enforce', blockAt: 65 }, shop, { trustProxy: '127.0.0.1' })
  t.teardown(() => app.close())
  const proxy = new WireClient(app, '127.0.0.1')
  t.teardown(() => proxy.close())
  const from = (forwarded: string, path: string): Promise<number> => proxy.ask('GET', path, undefined, { 'x-forwarded-for': forwarded }).then(({ status }) => status)
  for (let i = 0; i < 9; i++) await from(`198.51.100.${i}, 203.0.113.9`, '/odd?risk=100')
  t.equal(await from('198.51.100.77, 203.0.113.9', '/items'), 403, 'what the client put in front changes nothing')
  t.equal(await from('203.0.113.9, 203.0.113.10', '/items'), 200, 'nor does it blame another')
  for (let i = 0; i < 9; i++) await from(`2001:db8:1:2::${i}`, '/odd?risk=100')
  t.equal(await from('2001:db8:1:2:ffff::1', '/items'), 403, 'IPv6 clients own a /64')
  t.equal(await from('2001:db8:1:3::1', '/items'), 200)
  for (let i = 0; i < 9; i++) await from(`192.0.2.44:${50_000 + i}`, '/odd?risk=100')
  t.equal(await from('192.0.2.44:61000', '/items'), 403, 'a port is no part of who it is')
  t.equal(await from('192.0.2.44', '/items'), 403)
})

test('who forges forwarded headers, with no proxy between, is itself, and nobody else is blamed', async (t) => {
  const { app } = await listening({ ...alone, mode: 'enforce', blockAt: 65 }, shop)
  t.teardown(() => app.close())
  const forger = new WireClient(app, '127.0.0.66')
  const others = [new WireClient(app, '127.0.0.7'), new WireClient(app, '127.0.0.8')]
  t.teardown(() => [forger, ...others].forEach((client) => client.close()))
  for (let i = 0; i < 40; i++) for (const other of others) await other.ask('GET', '/items')
  for (let i = 0; i < 9; i++) await forger.ask('GET', '/odd?risk=100', undefined, { 'x-forwarded-for': '127.0.0.7', forwarded: 'for=127.0.0.7' })
  t.equal((await forger.ask('GET', '/items', undefined, { 'x-forwarded-for': '198.51.100.1' })).status, 403)
  for (const other of others) t.equal((await other.ask('GET', '/items')).status, 200)
  t.equal(app.anomalies.risk('127.0.0.7'), 0)
})

test('an IPv6 client, and one whose IPv4 address is written as IPv6, is itself', async (t) => {
  const { app } = await listening({ ...alone, mode: 'enforce', blockAt: 65 }, shop, {}, '::')
  t.teardown(() => app.close())
  const six = new WireClient(app, '::1')
  const four = new WireClient(app, '127.0.0.9')
  t.teardown(() => {
    six.close()
    four.close()
  })
  for (let i = 0; i < 9; i++) await six.ask('GET', '/odd?risk=100')
  t.equal((await six.ask('GET', '/items')).status, 403)
  t.equal((await four.ask('GET', '/items')).status, 200)
  for (let i = 0; i < 9; i++) await four.ask('GET', '/odd?risk=100')
  t.ok(app.anomalies.risk('127.0.0.9') > 60)
})

test('a client on HTTP/2 is throttled and blocked like any other', async (t) => {
  const app = Fastify({ http2: true })
  await app.register(anomalies, { ...alone, secret: SECRET, clock: new ManualClock(), mode: 'enforce', enforcement: { max: 2 } })
  shop(app as never)
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  t.teardown(() => session.close())
  const ask = (path: string): Promise<{ status: number, retry: unknown }> => new Promise((resolve, reject) => {
    const stream = session.request({ [constants.HTTP2_HEADER_PATH]: path })
    stream.on('response', (headers) => {
      stream.resume()
      stream.on('end', () => resolve({ status: Number(headers[':status']), retry: headers['retry-after'] }))
    })
    stream.on('error', reject)
    stream.end()
  })
  for (let i = 0; i < 5; i++) await ask('/odd?risk=100')
  const replies = [await ask('/items'), await ask('/items'), await ask('/items')]
  t.equal(replies[0]?.status, 200)
  t.match(replies[2], { status: 429, retry: /^\d+$/ })
  app.anomalies.block('127.0.0.1', { by: 'maria' })
  t.equal((await ask('/items')).status, 403)
})

test('on HTTP/2, too, a stuffing client is refused, and an aborted login is a failed one', async (t) => {
  const app = Fastify({ http2: true })
  const clock = new ManualClock()
  await app.register(anomalies, { headerProfiler: false, endpointProfiler: false, secret: SECRET, clock, mode: 'enforce' })
  shop(app as never)
  let reach = (): void => {}
  app.post('/slow', { config: { anomalies: { authBurst: {} } } }, () => {
    reach()
    return new Promise(() => {})
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  t.teardown(() => session.close())
  const post = (path: string, body: object): ClientHttp2Stream => {
    const stream = session.request({ [constants.HTTP2_HEADER_PATH]: path, [constants.HTTP2_HEADER_METHOD]: 'POST', 'content-type': 'application/json' })
    stream.on('error', () => {})
    stream.end(JSON.stringify(body))
    return stream
  }
  for (let i = 0; i < 15; i++) {
    const arrived = new Promise<ServerHttp2Stream>((resolve) => app.server.once('stream', resolve))
    const reached = new Promise<void>((resolve) => { reach = resolve })
    const stream = post('/slow', { email: 'alice', password: `guess${i}` })
    const theirs = await arrived
    await reached
    const closed = new Promise((resolve) => theirs.once('close', resolve))
    stream.close(constants.NGHTTP2_CANCEL)
    await closed
  }
  t.equal(app.anomalies.query({ detector: 'auth-burst' }).events[0]?.type, 'auth_brute_force')
  app.anomalies.release('127.0.0.1')
  const statuses: number[] = []
  for (let i = 0; i < 100; i++) {
    clock.advance(2000)
    const stream = post('/login', { email: `user${i}`, password: 'summer2026' })
    statuses.push(await new Promise((resolve) => stream.once('response', (headers) => resolve(Number(headers[':status'])))))
    stream.resume()
  }
  t.equal(statuses[0], 401)
  t.equal(statuses.at(-1), 403)
})

test('an aborted login is a failed one', async (t) => {
  const { app } = await listening({ headerProfiler: false, endpointProfiler: false }, (app) => {
    app.post('/login', { config: { anomalies: { authBurst: {} } } }, () => new Promise(() => {}))
  })
  t.teardown(() => app.close())
  const { port } = app.server.address() as AddressInfo
  const types = new Promise<string>((resolve) => app.anomalies.on('anomaly', (event) => resolve(event.type)))
  for (let i = 0; i < 15; i++) {
    const body = JSON.stringify({ email: 'alice@example.com', password: `guess${i}` })
    const arrived = new Promise<void>((resolve) => app.server.once('request', () => setImmediate(resolve)))
    const socket = connectSocket(port, '127.0.0.1')
    socket.write(`POST /login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    await arrived
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.destroy()
    await closed
  }
  t.equal(await types, 'auth_brute_force')
})

test('nothing is thrown after headers are sent', async (t) => {
  const faults: unknown[] = []
  const note = (error: unknown): void => { faults.push(error) }
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
  t.teardown(() => {
    process.off('unhandledRejection', note)
    process.off('uncaughtException', note)
  })
  const { app } = await listening({ ...alone, mode: 'enforce', enforcement: { max: 1 } }, (app) => {
    shop(app)
    app.get('/stream', (request, reply) => reply.send(Readable.from(['a', 'b', 'c'])))
    app.get('/early', (request, reply) => {
      reply.raw.writeHead(200).end('early')
      reply.hijack()
      app.anomalies.report(request, { type: 'odd', severity: 9, risk: 100, detail: 'odd' })
    })
    app.addHook('onResponse', async (request) => { app.anomalies.report(request, { type: 'late', severity: 9, risk: 100, detail: 'late' }) })
  })
  t.teardown(() => app.close())
  const client = new WireClient(app, '127.0.0.8')
  t.teardown(() => client.close())
  const statuses = new Set<number>()
  for (let i = 0; i < 30; i++) for (const path of ['/stream', '/early', '/items']) statuses.add((await client.ask('GET', path)).status)
  t.same([...statuses].sort(), [200, 429])
  t.same(faults, [])
})

test('traps: a hit is certain risk, on whatever route, however it is written', async (t) => {
  const traps = ['/wp-login.php', '/.git/*']
  for (const url of ['/wp-login.php', '/WP-Login.php?x=1', '//wp-login%2Ephp', '/wp-login.php/', '/.git/config', '/.GIT/HEAD']) {
    const { ask, app } = await buildApp({ ...alone, mode: 'enforce', traps }, shop)
    const hit = await ask({ url, method: 'POST' })
    t.equal(hit.response.statusCode, 403, url)
    t.match(app.anomalies.query().events, [{ type: 'trap_hit', detector: 'traps', severity: 10, risk: 100, level: 'critical' }])
    t.equal((await ask('/items')).response.statusCode, 403)
    t.equal((await ask({ url: '/items', client: 2 })).response.statusCode, 200)
  }
  for (const url of ['/wp-login.phpx', '/items', '/.gitignore', '/?q=/wp-login.php']) {
    const { ask, app } = await buildApp({ ...alone, mode: 'enforce', traps }, shop)
    await ask(url)
    t.equal(app.anomalies.query().total, 0, url)
  }
})

test('dry numbers: as many would have been refused for what they did then and there as are in enforce', async (t) => {
  const counts = []
  for (const mode of ['observe', 'enforce'] as const) {
    const { ask, app } = await buildApp({ ...alone, mode, traps: ['/wp-login.php'] }, shop)
    for (let i = 0; i < 50; i++) await ask({ url: '/wp-login.php', client: i })
    const { blocked, wouldBlock } = app.anomalies.actions
    counts.push({ blocked, wouldBlock })
    await app.close()
  }
  t.same(counts, [{ blocked: 0, wouldBlock: 50 }, { blocked: 50, wouldBlock: 0 }])
})

test('traps are watched where nothing else is, and observe only reports', async (t) => {
  const { ask, app } = await buildApp({ ...alone, global: false, traps: ['/admin.php'] }, shop)
  t.equal((await ask('/admin.php')).response.statusCode, 404)
  t.equal(app.anomalies.query().events[0]?.type, 'trap_hit')
  t.equal(app.anomalies.risk(addressOf(1)), 100)
  t.equal((await ask('/items')).response.statusCode, 200)
})

test('wrong options stop the start-up and are named', async (t) => {
  for (const [options, name] of [[{ traps: ['wp-login.php'] }, 'traps'], [{ traps: ['/*'] }, 'traps'], [{ hysteresis: 60 }, 'hysteresis'], [{ enforcement: { max: 0 } }, 'enforcement.max'], [{ enforcement: { timeWindow: -1 } }, 'enforcement.timeWindow'], [{ enforcement: { ban: 3 } }, 'enforcement.ban']] as const) {
    await t.rejects(async () => await Fastify().register(anomalies, options as never).ready(), { code: 'FST_ANOMALIES_BAD_OPTION', message: new RegExp(name) })
  }
})

test('a threshold of throttling at which nobody would ever be throttled stops the start-up; unsaid, it is no higher than that of blocking', async (t) => {
  for (const options of [{ throttleAt: 90 }, { throttleAt: 70, blockAt: 50 }]) await t.rejects(async () => await Fastify().register(anomalies, options).ready(), { code: 'FST_ANOMALIES_BAD_OPTION', message: /throttleAt/ })
  const { ask, app } = await risky({ blockAt: 30 }, 2)
  t.ok(app.anomalies.risk(addressOf(1)) < 60)
  t.equal((await ask('/items')).response.statusCode, 403)
})

const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0', accept: 'text/html', 'accept-language': 'en', 'accept-encoding': 'gzip', referer: 'https://shop.test/' }

/** An application that many browsers have used, and how the replies to one newcomer's requests count, by status. */
async function newcomer (requests: number, ask: (i: number) => Ask): Promise<Record<number, number>> {
  const built = await buildApp({ mode: 'enforce', injection: {} }, shop)
  for (let i = 0; i < 600; i++) await built.ask({ url: '/items', client: i % 40, headers: BROWSER, after: 1000 })
  const statuses: Record<number, number> = {}
  for (let i = 0; i < requests; i++) {
    const { response: { statusCode: status } } = await built.ask({ client: 99, after: 1000, ...ask(i) })
    statuses[status] = (statuses[status] ?? 0) + 1
  }
  return statuses
}

test('a program that is new is never refused for its headers alone', async (t) => {
  for (const headers of [{ 'user-agent': 'curl/8.5.0', accept: '*/*' }, { 'user-agent': 'Go-http-client/1.1', 'x-partner': 'acme' }, {}]) {
    t.same(await newcomer(300, () => ({ url: '/items', headers })), { 200: 300 }, JSON.stringify(headers))
  }
})

test('who goes on sending injections is blocked, however slowly they come and whatever else is odd about them', async (t) => {
  const url = (i: number): string => `/items?id=${encodeURIComponent(`${i}' UNION SELECT password FROM users WHERE '1'='1`)}`
  const slow = await newcomer(60, (i) => ({ url: url(i), headers: BROWSER, after: 20_000 }))
  t.ok((slow[403] ?? 0) >= 30, JSON.stringify(slow))
  const fast = await newcomer(60, (i) => ({ url: url(i), headers: { 'user-agent': 'curl/8.5.0' } }))
  t.ok((fast[200] ?? 0) <= 10, JSON.stringify(fast))
})

test('an entity is a text: what an event shows as an object is an error, not nobody', async (t) => {
  const { app } = await risky({}, 5)
  const entity = { ip: addressOf(1) } as unknown as string
  for (const act of [() => app.anomalies.risk(entity), () => app.anomalies.release(entity), () => app.anomalies.block(entity, { by: 'ann', reason: 'x' }), () => app.anomalies.undecide(entity)]) {
    t.throws(act, { code: 'FST_ANOMALIES_BAD_PARAMETER', message: /entity/ })
  }
  t.ok(app.anomalies.risk(addressOf(1)) > 0)
})
