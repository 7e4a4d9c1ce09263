import type { ManualRule } from '../lib/entity-risks'
import { FST_ANOMALIES_BAD_OPTION } from './errors'
import { resolveOptions } from './options'
import type { OptionTable } from './options'

/** A decision by hand about an entity. */
export interface ManualDecision {
  /** Who decides. */
  by: string
  /** How long it holds; without it, until it is taken back. */
  for?: number | string
  reason?: string
}

const manualOptions: OptionTable = {
  by: { type: 'string', minLength: 1, maxLength: 200, description: 'who decides' },
  for: { isDuration: true, description: 'how long it holds' },
  reason: { type: 'string', maxLength: 1000, description: 'why' }
}

/** The rule that a decision makes. @param at Epoch milliseconds. @throws FST_ANOMALIES_BAD_OPTION */
export function manualRule (action: 'allow' | 'block', decision: ManualDecision, at: number): ManualRule {
  const { for: term, by, reason = '' } = resolveOptions<{ for?: number, by: string, reason?: string }>(action, manualOptions, {} as never, decision)
  if (by === undefined) throw new FST_ANOMALIES_BAD_OPTION(`${action}.by must say who decides`, '')
  return { action, until: term === undefined ? null : at + term, by, reason, at }
}
