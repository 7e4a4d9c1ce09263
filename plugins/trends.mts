import face from './trends.js'

export * from './trends.js'
export default face.default
