import { ENTITIES_VERSION } from '../lib/entity-risks-json'
import { isRouteStateJson } from '../lib/route-state'
import type { RouteState } from '../lib/route-state'
import { SNAPSHOT_VERSION } from '../lib/snapshot'
import type { Snapshot } from '../lib/snapshot'
import type { Detector, DetectorState, SharedState } from './detector'
import { FST_ANOMALIES_BAD_SNAPSHOT } from './errors'
import type { Registry } from './registry-state'

const origins = new WeakMap<Registry, { origin: string, epoch: number, merged: Map<string, number> }>()

/** All learned state of a registry as versioned JSON. */
export function takeSnapshot (registry: Registry): Snapshot {
  const own = originOf(registry)
  registry.routes.age(registry.clock.now())
  const routes: Snapshot['routes'] = Object.create(null)
  for (const state of registry.routes.all()) {
    const detectors: Record<string, unknown> = Object.create(null)
    for (const { detector } of registry.routes.seats()) {
      const json = detector.guard(() => (state.slots[detector.slot] as DetectorState | null)?.toJSON?.())
      if (json !== undefined) detectors[detector.name] = json
    }
    routes[state.key] = { method: state.method, url: state.url, state: state.toJSON(), detectors }
  }
  for (const [key, entry] of registry.routes.waiting()) routes[key] = entry as Snapshot['routes'][string]
  const shared: Record<string, unknown> = Object.create(null)
  for (const { detector } of registry.routes.seats()) {
    const json = detector.guard(() => detector.shared?.toJSON?.())
    if (json !== undefined) shared[detector.name] = json
  }
  return {
    version: SNAPSHOT_VERSION,
    origin: own.origin,
    epoch: ++own.epoch,
    takenAt: registry.clock.now(),
    halfLife: registry.settings.halfLife as number,
    keyTag: registry.hash.tag('snapshot', 'key'),
    routes,
    shared,
    entities: registry.entities.toJSON(registry.clock.now())
  }
}

/**
 * Takes learned state over (`replace`) or adds it (`add`). Adding the same snapshot, or an older one of the same origin, a
 * second time changes nothing. Routes that do not exist are kept for when they are first asked for. What is replaced is
 * forgotten whole, also on routes that the snapshot does not have; what is taken over is as old as the snapshot says (`takenAt`):
 * half-lives that have passed since pass at the next request. What is added is aged, and so is what is known, to now: half-lives
 * are counted apart for each.
 *
 * Risk: `replace` takes that of the snapshot for that known, `add` adds it, each source's as one addition. Decisions by hand are never
 * forgotten; of two about one entity the later holds.
 * @throws FST_ANOMALIES_BAD_SNAPSHOT For another version, another key or another half-life, and where parts are missing. What is broken inside a detector's
 * part is that detector's fault: it begins anew.
 */
export function restoreSnapshot (registry: Registry, snapshot: Snapshot, how: 'replace' | 'add'): void {
  if (typeof snapshot !== 'object' || snapshot === null || snapshot.version !== SNAPSHOT_VERSION) throw new FST_ANOMALIES_BAD_SNAPSHOT(`version ${String(snapshot?.version)}, not ${SNAPSHOT_VERSION}`)
  if (snapshot.keyTag !== registry.hash.tag('snapshot', 'key')) throw new FST_ANOMALIES_BAD_SNAPSHOT('it was made with another `secret`')
  if (snapshot.halfLife !== registry.settings.halfLife) throw new FST_ANOMALIES_BAD_SNAPSHOT(`its half-life is ${snapshot.halfLife} ms, not ${registry.settings.halfLife}`)
  if (snapshot.entities !== undefined && snapshot.entities?.version !== ENTITIES_VERSION) throw new FST_ANOMALIES_BAD_SNAPSHOT(`its entities are of version ${String(snapshot.entities?.version)}, not ${ENTITIES_VERSION}`)
  const damage = damageOf(snapshot)
  if (damage !== null) throw new FST_ANOMALIES_BAD_SNAPSHOT(`it is damaged: ${damage}`)
  const own = originOf(registry)
  if (how === 'add') {
    if (snapshot.origin === own.origin || (own.merged.get(snapshot.origin) ?? 0) >= snapshot.epoch) return
    if (own.merged.size < 4096) own.merged.set(snapshot.origin, snapshot.epoch)
  }
  const now = registry.clock.now()
  if (how === 'replace') registry.routes.forget(snapshot.takenAt)
  else registry.routes.age(now)
  for (const { detector } of registry.routes.seats()) {
    const json = snapshot.shared[detector.name]
    if (json === undefined || detector.shared === null) continue
    take(detector, detector.shared, json, how === 'replace' ? null : halfLivesSince(registry, snapshot))
  }
  for (const [key, entry] of Object.entries(snapshot.routes)) {
    registry.routes.whenKnown(key, entry, (state) => applyTo(registry, state, entry, snapshot, how), how === 'add')
  }
  if (snapshot.entities !== undefined) registry.entities.take(snapshot.entities, how === 'add', now)
}

/** The part of a snapshot that is not as it was made, `null` where all are. A route's part is used at its first request: then it is too late to refuse it. */
function damageOf ({ origin, epoch, takenAt, routes, shared }: Snapshot): string | null {
  if (typeof origin !== 'string') return 'origin'
  if (!Number.isSafeInteger(epoch)) return 'epoch'
  if (!Number.isFinite(takenAt)) return 'takenAt'
  if (!isObject(shared)) return 'shared'
  if (!isObject(routes)) return 'routes'
  const key = Object.keys(routes).find((each) => !isObject(routes[each]) || !isRouteStateJson(routes[each]?.state) || !isObject(routes[each]?.detectors))
  return key === undefined ? null : `routes['${key.slice(0, 60)}']`
}

function isObject (value: unknown): boolean { return typeof value === 'object' && value !== null && !Array.isArray(value) }

/** Half-lives that have passed since a snapshot was taken. */
function halfLivesSince ({ routes, clock }: Registry, { takenAt }: Snapshot): number {
  return Math.min(32, Math.max(0, routes.epochOf(clock.now()) - routes.epochOf(takenAt)))
}

function applyTo (registry: Registry, state: RouteState, entry: Snapshot['routes'][string], snapshot: Snapshot, how: 'replace' | 'add'): void {
  const halfLives = how === 'replace' ? null : halfLivesSince(registry, snapshot)
  if (halfLives === null) {
    state.epoch = registry.routes.epochOf(snapshot.takenAt)
    state.restore(entry.state)
  } else {
    registry.routes.ageRoute(state, registry.clock.now())
    state.mergeJson(entry.state, halfLives)
  }
  for (const { detector } of registry.routes.seats()) {
    const json = entry.detectors[detector.name]
    const slot = state.slots[detector.slot] as DetectorState | null
    if (json !== undefined && slot !== null) take(detector, slot, json, halfLives)
  }
}

/**
 * Gives a detector's state what a snapshot has for it.
 * @param halfLives Age of what is to be added; `null` where it is to be taken over. What is older than the state is aged in its place: it is
 * taken over, aged, and then what was known is added to it.
 */
function take (detector: Detector<never>, state: DetectorState | SharedState, json: unknown, halfLives: number | null): void {
  detector.guard(() => {
    if (halfLives === null) return state.restore?.(json as never)
    const known = halfLives === 0 || state.halve === undefined || state.restore === undefined ? undefined : state.toJSON?.()
    if (known === undefined) return state.merge?.(json as never)
    state.restore?.(json as never)
    for (let left = halfLives; left > 0; left--) state.halve?.()
    state.merge?.(known as never)
  })
}

function originOf (registry: Registry): { origin: string, epoch: number, merged: Map<string, number> } {
  let own = origins.get(registry)
  if (own === undefined) {
    own = { origin: crypto.randomUUID(), epoch: 0, merged: new Map() }
    origins.set(registry, own)
  }
  return own
}
