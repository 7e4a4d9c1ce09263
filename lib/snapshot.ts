import type { EntityRisksJson } from './entity-risks-json'
import type { RouteStateJson } from './route-state'

/** Version of the format. A snapshot of another version is refused. */
export const SNAPSHOT_VERSION = 1

/** All learned state of one application, as JSON. Hashes in it are keyed; the key is kept elsewhere. */
export interface Snapshot {
  version: number
  /** Random id of the process that made it. */
  origin: string
  /** Counts the snapshots of that process. */
  epoch: number
  /** Epoch milliseconds. */
  takenAt: number
  halfLife: number
  /** Tag that tells whether two snapshots bear the same key, and says nothing about it. */
  keyTag: string
  routes: Record<string, { method: string, url: string, state: RouteStateJson, detectors: Record<string, unknown> }>
  shared: Record<string, unknown>
  /** Risk, and what was decided by hand; older snapshots have none. */
  entities?: EntityRisksJson
}
