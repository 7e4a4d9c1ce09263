import Fastify from 'fastify'
import type { FastifyRequest } from 'fastify'
import { expectAssignable, expectError, expectNotAssignable, expectType } from 'tsd'
import anomalies, { anomaliesRoute, authBurst, endpointProfiler, enforcement, headerProfiler, injection, jsonSchemaLearner, rateSpike, registry, trends } from '../../dist/plugins'
import type { AnomaliesOptions, AnomalyEvent, AnomalyEventJson, Assessment, EndpointProfilerOptions, HeaderProfilerOptions, JsonSchemaLearnerOptions, RateSpikeOptions, RegistryOptions, Snapshot, TrendsOptions } from '../../dist/plugins'

const app = Fastify()

// Registering
app.register(anomalies)
app.register(anomalies, { mode: 'enforce', halfLife: '7 days', riskHalfLife: 60_000, endpointProfiler: { minSamples: 20 }, headerProfiler: false })
app.register(registry, { global: false })
app.register(endpointProfiler, { burstFloor: 10 })
app.register(headerProfiler, { ignore: ['x-debug'] })
app.register(injection, { tameAfter: 3 })
app.register(rateSpike, { bucket: '1 minute', bytes: false })
app.register(jsonSchemaLearner, { errorRate: 0.001 })
app.register(trends, { ja4: { header: 'x-ja4' }, geo: (ip) => ip === '' ? null : { country: 'DE' }, nowhere: [64500] })
app.register(anomalies, { trends: false })
expectError(app.register(trends, { ja4: 'header' }))
app.register(anomalies, { jsonSchemaLearner: false })
expectError(app.register(jsonSchemaLearner, { errors: 0.001 }))
app.register(anomaliesRoute, { token: 'a token' })
app.register(anomalies, { admin: { prefix: '/__hidden', guard: async (request) => { expectType<FastifyRequest>(request) } } })
expectError(app.register(anomalies, { mode: 'watch' }))
expectError(app.register(anomalies, { flagAt: '50' }))
expectError(app.register(anomalies, { admin: true }))
expectError(app.register(endpointProfiler, { minSample: 20 }))

app.register(authBurst, { pairFailures: 20, user: (request) => request.body.email })
app.register(enforcement, { max: 10, allow: ['192.0.2.0/24'] })
app.register(anomalies, { authBurst: false, enforcement: { timeWindow: '5 minutes' }, traps: ['/wp-login.php'] })
expectError(app.register(authBurst, { pairFailures: '20' }))
expectError(app.register(enforcement, { allow: '192.0.2.0/24' }))

// Options
expectAssignable<AnomaliesOptions>({})
expectAssignable<AnomaliesOptions>({ key: (request) => request.headers.authorization, redact: ['nickname', /^internal/] })
expectAssignable<RegistryOptions>({ clock: { now: () => 0, monotonic: () => 0 }, random: () => 0.5, secret: 'sixteen or more characters' })
expectNotAssignable<RegistryOptions>({ learnFrom: 'all' })
expectNotAssignable<EndpointProfilerOptions>({ responses: 'no' })
expectNotAssignable<HeaderProfilerOptions>({ ignore: 'x-debug' })
expectNotAssignable<RateSpikeOptions>({ clients: '100' })
expectNotAssignable<TrendsOptions>({ geo: 'a file' })

expectNotAssignable<JsonSchemaLearnerOptions>({ requests: 'no' })

// Per route
app.get('/healthz', { config: { anomalies: false } }, async () => 'ok')
app.get('/search', { config: { anomalies: { mode: 'enforce', flagAt: 70, headerProfiler: false, endpointProfiler: { burstFloor: 300 } } } }, async () => [])
app.post('/login', { config: { anomalies: { mode: 'enforce', authBurst: { user: (req) => req.body?.email, failed: (request, reply) => reply.statusCode === 200 } } } }, async () => [])
app.post('/basic', { config: { anomalies: { authBurst: false } } }, async () => [])
expectError(app.post('/wrong', { config: { anomalies: { authBurst: { user: 5 } } } }, async () => []))
expectError(app.get('/wrong', { config: { anomalies: { mode: 'off' } } }, async () => []))
expectError(app.get('/wrong', { config: { anomalies: true } }, async () => []))

// Per request
app.get('/', async (request) => {
  expectType<Assessment>(request.anomalies)
  expectType<boolean>(request.anomalies.flagged)
  expectType<number>(request.anomalies.score)
  expectType<'allow' | 'throttle' | 'block'>(request.anomalies.action)
  expectType<string | undefined>(request.anomalies.signals[0]?.field)
  return 'ok'
})

// Per application
expectType<string>(app.anomalies.openapi({ title: 'Orders' }).openapi)
expectType<string>(app.anomalies.metrics())
expectType<AnomalyEventJson[]>(app.anomalies.query({ type: 'rate_burst', limit: 10 }).events)
expectType<AnomalyEventJson>({} as AnomalyEvent)
expectType<number | null>(app.anomalies.query().next)
expectError(app.anomalies.query({ severity: 'high' }))
expectType<Snapshot>(app.anomalies.snapshot())
expectType<void>(app.anomalies.restore(app.anomalies.snapshot()))
expectType<number>(app.anomalies.risk('192.0.2.1'))
expectType<boolean>(app.anomalies.release('192.0.2.1'))
app.anomalies.on('anomaly', (event) => expectType<AnomalyEventJson>(event))
app.anomalies.on('block', (request) => expectType<FastifyRequest>(request))
expectError(app.anomalies.on('nothing', () => {}))
expectError(app.anomalies.report({}, { type: 'x' }))
app.anomalies.recordAuth({ user: 'maria', ip: '192.0.2.1', success: false })
expectError(app.anomalies.recordAuth({ user: 'maria' }))
app.anomalies.block('192.0.2.1', { by: 'maria', for: '1 day' })
expectError(app.anomalies.allow('192.0.2.1'))
expectType<number>(app.anomalies.actions.wouldBlock)
