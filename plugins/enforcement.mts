import type { FastifyInstance } from 'fastify'
import face from './enforcement.js'
import type { EnforcementOptions } from './enforcement.js'

// Its type is written out: what `face` is called in a declaration means another thing under `moduleResolution: bundler`.
const plugin: (fastify: FastifyInstance, options: EnforcementOptions) => Promise<void> = face.default

export * from './enforcement.js'
export default plugin
