import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { clientOf } from '../lib/client-address'
import { AuthKeys } from '../lib/detectors/auth-keys'
import { AuthWatch } from '../lib/detectors/auth-watch'
import { readableBody } from '../lib/detectors/readable-bodies'
import { Observation } from '../lib/observation'
import { RouteState } from '../lib/route-state'
import type { Signal } from '../lib/signal'
import { jwtClaims } from '../lib/text/jwt-claims'
import { hashText } from '../lib/text/keyed-hash'
import { credentialsIn, credentialsInHeader, fieldOfUser, loginName } from '../lib/text/login-body'
import { leadsBack, leadsToLogin, refusesLogin } from '../lib/text/login-reply'
import { resolveOptions } from './options'
import type { OptionTable } from './options'
import type { AuthRecord } from './auth-record'
import { kObservation, OFF } from './symbols'

/** A request to log in: what its body looks like is the application's to know. */
export type LoginRequest = Omit<FastifyRequest, 'body' | 'query' | 'params'> & { body: any, query: any, params: any }

export interface AuthBurstOptions {
  /** `observe` keeps this detector's findings out of what `enforce` decides. By default as the registry's. */
  mode?: 'observe' | 'enforce'
  /** The user somebody tries to log in as; kept as a keyed hash. By default a field of the body that is named like one, beside one named like a password, or the user of HTTP Basic. */
  user?: (request: LoginRequest) => string | number | null | undefined
  /** Whether a login failed; `undefined` leaves it to the status. */
  failed?: (request: LoginRequest, reply: FastifyReply) => boolean | undefined
  /**
   * Whether a route that answers 401 or 403 to a password is taken for a login route without being told.
   * @default true
   */
  propose?: boolean
  /**
   * Failures of one client for one user, without a success, from which it is guessing.
   * @default 15
   */
  pairFailures?: number
  /**
   * Clients that fail for one user from which they are guessing together.
   * @default 12
   */
  userClients?: number
  /**
   * Users who fail at one client, and never succeed there, from which it is spraying.
   * @default 12
   */
  clientUsers?: number
  /**
   * Keys and tokens that are refused to one client, none of which was ever accepted, from which it is guessing.
   * @default 12
   */
  clientKeys?: number
  /**
   * Users, and clients, whose failures are remembered at a time.
   * @default 10000
   */
  capacity?: number
}

/** Schema, defaults and documentation of `AuthBurstOptions`. */
export const authBurstOptions: OptionTable = {
  mode: { enum: ['observe', 'enforce'], description: '`observe` keeps this detector\'s findings out of what `enforce` decides; by default as the registry\'s' },
  user: { isFunction: true, description: 'the user somebody tries to log in as; kept as a keyed hash; by default a field of the body named like one, beside one named like a password, or the user of HTTP Basic' },
  failed: { isFunction: true, description: 'whether a login failed; `undefined` leaves it to the status' },
  propose: { isShared: true, type: 'boolean', default: true, description: 'whether a route that answers 401 or 403 to a password is taken for a login route without being told' },
  pairFailures: { isShared: true, type: 'integer', minimum: 3, maximum: 1_000_000, default: 15, description: 'failures of one client for one user, without a success, from which it is guessing' },
  userClients: { isShared: true, type: 'integer', minimum: 3, maximum: 1_000_000, default: 12, description: 'clients that fail for one user from which they are guessing together' },
  clientUsers: { isShared: true, type: 'integer', minimum: 3, maximum: 1_000_000, default: 12, description: 'users who fail at one client, and never succeed there, from which it is spraying' },
  clientKeys: { isShared: true, type: 'integer', minimum: 3, maximum: 1_000_000, default: 12, description: 'keys and tokens that are refused to one client, none of which was ever accepted, from which it is guessing' },
  capacity: { isShared: true, type: 'integer', minimum: 100, maximum: 1_000_000, default: 10_000, description: 'users, and clients, whose failures are remembered at a time' }
}

type Settings = Required<Pick<AuthBurstOptions, 'propose' | 'pairFailures' | 'userClients' | 'clientUsers' | 'clientKeys' | 'capacity'>> & Pick<AuthBurstOptions, 'user' | 'failed'>

/** A login route. Its state is the application's; it only counts. */
class LoginRoute {
  /** Attempts seen; never learning. */
  samples = 0
  readonly user: AuthBurstOptions['user']
  readonly failed: AuthBurstOptions['failed']
  /** Whether the plugin found it out by itself. */
  readonly isProposed: boolean

  constructor ({ user, failed }: AuthBurstOptions, isProposed: boolean) {
    this.user = user
    this.failed = failed
    this.isProposed = isProposed
  }

  describe (): Record<string, unknown> { return { login: this.isProposed ? 'proposed' : 'configured', attempts: this.samples } }
}

/** Client errors that say nothing about credentials: too slow, taken already, too large, not read, too many. */
const NEUTRAL: readonly number[] = [405, 406, 408, 409, 411, 413, 414, 415, 429, 431]

/** Methods that ask and do nothing: without credentials they are no try to log in (RFC 9110, section 9.2.1). */
const SAFE: readonly string[] = ['GET', 'HEAD']

/** Watches logins: guessing of one password, spraying, stuffing from many clients, low and slow, and accounts taken over. */
async function authBurst (fastify: FastifyInstance, options: AuthBurstOptions): Promise<void> {
  const settings = resolveOptions<Settings>('authBurst', authBurstOptions, null, options)
  const { anomalies } = fastify
  const watch = new AuthWatch(settings.capacity, settings)
  const keys = new AuthKeys(settings.capacity, settings.clientKeys)
  /** Routes that are watched: all but those that deny it. One without a state of its own may turn out to be a login route. */
  const watched = new Set<RouteState>()
  /** Requests of which the application has told the outcome: their status does not. */
  const told = new WeakSet<Observation>()
  const elsewhere = new RouteState('recordAuth', '*', '(recordAuth)', true, anomalies.settings.mode ?? 'observe', anomalies.settings.flagAt ?? 50)

  let isAttending = false

  const detector = anomalies.detector<LoginRoute>('auth-burst', createLogin, { check: checkRoute, minSamples: 1, mode: options.mode }).share(watch)
  elsewhere.setEnforcing(detector.slot, options.mode === 'enforce' || (elsewhere.mode === 'enforce' && options.mode !== 'observe'))
  anomalies.onRefusal = refused
  anomalies.onRecordAuth(recordAuth)
  anomalies.onRelease((entity) => {
    watch.forget(entity, anomalies.hash.hash(entity))
    keys.table.drop(entity)
  })

  function createLogin (routeOptions: object | undefined, route: RouteState): LoginRoute | null {
    if (route.matched) watched.add(route)
    if (routeOptions === undefined) return null
    route.isLogin = true
    attend()
    return new LoginRoute({ ...settings, ...resolveOptions<AuthBurstOptions>('authBurst', authBurstOptions, {}, routeOptions, route.key) }, false)
  }

  /** Requests are looked at from the first login route on: where there is none, they cost nothing. */
  function attend (): void {
    if (!isAttending) detector.on('onRequest', awaitEnd).on('onSend', judgeReply)
    isAttending = true
  }

  function checkRoute (routeOptions: object, route: string): void {
    resolveOptions('authBurst', authBurstOptions, {}, routeOptions, route)
  }

  /** A password that is refused makes a login route; of other credentials it is asked whether they are guessed. */
  function refused (request: FastifyRequest, reply: FastifyReply, observation: Observation): void {
    const { route } = observation
    if (!watched.has(route)) return
    if (!bringsSecret(request)) judgeKey(observation)
    else if (settings.propose && route.slots[detector.slot] === null) adopt(request, reply, observation)
  }

  /** A key or token that was refused, and that nobody has had accepted before. */
  function judgeKey (observation: Observation): void {
    const { at, token, user, client, clientHash } = observation
    const { entities } = anomalies
    if (token === null || user !== null || client === '' || entities.isAccepted(observation)) return
    detector.guard(() => keys.refuse({ at, client, key: ownerOf(observation, token), sessions: entities.sessionsBehind(clientHash, at) }, (signal) => observation.add(signal)))
    recordNew(observation)
  }

  /** Whom a credential says it stands for: a service whose clock is wrong signs a new token for each request. */
  function ownerOf (observation: Observation, token: string): number {
    const subject = jwtClaims(token.slice(token.lastIndexOf(' ') + 1))?.subject
    return subject === null || subject === undefined ? observation.credentialHash : hashText(subject, anomalies.hash.seed)
  }

  /** A route that refuses somebody's password is a login route from then on. */
  function adopt (request: FastifyRequest, reply: FastifyReply, observation: Observation): void {
    const { route } = observation
    const login = new LoginRoute(settings, true)
    route.slots[detector.slot] = login
    route.isLogin = true
    attend()
    fastify.log.info({ route: route.key }, 'fastify-anomalies takes this for a login route: config.anomalies.authBurst says so for good, or false says it is none')
    detector.guard(() => judgeReply(login, observation, request, reply))
    recordNew(observation)
  }

  function judgeReply (login: LoginRoute, observation: Observation, request: FastifyRequest, reply: FastifyReply): void {
    if (observation.refused || told.has(observation)) return
    settle(login, observation, request, outcomeOf(login, observation.status, observation.payload, request, reply))
  }

  /** @param success `null` where nothing can be said. */
  function settle (login: LoginRoute, observation: Observation, request: FastifyRequest, success: boolean | null): void {
    if (success === null || (observation.loginCounted && !success) || observation.method === 'OPTIONS') return
    const user = userOf(login, request)
    if (user === null && !isAttempt(login, request)) return
    if (login.user !== undefined && user !== null) observation.route.userField ??= fieldOfUser(bodyOf(request), user)
    count(login, observation, user, request, success)
  }

  /** Whether a request that names no user is a try to log in at all, and does not only ask for the form, or what credentials are wanted. */
  function isAttempt (login: LoginRoute, request: FastifyRequest): boolean {
    if (bringsSecret(request) || credentialsIn(request.query) !== null) return true
    return !login.isProposed && !SAFE.includes(request.method)
  }

  /**
   * Who goes away before the answer does not want it known: that is a failure. An answer that was ended past Fastify (`reply.hijack`) is
   * one like others. A listener here costs other routes nothing.
   */
  function awaitEnd (login: LoginRoute, observation: Observation, request: FastifyRequest, reply: FastifyReply): void {
    reply.raw.on('close', () => {
      if (observation.refused || observation.loginCounted || observation.status !== 0) return
      detector.guard(() => settle(login, observation, request, reply.raw.writableEnded && outcomeOf(login, reply.raw.statusCode, null, request, reply)))
      recordNew(observation)
    })
  }

  function recordNew (observation: Observation): void {
    if (observation.signals !== null && observation.signals.length > observation.recorded) anomalies.record(observation)
  }

  function outcomeOf (login: LoginRoute, status: number, payload: unknown, request: FastifyRequest, reply: FastifyReply): boolean | null {
    const failed = login.failed?.(request as LoginRequest, reply)
    if (failed !== undefined) return !failed
    if (status < 300) return !refusesLogin(payload)
    if (status < 400) return !isSentBack(request, reply)
    return status < 500 && !NEUTRAL.includes(status) ? false : null
  }

  function userOf (login: LoginRoute, request: FastifyRequest): string | null {
    if (login.user !== undefined) return loginName(login.user(request as LoginRequest))
    return (credentialsIn(bodyOf(request), true) ?? credentialsInHeader(request.headers.authorization) ?? credentialsIn(request.query, true))?.user ?? null
  }

  function count (login: LoginRoute | null, observation: Observation, name: string | null, request: FastifyRequest | null, success: boolean): void {
    observation.loginCounted = true
    if (login !== null) login.samples++
    const user = name === null ? null : anomalies.userTag(name)
    const userHash = user === null ? 0 : anomalies.hash.hash(user)
    if (success && user !== null) anomalies.entities.noteLogin(observation.clientHash, userHash, observation.at)
    watch.observe({
      at: observation.at,
      user,
      userHash,
      client: observation.client,
      clientHash: anomalies.hash.hash(observation.client),
      fingerprint: request === null ? 0 : fingerprintOf(observation, anomalies.hash.seed),
      success
    }, (signal: Signal) => observation.add(signal))
  }

  /** A login that no status tells. */
  function recordAuth ({ user, ip, success, request }: AuthRecord): void {
    const name = loginName(user)
    const own = request?.[kObservation]
    const client = ip === undefined ? undefined : clientOf(ip)
    const isOwn = own !== undefined && own !== null && own !== OFF && (client === undefined || client === own.client)
    if (own !== undefined && own !== null && own !== OFF) {
      told.add(own)
      own.loginCounted = true
    }
    const observation = isOwn ? own : observationOf(client ?? '')
    detector.guard(() => count(null, observation, name, isOwn ? request as FastifyRequest : null, success))
    recordNew(observation)
  }

  function observationOf (client: string): Observation {
    const { clock, hash } = anomalies
    const clientHash = hash.hash(client)
    return new Observation(clock.now(), clock.monotonic(), elsewhere, '*', '', [], null, 0, client, clientHash, null, clientHash, '')
  }
}

/** Whether a redirection leads back to where one logs in. */
function isSentBack (request: FastifyRequest, reply: FastifyReply): boolean {
  const location = reply.getHeader('location') ?? reply.raw.getHeader('location')
  if (typeof location !== 'string') return false
  return leadsBack(location, request.raw.url ?? '') || (bringsSecret(request) && leadsToLogin(location, request.headers.host))
}

function bringsSecret (request: FastifyRequest): boolean { return credentialsIn(bodyOf(request)) !== null || credentialsInHeader(request.headers.authorization) !== null }

/** Looked at when the answer is known: what a hook has read of a multipart form since is there too. */
function bodyOf ({ body, headers }: FastifyRequest): unknown { return readableBody(body, headers['content-type'] ?? null) }

/** Header names in their order, and the user agent: what a tool keeps while it changes addresses. */
function fingerprintOf ({ rawHeaders }: Observation, seed: number): number {
  let hash = seed
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.length === 10 && name.toLowerCase() === 'user-agent') hash = hashText(rawHeaders[i + 1] as string, hash)
    if (!PROXIED.has(name.toLowerCase())) hash = hashText(name, hash)
  }
  return hash
}

/** Headers that come and go with the connection, the proxy or the session. */
const PROXIED: ReadonlySet<string> = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded', 'x-real-ip', 'via', 'cookie', 'connection', 'content-length', 'transfer-encoding', 'authorization', 'referer', 'origin'])

declare module 'fastify' {
  interface FastifyAnomaliesRouteConfig {
    /** Makes this a login route; `false` denies that it is one. */
    authBurst?: false | Pick<AuthBurstOptions, 'mode' | 'user' | 'failed'>
  }
}

export default fp(authBurst, { fastify: '5.x', name: 'fastify-anomalies-auth-burst', dependencies: ['fastify-anomalies-registry'] })
