import type { FastifyInstance } from 'fastify'
import face from './trends.js'
import type { TrendsOptions } from './trends.js'

// Its type is written out: what `face` is called in a declaration means another thing under `moduleResolution: bundler`.
const plugin: (fastify: FastifyInstance, options: TrendsOptions) => Promise<void> = face.default

export * from './trends.js'
export default plugin
