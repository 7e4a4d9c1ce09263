import { readdirSync } from 'node:fs'
import type { FastifyServerOptions } from 'fastify'
import { test } from 'tap'
import type { TrendsOptions } from '../../plugins'
import { buildApp } from '../fixtures/app'
import { AGENTS, identityApp, IDENTITY_FOLDER, playIdentity, readIdentity } from '../fixtures/identity-scenario'
import type { IdentityScenario, IdentityStep } from '../fixtures/identity-scenario'
import { LEVELS } from '../fixtures/trends'

/** What is found in a scenario with other options; `undefined` takes one away. */
async function foundIn (file: string, options: Record<string, unknown>): Promise<string[]> {
  const { scenario, steps } = readIdentity(`${file}.ndjson`)
  const { geo, ...others } = { geo: scenario.places, ...scenario.options, ...options }
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)) as TrendsOptions
  const app = await identityApp({ options: given, ...geo === undefined ? null : { places: geo as NonNullable<IdentityScenario['places']> } })
  const found = new Set<string>()
  for (const step of steps) await playIdentity(app, step, found)
  await app.app.close()
  return [...found].sort()
}

for (const file of readdirSync(IDENTITY_FOLDER).filter((name) => name.endsWith('.ndjson'))) {
  const { scenario, steps } = readIdentity(file)
  test(`${file}: ${scenario.about}`, async (t) => {
    const app = await identityApp(scenario)
    const found = new Set<string>()
    for (const step of steps) await playIdentity(app, step, found)
    t.same([...found].sort(), [...scenario.expect].sort())
    const events = app.app.anomalies.query({ detector: 'trends', limit: 1000 }).events
    t.ok(scenario.expect.every((type) => events.some((event) => event.type === type && event.episode?.state === 'open')), 'each is an episode that opens')
    for (const { type, level } of events) t.equal(level, LEVELS[type] ?? level, type)
    t.ok(events.length <= 4 * scenario.expect.length, `${events.length} events`)
    for (const event of events) t.ok(event.detail.length > 20 && !/undefined|NaN/.test(event.detail), event.detail)
    await app.app.close()
  })
}

const LIMITS: readonly [file: string, options: Record<string, unknown>, found: string[]][] = [
  ['session-sharing.attack', { sharedNetworks: 4 }, ['token_reuse']],
  ['fingerprint-change.attack', { deviceChanges: 4 }, []],
  ['fingerprint-change.attack', { changeWindow: '10 minutes' }, []],
  ['fingerprint-change.attack', { rotations: 4 }, ['fingerprint_change', 'rotation_pattern']],
  ['token-reuse.attack', { overlap: '10 seconds' }, ['fingerprint_change']],
  ['ja4-ip-cluster.attack', { clusterClients: 50 }, []],
  ['impossible-travel.attack', { maxSpeed: 100_000 }, []],
  ['impossible-travel.attack', { minDistance: 15_000 }, []],
  ['impossible-travel.attack', { nowhere: [64501] }, []],
  ['impossible-travel.attack', { geo: undefined }, []],
  ['token-expired.attack', { expiryLeeway: '2 hours' }, []],
  ['ja4-browser-spoofing.attack', { ja4: undefined }, []],
  ['ja4-browser-spoofing.attack', { ja4: { header: 'x-other' } }, []],
  ['ja4h-change.attack', { ja4h: 'x-other' }, []],
  ['ja4h-change.attack', { deviceChanges: 9 }, []],
  ['session-hijack.attack', { silent: ['session_hijack'] }, []],
  ['session-sharing.attack', { silent: ['session_sharing'] }, ['token_reuse']],
  ['ja4-browser-spoofing.attack', { silent: ['ja4_browser_spoofing'] }, []]
]

for (const [file, options, expected] of LIMITS) {
  test(`${file} with ${JSON.stringify(options, (name, value) => value === undefined ? 'nothing' : value)} gives ${expected.join(', ') || 'nothing'}`, async (t) => {
    t.same(await foundIn(file, options), expected)
  })
}

const AGENT = { 'user-agent': AGENTS.chrome as string }
const cookie = (value: string): IdentityStep => ({ times: 5, every: 1000, client: '198.3.7.77', agent: 'chrome', cookie: value })

test('cookies named like a session are one; with sessionCookies those that are named', async (t) => {
  for (const [name, options, isSession] of [['connect.sid', {}, true], ['visitor', {}, false], ['_csrf_session', {}, false], ['visitor', { sessionCookies: ['visitor'] }, true], ['connect.sid', { sessionCookies: ['visitor'] }, false]] as const) {
    const app = await identityApp({ options: options as unknown as TrendsOptions })
    await playIdentity(app, cookie(`theme=dark; ${name}=0123456789abcdef`), new Set())
    t.equal(app.app.anomalies.trends({ type: 'session_cookie' }).trends[0]?.count ?? 0, isSession ? 5 : 0, `${name} ${JSON.stringify(options)}`)
  }
})

test('the session longest unused is forgotten when there are more than sessions', async (t) => {
  for (const [sessions, expected] of [[100, []], [1000, ['session_hijack']]] as const) {
    const app = await identityApp({ options: { sessions } })
    const found = new Set<string>()
    const step = { every: 100, agent: 'chrome' }
    await playIdentity(app, { ...step, times: 6, bearer: 'victim', client: '198.3.7.77' }, found)
    await playIdentity(app, { ...step, times: 200, bearer: 'person-{i}', client: '198.{i%40}.7.9' }, found)
    await playIdentity(app, { ...step, times: 2, bearer: 'victim', client: '203.0.113.9', agent: 'curl' }, found)
    t.same([...found], expected)
  }
})

test('as many single signals are remembered as recent says', async (t) => {
  for (const [recent, complete] of [[1024, false], [8192, true]] as const) {
    const app = await identityApp({ options: { recent } })
    await playIdentity(app, { times: 600, every: 1000, client: '198.3.7.77', agent: 'chrome' }, new Set())
    const page = app.app.anomalies.trends({ entity: '198.3.7.77' })
    t.equal(page.complete, complete)
    t.equal(page.trends.find(({ type }) => type === 'ip')?.count === 600, complete)
  }
})

test('readers of MaxMind\'s form say where addresses are, and a source that throws is no place', async (t) => {
  const city = { get: (ip: string) => ip === '198.51.100.7' ? { location: { latitude: 51.5, longitude: -0.1, accuracy_radius: 10 }, country: { iso_code: 'GB' } } : null }
  const asn = { get: () => ({ autonomous_system_number: 64500 }) }
  const app = await buildApp({ trends: { geo: [city, asn] } })
  await app.ask({ url: '/search', client: '198.51.100.7', headers: AGENT })
  t.match(app.app.anomalies.trends({ type: 'geo' }).trends[0]?.topValues, [{ value: 'GB', count: 1 }])
  t.match(app.app.anomalies.trends({ type: 'asn' }).trends[0]?.topValues, [{ value: 'AS64500', count: 1 }])
  const broken = await buildApp({ trends: { geo: () => { throw new Error('no database') } } })
  const errors: unknown[] = []
  broken.app.anomalies.on('error', (error) => errors.push(error))
  t.equal((await broken.ask({ url: '/search', headers: AGENT })).response.statusCode, 200)
  t.equal(errors.length, 1)
  t.equal(broken.app.anomalies.trends({ type: 'ip' }).trends[0]?.count, 1)
})

test('mode observe keeps its findings out of what enforce decides', async (t) => {
  for (const [mode, decided] of [['observe', 0], ['enforce', 1]] as const) {
    const app = await buildApp({ mode: 'enforce', endpointProfiler: false, headerProfiler: false, rateSpike: false, trends: { mode } })
    for (let i = 0; i < 30; i++) await app.ask({ url: '/search', client: `198.51.${i}.1`, headers: { ...AGENT, authorization: `Bearer person-${i}` } })
    for (let i = 0; i < 5; i++) await app.ask({ url: '/search', client: '198.51.100.7', headers: { ...AGENT, authorization: 'Bearer victim' } })
    await app.ask({ url: '/search', client: '203.0.113.9', headers: { 'user-agent': 'curl/8.9.1', authorization: 'Bearer victim' } })
    t.equal(app.app.anomalies.entities.enforced.size > 0 ? 1 : 0, decided, mode)
    await app.app.close()
  }
})

test('wrong options stop the start-up and are named', async (t) => {
  for (const [options, message] of [[{ ja4: 'header' }, /trends\.ja4/], [{ geo: 'a file' }, /trends\.geo/], [{ geo: [] }, /trends\.geo/], [{ sharedNetworks: 1 }, /trends\.sharedNetworks/], [{ changeWindow: 0 }, /trends\.changeWindow/], [{ nowhere: ['AS1'] }, /trends\.nowhere/], [{ no: 1 }, /trends\.no is no option/]] as const) {
    await t.rejects(buildApp({ trends: options as unknown as TrendsOptions }), { code: 'FST_ANOMALIES_BAD_OPTION', message })
  }
})

test('what goes together in sessions survives a snapshot, and is merged', async (t) => {
  const { steps } = readIdentity('token-reuse.ordinary.ndjson')
  const before = await identityApp({})
  for (const step of steps) await playIdentity(before, step, new Set())
  const json = JSON.parse(JSON.stringify(before.app.anomalies.snapshot()))
  for (const how of ['restore', 'merge'] as const) {
    const after = await identityApp({})
    after.app.anomalies[how](json)
    const found = new Set<string>()
    await playIdentity(after, { times: 40, every: 3000, bearer: 'later-{i%2}', client: '198.3.7.9', agent: ['okhttp', 'webview', 'webview', 'okhttp'] }, found)
    t.same([...found], [], how)
  }
  const cold = await identityApp({})
  const found = new Set<string>()
  await playIdentity(cold, { times: 30, every: 1000, bearer: 'person-{i}', client: '198.{i}.7.9', agent: 'chrome' }, found)
  await playIdentity(cold, { times: 40, every: 3000, bearer: 'later-{i%2}', client: '198.3.7.9', agent: ['okhttp', 'webview', 'webview', 'okhttp'] }, found)
  t.same([...found], ['token_reuse'], 'it was the snapshot')
})

test('a JA4 header is believed of the peers that trustProxy trusts, in whatever form that is given', async (t) => {
  const forms: readonly [trustProxy: FastifyServerOptions['trustProxy'], believed: boolean][] = [
    [false, false], [true, true], ['198.51.100.0/24', true], ['192.0.2.1', false], [['192.0.2.1', '198.51.100.7'], true], [1 as unknown as boolean, false], [(address: string) => address.startsWith('198.'), true]
  ]
  for (const [trustProxy, believed] of forms) {
    const app = await buildApp({ trends: { ja4: { header: 'X-JA4' } } }, undefined, trustProxy === undefined ? {} : { trustProxy })
    const headers = { ...AGENT, 'x-ja4': 't13d1516h2_8daaf6152771_02713d6af862' }
    await app.ask({ url: '/search', client: '198.51.100.7', headers })
    await app.ask({ url: '/search', client: '198.51.100.7', headers: { ...headers, 'x-forwarded-for': '203.0.113.9' } })
    t.equal(app.app.anomalies.trends({ type: 'ja4' }).trends[0]?.count ?? 0, believed ? 2 : 0, String(trustProxy))
  }
})

test('whatever headers a client sends, a request stays cheap and no detector fails', async (t) => {
  const app = await buildApp({ endpointProfiler: false, headerProfiler: false, jsonSchemaLearner: false, authBurst: false, rateSpike: false, trends: {} })
  const flood: Record<string, string>[] = [
    Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`x-${i}-${Math.random()}`, 'a'])),
    { cookie: Array.from({ length: 2000 }, (_, i) => `session${i}=${i}`).join('; ') },
    { authorization: `Bearer eyJ.eyJ${'a'.repeat(100_000)}.x` },
    { authorization: `Bearer ${'.'.repeat(100_000)}` },
    { 'user-agent': '('.repeat(100_000), 'accept-language': 'a'.repeat(100_000), 'sec-ch-ua': '"'.repeat(100_000) },
    { cookie: '='.repeat(100_000), authorization: ' '.repeat(100_000), 'x-api-key': 'a'.repeat(100_000) }
  ]
  for (const headers of flood) {
    const started = performance.now()
    for (let i = 0; i < 20; i++) t.equal((await app.ask({ url: '/search', headers })).response.statusCode, 200)
    t.ok(performance.now() - started < 20 * 20, `${Math.round(performance.now() - started)} ms for twenty requests, injection included`)
  }
  t.ok(app.app.anomalies.detectors.every(({ faults }) => faults === 0))
})
