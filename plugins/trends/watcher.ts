import type { FastifyInstance } from 'fastify'
import type { Habits } from '../../lib/detectors/habits'
import type { Senders } from '../../lib/detectors/senders'
import type { Observation } from '../../lib/observation'
import type { RouteState } from '../../lib/route-state'
import type { SignalStore } from '../../lib/detectors/signal-store'
import type { DetectorState, Judge, SharedState, Stage } from '../detector'
import type { TrendsSettings } from './options'

/** What the plugin's watchers are made with. */
export interface TrendsContext {
  readonly fastify: FastifyInstance
  readonly settings: TrendsSettings
  /** Where signals over time go. */
  readonly store: SignalStore
  /** Whom requests are counted for. */
  readonly senders: Senders
  /** What single senders do again and again. */
  readonly habits: Habits
}

/**
 * One part of the plugin: it judges at the stages it has a function for. `own` is what its `createRoute` made for the request's route,
 * `null` without one. Findings go to `observation.add`, signals over time to the store.
 */
export interface Watcher<R = never> extends Partial<Record<Stage, Judge<R>>> {
  /** Name of its part in snapshots. */
  readonly name: string
  /** State for a route; `settings` are the plugin's with the route's own laid over them. */
  createRoute? (settings: TrendsSettings, route: RouteState): unknown
  /** Called before many requests are judged in turn. @param partOf What `createRoute` made for a request's route. */
  prepare? (observations: readonly Observation[], partOf: (observation: Observation) => R | null): void
  /** Called with each observation that may teach, after it was judged. */
  learn? (own: R, observation: Observation, several: boolean): void
  /** State for the whole application, kept in snapshots and aged with the rest. */
  readonly shared?: SharedState
}

/** What the watchers keep for one route, by their places. */
export class TrendsRoute implements DetectorState {
  /** Requests learned. */
  samples = 0
  readonly parts: unknown[]
  /** Types of findings that are not told; `null` where all are. */
  readonly silent: ReadonlySet<string> | null
  readonly #names: readonly string[]

  constructor (names: readonly string[], parts: unknown[], silent: readonly string[]) {
    this.silent = silent.length === 0 ? null : new Set(silent)
    this.#names = names
    this.parts = parts
  }

  halve (): void {
    this.samples >>>= 1
    for (const part of this.parts) (part as DetectorState | null)?.halve?.()
  }

  /** What the watchers have learned, by their names, and from how many requests. */
  toJSON (): Record<string, unknown> { return { samples: this.samples, ...collect(this.#names, this.parts, (part) => (part as DetectorState).toJSON?.()) } }

  restore (json: Record<string, unknown>): void {
    this.samples = samplesOf(json)
    spread(this.#names, this.parts, json, (part, own) => (part as DetectorState).restore?.(own as never))
  }

  /** What another process has learned of the route; it may be another's object or its plain form. */
  merge (other: TrendsRoute | Record<string, unknown>): void {
    const json = other instanceof TrendsRoute ? other.toJSON() : other
    this.samples += samplesOf(json)
    spread(this.#names, this.parts, json, (part, own) => (part as DetectorState).merge?.(own as never))
  }

  describe (): Record<string, unknown> { return collect(this.#names, this.parts, (part) => (part as DetectorState).describe?.()) }
}

/** What the watchers keep for the whole application. */
export class TrendsShared implements SharedState {
  readonly #names: readonly string[]
  readonly #parts: readonly (SharedState | null)[]

  /** @param parts Watchers, and what else there is for the whole application, by the names that they have in snapshots. */
  constructor (parts: readonly { readonly name: string, readonly shared?: SharedState }[]) {
    this.#names = parts.map(({ name }) => name)
    this.#parts = parts.map(({ shared }) => shared ?? null)
  }

  halve (): void { for (const part of this.#parts) part?.halve?.() }
  reset (): void { for (const part of this.#parts) part?.reset?.() }
  toJSON (): Record<string, unknown> { return collect(this.#names, this.#parts, (part) => (part as SharedState).toJSON?.()) }
  restore (json: Record<string, unknown>): void { spread(this.#names, this.#parts, json, (part, own) => (part as SharedState).restore?.(own as never)) }
  merge (json: Record<string, unknown>): void { spread(this.#names, this.#parts, json, (part, own) => (part as SharedState).merge?.(own as never)) }
}

/** Missing from what was written before 1.0. */
function samplesOf ({ samples }: Record<string, unknown>): number { return Number.isInteger(samples) ? samples as number : 0 }

function collect (names: readonly string[], parts: readonly unknown[], of: (part: unknown) => unknown): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  names.forEach((name, place) => {
    const value = parts[place] === null ? undefined : of(parts[place])
    if (value !== undefined) found[name] = value
  })
  return found
}

function spread (names: readonly string[], parts: readonly unknown[], json: Record<string, unknown>, give: (part: unknown, own: unknown) => void): void {
  names.forEach((name, place) => {
    if (parts[place] !== null && Object.hasOwn(json, name)) give(parts[place], json[name])
  })
}
