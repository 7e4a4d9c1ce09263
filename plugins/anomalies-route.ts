import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import fp from 'fastify-plugin'
import { codeAccess, guardAccess, isSameOrigin, tokenAccess } from './admin/access'
import { allow, baseline, baselines, block, changeBaseline, correlations, entities, events, metrics, openapi, release, schemas, summary, trends, undecide } from './admin/answers'
import type { Answer } from './admin/answers'
import type { AdminGuard } from './admin/guard'
import { jsonText } from '../lib/text/json-text'
import { FST_ANOMALIES_BAD_OPTION, FST_ANOMALIES_CROSS_ORIGIN, FST_ANOMALIES_NO_ANSWER } from './errors'
import { METRICS_TYPE } from './metrics'
import { resolveOptions } from './options'
import type { OptionTable } from './options'
import type { Registry } from './registry-state'

export interface AnomaliesRouteOptions {
  /**
   * Path under which the route answers.
   * @default '/__anomalies'
   */
  prefix?: string
  /** Hook that decides who gets in; whatever it replies or throws stands. Not together with `token`. */
  guard?: AdminGuard | undefined
  /** Lets in who sends it as `Authorization: Bearer`. Without `guard` and `token`, a one-time code is logged at start-up. */
  token?: string | undefined
}

/** Schema, defaults and documentation of `AnomaliesRouteOptions`. */
export const anomaliesRouteOptions: OptionTable = {
  prefix: { type: 'string', pattern: '^(/[A-Za-z0-9._~-]+)+$', maxLength: 200, default: '/__anomalies', description: 'path under which the route answers; starts with `/` and does not end with it' },
  guard: { isFunction: true, description: 'hook that decides who gets in; whatever it replies or throws stands' },
  token: { type: 'string', minLength: 1, isSecret: true, description: 'lets in who sends it as `Authorization: Bearer`; not together with `guard`' }
}

const JSON_TYPE = 'application/json; charset=utf-8'
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer'
}

/** What the collection has seen and learned, for those who may know, as JSON. To everybody else it does not exist. */
async function anomaliesRoute (fastify: FastifyInstance, options: AnomaliesRouteOptions): Promise<void> {
  const { prefix, guard, token } = resolveOptions<AnomaliesRouteOptions & { prefix: string }>('admin', anomaliesRouteOptions, null, options)
  if (guard !== undefined && token !== undefined) throw new FST_ANOMALIES_BAD_OPTION('admin.token cannot be given together with admin.guard', '')
  const { anomalies } = fastify
  const path = `${fastify.prefix}${prefix}`
  const access = guard !== undefined ? guardAccess(fastify, guard) : token !== undefined ? tokenAccess(token) : codeAccess(fastify, path)
  const refused = new WeakSet<FastifyRequest>()

  await fastify.register(async (admin) => {
    admin.addHook('onRequest', function admit (request, reply, done) {
      access(request, reply, pass, refuse)

      function pass (error?: Error): void {
        if (error !== undefined) return done(error)
        reply.headers(HEADERS)
        if (request.method !== 'POST' || isSameOrigin(request)) return done()
        fail(reply, new FST_ANOMALIES_CROSS_ORIGIN())
      }

      function refuse (): void {
        refused.add(request)
        done()
      }
    })
    // As late as here, so that a body is read, and refused where it is malformed, as on any unknown path.
    admin.addHook('preValidation', function hide (request, reply, done) {
      if (!refused.has(request)) return done()
      reply.callNotFound()
    })
    // No body is asked for; one of a type that the application does not read is no error, as on any unknown path.
    if (!admin.hasContentTypeParser('*')) {
      admin.addContentTypeParser('*', function discard (request, payload, done) {
        payload.resume()
        done(null)
      })
    }

    declare('GET', '', summary)
    declare('GET', '/events', events)
    declare('GET', '/baselines', baselines)
    // A wildcard: a parameter's length is limited, a route's is not.
    declare('GET', '/baselines/*', baseline)
    declare('POST', '/baselines/*', changeBaseline)
    declare('GET', '/schemas', schemas)
    declare('GET', '/openapi.json', openapi)
    declare('GET', '/trends', trends)
    declare('GET', '/trends/correlations', correlations)
    declare('GET', '/metrics', metrics, METRICS_TYPE)
    declare('GET', '/entities', entities)
    declare('POST', '/entities/:id/release', release)
    declare('POST', '/entities/:id/block', block)
    declare('POST', '/entities/:id/allow', allow)
    declare('POST', '/entities/:id/undecide', undecide)

    /** @param textType Media type of an answer that is a text; others are JSON. */
    function declare (method: 'GET' | 'POST', url: string, answer: Answer, textType?: string): void {
      const schema: FastifySchema & { hide: boolean } = { hide: true }
      admin.route({ method, url, exposeHeadRoute: false, config: { anomalies: false }, schema, handler: (request, reply) => respond(anomalies, request, reply, answer, textType) })
    }
  }, { prefix })
}

/** Answers in JSON, or with a text; what goes wrong is an answer too, and never the application's to handle. */
function respond (registry: Registry, request: FastifyRequest, reply: FastifyReply, answer: Answer, textType?: string): void {
  let text: string
  registry.backlog.catchUp()
  try {
    const given = answer(registry, request)
    text = textType === undefined ? jsonText(given) : given as string
  } catch (error) {
    if (error instanceof Error && String((error as FastifyError).code).startsWith('FST_ANOMALIES_')) return fail(reply, error as FastifyError)
    request.log.error({ err: error }, 'the admin route of fastify-anomalies could not answer')
    return fail(reply, new FST_ANOMALIES_NO_ANSWER())
  }
  reply.type(textType ?? JSON_TYPE).send(text)
}

function fail (reply: FastifyReply, { statusCode = 500, code, message }: FastifyError): void {
  const text = jsonText({ statusCode, code, error: STATUS_CODES[statusCode], message })
  reply.code(statusCode).type(JSON_TYPE).send(text)
}

export default fp(anomaliesRoute, { fastify: '5.x', name: 'fastify-anomalies-anomalies-route', dependencies: ['fastify-anomalies-registry'] })
