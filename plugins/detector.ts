import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Observation } from '../lib/observation'
import type { RouteState } from '../lib/route-state'
import type { Registry } from './registry-state'
import type { Timing } from './stages'

/** Stages at which a detector may judge. */
export type Stage = 'onRequest' | 'preValidation' | 'preSerialization' | 'onSend'

/** What the state that a detector keeps per route may offer to the registry; all optional. */
export interface DetectorState {
  /** Requests learned. */
  samples?: number
  /** From 0 to 1: how much of what the route needs has been learned. By default `samples` of the detector's `minSamples`. */
  progress?: number
  /** One half-life has passed. */
  halve? (): void
  toJSON? (): unknown
  restore? (json: never): void
  merge? (other: never): void
  /** The state is about to be dropped for a new one (`reset`). */
  leave? (): void
  /** What was learned, for people. */
  describe? (): Record<string, unknown>
}

/** State that a detector keeps for the whole application; it merges from the plain form. */
export interface SharedState {
  halve? (): void
  toJSON? (): unknown
  restore? (json: never): void
  merge? (json: never): void
  reset? (): void
  describe? (): Record<string, unknown>
}

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

/** Signals go to `observation.add`. `request` and `reply` are for what an application's own options want to see. */
export type Judge<S> = (state: S, observation: Observation, request: FastifyRequest, reply: FastifyReply) => void
type Learn<S> = (state: S, observation: Observation, several: boolean) => void
type Quarantine<S> = (state: S, observation: Observation, onPromoted: (field: string) => void) => void

/**
 * What the registry knows of a detector: what it does at which stage, what it learns behind the registry's gate, and its
 * faults (caught, counted, logged the first time, shown in the admin route; the request goes on).
 */
export class Detector<S extends object> {
  readonly name: string
  readonly slot: number
  readonly minSamples: number
  /** Calls that threw. */
  faults = 0
  lastFault: string | null = null
  shared: SharedState | null = null
  readonly #fastify: FastifyInstance
  readonly #registry: Registry
  #learn: Learn<S> | null = null
  #quarantine: Quarantine<S> | null = null

  constructor (fastify: FastifyInstance, registry: Registry, name: string, slot: number, minSamples: number) {
    this.name = name
    this.slot = slot
    this.minSamples = minSamples
    this.#fastify = fastify
    this.#registry = registry
  }

  /** Judges at a stage, with whatever state the detector has for the route. */
  on (stage: Stage, judge: Judge<S>, timing: Timing = {}): this {
    this.#registry.stages.add(stage, this as unknown as Detector<never>, judge as unknown as Judge<object>, timing)
    return this
  }

  /** Called before the judging that could wait is done, with all requests it is about, each once where its stages wait one after the other. */
  prepare (look: (observations: readonly Observation[]) => void): this {
    this.#registry.backlog.onWork((observations) => {
      try {
        look(observations)
      } catch (error) {
        this.fault(error)
      }
    })
    return this
  }

  /** Called before anybody reads what was found or learned: for a detector that keeps what it has still to count. It may keep some of it while the process is busy, for 50 ms. */
  catchUp (count: () => void): this {
    this.#registry.backlog.onCatchUp(() => {
      try {
        count()
      } catch (error) {
        this.fault(error)
      }
    })
    return this
  }

  /** Called with each observation that may teach, after it was judged. */
  learn (learn: Learn<S>): this {
    this.#learn = learn
    return this
  }

  /** Called with each observation that was flagged but got an ordinary status: what enough principals send becomes known. */
  quarantine (quarantine: Quarantine<S>): this {
    this.#quarantine = quarantine
    return this
  }

  /** State for the whole application, kept in snapshots and aged with the rest. */
  share (state: SharedState): this {
    this.shared = state
    return this
  }

  /** The registry's call, behind the gate. */
  teach (observation: Observation, several: boolean): void {
    const state = observation.route.slots[this.slot] as S | null | undefined
    if (this.#learn === null || state === null || state === undefined) return
    try {
      this.#learn(state, observation, several)
    } catch (error) {
      this.fault(error)
    }
  }

  /** The registry's call for what may not teach. */
  sideline (observation: Observation): void {
    const state = observation.route.slots[this.slot] as S | null | undefined
    if (this.#quarantine === null || state === null || state === undefined) return
    try {
      this.#quarantine(state, observation, (field) => this.#registry.promoted(observation.route, this.name, field, observation.at))
    } catch (error) {
      this.fault(error)
    }
  }

  /** Requests that a route's state has learned, 0 where it cannot say. */
  samplesOf (state: unknown): number {
    try {
      return Number((state as DetectorState | null | undefined)?.samples ?? 0)
    } catch (error) {
      this.fault(error)
      return 0
    }
  }

  /** How much of what a route needs has been learned, 0 to 1; 0 where the state cannot say. */
  progressOf (state: unknown): number {
    const progress = this.guard(() => (state as DetectorState | null | undefined)?.progress)
    const share = progress === undefined ? this.samplesOf(state) / this.minSamples : Number(progress)
    return share >= 0 ? Math.min(1, share) : 0
  }

  /** Runs `act` and counts what it throws. */
  guard<T> (act: () => T): T | undefined {
    try {
      return act()
    } catch (error) {
      this.fault(error)
      return undefined
    }
  }

  /** Counts what the detector threw, logs the first, and goes on. */
  fault (error: unknown): void {
    this.faults++
    this.lastFault = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : 'not an Error'
    if (this.faults === 1) this.#fastify.log.error({ err: error, detector: this.name }, 'a detector failed; requests go on without it')
    this.#registry.emit('error', error)
  }
}
