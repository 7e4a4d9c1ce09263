import { test } from 'tap'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../fixtures/app'
import type { Answer, Ask, TestApp } from '../fixtures/app'
import type { AnomaliesOptions } from '../../plugins'

const ONLY: AnomaliesOptions = { headerProfiler: false, jsonSchemaLearner: false, authBurst: false, rateSpike: false, injection: false, endpointProfiler: false }
const MINUTE = 60_000

/** Sends each ask in turn, and counts how many requests had a signal of the type. */
async function count ({ ask }: TestApp, type: string, asks: Iterable<Ask | string>): Promise<number> {
  let found = 0
  for (const each of asks) if ((await ask(each)).types.includes(type)) found++
  return found
}

function * times (n: number, make: (i: number) => Ask | string): Generator<Ask | string> { for (let i = 0; i < n; i++) yield make(i) }

function only (answer: Answer, type: string): Answer['assessment']['signals'][number] {
  const found = answer.assessment.signals.filter((signal) => signal.type === type)
  if (found.length !== 1) throw new Error(`${found.length} signals of type ${type}: ${answer.types.join()}`)
  return found[0] as Answer['assessment']['signals'][number]
}

/** A shop: orders by id for who has credentials, products for everybody, files of a given size. */
function shop (app: FastifyInstance): void {
  app.get('/orders/:id', async (request, reply) => {
    if (request.headers.authorization === undefined) return reply.code(401).send({ error: 'who?' })
    return Number((request.params as { id: string }).id) > 1e6 ? reply.code(404).send({}) : { id: (request.params as { id: string }).id }
  })
  app.get('/products/:id', async () => ({ product: true }))
  app.get('/pages/*', async () => 'page')
  app.get('/files', async (request, reply) => reply.type('application/octet-stream').send(Buffer.alloc(Number((request.query as { bytes: string }).bytes))))
  app.post('/files', { bodyLimit: 1e8 }, async () => ({ stored: true }))
}

/** Ordinary use of the shop for `minutes`: 40 customers, each with his own few orders; 10 requests a minute. */
async function live ({ ask }: TestApp, minutes: number, make: (i: number) => Ask = customer): Promise<void> {
  for (let i = 0; i < 10 * minutes; i++) await ask({ after: 6000, ...make(i) })
}

function customer (i: number): Ask {
  const who = (i * 7) % 40
  return { client: 100 + who, url: `/orders/${who * 10 + (i * 13) % 4}`, headers: { authorization: `Bearer customer-${who}` } }
}

test('who walks over ids of a route is one object_enumeration, in order or not', async (t) => {
  for (const idOf of [(i: number) => 4000 + i, (i: number) => (i * 7919) % 5000]) {
    const shopApp = await buildApp(ONLY, shop)
    await live(shopApp, 60)
    const walk = (i: number): Ask => ({ client: 5, after: 700, url: `/orders/${idOf(i)}`, headers: { authorization: 'Bearer thief' } })
    const found = await count(shopApp, 'object_enumeration', times(120, walk))
    t.ok(found > 60, `${found} of 120`)
    const answer = await shopApp.ask(walk(121))
    t.ok(answer.assessment.flagged)
    const signal = only(answer, 'object_enumeration')
    t.match(signal.detail, /different objects/)
    const { events } = shopApp.app.anomalies.query({ type: 'object_enumeration' })
    t.ok(events.length >= 1 && events.length < 5, `${events.length} events`)
    t.match(events[0], { evidence: { requests: Number, objects: Number, missed: 0 }, episode: { state: String } })
    t.ok(shopApp.app.anomalies.risk('10.7.0.5') > 0 || shopApp.app.anomalies.topEntities(5).length > 0)
    await shopApp.app.close()
  }
})

test('who asks for many objects in vain is one object_enumeration, also without credentials on a public route', async (t) => {
  const shopApp = await buildApp(ONLY, shop)
  await live(shopApp, 60)
  t.ok(await count(shopApp, 'object_enumeration', times(30, (i) => ({ client: 5, url: `/orders/${2e6 + i * i * 17}`, headers: { authorization: 'Bearer thief' } }))) > 10)
  await shopApp.app.close()
})

test('no enumeration: a clerk who always looks through all orders, an office behind one address, a customer', async (t) => {
  const shopApp = await buildApp(ONLY, shop)
  // The clerk works from the beginning, five minutes each half hour.
  for (let round = 0; round < 8; round++) {
    await live(shopApp, 25)
    const found = await count(shopApp, 'object_enumeration', times(100, (i) => ({ client: 3, after: 3000, url: `/orders/${(i * 37) % 400}`, headers: { authorization: 'Bearer clerk' } })))
    if (round > 3) t.equal(found, 0, `round ${round}`)
  }
  // Sixty people of one office, three products each, in ten minutes.
  t.equal(await count(shopApp, 'object_enumeration', times(180, (i) => ({ client: 8, after: 3000, url: `/products/${(i * 31) % 60}` }))), 0)
  t.equal(await count(shopApp, 'object_enumeration', times(60, (i) => ({ ...customer(i), after: 5000 }))), 0)
  await shopApp.app.close()
})

test('no enumeration: an admin page through which everybody who may look looks at all orders', async (t) => {
  const shopApp = await buildApp(ONLY, shop)
  const look = (clerk: number, i: number): Ask => ({ client: clerk, after: 2000, url: `/orders/${(i * 37 + clerk) % 900}`, headers: { authorization: `Bearer clerk-${clerk}` } })
  for (let round = 0; round < 12; round++) {
    for (let clerk = 1; clerk <= 3; clerk++) await countOfWalk(shopApp, clerk, 60, look)
    shopApp.clock.advance(10 * MINUTE)
  }
  t.equal(await countOfWalk(shopApp, 2, 80, look), 0)
  t.equal(await countOfWalk(shopApp, 9, 80, look), 0, 'a new clerk does what clerks do')
  await shopApp.app.close()
})

async function countOfWalk (shopApp: TestApp, clerk: number, n: number, look: (clerk: number, i: number) => Ask): Promise<number> {
  return await count(shopApp, 'object_enumeration', times(n, (i) => look(clerk, i)))
}

test('a route that needs credentials and serves without is one auth_coverage', async (t) => {
  let isOpen = false
  const { app, ask, teach } = await buildApp(ONLY, (app) => {
    app.get('/account', async (request, reply) => isOpen || request.headers.authorization !== undefined ? { name: 'x' } : reply.code(401).send({}))
    app.get('/news', async () => ({ news: [] }))
  })
  await teach(120, (i) => ({ url: '/account', headers: { authorization: `Bearer ${i % 40}` } }))
  await teach(5, () => '/account')
  isOpen = true
  const answer = await ask({ url: '/account', client: 7 })
  t.ok(answer.assessment.flagged)
  t.match(only(answer, 'auth_coverage').toJSON(), { severity: 8, field: 'header.authorization', actual: 'nothing' })
  t.match((await ask({ url: '/account', client: 8, headers: { cookie: 'seen=1' } })).types, ['auth_coverage'])
  for (let i = 0; i < 10; i++) await ask({ url: '/account', client: 20 + i })
  t.equal(app.anomalies.query({ type: 'auth_coverage' }).events.filter(({ episode }) => episode?.state === 'open').length, 1)
  await app.close()
})

test('no auth_coverage: a page that also guests read, a login, a route that never refused anybody in fewer than two hundred requests', async (t) => {
  const { app, ask, teach } = await buildApp(ONLY, (app) => {
    app.get('/news', async () => ({ news: [] }))
    app.get('/api', async () => ({}))
    app.post('/login', async () => ({ token: 1 }))
  })
  await teach(200, (i) => ({ url: '/news', headers: i % 10 === 0 ? {} : { authorization: `Bearer ${i % 40}` } }))
  await teach(50, () => ({ method: 'POST', url: '/login' }))
  await teach(50, (i) => ({ url: '/api', headers: { authorization: `Bearer ${i % 40}` } }))
  t.same((await ask('/news')).types, [])
  t.same((await ask({ method: 'POST', url: '/login' })).types, [])
  t.same((await ask('/api')).types, [])
  await app.close()
})

test('a route that everybody uses with credentials, and never refused any, is a weak auth_coverage; authCoverage: false says nothing of it', async (t) => {
  for (const [trends, types] of [[{}, ['auth_coverage']], [{ authCoverage: false }, []]] as const) {
    const { app, ask, teach } = await buildApp({ ...ONLY, trends }, (app) => { app.get('/api', async () => ({})) })
    await teach(250, (i) => ({ url: '/api', headers: { authorization: `Bearer ${i % 40}` } }))
    const { types: found, assessment } = await ask('/api')
    t.same(found, types)
    t.notOk(assessment.flagged)
    await app.close()
  }
})

test('who was served without credentials again and again is no news, nor is a route that begins to serve everybody', async (t) => {
  const { app, ask, teach } = await buildApp(ONLY, (app) => { app.get('/api', async () => ({})) })
  await teach(250, (i) => ({ url: '/api', headers: { authorization: `Bearer ${i % 40}` } }))
  for (let hour = 0; hour < 4; hour++) await ask({ url: '/api', client: 7, after: 2 * 3_600_000 })
  t.same((await ask({ url: '/api', client: 7 })).types, [], 'a habit')
  t.same((await ask({ url: '/api', client: 8 })).types, [], 'more than one in five hundred')
  await app.close()
})

const small = (i: number): Ask => ({ client: 100 + i % 40, url: '/files?bytes=2000' })

test('who is sent far more than anybody is one bandwidth_spike, and over minutes one exfiltration_pattern', async (t) => {
  const shopApp = await buildApp(ONLY, shop)
  await live(shopApp, 40, small)
  const answers = [...times(30, () => ({ client: 5, after: 1000, url: '/files?bytes=900000' }))]
  t.ok(await count(shopApp, 'bandwidth_spike', answers) > 15)
  const answer = await shopApp.ask({ client: 5, url: '/files?bytes=900000' })
  t.match(only(answer, 'exfiltration_pattern').toJSON(), { severity: 9, risk: 40, field: 'client.received' })
  t.match(shopApp.app.anomalies.query({ type: 'exfiltration_pattern' }).events.at(-1), { evidence: { requests: Number, ratio: Number }, entity: { ip: '10.7.0.5' } })
  t.match(shopApp.app.anomalies.query({ type: 'bandwidth_spike' }).events.at(-1), { severity: 7, entity: { ip: '10.7.0.5' } })
  await shopApp.app.close()
})

test('a slow exfiltration is no bandwidth_spike', async (t) => {
  const shopApp = await buildApp(ONLY, shop)
  await live(shopApp, 40, small)
  const asks = (): Iterable<Ask | string> => times(24, () => ({ client: 5, after: 20_000, url: '/files?bytes=900000' }))
  t.ok(await count(shopApp, 'exfiltration_pattern', asks()) > 5)
  t.equal(await count(shopApp, 'bandwidth_spike', asks()), 0)
  await shopApp.app.close()
})

test('who sends far more than anybody is one upload_pattern', async (t) => {
  const shopApp = await buildApp(ONLY, shop)
  const upload = (client: number, bytes: number): Ask => ({ client, after: 3000, method: 'POST', url: '/files', headers: { 'content-type': 'text/plain', 'content-length': String(bytes) }, payload: 'x'.repeat(bytes) })
  await live(shopApp, 40, (i) => i % 5 === 0 ? { ...upload(100 + i % 40, 3000), after: 6000 } : small(i))
  t.ok(await count(shopApp, 'upload_pattern', times(20, () => upload(5, 900_000))) > 5)
  t.equal(await count(shopApp, 'exfiltration_pattern', times(5, () => upload(5, 900_000))), 0)
  await shopApp.app.close()
})

test('a nightly export that has run for three nights is silent; a new one is not', async (t) => {
  const shopApp = await buildApp(ONLY, shop)
  const DAY = 24 * 60
  const night = (client: number): Iterable<Ask> => times(20, () => ({ client, after: 2000, url: '/files?bytes=1000000' })) as Iterable<Ask>
  const types = ['bandwidth_spike', 'exfiltration_pattern', 'scraping', 'timing_anomaly']
  for (let day = 0; day < 6; day++) {
    await live(shopApp, 40, small)
    shopApp.clock.advance((DAY - 41) * MINUTE)
    let found = 0
    for (const each of night(3)) if ((await shopApp.ask(each)).types.some((type) => types.includes(type))) found++
    if (day > 3) t.equal(found, 0, `night ${day}`)
  }
  t.ok(await count(shopApp, 'bandwidth_spike', night(4)) > 5, 'the same by somebody else')
  await shopApp.app.close()
})

test('a backup that sends pictures each night is silent, and so is a route whose replies are large for everybody', async (t) => {
  const web = await buildApp({ ...ONLY, endpointProfiler: {} }, shop)
  const types = ['upload_pattern', 'exfiltration_pattern', 'bandwidth_spike', 'oversized_request', 'oversized_response', 'scraping']
  const upload = (client: number, bytes: number): Ask => ({ client, after: 3000, method: 'POST', url: '/files', headers: { 'content-type': 'text/plain', 'content-length': String(bytes) }, payload: 'x'.repeat(bytes) })
  const download = (i: number): Ask => ({ client: 100 + i % 40, url: `/files?bytes=${[2000, 150_000, 400_000, 9000, 800_000][i % 5]}` })
  for (let day = 0; day < 6; day++) {
    await live(web, 40, (i) => i % 5 === 0 ? { ...upload(100 + i % 40, 3000), after: 6000 } : download(i))
    web.clock.advance((24 * 60 - 41) * MINUTE)
    const found = new Set<string>()
    for (const each of times(20, () => upload(3, 900_000))) for (const type of (await web.ask(each as Ask)).types) if (types.includes(type)) found.add(type)
    if (day > 3) t.same([...found], [], `night ${day}`)
  }
  let found = 0
  for (let i = 0; i < 100; i++) if ((await web.ask({ ...download(i), after: 6000 })).types.some((type) => types.includes(type))) found++
  t.equal(found, 0, 'downloads')
  t.ok(await count(web, 'upload_pattern', times(20, () => upload(5, 900_000))) > 5, 'the same by somebody else')
  await web.app.close()
})
