import type { EntityRef } from '../lib/anomaly-event'
import { combine } from '../lib/assessment'
import type { Action, Assessment } from '../lib/assessment'
import { areAboutHeaders } from '../lib/detectors/header-signals'
import type { EntityRisks } from '../lib/entity-risks'
import type { EventLog } from '../lib/event-log'
import type { Observation } from '../lib/observation'
import type { Signal } from '../lib/signal'
import { SOURCE_BUDGET } from '../lib/store/risk-record'
import type { RouteTable } from './route-table'

/** Share of a flagged request's score that its entity's risk grows by. */
const RISK_SHARE = 0.2
/**
 * Where the risk ends that one detector's findings add up to. What is new may be ordinary all the same: `SOURCE_BUDGET`. Where all that is new is the program that sends
 * (its headers), nobody is refused by that alone: no new partner of the application's, before the throttle's default of 60. What is certain to do harm may lead to a block.
 */
const BUDGET_OF_HEADERS = 50
const BUDGET_OF_ATTACKS = 95
/** Risk of a finding from which it is certain. */
const CERTAIN = 90
/** By the level of risk. */
const ACTIONS: readonly Action[] = ['allow', 'throttle', 'block']

/** Takes signals in: what was found in a request becomes events, and risk of whoever sent it. */
export class Recorder {
  /** Requests flagged. */
  flagged = 0
  readonly #log: EventLog
  readonly #entities: EntityRisks
  readonly #routes: RouteTable
  /** Whether the application may tell later who the user is. */
  readonly #awaitsUser: boolean

  constructor (log: EventLog, entities: EntityRisks, routes: RouteTable, awaitsUser: boolean) {
    this.#log = log
    this.#entities = entities
    this.#routes = routes
    this.#awaitsUser = awaitsUser
  }

  /** Takes new signals of an observation in. */
  record (observation: Observation): void {
    const signals = observation.signals as Signal[]
    if (observation.flagged && !observation.risked) {
      this.flagged++
      observation.risked = true
    }
    if (!this.#awaitsUser || observation.identified) this.charge(observation)
    this.recordFrom(observation, observation.recorded)
    observation.recorded = signals.length
  }

  /** Makes events of an observation's signals from one on. */
  recordFrom (observation: Observation, first: number): void {
    const signals = observation.signals as Signal[]
    const entity = observation.entity ??= entityOf(observation)
    const key = entityKey(observation)
    const action = this.#actionOf(observation)
    for (let i = first; i < signals.length; i++) {
      this.#log.record(signals[i] as Signal, observation.at, observation.route, observation.requestId, entity, key, observation.score, action)
    }
  }

  /**
   * Charges a flagged request to its entity, once; and once more for what is certain to do harm and found later (headers are judged before parameters and bodies). Where the application tells users apart, what was found before it could is
   * charged when it has: to the user, not to an address or a credential that others use too. What the server did is charged to nobody.
   */
  charge (observation: Observation): void {
    const { signals } = observation
    if (signals === null) return
    for (; observation.billed < signals.length; observation.billed++) {
      const signal = signals[observation.billed] as Signal
      if (signal.extras?.charge !== undefined) this.#blame(observation, signal, signal.extras.charge, signal.extras.atClient === true)
    }
    if (!observation.risked || observation.chargedAttack) return
    const attack = signals.find(isCertainAttack)
    if (attack === undefined && observation.charged) return
    const own = signals.every(isOwn) ? signals : signals.filter(isOwn)
    const score = own === signals ? observation.score : combine(own)
    if (score < observation.route.flagAt) return
    observation.charged = true
    observation.chargedAttack = attack !== undefined
    const strongest = attack ?? own.reduce((most, signal) => signal.risk > most.risk ? signal : most)
    this.#blame(observation, strongest, score * RISK_SHARE, false, budgetOf(own, strongest))
  }

  /** What the collection thinks of a request so far. */
  assess (observation: Observation): Assessment {
    return { signals: observation.signals ?? [], score: observation.score, flagged: observation.flagged, action: this.#actionOf(observation) }
  }

  #blame (observation: Observation, { detector, type }: Signal, amount: number, atClient: boolean, budget = SOURCE_BUDGET): void {
    this.#entities.blame(observation, detector, amount, observation.at, type, this.#routes.enforces(observation.route, detector), atClient, budget)
  }

  #actionOf (observation: Observation): Action {
    return ACTIONS[this.#entities.judge(observation, observation.at, this.#entities.all, true).level] as Action
  }
}

/** Whether it is the sender's own doing. */
function isOwn ({ kind }: Signal): boolean { return kind.about !== 'server' }

/** Whether it does harm, and is certain. */
function isCertainAttack ({ kind, risk }: Signal): boolean { return kind.about === 'attack' && risk >= CERTAIN }

function budgetOf (signals: readonly Signal[], strongest: Signal): number {
  if (isCertainAttack(strongest)) return BUDGET_OF_ATTACKS
  return areAboutHeaders(signals) ? BUDGET_OF_HEADERS : SOURCE_BUDGET
}

function entityKey (observation: Observation): string { return observation.user ?? observation.credential ?? observation.client }

function entityOf (observation: Observation): EntityRef {
  return {
    ...observation.client === '' ? null : { ip: observation.client },
    ...observation.credential === null ? null : { credential: observation.credential },
    ...observation.user === null ? null : { user: observation.user }
  }
}
