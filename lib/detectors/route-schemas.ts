import { schemaOf } from './body-schema'
import type { JsonSchema } from './body-schema'
import { BodyTree } from './body-tree'
import type { BodyTreeJson } from './body-tree'

/** What was learned of a route's bodies, as JSON Schemas. */
export interface RouteSchemas {
  request: JsonSchema | null
  /** By status. */
  responses: Record<string, JsonSchema>
  /** Bodies learned. */
  samples: { request: number, responses: Record<string, number> }
}

/**
 * @param responses By status.
 * @param isAnnotated With how much is behind each place (`x-` keywords), which validators in strict mode refuse.
 */
export function routeSchemas (request: BodyTree | null, responses: ReadonlyMap<number, BodyTree>, isAnnotated: boolean): RouteSchemas {
  const schemas: Record<string, JsonSchema> = {}
  const samples: Record<string, number> = {}
  for (const [status, tree] of [...responses].sort(([a], [b]) => a - b)) {
    schemas[status] = schemaOf(tree, isAnnotated)
    samples[status] = tree.bodies
  }
  return { request: request === null ? null : schemaOf(request, isAnnotated), responses: schemas, samples: { request: request === null ? 0 : request.bodies, responses: samples } }
}

/**
 * The same from what a snapshot holds.
 * @param error Share of ordinary values that a bound may leave out.
 * @throws RangeError Where the snapshot does not hold what it should.
 */
export function schemasFrom (json: { request: BodyTreeJson | null, responses: readonly (readonly [number, BodyTreeJson])[] }, error: number): RouteSchemas {
  const responses = new Map(json.responses.map(([status, tree]) => [status, BodyTree.from(tree, { error, isModelled: false })]))
  return routeSchemas(json.request === null ? null : BodyTree.from(json.request, { error, isModelled: true }), responses, true)
}
