import { test } from 'tap'
import type { AnomaliesOptions, Snapshot, TrendJson, TrendPage, TrendQuery } from '../../plugins'
import { buildApp } from '../fixtures/app'
import type { Ask, TestApp } from '../fixtures/app'
import { DAY, HOUR, MINUTE, ONLY_TRENDS } from '../fixtures/trends'

const OPTIONS: AnomaliesOptions = { ...ONLY_TRENDS, trends: { geo: (ip) => ({ latitude: 1, longitude: 1, country: Number(ip.split('.')[3]) % 3 === 0 ? 'FR' : 'DE', asn: 64500 }) } }

function person (i: number): Ask {
  return { url: `/search?page=${i % 9}`, client: `198.51.100.${i % 70}`, headers: { authorization: `Bearer token-${i % 140}`, 'user-agent': `Agent/${i % 5}`, 'accept-language': 'en' }, after: 20_000 }
}

async function visited (count: number, options: AnomaliesOptions = OPTIONS): Promise<TestApp> {
  const built = await buildApp(options)
  for (let i = 0; i < count; i++) await built.ask(person(i))
  return built
}

/** An application of the same key, on the same clock. */
async function anotherOf ({ clock }: TestApp, options: AnomaliesOptions = OPTIONS): Promise<TestApp> {
  const another = await buildApp(options)
  another.clock.advance(clock.now() - another.clock.now())
  return another
}

/** A snapshot as it comes from a file. */
function saved ({ app }: TestApp): Snapshot { return JSON.parse(JSON.stringify(app.anomalies.snapshot())) }

function page ({ app }: TestApp, query: TrendQuery = {}): TrendPage { return app.anomalies.trends({ limit: 1000, ...query }) }

/** A page without what clients are called: snapshots do not say. */
function nameless (given: TrendPage): unknown {
  const told = (tops: { value: string, count: number, error: number }[]): unknown => tops.map(({ value, ...top }) => /^(?:198\.|#)/.test(value) ? top : { value, ...top })
  return { ...given, trends: given.trends.map((trend) => ({ ...trend, topValues: told(trend.topValues), topEntities: told(trend.topEntities) })) }
}

/** Trends without the heaviest values, of which counts are told with their error. */
function topless (given: TrendPage): TrendJson[] { return given.trends.map((trend) => ({ ...trend, topValues: [], topEntities: [] })) }

test('a query about signals over time gives the same after a restart, by minutes, hours and days, but for what addresses are called', async (t) => {
  const before = await visited(900)
  const after = await anotherOf(before)
  after.app.anomalies.restore(saved(before))
  const queries: TrendQuery[] = [{}, { resolution: 'hour' }, { category: 'network' }, { type: 'geo', limit: 1 }, { from: before.clock.now() - 3 * HOUR, to: before.clock.now() - HOUR }, { from: before.clock.now() - 3 * DAY, resolution: 'day' }]
  const compare = (): void => { for (const query of queries) t.same(nameless(page(after, query)), nameless(page(before, query)), JSON.stringify(query)) }
  compare()
  t.same(page(after).trends.map(({ type }) => type), ['bearer', 'http_fingerprint', 'header_order', 'accept_pattern', 'ip', 'asn', 'geo', 'timing'])
  t.match(page(after, { type: 'geo' }).trends[0]?.topValues, [{ value: 'DE' }, { value: 'FR' }])
  t.match(page(after, { type: 'ip' }).trends[0]?.topEntities[0]?.value, /^#[0-9a-f]{8}$/)
  // Time passes, and the same people come again.
  for (const each of [before, after]) each.clock.advance(7 * MINUTE + 1)
  for (let i = 0; i < 300; i++) for (const each of [before, after]) await each.ask(person(i))
  for (const each of queries) if (each.from !== undefined && each.to === undefined) each.from += 300 * 20_000
  t.same(page(after, { type: 'header_order', resolution: 'hour', from: before.clock.now() - 4 * HOUR }).trends[0]?.histogram, page(before, { type: 'header_order', resolution: 'hour', from: before.clock.now() - 4 * HOUR }).trends[0]?.histogram)
  t.match(page(after, { type: 'ip' }).trends[0]?.topEntities[0]?.value, /^198\./, 'who comes again has a name again')
})

test('merging two processes gives what one would have seen', async (t) => {
  const all = await visited(0)
  const [left, right] = [await visited(0), await visited(0)]
  for (let i = 0; i < 600; i++) {
    const asked = person(i)
    await all.ask(asked)
    const [mine, other] = i % 3 === 0 ? [left, right] : [right, left]
    await mine.ask(asked)
    other.clock.advance(20_000)
  }
  const query: TrendQuery = { from: all.clock.now() - 4 * HOUR, resolution: 'minute' }
  left.app.anomalies.merge(saved(right))
  // What only a sender's own sequence shows (gaps, steps, the last routes) is apart where he is served by two processes.
  for (const type of ['ip', 'bearer', 'http_fingerprint', 'header_order', 'accept_pattern', 'geo', 'asn'] as const) {
    const [merged, expected] = [left, all].map((each) => topless(page(each, { ...query, type })))
    t.same(merged, expected, type)
    t.equal(merged?.[0]?.count, 600)
  }
  const total = page(left).total
  left.app.anomalies.merge(saved(right))
  t.equal(page(left).total, 2 * page(right).total + total - page(right).total, 'a later snapshot counts what it has')
})

test('the same snapshot is counted once', async (t) => {
  const [left, right] = [await visited(50), await visited(50)]
  const snapshot = saved(right)
  left.app.anomalies.merge(snapshot)
  const once = page(left)
  left.app.anomalies.merge(snapshot)
  t.same(page(left), once)
})

test('signals that another process has counted are no rise here', async (t) => {
  const busy = await visited(0)
  const quiet = await visited(0)
  for (let minute = 0; minute < 90; minute++) {
    for (let i = 0; i < 3; i++) await quiet.ask({ ...person(i), after: 20_000 })
    busy.clock.advance(MINUTE)
  }
  for (let i = 0; i < 2000; i++) await busy.ask({ ...person(i), after: 1 })
  quiet.app.anomalies.merge(saved(busy))
  for (let i = 0; i < 9; i++) await quiet.ask(person(i))
  t.same(quiet.app.anomalies.query({ type: 'velocity_spike' }).events, [])
  t.ok(page(quiet, { type: 'ip' }).trends[0]?.count as number > 2000)
})

test('a snapshot of another key is refused: the same client would count twice', async (t) => {
  const other = await visited(20, { ...OPTIONS, secret: 'another secret of the tests' })
  const here = await visited(20)
  const before = page(here)
  for (const take of ['restore', 'merge'] as const) t.throws(() => here.app.anomalies[take](saved(other)), { code: 'FST_ANOMALIES_BAD_SNAPSHOT', message: /secret/ })
  t.same(page(here), before)
})

test('what is restored takes the place of what was counted; a damaged part begins anew, and is a fault of trends alone', async (t) => {
  const before = await visited(60)
  const here = await visited(90)
  here.app.anomalies.restore(saved(before))
  t.equal(page(here).total, page(before).total)
  const damaged = saved(before)
  const { signals } = damaged.shared.trends as { signals: { minutes: { buckets: string } } }
  signals.minutes.buckets = signals.minutes.buckets.slice(0, 41)
  here.app.anomalies.restore(damaged)
  t.equal(page(here).total, 0)
  t.equal(here.app.anomalies.detectors.find(({ name }) => name === 'trends')?.faults, 1)
  t.equal((await here.ask(person(1))).response.statusCode, 200)
  t.ok(page(here).total > 0)
})

test('snapshotBytes says how much room sketches have, and 0 leaves signals over time out', async (t) => {
  const sizeOf = async (snapshotBytes: number): Promise<number> => {
    const built = await visited(400, { ...OPTIONS, trends: { snapshotBytes } })
    const { signals } = saved(built).shared.trends as { signals?: object }
    return signals === undefined ? 0 : JSON.stringify(signals).length
  }
  const [none, few, all] = [await sizeOf(0), await sizeOf(1), await sizeOf(2_000_000)]
  t.equal(none, 0)
  t.ok(few > 0 && few < all / 2, `${few} of ${all}`)
  const here = await visited(30, { ...OPTIONS, trends: { snapshotBytes: 0 } })
  const before = page(here)
  here.app.anomalies.restore(saved(here))
  t.same(page(here), before, 'what is not in snapshots stays')
})

test('a snapshot names no client and holds no key', async (t) => {
  const text = JSON.stringify(saved(await visited(200)))
  t.notMatch(text, /198\.51\.100|token-|Agent\/|a fixed secret/)
  t.match(text, /"signals":\{"version":1/)
})
