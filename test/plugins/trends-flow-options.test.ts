import { test } from 'tap'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../fixtures/app'
import type { Ask, TestApp } from '../fixtures/app'
import { HOUR, ONLY_TRENDS, countOf, seeded, theOne, times, visit } from '../fixtures/trends'
import type { TrendsOptions } from '../../plugins'

function files (app: FastifyInstance): void {
  app.get('/files', async (request, reply) => reply.type('application/octet-stream').send(Buffer.alloc(Number((request.query as { bytes: string }).bytes))))
  app.post('/files', { bodyLimit: 1e8 }, async () => ({ stored: true }))
  app.get('/items/:id', async () => ({ item: true }))
}

const small = (person: number, i: number): Ask => ({ url: `/files?bytes=${1500 + (person * 31 + i * 17) % 1000}` })

test('a reply far larger than the route ordinarily gives is one oversized_response, by the fence of endpoint-profiler; a request likewise', async (t) => {
  const { app, ask, teach } = await buildApp({ ...ONLY_TRENDS, endpointProfiler: {} }, files)
  const upload = (bytes: number): Ask => ({ method: 'POST', url: '/files', headers: { 'content-type': 'text/plain', 'content-length': String(bytes) }, payload: 'x'.repeat(bytes) })
  await teach(80, (i) => i % 2 === 0 ? upload(2000 + i) : { url: `/files?bytes=${2000 + i}` })
  const reply = await ask({ client: 5, url: '/files?bytes=400000' })
  t.match(theOne(reply, 'oversized_response').toJSON(), { severity: 3, risk: 15, field: 'response.size', actual: 400000 })
  t.equal(theOne(reply, 'oversized_response').expected, theOne(reply, 'payload_size_high').expected, 'the fence is endpoint-profiler\'s')
  const request = await ask({ client: 5, ...upload(400_000) })
  t.match(theOne(request, 'oversized_request').toJSON(), { severity: 5, risk: 20, field: 'request.size', actual: 400000 })
  t.match(app.anomalies.query({ type: 'oversized_request' }).events, [{ entity: { ip: '10.7.0.5' }, evidence: { bytes: 400_000 } }])
  t.same((await ask({ client: 5, url: '/files?bytes=2100' })).types.filter((type) => type.startsWith('oversized')), [])
  await app.close()
})

test('without endpoint-profiler nothing is oversized: its fence is not computed twice', async (t) => {
  const { ask, teach } = await buildApp(ONLY_TRENDS, files)
  await teach(80, (i) => ({ url: `/files?bytes=${2000 + i}` }))
  t.same((await ask('/files?bytes=400000')).types.filter((type) => type.startsWith('oversized')), [])
})

test('sizeFloor: below it nothing is oversized', async (t) => {
  const { app, ask, teach } = await buildApp({ ...ONLY_TRENDS, endpointProfiler: {}, trends: { sizeFloor: 1_000_000 } }, files)
  await teach(80, (i) => ({ url: `/files?bytes=${2000 + i}` }))
  t.same((await ask('/files?bytes=400000')).types.filter((type) => type.startsWith('oversized')), [])
  t.ok((await ask('/files?bytes=4000000')).types.includes('oversized_response'))
  await app.close()
})

/** Two rounds of ordinary visits by forty people, an hour apart: two windows of each. */
async function ordinarily (web: TestApp, make: (person: number, i: number) => Ask = small): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await visit(web, 40, 200, make, 7 + round)
    web.clock.advance(HOUR)
  }
}

/** How many of the asks had a signal of the type, after ordinary visits, under these options. */
async function foundWith (trends: TrendsOptions, type: string, asks: () => Iterable<Ask | string>, ordinary: (person: number, i: number) => Ask = small): Promise<number> {
  const web = await buildApp({ ...ONLY_TRENDS, trends }, files)
  await ordinarily(web, ordinary)
  const found = await countOf(web, type, asks())
  await web.app.close()
  return found
}

test('bandwidthFloor and volumeFloor: below them nothing is too much', async (t) => {
  const asks = (): Iterable<Ask | string> => times(30, () => ({ client: 5, url: '/files?bytes=900000' }))
  t.ok(await foundWith({}, 'bandwidth_spike', asks) > 10)
  t.equal(await foundWith({ bandwidthFloor: 1e8 }, 'bandwidth_spike', asks), 0)
  t.ok(await foundWith({}, 'exfiltration_pattern', asks) > 10)
  t.equal(await foundWith({ volumeFloor: 1e8 }, 'exfiltration_pattern', asks), 0)
})

test('objectsFloor and pagesFloor: up to them nothing is too many', async (t) => {
  const items = (person: number, i: number): Ask => ({ url: `/items/${person}${i % 3}` })
  const random = seeded(3)
  const walk = (): Iterable<Ask | string> => times(90, (i) => ({ client: 5, after: 300 + Math.round(1500 * random()), url: `/items/${i * 7919 % 5000}`, headers: { authorization: 'Bearer thief' } }))
  t.ok(await foundWith({}, 'object_enumeration', walk, items) > 20)
  t.equal(await foundWith({ objectsFloor: 200 }, 'object_enumeration', walk, items), 0)
  t.ok(await foundWith({}, 'scraping', walk, items) > 5)
  t.equal(await foundWith({ pagesFloor: 200 }, 'scraping', walk, items), 0)
})

test('window: what is spread over more than that is not added up', async (t) => {
  const slow = (): Iterable<Ask | string> => times(40, () => ({ client: 5, after: 60_000, url: '/files?bytes=900000' }))
  t.equal(await foundWith({ window: '2 minutes' }, 'exfiltration_pattern', slow), 0)
  t.ok(await foundWith({ window: '30 minutes' }, 'exfiltration_pattern', slow) > 5)
})

test('habitAfter: what a sender has done on three such occasions is its habit', async (t) => {
  for (const [habitAfter, isSilent] of [['1 hour', true], ['30 days', false]] as const) {
    const web = await buildApp({ ...ONLY_TRENDS, trends: { habitAfter } }, files)
    // Three hundred windows: until then each window counts as an occasion.
    for (let round = 0; round < 10; round++) {
      await visit(web, 40, 100, small, 60 + round)
      web.clock.advance(HOUR)
    }
    const job = (): Promise<number> => countOf(web, ['bandwidth_spike', 'exfiltration_pattern'], times(20, () => ({ client: 5, url: '/files?bytes=900000' })))
    t.ok(await job() > 0)
    for (let occasion = 0; occasion < 4; occasion++) {
      await visit(web, 40, 60, small, 30 + occasion)
      web.clock.advance(3 * HOUR)
      await job()
    }
    await visit(web, 40, 60, small, 50)
    web.clock.advance(3 * HOUR)
    t.equal(await job() === 0, isSilent, String(habitAfter))
    await web.app.close()
  }
})

test('senders: with room for few, who comes back is not known any more', async (t) => {
  const slow = (): Iterable<Ask | string> => times(400, (i) => i % 20 === 0 ? { client: 5, url: '/files?bytes=900000' } : { client: 1000 + i, after: 100, url: '/files?bytes=2000' })
  t.ok(await foundWith({ senders: 8192 }, 'exfiltration_pattern', slow) > 5)
  t.equal(await foundWith({ senders: 8 }, 'exfiltration_pattern', slow), 0)
})

test('a route may switch trends off', async (t) => {
  const web = await buildApp(ONLY_TRENDS, (app) => {
    app.get('/files', { config: { anomalies: { trends: false } } }, async () => Buffer.alloc(900_000))
  })
  await ordinarily(web, () => ({ url: '/files' }))
  t.equal(await countOf(web, ['bandwidth_spike', 'exfiltration_pattern'], times(40, () => ({ client: 5, url: '/files' }))), 0)
  await web.app.close()
})

test('what was learned survives a restart, and two processes\' adds up', async (t) => {
  const first = await buildApp(ONLY_TRENDS, files)
  await ordinarily(first, (person, i) => i % 2 === 0 ? small(person, i) : { url: `/items/${person}${i % 3}` })
  const snapshot = JSON.parse(JSON.stringify(first.app.anomalies.snapshot()))
  for (const how of ['restore', 'merge'] as const) {
    const second = await buildApp(ONLY_TRENDS, files)
    second.app.anomalies[how](snapshot)
    t.ok(await countOf(second, 'bandwidth_spike', times(30, () => ({ client: 5, url: '/files?bytes=900000' }))) > 10, how)
    t.ok(await countOf(second, 'object_enumeration', times(60, (i) => ({ client: 6, after: 300, url: `/items/${i * 7919 % 5000}`, headers: { authorization: 'Bearer thief' } }))) > 10, how)
    await second.app.close()
  }
  await first.app.close()
})

test('a frozen application learns nothing, and judges', async (t) => {
  const geo = (ip: string): { latitude: number, longitude: number } => ({ latitude: Number(ip.split('.')[3]) % 80, longitude: 5 })
  // Signals over time are counted, not learned: they go on.
  const web = await buildApp({ ...ONLY_TRENDS, trends: { ja4: { header: 'x-ja4' }, geo, snapshotBytes: 0 } }, files, { trustProxy: true })
  const somebody = (person: number, i: number): Ask => {
    const headers = { 'user-agent': `agent${i % 3}`, authorization: `Bearer person-${person}`, 'x-ja4': `t13d1516h2_8daaf615277${i % 4}_02713d6af862` }
    return { headers, ...i % 4 === 0 ? { url: `/items/${person}${i % 3}` } : small(person, i) }
  }
  await ordinarily(web, somebody)
  // Tables that keep what was used last are listed in that order, which reading changes.
  const inOrder = (name: string, value: unknown): unknown => Array.isArray(value) && Array.isArray(value[0]) ? [...value].sort((a, b) => Number(a[0]) - Number(b[0])) : value
  const learned = (): unknown => {
    const { shared, routes } = web.app.anomalies.snapshot()
    return JSON.parse(JSON.stringify([shared.trends, Object.values(routes).map(({ detectors }) => detectors.trends)], inOrder))
  }
  web.app.anomalies.freeze()
  const before = learned()
  t.ok(await countOf(web, 'bandwidth_spike', times(30, () => ({ client: 5, url: '/files?bytes=900000' }))) > 10)
  for (let round = 0; round < 2; round++) {
    await visit(web, 40, 100, (person, i) => ({ ...somebody(person + 50, i), client: 300 + (person * 7 + i) % 90 }), 99 + round)
    web.clock.advance(HOUR)
  }
  t.same(learned(), before)
  web.app.anomalies.unfreeze()
  await visit(web, 40, 60, (person, i) => ({ ...somebody(person + 90, i), client: 300 + (person * 7 + i) % 90 }), 101)
  t.notSame(learned(), before)
  await web.app.close()
})

test('a route may have its own dlp, authCoverage, sequence and objectsFloor', async (t) => {
  const state = { reply: 'nothing' }
  const web = await buildApp(ONLY_TRENDS, (app) => {
    for (const [name, trends] of [['own', { dlp: false, authCoverage: false, objectsFloor: 300 }], ['all', {}]] as const) {
      app.get(`/${name}/:id`, { config: { anomalies: { trends } } }, async () => state)
    }
  })
  const asks = (name: string) => (person: number, i: number): Ask => ({ url: `/${name}/${person}${i % 3}`, headers: { authorization: `Bearer ${person}` } })
  await ordinarily(web, asks('own'))
  await ordinarily(web, asks('all'))
  state.reply = '4539 1488 0343 6467'
  const types = async (name: string): Promise<string[]> => (await web.ask({ client: 5, url: `/${name}/3` })).types
  t.same(await types('own'), [])
  t.same((await types('all')).sort(), ['auth_coverage', 'dlp_match'])
  const random = seeded(3)
  const walk = (name: string): Promise<number> => countOf(web, 'object_enumeration', times(80, (i) => ({ client: 6, after: 300 + Math.round(1500 * random()), url: `/${name}/${i * 7919 % 5000}`, headers: { authorization: 'Bearer thief' } })))
  t.equal(await walk('own'), 0)
  t.ok(await walk('all') > 20)
  await web.app.close()
})
