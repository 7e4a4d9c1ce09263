import type { FastifyInstance } from 'fastify'
import face from './endpoint-profiler.js'
import type { EndpointProfilerOptions } from './endpoint-profiler.js'

// Its type is written out: what `face` is called in a declaration means another thing under `moduleResolution: bundler`.
const plugin: (fastify: FastifyInstance, options: EndpointProfilerOptions) => Promise<void> = face.default

export * from './endpoint-profiler.js'
export default plugin
