/** Risk is from 0 to this. */
export const MOST_RISK = 100
/** Where many small additions from one source end. */
export const SOURCE_BUDGET = 70
const MOST_SOURCES = 8

export interface RiskReason {
  source: string
  /** As it was added, before budget and decay. */
  risk: number
  at: number
  reason: number | string
}

export interface EntityRisk {
  entity: string
  /** 0 to 100, now. */
  risk: number
  /** When this risk began to build up. */
  since: number
  /** The last eight additions, oldest first. */
  reasons: RiskReason[]
}

interface SourceRisk {
  source: string
  risk: number
}

/** What a risk calls for: nothing, to be slowed down, to be refused. */
export type RiskLevel = 0 | 1 | 2
export const CALM = 0
export const THROTTLE = 1
export const BLOCK = 2

/** What is kept of an entity. */
export interface RiskRecord extends EntityRisk {
  /** What its risk called for when it was last asked. */
  level: RiskLevel
  /** When `risk` and the sources' risks were as they stand. */
  at: number
  sources: SourceRisk[]
}

/** Noisy-or within the source, cut to its budget; the entity's risk rises by what is left of the addition. */
export function raise (record: RiskRecord, source: string, addition: number, budget: number): void {
  const own = sourceOf(record, source)
  const raised = Math.min(noisyOr(own.risk, addition), Math.max(budget, own.risk, addition))
  if (own.risk < MOST_RISK) record.risk = noisyOr(record.risk, MOST_RISK * (raised - own.risk) / (MOST_RISK - own.risk))
  own.risk = raised
}

/** The source that says least makes room, so that invented source names do not grow a record. */
function sourceOf (record: RiskRecord, source: string): SourceRisk {
  const known = record.sources.find((candidate) => candidate.source === source)
  if (known !== undefined) return known
  const added = { source, risk: 0 }
  const others = record.sources
  const crowded = others.length < MOST_SOURCES ? null : others.reduce((a, b) => b.risk < a.risk ? b : a)
  record.sources = others.filter((other) => other !== crowded).concat(added)
  return added
}

function noisyOr (a: number, b: number): number {
  return Math.min(MOST_RISK, a + b - a * b / MOST_RISK)
}

export function copyReasons ({ reasons }: RiskRecord): RiskReason[] {
  return reasons.map((reason) => ({ ...reason }))
}

export function copyRecord (record: RiskRecord): RiskRecord {
  const { entity, risk, since, at, level = CALM } = record
  return { entity, risk, since, at, level, sources: record.sources.map((source) => ({ ...source })), reasons: copyReasons(record) }
}
