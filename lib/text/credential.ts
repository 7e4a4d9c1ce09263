/** Kinds of credentials, as signals are called; whether a bearer token is a JWT is seen when it is first met. */
export type CredentialKind = 'bearer' | 'basic' | 'custom_auth' | 'api_key' | 'session_cookie'

export interface Credential {
  readonly kind: CredentialKind
  /** What identifies it, without its scheme: to be hashed. */
  readonly token: string
}

/**
 * What an `Authorization` header holds; schemes are compared without case.
 *
 * Source: RFC 9110, section 11.4; RFC 6750.
 */
export function credentialOf (authorization: string): Credential {
  const space = authorization.indexOf(' ')
  const scheme = (space < 0 ? authorization : authorization.slice(0, space)).toLowerCase()
  const token = space < 0 ? '' : authorization.slice(space + 1).trim()
  if (token === '') return { kind: 'custom_auth', token: authorization }
  return scheme === 'bearer' || scheme === 'basic' ? { kind: scheme, token } : { kind: 'custom_auth', token: `${scheme} ${token}` }
}

/** Whether a cookie is called like one that stands for a session: `sid`, `connect.sid`, `PHPSESSID`, `auth_token`; not one against forgery. */
export function isSessionName (name: string): boolean {
  const lower = name.toLowerCase()
  if (lower.length > 64 || lower.includes('csrf') || lower.includes('xsrf')) return false
  if (lower.includes('sess') || lower.includes('auth') || lower.includes('jwt') || lower.includes('token')) return true
  return lower.endsWith('sid') && !isLetter(lower.charCodeAt(lower.length - 4))
}

function isLetter (code: number): boolean { return code >= 97 && code <= 122 }
