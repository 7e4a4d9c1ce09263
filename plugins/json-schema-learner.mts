import face from './json-schema-learner.js'

export * from './json-schema-learner.js'
export default face.default
