import type { Rounds } from './paired-rounds'
import { mean, quartiles } from './statistics'
import type { Quartiles } from './statistics'

/** A budget of the hot path, and what was measured. */
export interface BudgetRow {
  budget: string
  /** Ratio to bare Fastify, or microseconds per request. */
  unit: 'ratio' | 'us'
  limit: number
  measured: Quartiles
}

interface Budget { budget: string, unit: BudgetRow['unit'], limit: number, variants: string[], over: string[] }

const BARE = ['bare', 'bare-again']
const REGISTRY = ['registry']

/** What each thing may cost: ratios to bare Fastify, microseconds over what is there anyway. */
const BUDGETS: readonly Budget[] = [
  { budget: 'both profilers, to bare', unit: 'ratio', limit: 1.12, variants: ['both-profilers'], over: BARE },
  { budget: 'everything, to bare', unit: 'ratio', limit: 1.25, variants: ['collection'], over: BARE },
  { budget: 'json-schema-learner, over the registry', unit: 'us', limit: 3, variants: ['json-schema-learner'], over: REGISTRY },
  { budget: 'auth-burst, enforcement and rate-spike, over the registry', unit: 'us', limit: 1.5, variants: ['defence'], over: REGISTRY },
  { budget: 'injection, over the registry', unit: 'us', limit: 3, variants: ['injection'], over: REGISTRY },
  { budget: 'trends, over the registry', unit: 'us', limit: 2.5, variants: ['trends'], over: REGISTRY }
]

/** The budgets for which the variants that were measured suffice; only numbers of the same round of the same processes meet. */
export function budgetRows (pairs: readonly Rounds[]): BudgetRow[] {
  const measured = new Set(pairs[0]?.keys())
  return BUDGETS.filter(({ variants, over }) => [...variants, ...over].every((name) => measured.has(name))).map(({ budget, unit, limit, variants, over }) => ({
    budget,
    unit,
    limit,
    measured: quartiles(pairs.flatMap((rounds) => rounds.get(variants[0]!)!.map((_, round) => {
      const base = mean(over.map((name) => rounds.get(name)![round]!))
      const own = variants.map((name) => rounds.get(name)![round]!)
      return unit === 'ratio' ? mean(own) / base : own.reduce((sum, cpu) => sum + cpu - base, 0)
    })))
  }))
}
