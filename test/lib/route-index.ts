import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { RouteIndex } from '../../lib/detectors/route-index'

test('a path finds the methods of all routes that match it', async (t) => {
  const index = new RouteIndex()
  for (const [method, url] of [['GET', '/'], ['GET', '/orders'], ['POST', '/orders'], ['GET', '/orders/:id'], ['PUT', '/orders/:id/items/:item'], ['GET', '/files/*'], ['PATCH', '/at/:hour(^\\d+)h']] as const) index.add(method, url)
  const found: [path: string, methods: string[]][] = [
    ['/', ['GET']], ['/orders', ['GET', 'POST']], ['/orders/7', ['GET']], ['/orders/7/items/8', ['PUT']], ['/orders/7/items', []], ['/files/a/b/c', ['GET']], ['/files', []],
    ['/nowhere', []], ['', []], ['/orders/', []], ['/at/7h', ['PATCH']], ['/__proto__', []]
  ]
  for (const [path, methods] of found) t.same([...index.methodsOf(path)].sort(), methods, path)
})

test('any path is answered', async () => {
  const index = new RouteIndex()
  index.add('GET', '/:a/:b/c')
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (path) => { assert.ok(Array.isArray(index.methodsOf(path))) }))
  assert.deepEqual(index.methodsOf('/'.repeat(1e5)), [])
})

test('that OPTIONS is answered for all paths says nothing of a path', async (t) => {
  const index = new RouteIndex()
  index.add('OPTIONS', '*')
  index.add('GET', '/items/:id')
  t.same(index.methodsOf('/robots.txt'), [])
  t.same([...index.methodsOf('/items/7')].sort(), ['GET', 'OPTIONS'])
})
