import type { FastifyInstance } from 'fastify'
import face from './header-profiler.js'
import type { HeaderProfilerOptions } from './header-profiler.js'

// Its type is written out: what `face` is called in a declaration means another thing under `moduleResolution: bundler`.
const plugin: (fastify: FastifyInstance, options: HeaderProfilerOptions) => Promise<void> = face.default

export * from './header-profiler.js'
export default plugin
