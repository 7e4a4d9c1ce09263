import type { FastifyInstance } from 'fastify'
import face from './injection.js'
import type { InjectionOptions } from './injection.js'

// Its type is written out: what `face` is called in a declaration means another thing under `moduleResolution: bundler`.
const plugin: (fastify: FastifyInstance, options: InjectionOptions) => Promise<void> = face.default

export * from './injection.js'
export default plugin
