import { Buffer } from 'node:buffer'
import { EventEmitter } from 'node:events'
import { channel } from 'node:diagnostics_channel'
import { isIP } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { AddressFault } from '../lib/address-watch'
import type { AnomalyEvent, AnomalyEventJson, EntityRef } from '../lib/anomaly-event'
import type { Action, Assessment } from '../lib/assessment'
import { clientOf } from '../lib/client-address'
import { EntityRisks } from '../lib/entity-risks'
import { EventLog } from '../lib/event-log'
import type { EventPage, EventQuery } from '../lib/event-log'
import { Observation } from '../lib/observation'
import { RouteState } from '../lib/route-state'
import { Signal } from '../lib/signal'
import type { Snapshot } from '../lib/snapshot'
import type { OpenApiDocument } from '../lib/detectors/openapi-document'
import type { RiskLedger } from '../lib/store/risk-ledger'
import { KeyedHash } from '../lib/text/keyed-hash'
import { Redactor } from '../lib/text/redact'
import { systemClock } from './clock'
import type { Clock } from './clock'
import { Detector } from './detector'
import type { Judge, Stage } from './detector'
import { FST_ANOMALIES_BAD_OPTION } from './errors'
import { Identities } from './identities'
import { LearningGate } from './learning-gate'
import { learnedDocument } from './learned-schemas'
import type { RegistryOptions } from './registry-options'
import { resolveOptions } from './options'
import type { OptionTable } from './options'
import { RouteTable } from './route-table'
import { kObservation, OFF } from './symbols'
import { restoreSnapshot, takeSnapshot } from './snapshots'

/** Makes the state that a detector keeps for a route, or `null` to leave the route alone. */
export type DetectorFactory<S> = (routeOptions: object | undefined, route: RouteState) => S | null

/** What else a detector may tell the registry about itself. */
export interface DetectorSettings {
  /** Throws where a route's options for the detector are wrong. */
  check? (routeOptions: object, route: string): void
  /** Requests after which a route's baseline is no longer `learning`. @default 20 */
  minSamples?: number
  /** `observe` keeps the detector's findings out of what `enforce` decides. */
  mode?: 'observe' | 'enforce' | undefined
}

/** An application's own finding. */
export interface ReportedSignal { type: string, severity: number, risk: number, field?: string, detail: string, expected?: unknown, actual?: unknown }

/** The outcome of a login that no HTTP status tells. */
export interface AuthRecord {
  /** Who somebody tried to log in as; kept as a keyed hash. */
  user?: string | number | null
  /** Where from; by default the request's client. */
  ip?: string
  success: boolean
  /** The request in which it happened, if any: its status is then not counted. */
  request?: FastifyRequest
}

/** A decision by hand about an entity. */
export interface ManualDecision {
  /** Who decides. */
  by: string
  /** How long it holds; without it, until it is taken back. */
  for?: number | string
  reason?: string
}

const manualOptions: OptionTable = {
  by: { type: 'string', minLength: 1, maxLength: 200, description: 'who decides' },
  for: { isDuration: true, description: 'how long it holds' },
  reason: { type: 'string', maxLength: 1000, description: 'why' }
}

/** What was done about requests, and what would have been done in mode `enforce`. */
export interface ActionCounts {
  blocked: number
  throttled: number
  /** In mode `observe`: requests of entities whose risk calls for a block. */
  wouldBlock: number
  wouldThrottle: number
  /** Let through because the client address evidently is not the client's. */
  sparedByAddress: number
  /** Let through because the client address is on the allow list. */
  sparedByList: number
}

/** Decides about a request: calls `done`, or answers. @param isLate Whether `preHandler` has been reached. */
export type Guard = (request: FastifyRequest, reply: FastifyReply, observation: Observation, isLate: boolean, done: () => void) => void

/** What a detector does at a stage. */
export interface Seat { readonly detector: Detector<never>, readonly judge: Judge<object> }

/** Share of a flagged request's score that its entity's risk grows by. */
const RISK_SHARE = 0.2
/** By the level of risk. */
const ACTIONS: readonly Action[] = ['allow', 'throttle', 'block']
const CHANNEL = 'fastify-anomalies:anomaly'
/** Route and entity of findings about the whole application. */
const EVERYWHERE = { method: '*', url: '*', key: '*' }
const NOBODY: EntityRef = {}

/**
 * What the detectors of one Fastify instance share: routes' states, events, risk, the key of all hashes, and the gate
 * before learning. It is `fastify.anomalies`.
 */
export class Registry {
  readonly clock: Clock
  readonly hash: KeyedHash
  readonly redactor: Redactor
  readonly settings: RegistryOptions
  readonly routes: RouteTable
  readonly detectors: Detector<never>[] = []
  readonly log: EventLog
  readonly gate: LearningGate
  /** Requests observed, and of them flagged. */
  observed = 0
  flagged = 0
  /** What detectors do at each stage. */
  readonly stages: Readonly<Record<Stage, Seat[]>> = { onRequest: [], preValidation: [], preSerialization: [], onSend: [] }
  readonly #emitter = new EventEmitter()
  readonly #channel = channel(CHANNEL)
  readonly #identities: Identities
  /** Who is blamed for what was found. */
  readonly entities: EntityRisks
  /** What was done, and what would have been done in mode `enforce`. */
  readonly actions: ActionCounts = { blocked: 0, throttled: 0, wouldBlock: 0, wouldThrottle: 0, sparedByAddress: 0, sparedByList: 0 }
  /** Whether the client address can be believed, where the enforcement plugin is registered. */
  addressFault: () => AddressFault | null = () => null
  /** Decides about requests, where the enforcement plugin is registered. */
  guard: Guard | null = null
  readonly #fastify: FastifyInstance
  #listenerFailed = false
  readonly #releases: ((entity: string) => void)[] = []
  #recordAuth: ((login: AuthRecord) => void) | null = null
  readonly #sweeps: ((at: number) => void)[] = []

  constructor (fastify: FastifyInstance, settings: RegistryOptions) {
    this.#fastify = fastify
    this.settings = settings
    this.clock = settings.clock ?? systemClock
    const random = settings.random ?? randomShare
    this.hash = new KeyedHash(settings.secret ?? Array.from({ length: 8 }, () => Math.floor(random() * 0x100000000).toString(36)).join('-').padEnd(16, '-'))
    this.#identities = new Identities(this.hash)
    this.redactor = new Redactor(settings.redact)
    this.log = new EventLog(settings.events as number, (event) => this.#publish(event))
    this.routes = new RouteTable(settings, (error) => {
      fastify.log.error({ err: error }, 'a route declared before fastify-anomalies has wrong options; it runs with the defaults')
      this.emit('error', error)
    })
    this.gate = new LearningGate(this)
    this.entities = new EntityRisks({
      capacity: settings.entities as number,
      halfLifeMs: settings.riskHalfLife as number,
      keepAbove: settings.throttleAt as number,
      throttleAt: settings.throttleAt as number,
      blockAt: settings.blockAt as number,
      hysteresis: settings.hysteresis as number,
      seal: (address) => this.hash.tag('address', address)
    })
    this.#emitter.on('error', () => {})
  }

  /**
   * Registers a detector; third parties' come in by the same door as ours.
   * @param name Kebab-case; its options in `config.anomalies` bear the same name in camelCase.
   * @param create Makes the state of a route, with the route's own options for this detector.
   */
  detector<S extends object> (name: string, create: DetectorFactory<S>, about: DetectorSettings = {}): Detector<S> {
    if (!/^[a-z][a-z0-9-]*$/.test(name) || this.detectors.some((other) => other.name === name)) {
      throw new FST_ANOMALIES_BAD_OPTION(`detector name '${name}' is taken or not kebab-case`, '')
    }
    const detector = new Detector<S>(this.#fastify, this, name, this.detectors.length, about.minSamples ?? 20)
    this.detectors.push(detector as unknown as Detector<never>)
    this.routes.addDetector(detector, create, about)
    return detector
  }

  /** Adds what a detector does at a stage; detectors judge in the order in which they registered. */
  addJudge (stage: Stage, detector: Detector<never>, judge: Judge<object>): void {
    if (stage === 'preSerialization' && this.stages[stage].length === 0) this.#openSerialization()
    this.stages[stage].push({ detector, judge })
  }

  /** Adds the hook that sees what replies are made of, once somebody wants it. */
  #openSerialization (): void {
    const seats = this.stages.preSerialization
    this.#fastify.addHook('preSerialization', (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: () => void) => {
      const observation = request[kObservation]
      if (observation !== null && observation !== undefined && observation !== OFF && !observation.resent) {
        observation.reply = payload
        observation.replyStatus = reply.statusCode
        this.judge(seats, request, reply, observation)
      }
      done()
    })
  }

  /** Lets all detectors judge that are switched on for the route. One hook a stage for all of them: each further hook costs 0.1 µs (measured over sockets). */
  judge (seats: readonly Seat[], request: FastifyRequest, reply: FastifyReply, observation: Observation): void {
    const { slots } = observation.route
    for (let i = 0; i < seats.length; i++) {
      const { detector, judge } = seats[i] as Seat
      const state = slots[detector.slot] as object | null | undefined
      if (state === null || state === undefined) continue
      try {
        judge(state, observation, request, reply)
      } catch (error) {
        detector.fault(error)
      }
      if (observation.signals === null || observation.signals.length === observation.recorded) continue
      const wasRisked = observation.risked
      try {
        this.record(observation)
      } catch (error) {
        // What a detector of a third party added was no signal: it is dropped.
        observation.drop()
        detector.fault(error)
      }
      // Before the user is known nobody is charged; where the reply ends without, whoever is known by then is.
      if (observation.risked && !wasRisked && !observation.charged) reply.raw.once('close', () => this.#charge(observation))
    }
  }

  /** Subscribes to events. Listeners run synchronously; what they throw is caught. */
  on (event: 'anomaly', listener: (event: AnomalyEventJson) => void): this
  on (event: 'block', listener: (request: FastifyRequest) => void): this
  on (event: 'learned', listener: (what: { route: string, detector: string, field?: string }) => void): this
  on (event: 'error', listener: (error: unknown) => void): this
  on (event: string, listener: (value: never) => void): this {
    this.#emitter.on(event, listener as (value: unknown) => void)
    return this
  }

  /** Recorded events, newest first. */
  query (query: EventQuery = {}): EventPage {
    this.sweep()
    return this.log.query(query)
  }

  /** Calls `look` with the time before events are read: for what only the passing of time shows. */
  onSweep (look: (at: number) => void): void { this.#sweeps.push(look) }

  /** Lets the time pass that has passed since the last request. */
  sweep (): void {
    const at = this.clock.now()
    for (const look of this.#sweeps) this.#call(() => look(at))
    this.log.sweep(at)
  }

  /**
   * Records a finding about traffic as a whole: it is nobody's, flags no request and charges no entity.
   * @param route `null` for the whole application. @param count Requests (or bytes) of the episode so far.
   */
  note (signal: Signal, at: number, route: AnomalyEvent['route'] | null, state: 'open' | 'step' | 'close', since: number, count: number): void {
    this.log.note(signal, at, route ?? EVERYWHERE, NOBODY, state, since, count)
  }

  /** What the collection thinks of a request so far. */
  assess (request: FastifyRequest): Assessment {
    const observation = request[kObservation]
    if (observation === null || observation === undefined || observation === OFF) return { signals: [], score: 0, flagged: false, action: 'allow' }
    return { signals: observation.signals ?? [], score: observation.score, flagged: observation.flagged, action: this.#actionOf(observation) }
  }

  /**
   * The assessment of a request so far. By itself asking counts nothing: what hooks find is recorded when they find it. With
   * `record: true`, for an application that acts on the answer, each signal is recorded as an event once more, now with the user where
   * he is known by now; no risk is added.
   */
  check (request: FastifyRequest, options: { record?: boolean } = {}): Assessment {
    const observation = request[kObservation]
    if (options.record === true && observation !== null && observation !== undefined && observation !== OFF && observation.signals !== null) {
      this.#log(observation, 0)
    }
    return this.assess(request)
  }

  /** An application's own finding about a request: counted, recorded and acted upon like a detector's. One that cannot be read is logged. */
  report (request: FastifyRequest, signal: ReportedSignal): void {
    const observation = request[kObservation]
    if (observation === null || observation === OFF) return
    this.#call(() => {
      const { type, detail } = signal
      const kind = { type, detector: 'application', describe: () => detail }
      observation.add(new Signal(kind, signal.field, within(signal.severity, 1, 10), within(signal.risk, 0, 100), signal.expected, signal.actual))
      this.record(observation)
    })
    this.gate.reported(observation)
  }

  /** Tells the outcome of a login that no HTTP status tells. Does nothing where auth-burst is switched off; a wrong argument is reported by `on('error')`. */
  recordAuth (login: AuthRecord): void {
    if (typeof login?.success !== 'boolean') this.emit('error', new TypeError(`recordAuth: success must be true or false, received ${typeof login?.success}`))
    else this.#recordAuth?.(login)
  }

  /** For auth-burst: who takes `recordAuth` in. */
  onRecordAuth (take: (login: AuthRecord) => void): void { this.#recordAuth = take }

  /** An address as clients are counted by it: IPv6 by /64, IPv4-mapped as IPv4. */
  addressOf (ip: string): string { return clientOf(ip) }

  /** Tag of a user name, the same as that of a principal (`key`) of that name. */
  userTag (name: string): string { return this.#identities.tagOf(`user ${name}`) }

  /** Risk of an entity now, 0 to 100. @param entity Address, or credential tag or user tag as events show it. */
  risk (entity: string): number { return this.entities.risk(this.entityOf(entity), this.clock.now()) }

  /** Forgets an entity's risk, a block by hand, and what detectors hold against it. @returns Whether there was any risk or block. */
  release (entity: string): boolean {
    const known = this.entityOf(entity)
    this.#releases.forEach((forget) => this.#call(() => forget(known)))
    return this.entities.release(known)
  }

  /** For detectors that count over many requests: who is told that an entity was released. */
  onRelease (forget: (entity: string) => void): void { this.#releases.push(forget) }

  /**
   * Blocks an entity by hand, in mode `enforce`, whatever its risk; for good or for a time.
   * @param entity Address (IPv6 by /64), credential tag or user tag as events show it.
   * @throws FST_ANOMALIES_BAD_OPTION Where a term is no duration.
   */
  block (entity: string, decision: ManualDecision): void { this.#decide(entity, 'block', decision) }

  /** Lets an entity through by hand, whatever its risk. The most telling entity of a request decides: user, then credential, then address. */
  allow (entity: string, decision: ManualDecision): void { this.#decide(entity, 'allow', decision) }

  /** Takes `block` or `allow` back. @returns Whether there was one. */
  undecide (entity: string): boolean { return this.entities.undecide(this.entityOf(entity)) }

  /** An entity as it is counted: addresses may be given as they are. */
  entityOf (entity: string): string { return isIP(entity) === 0 ? entity : clientOf(entity) }

  #decide (entity: string, action: 'allow' | 'block', decision: ManualDecision): void {
    const { for: term, by, reason = '' } = resolveOptions<{ for?: number, by: string, reason?: string }>(action, manualOptions, {} as never, decision)
    if (by === undefined) throw new FST_ANOMALIES_BAD_OPTION(`${action}.by must say who decides`, '')
    const at = this.clock.now()
    this.entities.decide(this.entityOf(entity), { action, until: term === undefined ? null : at + term, by, reason, at })
  }

  /** Entities by risk. */
  topEntities (limit: number): ReturnType<RiskLedger['top']> { return this.entities.all.top(limit, this.clock.now()) }

  /** Stops learning: on one route (`id` as in `baselines()`), or everywhere. Judging goes on with what was learned. */
  freeze (id?: string): void { this.routes.setFrozen(id, true) }
  unfreeze (id?: string): void { this.routes.setFrozen(id, false) }
  /** Forgets what was learned of a route; it starts learning again. */
  reset (id: string): void { this.routes.reset(id) }

  /** What was learned, per route and detector, as plain JSON. */
  baselines (): ReturnType<RouteTable['baselines']> { return this.routes.baselines() }

  /** What was learned of JSON bodies and replies, as an OpenAPI 3.1 document. */
  openapi (info: { title?: string, version?: string } = {}): OpenApiDocument { return learnedDocument(this, info) }

  /** All learned state as versioned JSON. The key of its hashes is not in it. */
  snapshot (): Snapshot { return takeSnapshot(this) }
  /** Replaces all learned state. @throws FST_ANOMALIES_BAD_SNAPSHOT */
  restore (snapshot: Snapshot): void { restoreSnapshot(this, snapshot, 'replace') }
  /** Adds another process's learned state. @throws FST_ANOMALIES_BAD_SNAPSHOT */
  merge (snapshot: Snapshot): void { restoreSnapshot(this, snapshot, 'add') }

  /** Checks a route's `config.anomalies`. */
  checkRoute (route: RouteOptions): void { this.routes.check(route) }

  /** Opens the observation of a request, or gives `OFF`. @param given A route to observe it on, whatever the application says about it. */
  open (request: FastifyRequest, given?: RouteState): Observation {
    const at = this.clock.now()
    const route = given ?? this.routes.of(request, at)
    if (route === null) return OFF
    this.observed++
    const { headers, raw } = request
    const identities = this.#identities
    const client = identities.clientOf(request)
    const clientHash = identities.clientHash >>> 0
    const token = headers.authorization ?? headers['x-api-key']
    const length = headers['content-length']
    const bytes = length !== undefined ? Number(length) : headers['transfer-encoding'] === undefined ? 0 : -1
    return new Observation(at, this.clock.monotonic(), route, request.method, raw.url ?? '', raw.rawHeaders, headers['content-type'] ?? null,
      bytes >= 0 ? bytes : -1, client, clientHash, null, clientHash, request.id, typeof token === 'string' ? token : null, identities)
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
    if (this.settings.key === undefined || observation.user !== null) return
    let user: string | number | null | undefined
    try {
      user = this.settings.key(request)
    } catch (error) {
      this.emit('error', error)
    }
    observation.identified = true
    if (user !== undefined && user !== null && user !== '') {
      const tag = this.#identities.tagOf(`user ${user}`)
      observation.identify(tag, this.hash.hash(tag))
    }
    this.#charge(observation)
  }

  /** Notes what the reply shows. */
  answer (request: FastifyRequest, reply: FastifyReply, observation: Observation, payload: unknown): void {
    observation.status = reply.statusCode
    observation.elapsedMs = this.clock.monotonic() - observation.started
    const type = reply.getHeader('content-type')
    if (typeof type === 'string') observation.responseType = type
    if (observation.method !== 'HEAD') observation.responseBytes = sizeOf(payload, reply)
    this.identify(request, observation)
  }

  blocked (request: FastifyRequest): void {
    this.actions.blocked++
    this.emit('block', request)
    if (this.settings.onBlock !== undefined) this.#call(() => this.settings.onBlock?.(request))
  }

  /** Takes new signals of an observation in: risk, events, subscribers. */
  record (observation: Observation): void {
    const signals = observation.signals as Signal[]
    if (observation.flagged && !observation.risked) {
      this.flagged++
      observation.risked = true
    }
    if (this.settings.key === undefined || observation.identified) this.#charge(observation)
    this.#log(observation, observation.recorded)
    observation.recorded = signals.length
  }

  /** Makes events of an observation's signals from one on. */
  #log (observation: Observation, first: number): void {
    const signals = observation.signals as Signal[]
    const entity = observation.entity ??= entityOf(observation)
    const key = entityKey(observation)
    const action = this.#actionOf(observation)
    for (let i = first; i < signals.length; i++) {
      this.log.record(signals[i] as Signal, observation.at, observation.route, observation.requestId, entity, key, observation.score, action)
    }
  }

  /**
   * Charges a flagged request to its entity, once. Where the application tells users apart, what was found before it could is
   * charged when it has: to the user, not to an address or a credential that others use too.
   */
  #charge (observation: Observation): void {
    const { signals } = observation
    if (signals === null) return
    for (; observation.billed < signals.length; observation.billed++) {
      const signal = signals[observation.billed] as Signal
      if (signal.extras?.charge !== undefined) this.#blame(observation, signal, signal.extras.charge, signal.extras.atClient === true)
    }
    if (!observation.risked || observation.charged) return
    observation.charged = true
    const strongest = signals.reduce((most, signal) => signal.risk > most.risk ? signal : most)
    this.#blame(observation, strongest, observation.score * RISK_SHARE, false)
  }

  /** Notes that something became known in spite of having been flagged. */
  promoted (route: RouteState, detector: string, field: string, at: number): void {
    route.promotions.push({ detector, field, at })
    if (route.promotions.length > 16) route.promotions.shift()
    this.emit('learned', { route: route.key, detector, field })
  }

  emit (event: string, value: unknown): void {
    if (this.#emitter.listenerCount(event) === 0) return
    this.#call(() => this.#emitter.emit(event, value))
  }

  close (): void { this.#emitter.removeAllListeners() }

  /** The snapshot's part of risk. */
  get risks (): RiskLedger { return this.entities.all }

  #blame (observation: Observation, { detector, type }: Signal, amount: number, atClient: boolean): void {
    this.entities.blame(observation, detector, amount, observation.at, type, this.routes.enforces(observation.route, detector), atClient)
  }

  #publish (event: AnomalyEvent): void {
    if (this.settings.onAnomaly === undefined && !this.#channel.hasSubscribers && this.#emitter.listenerCount('anomaly') === 0) return
    this.#call(() => {
      const json = event.toJSON()
      this.emit('anomaly', json)
      if (this.#channel.hasSubscribers) this.#channel.publish(json)
      if (this.settings.onAnomaly !== undefined) this.#call(() => this.settings.onAnomaly?.(json))
    })
  }

  /** Runs what is the application's (a subscriber, its own finding): what it throws is logged once and never reaches a request. */
  #call (act: () => void): void {
    try {
      act()
    } catch (error) {
      if (!this.#listenerFailed) this.#fastify.log.error({ err: error }, 'a subscriber to fastify-anomalies, or a finding given to it, failed')
      this.#listenerFailed = true
    }
  }

  #actionOf (observation: Observation): Action {
    return ACTIONS[this.entities.judge(observation, observation.at, this.entities.all, true).level] as Action
  }
}

function entityKey (observation: Observation): string { return observation.user ?? observation.credential ?? observation.client }

function entityOf (observation: Observation): EntityRef {
  return {
    ...observation.client === '' ? null : { ip: observation.client },
    ...observation.credential === null ? null : { credential: observation.credential },
    ...observation.user === null ? null : { user: observation.user }
  }
}

/** Bytes of a reply's payload, -1 where they cannot be known beforehand. */
function sizeOf (payload: unknown, reply: FastifyReply): number {
  if (typeof payload === 'string') return Buffer.byteLength(payload)
  if (payload === undefined || payload === null) return 0
  if (Buffer.isBuffer(payload)) return payload.length
  const declared = reply.getHeader('content-length')
  return declared === undefined ? -1 : Number(declared)
}

/** What an application gives is limited to the range; what is no number counts least. */
function within (value: number, least: number, most: number): number {
  return value >= least ? Math.min(most, value) : least
}

function randomShare (): number { return crypto.getRandomValues(new Uint32Array(1))[0] as number / 0x100000000 }
