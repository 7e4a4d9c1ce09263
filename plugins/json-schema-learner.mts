import type { FastifyInstance } from 'fastify'
import face from './json-schema-learner.js'
import type { JsonSchemaLearnerOptions } from './json-schema-learner.js'

// Its type is written out: what `face` is called in a declaration means another thing under `moduleResolution: bundler`.
const plugin: (fastify: FastifyInstance, options: JsonSchemaLearnerOptions) => Promise<void> = face.default

export * from './json-schema-learner.js'
export default plugin
