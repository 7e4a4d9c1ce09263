import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Name of the cookie that stands for a redeemed code. */
const COOKIE = 'fastify-anomalies-admin'
const BYTES = 32

/** Compares two secrets in a time that tells nothing of either. */
export function isSame (given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret))
}

/** The token of an `Authorization: Bearer` header, or `''`. */
export function bearerOf (authorization: string | undefined): string {
  return authorization !== undefined && /^bearer /i.test(authorization) ? authorization.slice(7).trim() : ''
}

/**
 * A code that lets one browser in: made at start-up, redeemed once for a session that lives as long as the process.
 * Code and session are 256 random bits each, of the system's generator.
 */
export class AccessCode {
  readonly code: string = randomBytes(BYTES).toString('base64url')
  #session: string | null = null

  /** @returns The session's cookie, or `null` where the code is wrong or was redeemed before. */
  redeem (given: string, path: string, isSecure: boolean): string | null {
    if (this.#session !== null || !isSame(given, this.code)) return null
    this.#session = randomBytes(BYTES).toString('base64url')
    return `${COOKIE}=${this.#session}; Path=${path}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
  }

  /** Whether a `Cookie` header holds the session. */
  admits (cookies: string | undefined): boolean {
    const session = this.#session
    if (session === null || cookies === undefined) return false
    return cookies.split(';').some((pair) => {
      const [name, value = ''] = pair.trim().split('=', 2)
      return name === COOKIE && isSame(value, session)
    })
  }
}

function digest (secret: string): Buffer { return createHash('sha256').update(secret).digest() }
