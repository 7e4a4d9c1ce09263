import { Writable } from 'node:stream'
import { test } from 'tap'
import { buildApp } from '../fixtures/app'
import type { Ask } from '../fixtures/app'

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

test('tokens, cookies, user names and card numbers are in no event, snapshot, log or answer of the admin route', async (t) => {
  let log = ''
  const stream = new Writable({
    write (chunk, encoding, done) {
      log += String(chunk)
      done()
    }
  })
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
  const said: Record<string, string> = {
    events: JSON.stringify(app.anomalies.query({ limit: 1000 })),
    snapshot: JSON.stringify(app.anomalies.snapshot()),
    baselines: JSON.stringify(app.anomalies.baselines()),
    openapi: JSON.stringify(app.anomalies.openapi()),
    correlations: JSON.stringify(app.anomalies.correlations({ limit: 1000 })),
    log
  }
  for (const path of ['', '/events?limit=1000', '/baselines', '/entities', '/schemas', '/openapi.json', '/trends?limit=1000', '/trends?resolution=day', '/trends/correlations']) {
    const { statusCode, payload } = await app.inject({ url: `/__anomalies${path}`, headers: { authorization: `Bearer ${TOKEN}` } })
    t.equal(statusCode, 200, path)
    said[`/__anomalies${path}`] = payload
  }
  t.match(said.events, /"detector":"trends"/, 'something was found')
  t.match(said['/__anomalies/trends?limit=1000'], /"type":"jwt".*"type":"api_key".*"type":"session_cookie".*"type":"bearer".*"type":"basic".*"type":"custom_auth"/)
  for (const [where, text] of Object.entries(said)) {
    for (const [what, secret] of Object.entries(SECRETS)) {
      t.notOk(text.includes(secret), `${what} in ${where}`)
      if (secret.includes('.')) for (const part of secret.split('.')) if (part.length > 12) t.notOk(text.includes(part), `part of ${what} in ${where}`)
    }
  }
})
