import { jwtClaims } from './jwt-claims'

/** Kinds of credentials, as signals are called. */
export type CredentialKind = 'jwt' | 'bearer' | 'basic' | 'custom_auth' | 'api_key' | 'session_cookie'

export interface Credential {
  readonly kind: CredentialKind
  /** What identifies it, without its scheme: to be hashed. */
  readonly token: string
  /** Epoch milliseconds; `Infinity` where it does not say. */
  readonly expiresAt: number
  /** Whose it is, to be hashed; `null` where it does not say. */
  readonly subject: string | null
}

/**
 * What an `Authorization` header holds. Schemes are compared without case; a bearer token that is a JWT is one. `null` for an
 * empty header.
 *
 * Source: RFC 9110, section 11.4; RFC 6750.
 */
export function credentialOf (authorization: string): Credential | null {
  const space = authorization.indexOf(' ')
  const scheme = (space < 0 ? authorization : authorization.slice(0, space)).toLowerCase()
  const token = space < 0 ? '' : authorization.slice(space + 1).trim()
  if (authorization === '') return null
  if (token === '' || (scheme !== 'bearer' && scheme !== 'basic')) return { kind: 'custom_auth', token: token === '' ? authorization : `${scheme} ${token}`, expiresAt: Infinity, subject: null }
  if (scheme === 'basic') return { kind: 'basic', token, expiresAt: Infinity, subject: null }
  return tokenOf('bearer', token)
}

/** A token by itself: a JWT's claims are read, wherever it was sent. */
export function tokenOf (kind: 'bearer' | 'session_cookie' | 'api_key', token: string): Credential {
  const claims = jwtClaims(token)
  if (claims === null) return { kind, token, expiresAt: Infinity, subject: null }
  return { kind: kind === 'bearer' ? 'jwt' : kind, token, ...claims }
}

/** Whether a cookie is called like one that stands for a session: `sid`, `connect.sid`, `PHPSESSID`, `auth_token`; not one against forgery. */
export function isSessionName (name: string): boolean {
  const lower = name.toLowerCase()
  if (lower.length > 64 || lower.includes('csrf') || lower.includes('xsrf')) return false
  if (lower.includes('sess') || lower.includes('auth') || lower.includes('jwt') || lower.includes('token')) return true
  return lower.endsWith('sid') && !isLetter(lower.charCodeAt(lower.length - 4))
}

function isLetter (code: number): boolean { return code >= 97 && code <= 122 }
