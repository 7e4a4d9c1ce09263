import type { Signal, SignalKind } from '../signal'

const DETECTOR = 'rate-spike'

function kind (type: string, describe: (signal: Signal) => string, about?: 'pace'): SignalKind {
  return { type, detector: DETECTOR, ...about === undefined ? null : { about }, describe }
}

/** The evidence of a finding about a route or the application: what a bucket is, what is expected of one, and the episode's extreme and mean. */
export interface RateEvidence { unit: 'requests' | 'bytes', seconds: number, extreme: number, mean: number }

export const RATE_SPIKE = kind('rate_spike', (signal) => `${signal.field}: ${amountOf(signal)}, far more than the ${expectedOf(signal)} that were to be expected`)
export const RATE_RAMP = kind('rate_ramp', (signal) => `${signal.field} has risen steadily: ${amountOf(signal)}, where ten minutes before it was ${expectedOf(signal)}`)
export const RATE_DROP = kind('rate_drop', (signal) => `${signal.field} has stopped: ${amountOf(signal)}, where ${expectedOf(signal)} were to be expected`)
export const CLIENT_RATE = kind('client_rate_spike', (signal) => `${entityOf(signal)} sent ${(signal.actual as ClientEvidence).amount} requests within ${(signal.actual as ClientEvidence).seconds} s; ordinary for it and for others is up to ${signal.expected}`, 'pace')
export const CLIENT_BYTES = kind('client_bytes_spike', (signal) => `${entityOf(signal)} moved ${(signal.actual as ClientEvidence).amount} bytes within ${(signal.actual as ClientEvidence).seconds} s; ordinary for it and for others is up to ${signal.expected}`, 'pace')

/** The evidence of a finding about one entity. */
export interface ClientEvidence { entity: 'client' | 'credential' | 'tenant', amount: number, seconds: number }

function amountOf (signal: Signal): string {
  const { unit, seconds, extreme } = signal.actual as RateEvidence
  return `${Math.round(extreme)} ${unit} within ${seconds} s`
}

function expectedOf (signal: Signal): string { return String(Number((signal.expected as number).toPrecision(2))) }

function entityOf (signal: Signal): string { return `this ${(signal.actual as ClientEvidence).entity}` }
