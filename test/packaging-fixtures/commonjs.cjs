'use strict'
const Fastify = require('fastify')
const collection = require('fastify-anomalies')
const { registry, endpointProfiler, headerProfiler } = collection

async function main () {
  const app = Fastify()
  await app.register(collection)
  await app.ready()
  if (typeof app.anomalies.query !== 'function') throw new Error('no registry')
  await app.close()

  const parts = Fastify()
  await parts.register(require('fastify-anomalies/registry'))
  await parts.register(require('fastify-anomalies/endpoint-profiler'))
  await parts.register(headerProfiler)
  await parts.register(require('fastify-anomalies/json-schema-learner'))
  await parts.ready()
  await parts.close()
  if (require('fastify-anomalies/registry').default !== registry) throw new Error('two copies of the registry')
  if (require('fastify-anomalies/endpoint-profiler').default !== endpointProfiler) throw new Error('two copies of a plugin')

  const alone = Fastify()
  alone.register(endpointProfiler)
  const error = await alone.ready().then(() => null, (reason) => reason)
  console.log(JSON.stringify({ code: error?.code, message: error?.message, names: Object.keys(collection).sort() }))
}

main()
