import face from './auth-burst.js'

export * from './auth-burst.js'
export default face.default
