import face from './anomalies-route.js'

export * from './anomalies-route.js'
export default face.default
