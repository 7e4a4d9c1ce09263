import { jsonText } from './text/json-text'

/**
 * What a signal says, made once per kind at start-up: hot paths only point at it.
 * `describe` turns a signal's evidence into one sentence, when somebody reads it.
 */
export interface SignalKind {
  /** Wire name, snake_case. */
  readonly type: string
  /** The detector that finds it, such as `endpoint-profiler`. */
  readonly detector: string
  /**
   * What it is about, where that is not the request: the client that sent it (its headers are the same with each), how often it asks, or the server, whose doing is
   * charged to nobody; or `attack`, where it is not that something is new which speaks against it, but that it does harm.
   */
  readonly about?: 'client' | 'pace' | 'server' | 'attack'
  describe (signal: Signal): string
}

/** The plain form of a signal (docs/signals.md). */
export interface SignalJson {
  type: string
  detector: string
  severity: number
  risk: number
  field?: string
  detail: string
  expected?: unknown
  actual?: unknown
}

/**
 * What makes a signal part of a finding over many requests: one episode for all signals of its type about its subject.
 * Kept with the signal as numbers and short references; nothing is formatted before somebody reads it.
 */
export interface Finding {
  /** What the episode is about: with the signal's type it tells the episode from others. Never a raw name. */
  readonly subject: string
  /** Who did it, as the event shows it; by default the request's own entity. */
  readonly entity?: { ip?: string, credential?: string, user?: string }
  /** Requests that belong to it so far, this one included. */
  readonly count: number
  /** Epoch milliseconds at which it began. */
  readonly since: number
  /** Silence after which it is over, in milliseconds. */
  readonly quietMs: number
  /** Counts, distinct entities and window, for people and machines. */
  readonly evidence: Readonly<Record<string, number | string>>
}

/** What else a signal may say. */
export interface SignalExtras {
  readonly finding?: Finding
  /** Risk that the entity is charged with at once, 0 to 100, instead of the usual share of the request's score. */
  readonly charge?: number
  /** Whether the client address is charged too, whoever is known to use it. */
  readonly atClient?: boolean
}

/**
 * One deviation found in one request. Evidence is numbers and redacted samples; the sentence is made when read.
 * Severity is 1 to 10 (1-3 low, 4-6 medium, 7-8 high, 9-10 critical), risk 0 to 100.
 */
export class Signal {
  readonly kind: SignalKind
  readonly field: string | undefined
  readonly severity: number
  /** Lowered, before anybody reads it, where what else was found makes it worth less. */
  risk: number
  readonly expected: unknown
  readonly actual: unknown
  readonly extras: SignalExtras | null

  constructor (kind: SignalKind, field: string | undefined, severity: number, risk: number, expected: unknown, actual: unknown, extras: SignalExtras | null = null) {
    this.kind = kind
    this.field = field
    this.severity = severity
    this.risk = risk
    this.expected = expected
    this.actual = actual
    this.extras = extras
  }

  get type (): string { return this.kind.type }
  get detector (): string { return this.kind.detector }
  /** One sentence for a person, with the expected and the actual. */
  get detail (): string {
    try {
      return String(this.kind.describe(this))
    } catch {
      return `${this.kind.type} (its detector failed to describe it)`
    }
  }

  toJSON (): SignalJson {
    return {
      type: this.type,
      detector: this.detector,
      severity: this.severity,
      risk: Math.round(this.risk * 10) / 10,
      ...this.field === undefined ? null : { field: this.field },
      detail: this.detail,
      ...this.expected === undefined ? null : { expected: plain(this.expected) },
      ...this.actual === undefined ? null : { actual: plain(this.actual) }
    }
  }
}

/** Evidence as JSON has it: an application's own may be anything, and what reads events must be able to write them down. */
function plain (evidence: unknown): unknown {
  if (typeof evidence === 'string' || typeof evidence === 'boolean' || (typeof evidence === 'number' && Number.isFinite(evidence))) return evidence
  try {
    const text = jsonText(evidence) as string | undefined
    return text === undefined ? null : JSON.parse(text)
  } catch {
    return '(evidence that JSON cannot say)'
  }
}

/** Level of a severity, as events carry it. */
export function levelOf (severity: number): 'info' | 'low' | 'medium' | 'high' | 'critical' {
  return severity < 1 ? 'info' : severity < 4 ? 'low' : severity < 7 ? 'medium' : severity < 9 ? 'high' : 'critical'
}
