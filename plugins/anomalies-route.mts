import type { FastifyInstance } from 'fastify'
import face from './anomalies-route.js'
import type { AnomaliesRouteOptions } from './anomalies-route.js'

// Its type is written out: what `face` is called in a declaration means another thing under `moduleResolution: bundler`.
const plugin: (fastify: FastifyInstance, options: AnomaliesRouteOptions) => Promise<void> = face.default

export * from './anomalies-route.js'
export default plugin
