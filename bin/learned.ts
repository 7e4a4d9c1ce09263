import type { ClientProfileJson } from '../lib/detectors/client-profile'
import type { EndpointBaselineJson } from '../lib/detectors/endpoint-baseline'
import type { FieldProfileJson } from '../lib/detectors/field-profile'
import type { HeaderBaselineJson } from '../lib/detectors/header-baseline'
import { SizeFence } from '../lib/detectors/size-fence'
import type { Snapshot } from '../lib/snapshot'
import type { Fields } from './field-diff'

/** Parts of a route's endpoint baseline that hold fields, and what their names begin with. */
const SOURCES = [['query', 'query.'], ['form', 'form.'], ['path', 'path.']] as const
/** Names of cookies among header fields begin so. */
const COOKIE = ';'

/** What one route of a snapshot has learned, as far as baselines are compared. */
export interface LearnedRoute {
  responses: number
  fields: Fields
  /** Headers that every request had. */
  required: readonly string[]
  /** 99th percentiles: `request.size` and the like. */
  quantities: ReadonlyMap<string, number>
}

export function learnedRoute (route: Snapshot['routes'][string]): LearnedRoute {
  const endpoint = route.detectors['endpoint-profiler'] as Partial<EndpointBaselineJson> | undefined
  const headers = route.detectors['header-profiler'] as HeaderBaselineJson | undefined
  const fields = new Map<string, FieldProfileJson>()
  for (const [source, prefix] of SOURCES) {
    for (const [name, { profile }] of Object.entries(endpoint?.[source]?.parameters ?? {})) fields.set(prefix + name, profile)
  }
  const quantities = new Map<string, number>()
  for (const [name, json] of Object.entries(endpoint?.fences ?? {})) {
    const fence = new SizeFence(2, 0)
    fence.restore(json)
    const top = fence.quantile(0.99)
    if (!Number.isNaN(top)) quantities.set(name, top)
  }
  return { responses: route.state.responses, fields, required: headers?.always ?? [], quantities }
}

/** Header and cookie fields of all clients together. */
export function learnedHeaders ({ shared }: Snapshot): Fields {
  const { everyone } = (shared['header-profiler'] ?? {}) as { everyone?: ClientProfileJson }
  const fields = new Map<string, FieldProfileJson>()
  for (const [name, { profile }] of Object.entries(everyone?.fields ?? {})) {
    fields.set(name.startsWith(COOKIE) ? `cookie.${name.slice(1)}` : `header.${name}`, profile)
  }
  return fields
}
