import { openapiDocument } from '../lib/detectors/openapi-document'
import type { DocumentInfo, OpenApiDocument } from '../lib/detectors/openapi-document'
import type { JsonSchema } from '../lib/detectors/body-schema'
import type { RouteSchemas } from '../lib/detectors/route-schemas'
import type { RouteState } from '../lib/route-state'
import type { Registry } from './registry-state'

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'
const LEARNER = 'json-schema-learner'
const UNTITLED: DocumentInfo = { title: 'API as learned from its traffic', version: '1' }

/** What was learned of one route's bodies. */
export interface LearnedSchemas {
  id: string
  route: { method: string, url: string }
  /** JSON Schema 2020-12 of request bodies, `null` where there were none. */
  request: JsonSchema | null
  /** The same of replies, by status. */
  responses: Record<string, JsonSchema>
  /** Bodies behind each. */
  samples: RouteSchemas['samples']
  /** The same for Fastify's route option `schema`, as it is: without what validators in strict mode refuse. */
  schema: { body?: JsonSchema, response?: Record<string, JsonSchema> }
}

interface Learner { schemas? (isAnnotated: boolean): RouteSchemas }

/** What was learned of a route, `null` where no JSON was seen or nobody learns it. */
export function learnedSchemas (registry: Registry, state: RouteState): LearnedSchemas | null {
  const annotated = schemasOf(registry, state, true)
  const plain = schemasOf(registry, state, false)
  if (annotated === undefined || plain === undefined) return null
  const { request, responses, samples } = annotated
  if (request === null && Object.keys(responses).length === 0) return null
  return {
    id: state.key,
    route: { method: state.method, url: state.url },
    request: request === null ? null : { $schema: DIALECT, ...request },
    responses: Object.fromEntries(Object.entries(responses).map(([status, schema]) => [status, { $schema: DIALECT, ...schema }])),
    samples,
    schema: { ...plain.request === null ? null : { body: plain.request }, ...Object.keys(plain.responses).length === 0 ? null : { response: plain.responses } }
  }
}

/** All routes asked so far as an OpenAPI document. */
export function learnedDocument (registry: Registry, info: Partial<DocumentInfo> = {}): OpenApiDocument {
  const routes = []
  for (const state of registry.routes.all()) {
    const schemas = state.matched ? schemasOf(registry, state, true) : undefined
    if (schemas !== undefined) routes.push({ method: state.method, url: state.url, schemas })
  }
  return openapiDocument(routes, { ...UNTITLED, ...info })
}

function schemasOf (registry: Registry, state: RouteState, isAnnotated: boolean): RouteSchemas | undefined {
  const detector = registry.detectors.find(({ name }) => name === LEARNER)
  const slot = detector === undefined ? undefined : state.slots[detector.slot] as Learner | null | undefined
  return slot === null || slot === undefined ? undefined : detector?.guard(() => slot.schemas?.(isAnnotated))
}
