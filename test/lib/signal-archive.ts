import fc from 'fast-check'
import { test } from 'tap'
import { SignalStore } from '../../lib/detectors/signal-store'
import type { SignalStoreJson } from '../../lib/detectors/signal-store'
import { SIGNAL_TYPES, TYPE } from '../../lib/detectors/signal-types'
import { hashText } from '../../lib/text/keyed-hash'
import { trendPage } from '../../plugins/trends/trend-page'
import type { TrendPage, TrendQuery } from '../../plugins/trends/trend-page'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 5, 9, 17, 30)
/** Key of all hashes. */
const KEY = 5

interface Sent { type: number, value: number, entity: number, at: number, isOurs: boolean }

const steps = fc.record({
  type: fc.constantFrom(TYPE.ip, TYPE.jwt, TYPE.timing),
  // Few, so that they come again, and many, so that they are estimated.
  value: fc.oneof(fc.nat(8), fc.nat(8), fc.nat(100_000)),
  entity: fc.nat(15),
  pause: fc.oneof(fc.nat(5000), fc.nat(10 * MINUTE), fc.nat(5 * HOUR)),
  isOurs: fc.boolean(),
  times: fc.constantFrom(1, 1, 1, 90)
})
/** Signals of two processes, with pauses from milliseconds to hours between them; now and then a burst of different values. */
const histories = fc.array(steps, { minLength: 1, maxLength: 80 }).map((given) => {
  let at = START
  return given.flatMap(({ type, value, entity, pause, isOurs, times }): Sent[] => {
    at += pause
    return Array.from({ length: times }, (_, i) => ({ type, value: hashText(`value ${value + i}`, KEY), entity: hashText(`entity ${entity}`, KEY), at, isOurs }))
  })
})
const queries = fc.record({ offset: fc.nat(90), length: fc.nat(3000), resolution: fc.constantFrom('minute', 'hour', 'day') })

function storeOf (history: readonly Sent[]): SignalStore {
  const store = new SignalStore(4096)
  for (const { type, value, entity, at } of history) store.add(type, value, entity, 0, at)
  return store
}

/** As it is in a file. */
function written (store: SignalStore, mostBytes = Infinity): SignalStoreJson {
  return JSON.parse(JSON.stringify(store.toJSON(mostBytes) ?? null))
}

function ask (store: SignalStore, now: number, { offset, length, resolution }: { offset: number, length: number, resolution: string }, more: TrendQuery = {}): TrendPage {
  const to = now - offset * MINUTE
  return trendPage(store, { from: to - length * MINUTE, to, resolution: resolution as 'minute', limit: 1000, ...more }, now, (entity) => hashText(entity, KEY))
}

test('what was restored answers as what was written, now and after more signals', async (t) => {
  fc.assert(fc.property(histories, histories, queries, fc.nat(3 * HOUR), (before, after, query, pause) => {
    const last = (before.at(-1) as Sent).at
    const store = storeOf(before)
    const restored = new SignalStore(4096)
    restored.restore(written(store), last)
    if (JSON.stringify(ask(restored, last, query)) !== JSON.stringify(ask(store, last, query))) return false
    for (const { type, value, entity, at } of after) for (const each of [store, restored]) each.add(type, value, entity, 0, at - START + last + pause)
    const now = (after.at(-1) as Sent).at - START + last + pause
    return JSON.stringify(ask(restored, now, query)) === JSON.stringify(ask(store, now, query)) && JSON.stringify(written(restored)) === JSON.stringify(written(store))
  }), { numRuns: 150 })
})

test('merging two processes tells of counts, different values and entities, histograms and changes what one would that had seen both', async (t) => {
  let compared = 0
  fc.assert(fc.property(histories, queries, fc.boolean(), (history, query, isLate) => {
    const now = (history.at(-1) as Sent).at + (isLate ? 2 * HOUR : 0)
    const ours = storeOf(history.filter(({ isOurs }) => isOurs))
    const theirs = storeOf(history.filter(({ isOurs }) => !isOurs))
    const json = written(theirs)
    if (json !== null) ours.merge(json, now)
    if (ours.total === 0) return true
    const found = ask(ours, now, query)
    const expected = ask(storeOf(history), now, query)
    compared += expected.trends.length
    return JSON.stringify(withoutTops(found)) === JSON.stringify(withoutTops(expected)) && found.trends.every((trend) => {
      const number = SIGNAL_TYPES.indexOf(trend.type)
      const inside = history.filter(({ type, at }) => type === number && at >= Date.parse(found.from) && at <= Date.parse(found.to))
      return trend.topValues.every((top) => holds(top, inside.filter(({ value }) => shown(value) === top.value).length)) &&
        trend.topEntities.every((top) => holds(top, inside.filter(({ entity }) => shown(entity) === top.value).length))
    })
  }), { numRuns: 200 })
  t.ok(compared > 150, `${compared} trends compared`)
})

function withoutTops (page: TrendPage): unknown { return { ...page, trends: page.trends.map(({ topValues, topEntities, ...trend }) => trend) } }
function shown (hash: number): string { return `#${(hash >>> 0).toString(16).padStart(8, '0')}` }
function holds ({ count, error }: { count: number, error: number }, truth: number): boolean { return truth <= count && truth >= count - error }

/** Two days of a site with a few hundred clients, a signal a second or so. */
function busy (days: number): { store: SignalStore, now: number } {
  const store = new SignalStore(4096)
  let now = START
  for (let i = 0; i < days * 20_000; i++) {
    now = START + i * DAY / 20_000
    const client = hashText(`client ${i * 7919 % 700}`, KEY)
    store.add(TYPE.ip, client, client, 0, now)
    store.add(TYPE.jwt, hashText(`token ${i * 7919 % 2100}`, KEY), client, 0, now)
  }
  return { store, now }
}

test('sketches take no more room than is given: the oldest minutes go first, then hours, and counts stay whole', async (t) => {
  const { store, now } = busy(4)
  const all = ask(store, now, { offset: 0, length: 2800, resolution: 'hour' })
  const sizes: number[] = []
  for (const most of [Infinity, 400_000, 100_000, 20_000, 1]) {
    const json = written(store, most)
    sizes.push(JSON.stringify(json).length)
    t.ok(JSON.stringify(json).length < 1.34 * most + 130_000, `${JSON.stringify(json).length} characters for ${most} bytes`)
    const restored = new SignalStore(1024)
    restored.restore(json, now)
    const page = ask(restored, now, { offset: 0, length: 2800, resolution: 'hour' })
    t.same(page.trends.map(({ count, changeRate, histogram }) => [count, changeRate, histogram.counts]), all.trends.map(({ count, changeRate, histogram }) => [count, changeRate, histogram.counts]))
    for (const [i, { uniqueValues }] of page.trends.entries()) t.ok(Math.abs(uniqueValues / (all.trends[i]?.uniqueValues as number) - 1) < 0.15, `${uniqueValues} different`)
    t.ok(json.hours.sketchedSince > json.hours.open - 336 || json.minutes.sketchedSince <= json.minutes.open)
    if (json.hours.sketchedSince > Math.floor(START / HOUR)) t.equal(json.minutes.sketchedSince, json.minutes.open, 'no minutes while hours are missing')
  }
  t.same([...sizes].sort((a, b) => b - a), sizes)
})

test('where one of two lacks sketches, different values are at least as many as the greater had, and counts are exact', async (t) => {
  const { store, now } = busy(2)
  const other = busy(2).store
  const single = ask(store, now, { offset: 0, length: 1400, resolution: 'minute' })
  other.merge(written(store, 50_000), now)
  const merged = ask(other, now, { offset: 0, length: 1400, resolution: 'minute' })
  for (const [i, trend] of merged.trends.entries()) {
    t.equal(trend.count, 2 * (single.trends[i]?.count as number))
    t.ok(trend.histogram.uniqueValues.every((unique, at) => unique === single.trends[i]?.histogram.uniqueValues[at]), 'the same clients')
  }
})

test('what was broken on its way is refused by a RangeError, or read as far as it goes; it never does worse', async (t) => {
  const { store, now } = busy(1)
  const json = written(store, 100_000)
  const paths = ['minutes', 'hours', 'days'] as const
  let refused = 0
  fc.assert(fc.property(fc.constantFrom(...paths), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255), fc.oneof(fc.constant(null), fc.nat(1000), fc.constant(-1), fc.constant('x'), fc.constant(1e300)), fc.constantFrom('byte', 'cut', 'open', 'sketchedSince', 'part'), (path, share, byte, wrong, what) => {
    const broken = structuredClone(json) as unknown as Record<string, unknown>
    const tier = broken[path] as Record<string, unknown>
    const bytes = Buffer.from(json[path].buckets, 'base64')
    const at = Math.floor(share * (bytes.length - 1))
    if (what === 'byte') bytes[at] = byte
    if (what === 'byte' || what === 'cut') tier.buckets = bytes.subarray(0, what === 'cut' ? at : bytes.length).toString('base64')
    else if (what === 'part') broken[path] = wrong
    else tier[what] = wrong
    const restored = new SignalStore(1024)
    try {
      restored.restore(broken as unknown as SignalStoreJson, now)
      restored.add(TYPE.ip, 1, 2, 3, now + HOUR)
      ask(restored, now + HOUR, { offset: 0, length: 3000, resolution: 'day' })
    } catch (error) {
      refused++
      return error instanceof RangeError || error instanceof TypeError
    }
    return true
  }), { numRuns: 300 })
  t.ok(refused > 50, `${refused} refused`)
  for (const wrong of [null, {}, { ...json, version: 2 }, { ...json, total: NaN }, { ...json, names: 7 }, { ...json, hours: { ...json.hours, open: json.hours.open + 1 } }]) t.throws(() => new SignalStore(1024).restore(wrong as SignalStoreJson, now), RangeError)
})

test('a store that is more than a minute ahead of the clock is left out, and a store that holds nothing says so', async (t) => {
  const { store, now } = busy(1)
  const late = new SignalStore(1024)
  late.add(TYPE.ip, 1, 1, 0, now - DAY)
  late.merge(written(store), now - DAY)
  t.equal(late.total, 1)
  late.merge(written(store), now - MINUTE)
  t.equal(late.total, 1 + store.total)
  t.equal(new SignalStore(1024).toJSON(Infinity), undefined)
})

test('names of clients are not written down, others are where they are among the heaviest', async (t) => {
  const { store, now } = busy(1)
  store.name(hashText('client 0', KEY), '192.0.2.7', true)
  store.name(hashText('token 0', KEY), 'DE')
  store.name(hashText('never seen', KEY), 'FR')
  const heavy = hashText('token 0', KEY)
  for (let i = 0; i < 900; i++) store.add(TYPE.jwt, heavy, hashText('client 0', KEY), 0, now)
  const json = written(store)
  t.same(json.names, [[heavy >>> 0, 'DE']])
  t.notMatch(JSON.stringify(json), /192\.0\.2\.7/)
  const restored = new SignalStore(1024)
  restored.restore(json, now)
  t.equal(restored.nameOf(heavy), 'DE')
})

test('how fast signals come here is told without those of another process', async (t) => {
  const store = storeOf(Array.from({ length: 10 }, (_, i) => ({ type: TYPE.ip, value: i, entity: i, at: START + i, isOurs: true })))
  const other = storeOf(Array.from({ length: 500 }, (_, i) => ({ type: TYPE.ip, value: i, entity: i, at: START + i, isOurs: false })))
  for (let i = 0; i < 2; i++) store.merge(written(other), START + 600)
  store.settle()
  const minute = Math.floor(START / MINUTE)
  t.same([store.countOf(minute, TYPE.ip), store.minutes.countOf(minute, TYPE.ip)], [10, 1010])
  store.add(TYPE.ip, 1, 1, 0, START + MINUTE)
  store.settle()
  t.same([store.countOf(minute, TYPE.ip), store.countOf(minute + 1, TYPE.ip)], [10, 1])
})

test('of one entity only single signals tell, and those of before a restart are known to be missing', async (t) => {
  const { store, now } = busy(1)
  const restored = new SignalStore(4096)
  restored.restore(written(store), now)
  for (let i = 1; i < 10; i++) restored.add(TYPE.ip, 1, hashText('somebody', KEY), 0, now + i * MINUTE)
  const page = (minutes: number): TrendPage => ask(restored, now + 9 * MINUTE, { offset: 0, length: minutes, resolution: 'minute' }, { entity: 'somebody' })
  t.same([page(8).complete, page(20).complete], [true, false])
  t.equal(page(20).trends[0]?.count, 9)
  t.equal(ask(restored, now + 9 * MINUTE, { offset: 0, length: 1500, resolution: 'hour' }, { type: 'ip' }).trends[0]?.count, 20_009)
})
