import face from './enforcement.js'

export * from './enforcement.js'
export default face.default
