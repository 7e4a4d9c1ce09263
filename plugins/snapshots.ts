import type { RouteState } from '../lib/route-state'
import { SNAPSHOT_VERSION } from '../lib/snapshot'
import type { Snapshot } from '../lib/snapshot'
import type { DetectorState } from './detector'
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
    shared
  }
}

/**
 * Takes learned state over (`replace`) or adds it (`add`). Adding the same snapshot, or an older one of the same origin, a
 * second time changes nothing. Routes that do not exist are kept for when they are first asked for. What is replaced is
 * forgotten whole, also on routes that the snapshot does not have; what is taken over is as old as the snapshot says (`takenAt`):
 * half-lives that have passed since pass at the next request. What is added counts as of now.
 * @throws FST_ANOMALIES_BAD_SNAPSHOT For another version, another key or another half-life.
 */
export function restoreSnapshot (registry: Registry, snapshot: Snapshot, how: 'replace' | 'add'): void {
  if (typeof snapshot !== 'object' || snapshot === null || snapshot.version !== SNAPSHOT_VERSION) throw new FST_ANOMALIES_BAD_SNAPSHOT(`version ${String(snapshot?.version)}, not ${SNAPSHOT_VERSION}`)
  if (snapshot.keyTag !== registry.hash.tag('snapshot', 'key')) throw new FST_ANOMALIES_BAD_SNAPSHOT('it was made with another `secret`')
  if (snapshot.halfLife !== registry.settings.halfLife) throw new FST_ANOMALIES_BAD_SNAPSHOT(`its half-life is ${snapshot.halfLife} ms, not ${registry.settings.halfLife}`)
  const own = originOf(registry)
  if (how === 'add') {
    if (snapshot.origin === own.origin || (own.merged.get(snapshot.origin) ?? 0) >= snapshot.epoch) return
    if (own.merged.size < 4096) own.merged.set(snapshot.origin, snapshot.epoch)
  }
  if (how === 'replace') registry.routes.forget(snapshot.takenAt)
  const verb = how === 'replace' ? 'restore' : 'merge'
  for (const { detector } of registry.routes.seats()) {
    const json = snapshot.shared[detector.name]
    if (json !== undefined) detector.guard(() => detector.shared?.[verb]?.(json as never))
  }
  for (const [key, entry] of Object.entries(snapshot.routes)) {
    registry.routes.whenKnown(key, entry, (state) => {
      if (how === 'replace') state.epoch = registry.routes.epochOf(snapshot.takenAt)
      applyTo(registry, state, entry, how)
    })
  }
}

function applyTo (registry: Registry, state: RouteState, entry: Snapshot['routes'][string], how: 'replace' | 'add'): void {
  if (how === 'replace') {
    state.restore(entry.state)
  } else {
    state.mergeJson(entry.state)
  }
  for (const { detector } of registry.routes.seats()) {
    const json = entry.detectors[detector.name]
    const slot = state.slots[detector.slot] as DetectorState | null
    if (json === undefined || slot === null) continue
    if (how === 'replace') detector.guard(() => slot.restore?.(json as never))
    else detector.guard(() => slot.merge?.(json as never))
  }
}

function originOf (registry: Registry): { origin: string, epoch: number, merged: Map<string, number> } {
  let own = origins.get(registry)
  if (own === undefined) {
    own = { origin: crypto.randomUUID(), epoch: 0, merged: new Map() }
    origins.set(registry, own)
  }
  return own
}
