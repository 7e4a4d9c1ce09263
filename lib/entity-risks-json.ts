import type { ManualRule } from './entity-risks'
import type { RiskRecord } from './store/risk-record'

/** Version of this part of a snapshot. */
export const ENTITIES_VERSION = 1

/**
 * Risk and decisions by hand as JSON. Client addresses whose risk it is are keyed hashes with `#` in front; users and credentials are
 * keyed hashes anyway. Decisions by hand name whom they name: somebody wrote them down.
 */
export interface EntityRisksJson {
  version: number
  /** Risk by everything found, and by what counts in mode `enforce`. */
  all: RiskRecord[]
  enforced: RiskRecord[]
  manual: { entity: string, rule: ManualRule }[]
}

/** What of a list is a record; a snapshot may be broken. */
export function readRecords (given: unknown): RiskRecord[] {
  return Array.isArray(given) ? given.filter(isRecord) : []
}

/** What of a list is a decision by hand. */
export function readManual (given: unknown): { entity: string, rule: ManualRule }[] {
  return Array.isArray(given) ? given.filter(isManual) : []
}

function isRecord (given: unknown): given is RiskRecord {
  const { entity, risk, since, at, level, sources, reasons } = (given ?? {}) as Record<string, unknown>
  return typeof entity === 'string' && [risk, since, at, level].every(Number.isFinite) && Array.isArray(reasons) &&
    Array.isArray(sources) && sources.every((each) => typeof each?.source === 'string' && Number.isFinite(each.risk)) && (risk as number) > 0 && (risk as number) <= 100
}

function isManual (given: unknown): given is { entity: string, rule: ManualRule } {
  const { entity, rule } = (given ?? {}) as { entity?: unknown, rule?: Partial<Record<keyof ManualRule, unknown>> }
  return typeof entity === 'string' && typeof rule === 'object' && rule !== null && (rule.action === 'allow' || rule.action === 'block') &&
    (rule.until === null || Number.isFinite(rule.until)) && typeof rule.by === 'string' && typeof rule.reason === 'string' && Number.isFinite(rule.at)
}
