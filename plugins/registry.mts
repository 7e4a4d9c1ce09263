import type { FastifyInstance } from 'fastify'
import face from './registry.js'
import type { RegistryOptions } from './registry.js'

// Its type is written out: what `face` is called in a declaration means another thing under `moduleResolution: bundler`.
const plugin: (fastify: FastifyInstance, options: RegistryOptions) => Promise<void> = face.default

export * from './registry.js'
export default plugin
