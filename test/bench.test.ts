import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import { RequestMix } from '../bench/request-mix'
import type { MixRequest } from '../bench/request-mix'
import { declareRoutes } from '../bench/routes'
import { exchange } from '../bench/stub-exchange'
import { teach, TeachingClock } from '../bench/teaching'
import anomalies from '../plugins'
import { SECRET } from './fixtures/app'

const ROUTES = [0, 1, 7]
const REQUESTS = 900

test('requests of the memory benchmark leave the baselines that injected ones leave', async (t) => {
  const stubbed = await stateAfter((app, request) => { exchange(app, request) })
  const injected = await stateAfter(async (app, { method, url, headers, body }) => {
    const pairs = headers.flatMap((name, at) => at % 2 === 0 ? [[name, headers[at + 1] as string]] : [])
    await app.inject({ method, url, headers: Object.fromEntries(pairs), remoteAddress: '127.0.0.1', ...body === '' ? null : { payload: body } })
  })
  t.equal(Object.keys(stubbed).length, ROUTES.length)
  t.same(stubbed, injected)
})

test('routes that were not taught themselves know what the like of them was taught', async (t) => {
  // On a clock that stands still: on a busy machine one slow reply more would not have taught.
  const clock = new TeachingClock(() => Date.UTC(2026, 0, 1), () => 0)
  const app = Fastify({ trustProxy: 'loopback' })
  await app.register(anomalies, { secret: SECRET, clock })
  declareRoutes(app, Array.from({ length: 30 }, (_, route) => route))
  await app.ready()
  await teach(app, 30, 60, clock)
  const baselines = app.anomalies.baselines()
  const samplesOf = (id: string): unknown => baselines.find((view) => view.id === id)?.detectors['endpoint-profiler']?.samples
  t.equal(baselines.length, 30)
  t.same(baselines.filter(({ state }) => state !== 'active'), [])
  t.same(samplesOf('GET /api/catalogue-23/items/:id'), samplesOf('GET /api/catalogue-3/items/:id'))
  t.same(samplesOf('POST /api/shop-29/orders'), 61)
  await app.close()
})

/** What the profilers have learned of each route after the same requests. */
async function stateAfter (send: (app: FastifyInstance, request: MixRequest) => unknown): Promise<Record<string, unknown>> {
  let now = Date.UTC(2026, 0, 1)
  const app = Fastify({ trustProxy: 'loopback' })
  await app.register(anomalies, { secret: SECRET, clock: { now: () => now, monotonic: () => now } })
  declareRoutes(app, ROUTES)
  await app.ready()
  const mix = new RequestMix(ROUTES.length, 3)
  for (let i = 0; i < REQUESTS; i++) {
    now += 100
    await send(app, mix.ofRoute(ROUTES[i % ROUTES.length] as number))
    // Nothing lets a span of the busy process end in between where nothing is awaited.
    app.anomalies.backlog.catchUp()
  }
  const { routes } = app.anomalies.snapshot()
  await app.close()
  return Object.fromEntries(Object.entries(routes).map(([key, { state, detectors }]) => [key, { state, endpoint: detectors['endpoint-profiler'], samples: (detectors['header-profiler'] as { samples: number }).samples }]))
}
