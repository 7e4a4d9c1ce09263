import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { HeaderReader } from '../../lib/detectors/header-shape'

/** Few names of few lengths, so that different lists are looked for in one place. */
const name = fc.constantFrom('host', 'Host', 'from', 'x-ab', 'x-ba', 'accept', 'origin', 'cookie', 'user-agent', 'accept-any')
const list = fc.array(name, { maxLength: 8 }).map((names) => names.flatMap((each) => [each, 'v']))

test('a list is read alike whatever was read before', async () => {
  fc.assert(fc.property(fc.array(list, { maxLength: 60 }), (lists) => {
    const reader = new HeaderReader(7, [])
    for (const rawHeaders of lists) {
      const shape = reader.read(rawHeaders)
      assert.deepEqual(shape, new HeaderReader(7, []).read(rawHeaders))
      assert.deepEqual(shape.sent, rawHeaders.filter((_, i) => i % 2 === 0))
    }
  }))
})

test('a name that gets its bit has it in lists read before', async (t) => {
  const reader = new HeaderReader(7, [])
  const rawHeaders = ['x-ab', 'v']
  const before = reader.read(rawHeaders)
  t.equal(before.low, 0)
  for (const each of before.names) reader.enrol(each)
  t.equal(reader.read(rawHeaders).low, 1)
})
