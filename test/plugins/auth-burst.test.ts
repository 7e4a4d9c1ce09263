import { test } from 'tap'
import Fastify from 'fastify'
import type { FastifyAnomaliesRouteConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import anomalies from '../../plugins'
import type { AnomaliesOptions } from '../../plugins'
import { addressOf, drive, ManualClock, SECRET } from '../fixtures/app'
import { loginApp, ordinaryLogins, publicAddress, replayLogins } from '../fixtures/logins'
import type { Findings, Login } from '../fixtures/logins'
import { WireClient } from '../fixtures/wire'
import { ATTACKER, ATTACKS, OFFICE, office, ORDINARY, series } from '../fixtures/login-scenarios'

const MOST_EVENTS = 5
/** Ordinary logins of two days, in which each scenario takes place. */
const BACKGROUND = ordinaryLogins(400, 2 * 86_400)
/** Shorter recordings are replayed in both hands. */
const SHORT = 1500

function typesOf ({ events }: Findings): string[] { return [...new Set(events.map((event) => event.type))].sort() }

// All detectors watch; what any of them says counts.
for (const [name, { logins, types, episodes = 1 }] of Object.entries(ATTACKS)) {
  test(`caught with at most ${MOST_EVENTS * episodes} events of the whole collection: ${name}`, async (t) => {
    for (const hand of logins.length <= SHORT ? ['people', 'plain'] as const : ['people'] as const) {
      const found = await replayLogins([...BACKGROUND, ...logins], {}, undefined, hand, 0)
      t.same(typesOf(found), types, hand)
      const { all } = found
      t.ok(all.length <= MOST_EVENTS * episodes, `${all.length} events: ${all.map(({ type, field }) => `${type} ${field}`).join(', ')}`)
      t.ok(found.flagged > 0)
      t.ok(found.flaggedOk <= 1, 'of the successes, only the takeover is flagged')
    }
  })
}

for (const [name, logins] of Object.entries(ORDINARY)) {
  test(`nobody reports anything: ${name}`, async (t) => {
    const found = await replayLogins([...BACKGROUND, ...logins], {}, undefined, 'people', 0)
    t.same(found.all.map(({ type, field, detail }) => [type, field, detail]), [])
    t.equal(found.flagged, 0)
  })
}

test('an episode opens, steps in doubling size, and closes, with the evidence of each', async (t) => {
  const { events } = await replayLogins(series(1000, (i) => ({ at: i, ip: ATTACKER, user: `user${i}`, ok: false })))
  t.same(events.map((event) => [event.episode?.state, event.episode?.count]), [['open', 12], ['step', 48], ['step', 768], ['close', 1000]])
  t.match(events[1], { type: 'auth_password_spraying', detector: 'auth-burst', level: 'high', entity: { ip: ATTACKER }, evidence: { users: 48, known: 0, failures: 48, hours: 1 } })
  t.same(events.map((event) => event.severity), [6, 8, 9, 9], 'severity never falls')
  t.equal(events[0]?.entity.user, undefined)
})

test('user names are nowhere, in whatever the events, the snapshot and the baselines say', async (t) => {
  const { app } = await loginApp()
  for (let i = 0; i < 40; i++) await app.inject({ method: 'POST', url: '/login', remoteAddress: publicAddress(i), payload: { email: 'hunter2@example.com', password: `swordfish${i}` } })
  const { events } = app.anomalies.query()
  t.ok(events.length > 0)
  t.match(events[0]?.entity.user, /^[\w-]{22}$/)
  t.notMatch(JSON.stringify([events, app.anomalies.snapshot(), app.anomalies.baselines(), app.anomalies.topEntities(10)]), /hunter2|swordfish/)
})

test('a success clears that user\'s counter and no other', async (t) => {
  const tries = (user: string, from: number): Login[] => series(14, (i) => ({ at: from + i * 10, ip: ATTACKER, user, ok: false }))
  const ordinary = await replayLogins([...tries('alice', 0), { at: 150, ip: ATTACKER, user: 'alice', ok: true }, ...tries('alice', 200)])
  t.same(typesOf(ordinary), [])
  const attack = await replayLogins([...tries('alice', 0), { at: 150, ip: ATTACKER, user: 'bob', ok: true }, ...tries('alice', 200)])
  t.same(typesOf(attack), ['auth_brute_force'])
})

test('a success of the user elsewhere does not clear what many others have failed', async (t) => {
  const logins = series(200, (i) => ({ at: i * 60, ip: i % 10 === 9 ? OFFICE : publicAddress(i % 8), user: 'alice', ok: i % 10 === 9 }))
  t.ok(typesOf(await replayLogins(logins)).includes('auth_distributed_guessing') || typesOf(await replayLogins(logins)).includes('auth_brute_force'))
})

const LOGIN = { config: { anomalies: { authBurst: {} } } }

async function emptyApp (): Promise<{ app: FastifyInstance, clock: ManualClock }> {
  const app = Fastify()
  const clock = new ManualClock()
  await app.register(anomalies, { secret: SECRET, clock })
  return { app, clock }
}

/** Types of what auth-burst has said. */
function typesSaid (app: FastifyInstance): string[] {
  return [...new Set(app.anomalies.query({ detector: 'auth-burst' }).events.map((event) => event.type))]
}

async function statuses (options: AnomaliesOptions, config: object, status: number, attempts = 30): Promise<string[]> {
  const app = Fastify()
  const clock = new ManualClock()
  await app.register(anomalies, { secret: SECRET, clock, ...options })
  app.post('/login', { config }, async (request, reply) => reply.code(status).send({}))
  const { ask } = drive(app, clock)
  for (let i = 0; i < attempts; i++) await ask({ method: 'POST', url: '/login', payload: { email: 'a@b.c', password: 'x' }, headers: { 'x-user': 'maria' } })
  await app.close()
  return [...new Set(app.anomalies.query({ detector: 'auth-burst' }).events.map((event) => event.type))]
}

test('the outcome is what `failed` says, else what the status tells', async (t) => {
  const login = { anomalies: { authBurst: {} } }
  for (const status of [400, 401, 403, 404, 422]) t.same(await statuses({}, login, status), ['auth_brute_force'], `${status}`)
  for (const status of [200, 302, 429, 500, 503]) t.same(await statuses({}, login, status), [], `${status}`)
  t.same(await statuses({}, { anomalies: { authBurst: { failed: () => true } } }, 200), ['auth_brute_force'])
  t.same(await statuses({}, { anomalies: { authBurst: { failed: () => false } } }, 401), [])
  t.same(await statuses({}, { anomalies: { authBurst: { failed: () => undefined } } }, 401), ['auth_brute_force'])
  t.same(await statuses({ authBurst: { failed: (request: FastifyRequest, reply: FastifyReply) => reply.statusCode === 200 } }, login, 200), ['auth_brute_force'], 'for all routes')
})

test('a redirection back to the form is a failure, any other a success', async (t) => {
  for (const [location, types] of [['/login', ['auth_brute_force']], ['/login?error=1', ['auth_brute_force']], ['http://shop.test/login#again', ['auth_brute_force']], ['/account', []], ['/login/done', []]] as const) {
    const app = Fastify()
    const clock = new ManualClock()
    await app.register(anomalies, { secret: SECRET, clock })
    app.post('/login', { config: { anomalies: { authBurst: {} } } }, async (request, reply) => reply.redirect(location, 303))
    const { ask } = drive(app, clock)
    for (let i = 0; i < 20; i++) await ask({ method: 'POST', url: '/login', payload: { email: 'a@b.c', password: 'x' } })
    t.same([...new Set(app.anomalies.query({ detector: 'auth-burst' }).events.map((event) => event.type))], types, location)
    await app.close()
  }
})

test('a form with a path of its own: who is sent back to it, or to an error, has failed', async (t) => {
  for (const [location, types] of [['/login', ['auth_brute_force']], ['/login.html?next=/', ['auth_brute_force']], ['/account?error=1', ['auth_brute_force']], ['http://localhost/sign-in', ['auth_brute_force']], ['/account', []], ['https://idp.test/login', []]] as const) {
    const { app, clock } = await emptyApp()
    app.post('/session', LOGIN, async (request, reply) => reply.redirect(location, 303))
    const { ask } = drive(app, clock)
    for (let i = 0; i < 20; i++) await ask({ method: 'POST', url: '/session', headers: { host: 'localhost' }, payload: { email: 'a@b.c', password: 'x' } })
    t.same(typesSaid(app), types, location)
    for (let i = 0; i < 20; i++) await ask({ method: 'POST', url: '/session', client: 2, headers: { host: 'localhost' }, payload: { email: 'c@b.c' } })
    t.same(app.anomalies.query({ detector: 'auth-burst', entity: addressOf(2) }).events, [], 'where no password was brought, nobody was refused')
    await app.close()
  }
})

test('a refusal that is answered with 200: an error in JSON, or the form once more', async (t) => {
  for (const [reply, types] of [[{ error: 'invalid' }, ['auth_brute_force']], [{ success: false }, ['auth_brute_force']], ['<form><input type="password">', ['auth_brute_force']], [{ error: null, token: 'x' }, []], ['<h1>Hello</h1>', []]] as const) {
    const { app, clock } = await emptyApp()
    app.post('/login', LOGIN, async (request, answer) => answer.type(typeof reply === 'string' ? 'text/html' : 'application/json').send(reply))
    const { ask } = drive(app, clock)
    for (let i = 0; i < 20; i++) await ask({ method: 'POST', url: '/login', payload: { email: 'a@b.c', password: 'x' } })
    t.same(typesSaid(app), types, JSON.stringify(reply))
    await app.close()
  }
})

test('an answer that was ended past Fastify has its status', async (t) => {
  for (const [status, types] of [[200, []], [401, ['auth_brute_force']]] as const) {
    const { app } = await emptyApp()
    app.post('/login', LOGIN, (request, reply) => {
      reply.hijack()
      reply.raw.writeHead(status).end('{}')
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const client = new WireClient(app, '127.0.0.8')
    for (let i = 0; i < 20; i++) await client.ask('POST', '/login', { email: 'alice', password: `${i}` })
    await client.ask('GET', '/')
    t.same(typesSaid(app), types, `${status}`)
    client.close()
    await app.close()
  }
})

test('who only asks, without credentials, does not try to log in: forms, challenges, health checks', async (t) => {
  const basic = (text: string): { authorization: string } => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
  const { app, clock } = await emptyApp()
  app.route({ method: ['GET', 'HEAD', 'POST'], url: '/login', ...LOGIN, handler: async (request, reply) => request.method === 'POST' ? reply.code(401).send({}) : reply.type('text/html').send('<form><input type="password">') })
  app.get('/metrics', async (request, reply) => request.headers.authorization === basic('ann:right').authorization ? {} : reply.code(401).header('www-authenticate', 'Basic').send({}))
  const { ask } = drive(app, clock)
  await ask({ url: '/metrics', client: 5, headers: basic('ann:wrong') })
  for (let i = 0; i < 80; i++) {
    await ask({ url: '/login', client: 2 })
    await ask({ url: '/metrics', client: 3 })
    await ask({ url: '/metrics', client: 4 })
    await ask({ url: '/metrics', client: 4, headers: basic('ann:right') })
  }
  t.same(typesSaid(app), [])
  t.match(app.anomalies.baselines().map(({ detectors }) => detectors['auth-burst']?.samples), [81, 0])
  for (let i = 0; i < 20; i++) {
    await ask({ url: '/login', client: 6 })
    await ask({ method: 'POST', url: '/login', client: 6, payload: { email: `user${i}`, password: 'x' } })
  }
  t.same(typesSaid(app), ['auth_password_spraying'], 'and whoever looks at the form between two guesses gains nothing')
  await app.close()
})

test('guesses that are spread over several login routes are one attack', async (t) => {
  const { app, clock } = await emptyApp()
  for (const url of ['/login', '/api/v1/token', '/app/session', '/legacy']) app.post(url, url === '/legacy' ? {} : LOGIN, async (request, reply) => reply.code(401).send({}))
  const { ask } = drive(app, clock)
  for (let i = 0; i < 40; i++) await ask({ method: 'POST', url: ['/login', '/api/v1/token', '/app/session', '/legacy'][i % 4] as string, payload: { email: 'alice', password: `${i}` } })
  const { events } = app.anomalies.query({ detector: 'auth-burst' })
  t.same(events.map(({ type, episode }) => [type, episode?.state, episode?.count]), [['auth_brute_force', 'open', 15]])
  await app.close()
})

test('without names, clients are still seen, and all together', async (t) => {
  const nameless = { authBurst: { user: () => null } }
  const one = await replayLogins(series(40, (i) => ({ at: i, ip: ATTACKER, user: `user${i}`, ok: false })), nameless)
  t.same(typesOf(one), ['auth_client_failures'])
  const many = await replayLogins([...ordinaryLogins(400, 86_400), ...series(3000, (i) => ({ at: 30_000 + i, ip: publicAddress(i), user: 'x', ok: false, agent: `agent/${i % 1900}` }))], nameless)
  t.same(typesOf(many), ['auth_failure_ratio'])
  const shared = await replayLogins([...ordinaryLogins(400, 86_400), ...office(5)], nameless)
  t.same(typesOf(shared), [])
})

test('release forgets what was counted against an address', async (t) => {
  const { app } = await loginApp()
  const fail = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await app.inject({ method: 'POST', url: '/login', remoteAddress: ATTACKER, payload: { email: 'alice@example.com', password: 'wrong' } })
  }
  await fail(15)
  t.ok(app.anomalies.risk(ATTACKER) > 60)
  t.equal(app.anomalies.release(ATTACKER), true)
  await fail(14)
  t.equal(app.anomalies.risk(ATTACKER), 0)
  await fail(1)
  t.ok(app.anomalies.risk(ATTACKER) > 60)
})

test('user: who it is, as the application knows', async (t) => {
  const who = (request: FastifyRequest): unknown => request.headers['x-user']
  t.same(await statuses({}, { anomalies: { authBurst: { user: who } } }, 401), ['auth_brute_force'])
  t.same(await statuses({}, { anomalies: { authBurst: { user: () => { throw new Error('no body') } } } }, 401), [], 'what it throws fails no request')
})

test('what people type as user and password is no deviation on a login route, wherever the user is found', async (t) => {
  const typesFor = async (config: FastifyAnomaliesRouteConfig, field: string): Promise<string[]> => {
    const app = Fastify()
    const clock = new ManualClock()
    await app.register(anomalies, { secret: SECRET, clock })
    app.post('/login', { config: { anomalies: config } }, async () => ({}))
    const { ask } = drive(app, clock)
    const found: string[] = []
    for (let i = 0; i < 140; i++) {
      const { types } = await ask({ method: 'POST', url: '/login', client: i % 50, payload: { [field]: i < 130 ? `user${i % 7}` : `somebodyelse${i}`, password: i < 130 ? 'secret' : `Other${i}!` } })
      if (i > 130) found.push(...types)
    }
    await app.close()
    return [...new Set(found)]
  }
  t.ok((await typesFor({}, 'email')).length > 0, 'elsewhere it is')
  t.same(await typesFor({ authBurst: {} }, 'login'), [])
  t.same(await typesFor({ authBurst: { user: (request: FastifyRequest) => (request.body as { wer: string }).wer } }, 'wer'), [])
})

test('authBurst: false on a route, or for the application, watches nothing', async (t) => {
  t.same(await statuses({}, { anomalies: { authBurst: false } }, 401), [])
  t.same(await statuses({ authBurst: false }, {}, 401), [])
})

test('propose: a route that refuses a password is a login route, unless it may not be proposed', async (t) => {
  t.same(await statuses({}, {}, 401), ['auth_brute_force'])
  t.same(await statuses({}, {}, 403), ['auth_brute_force'])
  t.same(await statuses({}, {}, 404), [], 'only 401 and 403 say that it was about the password')
  t.same(await statuses({ authBurst: { propose: false } }, {}, 401), [])
})

test('propose: a route that refuses tokens is none, whether they are guessed or not; one that refuses HTTP Basic is one, and says so', async (t) => {
  const app = Fastify()
  await app.register(anomalies, { secret: SECRET, clock: new ManualClock() })
  app.get('/orders', async (request, reply) => reply.code(401).send({}))
  app.get('/basic', async (request, reply) => reply.code(401).send({}))
  for (let i = 0; i < 40; i++) await app.inject({ url: '/orders', headers: { authorization: `Bearer expired${i % 8}` } })
  t.same(app.anomalies.query().events.filter((event) => event.detector === 'auth-burst'), [])
  for (let i = 0; i < 12; i++) await app.inject({ url: '/orders', headers: { authorization: `Bearer ${i}` } })
  t.same(app.anomalies.query().events.filter((event) => event.detector === 'auth-burst').map(({ type }) => type), ['auth_key_guessing'])
  for (let i = 0; i < 40; i++) await app.inject({ url: '/basic', headers: { authorization: `Basic ${Buffer.from(`alice:${i}`).toString('base64')}` } })
  t.equal(app.anomalies.query({ type: 'auth_brute_force' }).events.length > 0, true)
  const [orders, basic] = app.anomalies.baselines()
  t.equal(orders?.detectors['auth-burst'], undefined)
  t.same(basic?.detectors['auth-burst']?.learned, { login: 'proposed', attempts: 40 })
  await app.close()
})

test('a code that is good once is guessed like a password', async (t) => {
  const app = Fastify()
  const clock = new ManualClock()
  await app.register(anomalies, { secret: SECRET, clock })
  app.post('/verify', async (request, reply) => reply.code(401).send({}))
  const answers = drive(app, clock)
  const types: string[] = []
  for (let i = 0; i < 40; i++) types.push(...(await answers.ask({ method: 'POST', url: '/verify', client: ATTACKER, payload: { email: 'ann@example.com', otp: String(100_000 + 7919 * i) } })).types)
  t.ok(types.includes('auth_brute_force'), types.join())
  await app.close()
})

test('pairFailures, userClients, clientUsers: from how many on', async (t) => {
  const one = (n: number): Login[] => series(n, (i) => ({ at: i, ip: ATTACKER, user: 'alice', ok: false }))
  const many = (n: number): Login[] => series(n, (i) => ({ at: i, ip: publicAddress(i), user: 'alice', ok: false }))
  const users = (n: number): Login[] => series(n, (i) => ({ at: i, ip: ATTACKER, user: `user${i}`, ok: false }))
  for (const [option, logins] of [['pairFailures', one], ['userClients', many], ['clientUsers', users]] as const) {
    t.equal((await replayLogins(logins(5), { authBurst: { [option]: 6 } })).events.length, 0, option)
    t.equal((await replayLogins(logins(7), { authBurst: { [option]: 6 } })).events.length, 2, option)
    t.equal((await replayLogins(logins(11))).events.length, 0, option)
  }
})

test('capacity: so many are remembered, and those with the most failures stay', async (t) => {
  const worst = series(14, (i) => ({ at: i, ip: ATTACKER, user: 'alice', ok: false }))
  const flood = series(2000, (i) => ({ at: 20 + i, ip: publicAddress(i), user: `flood${i}`, ok: false }))
  const last = [{ at: 3000, ip: ATTACKER, user: 'alice', ok: false }, { at: 3001, ip: ATTACKER, user: 'alice', ok: false }]
  const { events } = await replayLogins([...worst, ...flood, ...last], { authBurst: { capacity: 100 } })
  t.ok(events.some((event) => event.type === 'auth_brute_force'), 'known after 2,000 others, with room for 100')
})

test('recordAuth tells logins that no status tells', async (t) => {
  const { app } = await loginApp({}, {})
  for (let i = 0; i < 20; i++) app.anomalies.recordAuth({ user: `user${i}`, ip: ATTACKER, success: false })
  const { events } = app.anomalies.query()
  t.match(events[0], { type: 'auth_password_spraying', entity: { ip: ATTACKER }, route: { url: '(recordAuth)' } })
  await app.close()
})

test('recordAuth with a request counts that login once, whatever its status', async (t) => {
  for (const success of [true, false]) {
    const app = Fastify()
    const clock = new ManualClock()
    await app.register(anomalies, { secret: SECRET, clock })
    app.post('/login', { config: { anomalies: { authBurst: {} } } }, async (request) => {
      app.anomalies.recordAuth({ user: 'alice', success, request })
      return {}
    })
    const { ask } = drive(app, clock)
    const seen: string[][] = []
    for (let i = 0; i < 16; i++) seen.push((await ask({ method: 'POST', url: '/login', payload: { email: 'x', password: 'y' } })).types)
    t.same(seen.map((types) => types.length).reduce((sum, n) => sum + n), success ? 0 : 2)
    await app.close()
  }
})

test('recordAuth with a request has the last word: a failed login that is answered with 200 clears nothing', async (t) => {
  const types = async (success: boolean, status: number): Promise<string[]> => {
    const { app, clock } = await emptyApp()
    app.post('/login', LOGIN, async (request, reply) => {
      app.anomalies.recordAuth({ user: 'alice', success, request })
      return reply.code(status).send({})
    })
    const { ask } = drive(app, clock)
    for (let i = 0; i < 20; i++) await ask({ method: 'POST', url: '/login', payload: { email: 'alice', password: `${i}` } })
    await app.close()
    return typesSaid(app)
  }
  t.same(await types(false, 200), ['auth_brute_force'])
  t.same(await types(true, 401), [])
})

test('recordAuth: a wrong argument is reported, and throws nothing', async (t) => {
  const { app } = await loginApp()
  const errors: unknown[] = []
  app.anomalies.on('error', (error) => errors.push(error))
  app.anomalies.recordAuth({ user: 'alice' } as never)
  t.match(errors, [{ message: /success must be true or false/ }])
  await app.close()
})

test('wrong options stop the start-up, naming option and route', async (t) => {
  for (const [authBurst, name] of [[{ pairFailures: 2 }, 'pairFailures'], [{ user: 'email' }, 'user'], [{ capacity: 1.5 }, 'capacity'], [{ windows: 3 }, 'windows']] as const) {
    await t.rejects(async () => await Fastify().register(anomalies, { authBurst } as never).ready(), { code: 'FST_ANOMALIES_BAD_OPTION', message: new RegExp(`authBurst.${name}`) })
  }
  const app = Fastify()
  await app.register(anomalies, { secret: SECRET })
  t.throws(() => app.post('/login', { config: { anomalies: { authBurst: { pairFailures: 20 } } } }, async () => ({})), { code: 'FST_ANOMALIES_BAD_OPTION', message: /authBurst\.pairFailures.*POST \/login/ })
})

test('the norm of failures is kept in a snapshot', async (t) => {
  const { app } = await loginApp()
  const snapshot = app.anomalies.snapshot()
  t.match(snapshot.shared['auth-burst'], { failed: 0, all: 0 })
  app.anomalies.restore({ ...snapshot, shared: { ...snapshot.shared, 'auth-burst': { failed: 300, all: 1000, at: 5 } } })
  t.match(app.anomalies.snapshot().shared['auth-burst'], { failed: 300, all: 1000 })
  app.anomalies.merge({ ...snapshot, origin: 'another', shared: { 'auth-burst': { failed: 100, all: 1000, at: 5 } } })
  t.match(app.anomalies.snapshot().shared['auth-burst'], { failed: 400, all: 2000 })
  await app.close()
})
