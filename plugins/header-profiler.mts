import face from './header-profiler.js'

export * from './header-profiler.js'
export default face.default
