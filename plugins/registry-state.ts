import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { AnomalyEvent, AnomalyEventJson, EntityRef } from '../lib/anomaly-event'
import type { Assessment } from '../lib/assessment'
import { clientOf } from '../lib/client-address'
import type { EventPage, EventQuery } from '../lib/event-log'
import type { Signal } from '../lib/signal'
import type { Snapshot } from '../lib/snapshot'
import type { OpenApiDocument } from '../lib/detectors/openapi-document'
import type { RiskLedger } from '../lib/store/risk-ledger'
import type { AuthRecord } from './auth-record'
import { Detector } from './detector'
import type { DetectorFactory, DetectorSettings } from './detector'
import { FST_ANOMALIES_BAD_OPTION, FST_ANOMALIES_BAD_PARAMETER, FST_ANOMALIES_NO_TRENDS } from './errors'
import { learnedDocument } from './learned-schemas'
import { manualRule } from './manual-decision'
import type { ManualDecision } from './manual-decision'
import { metricsText } from './metrics'
import { inEpochTimes } from './query-times'
import type { WithTimes } from './query-times'
import { RegistryParts } from './registry-parts'
import { reportedSignal } from './reported-signal'
import type { ReportedSignal } from './reported-signal'
import type { RouteTable } from './route-table'
import { restoreSnapshot, takeSnapshot } from './snapshots'
import { kObservation, OFF } from './symbols'
import type { CorrelationPage, CorrelationQuery, TrendAnswers, TrendPage, TrendQuery } from './trends/trend-page'

/** Route and entity of findings about the whole application. */
const EVERYWHERE = { method: '*', url: '*', key: '*' }
const NOBODY: EntityRef = {}

/** `fastify.anomalies`: what an application, and a detector, may ask of the registry. Whatever tells what was found or learned does first what waits. */
export class Registry extends RegistryParts {
  readonly #releases: ((entity: string) => void)[] = []
  #recordAuth: ((login: AuthRecord) => void) | null = null
  #trends: TrendAnswers | null = null
  readonly #sweeps: ((at: number) => void)[] = []

  /**
   * Registers a detector; third parties' come in by the same door as ours.
   * @param name Kebab-case; its options in `config.anomalies` bear the same name in camelCase.
   * @param create Makes the state of a route, with the route's own options for this detector.
   */
  detector<S extends object> (name: string, create: DetectorFactory<S>, about: DetectorSettings = {}): Detector<S> {
    if (!/^[a-z][a-z0-9-]*$/.test(name) || this.detectors.some((other) => other.name === name)) {
      throw new FST_ANOMALIES_BAD_OPTION(`detector name '${name}' is taken or not kebab-case`, '')
    }
    const detector = new Detector<S>(this.fastify, this, name, this.detectors.length, about.minSamples ?? 20)
    this.detectors.push(detector as unknown as Detector<never>)
    this.routes.addDetector(detector, create, about)
    return detector
  }

  /** Subscribes to events. Listeners run synchronously; what they throw is caught. */
  on (event: 'anomaly', listener: (event: AnomalyEventJson) => void): this
  on (event: 'block', listener: (request: FastifyRequest) => void): this
  on (event: 'learned', listener: (what: { route: string, detector: string, field?: string }) => void): this
  on (event: 'error', listener: (error: unknown) => void): this
  on (event: string, listener: (value: never) => void): this {
    this.subscribers.on(event, listener)
    return this
  }

  /**
   * Recorded events, newest first.
   * @throws FST_ANOMALIES_BAD_PARAMETER Where `from` or `to` is no time.
   */
  query (query: WithTimes<EventQuery> = {}): EventPage {
    this.sweep()
    return this.log.query(inEpochTimes(query))
  }

  /** Calls `look` with the time before events are read: for what only the passing of time shows. */
  onSweep (look: (at: number) => void): void { this.#sweeps.push(look) }

  /** Lets the time pass that has passed since the last request. */
  sweep (): void {
    this.backlog.catchUp()
    const at = this.clock.now()
    for (const look of this.#sweeps) this.subscribers.call(() => look(at))
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
    this.backlog.catchUp()
    return this.recorder.assess(observation)
  }

  /**
   * The assessment of a request so far. By itself asking counts nothing: what hooks find is recorded when they find it. With
   * `record: true`, for an application that acts on the answer, each signal is recorded as an event once more, now with the user where
   * he is known by now; no risk is added.
   */
  check (request: FastifyRequest, options: { record?: boolean } = {}): Assessment {
    this.backlog.catchUp()
    const observation = request[kObservation]
    if (options.record === true && observation !== null && observation !== undefined && observation !== OFF && observation.signals !== null) {
      this.recorder.recordFrom(observation, 0)
    }
    return this.assess(request)
  }

  /** An application's own finding about a request: counted, recorded and acted upon like a detector's. One that cannot be read is logged. */
  report (request: FastifyRequest, signal: ReportedSignal): void {
    const observation = request[kObservation]
    if (observation === null || observation === OFF) return
    this.backlog.catchUp()
    this.subscribers.call(() => {
      observation.add(reportedSignal(signal))
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

  /**
   * Signals over time: what came, from how many, and how that changed.
   * @throws FST_ANOMALIES_NO_TRENDS Where the plugin is switched off.
   */
  trends (asked: WithTimes<TrendQuery> = {}): TrendPage {
    if (this.#trends === null) throw new FST_ANOMALIES_NO_TRENDS()
    this.backlog.catchUp()
    const query = inEpochTimes<TrendQuery>(asked)
    return this.#trends.trends(query.entity === undefined ? query : { ...query, entity: this.entityOf(query.entity) })
  }

  /**
   * Who has uncommon things in common, of the signals that are remembered one by one.
   * @throws FST_ANOMALIES_NO_TRENDS Where the plugin is switched off.
   */
  correlations (asked: WithTimes<CorrelationQuery> = {}): CorrelationPage {
    if (this.#trends === null) throw new FST_ANOMALIES_NO_TRENDS()
    this.backlog.catchUp()
    const query = inEpochTimes<CorrelationQuery>(asked)
    return this.#trends.correlations(query.entity === undefined ? query : { ...query, entity: this.entityOf(query.entity) })
  }

  /** For trends: who answers. */
  onTrends (answers: TrendAnswers): void { this.#trends = answers }

  /** An address as clients are counted by it: IPv6 by /64, IPv4-mapped as IPv4. */
  addressOf (ip: string): string { return clientOf(ip) }

  /** Tag of a user name, the same as that of a principal (`key`) of that name. */
  userTag (name: string): string { return this.identities.nameOf(`user ${name}`).tag }

  /** Risk of an entity now, 0 to 100. @param entity Address, or credential tag or user tag as events show it. */
  risk (entity: string): number {
    this.backlog.catchUp()
    return this.entities.risk(this.entityOf(entity), this.clock.now())
  }

  /** Forgets an entity's risk, a block by hand, and what detectors hold against it. @returns Whether there was any risk or block. */
  release (entity: string): boolean {
    this.backlog.catchUp()
    const known = this.entityOf(entity)
    this.#releases.forEach((forget) => this.subscribers.call(() => forget(known)))
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

  /**
   * An entity as it is counted: addresses may be given as they are.
   * @throws FST_ANOMALIES_BAD_PARAMETER Where it is no text: an event's `entity` is an object of which one part is meant.
   */
  entityOf (entity: string): string {
    if (typeof entity !== 'string') throw new FST_ANOMALIES_BAD_PARAMETER('entity', "must be a text: the ip, credential or user of an event's entity")
    return isIP(entity) === 0 ? entity : clientOf(entity)
  }

  #decide (entity: string, action: 'allow' | 'block', decision: ManualDecision): void {
    this.entities.decide(this.entityOf(entity), manualRule(action, decision, this.clock.now()))
  }

  /** Entities by risk. */
  topEntities (limit: number): ReturnType<RiskLedger['top']> {
    this.backlog.catchUp()
    return this.entities.all.top(limit, this.clock.now())
  }

  /** Stops learning: on one route (`id` as in `baselines()`), or everywhere. Judging goes on with what was learned. */
  freeze (id?: string): void { this.#learned().setFrozen(id, true) }
  unfreeze (id?: string): void { this.#learned().setFrozen(id, false) }
  /** Forgets what was learned of a route; it starts learning again. */
  reset (id: string): void {
    this.#learned().reset(id)
    this.log.abandon(id)
  }

  /** What was learned, per route and detector, as plain JSON. */
  baselines (): ReturnType<RouteTable['baselines']> { return this.#learned().baselines() }

  /** What was learned of JSON bodies and replies, as an OpenAPI 3.1 document. */
  openapi (info: { title?: string, version?: string } = {}): OpenApiDocument {
    this.backlog.catchUp()
    return learnedDocument(this, info)
  }

  /** Counts of what was seen, found and done, in the text format of Prometheus (0.0.4): docs/metrics.md. */
  metrics (): string { return metricsText(this) }

  /** All learned state as versioned JSON. The key of its hashes is not in it. */
  snapshot (): Snapshot {
    this.backlog.catchUp()
    return takeSnapshot(this)
  }

  /** Replaces all learned state. @throws FST_ANOMALIES_BAD_SNAPSHOT */
  restore (snapshot: Snapshot): void { this.#take(snapshot, 'replace') }
  /** Adds another process's learned state. @throws FST_ANOMALIES_BAD_SNAPSHOT */
  merge (snapshot: Snapshot): void { this.#take(snapshot, 'add') }

  #take (snapshot: Snapshot, how: 'replace' | 'add'): void {
    this.backlog.catchUp()
    restoreSnapshot(this, snapshot, how)
    if (how === 'replace') this.log.abandon()
  }

  /** The routes, as they are when all that waits is done. */
  #learned (): RouteTable {
    this.backlog.catchUp()
    return this.routes
  }

  close (): void {
    this.backlog.close()
    this.subscribers.close()
  }

  /** Requests observed, and of them flagged. */
  get observed (): number { return this.observer.observed }
  get flagged (): number {
    this.backlog.catchUp()
    return this.recorder.flagged
  }

  /** The snapshot's part of risk. */
  get risks (): RiskLedger { return this.entities.all }
}
