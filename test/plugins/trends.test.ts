import Fastify from 'fastify'
import type { LightMyRequestResponse } from 'fastify'
import { test } from 'tap'
import { registry, trends } from '../../plugins'
import type { AnomaliesOptions } from '../../plugins'
import { buildApp, SECRET } from '../fixtures/app'
import type { Ask, TestApp } from '../fixtures/app'

export type Trends = Exclude<AnomaliesOptions['trends'], false>

const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36'
const CURL = 'curl/8.9.1'

function only (trends: Trends = {}, more: AnomaliesOptions = {}): AnomaliesOptions {
  return { endpointProfiler: false, headerProfiler: false, jsonSchemaLearner: false, authBurst: false, rateSpike: false, injection: false, trends, ...more }
}

function bearer (token: string, agent: string, client: string, more: Record<string, string> = {}): Ask {
  return { url: '/search', client, headers: { authorization: `Bearer ${token}`, 'user-agent': agent, 'accept-language': 'en', ...more } }
}

async function types ({ ask }: TestApp, asks: readonly Ask[]): Promise<string[]> {
  const found = new Set<string>()
  for (const each of asks) for (const type of (await ask(each)).types) found.add(type)
  return [...found].sort()
}

test('a stolen token, used by another device from another network, is a hijack; its owner who changes one of the two is none', async (t) => {
  const app = await buildApp(only())
  for (let i = 0; i < 30; i++) await app.ask(bearer(`person-${i}`, CHROME, `198.51.100.${i}`))
  const owner = Array.from({ length: 5 }, () => bearer('token-one', CHROME, '198.51.100.7'))
  t.same(await types(app, owner), [])
  t.same(await types(app, [bearer('token-one', CHROME, '203.0.113.9'), bearer('token-one', CHROME, '198.51.100.7')]), [], 'another network')
  const { assessment, types: found } = await app.ask(bearer('token-one', CURL, '192.0.2.44'))
  t.same(found, ['session_hijack'])
  t.ok(assessment.flagged)
  t.match(app.app.anomalies.query({ type: 'session_hijack' }).events[0], { severity: 8, entity: { ip: '192.0.2.44' }, episode: { state: 'open', count: 1 }, field: 'credential' })
})

test('trends answers what came, from how many, and is switched off by false', async (t) => {
  const app = await buildApp(only({}, { admin: { token: 'the token of the test' } }))
  for (let i = 0; i < 10; i++) await app.ask(bearer(`token-${i}`, CHROME, `198.51.100.${i % 5}`))
  const page = app.app.anomalies.trends({ category: 'auth_token' })
  t.match(page, { complete: true, resolution: 'minute', trends: [{ type: 'bearer', category: 'auth_token', count: 10, uniqueValues: 10, uniqueEntities: 5, changeRate: null }] })
  t.same((page.trends[0]?.histogram.counts ?? []).reduce((sum, count) => sum + count, 0), 10)
  t.match(app.app.anomalies.trends({ type: 'ip' }).trends[0]?.topValues, [{ value: /^198\.51\.100\.\d$/, count: 2, error: 0 }])
  t.match(app.app.anomalies.trends({ entity: '198.51.100.3' }), { trends: [{ type: 'bearer', count: 2 }, { type: 'http_fingerprint', count: 2 }, {}, {}, { type: 'ip', count: 2, uniqueEntities: 1 }] })
  const off = await buildApp(only(undefined, { trends: false }))
  t.throws(() => off.app.anomalies.trends(), { code: 'FST_ANOMALIES_NO_TRENDS' })
})

test('the admin route gives trends, and names a wrong parameter', async (t) => {
  const token = 'the token of the test'
  const { app, ask } = await buildApp(only({}, { admin: { token } }))
  const get = async (query: string): Promise<LightMyRequestResponse> => await app.inject({ url: `/__anomalies/trends${query}`, headers: { authorization: `Bearer ${token}` } })
  await ask(bearer('one', CHROME, '198.51.100.1'))
  const response = await get('?type=ip&resolution=hour&limit=1')
  t.equal(response.statusCode, 200)
  t.match(response.json(), { resolution: 'hour', trends: [{ type: 'ip', count: 1, topEntities: [{ value: '198.51.100.1' }] }] })
  for (const [query, name] of [['?type=nothing', 'type'], ['?category=x', 'category'], ['?resolution=second', 'resolution'], ['?from=tomorrow', 'from'], ['?limit=0', 'limit'], ['?what=1', 'what'], ['?from=5&to=4', 'from']] as const) {
    const wrong = await get(query)
    t.equal(wrong.statusCode, 400, query)
    t.match(wrong.json().message, new RegExp(`parameter ${name} `))
  }
})

test('the admin route takes each filter of trends, and answers what the application is told', async (t) => {
  const token = 'the token of the test'
  const { app, ask, clock } = await buildApp(only({}, { admin: { token } }))
  for (let i = 0; i < 60; i++) await ask({ ...bearer(`token-${i % 4}`, CHROME, `198.51.100.${i % 7}`), after: 10_000 })
  const get = async (query: string): Promise<LightMyRequestResponse> => await app.inject({ url: `/__anomalies/trends?${query}`, headers: { authorization: `Bearer ${token}` } })
  const now = clock.now()
  const all = app.anomalies.trends()
  const filters = { category: 'device', type: 'ip', entity: '198.51.100.3', from: now - 120_000, to: now - 300_000, resolution: 'hour', limit: 2 } as const
  for (const [name, value] of Object.entries(filters)) {
    const answer = (await get(`${name}=${value}`)).json()
    t.same(answer, app.anomalies.trends({ [name]: value }), name)
    t.notSame(answer.trends, all.trends, `${name} changes it`)
  }
  t.same((await get(`from=${new Date(now - 120_000).toISOString()}`)).json(), app.anomalies.trends({ from: now - 120_000 }), 'RFC 3339')
  for (const query of ['type=ip&type=ip', 'entity=', `entity=${'x'.repeat(2049)}`, 'limit=1001', 'limit=1.5', 'from=-1', 'to=2026-13-01T00:00:00Z', 'resolution=', '__proto__=1', 'cursor=1']) {
    const wrong = await get(query)
    t.equal(wrong.statusCode, 400, query.slice(0, 40))
    t.match(wrong.json(), { code: 'FST_ANOMALIES_BAD_PARAMETER', message: new RegExp(`parameter ${query.split('=')[0]} `) })
  }
  await app.close()
})

test('it can be registered alone after the registry', async (t) => {
  const app = Fastify()
  await app.register(registry, { secret: SECRET })
  await app.register(trends)
  app.get('/', async () => 'ok')
  await app.inject('/')
  t.equal(app.anomalies.trends({ type: 'ip' }).trends[0]?.count, 1)
})

test('what an event says of a session is what its signals are found by, of a token and of a cookie', async (t) => {
  for (const bear of [(token: string) => ({ authorization: `Bearer ${token}` }), (token: string) => ({ cookie: `theme=dark; sid=${token}` })]) {
    const app = await buildApp(only())
    const send = (token: string, agent: string, client: string): ReturnType<TestApp['ask']> => app.ask({ url: '/search', client, headers: { 'user-agent': agent, ...bear(token) } })
    for (let i = 0; i < 30; i++) await send(`0123456789-${i}`, CHROME, `198.51.100.${i}`)
    for (let i = 0; i < 5; i++) await send('the-victim-of-it', CHROME, '198.51.100.7')
    await send('the-victim-of-it', CURL, '203.0.113.9')
    const [event] = app.app.anomalies.query({ type: 'session_hijack' }).events
    const shown = String(event?.evidence?.session ?? event?.entity.credential)
    const { trends } = app.app.anomalies.trends({ entity: shown, category: 'network' })
    t.match(trends, [{ type: 'ip', count: 6, uniqueValues: 2 }])
  }
})

test('requests that an earlier hook answered count too, and routes that are switched off do not', async (t) => {
  const { app, ask } = await buildApp(only(), (app) => {
    app.addHook('onRequest', (request, reply, done) => {
      if (request.url === '/refused') reply.code(401).send()
      else done()
    })
    app.get('/refused', async () => 'never')
    app.get('/off', { config: { anomalies: { trends: false } } }, async () => 'ok')
  })
  await ask('/refused')
  await ask('/off')
  t.equal(app.anomalies.trends({ type: 'ip' }).trends[0]?.count, 1)
})

test('all twenty types of signals occur, each counted by request', async (t) => {
  const place = { latitude: 51.5, longitude: -0.1, country: 'GB', asn: 64500 }
  const { app, ask } = await buildApp(only({ geo: () => place, ja4: { header: 'x-ja4' }, ja4h: 'x-ja4h' }), (app) => {
    app.get('/search', async () => ({ found: [] }))
    app.get('/card', async () => ({ card: '4539148803436467' }))
  }, { trustProxy: true })
  const claims = Buffer.from(JSON.stringify({ sub: 'maria' })).toString('base64url')
  const credentials: readonly Record<string, string>[] = [
    { authorization: `Bearer eyJhbGciOiJIUzI1NiJ9.${claims}.c2lnbmF0dXJl` }, { authorization: 'Bearer opaque-token' }, { authorization: 'Basic bWFyaWE6c2VjcmV0' }, { authorization: 'Digest username="maria"' },
    { 'x-api-key': 'key-of-a-machine' }, { cookie: 'connect.sid=0123456789abcdef' }
  ]
  const headers = { 'user-agent': CHROME, accept: '*/*', 'accept-language': 'en', 'sec-ch-ua': '"Chromium";v="139"', 'x-ja4': 't13d1516h2_8daaf6152771_02713d6af862', 'x-ja4h': 'ge11nr12enus_aaaaaaaaaaaa_000000000000_000000000000' }
  for (let i = 0; i < 36; i++) await ask({ url: i % 4 < 2 ? '/search' : '/card', client: '198.51.100.7', after: 1000, headers: { ...headers, ...credentials[i % 6] } })
  const counts = Object.fromEntries(app.anomalies.trends().trends.map(({ type, count }) => [type, count]))
  t.same(counts, {
    jwt: 6,
    bearer: 6,
    basic: 6,
    custom_auth: 6,
    api_key: 6,
    session_cookie: 6,
    http_fingerprint: 36,
    header_order: 36,
    client_hints: 36,
    accept_pattern: 36,
    ip: 36,
    asn: 36,
    geo: 36,
    ja4: 36,
    tls_fingerprint: 36,
    ja4h: 36,
    // The first request of a session's cookie is counted by its address.
    timing: 29,
    navigation: 30,
    request_pattern: 6,
    dlp_match: 18
  })
  const byCategory = (['auth_token', 'device', 'network', 'behavioral'] as const).map((category) => app.anomalies.trends({ category }).trends.length)
  t.same(byCategory, [6, 4, 6, 4])
})
