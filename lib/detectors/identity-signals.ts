import type { Signal, SignalKind } from '../signal'

const DETECTOR = 'trends'

function kind (type: string, describe: (evidence: Readonly<Record<string, number | string>>) => string): SignalKind {
  return { type, detector: DETECTOR, describe: (signal: Signal) => describe(signal.extras?.finding?.evidence ?? {}) }
}

export const FINGERPRINT_CHANGE = kind('fingerprint_change', ({ changes, minutes }) => `one session changed its device ${changes} times within ${minutes} minutes; an update or a moved user does not`)
export const SESSION_SHARING = kind('session_sharing', ({ networks, minutes }) => `one session is used from ${networks} networks in turn within ${minutes} minutes`)
export const TOKEN_REUSE = kind('token_reuse', ({ devices, minutes }) => devices === undefined
  ? `a token was accepted ${minutes} minutes after it had expired, where others are refused`
  : `one token is used by ${devices} different devices in turn within ${minutes} minutes`)
export const SESSION_HIJACK = kind('session_hijack', ({ requests }) => `a session that had been used by one device from one network (${requests} requests) came from another device and another network at once`)
export const ROTATION_PATTERN = kind('rotation_pattern', ({ agents, minutes }) => `one session had ${agents} different user agents within ${minutes} minutes`)
export const JA4_ROTATION = kind('ja4_rotation_pattern', ({ fingerprints, minutes }) => `one session had ${fingerprints} different TLS clients within ${minutes} minutes; resumption and QUIC are allowed for`)
export const JA4H_CHANGE = kind('ja4h_change', ({ changes, minutes }) => `the HTTP fingerprint of one session changed ${changes} times on the same routes within ${minutes} minutes`)
export const IMPOSSIBLE_TRAVEL = kind('impossible_travel', ({ km, minutes, speed, from, to }) => `one user was ${km} km away ${minutes} minutes before (${from} to ${to}), a journey at ${speed} km/h`)
export const JA4_IP_CLUSTER = kind('ja4_ip_cluster', ({ clients, failures, requests, othersShare }) => `${clients} clients with one uncommon TLS fingerprint fail together: ${failures} of ${requests} requests, of the others a share of ${othersShare}`)
export const JA4_SPOOFING = kind('ja4_browser_spoofing', ({ known, fingerprint }) => `the TLS client (${fingerprint}) is none of the ${known} that this kind of user agent has: it does not seem to be what it says`)
