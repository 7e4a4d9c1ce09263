import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import { buildApp } from './fixtures/app'
import type { Ask } from './fixtures/app'

/** Fields that an application's JSON body is known to have, as the learned schema says. */
function membersOf (app: FastifyInstance): string[] {
  const paths = app.anomalies.openapi().paths as Record<string, Record<string, { requestBody?: { content: Record<string, { schema: { properties?: object } }> } }>>
  const content = paths['/in']?.post?.requestBody?.content ?? {}
  return Object.values(content).flatMap(({ schema }) => Object.keys(schema.properties ?? {}))
}

const order = (i: number): Ask => ({ method: 'POST', url: '/in', client: i % 10, headers: { 'content-type': 'application/json' }, payload: JSON.stringify({ item: ['lamp', 'rug', 'sofa'][i % 3], count: 1 + i % 4 }) })

test('a body that is handed on as a stream, as proxies do, is not taken for data, whatever its media type', async (t) => {
  for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
    const built = await buildApp({ injection: {} }, (app) => {
      app.removeAllContentTypeParsers()
      app.addContentTypeParser('*', (request, payload, done) => done(null, payload))
      app.post('/in', async (request) => {
        let bytes = 0
        for await (const chunk of request.body as Readable) bytes += (chunk as Buffer).length
        return { bytes }
      })
    })
    const request = (i: number): Ask => ({ ...order(i), headers: { 'content-type': type } })
    await built.teach(60, request)
    const { response, types } = await built.ask({ ...request(3), payload: 'x'.repeat(24) })
    t.equal(response.payload, '{"bytes":24}')
    t.same(types, [])
    t.same(membersOf(built.app), [])
    t.equal(built.app.anomalies.query().total, 0)
    t.notMatch(JSON.stringify(built.app.anomalies.snapshot()), /_readableState|rawHeaders/)
  }
})

test('fields of a multipart body that a proxy hands on are looked at as it goes by', async (t) => {
  const built = await buildApp({ injection: {} }, (app) => {
    app.addContentTypeParser('*', (request, payload, done) => done(null, payload))
    app.post('/in', async (request) => {
      await once((request.body as Readable).resume(), 'end')
      return 'ok'
    })
  })
  const payload = '--x\r\ncontent-disposition: form-data; name="q"\r\n\r\n1\' UNION SELECT password FROM users--\r\n--x--\r\n'
  const { types } = await built.ask({ method: 'POST', url: '/in', headers: { 'content-type': 'multipart/form-data; boundary=x' }, payload })
  t.same(types, ['sql_injection'])
})

test('JSON that the application wants as text or as bytes, to check a signature of, is learned and judged as what it says', async (t) => {
  for (const parseAs of ['string', 'buffer'] as const) {
    const built = await buildApp({ injection: {} }, (app) => {
      app.removeAllContentTypeParsers()
      app.addContentTypeParser('application/json', { parseAs }, (request, body, done) => done(null, body))
      app.post('/in', async (request) => `${parseAs} ${String(request.body)}`)
    })
    await built.teach(120, order)
    t.same(membersOf(built.app), ['item', 'count'])
    t.same((await built.ask({ ...order(1), payload: '{"item":"lamp","count":2,"role":"admin"}' })).types, ['unexpected_field'])
    t.ok((await built.ask({ ...order(1), payload: '{"item":"1\' UNION SELECT password FROM users--","count":2}' })).assessment.signals.some(({ type, field }) => type === 'sql_injection' && field === 'body.item'))
    const { response } = await built.ask({ ...order(1), payload: '{"item":' })
    t.equal(response.payload, `${parseAs} {"item":`, 'what is no JSON is the application\'s to judge')
  }
})
