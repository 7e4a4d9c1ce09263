import type { FastifyInstance } from 'fastify'
import face from './auth-burst.js'
import type { AuthBurstOptions } from './auth-burst.js'

// Its type is written out: what `face` is called in a declaration means another thing under `moduleResolution: bundler`.
const plugin: (fastify: FastifyInstance, options: AuthBurstOptions) => Promise<void> = face.default

export * from './auth-burst.js'
export default plugin
