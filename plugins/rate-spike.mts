import face from './rate-spike.js'

export * from './rate-spike.js'
export default face.default
