import type { SignalStore } from './signal-store'

/** Entities that have something in common that is not explained by how common it is. */
export interface Correlation {
  type: 'entity_cluster' | 'temporal_correlation' | 'fingerprint_family'
  /** 0 to 1. */
  strength: number
}

export function correlate (store: SignalStore, from: number, to: number, types: ReadonlySet<number>, limit: number): Correlation[] { return [] }
