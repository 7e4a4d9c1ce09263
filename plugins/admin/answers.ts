import { isIP } from 'node:net'
import type { FastifyError, FastifyRequest } from 'fastify'
import { FST_ANOMALIES_BAD_PARAMETER, FST_ANOMALIES_UNKNOWN_ACTION, FST_ANOMALIES_UNKNOWN_ENTITY } from '../errors'
import { learnedDocument, learnedSchemas } from '../learned-schemas'
import type { ManualDecision } from '../manual-decision'
import type { Registry } from '../registry-state'
import { correlationParameters, eventParameters, limitParameters, noParameters, pageParameters, readParameters, summaryParameters, trendParameters } from './parameters'
import { summarize, viewEntities, viewManual } from './summary'

/** Makes what a route answers. @throws FST_ANOMALIES_BAD_PARAMETER, or an error for an unknown id. */
export type Answer = (registry: Registry, request: FastifyRequest) => unknown

type Page = { limit?: number, cursor?: number }

const DEFAULT_LIMIT = 100

export function summary (registry: Registry, request: FastifyRequest): unknown {
  readParameters(request.url, summaryParameters)
  return summarize(registry)
}

export function events (registry: Registry, request: FastifyRequest): unknown {
  return registry.query(readParameters(request.url, eventParameters))
}

export function baselines ({ routes }: Registry, request: FastifyRequest): unknown {
  const { limit = DEFAULT_LIMIT, cursor = 0 } = readParameters(request.url, pageParameters) as Page
  const states = [...routes.all()]
  const end = cursor + limit
  return { baselines: states.slice(cursor, end).map((state) => routes.view(state, true)), next: end < states.length ? end : null, total: states.length }
}

export function baseline ({ routes }: Registry, request: FastifyRequest): unknown {
  readParameters(request.url, noParameters)
  return routes.view(routes.get(parameterOf(request, '*')), true)
}

/** A page of routes with what was learned of their JSON; `cursor` counts routes, those without JSON too. */
export function schemas (registry: Registry, request: FastifyRequest): unknown {
  const { limit = DEFAULT_LIMIT, cursor = 0 } = readParameters(request.url, pageParameters) as Page
  const states = [...registry.routes.all()]
  const end = cursor + limit
  return { schemas: states.slice(cursor, end).map((state) => learnedSchemas(registry, state)).filter((learned) => learned !== null), next: end < states.length ? end : null, total: states.length }
}

export function openapi (registry: Registry, request: FastifyRequest): unknown {
  readParameters(request.url, noParameters)
  return learnedDocument(registry)
}

/** `POST /baselines/<id>/<action>`; ids contain slashes, so the action is what follows the last one. */
export function changeBaseline (registry: Registry, request: FastifyRequest): unknown {
  readParameters(request.url, noParameters)
  const given = parameterOf(request, '*')
  const end = given.lastIndexOf('/')
  const id = given.slice(0, Math.max(0, end))
  const action = given.slice(end + 1)
  if (action !== 'freeze' && action !== 'unfreeze' && action !== 'reset') throw new FST_ANOMALIES_UNKNOWN_ACTION(action.slice(0, 60))
  registry[action](id)
  request.log.info({ baseline: id, action }, 'a baseline was changed through the admin route')
  return registry.routes.view(registry.routes.get(id), false)
}

export function trends (registry: Registry, request: FastifyRequest): unknown {
  return registry.trends(readParameters(request.url, trendParameters))
}

export function correlations (registry: Registry, request: FastifyRequest): unknown {
  return registry.correlations(readParameters(request.url, correlationParameters))
}

export function metrics (registry: Registry, request: FastifyRequest): string {
  readParameters(request.url, noParameters)
  return registry.metrics()
}

export function entities (registry: Registry, request: FastifyRequest): unknown {
  const { limit = DEFAULT_LIMIT } = readParameters(request.url, limitParameters) as Page
  const { size, capacity, evictions } = registry.risks
  return { entities: viewEntities(registry, limit), manual: viewManual(registry), total: size, capacity, evictions }
}

export function release (registry: Registry, request: FastifyRequest): unknown {
  readParameters(request.url, noParameters)
  const entity = parameterOf(request, 'id')
  if (!registry.release(entity)) throw new FST_ANOMALIES_UNKNOWN_ENTITY(entity.slice(0, 100))
  request.log.info({ entity }, 'an entity was released through the admin route')
  return { entity, released: true }
}

export function block (registry: Registry, request: FastifyRequest): unknown { return decide(registry, request, 'block') }

export function allow (registry: Registry, request: FastifyRequest): unknown { return decide(registry, request, 'allow') }

export function undecide (registry: Registry, request: FastifyRequest): unknown {
  readParameters(request.url, noParameters)
  const entity = parameterOf(request, 'id')
  if (!registry.undecide(entity)) throw new FST_ANOMALIES_UNKNOWN_ENTITY(entity.slice(0, 100))
  request.log.info({ entity }, 'a decision by hand was taken back through the admin route')
  return { entity, undecided: true }
}

/** Decides by hand, as the body says: `{ by, for, reason }`. */
function decide (registry: Registry, request: FastifyRequest, action: 'block' | 'allow'): unknown {
  readParameters(request.url, noParameters)
  const entity = parameterOf(request, 'id')
  if (!ENTITY.test(entity) && isIP(entity) === 0) throw new FST_ANOMALIES_BAD_PARAMETER('id', 'must be a client address, or the keyed hash of a user or credential that events show')
  try {
    registry[action](entity, readDecision(request.body))
  } catch (error) {
    if ((error as FastifyError).code !== 'FST_ANOMALIES_BAD_OPTION') throw error
    const name = DECISION.find((each) => (error as Error).message.includes(`${action}.${each}`)) ?? 'by'
    throw new FST_ANOMALIES_BAD_PARAMETER(name, (error as Error).message.slice(0, 200))
  }
  const [decision] = viewManual(registry, entity)
  request.log.info({ action, ...decision }, 'an entity was decided about by hand through the admin route')
  return decision
}

/** Addresses of IPv6 clients as events show them, and keyed hashes. */
const ENTITY = /^(?:[\da-f]{1,4}(?::[\da-f]{1,4}){3}::\/64|#?[\w-]{22})$/i
const DECISION = ['by', 'for', 'reason'] as const

function readDecision (body: unknown): ManualDecision {
  if (body !== undefined && body !== null && (typeof body !== 'object' || Array.isArray(body))) throw new FST_ANOMALIES_BAD_PARAMETER('body', 'must be a JSON object with by, for and reason')
  const given = (body ?? {}) as Record<string, unknown>
  for (const name of Object.keys(given)) if (!(DECISION as readonly string[]).includes(name)) throw new FST_ANOMALIES_BAD_PARAMETER(name.slice(0, 60), 'does not exist here; there are by, for, reason')
  if (given.by === undefined) throw new FST_ANOMALIES_BAD_PARAMETER('by', 'must say who decides')
  return given as unknown as ManualDecision
}

function parameterOf (request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string>)[name] ?? ''
}
