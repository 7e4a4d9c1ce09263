import fc from 'fast-check'
import { test } from 'tap'
import { DeviceReader } from '../../lib/detectors/device-reader'
import type { Device } from '../../lib/detectors/device-reader'
import { entityTrends } from '../../lib/detectors/entity-query'
import { FlowWatch } from '../../lib/detectors/flow-watch'
import { Habits } from '../../lib/detectors/habits'
import { HeaderLayouts } from '../../lib/detectors/header-layout'
import { IdentityFlow } from '../../lib/detectors/identity-flow'
import { Senders } from '../../lib/detectors/senders'
import { SessionTable } from '../../lib/detectors/session-table'
import { histogramOf, rangeOf, trendOf } from '../../lib/detectors/signal-query'
import { SignalStore } from '../../lib/detectors/signal-store'
import { SIGNAL_TYPES, TYPE } from '../../lib/detectors/signal-types'
import type { WalkNorms } from '../../lib/detectors/walk-norms'
import { WalkTable } from '../../lib/detectors/walk-table'
import type { CredentialName, Observation } from '../../lib/observation'
import { addDistinct, COUNTER_CELLS, distinctIn, LinearCounter } from '../../lib/stats/linear-counter'
import { CellPool } from '../../lib/store/cell-pool'
import { RowTally } from '../../lib/store/row-tally'
import { HeaderLists } from '../../lib/text/header-names'
import { hashText, KeyedHash } from '../../lib/text/keyed-hash'
import { SECRET_KINDS, scanSecrets } from '../../lib/text/secret-scan'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 5, 9, 17, 30)

test('rows are given away as often as they came, however few places there are', (t) => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(6), fc.integer({ min: -3, max: 3 })), { maxLength: 300 }), fc.constantFrom(4, 16, 64), (stream, capacity) => {
    const counts = new Map<string, number>()
    const tally = new RowTally(2, capacity, (rows, at, times) => {
      const row = `${rows[at]} ${rows[at + 1]}`
      counts.set(row, (counts.get(row) ?? 0) + times)
    })
    for (const row of stream) {
      tally.row.set(row)
      tally.count()
    }
    tally.drain()
    tally.drain()
    const naive = new Map<string, number>()
    for (const row of stream) naive.set(row.join(' '), (naive.get(row.join(' ')) ?? 0) + 1)
    return counts.size === naive.size && [...naive].every(([row, count]) => counts.get(row) === count)
  }))
  t.throws(() => new RowTally(2, 100, () => {}), RangeError)
  t.end()
})

test('a row that comes again and again is given away once', (t) => {
  let calls = 0
  const tally = new RowTally(1, 64, () => { calls++ })
  for (let i = 0; i < 1000; i++) {
    tally.row[0] = i % 4
    tally.count()
  }
  tally.drain()
  t.equal(calls, 4)
  t.end()
})

test('a counter among its owner\'s numbers counts as one by itself, and touches nothing beside', (t) => {
  fc.assert(fc.property(fc.array(fc.integer(), { maxLength: 400 }), (hashes) => {
    const cells = new Int32Array(COUNTER_CELLS + 2).fill(7, 0, 1).fill(7, COUNTER_CELLS + 1)
    const counter = new LinearCounter()
    return hashes.every((hash) => counter.add(hash) === addDistinct(cells, 1, hash) && counter.count === distinctIn(cells, 1)) && cells[0] === 7 && cells[COUNTER_CELLS + 1] === 7
  }))
  t.end()
})

test('no two records have a cell in common', (t) => {
  const pool = new CellPool(6, 4)
  const taken = Array.from({ length: 11 }, () => pool.take())
  taken.forEach(({ integers, at }, i) => integers.fill(i + 1, at, at + 6))
  t.ok(taken.every(({ integers, at }, i) => integers.subarray(at, at + 6).every((cell) => cell === i + 1)))
  const { integers, doubles, at } = taken[5] as ReturnType<CellPool['take']>
  doubles[at / 2] = 0.5
  t.not(integers[at + 1], 6, 'both views are of one memory')
  t.end()
})

test('each walk has its own numbers, and begins anew when another pair took its place', (t) => {
  const route = { close () {} } as unknown as WalkNorms
  const step = fc.record({ key: fc.integer({ min: 1, max: 8 }), object: fc.nat(50), fruitless: fc.boolean() })
  fc.assert(fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
    const table = new WalkTable(8, () => {})
    const naive = new Map<number, { objects: LinearCounter, requests: number, missed: number }>()
    for (const { key, object, fruitless } of steps) {
      const walk = table.of(key)
      if (walk.window !== 3) walk.open(route, 3, START)
      walk.ask(hashText(String(object), 1), object, fruitless)
      const own = naive.get(key) ?? { objects: new LinearCounter(), requests: 0, missed: 0 }
      naive.set(key, own)
      own.requests++
      if (own.objects.add(hashText(String(object), 1)) && fruitless) own.missed++
    }
    return [...naive].every(([key, { objects, requests, missed }]) => {
      const walk = table.get(key)
      return walk !== null && walk.key === key && walk.since === START && walk.requests === requests && walk.missed === missed && walk.objects === objects.count
    })
  }))
  let left = 0
  const table = new WalkTable(8, (walk) => { left += walk.requests })
  for (let key = 1; key <= 8; key++) {
    table.of(key).open(route, 0, 0)
    for (let number = 10; number < 30; number += 2) table.of(key).ask(number, number, false)
  }
  t.equal(table.of(5).longest, 9, 'nine steps of two')
  t.equal(left, 0)
  const fresh = table.of(9)
  t.same([left, fresh.window, fresh.requests, fresh.longest, fresh.route], [10, -1, 0, 0, null])
  t.end()
})

test('where all eight places are taken, the walk of an older window goes, else one of fewest requests: who comes once displaces no walk', (t) => {
  const route = {} as WalkNorms
  const gone: number[] = []
  const table = new WalkTable(8, ({ key }) => gone.push(key))
  const ask = (key: number, window: number, times: number): void => {
    for (let i = 0; i < times; i++) {
      const walk = table.of(key)
      if (walk.window !== window) walk.open(route, window, START)
      walk.ask(hashText(`${key} ${i}`, 1), i, false)
    }
  }
  ask(1, 1, 50)
  for (let key = 2; key <= 8; key++) ask(key, 2, key)
  ask(100, 2, 1)
  t.same(gone, [1], 'an older window goes first, however many requests it had')
  for (let key = 101; key <= 140; key++) ask(key, 2, 1)
  t.same(gone.slice(1), Array.from({ length: 40 }, (_, i) => 100 + i))
  for (let key = 2; key <= 8; key++) t.equal(table.get(key)?.requests, key)
  t.equal(table.size, 8)
  t.end()
})

test('a run is told by its step, fractions of large numbers aside, and counted no further than there is room', (t) => {
  const table = new WalkTable(8, () => {})
  const walk = table.of(-5)
  walk.open({} as WalkNorms, 0, START)
  for (let i = 0; i < 30; i++) walk.ask(i, 1e14 + 7 * i, i % 2 === 0)
  t.same([walk.key, walk.longest, walk.missed, walk.since, walk.window], [-5, 29, 15, START, 0])
  for (let i = 0; i < 70_000; i++) walk.ask(i, 7 * i, false)
  t.same([walk.longest, walk.requests, walk.missed], [65_535, 70_030, 15])
  walk.close()
  t.same([walk.key, walk.window, walk.requests, walk.objects, walk.longest], [-5, -1, 0, 0, 0])
  t.end()
})

/** What requests show: few clients, sessions, devices, so that the same comes again. */
const visits = fc.array(fc.record({
  entity: fc.integer({ min: -4, max: 4 }),
  who: fc.nat(2),
  sessionType: fc.constantFrom(-1, TYPE.jwt, TYPE.bearer),
  session: fc.integer({ min: -3, max: 3 }),
  fingerprint: fc.integer({ min: -1, max: 1 }),
  order: fc.nat(2),
  accept: fc.nat(2),
  hints: fc.integer({ min: -1, max: 1 }),
  pause: fc.oneof(fc.nat(2000), fc.nat(3 * MINUTE))
}), { minLength: 1, maxLength: 150 })

test('what a request shows is counted, and remembered, as its signals one by one are', (t) => {
  fc.assert(fc.property(visits, fc.nat(400), (history, settleAt) => {
    const together = new SignalStore(1024)
    const apart = new SignalStore(1024)
    let at = START
    history.forEach(({ pause, ...visit }, i) => {
      at += pause
      const { entity, who, sessionType, session, fingerprint, order, accept, hints } = visit
      together.visit(visit, at)
      together.add(TYPE.timing, i % 3, entity, who, at)
      if (sessionType >= 0) apart.add(sessionType, session, entity, who, at)
      apart.add(TYPE.ip, entity, entity, who, at)
      if (fingerprint !== 0) apart.add(TYPE.http_fingerprint, fingerprint, entity, who, at)
      apart.add(TYPE.header_order, order, entity, who, at)
      apart.add(TYPE.accept_pattern, accept, entity, who, at)
      if (hints !== 0) apart.add(TYPE.client_hints, hints, entity, who, at)
      apart.add(TYPE.timing, i % 3, entity, who, at)
      if (i === settleAt) together.settle()
    })
    const answers = (store: SignalStore): unknown => SIGNAL_TYPES.map((_, type) => {
      const range = rangeOf(store, START, at)
      const trend = trendOf(store, range, type)
      const tops = trend === null ? [] : [trend.topValues, trend.topEntities].map((top) => Array.from({ length: top.size }, (_, place) => `${top.keyAt(place)} ${top.countAt(place)}`).sort())
      return [trend?.count, trend?.uniqueValues, trend?.uniqueEntities, tops, histogramOf(store, range, store.hours, type), entityTrends(store, 2, START, at, MINUTE)[type]?.count]
    })
    return together.total === apart.total && together.recent.since === apart.recent.since && JSON.stringify(answers(together)) === JSON.stringify(answers(apart))
  }), { numRuns: 150 })
  t.end()
})

function named (hash: number): CredentialName { return { tag: `tag ${hash}`, hash, session: null, sender: null } }

test('a credential\'s sender is kept with its name, and left when its place was given to another', (t) => {
  const senders = new Senders(8, MINUTE)
  const names = Array.from({ length: 40 }, (_, i) => named(i + 1))
  const of = (name: CredentialName, at: number): IdentityFlow => senders.of({ at, principal: name.hash, user: null, named: name, session: null } as Observation)
  const [first] = names as [CredentialName]
  for (let i = 0; i < 100; i++) of(first, START + i).requests++
  t.equal(of(first, START + 100).requests, 100)
  t.equal(first.sender, senders.table.get(Senders.keyOf(first.hash)))
  for (const name of names) of(name, START + 200).requests++
  t.not((first.sender as IdentityFlow).key, Senders.keyOf(first.hash))
  t.equal(of(first, START + 300).requests, 0, 'it was forgotten, and is not mistaken for who took its place')
  t.equal(of(first, START + 301).key, Senders.keyOf(first.hash))
  t.equal(senders.of({ at: START + 302, principal: 99, user: 'somebody', named: first, session: null } as Observation).key, Senders.keyOf(99), 'a user comes before his credential')
  t.end()
})

test('a sender that goes on is not displaced by many that come once', (t) => {
  const senders = new Senders(64, 600 * MINUTE)
  const own = named(7)
  for (let i = 0; i < 2000; i++) {
    senders.of({ at: START + 2 * i, principal: 7, user: null, named: own, session: null } as Observation).requests++
    senders.of({ at: START + 2 * i + 1, principal: 1000 + i, user: null, named: named(1000 + i), session: null } as Observation).requests++
  }
  t.equal((senders.table.get(Senders.keyOf(7)) as IdentityFlow).requests, 2000)
  t.end()
})

test('a session is kept with the credential\'s name, for the header that was sent and as long as there is one', (t) => {
  const table = new SessionTable(new KeyedHash('a secret of some length'), 2, null)
  const name = named(1)
  const bearer = { token: 'Bearer one', credential: 'tag', named: name }
  const session = table.ofAuthorization('Bearer one', 5, START, bearer)
  t.equal(name.session, session)
  t.equal(table.ofAuthorization('Bearer one', 6, START, bearer), session)
  t.not(table.ofAuthorization('Bearer two', 5, START, bearer), session, 'another header than that of the name')
  t.equal(name.session, session)
  table.ofAuthorization('Bearer three', 5, START, { token: null, credential: null, named: null })
  t.ok(session.isGone)
  const again = table.ofAuthorization('Bearer one', 5, START, bearer)
  t.not(again, session)
  t.equal(again.tag, session.tag)
  t.equal(name.session, again)
  const machine = { token: 'Basic YTpi', credential: 'tag', named: named(2) }
  t.not(table.ofAuthorization('Basic YTpi', 5, START, machine), table.ofAuthorization('Basic YTpi', 6, START, machine), 'a machine\'s is one of each address')
  t.end()
})

test('a device is the same whether or not it is compared with the last one', (t) => {
  const lists = new HeaderLists(5)
  const layouts = new HeaderLayouts(5, [])
  const text = fc.constantFrom('', 'a', 'b', 'a text of more than four and twenty characters', 'x'.repeat(1500))
  const request = fc.record({ agent: text, accept: text, language: text, encoding: text, hints: fc.option(text), upgrade: fc.boolean() }).map(({ agent, accept, language, encoding, hints, upgrade }) => [
    'User-Agent', agent, 'Accept', accept, 'Accept-Language', language, ...encoding === '' ? [] : ['Accept-Encoding', encoding], ...hints === null ? [] : ['Sec-CH-UA', hints, 'Sec-CH-UA-Platform', accept], ...upgrade ? ['Upgrade', 'websocket'] : []
  ])
  fc.assert(fc.property(fc.array(request, { minLength: 2, maxLength: 12 }), (requests) => {
    const reader = new DeviceReader(5)
    let last: Device | null = null
    for (const headers of requests) {
      const layout = layouts.of(lists.read(headers))
      const { from, ...fresh } = new DeviceReader(5).read(layout, headers)
      last = reader.read(layout, headers, last)
      if (Object.entries(fresh).some(([name, value]) => last?.[name as keyof typeof fresh] !== value)) return false
    }
    return true
  }))
  t.end()
})

test('secrets are found the same in a text and in its bytes, of whatever script', (t) => {
  const part = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('4111 1111 1111 1111', 'AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE', ' GB29 NWBK 6016 1331 9268 19 ', '078-05-1120', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', '"', 'x'.repeat(80), 'ｘ4111111111111111ı', '2026-01-05'))
  fc.assert(fc.property(fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')), fc.constantFrom(50, 10_000), (text, most) => {
    const [own, given] = [new Uint8Array(SECRET_KINDS.length), new Uint8Array(SECRET_KINDS.length)]
    const seen = Buffer.from(text.slice(0, most))
    return scanSecrets(text, most, own) === scanSecrets(seen.toString('latin1'), Infinity, given, seen) && own.join() === given.join()
  }), { numRuns: 500 })
  t.end()
})

test('minutes of few bytes teach as those of many do', (t) => {
  const settings = { window: 10 * MINUTE, bandwidthFloor: 1000, volumeFloor: 1e9, pagesFloor: 60, habitAfter: 60 * MINUTE }
  const watch = new FlowWatch(64, settings, new Habits())
  const flow = new IdentityFlow()
  flow.key = 5
  const seen: unknown[] = []
  for (let minute = 0; minute < 100; minute++) {
    const bytes = minute % 2 === 0 ? 20 : 400
    for (let i = 0; i < 3; i++) watch.observe(flow, { at: START + minute * MINUTE + i, requestBytes: 0, responseBytes: bytes, add: (signal: unknown) => seen.push(signal), session: null } as unknown as Observation, 0)
  }
  t.match(watch.describe(), { minute: { windows: 99 } })
  t.ok((watch.describe() as { minute: { p99: number } }).minute.p99 >= 1100, 'the heavier ones with all their bytes')
  t.same(seen, [])
  for (let i = 0; i < 20; i++) watch.observe(flow, { at: START + 100 * MINUTE + i, requestBytes: 0, responseBytes: 2000, user: 'u', route: { key: 'r' }, add: (signal: { type: string, actual: number }) => seen.push(signal.actual), session: null } as unknown as Observation, 0)
  t.equal(seen.at(-1), 40_000)
  t.end()
})
