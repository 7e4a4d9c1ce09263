import { createRequire } from 'node:module'
import Fastify from 'fastify'
import anomalies, { anomaliesRoute, endpointProfiler, headerProfiler, injection, jsonSchemaLearner, rateSpike, registry, trends } from 'fastify-anomalies'
import anomaliesRouteAlone from 'fastify-anomalies/anomalies-route'
import registryAlone from 'fastify-anomalies/registry'
import endpointProfilerAlone from 'fastify-anomalies/endpoint-profiler'
import headerProfilerAlone from 'fastify-anomalies/header-profiler'
import injectionAlone from 'fastify-anomalies/injection'
import jsonSchemaLearnerAlone from 'fastify-anomalies/json-schema-learner'
import rateSpikeAlone from 'fastify-anomalies/rate-spike'
import trendsAlone from 'fastify-anomalies/trends'

const required = createRequire(import.meta.url)('fastify-anomalies')

const app = Fastify()
await app.register(anomalies)
app.get('/', async () => 'ok')
await app.inject('/')

const parts = Fastify()
await parts.register(registryAlone)
await parts.register(endpointProfilerAlone)
await parts.register(headerProfilerAlone)
await parts.register(jsonSchemaLearnerAlone)
await parts.register(rateSpikeAlone)
await parts.register(injectionAlone)
await parts.register(trendsAlone)
await parts.register(anomaliesRouteAlone, { token: 'a token' })
await parts.ready()

console.log(JSON.stringify({
  baselines: app.anomalies.baselines().map(({ id }) => id),
  oneCopy: required.default === anomalies && required.registry === registry && registryAlone === registry &&
    endpointProfilerAlone === endpointProfiler && headerProfilerAlone === headerProfiler && rateSpikeAlone === rateSpike && injectionAlone === injection && trendsAlone === trends && jsonSchemaLearnerAlone === jsonSchemaLearner && anomaliesRouteAlone === anomaliesRoute
}))
