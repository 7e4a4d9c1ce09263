import Fastify = require('fastify')
import collection = require('fastify-anomalies')
import headerProfiler = require('fastify-anomalies/header-profiler')

const app = Fastify()
app.register(collection.default, { flagAt: 60 })
app.register(collection.registry)
app.register(headerProfiler.default)
export = app
