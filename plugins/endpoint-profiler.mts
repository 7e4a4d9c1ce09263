import face from './endpoint-profiler.js'

export * from './endpoint-profiler.js'
export default face.default
