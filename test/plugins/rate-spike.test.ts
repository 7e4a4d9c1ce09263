import { test } from 'tap'
import { buildApp } from '../fixtures/app'
import type { TestApp } from '../fixtures/app'
import type { AnomaliesOptions } from '../../plugins'

/** Options that leave only rate-spike on. */
function only (rateSpike: AnomaliesOptions['rateSpike'] = {}, more: AnomaliesOptions = {}): AnomaliesOptions {
  return { endpointProfiler: false, headerProfiler: false, rateSpike, events: 10_000, ...more }
}

/** Sends `perSecond` requests in each of `seconds`, from as many clients in turn as given. */
async function send ({ ask, clock }: TestApp, seconds: number, perSecond: number | ((second: number) => number), { url = '/search', clients = 200, client = 0 } = {}): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    const count = typeof perSecond === 'number' ? perSecond : perSecond(second)
    for (let i = 0; i < count; i++) await ask({ url, client: client > 0 ? client : 1000 + (second * 31 + i * 7) % clients, after: i === 0 ? 1000 : 0 })
    if (count === 0) clock.advance(1000)
  }
}

/** Events of a type, oldest first, as `state field`. */
function episodes (test: TestApp, type?: string): string[] {
  return test.app.anomalies.query({ limit: 1000, ...type === undefined ? null : { type } }).events.reverse()
    .map(({ type: found, episode, field, route }) => `${found} ${episode?.state} ${field} ${route.url}`)
}

test('a steady 10 requests a second, then 1,000 in one: an episode of the route and of the application, no request is flagged', async (t) => {
  const app = await buildApp(only())
  await send(app, 120, 10)
  t.same(episodes(app), [])
  await send(app, 1, 1000, { clients: 1000 })
  t.same(episodes(app), ['rate_spike open app.rate *', 'rate_spike open route.rate /search'])
  t.equal(app.app.anomalies.flagged, 0)
  t.match(app.app.anomalies.query({ type: 'rate_spike', limit: 1 }).events[0], { entity: {}, score: 0, detail: /within 10 s, far more than the 9\d that were to be expected/ })
  await app.app.close()
})
