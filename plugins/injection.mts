import face from './injection.js'

export * from './injection.js'
export default face.default
