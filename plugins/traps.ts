import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { TRAP_HIT } from '../lib/detectors/trap-signals'
import { Signal } from '../lib/signal'
import { TrapPaths } from '../lib/text/trap-paths'
import type { Registry } from './registry-state'
import { kObservation, OFF } from './symbols'

/** Certain: nobody comes here by mistake. */
const SEVERITY = 10
const CERTAIN = 100

/**
 * Honeypot paths: whoever asks for one is charged with all the risk there is. The reply is the application's own (mostly 404, and 403 in
 * mode `enforce`); nobody is held up.
 */
export function installTraps (fastify: FastifyInstance, registry: Registry, paths: readonly string[]): void {
  const traps = new TrapPaths(paths)
  fastify.addHook('onRequest', function trap (request: FastifyRequest, reply: FastifyReply, done: () => void) {
    const path = traps.find(request.raw.url ?? '')
    if (path !== null) spring(request, path)
    done()
  })

  function spring (request: FastifyRequest, path: string): void {
    let observation = request[kObservation]
    if (observation === null || observation === OFF) {
      observation = registry.observer.open(request, registry.routes.unmatchedState())
      request[kObservation] = observation
    }
    observation.add(new Signal(TRAP_HIT, 'path', SEVERITY, CERTAIN, path, undefined, { charge: CERTAIN }))
    registry.record(observation)
  }
}
