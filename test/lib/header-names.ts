import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { HeaderLists } from '../../lib/text/header-names'

/** Few names of few lengths, so that different lists are looked for in one place. */
const name = fc.constantFrom('host', 'Host', 'from', 'x-ab', 'x-ba', 'accept', 'origin', 'cookie', 'user-agent', 'accept-any')
const list = fc.array(name, { maxLength: 8 }).map((names) => names.flatMap((each) => [each, 'v']))

test('a list is recognised as itself, whatever was read before', async () => {
  fc.assert(fc.property(fc.array(list, { maxLength: 60 }), (lists) => {
    const reader = new HeaderLists(7)
    for (const rawHeaders of lists) {
      const names = reader.read(rawHeaders)
      assert.deepEqual(names.sent, rawHeaders.filter((_, i) => i % 2 === 0))
      assert.equal(reader.read(rawHeaders.map((text, i) => i % 2 === 0 ? text : 'other')), names)
    }
  }))
})

test('lists are as many as there is room for, and the longest are not kept', async (t) => {
  const lists = new HeaderLists(7)
  let most = 0
  for (let i = 0; i < 5000; i++) {
    lists.read([`x-${i}`, 'v'])
    most = Math.max(most, lists.size)
  }
  t.equal(most, 512)
  const { size } = lists
  const long = Array.from({ length: 129 }, (_, i) => [`x-${i}`, 'v']).flat()
  t.equal(lists.read(long).sent.length, 129)
  t.equal(lists.size, size)
})
