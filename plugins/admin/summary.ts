import type { AddressFault } from '../../lib/address-watch'
import type { ManualRule } from '../../lib/entity-risks'
import type { ActionCounts } from '../guard'
import type { Registry } from '../registry-state'
import type { BaselineView } from '../baseline-view'

const MOST_ROUTES = 1000
const MOST_ENTITIES = 10

type Entity = ReturnType<Registry['topEntities']>[number]

/** An entity as the admin route shows it: times in RFC 3339. */
export interface EntityView { entity: string, risk: number, since: string, reasons: { source: string, risk: number, at: string, reason: number | string }[] }

/** What `GET /__anomalies` answers. */
export interface Summary {
  now: string
  requests: { observed: number, flagged: number, blocked: number }
  /** What was done, and in mode `observe` would have been done; and whether client addresses can be believed. */
  enforcement: ActionCounts & { clientAddress: 'ok' | AddressFault }
  events: { total: number, dropped: number, capacity: number, byType: Record<string, number>, byLevel: Record<string, number> }
  /** Counts of all routes, and the progress of the first 1,000, those with most responses first. */
  learning: { isFrozen: boolean, routes: number, learning: number, active: number, frozen: number }
  routes: BaselineView[]
  entities: EntityView[]
  detectors: { name: string, minSamples: number, faults: number, lastFault: string | null }[]
}

/** O(routes × detectors); shows nothing that was learned. */
export function summarize (registry: Registry): Summary {
  const routes = [...registry.routes.all()].map((state) => registry.routes.view(state, false)).sort((a, b) => b.responses - a.responses)
  const { total, dropped, capacity } = registry.query({ limit: 1 })
  const { tally } = registry.log
  return {
    now: new Date(registry.clock.now()).toISOString(),
    requests: { observed: registry.observed, flagged: registry.flagged, blocked: registry.actions.blocked },
    enforcement: { ...registry.actions, clientAddress: registry.addressFault() ?? 'ok' },
    events: { total, dropped, capacity, byType: tally.byType(), byLevel: tally.byLevel() },
    learning: { isFrozen: registry.routes.frozen, routes: routes.length, ...registry.routes.countStates() },
    routes: routes.slice(0, MOST_ROUTES),
    entities: viewEntities(registry, MOST_ENTITIES),
    detectors: registry.detectors.map(({ name, minSamples, faults, lastFault }) => ({ name, minSamples, faults, lastFault }))
  }
}

/** The entities with the highest risk. */
export function viewEntities (registry: Registry, limit: number): EntityView[] {
  return registry.topEntities(limit).map(viewEntity)
}

/** What was decided by hand: all, or about one entity. */
export function viewManual (registry: Registry, about?: string): { entity: string, action: string, by: string, reason: string, at: string, until: string | null }[] {
  const at = registry.clock.now()
  const key = about === undefined ? undefined : registry.entityOf(about)
  const rules = key === undefined ? registry.entities.manual(at) : [[key, registry.entities.manualOf(key, at)] as const].filter((each): each is [string, ManualRule] => each[1] !== null)
  return rules.map(([entity, { action, by, reason, at, until }]) => ({
    entity, action, by, reason, at: new Date(at).toISOString(), until: until === null ? null : new Date(until).toISOString()
  }))
}

function viewEntity ({ entity, risk, since, reasons }: Entity): EntityView {
  return {
    entity,
    risk: Math.round(risk * 10) / 10,
    since: new Date(since).toISOString(),
    reasons: reasons.map((reason) => ({ ...reason, risk: Math.round(reason.risk * 10) / 10, at: new Date(reason.at).toISOString() }))
  }
}
