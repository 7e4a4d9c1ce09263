import { test } from 'tap'
import { ClientDraws } from '../../lib/detectors/client-draws'
import { HeaderList } from '../../lib/detectors/header-list'
import { HeaderReader } from '../../lib/detectors/header-shape'
import { Observation } from '../../lib/observation'
import { RouteState } from '../../lib/route-state'
import { HeaderNames } from '../../lib/text/header-names'

const NAMES = ['User-Agent', 'Accept-Language', 'Accept-Encoding']
const route = new RouteState('GET /a', 'GET', '/a', true, 'observe', 50)

interface Kind { draws: ClientDraws, list: HeaderList }

/** A kind of client: so many requests of so many clients, with the names that `namesOf` gives for each request. */
function learned (reader: HeaderReader, requests: number, clients: number, namesOf: (i: number) => readonly string[] = () => NAMES): Kind {
  const draws = new ClientDraws()
  const list = new HeaderList(draws)
  for (let i = 0; i < requests; i++) {
    const raw = new HeaderNames(namesOf(i))
    for (const name of reader.read(raw).names) if (name.bit < 0) reader.enrol(name)
    const shape = reader.read(raw)
    draws.learn(Math.imul(i % clients + 1, 0x9e3779b1) >>> 0, true)
    list.learn(shape, i % clients, true)
    list.noteAlways(shape, reader)
  }
  return { draws, list }
}

/** Types and risk of what is found about such a list of a kind of five clients, in an application with the habits of `reader`. */
function found (reader: HeaderReader, names: readonly string[]): Map<string, number> {
  const { list } = learned(reader, 120, 5)
  const observation = new Observation(0, 0, route, 'GET', '/a', [], null, 0, '', 0, null, 0, '')
  list.judgeNames(reader.read(new HeaderNames(names)), new HeaderList(new ClientDraws()), reader, observation)
  return new Map((observation.signals ?? []).map(({ type, risk }) => [type, risk]))
}

test('a header missing from a kind of few clients weighs more where other kinds kept theirs', async (t) => {
  const without = ['User-Agent', 'Accept-Language']
  const alone = found(new HeaderReader(7, []), without).get('header_missing_required') as number
  const reader = new HeaderReader(7, [])
  for (let kind = 0; kind < 4; kind++) learned(reader, 240, 60)
  t.ok(reader.always.trust < 0.2)
  const among = found(reader, without).get('header_missing_required') as number
  t.ok(alone < 50, `${alone} where nothing is known of other kinds`)
  t.ok(among >= 50, `${among} where four others kept theirs`)
  t.equal(found(reader, NAMES).size, 0)
})

test('the same for the order of headers', async (t) => {
  const reversed = NAMES.toReversed()
  const reader = new HeaderReader(7, [])
  for (let kind = 0; kind < 4; kind++) learned(reader, 240, 60)
  t.ok((found(reader, reversed).get('header_order_anomaly') as number) > (found(new HeaderReader(7, []), reversed).get('header_order_anomaly') as number))
})

test('where kinds stop sending what they always sent, no kind is trusted the more', async (t) => {
  const reader = new HeaderReader(7, [])
  for (let kind = 0; kind < 4; kind++) learned(reader, 240, 60, (i) => i % 50 === 49 ? ['User-Agent'] : NAMES)
  t.equal(reader.always.trust, 1)
})

test('a kind counts once, and one restored counts no more', async (t) => {
  const reader = new HeaderReader(7, [])
  const { draws, list } = learned(reader, 240, 60)
  const before = reader.always.toJSON()
  t.ok(before[0] > 0)
  const shape = reader.read(new HeaderNames(NAMES))
  const restored = HeaderList.from(JSON.parse(JSON.stringify(list)), draws, (bit) => bit)
  for (let i = 0; i < 200; i++) {
    list.noteAlways(shape, reader)
    restored.noteAlways(shape, reader)
  }
  t.same(reader.always.toJSON(), before)
})
