import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { AddressFault } from '../lib/address-watch'
import { EntityRisks } from '../lib/entity-risks'
import { EventLog } from '../lib/event-log'
import type { Observation } from '../lib/observation'
import type { RouteState } from '../lib/route-state'
import { KeyedHash } from '../lib/text/keyed-hash'
import { Redactor } from '../lib/text/redact'
import { Backlog } from './backlog'
import { systemClock } from './clock'
import type { Clock } from './clock'
import { Detector } from './detector'
import type { ActionCounts, Guard, OnRefusal } from './guard'
import { Identities } from './identities'
import { LearningGate } from './learning-gate'
import { Observer } from './observer'
import { Recorder } from './recorder'
import type { RegistryOptions } from './registry-options'
import { RouteTable } from './route-table'
import { Stages } from './stages'
import { Subscribers } from './subscribers'

/** What the detectors of one Fastify instance share: routes' states, events, risk, the key of all hashes, and the gate before learning. */
export class RegistryParts {
  readonly clock: Clock
  readonly hash: KeyedHash
  readonly redactor: Redactor
  readonly settings: RegistryOptions
  readonly routes: RouteTable
  readonly detectors: Detector<never>[] = []
  readonly log: EventLog
  readonly gate: LearningGate
  readonly stages: Stages
  /** What waits while the process is busy. */
  readonly backlog: Backlog
  readonly observer: Observer
  readonly recorder: Recorder
  protected readonly identities: Identities
  /** Who is blamed for what was found. */
  readonly entities: EntityRisks
  /** What was done, and what would have been done in mode `enforce`. */
  readonly actions: ActionCounts = { blocked: 0, throttled: 0, wouldBlock: 0, wouldThrottle: 0, sparedByAddress: 0, sparedByList: 0 }
  /** Whether the client address can be believed, where the enforcement plugin is registered. */
  addressFault: () => AddressFault | null = () => null
  /** Decides about requests, where the enforcement plugin is registered. */
  guard: Guard | null = null
  /** Looks at replies with 401 and 403, where auth-burst proposes login routes. */
  onRefusal: OnRefusal | null = null
  protected readonly fastify: FastifyInstance
  protected readonly subscribers: Subscribers

  constructor (fastify: FastifyInstance, settings: RegistryOptions) {
    this.fastify = fastify
    this.settings = settings
    this.clock = settings.clock ?? systemClock
    const random = settings.random ?? randomShare
    this.hash = new KeyedHash(settings.secret ?? Array.from({ length: 8 }, () => Math.floor(random() * 0x100000000).toString(36)).join('-').padEnd(16, '-'))
    this.identities = new Identities(this.hash)
    this.redactor = new Redactor(settings.redact)
    this.subscribers = new Subscribers(fastify, settings.onAnomaly)
    this.log = new EventLog(settings.events as number, (event) => this.subscribers.publish(event))
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
    this.recorder = new Recorder(this.log, this.entities, this.routes, settings.key !== undefined)
    this.observer = new Observer(this.clock, this.routes, this.identities, this.recorder, this.subscribers, settings.key, this.hash.seed)
    this.backlog = new Backlog({
      judge: (seats, request, reply, observation) => this.stages.judgeNow(seats, request, reply, observation),
      teach: (observation) => this.gate.settle(observation)
    })
    this.stages = new Stages(fastify, this.recorder, this.backlog)
  }

  /** Checks a route's `config.anomalies`. */
  checkRoute (route: RouteOptions): void { this.routes.check(route) }

  blocked (request: FastifyRequest): void {
    this.actions.blocked++
    this.emit('block', request)
    if (this.settings.onBlock !== undefined) this.subscribers.call(() => this.settings.onBlock?.(request))
  }

  /** Takes new signals of an observation in: risk, events, subscribers. */
  record (observation: Observation): void { this.recorder.record(observation) }

  /** Notes that something became known in spite of having been flagged. */
  promoted (route: RouteState, detector: string, field: string, at: number): void {
    route.promote({ detector, field, at })
    this.emit('learned', { route: route.key, detector, field })
  }

  emit (event: string, value: unknown): void { this.subscribers.emit(event, value) }
}

function randomShare (): number { return crypto.getRandomValues(new Uint32Array(1))[0] as number / 0x100000000 }
