import fc from 'fast-check'
import { test } from 'tap'
import { SignalStore } from '../../lib/detectors/signal-store'
import { categoryOf, SIGNAL_TYPES, TYPE } from '../../lib/detectors/signal-types'
import { hashText } from '../../lib/text/keyed-hash'
import { correlationPage, trendPage } from '../../plugins/trends/trend-page'
import type { TrendQuery } from '../../plugins/trends/trend-page'
import { buildApp } from '../fixtures/app'
import type { Ask } from '../fixtures/app'
import { HOUR, MINUTE, ONLY_TRENDS } from '../fixtures/trends'

const STEPS = { minute: MINUTE, hour: HOUR, day: 24 * HOUR }
const START = Date.UTC(2026, 0, 5, 9, 17, 30)
const TYPES = ['ip', 'jwt', 'timing', 'ja4'] as const
const hashOf = (text: string): number => hashText(text, 1)

interface Sent { type: typeof TYPES[number], value: string, entity: string, session: string, at: number }

const histories = fc.array(fc.record({
  type: fc.constantFrom(...TYPES),
  value: fc.nat(12).map((n) => `value ${n}`),
  entity: fc.nat(5).map((n) => `10.0.0.${n}`),
  session: fc.constantFrom('', '', 'token a', 'token b'),
  pause: fc.oneof(fc.nat(5000), fc.nat(10 * MINUTE), fc.nat(HOUR))
}), { minLength: 1, maxLength: 100, size: 'max' }).map((steps) => {
  let at = START
  return steps.map(({ pause, ...own }): Sent => {
    at += pause
    return { ...own, at }
  })
})

function storeOf (history: readonly Sent[]): SignalStore {
  const store = new SignalStore(1024)
  for (const { type, value, entity, session, at } of history) {
    store.add(TYPE[type], hashOf(value), hashOf(entity), session === '' ? 0 : hashOf(session), at)
    store.name(hashOf(value), value)
    store.name(hashOf(entity), entity)
  }
  return store
}

/** How often each comes, most first. */
function counted (names: readonly string[]): number[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts.values()].sort((a, b) => b - a)
}

/** What a page must say, told from the history itself: nothing of ours is used. */
function naive (history: readonly Sent[], query: Required<Pick<TrendQuery, 'from' | 'to' | 'resolution'>> & TrendQuery): { changeRate: number | null }[] {
  const { from, to, resolution, entity, type, category, limit = 10 } = query
  // Ranges are in whole minutes, but for one entity, of whom single signals are looked at.
  const begin = entity === undefined ? Math.floor(from / MINUTE) * MINUTE : from
  const end = entity === undefined ? (Math.floor(to / MINUTE) + 1) * MINUTE - 1 : to
  const wanted = history.filter((each) => (entity === undefined || each.entity === entity || each.session === entity))
  return SIGNAL_TYPES.flatMap((name, number) => {
    if ((type !== undefined && name !== type) || (category !== undefined && categoryOf(number) !== category)) return []
    const own = wanted.filter((each) => each.type === name)
    const inside = own.filter(({ at }) => at >= begin && at <= end)
    const before = own.filter(({ at }) => at < begin && at >= begin - (end - begin) - 1)
    if (inside.length === 0) return []
    const step = STEPS[resolution]
    const first = Math.floor((inside[0] as Sent).at / step)
    const last = Math.floor((inside.at(-1) as Sent).at / step)
    const bins = Array.from({ length: last - first + 1 }, (_, i) => inside.filter(({ at }) => Math.floor(at / step) === first + i))
    return [{
      type: name,
      category: categoryOf(number),
      count: inside.length,
      uniqueValues: new Set(inside.map(({ value }) => value)).size,
      uniqueEntities: new Set(inside.map((each) => each.entity)).size,
      changeRate: before.length === 0 ? null : Math.round(1000 * (inside.length - before.length) / before.length) / 10,
      histogram: {
        from: new Date(first * step).toISOString(),
        stepMs: step,
        counts: bins.map(({ length }) => length),
        uniqueValues: bins.map((bin) => new Set(bin.map(({ value }) => value)).size),
        uniqueEntities: bins.map((bin) => new Set(bin.map((each) => each.entity)).size)
      },
      topEntities: counted(inside.map((each) => each.entity)).slice(0, limit)
    }]
  })
}

test('a page is what a naive reference tells of the same signals, whatever the filters: category, type, entity, from, to, resolution, limit', (t) => {
  let compared = 0
  fc.assert(fc.property(histories, fc.nat(60), fc.nat(900), fc.constantFrom('minute', 'hour', 'day'), fc.constantFrom(undefined, '10.0.0.1', '10.0.0.3', 'token a'),
    fc.constantFrom(undefined, undefined, undefined, ...TYPES), fc.constantFrom(undefined, undefined, undefined, 'network', 'auth_token', 'behavioral'), fc.constantFrom(undefined, 1, 3), (history, offset, length, resolution, entity, type, category, limit) => {
      const now = (history.at(-1) as Sent).at
      const to = now - offset * MINUTE
      const query = { from: to - length * MINUTE, to, resolution, entity, type, category, limit } as const
      const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as typeof query
      const page = trendPage(storeOf(history), given as TrendQuery, now, hashOf)
      const expected = naive(history, given as Parameters<typeof naive>[1])
      const found = page.trends.map(({ firstSeen, lastSeen, topValues, topEntities, ...trend }) => ({ ...trend, topEntities: topEntities.map(({ count }) => count) }))
      compared += expected.length
      // Of a lone entity the time before is known only where a signal from before that is remembered.
      if (entity !== undefined && (history[0] as Sent).at >= query.from - (query.to - query.from) - 1) for (const each of [...found, ...expected]) each.changeRate = null
      return JSON.stringify(found) === JSON.stringify(expected)
    }), { numRuns: 300, seed: 7 })
  t.ok(compared > 200, `${compared} trends compared`)
  t.end()
})

test('limit cuts the heaviest values and entities, topmost first, by the names that may be shown', async (t) => {
  const { app, ask } = await buildApp(ONLY_TRENDS)
  for (let i = 0; i < 45; i++) await ask({ url: '/search', client: `198.51.100.${[1, 1, 1, 2, 2, 3, 4, 5, 6][i % 9]}` })
  for (const limit of [1, 3, 100]) {
    const [trend] = app.anomalies.trends({ type: 'ip', limit }).trends
    t.same(trend?.topEntities.slice(0, 2).map(({ value, count }) => [value, count]), [['198.51.100.1', 15], ['198.51.100.2', 10]].slice(0, limit))
    t.equal(trend?.topEntities.length, Math.min(limit, 6))
    t.equal(trend?.uniqueEntities, 6)
  }
  await app.close()
})

/** A quiet hour, and an hour in which forty bots with one uncommon TLS client come within seconds. */
function botnet (): { store: SignalStore, now: number } {
  const store = new SignalStore(65_536)
  const seen = (client: string, ja4: string, at: number): void => {
    store.name(hashOf(client), client)
    store.name(hashOf(ja4), ja4)
    store.add(TYPE.ja4, hashOf(ja4), hashOf(client), client === '203.0.113.7' ? hashOf('its token') : 0, at)
  }
  for (let i = 0; i < 1200; i++) seen(`198.51.${i % 200}.1`, 't13d1516h2_8daaf6152771_02713d6af862', START + i * 10_000)
  const now = START + 1200 * 10_000
  for (let i = 0; i < 40; i++) seen(`203.0.113.${i}`, i % 2 === 0 ? 't13d1510h2_00000000000a_000000000057' : 't13d1511h2_00000000000a_000000000058', now + 100 * i)
  return { store, now: now + 60_000 }
}

test('correlations are found when asked for, strongest first, and filtered by type, category, correlation, strength, entity and limit', (t) => {
  const { store, now } = botnet()
  const types = (query: Parameters<typeof correlationPage>[1]): string[] => correlationPage(store, query, now, hashOf).correlations.map(({ type }) => type)
  const all = correlationPage(store, {}, now, hashOf).correlations
  t.same([...new Set(all.map(({ type }) => type))].sort(), ['entity_cluster', 'fingerprint_family', 'temporal_correlation'])
  t.same(all.map(({ strength }) => strength), all.map(({ strength }) => strength).sort((a, b) => b - a))
  t.same(types({ correlation: 'fingerprint_family' }), ['fingerprint_family'])
  t.same(types({ limit: 1 }).length, 1)
  t.same(types({ type: 'jwt' }), [])
  t.same(types({ category: 'auth_token' }), [])
  t.ok(types({ category: 'network' }).length >= 3)
  t.same(types({ entity: '198.51.7.1' }), [], 'an ordinary client')
  t.same(types({ entity: '203.0.113.6', correlation: 'entity_cluster' }), ['entity_cluster'], 'of the two clusters the one that it is in')
  t.same(types({ entity: 'its token', correlation: 'entity_cluster' }), ['entity_cluster'], 'the address that bore a credential')
  t.same(types({ from: START, to: START + HOUR }), [], 'what was popular all the time')
  const weak = all.filter(({ strength }) => strength < 1).length
  t.equal(types({ strength: 1 }).length, all.length - weak)
  t.end()
})

test('the admin route takes the filters of correlations, and names a wrong one', async (t) => {
  const token = 'the token of the test'
  const { app, ask } = await buildApp({ ...ONLY_TRENDS, admin: { token }, trends: { ja4: { header: 'x-ja4' } } }, undefined, { trustProxy: true })
  const from = (client: string, ja4: string): Ask => ({ url: '/search', client, after: 2000, headers: { 'x-ja4': ja4 } })
  for (let i = 0; i < 600; i++) await ask(from(`198.51.${i % 100}.1`, 't13d1516h2_8daaf6152771_02713d6af862'))
  for (let i = 0; i < 40; i++) await ask({ ...from(`203.0.113.${i}`, 't13d1510h2_00000000000a_000000000057'), after: 100 })
  const now = await app.inject({ url: '/__anomalies/trends', headers: { authorization: `Bearer ${token}` } })
  const since = Date.parse(now.json().to) - 10 * MINUTE
  const get = async (query: string): Promise<{ status: number, body: { correlations: { signal: string, entities: string[], count: number }[], message: string } }> => {
    const response = await app.inject({ url: `/__anomalies/trends/correlations?from=${since}&${query}`, headers: { authorization: `Bearer ${token}` } })
    return { status: response.statusCode, body: response.json() }
  }
  const { status, body } = await get('correlation=entity_cluster&type=ja4&strength=0.9&entity=203.0.113.5')
  t.equal(status, 200)
  t.match(body.correlations, [{ signal: 'ja4', count: 40 }])
  t.same((await get('entity=198.51.7.1&correlation=entity_cluster&type=ja4')).body.correlations, [])
  for (const [query, name] of [['correlation=chain', 'correlation'], ['strength=0.1', 'strength'], ['strength=2', 'strength'], ['strength=x', 'strength'], ['entity=', 'entity']] as const) {
    const wrong = await get(query)
    t.equal(wrong.status, 400, query)
    t.match(wrong.body.message, new RegExp(`parameter ${name} `))
  }
  await app.close()
})

test('from and to are times as a program or an event has them, and what is no time is refused', async (t) => {
  const { app, clock } = await buildApp(ONLY_TRENDS)
  const at = clock.now() - HOUR
  for (const from of [at, new Date(at), new Date(at).toISOString()]) t.equal(app.anomalies.trends({ from }).from, new Date(at).toISOString())
  t.throws(() => app.anomalies.trends({ from: 'soon' }), { code: 'FST_ANOMALIES_BAD_PARAMETER', message: /from/ })
  t.throws(() => app.anomalies.correlations({ to: new Date('x') }), { code: 'FST_ANOMALIES_BAD_PARAMETER', message: /to/ })
})
