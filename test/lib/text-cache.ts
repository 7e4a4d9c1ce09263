import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { MAX_CACHED, TextCache } from '../../lib/store/text-cache'

test('it never knows a text that was not added, and always the last one', async () => {
  fc.assert(fc.property(fc.array(fc.string({ maxLength: 12 }), { maxLength: 300 }), fc.string({ maxLength: 12 }), (texts, other) => {
    const cache = new TextCache()
    for (const text of texts) {
      cache.add(text)
      assert.ok(cache.has(text))
    }
    if (!texts.includes(other)) assert.ok(!cache.has(other))
  }))
})

test('four versions of one user agent are known side by side', async (t) => {
  const cache = new TextCache()
  const agents = [138, 139, 140, 141].map((version) => `Mozilla/5.0 (X11; Linux x86_64) Chrome/${version}.0.0.0 Safari/537.36`)
  for (let round = 0; round < 3; round++) for (const agent of agents) cache.add(agent)
  t.ok(agents.every((agent) => cache.has(agent)))
})

test('a long text is not kept', async (t) => {
  const cache = new TextCache()
  cache.add('a'.repeat(MAX_CACHED + 1))
  t.notOk(cache.has('a'.repeat(MAX_CACHED + 1)))
})
