import { Signal } from '../signal'
import type { SignalKind } from '../signal'
import type { BodyNode } from './body-node'

/** Chance from which something unseen says nothing. */
export const SETTLED = 0.05
/** Chance below which it says all it can. */
export const CERTAIN = 0.01
/** What a chance of 3 % leaves of a risk of 65 is 50: below that an unseen thing flags alone. */
const FALL = 0.25 / Math.log(3.2)
export const STRONG = 65
export const WEAK = 35
export const SLIGHT = 15
/** What several weak deviations in one body are worth: an unusual person's body is unusual in more than one place. */
const WEAK_SHARE = 0.7
/** How much likelier than others what is no ordinary variety is to be wrong: objects for texts, ten thousand characters for ten. */
export const GROSS = 3
/** Signals of one body; more say nothing new. */
const MAX_SIGNALS = 16

/** What a body is called in paths: a request's `body`, a reply's `response`. */
export type Side = 'body' | 'response'

/** Who is told what is found: an observation, or whoever only wants to know. */
export interface Witness {
  readonly signals: readonly Signal[] | null
  add (signal: Signal): void
}

/** What was found in the body under way: signals, at most 16, one of a kind and place. */
export class BodyFindings {
  side: Side = 'body'
  #witness: Witness | null = null
  #found = 0

  /** A body begins. */
  open (side: Side, witness: Witness): void {
    this.side = side
    this.#witness = witness
    this.#found = 0
  }

  close (): void { this.#witness = null }

  get isFull (): boolean { return this.#found >= MAX_SIGNALS }

  /** Where a place is, such as `body.items[].price`. */
  path (node: BodyNode): string { return node.path(this.side) }

  add (kind: SignalKind, field: string, severity: number, risk: number, expected: unknown, actual: unknown): void {
    if (risk <= 0 || this.isFull || this.#isKnown(kind, field)) return
    this.#found++
    this.#witness?.add(risk >= 50 ? new Signal(kind, field, severity, risk, expected, actual) : new Signal(kind, field, Math.min(3, severity), risk * WEAK_SHARE, expected, actual))
  }

  /** Whether the same was found of another element. */
  #isKnown (kind: SignalKind, field: string): boolean {
    const signals = this.#witness?.signals
    if (this.#found === 0 || signals === null || signals === undefined) return false
    for (const signal of signals) if (signal.kind === kind && signal.field === field) return true
    return false
  }
}

/** What a chance leaves of a risk: all at 1 %, 77 % at 3 %, nothing from 5 % on. */
export function riskOf (full: number, chance: number): number {
  if (chance >= SETTLED) return 0
  return chance <= CERTAIN ? full : full * (1 - FALL * Math.log(chance / CERTAIN))
}
