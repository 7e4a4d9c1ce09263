import { Observation } from '../lib/observation'
import { RouteState } from '../lib/route-state'

/** The private field of a request that holds its Observation; `null` before one was opened. */
export const kObservation: unique symbol = Symbol.for('fastify-anomalies.observation')
/** Where a route's config caches its states, per method. */
export const kStates: unique symbol = Symbol.for('fastify-anomalies.states')
/** Where a route's config keeps its constraints. */
export const kConstraints: unique symbol = Symbol.for('fastify-anomalies.constraints')

/** Stands for requests of routes that are switched off: opened, and not to be looked at. */
export const OFF: Observation = new Observation(0, 0, new RouteState('', '', '', false, 'observe', 100), '', '', [], null, 0, '', 0, null, 0, '')
OFF.settled = true
