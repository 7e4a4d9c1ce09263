import face from './registry.js'

export * from './registry.js'
export default face.default
