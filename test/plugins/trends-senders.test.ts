import { test } from 'tap'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../fixtures/app'
import type { Ask, TestApp } from '../fixtures/app'
import { HOUR, ONLY_TRENDS, countOf, times, visit } from '../fixtures/trends'

const OFFICE = '203.0.113.9'
const VOLUME = ['bandwidth_spike', 'exfiltration_pattern']

function site (app: FastifyInstance): void {
  app.get('/', async () => 'home')
  app.get('/files', async (request, reply) => reply.type('application/octet-stream').send(Buffer.alloc(Number((request.query as { bytes: string }).bytes))))
  app.post('/cart', async () => ({ cart: 1 }))
  app.post('/checkout', async () => ({ order: 1 }))
}

function as (session: string, ask: Ask): Ask { return { ...ask, headers: { cookie: `theme=dark; sid=session-of-${session}` } } }

/** Forty people at home, each with his session, an hour apart: two windows of each. */
async function ordinarily (web: TestApp): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await visit(web, 40, 200, (person, i) => as(`home-${person}`, { url: `/files?bytes=${1500 + (person * 31 + i * 17) % 1000}` }), 7 + round)
    web.clock.advance(HOUR)
  }
}

test('people behind one address, each with a session, are counted each for himself; one of them who takes it all is told by his session', async (t) => {
  const web = await buildApp(ONLY_TRENDS, site)
  await ordinarily(web)
  const office = (i: number): Ask => as(`office-${i % 40}`, { client: OFFICE, after: 2500, url: '/files?bytes=60000' })
  t.equal(await countOf(web, VOLUME, times(40, (i) => ({ ...office(i), url: '/' }))), 0)
  t.equal(await countOf(web, VOLUME, times(200, office)), 0, 'twelve megabytes from one address')
  t.ok(await countOf(web, VOLUME, times(30, (i) => i % 3 === 0 ? office(i) : as('office-7', { client: OFFICE, url: '/files?bytes=900000' }))) > 10)
  const [event] = web.app.anomalies.query({ type: 'exfiltration_pattern' }).events
  t.match(event, { entity: { ip: OFFICE }, evidence: { session: /^[\w-]{22}$/ } })
  t.equal(await countOf(web, VOLUME, times(40, (i) => office(i === 7 ? 8 : i))), 0, 'his colleagues are not he')
  const [trend] = web.app.anomalies.trends({ entity: String(event?.evidence?.session), type: 'ip' }).trends
  t.ok((trend?.count ?? 0) >= 20, 'his signals are found by that')
  web.app.anomalies.release(String(event?.evidence?.session))
  t.equal(await countOf(web, VOLUME, times(3, () => as('office-7', { client: OFFICE, url: '/files?bytes=900000' }))), 0, 'released, he begins anew')
  await web.app.close()
})

test('who makes up a session for each request is counted by his address', async (t) => {
  const web = await buildApp(ONLY_TRENDS, site)
  await ordinarily(web)
  t.ok(await countOf(web, VOLUME, times(30, (i) => as(`made-up-${i}`, { client: OFFICE, url: '/files?bytes=900000' }))) > 10)
  await web.app.close()
})

test('what came before a session had its cookie is part of its past; an order without a cart is told of sessions too', async (t) => {
  const web = await buildApp(ONLY_TRENDS, site)
  // Guests: the first reply brings the cookie.
  const steps: readonly Ask[] = [{ url: '/' }, { method: 'POST', url: '/cart' }, { method: 'POST', url: '/checkout' }, { url: '/' }]
  const guest = (name: string, i: number): Ask => i % 4 === 0 ? { url: '/' } : as(`${name}-${i >> 2}`, steps[i % 4] as Ask)
  await visit(web, 30, 2400, (person, i) => guest(`guest-${person}`, i))
  web.clock.advance(HOUR)
  t.equal(await countOf(web, 'sequence_anomaly', times(40, (i) => ({ client: OFFICE, after: 5000, ...guest('office', i) }))), 0)
  for (let i = 0; i < 3; i++) await web.ask(as('odd', { client: '198.51.100.4', url: '/' }))
  t.ok((await web.ask(as('odd', { client: '198.51.100.4', method: 'POST', url: '/checkout' }))).types.includes('sequence_anomaly'))
  await web.app.close()
})
