import { Signal } from '../lib/signal'

/** An application's own finding. */
export interface ReportedSignal { type: string, severity: number, risk: number, field?: string, detail: string, expected?: unknown, actual?: unknown }

/** The signal that an application's finding is; what it gives is limited to the range. */
export function reportedSignal ({ type, severity, risk, field, detail, expected, actual }: ReportedSignal): Signal {
  const kind = { type, detector: 'application', describe: () => detail }
  return new Signal(kind, field, within(severity, 1, 10), within(risk, 0, 100), expected, actual)
}

/** What is no number counts least. */
function within (value: number, least: number, most: number): number {
  return value >= least ? Math.min(most, value) : least
}
