import * as flowKinds from '../../lib/detectors/flow-signals'
import * as identityKinds from '../../lib/detectors/identity-signals'
import type { OptionTable } from '../options'
import { behaviourOptions } from './behaviour-options'
import type { BehaviourOptions } from './behaviour-options'
import { flowOptions } from './flow-options'
import type { FlowOptions } from './flow-options'
import { identityOptions } from './identity-options'
import type { IdentityOptions } from './identity-options'

/** Options of the plugin: those of its parts, and what belongs to all of them. */
export interface TrendsOptions extends IdentityOptions, FlowOptions, BehaviourOptions {
  /** `observe` keeps this detector's findings out of what `enforce` decides. By default as the registry's. */
  mode?: 'observe' | 'enforce'
  /**
   * Single signals that are remembered, for queries about one entity and for correlations.
   * @default 131072
   */
  recent?: number
  /**
   * Bytes that the sketches of signals over time may take in a snapshot (a third more as text): those of the oldest minutes are left out first, then those of the oldest hours. 0 leaves
   * signals over time out of snapshots.
   * @default 2000000
   */
  snapshotBytes?: number
  /**
   * Findings that are not told.
   * @default []
   */
  silent?: string[]
}

/** All that trends may find. */
const FINDINGS = [...Object.values(identityKinds), ...Object.values(flowKinds)].map(({ type }) => type)

/** Schema, defaults and documentation of `TrendsOptions`. */
export const trendsOptions: OptionTable = {
  mode: { enum: ['observe', 'enforce'], description: '`observe` keeps this detector\'s findings out of what `enforce` decides; by default as the registry\'s' },
  recent: { isShared: true, type: 'integer', minimum: 1024, maximum: 4_194_304, default: 131_072, description: 'single signals that are remembered, for queries about one entity and for correlations (21 bytes each)' },
  snapshotBytes: { isShared: true, type: 'integer', minimum: 0, maximum: 100_000_000, default: 2_000_000, description: 'bytes that sketches of signals over time may take in a snapshot (a third more as text); the oldest minutes go first. 0 leaves signals over time out' },
  silent: { type: 'array', items: { enum: FINDINGS }, uniqueItems: true, default: [], description: 'findings that are not told, by their types' },
  ...identityOptions,
  ...flowOptions,
  ...behaviourOptions
}

/** Options that may be left out for good: nothing is their default. */
type Open = 'mode' | 'ja4' | 'ja4h' | 'geo' | 'sessionCookies'

/** The options with their defaults; durations in milliseconds. */
export type TrendsSettings = Pick<TrendsOptions, Open> & Resolved<Omit<TrendsOptions, Open>>

type Resolved<T> = { [K in keyof T]-?: number | string extends T[K] ? number : NonNullable<T[K]> }
