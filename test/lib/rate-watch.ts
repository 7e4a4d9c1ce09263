import { test } from 'tap'
import { RateWatch } from '../../lib/detectors/rate-watch'
import type { RateWatchOptions } from '../../lib/detectors/rate-watch'
import { poisson, random } from '../fixtures/counts'

const SECOND = 1000
const HOUR = 3600
const DAY = 24 * HOUR
const MONDAY = Date.UTC(2026, 0, 5)

/** What becomes of amounts a second, from `rate`, in buckets of ten seconds: `open spike 1810` for what happened at which second. */
function watch (seconds: number, rate: (second: number) => number, { options = {}, seed = 11, isExact = false, bucket = 10 }: { options?: Partial<RateWatchOptions>, seed?: number, isExact?: boolean, bucket?: number } = {}): string[] {
  const next = random(seed)
  const subject = new RateWatch({ bucketMs: bucket * SECOND, leastJump: 5 * bucket, adoptMs: HOUR * SECOND, dropouts: true, ...options })
  const changes: string[] = []
  for (let second = 0; second < seconds; second += bucket) {
    const at = MONDAY + second * SECOND
    const amount = isExact ? Math.round(rate(second) * bucket) : poisson(rate(second) * bucket, next)
    if (amount > subject.limit && subject.exceed(at, amount) === 'open') changes.push(`open ${subject.kind} ${second}`)
    const change = subject.observe(at, amount)
    if (change !== 'none') changes.push(`${change} ${subject.kind} ${second}`)
  }
  return changes
}

function without (changes: readonly string[], state: string): string[] { return changes.filter((change) => !change.startsWith(state)) }

test('a steady 10 a second, then 100,000: a spike at once', (t) => {
  t.same(watch(400, (second) => second === 300 ? 10_000 : 10, { isExact: true }), ['open spike 300', 'close spike 330'])
  t.same(watch(120, (second) => second === 70 ? 10_000 : 10, { isExact: true }), ['open spike 70', 'close spike 100'], 'also after one minute')
  t.same(watch(150, (second) => second === 120 ? 100_000 : 10, { isExact: true, bucket: 1 }), ['open spike 120', 'close spike 123'], 'also in buckets of a second')
  t.end()
})

test('five requests every third bucket, then 100,000: empty buckets are data', (t) => {
  t.same(watch(400, (second) => second === 300 ? 10_000 : second % 30 === 0 ? 0.5 : 0, { isExact: true }).slice(0, 1), ['open spike 300'])
  t.end()
})

test('1,000 a second where 10 are ordinary is one episode, as long as it lasts', (t) => {
  const changes = watch(HOUR, (second) => second >= 1800 && second < 2400 ? 1000 : 10)
  t.same(without(changes, 'step'), ['open spike 1800', 'close spike 2420'])
  t.ok(changes.length <= 6)
  t.end()
})

test('hysteresis: an attack that ebbs to what would not have opened an episode is one episode still', (t) => {
  const ebbing = (second: number): number => second < 1800 || second >= 3000 ? 10 : Math.floor(second / 30) % 2 === 0 ? 30 : 13.5
  t.same(without(watch(HOUR, ebbing, { isExact: true }), 'step'), ['open spike 1800', 'close spike 3020'])
  t.same(watch(HOUR, (second) => second < 1800 || second >= 3000 ? 10 : 13.5, { isExact: true }), [], 'which by itself opens none')
  t.end()
})

test('while an episode is open its traffic does not teach: the next one is told by the level before', (t) => {
  const changes = watch(HOUR, (second) => second >= 1800 && second < 2400 ? 1000 : second >= 2430 && second < 2600 ? 40 : 10, { isExact: true })
  t.same(without(changes, 'step'), ['open spike 1800', 'close spike 2420', 'open spike 2430', 'close spike 2620'])
  t.end()
})

test('a level that has lasted an hour is the new norm, and no episode follows', (t) => {
  const changes = watch(5 * HOUR, (second) => second < 1800 ? 10 : 1000)
  t.same(without(changes, 'step'), ['open spike 1800', 'close spike 5400'])
  t.same(without(watch(5 * HOUR, (second) => second < 1800 ? 10 : 1000, { options: { adoptMs: 600_000 } }), 'step'), ['open spike 1800', 'close spike 2400'])
  t.end()
})

test('a ramp is caught: 1 % a second within two minutes, 0.2 % a second within a quarter of an hour', (t) => {
  for (const [growth, within] of [[0.01, 120], [0.002, 900]] as const) {
    const [first] = watch(HOUR, (second) => 50 * (1 + growth) ** Math.max(0, second - 1800))
    t.match(first, /^open (?:spike|ramp) /)
    t.ok(Number(first?.split(' ')[2]) - 1800 <= within, `${growth}: ${first}`)
  }
  t.match(watch(3000, (second) => 50 * 1.01 ** Math.max(0, second - 1800), { bucket: 1 })[0], /^open ramp 19\d\d$/)
  t.end()
})

test('Poisson traffic makes no episode in a day, at 1, 10 and 100 a second, in buckets of ten seconds or of one', (t) => {
  for (const mean of [1, 10, 100]) {
    for (let seed = 1; seed < 4; seed++) t.same(watch(DAY, () => mean, { seed: seed * 7919 }), [], `${mean}, seed ${seed}`)
    t.same(watch(DAY, () => mean, { bucket: 1 }), [], `${mean} in buckets of a second`)
  }
  t.end()
})

test('twenty times as much by day as by night makes no episode, from the first day on', (t) => {
  for (const scale of [0.1, 1, 10]) t.same(watch(4 * DAY, (second) => scale * (10.5 - 9.5 * Math.cos(2 * Math.PI * second / DAY))), [], String(scale))
  t.end()
})

test('bursty traffic may be bursty', (t) => {
  const next = random(5)
  const burst = (): number => {
    let amount = 0
    for (let pages = poisson(0.5, next); pages > 0; pages--) amount += Math.floor(-30 * Math.log(next()))
    return amount / 10
  }
  t.same(watch(DAY, burst, { isExact: true }), [])
  t.end()
})

test('a stop is an episode, told after a minute, closed by the first traffic; a lull as long as others is none', (t) => {
  t.same(without(watch(2 * HOUR, (second) => second >= 5000 && second < 5600 ? 0 : 10), 'step'), ['open drop 5050', 'close drop 5600'])
  t.same(watch(2 * HOUR, (second) => second >= 5000 && second < 5600 ? 0 : 10, { options: { dropouts: false } }), [])
  const lulls = watch(8 * HOUR, (second) => second % 1800 < 50 ? 0 : 10)
  t.same(lulls, [])
  t.same(watch(2 * HOUR, (second) => second >= 5000 && second < 5600 ? 0 : 0.01), [], 'where little comes, nothing for ten minutes is nothing')
  t.end()
})

test('the smallest jump is the option\'s', (t) => {
  const jump = (leastJump: number): string[] => watch(HOUR, (second) => second === 1800 ? 20 : 5, { options: { leastJump }, isExact: true }).slice(0, 1)
  t.same(jump(100), ['open spike 1800'])
  t.same(jump(200), [])
  t.end()
})

test('restored, it knows what it knew, and first lets a minute pass', (t) => {
  const options = { bucketMs: 10_000, leastJump: 50, adoptMs: 3_600_000, dropouts: true }
  const next = random(3)
  const taught = new RateWatch(options)
  for (let i = 0; i < 500; i++) taught.observe(MONDAY + i * 10_000, poisson(100, next))
  const copy = new RateWatch(options)
  copy.restore(JSON.parse(JSON.stringify(taught.toJSON())))
  t.same(copy.baseline.toJSON(), taught.baseline.toJSON())
  const at = MONDAY + 500 * 10_000
  t.equal(copy.limit, Infinity)
  for (let i = 0; i < 6; i++) t.equal(copy.observe(at + i * 10_000, poisson(130, next)), 'none')
  t.equal(copy.observe(at + 60_000, 5000), 'open')
  t.match(copy.describe(at), { buckets: 506, episode: { kind: 'spike' } })
  t.end()
})
