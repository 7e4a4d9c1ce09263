import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Assessment } from '../lib/assessment'
import type { Observation } from '../lib/observation'
import { readableBody } from '../lib/detectors/readable-bodies'
import { declaredRoutes } from './declared-routes'
import type { DetectorFactory } from './detector'
import { Registry } from './registry-state'
import { kObservation, OFF } from './symbols'
import { registryOptions, withThresholds } from './registry-options'
import type { RegistryOptions } from './registry-options'
import { installTraps } from './traps'
import { resolveOptions } from './options'

export type { RegistryOptions } from './registry-options'

/**
 * `fastify.anomalies` and `request.anomalies`: opens an Observation for each request, settles it once, and holds what the
 * detectors share. Adds no behaviour of its own to a reply.
 */
async function registry (fastify: FastifyInstance, options: RegistryOptions): Promise<void> {
  const settings = withThresholds(resolveOptions<RegistryOptions>('', registryOptions, null, options), options)
  const state = new Registry(fastify, settings)
  const { observer, stages, backlog } = state
  const { onRequest, preValidation, onSend } = stages
  let isLate = false

  fastify.decorate('anomalies', state)
  fastify.decorateRequest(kObservation, null)
  fastify.decorateRequest('anomalies', { getter (this: FastifyRequest): Assessment { return state.assess(this) } })

  state.routes.onEnforcing = decideLate
  fastify.addHook('onRoute', (route) => state.checkRoute(route))
  for (const { config } of declaredRoutes(fastify)) state.routes.noteMode(config?.anomalies)
  fastify.addHook('onReady', function check (done) {
    state.routes.checkDeclared(declaredRoutes(fastify))
    done()
  })
  fastify.addHook('onRequest', function open (request, reply, done) {
    const observation = observer.open(request)
    request[kObservation] = observation
    if (observation === OFF) return done()
    backlog.count()
    const { guard } = state
    if (guard !== null && guard.concerns(request, observation, false)) {
      backlog.catchUp()
      return guard.decide(request, reply, observation, () => {
        stages.judge(onRequest, request, reply, observation)
        done()
      })
    }
    stages.judge(onRequest, request, reply, observation)
    done()
  })
  if (settings.traps !== undefined && settings.traps.length > 0) installTraps(fastify, state, settings.traps)
  fastify.addHook('preValidation', function parsed (request, reply, done) {
    const observation = request[kObservation]
    if (observation !== null && observation !== OFF) {
      observation.query = request.query
      observation.params = request.params
      observation.body = readableBody(request.body, observation.contentType)
      stages.judge(preValidation, request, reply, observation)
      if (observation.signals !== null || observation.route.hijacks) reply.raw.once('close', () => state.gate.closed(observation, reply))
      if (observation.signals !== null && !isLate) countDry(request, reply, observation)
    }
    done()
  })
  if (settings.key !== undefined || settings.mode === 'enforce') decideLate()
  fastify.addHook('onSend', function answered (request, reply, payload, done) {
    const observation = request[kObservation] ?? observer.openLate(request)
    if (observation === OFF) return done()
    if (observation.status === 0) observer.answer(request, reply, observation, payload)
    else observation.resent = true
    if (!observation.resent && !observation.refused) {
      stages.judge(onSend, request, reply, observation)
      if (observation.status === 401 || observation.status === 403) state.onRefusal?.(request, reply, observation)
    }
    if (!observation.refused) {
      if (observation.status < 300 && observation.route.isGuarded) noteSession(observation)
      state.gate.answered(observation, reply)
    }
    done()
  })
  fastify.addHook('onClose', (_, done) => {
    state.close()
    done()
  })

  /** Where nothing is enforced, what would have been done about a request's own findings is counted. */
  function countDry (request: FastifyRequest, reply: FastifyReply, observation: Observation): void {
    const { guard } = state
    if (guard === null || !guard.concerns(request, observation, true)) return
    backlog.catchUp()
    guard.decide(request, reply, observation, () => {})
  }

  /** A session that a guarded route serves is somebody's. A cookie is known as one's when trends has judged. */
  function noteSession (observation: Observation): void {
    if (observation.token === null) backlog.catchUp()
    if (observation.hasSession) state.entities.accept(observation, observation.at)
  }

  /** Decides, once something is enforced, where the request's own findings are known; and asks who the user is. */
  function decideLate (): void {
    if (isLate) return
    isLate = true
    fastify.addHook('preHandler', function decide (request, reply, done) {
      const observation = request[kObservation]
      if (observation === null || observation === OFF) return done()
      observer.identify(request, observation)
      if (state.guard === null || !state.guard.concerns(request, observation, true)) return done()
      backlog.catchUp()
      state.guard.decide(request, reply, observation, done)
    })
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    /** What the detectors of this application share; see docs/registry.md. */
    anomalies: Registry
  }
  interface FastifyRequest {
    /** What the collection thinks of this request so far. */
    readonly anomalies: Assessment
    [kObservation]: Observation | null
  }
  /** What a route says about itself; detectors add their options here. */
  interface FastifyAnomaliesRouteConfig {
    mode?: 'observe' | 'enforce'
    flagAt?: number
    [detector: string]: unknown
  }
  interface FastifyContextConfig {
    /** `false`, or a mode and detectors' options for this route. */
    anomalies?: false | FastifyAnomaliesRouteConfig
  }
}

export type { DetectorFactory, Registry }
export default fp(registry, { fastify: '5.x', name: 'fastify-anomalies-registry' })
