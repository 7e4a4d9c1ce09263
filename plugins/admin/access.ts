import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AccessCode, bearerOf, isSame } from './access-code'
import { runGuard } from './guard'
import type { AdminGuard } from './guard'

/** Calls `pass` for a request that is let in, `refuse` for one that is to look like any unknown path; neither where it has answered itself. */
export type Access = (request: FastifyRequest, reply: FastifyReply, pass: (error?: Error) => void, refuse: () => void) => void

/** Leaves it to the application's own hook: whatever that replies or throws stands. */
export function guardAccess (fastify: FastifyInstance, guard: AdminGuard): Access {
  return function askGuard (request, reply, pass) { runGuard(guard, fastify, request, reply, pass) }
}

/** Lets in who sends the token as `Authorization: Bearer`. */
export function tokenAccess (token: string): Access {
  return function compareToken (request, reply, pass, refuse) {
    if (isSame(bearerOf(request.headers.authorization), token)) pass()
    else refuse()
  }
}

/** Lets one browser in: who opens the address with the code, which is made and logged here, gets a cookie for it. */
export function codeAccess (fastify: FastifyInstance, path: string): Access {
  const access = new AccessCode()
  const announce = (origin: string): void => fastify.log.warn(`the admin route of fastify-anomalies opens once at ${origin}${path}?code=${access.code}`)

  fastify.addHook('onReady', (done) => {
    announce('')
    done()
  })
  fastify.addHook('onListen', (done) => {
    announce(fastify.listeningOrigin)
    done()
  })

  return function redeemOrCompare (request, reply, pass, refuse) {
    const cookie = request.routeOptions.url === path ? access.redeem(codeIn(request.url), path, request.protocol === 'https') : null
    if (cookie !== null) reply.header('set-cookie', cookie).header('referrer-policy', 'no-referrer').header('cache-control', 'no-store').redirect(path, 303)
    else if (access.admits(request.headers.cookie)) pass()
    else refuse()
  }
}

/**
 * Whether a change comes from a page of this origin, or from no page at all: browsers tell in `Sec-Fetch-Site`, on plain
 * http in `Origin`, and everything else sends neither. Cookies and Basic credentials are sent by themselves, so a guard needs this as well.
 *
 * Source: W3C, "Fetch Metadata Request Headers"; RFC 6454 section 7.
 */
export function isSameOrigin ({ headers, host }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const { origin } = headers
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host.toLowerCase())
}

function codeIn (url: string): string {
  const at = url.indexOf('?')
  return (at < 0 ? null : new URLSearchParams(url.slice(at + 1)).get('code')) ?? ''
}
