import { BlockList, isIP } from 'node:net'
import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { AddressWatch } from '../lib/address-watch'
import { withoutPort } from '../lib/client-address'
import { BLOCK, CALM } from '../lib/entity-risks'
import type { Verdict } from '../lib/entity-risks'
import type { Observation } from '../lib/observation'
import { MISSING } from '../lib/text/header-names'
import { FST_ANOMALIES_BAD_OPTION, FST_ANOMALIES_BLOCKED, FST_ANOMALIES_THROTTLED } from './errors'
import { resolveOptions } from './options'
import type { OptionTable } from './options'
import type { ActionCounts } from './guard'
import { createLimiter } from './throttle'
import type { Limiter } from './throttle'

export interface EnforcementOptions {
  /**
   * Requests that an entity whose risk has just reached `throttleAt` may still send in a window; fewer the higher its risk, and one just below `blockAt`.
   * @default 30
   */
  max?: number
  /**
   * The window of `max`.
   * @default '1 minute'
   */
  timeWindow?: number | string
  /** Client addresses, and networks in CIDR notation, that are never throttled or blocked. */
  allow?: string[]
}

/** Schema, defaults and documentation of `EnforcementOptions`. */
export const enforcementOptions: OptionTable = {
  max: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 30, description: 'requests in a window of an entity whose risk has just reached `throttleAt`; fewer the higher its risk, one just below `blockAt`' },
  timeWindow: { isDuration: true, default: '1 minute', description: 'the window of `max`' },
  allow: { type: 'array', items: { type: 'string' }, default: [], description: 'client addresses, and networks in CIDR notation, that are never throttled or blocked' }
}

interface Settings { max: number, timeWindow: number, allow: string[] }

/** All of the first requests tell whether addresses can be believed, later one in so many. */
const FIRST = 1024
const SAMPLED = 64

/**
 * Acts upon risk in mode `enforce`: throttles through @fastify/rate-limit, blocks with 403, at `preHandler` at the latest. In mode
 * `observe` it only counts what it would have done.
 */
async function enforcement (fastify: FastifyInstance, options: EnforcementOptions): Promise<void> {
  const settings = resolveOptions<Settings>('enforcement', enforcementOptions, null, options)
  const { anomalies } = fastify
  const { throttleAt, blockAt } = anomalies.settings as { throttleAt: number, blockAt: number }
  const { entities, actions } = anomalies
  const allowed = settings.allow.length === 0 ? null : listOf(settings.allow)
  const addresses = new AddressWatch()
  const hasLateStage = anomalies.settings.key !== undefined
  /** Verdicts that the limiter is being asked about. */
  const asked = new WeakMap<FastifyRequest, Verdict>()
  let limiter: Promise<Limiter> | null = null
  let seen = 0
  let isWarned = false
  /** The socket's other end of the last request looked at: mostly the same proxy. */
  let peer = ''
  let peerAddress = ''

  anomalies.guard = { concerns, decide }
  anomalies.addressFault = () => addresses.fault
  if (anomalies.settings.mode === 'enforce') limiter = makeLimiter()
  if (limiter !== null) await limiter

  function concerns (request: FastifyRequest, observation: Observation, isLate: boolean): boolean {
    if (!isLate && (++seen <= FIRST || seen % SAMPLED === 0)) noteAddress(request, observation)
    // Where it may be known later who it is, that is awaited: user and session come before the address.
    return (isLate || !(hasLateStage || (observation.route.isEnforced && request.headers.cookie !== undefined))) && !entities.isCalm(observation.at)
  }

  function decide (request: FastifyRequest, reply: FastifyReply, observation: Observation, done: () => void): void {
    const { isEnforced } = observation.route
    const ledger = isEnforced ? entities.enforced : entities.all
    const byAddress = addresses.fault === null
    const verdict = entities.judge(observation, observation.at, ledger, byAddress)
    if (verdict.level === CALM) {
      if (!byAddress && entities.judge(observation, observation.at, ledger, true).level !== CALM) countOnce(observation, 'sparedByAddress')
      return done()
    }
    if (observation.method === 'OPTIONS' && !verdict.isManual) return done()
    if (allowed !== null && isAllowed(allowed, request.ip)) {
      countOnce(observation, 'sparedByList')
      return done()
    }
    if (!isEnforced) {
      countOnce(observation, verdict.level === BLOCK ? 'wouldBlock' : 'wouldThrottle')
      return done()
    }
    if (verdict.level === BLOCK) return block(request, reply, observation)
    if (asked.has(request)) return done()
    throttle(request, reply, observation, verdict, done)
  }

  /** A request may be decided about twice; it counts once. */
  function countOnce (observation: Observation, what: keyof ActionCounts): void {
    if (!observation.isCounted) actions[what]++
    observation.isCounted = true
  }

  function block (request: FastifyRequest, reply: FastifyReply, observation: Observation): void {
    observation.refused = true
    anomalies.blocked(request)
    refuse(request, reply, new FST_ANOMALIES_BLOCKED())
  }

  function throttle (request: FastifyRequest, reply: FastifyReply, observation: Observation, verdict: Verdict, done: () => void): void {
    asked.set(request, verdict)
    limiter ??= makeLimiter()
    limiter.then((ask) => ask(request, reply)).then(() => done(), function exceeded (error: FastifyError) {
      if (error.statusCode !== 429) {
        // A limiter that fails limits nobody.
        anomalies.emit('error', error)
        return done()
      }
      observation.refused = true
      actions.throttled++
      if (!reply.sent) refuse(request, reply, new FST_ANOMALIES_THROTTLED())
    }).catch((error) => anomalies.emit('error', error))
  }

  function makeLimiter (): Promise<Limiter> {
    return createLimiter({
      max: (request) => limitOf((asked.get(request) as Verdict).risk),
      windowMs: settings.timeWindow,
      key: (request) => (asked.get(request) as Verdict).entity,
      capacity: anomalies.settings.entities as number,
      now: () => anomalies.clock.now()
    })
  }

  /** All of `max` at the threshold of throttling, one request just below that of blocking. */
  function limitOf (risk: number): number {
    const share = (risk - throttleAt) / Math.max(1, blockAt - throttleAt)
    return Math.max(1, Math.round(settings.max * (1 - Math.min(1, Math.max(0, share)))))
  }

  function noteAddress (request: FastifyRequest, observation: Observation): void {
    // Node makes its object of headers when it is first asked for: of most requests here.
    const isForwarded = observation.headerNames.places.forwardedFor !== MISSING || request.headers.forwarded !== undefined
    if (observation.peer !== peer) {
      peer = observation.peer
      peerAddress = anomalies.addressOf(peer)
    }
    addresses.note(peerAddress, observation.client, isForwarded)
    if (isWarned || addresses.fault === null) return
    isWarned = true
    const why = addresses.fault === 'untrusted-proxy' ? 'requests carry forwarded addresses that Fastify does not trust' : 'one private address sends nearly all requests'
    fastify.log.warn(`fastify-anomalies: the client address evidently is not the client's (${why}). Nobody is throttled or blocked by address while this is so: set Fastify's option trustProxy`)
  }
}

/** Answers itself, so that the body is the contract's whatever error handler the application has. */
function refuse (request: FastifyRequest, reply: FastifyReply, { statusCode = 403, code, message }: FastifyError): void {
  reply.code(statusCode).send({ statusCode, code, error: STATUS_CODES[statusCode], message, requestId: request.id })
}

/** @throws FST_ANOMALIES_BAD_OPTION For what is neither an address nor a network. */
function listOf (entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', prefix, ...rest] = entry.split('/')
    const version = isIP(address)
    const family = version === 6 ? 'ipv6' : 'ipv4'
    const bits = Number(prefix)
    const isNetwork = prefix !== undefined && /^\d{1,3}$/.test(prefix) && bits <= (version === 6 ? 128 : 32)
    if (version === 0 || rest.length > 0 || (prefix !== undefined && !isNetwork)) throw new FST_ANOMALIES_BAD_OPTION(`enforcement.allow must hold addresses and networks such as 192.0.2.0/24, received '${entry.slice(0, 60)}'`, '')
    if (isNetwork) list.addSubnet(address, bits, family)
    else list.addAddress(address, family)
  }
  return list
}

function isAllowed (list: BlockList, ip: string | undefined): boolean {
  const address = withoutPort(ip ?? '')
  const version = isIP(address)
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4')
}

export default fp(enforcement, { fastify: '5.x', name: 'fastify-anomalies-enforcement', dependencies: ['fastify-anomalies-registry'] })
