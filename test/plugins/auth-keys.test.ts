import { test } from 'tap'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { buildApp } from '../fixtures/app'
import type { TestApp } from '../fixtures/app'
import type { AnomaliesOptions } from '../../plugins'

const ATTACKER = '203.0.113.9'
const OFFICE = '198.51.100.7'
/** Nothing else is to speak up about odd clients. */
const ALONE: AnomaliesOptions = { headerProfiler: false, endpointProfiler: false, trends: false, rateSpike: false, jsonSchemaLearner: false }

/** An application in which keys that begin with `good` are accepted. */
function keyApp (options: AnomaliesOptions = {}, status = 401): Promise<TestApp> {
  return buildApp({ ...ALONE, ...options }, (app: FastifyInstance) => {
    const check = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const key = request.headers['x-api-key'] ?? request.headers.authorization?.slice(7) ?? ''
      return String(key).startsWith('good') ? { items: [] } : reply.code(status).send({})
    }
    app.get('/v1/items', check)
    app.get('/v1/free', { config: { anomalies: { authBurst: false } } }, check)
  })
}

function guess ({ ask }: TestApp, key: string, client = ATTACKER, url = '/v1/items'): ReturnType<TestApp['ask']> { return ask({ url, client, headers: { 'x-api-key': key }, after: 5000 }) }

function typesOf ({ app }: TestApp): string[] { return [...new Set(app.anomalies.query().events.map(({ type }) => type))].sort() }

function token (claims: object): string { return ['{"alg":"RS256","typ":"JWT"}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.') }

for (const status of [401, 403]) {
  test(`who tries one key after another is one episode, whatever it tries (${status})`, async (t) => {
    const own = await keyApp({}, status)
    await guess(own, 'good own key of the attacker')
    for (let i = 0; i < 60; i++) await guess(own, `k-4711-${i}`)
    const { events } = own.app.anomalies.query()
    t.same(events.map(({ type, episode, entity }) => [type, episode?.state, episode?.count, entity.ip]).reverse(), [['auth_key_guessing', 'open', 12, ATTACKER], ['auth_key_guessing', 'step', 48, ATTACKER]])
    t.match(events[1], { detector: 'auth-burst', field: 'credential', severity: 6, evidence: { keys: 12, sessions: 1, hours: 1 }, detail: /12 keys or tokens within 1 h/ })
    t.notMatch(JSON.stringify([events, own.app.anomalies.snapshot(), own.app.anomalies.baselines()]), /4711/)
    t.ok(own.app.anomalies.risk(ATTACKER) > 60)
  })
}

test('in mode enforce it is refused before the handler, and nobody else is', async (t) => {
  const own = await keyApp({ mode: 'enforce' })
  const codes = new Map<number, number>()
  for (let i = 0; i < 120; i++) {
    const { response } = await guess(own, `k-${i}`)
    codes.set(response.statusCode, (codes.get(response.statusCode) ?? 0) + 1)
    t.equal((await guess(own, `good ${i % 9}`, OFFICE)).response.statusCode, 200)
  }
  t.ok((codes.get(403) ?? 0) > 60, JSON.stringify([...codes]))
})

test('one wrong key, however often, is a mistake', async (t) => {
  const own = await keyApp()
  for (let i = 0; i < 300; i++) await guess(own, 'k-of-last-year')
  t.same(typesOf(own), [])
})

test('tokens that have run out were accepted before: an office is not guessing', async (t) => {
  const own = await keyApp()
  const expired = new Set<string>()
  for (let hour = 0; hour < 10; hour++) {
    for (let person = 0; person < 40; person++) {
      if (hour > 0) {
        const old = `good ${person} of hour ${hour - 1}`
        expired.add(old)
        t.notSame((await own.ask({ url: '/v1/items', client: OFFICE, headers: { authorization: `Bearer old ${old}` }, after: 40_000 })).response.statusCode, 200)
      }
      await own.ask({ url: '/v1/items', client: OFFICE, headers: { authorization: `Bearer good ${person} of hour ${hour}` }, after: 40_000 })
    }
  }
  t.equal(expired.size, 360)
  t.same(typesOf(own), [], 'not even where this process never saw them accepted: as many are')
})

test('keys that were accepted once and are revoked are no guesses', async (t) => {
  const revoked = new Set<string>()
  const own = await buildApp(ALONE, (app) => {
    app.get('/v1/items', async (request, reply) => {
      const key = String(request.headers['x-api-key'] ?? '')
      return key.startsWith('good') && !revoked.has(key) ? {} : reply.code(401).send({})
    })
  })
  for (let i = 0; i < 200; i++) await guess(own, i % 5 === 0 ? '' : `good ${i % 40}`, `198.51.100.${i % 40}`)
  for (let i = 0; i < 40; i++) revoked.add(`good ${i}`)
  for (let i = 0; i < 40; i++) if (i % 5 !== 0) t.equal((await guess(own, `good ${i}`)).response.statusCode, 401)
  t.same(typesOf(own), [])
})

test('a service that signs a token for each request is one, and one that says to be everybody is not', async (t) => {
  const own = await keyApp()
  const send = (sub: string, i: number): ReturnType<TestApp['ask']> => own.ask({ url: '/v1/items', client: ATTACKER, headers: { authorization: `Bearer ${token({ iss: 'us', sub, iat: i })}` } })
  for (let i = 0; i < 100; i++) await send('billing-service', i)
  t.same(typesOf(own), [])
  for (let i = 0; i < 20; i++) await send(`customer ${i}`, i)
  t.same(typesOf(own), ['auth_key_guessing'])
})

test('clientKeys says how many are ordinary, and authBurst: false on a route that it does not count', async (t) => {
  const lax = await keyApp({ authBurst: { clientKeys: 40 } })
  for (let i = 0; i < 39; i++) await guess(lax, `k-${i}`)
  t.same(typesOf(lax), [])
  await guess(lax, 'k-39')
  t.same(typesOf(lax), ['auth_key_guessing'])
  const free = await keyApp()
  for (let i = 0; i < 60; i++) await guess(free, `k-${i}`, ATTACKER, '/v1/free')
  t.same(typesOf(free), [])
})

test('more clients with refused keys than there are places displace one another, and the worst is still known', async (t) => {
  const own = await keyApp({ authBurst: { capacity: 100 } })
  for (let i = 0; i < 30; i++) await guess(own, `k-${i}`)
  for (let i = 0; i < 1000; i++) await guess(own, `other-${i}`, `100.64.${i >> 8}.${i & 255}`)
  const before = own.app.anomalies.query({ type: 'auth_key_guessing' }).total
  for (let i = 30; i < 50; i++) await guess(own, `k-${i}`)
  const { assessment } = await guess(own, 'k-last')
  t.ok(before > 0)
  t.same(assessment.signals.map(({ type }) => type), ['auth_key_guessing'])
})
