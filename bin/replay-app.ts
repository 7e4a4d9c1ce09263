import Fastify from 'fastify'
import type { FastifyBodyParser, FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods, RawRequestDefaultExpression, RouteOptions } from 'fastify'
import { parse as parseForm } from 'fast-querystring'
import type { Exchange } from '../lib/har'
import type { SignalJson } from '../lib/signal'
import anomalies from '../plugins'
import type { Action } from '../lib/assessment'
import { kObservation, OFF } from '../plugins/symbols'
import { Failure, reasonOf } from './failure'
import { nodeHeaders } from './raw-headers'
import { sendRecorded } from './recorded-reply'
import type { RecordingClock } from './recording-clock'
import { isKnownMethod, refusalOf } from './refusal'
import type { RefusalType } from './refusal'
import { UNLIMITED } from './routes'
import type { ReplayRoute, RouteTable } from './routes'

/** Body sizes are as recorded: whatever the application let in is let in. */
const BODY_LIMIT = Number.MAX_SAFE_INTEGER

/** What became of one replayed request. */
export interface Outcome {
  /** Pattern of the route that it matched, `null` where none. */
  route: string | null
  /** Set where the server refused it before any hook. */
  refusal: RefusalType | null
  score: number
  flagged: boolean
  action: Action
  signals: SignalJson[]
}

/**
 * A Fastify app that stands for the recorded one: its routes answer what is on record, on the recording's clock, one request at a time.
 *
 * Detectors get each request exactly as recorded. Injection would parse its URL (and resolve `..`), lower and merge its headers and add
 * some, so it is given an empty request, which is filled in by `rewriteUrl`: Fastify calls that first of all, before the router and every
 * hook. Bodies are handed to Fastify by content-type parsers, not streamed.
 */
export class ReplayApp {
  readonly #app: FastifyInstance
  readonly #clock: RecordingClock
  #exchange: Exchange | null = null
  #request: FastifyRequest | null = null

  private constructor (table: RouteTable, clock: RecordingClock) {
    this.#clock = clock
    this.#app = Fastify({
      logger: false,
      bodyLimit: BODY_LIMIT,
      exposeHeadRoutes: table.exposeHeadRoutes,
      routerOptions: { ...table.router },
      rewriteUrl: (raw): string => this.#fillIn(raw)
    })
  }

  /**
   * @param options Options of the collection.
   * @throws Failure Where they, or the routes, are wrong.
   */
  static async create (table: RouteTable, options: object, clock: RecordingClock): Promise<ReplayApp> {
    const replay = new ReplayApp(table, clock)
    try {
      await replay.#build(table.routes, options)
    } catch (error) {
      await replay.close()
      throw new Failure(reasonOf(error), { cause: error })
    }
    return replay
  }

  get anomalies (): FastifyInstance['anomalies'] { return this.#app.anomalies }

  async close (): Promise<void> { await this.#app.close() }

  /** Replays one exchange. @param isJudged Whether the signals are wanted. */
  replay (exchange: Exchange, isJudged: boolean): Promise<Outcome> {
    this.#clock.startRequest(exchange.at)
    if (!isKnownMethod(exchange.method)) return Promise.resolve(refused('invalid_method'))
    this.#exchange = exchange
    this.#request = null
    return new Promise((resolve, reject) => {
      this.#app.inject({ method: exchange.method as HTTPMethods, url: '/', ...exchange.client === null ? null : { remoteAddress: exchange.client } }, (error, response) => {
        if (error !== undefined && error !== null) reject(error)
        else if (this.#request === null) resolve(refused(refusalOf(response?.statusCode ?? 400)))
        else resolve(outcomeOf(this.#request, isJudged))
      })
    })
  }

  async #build (routes: readonly ReplayRoute[], options: object): Promise<void> {
    const app = this.#app
    app.addHook('onRequest', (request, reply, done) => {
      this.#request = request
      done()
    })
    app.addHook('onSend', (request, reply, payload, done) => {
      if (this.#exchange?.reply === null) leaveUnrecorded(request)
      done()
    })
    await app.register(anomalies, options)
    this.#parseBodies()
    app.setNotFoundHandler((request, reply) => { this.#answer(reply) })
    app.setErrorHandler((error: { code?: string }, request, reply) => {
      if (error.code?.startsWith('FST_ANOMALIES_') === true) reply.send(error)
      else this.#answer(reply)
    })
    for (const route of routes) this.#declare(route)
    await app.ready()
  }

  #declare ({ method, url, config, constraints }: ReplayRoute): void {
    const app = this.#app
    for (const name of method) if (!app.supportedMethods.includes(name)) app.addHttpMethod(name, { hasBody: true })
    const limits = (constraints ?? {}) as RouteOptions['constraints'] & object
    const fresh = (method as HTTPMethods[]).filter((name) => !app.hasRoute({ method: name, url, constraints: limits }))
    if (fresh.length === 0) return
    app.route({ method: fresh, url, config: { ...config }, constraints: limits, handler: (request, reply) => { this.#answer(reply) } })
  }

  /** Parsers that take the body as recorded; a body that was not sent, or is not on record, is none. */
  #parseBodies (): void {
    const app = this.#app
    const json = app.getDefaultJsonParser('error', 'error') as FastifyBodyParser<string>
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/json', (request, payload, done) => {
      const body = this.#exchange?.body ?? null
      if (body === null) done(null)
      else json(request, body.toString(), done)
    })
    app.addContentTypeParser('application/x-www-form-urlencoded', (request, payload, done) => {
      const body = this.#exchange?.body ?? null
      done(null, body === null ? undefined : parseForm(body.toString()))
    })
    app.addContentTypeParser('text/plain', (request, payload, done) => { done(null, this.#exchange?.body?.toString()) })
    app.addContentTypeParser('*', (request, payload, done) => { done(null, this.#exchange?.body ?? undefined) })
  }

  #fillIn (raw: RawRequestDefaultExpression): string {
    const { method, target, rawHeaders, body } = this.#exchange as Exchange
    Object.assign(raw, { method, rawHeaders, headers: nodeHeaders(rawHeaders, body), originalUrl: target })
    return target
  }

  #answer (reply: FastifyReply): void {
    const { elapsedMs, reply: recorded } = this.#exchange as Exchange
    this.#clock.elapse(elapsedMs)
    if (recorded === null) reply.send()
    else sendRecorded(reply, recorded)
  }
}

/** No limit to parameters, no routes: for an application about which nothing is known. */
export const noRoutes: RouteTable = { routes: [], router: { maxParamLength: UNLIMITED }, exposeHeadRoutes: false }

/** Where no response is on record, there is none to judge or to learn: the observation gets a status, and no size, type or duration. */
function leaveUnrecorded (request: FastifyRequest): void {
  const observation = request[kObservation]
  if (observation !== null && observation !== undefined && observation !== OFF) observation.status = 200
}

function outcomeOf (request: FastifyRequest, isJudged: boolean): Outcome {
  const route = request.is404 ? null : request.routeOptions.url ?? null
  if (!isJudged) return { route, refusal: null, score: 0, flagged: false, action: 'allow', signals: [] }
  const { score, flagged, action, signals } = request.anomalies
  return { route, refusal: null, score, flagged, action, signals: signals.map((signal) => signal.toJSON()) }
}

function refused (refusal: RefusalType): Outcome {
  return { route: null, refusal, score: 0, flagged: false, action: 'allow', signals: [] }
}
