import { test } from 'tap'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../fixtures/app'
import type { Ask } from '../fixtures/app'
import { HOUR, MINUTE, ONLY_TRENDS, countOf, humanGap, seeded, theOne, times, visit } from '../fixtures/trends'

function site (app: FastifyInstance): void {
  app.get('/', async () => 'home')
  app.get('/page/:name', async () => 'page')
  app.get('/health', async () => 'ok')
  app.post('/cart', async () => ({ cart: 1 }))
  app.post('/checkout', async () => ({ order: 1 }))
}

const browse = (person: number, i: number): Ask => i % 3 === 0 ? { url: '/' } : { url: `/page/p${(person * 7 + i * 5) % 50}` }

test('a script that keeps time is one timing_anomaly: a metronome, with jitter, with two waits in turn', async (t) => {
  const paces: Record<string, (i: number, random: () => number) => number> = {
    metronome: () => 2000,
    jitter: (i, random) => 500 + Math.round(80 * (random() - 0.5)),
    alternating: (i) => i % 2 === 0 ? 300 : 4000
  }
  for (const [name, pace] of Object.entries(paces)) {
    const web = await buildApp(ONLY_TRENDS, site)
    await visit(web, 30, 900, browse)
    const random = seeded(3)
    const found = await countOf(web, 'timing_anomaly', times(60, (i) => ({ client: 5, after: pace(i, random), url: `/page/p${i % 50}` })))
    t.ok(found >= 15, `${name}: ${found} of 60`)
    t.match(web.app.anomalies.query({ type: 'timing_anomaly' }).events.at(-1), { severity: 3, evidence: { gaps: 20, meanMs: Number }, entity: { ip: '10.7.0.5' }, episode: { state: 'open' } })
    await web.app.close()
  }
})

test('no timing_anomaly: people, the parallel assets of a page, a health check, an hourly job that was always there', async (t) => {
  const web = await buildApp(ONLY_TRENDS, site)
  const { ask, clock } = web
  let found = 0
  const look = async (asks: Iterable<Ask | string>): Promise<void> => { found += await countOf(web, 'timing_anomaly', asks) }
  // A load balancer asks each ten seconds, a job polls each five for some minutes in every hour: from the beginning.
  for (let hour = 0; hour < 4; hour++) {
    await visit(web, 30, 300, browse, 11 + hour)
    await look(times(60, () => ({ client: 2, after: 10_000, url: '/health' })))
    const before = found
    await look(times(45, (i) => ({ client: 3, after: 5000, url: `/page/p${i % 50}` })))
    if (hour < 3) found = before
    clock.advance(30 * MINUTE)
  }
  // One browser: pages at a human pace, twelve assets each within some milliseconds.
  const random = seeded(5)
  for (let page = 0; page < 40; page++) {
    await look(times(1, () => ({ client: 9, after: humanGap(random), url: '/' })))
    await look(times(12, (i) => ({ client: 9, after: 2, url: `/page/asset${i}` })))
  }
  t.equal(found, 0)
  t.equal((await ask({ client: 9, url: '/' })).types.length, 0)
  await web.app.close()
})

test('no finding at all: a CDN whose thirty edges look after the health of the application, also while it is down', async (t) => {
  let isDown = false
  const web = await buildApp({ trends: {} }, (app) => {
    site(app)
    app.get('/healthz', async (request, reply) => isDown ? await reply.code(503).send('down') : 'ok')
  })
  const check = (i: number): Ask => ({ client: `192.0.${i % 30}.9`, after: 500, url: '/healthz', headers: { 'user-agent': 'CDN-HealthCheck/1.0', accept: '*/*' } })
  for (let round = 0; round < 3; round++) {
    await visit(web, 30, 300, browse, 11 + round)
    for (const each of times(1200, check)) await web.ask(each as Ask)
  }
  isDown = true
  for (const each of times(120, check)) await web.ask(each as Ask)
  const told = web.app.anomalies.query({ detector: 'trends', limit: 1000 }).events
  t.same(told.map(({ type, detail }) => [type, detail]), [])
  await web.app.close()
})

test('regularBelow says what is regular', async (t) => {
  const web = await buildApp({ ...ONLY_TRENDS, trends: { regularBelow: 0.05 } }, site)
  await visit(web, 30, 900, browse)
  const random = seeded(3)
  t.equal(await countOf(web, 'timing_anomaly', times(60, (i) => ({ client: 5, after: 500 + Math.round(250 * (random() - 0.5)), url: `/page/p${i % 50}` }))), 0)
  await web.app.close()
})

const buyer = (person: number, i: number): Ask => i % 4 === 0 ? { url: '/' } : i % 4 === 1 ? { url: `/page/p${person}` } : i % 4 === 2 ? { method: 'POST', url: '/cart' } : { method: 'POST', url: '/checkout' }

test('an order without a cart is one sequence_anomaly, of a known client and of a new one', async (t) => {
  const web = await buildApp(ONLY_TRENDS, site)
  await visit(web, 30, 2400, buyer)
  web.clock.advance(HOUR)
  await web.ask({ client: 5, url: '/' })
  await web.ask({ client: 5, url: '/page/p5' })
  const answer = await web.ask({ client: 5, method: 'POST', url: '/checkout' })
  t.match(theOne(answer, 'sequence_anomaly').toJSON(), { severity: 5, expected: 'POST /cart', field: 'route.sequence' })
  t.same((await web.ask({ client: 6, method: 'POST', url: '/checkout' })).types, ['sequence_anomaly'])
  t.match(web.app.anomalies.query({ type: 'sequence_anomaly' }).events[0], { evidence: { lookback: 10, share: Number } })
  t.equal(await countOf(web, 'sequence_anomaly', times(40, (i) => ({ client: 7, ...buyer(7, i) }))), 0, 'who puts something into a cart first')
  await web.app.close()
})

test('no sequence_anomaly: deep links, an API client that only calls this, the first half hour after a restart', async (t) => {
  const web = await buildApp(ONLY_TRENDS, site)
  await visit(web, 30, 2400, (person, i) => person === 0 ? { method: 'POST', url: '/checkout' } : buyer(person, i))
  t.same((await web.ask({ client: 5, method: 'POST', url: '/checkout' })).types, [], 'one client in thirty only calls this')
  t.same((await web.ask({ client: 6, url: '/page/p3' })).types, [], 'a deep link')
  const snapshot = JSON.parse(JSON.stringify(web.app.anomalies.snapshot()))
  await web.app.close()
  const taught = await buildApp(ONLY_TRENDS, site)
  await visit(taught, 30, 2400, buyer)
  const again = await buildApp(ONLY_TRENDS, site)
  again.app.anomalies.restore(JSON.parse(JSON.stringify(taught.app.anomalies.snapshot())))
  t.same((await again.ask({ client: 6, method: 'POST', url: '/checkout' })).types, [], 'after a restart nobody has a past')
  again.clock.advance(HOUR)
  t.same((await again.ask({ client: 7, method: 'POST', url: '/checkout' })).types, ['sequence_anomaly'], 'what was learned survives')
  t.ok(snapshot.routes !== undefined)
  await taught.app.close()
  await again.app.close()
})

test('sequence: false says nothing of it', async (t) => {
  const web = await buildApp({ ...ONLY_TRENDS, trends: { sequence: false } }, site)
  await visit(web, 30, 1600, buyer)
  web.clock.advance(HOUR)
  t.same((await web.ask({ client: 6, method: 'POST', url: '/checkout' })).types, [])
  await web.app.close()
})

test('who reads page after page at a steady pace is scraping', async (t) => {
  const web = await buildApp(ONLY_TRENDS, site)
  await visit(web, 30, 1500, browse)
  const random = seeded(9)
  const pages = (client: number, n: number): Iterable<Ask | string> => times(n, (i) => ({ client, after: 200 + Math.ceil(-1000 * Math.log(1 - random())), url: `/page/x${i}` }))
  t.ok(await countOf(web, 'scraping', pages(5, 250)) > 50)
  t.match(web.app.anomalies.query({ type: 'scraping' }).events.at(-1), { severity: 6, evidence: { requests: Number, variation: Number }, entity: { ip: '10.7.0.5' } })
  await web.app.close()
})

test('no scraping: a crawler that is welcome, an office behind one address, somebody who reads a lot', async (t) => {
  const web = await buildApp(ONLY_TRENDS, site)
  let found = 0
  // The crawler was there from the beginning: a page each two seconds or so, all the time.
  const random = seeded(13)
  for (let hour = 0; hour < 6; hour++) {
    await visit(web, 30, 300, browse, 20 + hour)
    const now = await countOf(web, 'scraping', times(400, (i) => ({ client: 2, after: 1000 + Math.round(2000 * random()), url: `/page/crawl${hour}-${i}` })))
    if (hour >= 3) found += now
  }
  t.equal(found, 0, 'the crawler')
  // Fifty people behind one address: what they read, others read too.
  t.equal(await countOf(web, 'scraping', times(400, () => ({ client: 3, after: Math.ceil(-1500 * Math.log(1 - random())), url: `/page/p${Math.floor(50 * random() * random())}` }))), 0, 'the office')
  t.equal(await countOf(web, 'scraping', times(60, (i) => ({ client: 4, after: humanGap(random), url: `/page/read${i}` }))), 0, 'the reader')
  await web.app.close()
})

test('signals that suddenly come in number are one velocity_spike, of the widest kind that tells it', async (t) => {
  const web = await buildApp(ONLY_TRENDS, site)
  const random = seeded(17)
  for (let minute = 0; minute < 40; minute++) for (let i = 0; i < 20; i++) await web.ask({ client: 100 + Math.floor(30 * random()), after: 3000, url: '/' })
  // Many senders: of a single one another finding would tell.
  for (let i = 0; i < 1200; i++) await web.ask({ client: 1000 + i % 300, after: 150, url: `/page/p${i % 50}` })
  for (let i = 0; i < 200; i++) await web.ask({ client: 100 + i % 30, after: 3000, url: '/' })
  const { events } = web.app.anomalies.query({ type: 'velocity_spike' })
  t.match(events.map(({ field, episode }) => `${field} ${episode?.state}`), ['signals.signals close', 'signals.signals open'])
  t.match(events.at(-1), { detector: 'trends', route: { url: '*' }, entity: {}, severity: 5, risk: 0 })
  await web.app.close()
})

test('velocityJump says how much more is remarkable', async (t) => {
  for (const [velocityJump, n] of [[100_000, 0], [20, 1]] as const) {
    const web = await buildApp({ ...ONLY_TRENDS, trends: { velocityJump } }, site)
    const random = seeded(17)
    for (let minute = 0; minute < 45; minute++) for (let i = 0; i < 5; i++) await web.ask({ client: 100 + Math.floor(30 * random()), after: 12_000, url: '/' })
    for (let i = 0; i < 120; i++) await web.ask({ client: 200 + i, after: 1000, url: '/' })
    for (let i = 0; i < 5; i++) await web.ask({ client: 100, after: MINUTE, url: '/' })
    t.equal(web.app.anomalies.query({ type: 'velocity_spike' }).events.filter(({ episode }) => episode?.state === 'open').length, n, `velocityJump ${velocityJump}`)
    await web.app.close()
  }
})

test('a rise of requests is told by rate-spike alone; tokens that come without more requests are one velocity_spike', async (t) => {
  const rises: readonly [types: string[], n: number, make: (i: number) => Ask][] = [
    [['rate_spike'], 4000, (i) => ({ client: 1000 + i % 300, after: 40, url: '/' })],
    [['velocity_spike'], 80, (i) => ({ client: 100 + i % 30, after: 3000, url: '/', headers: { authorization: `Bearer of-${i % 30}` } })]
  ]
  for (const [types, n, make] of rises) {
    const web = await buildApp({ ...ONLY_TRENDS, rateSpike: {}, trends: { velocityJump: 10 } }, site)
    const random = seeded(17)
    const ordinary = (i: number): Ask => ({ client: 100 + Math.floor(30 * random()), after: 3000, url: '/', headers: i % 20 === 0 ? { authorization: 'Bearer one' } : {} })
    for (const each of [...times(800, ordinary), ...times(n, make), ...times(200, ordinary)]) await web.ask(each)
    const told = web.app.anomalies.query({ limit: 1000 }).events.filter(({ type }) => type === 'velocity_spike' || type === 'rate_spike')
    t.same([...new Set(told.map(({ type }) => type))], types)
    if (n === 80) t.same(told.map(({ field, episode }) => `${field} ${episode?.state}`), ['signals.auth_token close', 'signals.auth_token open'])
    await web.app.close()
  }
})

test('steps, patterns, gaps and finds in replies are signals over time', async (t) => {
  const web = await buildApp(ONLY_TRENDS, (app) => {
    site(app)
    app.get('/me', async () => ({ iban: 'DE89370400440532013000' }))
  })
  for (let i = 0; i < 20; i++) await web.ask({ client: 5, url: i % 2 === 0 ? '/' : '/me' })
  const { trends } = web.app.anomalies.trends({ category: 'behavioral' })
  t.same(Object.fromEntries(trends.map(({ type, count, uniqueValues }) => [type, [count, uniqueValues]])), { timing: [19, 1], navigation: [19, 2], request_pattern: [4, 1], dlp_match: [10, 1] })
  t.match(trends.find(({ type }) => type === 'dlp_match')?.topValues, [{ value: 'iban', count: 10 }])
  await web.app.close()
})

test('who is released begins anew', async (t) => {
  const web = await buildApp(ONLY_TRENDS, site)
  await visit(web, 30, 900, browse)
  const beat = (): Iterable<Ask | string> => times(30, (i) => ({ client: 5, after: 2000, url: `/page/p${i % 50}` }))
  t.ok(await countOf(web, 'timing_anomaly', beat()) > 5)
  web.app.anomalies.release('10.7.0.5')
  t.equal(await countOf(web, 'timing_anomaly', times(15, (i) => ({ client: 5, after: 2000, url: `/page/p${i % 50}` }))), 0)
  await web.app.close()
})
