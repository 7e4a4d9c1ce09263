import { test } from 'tap'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { AuthWatch } from '../lib/detectors/auth-watch'
import { ClientProfile } from '../lib/detectors/client-profile'
import { HeaderReader } from '../lib/detectors/header-shape'
import { FieldProfile } from '../lib/detectors/field-profile'
import { ItemTable, MAX_ITEMS, MAX_LEVEL } from '../lib/store/item-table'
import { NameBacking } from '../lib/detectors/name-backing'
import { ParameterPriors } from '../lib/detectors/parameter-priors'
import { ParameterProfile } from '../lib/detectors/parameter-profile'
import { ValueJudge } from '../lib/detectors/value-judge'
import { EventLog } from '../lib/event-log'
import { Signal } from '../lib/signal'
import { WindowCounter } from '../lib/stats/window-counter'
import { RiskLedger } from '../lib/store/risk-ledger'
import { HeaderLists } from '../lib/text/header-names'
import { hashText } from '../lib/text/keyed-hash'
import { Redactor } from '../lib/text/redact'
import { ValueScan } from '../lib/text/value-shape'
import { buildApp } from './fixtures/app'

const MILLION = 1_000_000
const SEED = 77

test('a million clients: rates are counted for as many as there is room, the rest is evicted and counted', async (t) => {
  const rates = new WindowCounter(16_384, 60_000)
  for (let client = 0; client < MILLION; client++) rates.increment(hashText(`10.${client}`, SEED), 1_000_000 + client)
  t.ok(rates.size <= rates.capacity)
  t.ok(rates.capacity < 2 * 16_384)
  t.ok(rates.evictions > 0)
})

test('more clients than there is room for: the risk of as many entities as there is room is kept', async (t) => {
  const ledger = new RiskLedger({ capacity: 10_000, halfLifeMs: 600_000, keepAbove: 60 })
  for (let client = 0; client < MILLION / 5; client++) ledger.add(`10.${client}`, 'endpoint-profiler', 13, client, 'unexpected_param')
  t.equal(ledger.size, 10_000)
  t.equal(ledger.evictions, MILLION / 5 - 10_000)
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function megabytes (): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 1e6
}

/** What docs/auth-burst.md states, with the default capacity. */
const AUTH_MEGABYTES = 40

test('a million users and a million addresses that fail to log in: the memory keeps its bound, and the worst offender is still known', async (t) => {
  const before = megabytes()
  const watch = new AuthWatch(10_000, { pairFailures: 15, userClients: 12, clientUsers: 12 })
  const found: string[] = []
  const fail = (i: number, user: string, client: string): void => watch.observe({ at: 1_000_000 + i, user, userHash: hashText(user, SEED), client, clientHash: hashText(client, SEED), fingerprint: i, success: false }, (signal) => found.push(signal.type))
  for (let i = 0; i < 14; i++) fail(i, 'victim', 'worst')
  for (let i = 0; i < MILLION; i++) fail(100 + i, `user ${i}`, `client ${i}`)
  const after = megabytes()
  found.length = 0
  fail(MILLION + 200, 'victim', 'worst')
  t.same(found, ['auth_brute_force'])
  t.same([watch.users.table.size, watch.clients.table.size], [10_000, 10_000])
  t.ok(after - before < AUTH_MEGABYTES, `${Math.round(after - before)} MB`)
})

test('thousands of clients that each spray many of the same thousands of users: the memory keeps its bound', async (t) => {
  const before = megabytes()
  const watch = new AuthWatch(10_000, { pairFailures: 15, userClients: 12, clientUsers: 12 })
  for (let i = 0; i < MILLION; i++) {
    const user = `user ${(i + 37 * Math.floor(i / 9_000)) % 9_000}`
    const client = `client ${i % 9_000}`
    watch.observe({ at: 1_000_000 + i, user, userHash: hashText(user, SEED), client, clientHash: hashText(client, SEED), fingerprint: i % 700, success: false }, () => {})
  }
  const after = megabytes()
  t.ok(after - before < 2 * AUTH_MEGABYTES, `${Math.round(after - before)} MB`)
  t.same([watch.users.table.size, watch.clients.table.size], [9_000, 9_000])
})

test('a million findings of different clients: events and open episodes keep their bounds', async (t) => {
  const log = new EventLog(1024, () => {})
  const kind = { type: 'unknown_path', detector: 'endpoint-profiler', describe: () => '' }
  const route = { method: 'GET', url: '/search', key: 'GET /search' }
  for (let i = 0; i < MILLION / 5; i++) log.record(new Signal(kind, 'path', 5, 60, undefined, undefined), 1000, route, '', { ip: `10.${i}` }, `10.${i}`, 60, 'allow')
  const page = log.query({ limit: 1000 })
  t.same([page.total, page.dropped, page.capacity], [MILLION / 5, MILLION / 5 - 1024, 1024])
  t.same(log.tally.byType(), { unknown_path: MILLION / 5 })
})

test('a million values of one field: the profile keeps its size', async (t) => {
  const profile = new FieldProfile()
  const scan = new ValueScan(SEED)
  let most = 0
  for (let i = 0; i < MILLION; i++) {
    profile.learn(scan.scan(`${i.toString(36)}-${'!"#$%&/()=?'.charAt(i % 11).repeat(i % 20)}${i}`), i, false)
    if (i % 1000 === 0) most = Math.max(most, profile.bytes)
  }
  t.ok(most < 9000, `${most} bytes`)
})

test('a million things on all levels of a table', async (t) => {
  const table = new ItemTable()
  for (let i = 0; i < MILLION; i++) {
    if (i % 2 === 0) table.learn(i % 8, hashText(`${i}`, SEED), i, false)
    else table.note(i % 8, hashText(`${i}`, SEED), i)
  }
  t.ok(table.size <= MAX_ITEMS)
  for (let level = 0; level < 8; level++) t.ok(table.distinct(level) <= MAX_LEVEL)
})

test('a million parameter names: no more than a route learns are kept, admitted or not', async (t) => {
  const context = { judge: new ValueJudge(SEED, new Redactor()), backing: new NameBacking(), priors: new ParameterPriors(), promoteAfter: 3 }
  const profile = new ParameterProfile('query.', context)
  for (let i = 0; i < MILLION / 10; i++) {
    const values = Object.fromEntries(Array.from({ length: 10 }, (_, j) => [`p${i * 10 + j}`, 'x']))
    if (i % 2 === 0) profile.learn(values, i, false)
    else profile.quarantine(values, i, () => {})
  }
  t.ok([...profile.entries()].length <= 64)
})

test('a million header and cookie names: readers and profiles keep their bounds', async (t) => {
  const judge = new ValueJudge(SEED, new Redactor())
  const lists = new HeaderLists(SEED)
  const reader = new HeaderReader(SEED, [])
  const profile = new ClientProfile(judge)
  for (let i = 0; i < MILLION / 50; i++) {
    const headers: string[] = []
    for (let j = 0; j < 49; j++) headers.push(`x-${i}-${j}`, 'x')
    headers.push('cookie', `c${i}=1`)
    const list = lists.read(headers)
    for (const name of reader.read(list).names) if (name.counts && name.bit < 0) reader.enrol(name)
    profile.learn(reader.read(list), headers, i, true)
    profile.learnCookies(reader.read(list), headers, i)
  }
  t.ok(lists.size <= 512)
  t.ok(reader.bitNames.length <= 64)
  t.ok(Object.keys(profile.toJSON().fields).length <= 100)
})

test('a request with thousands of parameters is judged within bounds, and its signals are few', async (t) => {
  const { ask, teach, app } = await buildApp()
  await teach(120, (i) => `/search?page=${i % 9}`)
  const { assessment } = await ask(`/search?${Array.from({ length: 5000 }, (_, i) => `q${i}=1`).join('&')}`)
  t.ok(assessment.signals.length > 0 && assessment.signals.length <= 32)
  t.equal(app.anomalies.baselines().length, 1)
})

test('many unmatched paths, methods and agents make one baseline and no more', async (t) => {
  const { ask, app } = await buildApp({ events: 50 })
  for (let i = 0; i < 1500; i++) await ask({ url: `/p${i}?a${i}=1`, client: i, headers: { 'user-agent': `agent${String.fromCharCode(97 + i % 26)}${'x'.repeat(i % 40)}`, [`x-${i}`]: '1' }, after: 1 })
  t.equal(app.anomalies.baselines().length, 1)
  const shared = app.anomalies.snapshot().shared['header-profiler'] as { names: string[], classes: object }
  t.ok(shared.names.length <= 64)
  t.ok(Object.keys(shared.classes).length <= 64)
  t.ok(app.anomalies.query().events.length <= 50)
})
