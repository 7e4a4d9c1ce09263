import type { Action } from './assessment'
import { levelOf } from './signal'
import type { Signal, SignalJson } from './signal'

/** Who did it; never a raw credential or user name. */
export interface EntityRef { ip?: string, credential?: string, user?: string }

/** Where a finding over several requests stands. */
export interface Episode { state: 'open' | 'step' | 'close', since: string, count: number }

/** The plain form of an event (contract.md). */
export interface AnomalyEventJson extends SignalJson {
  id: string
  detectedAt: string
  level: string
  route: { method: string, url: string }
  requestId: string
  entity: EntityRef
  score: number
  action: Action
  episode?: Episode
  /** Of a finding over many requests: counts, distinct entities, window. */
  evidence?: Readonly<Record<string, number | string>>
}

/**
 * A signal as recorded. Kept as numbers and references; id, times and sentences are made when somebody reads it.
 * The id sorts by time: 48 bits of milliseconds and 32 of sequence, in base 32 (Crockford).
 */
export class AnomalyEvent {
  readonly signal: Signal
  readonly at: number
  readonly sequence: number
  readonly route: { readonly method: string, readonly url: string, readonly key: string }
  readonly requestId: string
  readonly entity: EntityRef
  readonly score: number
  readonly action: Action
  /** Where it is part of an episode: its state, when it began, how many signals so far. */
  readonly state: Episode['state'] | null
  readonly since: number
  readonly count: number

  constructor (signal: Signal, at: number, sequence: number, route: AnomalyEvent['route'], requestId: string, entity: EntityRef, score: number, action: Action,
    state: Episode['state'] | null, since: number, count: number) {
    this.signal = signal
    this.at = at
    this.sequence = sequence
    this.route = route
    this.requestId = requestId
    this.entity = entity
    this.score = score
    this.action = action
    this.state = state
    this.since = since
    this.count = count
  }

  get id (): string { return base32(this.at, 10) + base32(this.sequence, 7) }
  get type (): string { return this.signal.type }
  get detector (): string { return this.signal.detector }
  get severity (): number { return this.signal.severity }
  get level (): string { return levelOf(this.signal.severity) }
  get detectedAt (): string { return new Date(this.at).toISOString() }
  get detail (): string { return this.signal.detail }

  toJSON (): AnomalyEventJson {
    return {
      id: this.id,
      detectedAt: this.detectedAt,
      level: this.level,
      ...this.signal.toJSON(),
      route: { method: this.route.method, url: this.route.url },
      requestId: this.requestId,
      entity: this.entity,
      score: Math.round(this.score),
      action: this.action,
      ...this.state === null ? null : { episode: { state: this.state, since: new Date(this.since).toISOString(), count: this.count } },
      ...this.signal.extras?.finding === undefined ? null : { evidence: this.signal.extras.finding.evidence }
    }
  }
}

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function base32 (value: number, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) {
    text = DIGITS.charAt(value % 32) + text
    value = Math.floor(value / 32)
  }
  return text
}
