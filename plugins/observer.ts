import { Buffer } from 'node:buffer'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Observation } from '../lib/observation'
import type { RouteState } from '../lib/route-state'
import { HeaderLists, MISSING } from '../lib/text/header-names'
import { wholeNumber } from '../lib/text/whole-number'
import type { Clock } from './clock'
import type { Identities } from './identities'
import type { Recorder } from './recorder'
import type { RegistryOptions } from './registry-options'
import type { RouteTable } from './route-table'
import type { Subscribers } from './subscribers'
import { kObservation, OFF } from './symbols'

/** Reads requests and replies into observations, each dear thing once: clock, route, client, user, and what the reply shows. */
export class Observer {
  /** Requests observed. */
  observed = 0
  readonly #clock: Clock
  readonly #routes: RouteTable
  readonly #identities: Identities
  readonly #recorder: Recorder
  readonly #subscribers: Subscribers
  readonly #key: RegistryOptions['key']
  readonly #lists: HeaderLists

  constructor (clock: Clock, routes: RouteTable, identities: Identities, recorder: Recorder, subscribers: Subscribers, key: RegistryOptions['key'], seed: number) {
    this.#clock = clock
    this.#routes = routes
    this.#identities = identities
    this.#recorder = recorder
    this.#subscribers = subscribers
    this.#key = key
    this.#lists = new HeaderLists(seed)
  }

  /** Opens the observation of a request, or gives `OFF`. @param given A route to observe it on, whatever the application says about it. */
  open (request: FastifyRequest, given?: RouteState): Observation {
    const at = this.#clock.now()
    const route = given ?? this.#routes.of(request, at)
    if (route === null) return OFF
    this.observed++
    const { raw } = request
    const names = this.#lists.read(raw.rawHeaders)
    const { places } = names
    const identities = this.#identities
    const client = identities.clientOf(request, header(request, places.forwardedFor, 'x-forwarded-for') ?? '')
    const clientHash = identities.clientHash >>> 0
    const token = header(request, places.authorization, 'authorization') ?? header(request, places.apiKey, 'x-api-key')
    const length = header(request, places.contentLength, 'content-length')
    const bytes = length !== undefined ? bytesIn(length) : places.transferEncoding === MISSING ? 0 : -1
    const observation = new Observation(at, this.#clock.monotonic(), route, request.method, raw.url ?? '', raw.rawHeaders, header(request, places.contentType, 'content-type') ?? null,
      bytes, client, clientHash, null, clientHash, request.id, token ?? null, identities)
    observation.peer = identities.peer
    observation.headerNames = names
    return observation
  }

  /** Opens an observation in `onSend`, where an earlier hook answered and ours never ran. */
  openLate (request: FastifyRequest): Observation {
    const observation = this.open(request)
    request[kObservation] = observation
    if (observation !== OFF) observation.late = true
    return observation
  }

  /** Reads the principal where the application knows one. */
  identify (request: FastifyRequest, observation: Observation): void {
    if (this.#key === undefined || observation.user !== null) return
    const user = this.#userOf(request, this.#key)
    observation.identified = true
    if (user !== null) {
      const { tag, hash } = this.#identities.nameOf(`user ${user}`)
      observation.identify(tag, hash)
    }
    this.#recorder.charge(observation)
  }

  /**
   * What `key` says, `null` where that is nobody. All users would be one, whose risk refuses everybody, if a promise or an object were taken for a name:
   * such an answer is a fault of the application's, told like what it throws.
   */
  #userOf (request: FastifyRequest, key: NonNullable<RegistryOptions['key']>): string | null {
    try {
      const user: unknown = key(request)
      if (user === undefined || user === null || user === '' || user === false) return null
      if (typeof user === 'string' || typeof user === 'bigint' || (typeof user === 'number' && Number.isFinite(user))) return String(user)
      if (user instanceof Promise) user.catch(() => {})
      throw new TypeError(`key must give a string, a number or nothing, and at once; received ${user instanceof Promise ? 'a promise' : typeof user === 'object' ? 'an object' : String(user).slice(0, 20)}`)
    } catch (error) {
      this.#subscribers.emit('error', error)
      this.#subscribers.call(() => { throw error })
      return null
    }
  }

  /** Notes what the reply shows. */
  answer (request: FastifyRequest, reply: FastifyReply, observation: Observation, payload: unknown): void {
    observation.status = reply.statusCode
    observation.payload = payload
    observation.elapsedMs = this.#clock.monotonic() - observation.started
    const type = reply.getHeader('content-type')
    if (typeof type === 'string') observation.responseType = type
    if (observation.method !== 'HEAD') {
      if (typeof payload === 'string') observation.leaveUncounted()
      else observation.responseBytes = sizeOf(payload, reply)
    }
    this.identify(request, observation)
  }
}

/**
 * A header's value. Looked up by its name it takes ten times as long (Node's `headers` have many shapes); which of several counts, or how they are joined, is Node's to say.
 * @param place Where in `rawHeaders` it is.
 */
function header ({ raw }: FastifyRequest, place: number, name: string): string | undefined {
  if (place >= 0) return raw.rawHeaders[place]
  if (place === MISSING) return undefined
  const value = raw.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** A declared length, -1 where it is none. */
function bytesIn (text: string): number {
  const bytes = wholeNumber(text, 0)
  return bytes >= 0 || !(Number(text) >= 0) ? bytes : Number(text)
}

/** Bytes of a reply's payload that is no text, -1 where they cannot be known beforehand. */
function sizeOf (payload: unknown, reply: FastifyReply): number {
  if (payload === undefined || payload === null) return 0
  if (Buffer.isBuffer(payload)) return payload.length
  const declared = reply.getHeader('content-length')
  return declared === undefined ? -1 : Number(declared)
}
