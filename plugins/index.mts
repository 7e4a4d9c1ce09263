import type { FastifyInstance } from 'fastify'
import face from './index.js'
import type { AnomaliesOptions } from './index.js'

// Its type is written out: what `face` is called in a declaration means another thing under `moduleResolution: bundler`.
const plugin: (fastify: FastifyInstance, options: AnomaliesOptions) => Promise<void> = face.default

export * from './index.js'
export default plugin
