import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import { buildApp } from '../fixtures/app'
import type { Ask } from '../fixtures/app'
import { ONLY_TRENDS } from '../fixtures/trends'

const TOKEN = 'the token of the admin route'
const CARD = '4111111111111111'
const IBAN = 'DE89370400440532013000'

function jwt (claims: object): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'HS256' })}.${part(claims)}.c2lnbmF0dXJlLW9mLXRoZS1qd3Q`
}

/** Whatever a client sends that is nobody else's business, by what it is. */
const SECRETS: Readonly<Record<string, string>> = {
  bearer: 'opaque-bearer-token-5f3a9c1177',
  jwt: jwt({ sub: 'maria.lopez@example.com', iss: 'https://issuer.example', exp: 1_767_600_000 }),
  expired: jwt({ sub: 'jose.garcia@example.com', exp: 1_700_000_000 }),
  basic: Buffer.from('karl.heinz:correct-horse-battery').toString('base64'),
  custom: 'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE',
  apiKey: 'api-key-9f8e7d6c5b4a3921',
  cookie: 's%3Aq1w2e3r4t5z6u7i8o9p0.signature',
  user: 'anna.schmidt',
  subject: 'maria.lopez@example.com',
  password: 'correct-horse-battery',
  card: CARD,
  iban: IBAN
}

/** Requests that carry all of it, also in ways that are reported. */
function * requests (): Generator<Ask> {
  const agents = ['Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/141.0', 'curl/8.9.1', 'okhttp/4.12.0', 'python-requests/2.32', 'Go-http-client/2.0', 'Wget/1.24']
  for (let i = 0; i < 360; i++) {
    const kind = ['bearer', 'jwt', 'basic', 'custom', 'apiKey', 'cookie', 'expired'][i % 7] as string
    const secret = SECRETS[kind] as string
    const isOrdinary = i < 120
    const own = isOrdinary ? `${secret}-${i % 40}` : secret
    const headers: Record<string, string> = { 'user-agent': agents[isOrdinary ? 0 : i % agents.length] as string }
    if (kind === 'apiKey') headers['x-api-key'] = own
    else if (kind === 'cookie') headers.cookie = `theme=dark; connect.sid=${own}`
    else headers.authorization = kind === 'basic' ? `Basic ${own}` : kind === 'custom' ? own : `Bearer ${own}`
    yield { method: 'POST', url: '/pay', client: isOrdinary ? `198.51.100.${i % 40}` : `${10 + i % 90}.113.0.7`, headers, payload: { user: SECRETS.user, password: SECRETS.password, card: CARD, iban: IBAN } }
  }
}

/** Paths of the admin route that answer GET. */
const PATHS = ['', '/events?limit=1000', '/baselines', '/entities', '/schemas', '/openapi.json', '/metrics', '/trends?limit=1000', '/trends?resolution=day', '/trends/correlations?limit=1000']

/** A stream that keeps what is written to it. */
function listener (): { stream: Writable, text: () => string } {
  let log = ''
  const stream = new Writable({
    write (chunk, encoding, done) {
      log += String(chunk)
      done()
    }
  })
  return { stream, text: () => log }
}

/** All that an application says of itself, by where it says so. */
async function saidBy (app: FastifyInstance): Promise<Record<string, string>> {
  const { anomalies } = app
  const said: Record<string, string> = {
    events: JSON.stringify(anomalies.query({ limit: 1000 })),
    snapshot: JSON.stringify(anomalies.snapshot()),
    baselines: JSON.stringify(anomalies.baselines()),
    openapi: JSON.stringify(anomalies.openapi()),
    detectors: JSON.stringify(anomalies.detectors),
    correlations: JSON.stringify(anomalies.correlations({ limit: 1000 })),
    metrics: anomalies.metrics()
  }
  for (const path of PATHS) {
    const { statusCode, payload } = await app.inject({ url: `/__anomalies${path}`, headers: { authorization: `Bearer ${TOKEN}` } })
    if (statusCode !== 200) throw new Error(`${path}: ${statusCode}`)
    said[`/__anomalies${path}`] = payload
  }
  return said
}

test('header texts, which are kept for a while so as not to be read again, are in nothing that is said', async (t) => {
  const { stream, text } = listener()
  const told: string[] = []
  const tell = (message: unknown): void => { told.push(JSON.stringify(message)) }
  subscribe('fastify-anomalies:anomaly', tell)
  const { app, ask } = await buildApp({ ...ONLY_TRENDS, admin: { token: TOKEN }, onAnomaly: tell, trends: { ja4: { header: 'x-ja4' }, ja4h: 'x-ja4h' } }, (app) => {
    app.get('/own', async () => ({ done: true }))
  }, { trustProxy: true, logger: { level: 'info', stream } })
  const MARK = 'zq7zq7'
  const long = (name: string, i: number): string => `${name}-${MARK}-${i} ${MARK.repeat(300)}`
  const headers = (i: number): Record<string, string> => ({
    'user-agent': `Own${'abcdefg'[i % 7]}${MARK}/5.${i} (${long('device', i % 40)})`,
    accept: long('text/html', i % 3),
    'accept-language': long('en', i % 3),
    'accept-encoding': long('gzip', i % 3),
    'sec-ch-ua': long('"Brand"', i % 3),
    'sec-ch-ua-platform': long('"System"', i % 3),
    referer: `https://${MARK}.example/`,
    'x-api-key': long('key', i % 40),
    'x-ja4': long('t13', i % 3),
    'x-ja4h': `ge11nr12enus_${MARK}${i % 40}_${MARK}_${MARK}`,
    'x-forwarded-for': long('for', i % 3),
    [`x-${MARK}-${i % 9}`]: MARK
  })
  for (let i = 0; i < 80; i++) await ask({ url: '/own', client: `198.51.100.${i % 40}`, headers: { ...headers(i), cookie: `theme=${MARK}; sid=${MARK}-${i % 40}; ${MARK}=${MARK}` } })
  // One session of all devices, which is reported.
  for (let i = 0; i < 40; i++) await ask({ url: '/own', client: `203.${i}.113.9`, headers: { ...headers(i), cookie: `theme=${MARK}; sid=${MARK}-of-all`, 'x-forwarded-for': `203.${i}.113.9` } })
  const said: Record<string, string> = { ...await saidBy(app), log: text(), told: told.join() }
  unsubscribe('fastify-anomalies:anomaly', tell)
  t.match(said.events, /"type":"(fingerprint_change|rotation_pattern|session_sharing|session_hijack)"/, 'something was found')
  t.ok(told.length > 1, 'and told')
  t.match(said['/__anomalies/trends?limit=1000'], /"type":"header_order".*"type":"client_hints".*"type":"accept_pattern".*"type":"ja4h"/)
  // The application's own log of requests has their addresses: that is not the collection's.
  for (const [where, words] of Object.entries(said)) t.notOk((where === 'log' ? words.split('\n').filter((line) => line.includes('anomal')).join() : words).includes(MARK), where)
})

test('what stands in the place of an address, or in a path, is shown by no trend, and kept up to a length', async (t) => {
  const { app, ask, teach } = await buildApp({ admin: { token: TOKEN }, trends: { sequence: false } }, (app) => {
    app.get('/people/:mail', async (request, reply) => await reply.code(404).send({}))
  }, { trustProxy: true })
  const headers = (i: number): Record<string, string> => ({ 'x-forwarded-for': `${SECRETS.bearer}-${i}${'x'.repeat(9000)}`, authorization: `Bearer own-${i % 3}` })
  await teach(60, (i) => ({ url: '/search', headers: headers(i) }))
  for (let i = 0; i < 60; i++) await ask({ url: `/people/maria.lopez-${i}@example.com`, headers: headers(i) })
  const { payload } = await app.inject({ url: '/__anomalies/trends?limit=1000', headers: { authorization: `Bearer ${TOKEN}` } })
  t.match(app.anomalies.trends({ type: 'ip' }).trends[0]?.topValues, [{ value: 'unknown' }])
  const ofTrends = app.anomalies.query({ detector: 'trends', limit: 1000 }).events
  for (const text of [payload, JSON.stringify(ofTrends), JSON.stringify(app.anomalies.correlations({ limit: 1000 })), JSON.stringify(app.anomalies.snapshot())]) {
    t.notMatch(text, /opaque-bearer|maria\.lopez|xxxxxxxx/)
    t.ok(text.length < 2_000_000)
  }
})

test('tokens, cookies, user names and card numbers are in no event, snapshot, log, metric or answer of the admin route', async (t) => {
  const { stream, text: log } = listener()
  const places: Record<string, { latitude: number, longitude: number, country: string }> = {}
  for (let i = 0; i < 100; i++) places[`${10 + i}.113.0.7`] = { latitude: i - 50, longitude: i, country: i % 2 === 0 ? 'DE' : 'FR' }
  const { app, ask } = await buildApp({
    admin: { token: TOKEN },
    injection: {},
    events: 10_000,
    key: (request) => (request.body as { user?: string } | undefined)?.user,
    trends: { geo: (ip) => places[ip] ?? null }
  }, (app) => {
    app.post('/pay', async (request) => ({ done: true, card: CARD, iban: IBAN, session: SECRETS.bearer }))
  }, { logger: { level: 'info', stream } })
  for (const each of requests()) await ask(each)
  const said: Record<string, string> = { ...await saidBy(app), log: log() }
  t.match(said.events, /"detector":"trends"/, 'something was found')
  t.match(said['/__anomalies/metrics'], /^fastify_anomalies_events_by_type_total\{detector="trends",.*\} [1-9]/m, 'and counted')
  t.match(said['/__anomalies/trends?limit=1000'], /"type":"jwt".*"type":"api_key".*"type":"session_cookie".*"type":"bearer".*"type":"basic".*"type":"custom_auth"/)
  for (const [where, text] of Object.entries(said)) {
    for (const [what, secret] of Object.entries(SECRETS)) {
      t.notOk(text.includes(secret), `${what} in ${where}`)
      if (secret.includes('.')) for (const part of secret.split('.')) if (part.length > 12) t.notOk(text.includes(part), `part of ${what} in ${where}`)
    }
  }
})
