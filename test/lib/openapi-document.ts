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
