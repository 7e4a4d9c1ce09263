import type { Signal, SignalKind } from '../signal'

const DETECTOR = 'auth-burst'

function kind (type: string, describe: (signal: Signal) => string): SignalKind {
  return { type, detector: DETECTOR, describe }
}

/** What the evidence of the signals below holds. */
export interface AuthEvidence {
  [name: string]: number | string
}

function evidenceOf (signal: Signal): AuthEvidence { return (signal.extras?.finding?.evidence ?? {}) as AuthEvidence }

export const BRUTE_FORCE = kind('auth_brute_force', (signal) => {
  const { failures, hours } = evidenceOf(signal)
  return `one client failed ${failures} times in ${hours} h to log in as one user, without a success; up to ${signal.expected} are ordinary`
})
export const LOW_AND_SLOW = kind('auth_low_and_slow', (signal) => {
  const { failures, hours } = evidenceOf(signal)
  return `one client tries one user's password again and again: ${failures} failures over ${hours} h; up to ${signal.expected} are ordinary`
})
export const SPRAYING = kind('auth_password_spraying', (signal) => {
  const { users, known, failures, hours } = evidenceOf(signal)
  return `one client failed to log in as ${users} users who never succeeded from there (${known} did) within ${hours} h, in ${failures} attempts; fewer than ${signal.expected} are ordinary`
})
export const CLIENT_FAILURES = kind('auth_client_failures', (signal) => {
  const { failures, successes } = evidenceOf(signal)
  return `one client failed ${failures} times to log in, against ${successes} successes; up to ${signal.expected} are ordinary`
})
export const DISTRIBUTED = kind('auth_distributed_guessing', (signal) => {
  const { clients, failures, hours } = evidenceOf(signal)
  return `${clients} clients failed to log in as one user within ${hours} h, in ${failures} attempts; fewer than ${signal.expected} are ordinary`
})
export const STUFFING = kind('auth_credential_stuffing', (signal) => {
  const { unresolved, clients, fingerprints, share } = evidenceOf(signal)
  const who = fingerprints === undefined ? `${clients} clients that send the same headers` : `clients of ${fingerprints} kinds, each with the same headers`
  return `${unresolved} users failed to log in, and did not succeed later, from ${who}: a share of ${share} of theirs, up to ${signal.expected} is ordinary`
})
export const FAILURE_RATIO = kind('auth_failure_ratio', (signal) => {
  const { unresolved, successes, share } = evidenceOf(signal)
  return `${unresolved} users failed to log in, and did not succeed later, against ${successes} successes: a share of ${share}, ordinary is ${signal.expected}`
})
export const KEY_GUESSING = kind('auth_key_guessing', (signal) => {
  const { keys, sessions, hours } = evidenceOf(signal)
  return `one client was refused with ${keys} keys or tokens within ${hours} h that nobody ever had accepted, beside ${sessions} sessions that were; fewer than ${signal.expected} are ordinary`
})
export const TAKEOVER = kind('account_takeover', (signal) => {
  const { failures, clients } = evidenceOf(signal)
  return signal.expected === 'own'
    ? `a login succeeded from a client that is guessing passwords (${failures} failures), for a user who was never there before`
    : `a login succeeded from a new client after ${failures} failures for this user from ${clients} other clients`
})
