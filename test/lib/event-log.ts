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
