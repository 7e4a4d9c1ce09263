import { test } from 'tap'
import type { AnomaliesOptions } from '../../plugins'
import { addressOf, buildApp } from '../fixtures/app'
import type { Ask, TestApp } from '../fixtures/app'

/** What the server does, and what everybody does, is nobody's; what one does while others do not, is. */

interface Reply { tookMs: number, status: number, bytes: number }

/** An application whose one route replies as the test says, learned from forty clients, enforcing. */
async function serving (options: AnomaliesOptions = {}): Promise<TestApp & { next: Reply }> {
  const next = { tookMs: 20, status: 200, bytes: 200 }
  const built = await buildApp({ mode: 'enforce', headerProfiler: false, jsonSchemaLearner: false, trends: false, rateSpike: false, ...options }, (app) => {
    app.get('/report', (request, reply) => {
      built.clock.advance(next.tookMs)
      reply.code(next.status).type('text/plain').send('x'.repeat(next.bytes))
    })
    app.post('/report', async () => 'ok')
    app.post('/other', async () => 'ok')
  })
  await built.teach(200, () => '/report')
  return { ...built, next }
}

/** So many requests of forty clients in turn. @returns How many of them were refused, and how many flagged. */
async function everybody ({ ask }: TestApp, count: number, make: (i: number) => Ask = () => ({ url: '/report' })): Promise<{ refused: number, flagged: number }> {
  const seen = { refused: 0, flagged: 0 }
  for (let i = 0; i < count; i++) {
    const { response, assessment } = await ask({ client: 100 + i % 40, ...make(i) })
    if (response.statusCode === 429 || response.statusCode === 403) seen.refused++
    if (assessment.flagged) seen.flagged++
  }
  return seen
}

/** Events about the route, oldest first: state and field. */
function episodes ({ app }: TestApp, type: string): string[] {
  return app.anomalies.query({ type, limit: 1000 }).events.reverse()
    .filter(({ entity }) => Object.keys(entity).length === 0).map(({ field, episode, risk }) => `${episode?.state} ${field} ${risk}`)
}

function highestRisk ({ app }: TestApp): number {
  return Math.max(...Array.from({ length: 40 }, (_, i) => app.anomalies.risk(addressOf(100 + i))))
}

function promotions ({ app }: TestApp): string[] {
  return app.anomalies.baselines().flatMap((route) => route.promotions.map(({ field }) => field))
}

test('a backend that has become slow is one episode of the route, and blamed on nobody', async (t) => {
  const built = await serving()
  built.next.tookMs = 2000
  t.same(await everybody(built, 600), { refused: 0, flagged: 2 }, 'all but the first two, of which nobody can know')
  t.equal(highestRisk(built), 0)
  t.same(episodes(built, 'response_time_high').slice(0, 2), ['open route.time 0', 'step route.time 0'])
  t.ok(built.app.anomalies.query({ limit: 1000 }).events.length <= 8)
  const [event] = built.app.anomalies.query({ type: 'response_time_high' }).events
  t.match(event?.detail, /^the route has become slow: its replies take about 2000 ms, ordinary is up to \d+ ms$/)
})

test('a slow episode is over when replies are quick again', async (t) => {
  const built = await serving()
  built.next.tookMs = 2000
  await everybody(built, 40)
  built.next.tookMs = 20
  await everybody(built, 100)
  t.equal(episodes(built, 'response_time_high').at(-1), 'close route.time 0')
  t.same(promotions(built), [])
  built.next.tookMs = 2000
  t.same((await built.ask({ url: '/report', client: 100 })).types, ['response_time_high'], 'it did not teach')
})

test('what a route has taken for an hour is what it takes', async (t) => {
  const built = await serving()
  built.next.tookMs = 2000
  await everybody(built, 2400)
  t.equal(episodes(built, 'response_time_high').at(-1), 'close route.time 0')
  t.same(promotions(built), ['response.time'])
  const { total } = built.app.anomalies.query()
  await everybody(built, 1500)
  t.equal(built.app.anomalies.query().total, total, 'silent')
  built.next.tookMs = 60_000
  t.same((await built.ask({ url: '/report', client: 100 })).types, ['response_time_high'], 'and judged by that')
})

test('a frozen route goes on being slow', async (t) => {
  const built = await serving()
  built.app.anomalies.freeze()
  built.next.tookMs = 2000
  t.same(await everybody(built, 2400), { refused: 0, flagged: 2 })
  t.same(promotions(built), [])
  t.notOk(episodes(built, 'response_time_high').includes('close route.time 0'))
})

test('one slow reply among quick ones is a finding about its request, and charged to nobody', async (t) => {
  const built = await serving()
  for (let i = 0; i < 20; i++) {
    built.next.tookMs = 10_000
    const { assessment, types } = await built.ask({ url: '/report', client: 1 })
    t.same(types, ['response_time_high'])
    t.ok(assessment.flagged)
    t.equal(assessment.signals[0]?.severity, 3)
    built.next.tookMs = 20
    await everybody(built, 20)
  }
  t.equal(built.app.anomalies.risk(addressOf(1)), 0)
  t.same(episodes(built, 'response_time_high'), [], 'and one client makes no episode')
})

test('one client makes no route slow, however many of its requests are', async (t) => {
  const built = await serving()
  built.next.tookMs = 10_000
  let flagged = 0
  for (let i = 0; i < 30; i++) if ((await built.ask({ url: '/report', client: 1 })).assessment.flagged) flagged++
  t.equal(flagged, 3, 'of a row, the first are enough')
  t.same(episodes(built, 'response_time_high'), [])
})

test('what fails and is slow for everybody is blamed on nobody', async (t) => {
  const built = await serving()
  Object.assign(built.next, { tookMs: 30_000, status: 503 })
  t.same(await everybody(built, 200), { refused: 0, flagged: 2 })
  t.equal(highestRisk(built), 0)
  t.equal(episodes(built, 'abnormal_error_rate')[0], 'open response.status 0')
  Object.assign(built.next, { tookMs: 20, status: 200 })
  await everybody(built, 300)
  t.equal(episodes(built, 'abnormal_error_rate').at(-1), 'close response.status 0')
})

test('replies that are larger for everybody are known after three of them', async (t) => {
  const built = await serving()
  built.next.bytes = 100_000
  const { refused, flagged } = await everybody(built, 300)
  t.same([refused, flagged], [0, 3])
  t.same(promotions(built), ['response.size'])
  t.ok(highestRisk(built) < 30)
})

test('replies that are larger for one client never are', async (t) => {
  const built = await serving()
  built.next.bytes = 100_000
  for (let i = 0; i < 3; i++) t.ok((await built.ask({ url: '/report', client: 1 })).assessment.flagged)
  t.same(promotions(built), [])
})

test('requests that are larger for everybody are known after three of them, also where few were learned', async (t) => {
  for (const learned of [10, 200]) {
    const built = await serving()
    const body = (bytes: number, url = '/report'): Ask => ({ method: 'POST', url, headers: { 'content-type': 'text/plain' }, payload: 'x'.repeat(bytes) })
    await everybody(built, learned, () => body(100))
    await everybody(built, 100, () => body(100, '/other'))
    t.equal((await everybody(built, 100, () => body(60_000))).flagged, 3, `${learned}`)
    t.ok(promotions(built).includes('request.size'))
  }
})

/** Rounds of `each` requests a minute of each client, for so many minutes. */
async function minutes (built: TestApp, count: number, each: number, clients: readonly number[], others: readonly number[] = [], make: (i: number) => Ask = () => ({ url: '/report' })): Promise<number> {
  let flagged = 0
  for (let minute = 0; minute < count; minute++) {
    for (const client of others) await built.ask({ url: '/report', client, after: 5 })
    for (let i = 0; i < each; i++) {
      for (const client of clients) if ((await built.ask({ ...make(i), client, after: 5 })).assessment.flagged) flagged++
    }
    built.clock.advance(60_000 - built.clock.now() % 60_000)
  }
  return flagged
}

const numbers = (count: number, first: number): number[] => Array.from({ length: count }, (_, i) => first + i)

test('when everybody asks more often, it is not the clients that are wrong', async (t) => {
  const built = await serving()
  built.next.tookMs = 0
  const clients = numbers(30, 100)
  await minutes(built, 5, 2, clients)
  t.equal(await minutes(built, 4, 240, clients), 0)
  t.equal(highestRisk(built), 0)
  t.ok(promotions(built).includes('client.rate'))
  t.ok(await minutes(built, 1, 4000, [1], clients) > 0, 'one who asks more often still is')
})

test('few of many who ask more often are flagged, and raise no limit', async (t) => {
  const built = await serving({ mode: 'observe' })
  built.next.tookMs = 0
  const clients = numbers(60, 100)
  await minutes(built, 5, 2, clients)
  t.ok(await minutes(built, 2, 240, numbers(5, 100), clients) > 500)
  t.same(promotions(built), [])
})

test('one address raises no limit, whatever tokens it invents', async (t) => {
  const built = await serving({ mode: 'observe' })
  built.next.tookMs = 0
  const clients = numbers(10, 100)
  await minutes(built, 5, 2, clients)
  t.ok(await minutes(built, 2, 300, [1], clients, (i) => ({ url: '/report', headers: { authorization: `Bearer ${i}` } })) > 200)
  t.same(promotions(built), [])
})

/** The same for rate-spike, whose limits are those of ten seconds over all routes. */
const ratesOnly = { mode: 'observe', endpointProfiler: false, rateSpike: { burstFloor: 20 } } as const

test('client_rate_spike: when everybody sends more, the limit is raised', async (t) => {
  const built = await serving(ratesOnly)
  built.next.tookMs = 0
  const clients = numbers(30, 100)
  await minutes(built, 5, 2, clients)
  t.ok(await minutes(built, 2, 200, clients) < 30)
  t.equal(await minutes(built, 2, 200, clients), 0)
  t.ok(promotions(built).includes('client.rate'))
})

test('client_rate_spike: few of many, and one address with many tokens, raise none', async (t) => {
  for (const clients of [numbers(4, 100), [1]]) {
    const built = await serving(ratesOnly)
    built.next.tookMs = 0
    const others = numbers(60, 100)
    await minutes(built, 5, 2, others, [], (i) => ({ url: '/report', headers: { authorization: `Bearer mine ${i}` } }))
    const make = (i: number): Ask => ({ url: '/report', headers: { authorization: `Bearer ${i % 5}` } })
    t.ok(await minutes(built, 1, 1000, clients, others, make) > 100)
    t.same(promotions(built), [])
  }
})
