import { test } from 'tap'
import { HeaderReader } from '../../lib/detectors/header-shape'
import { HeaderNames } from '../../lib/text/header-names'

test('what a list means is read once', async (t) => {
  const list = new HeaderNames(['Host', 'x-ab'])
  const reader = new HeaderReader(7, [])
  t.equal(reader.read(list), reader.read(list))
  t.same(reader.read(list).names.map(({ name }) => name), ['host', 'x-ab'])
})

test('a name that gets its bit has it in lists read before', async (t) => {
  const reader = new HeaderReader(7, [])
  const list = new HeaderNames(['x-ab'])
  const before = reader.read(list)
  t.equal(before.low, 0)
  for (const each of before.names) reader.enrol(each)
  t.equal(reader.read(list).low, 1)
})
