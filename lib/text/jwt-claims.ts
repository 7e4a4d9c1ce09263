/** What is read of a JWT's claims; the token's signature is nobody's business here. */
export interface JwtClaims {
  /** Epoch milliseconds from which the token is no longer valid; `Infinity` without `exp`. */
  readonly expiresAt: number
  /** Issuer and subject as one text, to be hashed by the caller; `null` without a subject. */
  readonly subject: string | null
}

/** How base64url of a JSON object without spaces begins: `{"`. */
const OBJECT = 'eyJ'
/** Longer payloads are not decoded. */
const MAX_PAYLOAD = 8192
const NO_CLAIMS: JwtClaims = { expiresAt: Infinity, subject: null }

/**
 * The claims of a compact JWT, `null` where a text is none: three parts, of which the second is base64url of a JSON object.
 *
 * Source: RFC 7519, sections 3 and 4.1.
 */
export function jwtClaims (token: string): JwtClaims | null {
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (!token.startsWith(OBJECT) || !token.startsWith(OBJECT, first + 1) || second < 0 || token.indexOf('.', second + 1) >= 0) return null
  if (second - first > MAX_PAYLOAD) return NO_CLAIMS
  let claims: { exp?: unknown, sub?: unknown, iss?: unknown } | null
  try {
    claims = JSON.parse(Buffer.from(token.slice(first + 1, second), 'base64url').toString())
  } catch {
    return null
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return null
  const { exp, sub, iss } = claims
  return {
    expiresAt: typeof exp === 'number' && exp > 0 ? exp * 1000 : Infinity,
    subject: typeof sub === 'string' && sub !== '' ? `${typeof iss === 'string' ? iss : ''} ${sub}` : null
  }
}
