import fc from 'fast-check'
import { test } from 'tap'
import { AuthCoverage } from '../../lib/detectors/auth-coverage'
import { Habits } from '../../lib/detectors/habits'
import { ReplySecrets, isTextual } from '../../lib/detectors/reply-secrets'
import { RouteSequence } from '../../lib/detectors/route-sequence'
import { IdentityFlow } from '../../lib/detectors/identity-flow'
import { Senders } from '../../lib/detectors/senders'
import type { Observation } from '../../lib/observation'
import { SignalVelocity } from '../../lib/detectors/signal-velocity'
import { WayTable } from '../../lib/store/way-table'

const HOUR = 3_600_000

test('a table keeps its bound, and finds what it did not displace', (t) => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 300 }), (keys) => {
    const table = new WayTable(64, () => ({ key: -1 }), (record) => { record.key = -1 })
    for (const key of keys) {
      const record = table.of(key)
      if (record.key !== -1 && record.key !== key) return false
      record.key = key
    }
    return table.size <= 64 && table.size + table.evictions >= new Set(keys).size && (keys.length === 0 || table.of(keys.at(-1) as number).key === keys.at(-1))
  }))
  t.end()
})

test('eight keys always fit, the hand comes by each record once a round', (t) => {
  const table = new WayTable(8, () => ({ key: 0 }), () => {})
  for (let key = 1; key <= 8; key++) table.of(key * 99_991).key = key
  t.equal(table.evictions, 0)
  const seen = Array.from({ length: 8 }, () => table.next()?.key)
  t.same(seen.sort(), [1, 2, 3, 4, 5, 6, 7, 8])
  table.of(1).key = 9
  t.equal(table.evictions, 1)
  t.throws(() => new WayTable(0, () => ({}), () => {}), RangeError)
  t.end()
})

test('three occasions make a habit, up to twice the level before; times near to each other are one', (t) => {
  const habits = new Habits()
  habits.note(7, 100, 0, HOUR)
  habits.note(7, 100, 1000, HOUR)
  habits.note(7, 120, HOUR, HOUR)
  t.notOk(habits.covers(7, 50))
  habits.note(7, 5000, 2 * HOUR, HOUR)
  t.ok(habits.covers(7, 240))
  t.notOk(habits.covers(7, 241), 'the open occasion does not count')
  habits.note(7, 100, 3 * HOUR, HOUR)
  t.ok(habits.covers(7, 10_000))
  t.notOk(habits.covers(8, 1))
  const again = new Habits()
  again.restore(JSON.parse(JSON.stringify(habits)))
  t.same(again.toJSON(), habits.toJSON())
  again.merge(habits.toJSON())
  t.ok(again.covers(7, 10_000))
  t.throws(() => again.restore([1, 2]), RangeError)
  t.end()
})

test('habits keep their bound, and those of many occasions stay', (t) => {
  const habits = new Habits()
  for (let i = 0; i < 5; i++) habits.note(42, 10, i * HOUR, HOUR)
  for (let key = 100; key < 40_000; key++) habits.note(Math.imul(key, 0x9e3779b1), 10, 10 * HOUR, HOUR)
  t.ok(habits.toJSON().length <= 5 * 4096)
  t.ok(habits.covers(42, 10))
  t.end()
})

test('what parts of a route have learned merges as one stream, and survives its plain form', (t) => {
  const coverage = new AuthCoverage()
  coverage.restore([1, 2, 3, 4, 5, 6])
  coverage.merge([1, 1, 1, 1, 1, 1])
  t.same(coverage.toJSON(), [2, 3, 4, 5, 6, 7])
  coverage.halve()
  t.same(coverage.toJSON(), [1, 1.5, 2, 2.5, 3, 3.5])
  const secrets = new ReplySecrets()
  secrets.learn(new Uint8Array([2, 0, 0, 0, 0, 1, 0]), 1)
  secrets.learn(null, 2)
  const both = new ReplySecrets()
  both.restore(JSON.parse(JSON.stringify(secrets)))
  t.same(both.toJSON(), secrets.toJSON())
  both.merge(secrets.toJSON())
  t.same(both.toJSON().slice(0, 3), [4, 2, 0])
  t.same(both.describe(), { replies: 4, card: 2, jwt: 2 })
  t.end()
})

test('a sequence keeps the most frequent routes before it, whatever comes between', (t) => {
  const sequence = new RouteSequence()
  const flow = new IdentityFlow()
  for (let i = 0; i < 300; i++) {
    flow.clear()
    flow.visit(77)
    for (let other = 0; other < 5; other++) flow.visit(1000 + (i * 5 + other) % 400)
    sequence.learn(flow, 1, (hash) => `route ${hash}`)
  }
  t.same(sequence.describe(), { visits: 300, before: ['route 77'] })
  const restored = new RouteSequence()
  restored.restore(JSON.parse(JSON.stringify(sequence)))
  t.same(restored.toJSON(), sequence.toJSON())
  restored.merge(sequence.toJSON())
  t.same(restored.describe(), { visits: 600, before: ['route 77'] })
  t.ok(sequence.toJSON().before.length <= 16)
  sequence.halve()
  t.same(sequence.describe(), { visits: 150, before: [] }, 'with fewer visits it takes more')
  t.end()
})

test('ten routes are looked back upon, the eleventh is forgotten', (t) => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }), (routes) => {
    const flow = new IdentityFlow()
    for (const route of routes) flow.visit(route)
    const last = new Set(routes.slice(-10))
    return routes.every((route) => flow.came(route) === last.has(route)) && flow.lastRoute === (routes.at(-1) ?? 0)
  }))
  t.end()
})

test('a rise of one type is told of the type, of all of them together once', (t) => {
  for (const isAll of [false, true]) {
    const told: string[] = []
    const velocity = new SignalVelocity({ leastJump: 50 }, (name, _, change) => { told.push(`${name} ${change}`) })
    for (let minute = 1; minute < 90; minute++) {
      const isHigh = minute >= 60 && minute < 66
      velocity.advance(minute * 60_000 + 1000, { countOf: (at, type) => (type === 10 ? 400 + at % 7 : type === 0 ? 20 : type === 2 ? 30 : 0) * (isHigh && (isAll || type === 0) ? 12 : 1) })
    }
    t.same(told.filter((each) => each.endsWith('open')), [isAll ? 'signals open' : 'auth_token open'])
    t.same(told.filter((each) => each.endsWith('close')).length, 1)
  }
  t.end()
})

test('what the growth of requests explains is told of no type; what exceeds it is, also while requests are high, and none of it when the level has become the norm', (t) => {
  const toldOf = (isHigh: (minute: number) => boolean, tokens: (minute: number) => number, requests: (minute: number) => number): string[] => {
    const told: string[] = []
    const velocity = new SignalVelocity({ leastJump: 50, tellsRequests: () => false }, (name, _, change) => { told.push(`${name} ${change}`) })
    for (let minute = 1; minute < 1600; minute++) {
      velocity.advance(minute * 60_000 + 1000, { countOf: (at, type) => Math.round(type === 10 || type === 7 ? (400 + at % 7) * requests(at) : type === 0 ? 40 * requests(at) * tokens(at) : 0) })
    }
    return told
  }
  const between = (from: number, to: number) => (minute: number): boolean => minute >= from && minute < to
  const [hour, later] = [between(200, 260), between(215, 225)]
  t.same(toldOf(hour, () => 1, (at) => hour(at) ? 12 : 1), [], 'requests')
  t.same(toldOf(hour, () => 1, (at) => at < 200 ? 1 : Math.min(8, 1 + (at - 200) / 60)), [], 'requests, ever more')
  t.same(toldOf(hour, () => 1, (at) => at < 200 ? 1 : 12), [], 'requests, for good')
  t.same(toldOf(hour, (at) => hour(at) ? 8 : 1, () => 1).filter((each) => !each.endsWith('step')), ['auth_token open', 'auth_token close'], 'tokens')
  t.same(toldOf(hour, (at) => later(at) ? 8 : 1, (at) => hour(at) ? 12 : 1).filter((each) => !each.endsWith('step')), ['auth_token open', 'auth_token close'], 'both')
  t.end()
})

test('text is what people and programs read: not scripts, styles or images', (t) => {
  for (const type of ['application/json; charset=utf-8', 'text/html', 'application/problem+json', 'text/csv', 'application/atom+xml']) t.ok(isTextual(type), type)
  for (const type of [null, 'image/png', 'text/javascript', 'text/css', 'application/octet-stream', 'application/pdf']) t.notOk(isTextual(type), String(type))
  t.end()
})

test('windows of senders who never come back are closed by the requests of others, each once', (t) => {
  const senders = new Senders(64, 1000)
  const closed: number[] = []
  senders.onWindow((flow, at) => { closed.push(flow.key * 10 + Number(at >= 5000)) })
  const come = (principal: number, at: number): void => { senders.of({ at, principal } as Observation).requests++ }
  for (let principal = 1; principal <= 20; principal++) come(principal, 100)
  t.same(closed, [])
  for (let i = 0; i < 12; i++) come(7, 5000 + i)
  t.same(closed.sort(), Array.from({ length: 20 }, (_, i) => Senders.keyOf(i + 1) * 10 + 1).sort())
  come(7, 6500)
  t.equal(closed.length, 21)
  t.end()
})
