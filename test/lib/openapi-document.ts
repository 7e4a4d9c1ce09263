import { test } from 'tap'
import { openapiDocument, templateOf } from '../../lib/detectors/openapi-document'

const none = { request: null, responses: {}, samples: { request: 0, responses: {} } }
const info = { title: 'x', version: '1' }

test('Fastify patterns become OpenAPI templates', async (t) => {
  for (const [url, path, parameters] of [
    ['/', '/', []],
    ['/a/:id', '/a/{id}', ['id']],
    ['/a/:id(^\\d+$)/b', '/a/{id}/b', ['id']],
    ['/a/:id((?:x|y)+)', '/a/{id}', ['id']],
    ['/files/*', '/files/{wildcard}', ['wildcard']],
    ['/at/:lat-:lon', '/at/{lat}-{lon}', ['lat', 'lon']],
    ['/a/:id?', '/a/{id}', ['id']],
    ['/a::b', '/a:b', []],
    ['*', '/{wildcard}', ['wildcard']]
  ] as const) t.same(templateOf(url), { path, parameters }, url)
})

test('patterns that differ in names of parameters only are one path', async (t) => {
  const { paths } = openapiDocument([{ method: 'GET', url: '/a/:id', schemas: none }, { method: 'PUT', url: '/a/:name', schemas: none }], info)
  t.same(Object.keys(paths), ['/a/{id}'])
  t.match(paths['/a/{id}'], { get: { parameters: [{ name: 'id' }] }, put: { parameters: [{ name: 'id' }] } })
})

test('methods that OpenAPI does not know are left out', async (t) => {
  t.same(openapiDocument([{ method: 'PURGE', url: '/a', schemas: none }], info).paths, {})
})

test('routes of one method and path are one operation, which takes what any of them does', async (t) => {
  const of = (type: string, status: number): typeof none => ({ request: { type }, responses: { [status]: { type } }, samples: { request: 3, responses: { [status]: 2 } } }) as never
  const { paths } = openapiDocument([{ method: 'POST', url: '/a', schemas: of('object', 200) }, { method: 'POST', url: '/a', schemas: of('array', 200) }, { method: 'POST', url: '/a', schemas: none }], info)
  t.match(paths['/a']?.['post'], {
    requestBody: { description: 'learned from 6 requests', content: { 'application/json': { schema: { anyOf: [{ type: 'object' }, { type: 'array' }] } } } },
    responses: { 200: { description: 'learned from 4 replies', content: { 'application/json': { schema: { anyOf: [{ type: 'object' }, { type: 'array' }] } } } } }
  })
})
