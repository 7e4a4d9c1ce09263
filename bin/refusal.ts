import { METHODS } from 'node:http'
import type { SignalJson } from '../lib/signal'

/** Why a server refuses a request before any hook can see it. */
export type RefusalType = 'invalid_method' | 'malformed_url' | 'over_long_parameter'

const DETAILS: Record<RefusalType, string> = {
  invalid_method: 'the method is none that Node.js knows: its HTTP parser refuses the request before any hook',
  malformed_url: 'the path has a malformed percent-encoding: Fastify refuses the request before any hook',
  over_long_parameter: 'a path parameter is longer than the server allows: Fastify refuses the request before any hook'
}
const SEVERITY = 6
const RISK = 60
/** Refusals, and share of all requests, from which they are ordinary in a recording. */
const ORDINARY = 3
const ORDINARY_SHARE = 0.001

export function isKnownMethod (method: string): boolean { return METHODS.includes(method) }

/** The refusal that Fastify's own answer tells of. */
export function refusalOf (status: number): RefusalType {
  return status === 414 ? 'over_long_parameter' : 'malformed_url'
}

/** The plain form of `Refusals`. */
export interface RefusalsJson { requests: number, counts: Partial<Record<RefusalType, number>> }

/**
 * Requests that never reach a hook, so that no detector can judge them: each is flagged, unless refusals of its type are ordinary (at least
 * three, and one in a thousand requests) in what was learned.
 */
export class Refusals {
  #requests = 0
  readonly #counts = new Map<RefusalType, number>()

  learn (refusal: RefusalType | null): void {
    this.#requests++
    if (refusal !== null) this.#counts.set(refusal, (this.#counts.get(refusal) ?? 0) + 1)
  }

  judge (refusal: RefusalType): SignalJson[] {
    const count = this.#counts.get(refusal) ?? 0
    if (count >= ORDINARY && count >= this.#requests * ORDINARY_SHARE) return []
    const field = refusal === 'invalid_method' ? 'method' : 'path'
    return [{ type: refusal, detector: 'registry', severity: SEVERITY, risk: RISK, field, detail: DETAILS[refusal] }]
  }

  toJSON (): RefusalsJson { return { requests: this.#requests, counts: Object.fromEntries(this.#counts) } }

  restore (json: RefusalsJson): void {
    this.#requests = json.requests
    for (const [type, count] of Object.entries(json.counts)) this.#counts.set(type as RefusalType, count)
  }
}
