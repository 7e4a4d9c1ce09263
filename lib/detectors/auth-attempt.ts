import { Signal } from '../signal'
import type { SignalKind } from '../signal'
import type { EntityRef } from '../anomaly-event'
import type { AuthEvidence } from './auth-signals'

/** One try to log in, as plain values. Users are keyed hashes. */
export interface AuthAttempt {
  /** Epoch milliseconds. */
  readonly at: number
  /** Tag of the user name, `null` where it is not known. */
  readonly user: string | null
  readonly userHash: number
  /** Client address, IPv6 by /64; `''` where unknown. */
  readonly client: string
  readonly clientHash: number
  /** Hash of the header names and the user agent. */
  readonly fingerprint: number
  readonly success: boolean
}

export interface AuthSettings {
  /** Failures of one client for one user, without a success, that are ordinary. */
  readonly pairFailures: number
  /** Clients that fail for one user. */
  readonly userClients: number
  /** Users who fail at one client and never succeed there. */
  readonly clientUsers: number
}

/** Where signals go. */
export type AddSignal = (signal: Signal) => void

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
const LEAST_QUIET_MS = 900_000
/** Silence, in mean intervals between attempts, after which an episode is over. */
const QUIET_INTERVALS = 6
/** An episode that took longer than this to be noticed is a slow one. */
export const SLOW_MS = 3 * HOUR_MS

/** Severity, risk and charge of an episode at its first, second and third step. */
const LEVELS: readonly (readonly [severity: number, risk: number, charge: number])[] = [[6, 60, 65], [8, 75, 90], [9, 90, 98]]
const STEPS: readonly number[] = [4, 64]

/** A burst of failures that lasts. */
export class AuthEpisode {
  readonly kind: SignalKind
  readonly since: number
  readonly quietMs: number
  /** Attempts that belong to it. */
  count: number
  last: number
  readonly #opened: number

  /** @param count Attempts that led up to it. @param since When the first of them came. */
  constructor (kind: SignalKind, count: number, since: number, at: number) {
    this.kind = kind
    this.count = this.#opened = Math.max(1, Math.round(count))
    this.since = since
    this.last = at
    this.quietMs = Math.min(DAY_MS, Math.max(LEAST_QUIET_MS, QUIET_INTERVALS * (at - since) / Math.max(1, this.#opened - 1)))
  }

  isOver (at: number): boolean { return at - this.last > this.quietMs }

  /** One more attempt. */
  continue (at: number): void {
    this.count++
    if (at > this.last) this.last = at
  }

  /** 0, 1 or 2: it has grown to 4 or to 64 times what it opened with. */
  get level (): number { return STEPS.filter((step) => this.count >= step * this.#opened).length }

  /** @param isCharged Whether the client that sent the attempt is to blame for the whole. @param field Where it shows. */
  signal (subject: string, entity: EntityRef, expected: unknown, actual: unknown, evidence: AuthEvidence, isCharged: boolean, field = 'login'): Signal {
    const [severity, risk, charge] = LEVELS[this.level] as readonly [number, number, number]
    return new Signal(this.kind, field, severity, risk, expected, actual, {
      finding: { subject, entity, count: this.count, since: this.since, quietMs: this.quietMs, evidence },
      ...isCharged ? { charge, atClient: true } : null
    })
  }
}

/** Hours, rounded up, for evidence. */
export function hoursSince (since: number, at: number): number { return Math.max(1, Math.ceil((at - since) / HOUR_MS)) }
