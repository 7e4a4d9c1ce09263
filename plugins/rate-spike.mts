import type { FastifyInstance } from 'fastify'
import face from './rate-spike.js'
import type { RateSpikeOptions } from './rate-spike.js'

// Its type is written out: what `face` is called in a declaration means another thing under `moduleResolution: bundler`.
const plugin: (fastify: FastifyInstance, options: RateSpikeOptions) => Promise<void> = face.default

export * from './rate-spike.js'
export default plugin
