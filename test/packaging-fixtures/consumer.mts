import Fastify from 'fastify'
import anomalies, { anomaliesRoute, authBurst, endpointProfiler, enforcement, headerProfiler, injection, jsonSchemaLearner, rateSpike, registry, trends } from 'fastify-anomalies'
import type { AnomaliesOptions, AnomalyEventJson } from 'fastify-anomalies'
import anomaliesRouteAlone from 'fastify-anomalies/anomalies-route'
import registryAlone from 'fastify-anomalies/registry'
import endpointProfilerAlone from 'fastify-anomalies/endpoint-profiler'
import headerProfilerAlone from 'fastify-anomalies/header-profiler'
import jsonSchemaLearnerAlone from 'fastify-anomalies/json-schema-learner'
import authBurstAlone from 'fastify-anomalies/auth-burst'
import enforcementAlone from 'fastify-anomalies/enforcement'
import injectionAlone from 'fastify-anomalies/injection'
import rateSpikeAlone from 'fastify-anomalies/rate-spike'
import trendsAlone from 'fastify-anomalies/trends'

const options: AnomaliesOptions = { mode: 'observe', endpointProfiler: { minSamples: 20 }, headerProfiler: false }
const app = Fastify()
await app.register(anomalies, options)
await app.register(registry)
await app.register(endpointProfiler, { burstFloor: 10 })
await app.register(headerProfiler, { ignore: ['x-debug'] })
await app.register(registryAlone)
await app.register(endpointProfilerAlone)
await app.register(headerProfilerAlone)
await app.register(jsonSchemaLearner, { maxDepth: 8 })
await app.register(jsonSchemaLearnerAlone)
await app.register(authBurst, { pairFailures: 20 })
await app.register(enforcement, { max: 10 })
await app.register(authBurstAlone)
await app.register(enforcementAlone, { allow: ['192.0.2.0/24'] })
app.post('/login', { config: { anomalies: { authBurst: { user: (request) => request.body?.email } } } }, async () => ({}))
await app.register(rateSpike, { bucket: '1 minute' })
await app.register(rateSpikeAlone)
await app.register(injection, { maxCharacters: 65_536 })
await app.register(injectionAlone)
await app.register(trends, { sessions: 1000 })
await app.register(trendsAlone)
await app.register(anomaliesRoute, { token: 'a token' })
await app.register(anomaliesRouteAlone, { prefix: '/__other', guard: (request, reply, done) => done() })
app.get('/', { config: { anomalies: false } }, async (request): Promise<number> => request.anomalies.score)
export const events: AnomalyEventJson[] = app.anomalies.query({ limit: 1 }).events
