import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import type { AnomalyEvent } from '../../lib/anomaly-event'
import { EventLog } from '../../lib/event-log'
import { Signal } from '../../lib/signal'

const kind = { type: 'unknown_path', detector: 'endpoint-profiler', describe: () => 'an unknown path' }
const route = { method: 'GET', url: '/a', key: 'GET /a' }

function filled (capacity: number, entities: readonly number[], gapMs: number): { log: EventLog, events: AnomalyEvent[] } {
  const events: AnomalyEvent[] = []
  const log = new EventLog(capacity, (event) => events.push(event))
  entities.forEach((entity, i) => log.record(new Signal(kind, 'path', 5, 60, undefined, undefined), 1_000_000 + i * gapMs, route, `r${i}`, { ip: `${entity}` }, `${entity}`, 60, 'allow'))
  return { log, events }
}

test('signals of one entity make an event each time their number doubles', async () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 3000 }), (count) => {
    const { log } = filled(1024, new Array<number>(count).fill(1), 1)
    assert.equal(log.query({}).total, 1 + Math.floor(Math.log2(count)))
  }))
})

test('pages of any size give every kept event once, newest first', async () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40 }), (entities, limit, capacity) => {
    const { log, events } = filled(capacity, entities, 10)
    const ids: string[] = []
    let cursor: number | null = null
    do {
      const page = log.query({ limit, ...cursor === null ? null : { cursor } })
      ids.push(...page.events.map((event) => event.id))
      cursor = page.next
    } while (cursor !== null)
    assert.deepEqual(ids, events.map((event) => event.id).reverse().slice(0, capacity))
    assert.deepEqual(ids, [...ids].sort().reverse())
  }))
})

test('silence of a minute closes an episode, and what comes later begins a new one', async (t) => {
  const { log } = filled(100, [1, 1, 1], 59_000)
  t.same(log.query({}).events.map((event) => event.episode?.state), ['open', undefined])
  log.sweep(1_000_000 + 2 * 59_000 + 60_000)
  t.same(log.query({}).events.map((event) => event.episode?.state), ['close', 'open', undefined])
  log.record(new Signal(kind, 'path', 5, 60, undefined, undefined), 2_000_000, route, 'r', {}, '1', 60, 'allow')
  t.equal(log.query({}).events[0]?.episode, undefined)
})

test('a single finding has nothing to close', async (t) => {
  const { log } = filled(100, [1], 0)
  log.sweep(9_000_000)
  t.equal(log.query({}).total, 1)
})

function found (count: number, gapMs: number, quietMs: number, subjects = 1): AnomalyEvent[] {
  const events: AnomalyEvent[] = []
  const log = new EventLog(1024, (event) => events.push(event))
  for (let i = 0; i < count; i++) {
    const finding = { subject: `s${i % subjects}`, count: 10 + i, since: 1_000_000, quietMs, evidence: { users: i } }
    log.record(new Signal(kind, 'login', 5, 60, undefined, undefined, { finding }), 1_000_000 + i * gapMs, { ...route, key: `GET /${i}` }, `r${i}`, { ip: `${i}` }, `${i}`, 60, 'allow')
  }
  log.sweep(1_000_000 + count * gapMs + quietMs + 2000)
  return events
}

test('a finding over many requests is one episode, whatever the route and the client, with steps that double in size', async (t) => {
  const events = found(1_000_000 / 10, 1, 60_000)
  t.same(events.map(({ state, count }) => [state, count]), [['open', 10], ['step', 40], ['step', 640], ['step', 40_960], ['close', 100_009]])
  t.same(events[1]?.toJSON().evidence, { users: 30 })
  t.equal(events[0]?.toJSON().episode?.since, new Date(1_000_000).toISOString())
})

test('a finding lasts until it has been silent for as long as it says; one alone has nothing to close', async (t) => {
  t.equal(found(20, 300_000, 400_000).filter(({ state }) => state === 'close').length, 1)
  t.equal(found(20, 300_000, 200_000).filter(({ state }) => state === 'open').length, 20)
  t.same(found(3, 1000, 60_000, 3).map(({ state }) => state), ['open', 'open', 'open'])
})

const agent = { type: 'header_value_anomaly', detector: 'header-profiler', describe: () => 'another user agent' }
const pace = { type: 'rate_burst', detector: 'endpoint-profiler', about: 'pace', describe: () => 'too fast' } as const

/** Records signals one after another, a second apart, and gives the events. */
function recorded (given: readonly { signal: Signal, ip: string, url?: string, after?: number }[]): AnomalyEvent[] {
  const events: AnomalyEvent[] = []
  const log = new EventLog(1024, (event) => events.push(event))
  let at = 1_000_000
  for (const { signal, ip, url = '/a', after = 1000 } of given) {
    at += after
    log.record(signal, at, { method: 'GET', url, key: `GET ${url}` }, 'r', { ip }, ip, 60, 'allow')
  }
  return events
}

const odd = (severity = 5): Signal => new Signal(kind, 'path', severity, 60, undefined, undefined)
const agentOf = (): Signal => new Signal(agent, 'header.user-agent', 7, 80, undefined, undefined)

test('what a client sends with each request is told once, on whatever routes; what others have too is one kind of client', async (t) => {
  const one = recorded(Array.from({ length: 200 }, (_, i) => ({ signal: agentOf(), ip: '1', url: `/${i}` })))
  t.same(one.map(({ state, count }) => [state, count]), [[null, 1], ['open', 64]])
  const many = recorded(Array.from({ length: 200 }, (_, i) => ({ signal: agentOf(), ip: `${i}` })))
  t.same(many.map(({ state, count }) => [state, count]), [[null, 1], ['open', 64]])
  t.equal(recorded(Array.from({ length: 200 }, (_, i) => ({ signal: odd(), ip: `${i}` }))).length, 200, 'but other deviations are those of each client')
  t.equal(recorded(Array.from({ length: 64 }, (_, i) => ({ signal: odd(), ip: '1', url: `/${i}` }))).length, 64, 'and of each route')
})

test('what comes again and again, with silence between, is told for the second, fourth, eighth time; a burst always', async (t) => {
  const minutes = (count: number, burst = 1): AnomalyEvent[] => recorded(Array.from({ length: count * burst }, (_, i) => ({ signal: odd(), ip: '1', after: i % burst === 0 ? 120_000 : 10 })))
  t.equal(minutes(700).length, 10)
  t.ok(minutes(7, 40).filter(({ state }) => state === 'open').length >= 7)
  t.equal(recorded([0, 1, 2, 3, 4].map(() => ({ signal: odd(), ip: '1', after: 25 * 3_600_000 }))).length, 5, 'after a day it is new')
})

test('what goes with a finding that is open is part of it: pace, traits and weak deviations of its client, and nothing else', async (t) => {
  const finding = (ip?: string): Signal => new Signal({ type: 'auth_password_spraying', detector: 'auth-burst', describe: () => '' }, 'login', 6, 60, undefined, undefined,
    { finding: { subject: 's', entity: ip === undefined ? {} : { ip }, count: 12, since: 0, quietMs: 900_000, evidence: {} } })
  const typesAfter = (first: Signal, ...more: { signal: Signal, ip: string, url?: string, after?: number }[]): string[] => recorded([{ signal: first, ip: '1' }, ...more]).slice(1).map(({ type }) => type)
  const fast = (): Signal => new Signal(pace, 'client.rate', 9, 75, undefined, undefined)
  t.same(typesAfter(finding('1'), { signal: fast(), ip: '1' }, { signal: agentOf(), ip: '1' }, { signal: odd(2), ip: '1' }), [])
  t.same(typesAfter(finding(), { signal: fast(), ip: '7' }, { signal: agentOf(), ip: '8' }, { signal: odd(2), ip: '9' }), [], 'of everybody, where it is about everybody')
  t.same(typesAfter(finding('1'), { signal: odd(5), ip: '1' }), ['unknown_path'], 'another attack of the same client')
  t.same(typesAfter(finding('1'), { signal: fast(), ip: '2' }), ['rate_burst'], 'another client')
  t.same(typesAfter(finding('1'), { signal: fast(), ip: '1', url: '/b' }), ['rate_burst'], 'another route')
  t.same(typesAfter(finding('1'), { signal: fast(), ip: '1', after: 900_000 }), ['rate_burst'], 'when it is over')
})
