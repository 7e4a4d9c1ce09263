import { test } from 'tap'
import Fastify from 'fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import anomalies from '../../plugins'
import type { AnomaliesOptions } from '../../plugins'
import { drive, ManualClock, SECRET } from '../fixtures/app'
import { loginApp, ordinaryLogins, publicAddress, replayLogins, seeded } from '../fixtures/logins'
import type { Findings, Login } from '../fixtures/logins'

/** Addresses of an attacker and of an office. */
const ATTACKER = '203.0.113.5'
const OFFICE = '198.51.100.9'
const MOST_EVENTS = 5

function series (count: number, make: (i: number) => Login): Login[] { return Array.from({ length: count }, (_, i) => make(i)) }

function typesOf ({ events }: Findings): string[] { return [...new Set(events.map((event) => event.type))].sort() }

/** Attacks; each among the ordinary logins of 400 people on one day. */
const ATTACKS: Readonly<Record<string, { logins: Login[], types: string[] }>> = {
  '1,000 addresses, one try each, on one user': {
    logins: series(1000, (i) => ({ at: 30_000 + i * 2, ip: publicAddress(i), user: 'alice', ok: false, agent: `tool/${i}` })),
    types: ['auth_distributed_guessing']
  },
  'one address, 10,000 users, one try each': {
    logins: series(10_000, (i) => ({ at: 30_000 + i, ip: ATTACKER, user: `user${i}`, ok: false })),
    types: ['auth_password_spraying']
  },
  'one address, 10,000 users, one try each, within a minute': {
    logins: series(10_000, (i) => ({ at: 30_000 + i / 200, ip: ATTACKER, user: `user${i}`, ok: false })),
    types: ['auth_password_spraying']
  },
  'three tries an hour for a day, evenly': {
    logins: series(72, (i) => ({ at: i * 1200, ip: ATTACKER, user: 'alice', ok: false })),
    types: ['auth_low_and_slow']
  },
  'three tries an hour for a day, together': {
    logins: series(72, (i) => ({ at: Math.floor(i / 3) * 3600 + i % 3 * 4, ip: ATTACKER, user: 'alice', ok: false })),
    types: ['auth_low_and_slow']
  },
  'three tries an hour for a day, each from a new address': {
    logins: series(72, (i) => ({ at: i * 1200, ip: publicAddress(i), user: 'alice', ok: false })),
    types: ['auth_distributed_guessing']
  },
  'three tries an hour for a day, each at a new user': {
    logins: series(72, (i) => ({ at: i * 1200, ip: ATTACKER, user: `user${i}`, ok: false })),
    types: ['auth_password_spraying']
  },
  'a takeover after stuffing from many addresses': {
    logins: [...series(300, (i) => ({ at: 30_000 + i * 3, ip: publicAddress(i), user: 'alice', ok: false })), { at: 31_000, ip: publicAddress(900), user: 'alice', ok: true }],
    types: ['account_takeover', 'auth_distributed_guessing']
  },
  'a takeover by the address that stuffs': {
    logins: [...series(3000, (i) => ({ at: 30_000 + i, ip: ATTACKER, user: `user${i}`, ok: false })), { at: 33_100, ip: ATTACKER, user: 'user77', ok: true }],
    types: ['account_takeover', 'auth_password_spraying']
  },
  'a takeover after a few failures from a few addresses': {
    logins: [...series(6, (i) => ({ at: 30_000 + i * 90, ip: publicAddress(i), user: 'alice', ok: false })), { at: 31_000, ip: publicAddress(900), user: 'alice', ok: true }],
    types: ['account_takeover']
  },
  'an own account after every fourth guess at one user': {
    logins: series(100, (i) => ({ at: 30_000 + i * 20, ip: ATTACKER, user: i % 5 === 4 ? 'mallory' : 'alice', ok: i % 5 === 4 })),
    types: ['auth_brute_force']
  },
  'an own account after every fourth guess at many users': {
    logins: series(100, (i) => ({ at: 30_000 + i * 20, ip: ATTACKER, user: i % 5 === 4 ? 'mallory' : `user${i}`, ok: i % 5 === 4 })),
    types: ['auth_password_spraying']
  },
  'an own account after every fourth guess at a few users': {
    logins: series(100, (i) => ({ at: 30_000 + i * 20, ip: ATTACKER, user: i % 5 === 4 ? 'mallory' : `user${i % 7}`, ok: i % 5 === 4 })),
    types: ['auth_client_failures']
  },
  'one tool, 4,000 addresses, 4,000 users': {
    logins: series(4000, (i) => ({ at: 30_000 + i, ip: publicAddress(i), user: `user${i}`, ok: false, agent: 'python-requests/2.31' })),
    types: ['auth_credential_stuffing']
  },
  'many tools, 4,000 addresses, 4,000 users': {
    logins: series(4000, (i) => ({ at: 30_000 + i, ip: publicAddress(i), user: `user${i}`, ok: false, agent: `agent/${i % 1900}` })),
    types: ['auth_failure_ratio']
  }
}

for (const [name, { logins, types }] of Object.entries(ATTACKS)) {
  test(`caught with at most ${MOST_EVENTS} events: ${name}`, async (t) => {
    const found = await replayLogins([...ordinaryLogins(400, 86_400), ...logins])
    t.same(typesOf(found), types)
    t.ok(found.events.length <= MOST_EVENTS, `${found.events.length} events`)
    t.ok(found.flagged > 0)
    t.ok(found.flaggedOk <= 1, 'of the successes, only the takeover is flagged')
  })
}

/** Monday morning: everybody comes between eight and nine. */
function office (seed: number, people = 200, ip = OFFICE): Login[] {
  const random = seeded(seed)
  const logins: Login[] = []
  for (let i = 0; i < people; i++) {
    let at = random() * 3600
    while (random() < 0.08) {
      logins.push({ at, ip, user: `staff${i}`, ok: false })
      at += 4 + random() * 30
    }
    logins.push({ at, ip, user: `staff${i}`, ok: true })
  }
  return logins
}

/** Everybody's saved password is an old one: two tries fail, then the new one is typed. */
function rollOut (ipOf: (i: number) => string, startOf: (i: number) => number): Login[] {
  return Array.from({ length: 300 }, (_, i) => [0, 1, 2].map((n) => ({ at: startOf(i) + n * 40, ip: ipOf(i), user: `staff${i}`, ok: n === 2, agent: 'PasswordManager/1.0' }))).flat()
}

/** What people do. */
const ORDINARY: Readonly<Record<string, Login[]>> = {
  'a day of 4,000 people': ordinaryLogins(4000, 86_400, 3),
  'an office of 200 people behind one address on Monday morning': office(5),
  'five such offices, one after the other, in an hour': [5, 6, 7, 8, 9].flatMap((seed) => office(seed).map((login) => ({ ...login, at: login.at / 2, ip: `${OFFICE.slice(0, -1)}${seed}`, user: `${login.user}-${seed}` }))),
  'a password-manager roll-out, everybody at home': rollOut(publicAddress, (i) => i * 10),
  'a password-manager roll-out in one office': rollOut(() => OFFICE, (i) => i * 10),
  'a password-manager roll-out, everybody within five minutes': rollOut(publicAddress, (i) => i),
  'a password-manager roll-out at an office whose people have logged in there before': [...series(300, (i) => ({ at: i, ip: OFFICE, user: `staff${i}`, ok: true })), ...rollOut(() => OFFICE, (i) => 90_000 + i)],
  'a user who has forgotten the password': [...series(11, (i) => ({ at: i * 15, ip: OFFICE, user: 'bob', ok: false })), { at: 700, ip: OFFICE, user: 'bob', ok: true }],
  'a user who has forgotten it, and sets a new one on the phone': [...series(12, (i) => ({ at: i * 15, ip: i < 9 ? OFFICE : publicAddress(3), user: 'bob', ok: false })), { at: 900, ip: publicAddress(4), user: 'bob', ok: true }],
  'a user who forgets it every morning': Array.from({ length: 20 }, (_, day) => series(5, (i) => ({ at: day * 86_400 + i * 20, ip: OFFICE, user: 'bob', ok: i === 4 }))).flat()
}

for (const [name, logins] of Object.entries(ORDINARY)) {
  test(`not flagged: ${name}`, async (t) => {
    const { events, flagged } = await replayLogins(logins)
    t.same(events.map((event) => event.type), [])
    t.equal(flagged, 0)
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

test('propose: a route that refuses a token is none; one that refuses HTTP Basic is one, and says so', async (t) => {
  const app = Fastify()
  await app.register(anomalies, { secret: SECRET, clock: new ManualClock() })
  app.get('/orders', async (request, reply) => reply.code(401).send({}))
  app.get('/basic', async (request, reply) => reply.code(401).send({}))
  for (let i = 0; i < 40; i++) await app.inject({ url: '/orders', headers: { authorization: `Bearer expired${i}` } })
  t.same(app.anomalies.query().events.filter((event) => event.detector === 'auth-burst'), [])
  for (let i = 0; i < 40; i++) await app.inject({ url: '/basic', headers: { authorization: `Basic ${Buffer.from(`alice:${i}`).toString('base64')}` } })
  t.equal(app.anomalies.query().events.at(-1)?.type, 'auth_brute_force')
  const [orders, basic] = app.anomalies.baselines()
  t.equal(orders?.detectors['auth-burst'], undefined)
  t.same(basic?.detectors['auth-burst']?.learned, { login: 'proposed', attempts: 40 })
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
