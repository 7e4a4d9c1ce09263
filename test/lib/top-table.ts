import fc from 'fast-check'
import { test } from 'tap'
import { TopTable } from '../../lib/stats/top-table'

const streams = fc.array(fc.nat(30), { maxLength: 200 })

function tableOf (stream: readonly number[], capacity: number): TopTable {
  const table = new TopTable(capacity)
  for (const key of stream) table.add(key)
  return table
}

/** All that the class promises, against a naive count. */
function keepsPromises (table: TopTable, stream: readonly number[]): boolean {
  const truth = new Map<number, number>()
  for (const key of stream) truth.set(key, (truth.get(key) ?? 0) + 1)
  const known = new Set<number>()
  for (let place = 0; place < table.size; place++) {
    const [key, count, error] = [table.keyAt(place), table.countAt(place), table.errorAt(place)]
    const true_ = truth.get(key) ?? 0
    known.add(key)
    if (true_ > count || count - error > true_ || (place > 0 && count > table.countAt(place - 1))) return false
  }
  return known.size === table.size && [...truth].every(([key, count]) => known.has(key) || count <= table.unseen)
}

test('a top table never underestimates, knows its error, and is sorted', (t) => {
  fc.assert(fc.property(streams, fc.integer({ min: 1, max: 12 }), (stream, capacity) => keepsPromises(tableOf(stream, capacity), stream)))
  t.end()
})

test('a top table keeps its promises after a merge, and when it goes on counting', (t) => {
  fc.assert(fc.property(streams, streams, streams, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), (a, b, later, one, other) => {
    const table = tableOf(a, one)
    table.merge(tableOf(b, other))
    if (!keepsPromises(table, [...a, ...b])) return false
    for (const key of later) table.add(key)
    return keepsPromises(table, [...a, ...b, ...later])
  }))
  t.end()
})

test('a top table is exact while there are no more keys than places', (t) => {
  const table = tableOf([5, 3, 5, 5, 3, 9], 3)
  t.same([0, 1, 2].map((place) => [table.keyAt(place), table.countAt(place), table.errorAt(place)]), [[5, 3, 0], [3, 2, 0], [9, 1, 0]])
  t.end()
})
