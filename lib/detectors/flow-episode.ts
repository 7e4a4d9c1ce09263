import { Signal } from '../signal'
import type { SignalKind } from '../signal'
import type { Observation } from '../observation'
import { cookieSessionOf } from './cookie-session'

/** Silence after which an episode of the flow detectors is over. */
const QUIET_MS = 900_000

/** How grave a kind of finding is. */
export interface Gravity {
  /** 1 to 10, and 0 to 100. */
  readonly severity: number
  readonly risk: number
  /** Risk that the sender is charged with once, when the episode opens; 0 for none. */
  readonly charge: number
}

/** What a finding says: what was seen, what is ordinary, and the counts behind it. */
export interface FlowEvidence {
  readonly [name: string]: number | string
}

/**
 * A finding about one sender that lasts: an exfiltration, a walk over ids. Each request of it carries a signal; the log makes few events of
 * them (`EventLog`), and the sender is charged once. It is over when 15 minutes have passed without such a request.
 */
export class FlowEpisode {
  /** Epoch milliseconds at which what was found began. */
  since = 0
  /** Requests that belong to it. */
  count = 0
  #last = -Infinity

  /** Whether the next request begins a new one. */
  isOver (at: number): boolean { return at - this.#last > QUIET_MS }

  /**
   * Adds the signal of one more request to the observation.
   * @param subject Whom the episode is about: with the kind it tells it from others; never a raw name. @param since When what led to it began.
   */
  report (kind: SignalKind, field: string, gravity: Gravity, observation: Observation, subject: string, since: number, expected: number | string, actual: number | string, evidence: FlowEvidence): void {
    const { at } = observation
    const opens = this.isOver(at)
    if (opens) {
      this.count = 0
      this.since = since
    }
    this.count++
    this.#last = at
    const session = cookieSessionOf(observation)
    // Events show users and credentials by themselves; a cookie's session has no other name.
    const told = session === null ? evidence : { ...evidence, session: session.tag }
    observation.add(new Signal(kind, field, gravity.severity, gravity.risk, expected, actual, {
      finding: { subject, count: this.count, since: this.since, quietMs: QUIET_MS, evidence: told },
      ...opens && gravity.charge > 0 ? { charge: gravity.charge } : null
    }))
  }
}

/** Whether nothing but its address says who sent a request. */
export function isAddressOnly (observation: Observation): boolean {
  return observation.user === null && observation.credential === null && cookieSessionOf(observation) === null
}

/** Who a request is counted for, as events name it: user, else credential, else session, else client address. */
export function subjectOf (observation: Observation): string { return observation.user ?? observation.credential ?? cookieSessionOf(observation)?.tag ?? observation.client }
