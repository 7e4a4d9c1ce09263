import type { Signal, SignalKind } from '../signal'

const DETECTOR = 'traps'

function kind (type: string, describe: (signal: Signal) => string): SignalKind {
  return { type, detector: DETECTOR, describe }
}

export const TRAP_HIT = kind('trap_hit', (signal) => `a path was asked for that nobody has a reason to ask for: ${signal.expected}`)
