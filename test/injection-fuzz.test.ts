import { test } from 'tap'
import { attacks, benign } from '../train/corpus'
import { SeededRandom } from '../train/random'
import { buildApp } from './fixtures/app'

/** Seconds to go on for: `FUZZ_SECONDS=600 npx tap test/injection-fuzz.test.ts` for the long run, `FUZZ_SEED` for another one. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 20)
const SEED = Number(process.env.FUZZ_SEED ?? 1)
/** Milliseconds that no single request may take, on a busy machine. */
const PATIENCE = 2000

/** A text with some of it cut, doubled, swapped with another's, or replaced by signs, escapes and lone surrogates. */
function mutate (random: SeededRandom, text: string, other: string): string {
  let result = text
  for (let i = 0, n = 1 + random.below(6); i < n; i++) {
    const at = random.below(result.length + 1)
    const to = Math.min(result.length, at + random.below(12))
    const way = random.below(6)
    const put = way === 0
      ? ''
      : way === 1
        ? result.slice(at, to).repeat(1 + random.below(60))
        : way === 2
          ? other.slice(random.below(other.length + 1)).slice(0, 40)
          : way === 3 ? String.fromCharCode(random.below(0x10000)) : way === 4 ? random.pick(['%', '%25', '\\u', '&#', '&lt;', '/*', '${', '\ud83d', '\udc00', '%ud800', '&#xd800;', '\u0000', '\r\n', '=']) : encodeURIComponent(result.slice(at, to).toWellFormed())
    result = result.slice(0, at) + put + result.slice(to)
    if (result.length > 20_000) result = result.slice(0, 20_000)
  }
  return result
}

/** Whether all strings in a value are. */
function isWellFormed (value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  return typeof value !== 'object' || value === null || Object.entries(value).every(([key, each]) => key.isWellFormed() && isWellFormed(each))
}

test('mutated texts in all places make no fault, no lone surrogate in an event, and no hang', { timeout: (SECONDS + 120) * 1000 }, async (t) => {
  let events = 0
  let ill = 0
  const subject = await buildApp({
    endpointProfiler: false,
    headerProfiler: false,
    injection: {},
    onAnomaly: (event) => {
      events++
      if (!isWellFormed(event)) ill++
    }
  }, (app) => {
    app.get('/search', async () => 1)
    app.post('/comments', async () => 1)
  })
  const random = new SeededRandom(SEED)
  const seeds = [...attacks(random, 3000), ...benign(random, 3000)].map(({ text }) => text)
  const end = Date.now() + SECONDS * 1000
  let requests = 0
  let slowest = 0
  while (Date.now() < end) {
    const text = mutate(random, random.pick(seeds), random.pick(seeds))
    const started = Date.now()
    const way = requests++ % 4
    if (way === 0) await subject.ask({ method: 'POST', url: '/comments', payload: { [text]: [text, { a: text }] } })
    else if (way === 1) await subject.ask({ url: `/search?q=${encodeURIComponent(text.toWellFormed()).slice(0, 8000)}` })
    else if (way === 2) await subject.ask({ url: '/search', headers: { 'x-context': Buffer.from(text.slice(0, 4000)).toString('latin1').replace(/[^\t\x20-\x7e\x80-\xff]/g, ' ') } })
    else await subject.ask({ method: 'POST', url: '/comments', headers: { 'content-type': 'text/plain' }, payload: text })
    slowest = Math.max(slowest, Date.now() - started)
  }
  const detector = subject.app.anomalies.detectors.find(({ name }) => name === 'injection')
  t.equal(detector?.faults, 0, String(detector?.lastFault))
  t.equal(ill, 0)
  t.ok(events > 0)
  t.ok(slowest < PATIENCE, `${slowest} ms`)
  t.comment(`${requests} requests, ${events} events, slowest ${slowest} ms`)
})
