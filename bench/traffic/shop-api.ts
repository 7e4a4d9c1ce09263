import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import formbody from '@fastify/formbody'
import { answer } from './replies'
import type { Call } from './call'
import type { Incident, Pairs } from './entry'
import { routes } from './routes'
import type { Route } from './routes'

export { routes } from './routes'

export interface ShopApiOptions {
  /** What goes wrong behind this request, if anything: how a demonstration stages outages, leaks and delays. */
  incident?: (request: FastifyRequest) => Incident | null
  /** Waits before the answer to a request whose incident is `slow`. */
  delay?: () => Promise<void>
}

/**
 * The example shop: 41 routes, stateless, every reply a function of its request alone (`replies.ts`), so that recorded traffic and the live
 * app agree. Register it after the plugins that shall watch it.
 */
export function shopApi (options: ShopApiOptions = {}): FastifyPluginAsync {
  return async function shop (fastify: FastifyInstance): Promise<void> {
    await fastify.register(formbody)
    for (const route of routes()) {
      fastify.route({ method: route.method, url: route.url, handler: async (request, reply) => await respond(route, request, reply) })
    }
  }

  async function respond (route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const incident = options.incident?.(request) ?? null
    if (incident === 'slow') await options.delay?.()
    const { status, mimeType, text, headers } = answer(callOf(route, request, incident))
    reply.code(status)
    for (const [name, value] of headers) reply.header(name, value)
    if (mimeType !== '') reply.type(mimeType)
    return reply.send(text)
  }
}

function callOf (route: Route, request: FastifyRequest, incident: Incident | null): Call {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  return {
    route,
    method: request.method,
    url: request.url,
    params: pairsOf(request.params),
    query: pairsOf(request.query),
    form: isForm ? pairsOf(request.body) : [],
    json: isForm ? undefined : request.body,
    headers: {
      cookie: request.headers.cookie ?? '',
      authorization: request.headers.authorization ?? '',
      apiKey: textOf(request.headers['x-api-key']),
      ifNoneMatch: request.headers['if-none-match'] ?? '',
      signature: textOf(request.headers['x-payment-signature'])
    },
    incident
  }
}

function pairsOf (parsed: unknown): Pairs {
  if (typeof parsed !== 'object' || parsed === null) return []
  return Object.entries(parsed).flatMap(([name, value]): Pairs => Array.isArray(value) ? value.map((one) => [name, String(one)]) : [[name, String(value)]])
}

function textOf (header: string | string[] | undefined): string { return Array.isArray(header) ? header.join(', ') : header ?? '' }
