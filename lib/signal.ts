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

  constructor (kind: SignalKind, field: string | undefined, severity: number, risk: number, expected: unknown, actual: unknown) {
    this.kind = kind
    this.field = field
    this.severity = severity
    this.risk = risk
    this.expected = expected
    this.actual = actual
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
