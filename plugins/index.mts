import face from './index.js'

export * from './index.js'
export default face.default
