import type { FastifyRequest, RouteOptions } from 'fastify'
import { RouteState } from '../lib/route-state'
import { RouteIndex } from '../lib/detectors/route-index'
import { baselineState, baselineView } from './baseline-view'
import type { BaselineView } from './baseline-view'
import type { DeclaredRoute } from './declared-routes'
import type { Detector, DetectorFactory, DetectorSettings, DetectorState } from './detector'
import { FST_ANOMALIES_BAD_OPTION, FST_ANOMALIES_UNKNOWN_BASELINE } from './errors'
import type { RegistryOptions } from './registry-options'
import { RouteConfigs } from './route-configs'
import { kConstraints, kStates } from './symbols'

/** Key of the state that all unmatched requests share. */
export const UNMATCHED = 'unmatched'

/** Lessons that a half-life has room for on each route: one in 2.3 s, where it is 7 days, and at the least a quarter of that: what comes in one of 10,000 requests is met six times in a half-life. */
const LESSONS = 262_144

/** The config of a route that has none. */
const NOTHING: Record<string, never> = {}

interface Seat { detector: Detector<never>, option: string, create: DetectorFactory<object>, about: DetectorSettings }
type RouteConfig = false | ({ mode?: 'observe' | 'enforce', flagAt?: number } & Record<string, unknown>)
/** A route's config keeps its states, one a method, of which each knows the next: mostly there is but one. `null` where the route is switched off. */
interface CachingConfig { anomalies?: RouteConfig, [kStates]?: RouteState | null, [kConstraints]?: string }

/**
 * The states of all routes, by method, pattern and constraints. A route's state is made at its first request (routes declared
 * before the plugin ran are never announced) and cached on the route's config, under a private symbol and per method.
 */
export class RouteTable {
  /** Whether nothing at all is learned now. */
  frozen = false
  /** Known patterns, for telling a wrong method from an unknown path. */
  readonly index = new RouteIndex()
  readonly #settings: RegistryOptions
  readonly #seats: Seat[] = []
  readonly #states = new Map<string, RouteState>()
  /** Restored states of routes that have not been asked for yet. */
  readonly #waiting = new Map<string, { entry: unknown, apply: (state: RouteState) => void }>()
  #unmatched: RouteState | null = null
  readonly #configs = new RouteConfigs()
  /** What routes say about themselves, by their keys. */
  readonly #own = new Map<string, Record<string, unknown>>()
  readonly #builtIn: readonly string[] = ['endpointProfiler', 'headerProfiler', 'jsonSchemaLearner', 'authBurst', 'rateSpike', 'injection', 'trends']

  readonly #onFault: (error: unknown) => void
  /** Told that something is enforced somewhere: a route says so, or a detector. */
  onEnforcing: () => void = () => {}

  /** @param onFault Told what is wrong with a route that was declared before the plugin: the start-up is over, so it runs with the defaults. */
  constructor (settings: RegistryOptions, onFault: (error: unknown) => void) {
    this.#settings = settings
    this.#onFault = onFault
  }

  addDetector<S extends object> (detector: Detector<S>, create: DetectorFactory<S>, about: DetectorSettings): void {
    const option = detector.name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    this.#seats.push({ detector: detector as unknown as Detector<never>, option, create, about })
    if (about.mode === 'enforce') this.onEnforcing()
    if (this.#unmatched !== null) this.#seat(this.#unmatched, NOTHING, this.#seats.at(-1) as Seat)
  }

  /** Checks a route as it is declared; adds what the option `routes` says. @throws FST_ANOMALIES_BAD_OPTION */
  check (route: RouteOptions): void {
    const config = { ...route.config } as CachingConfig
    const given = this.#settings.routes?.(route)
    if (given !== undefined && config.anomalies === undefined) {
      config.anomalies = given as RouteConfig
      route.config = config as NonNullable<typeof route.config>
    }
    if (route.constraints !== undefined && Object.keys(route.constraints).length > 0) {
      config[kConstraints] = JSON.stringify(route.constraints, (_, value) => value instanceof RegExp ? String(value) : value)
      route.config = config as NonNullable<typeof route.config>
    }
    this.noteMode(config.anomalies)
    for (const method of [route.method].flat()) {
      this.index.add(method, route.url)
      this.#checkConfig(config.anomalies, `${method} ${route.url}`)
    }
  }

  /** Whether a route says of itself, or of a detector on it, that it enforces. */
  noteMode (config: unknown): void {
    if (typeof config !== 'object' || config === null) return
    for (const value of [config, ...Object.values(config)]) if ((value as { mode?: unknown } | null | undefined)?.mode === 'enforce') return this.onEnforcing()
  }

  /** Checks the routes that were declared before the plugin ran, and so were never announced. @throws FST_ANOMALIES_BAD_OPTION */
  checkDeclared (routes: readonly DeclaredRoute[]): void {
    for (const { method, url, config } of routes) {
      this.index.add(method, url)
      this.#checkConfig(config?.anomalies as RouteConfig | undefined, `${method} ${url}`)
    }
  }

  #checkConfig (config: RouteConfig | undefined, route: string): void {
    if (config === undefined || config === false) return
    if (typeof config !== 'object' || config === null || Array.isArray(config)) throw new FST_ANOMALIES_BAD_OPTION('config.anomalies must be false or an object', ` (route ${route})`)
    for (const [name, value] of Object.entries(config)) {
      if (name === 'mode') {
        if (value !== 'observe' && value !== 'enforce') throw new FST_ANOMALIES_BAD_OPTION(`mode must be 'observe' or 'enforce', received ${JSON.stringify(value)}`, ` (route ${route})`)
      } else if (name === 'flagAt') {
        if (typeof value !== 'number' || !(value >= 1 && value <= 99)) throw new FST_ANOMALIES_BAD_OPTION(`flagAt must be from 1 to 99, received ${JSON.stringify(value)}`, ` (route ${route})`)
      } else {
        const seat = this.#seats.find((each) => each.option === name)
        if (seat === undefined && !this.#builtIn.includes(name)) throw new FST_ANOMALIES_BAD_OPTION(`config.anomalies.${name} is no option that exists`, ` (route ${route})`)
        if (value !== false && value !== undefined) seat?.about.check?.(value as object, route)
      }
    }
  }

  /** The state of a request's route, `null` where it is switched off. */
  of (request: FastifyRequest, at: number): RouteState | null {
    const config = this.#configs.of(request) as CachingConfig & { url: string } | null
    if (config === null) return this.#settings.global === false ? null : this.#aged(this.unmatchedState(), at)
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const cached = config[kStates]
    if (cached === null) return null
    for (let state = cached ?? null; state !== null; state = state.next) if (state.method === method) return this.#aged(state, at)
    const adopted = this.#adopt(config, method, config.url)
    return adopted === null ? null : this.#aged(adopted, at)
  }

  #adopt (config: CachingConfig, method: string, url: string): RouteState | null {
    let given = config.anomalies
    try {
      this.#checkConfig(given, `${method} ${url}`)
    } catch (error) {
      this.#onFault(error)
      given = undefined
    }
    const isOn = given !== false && (this.#settings.global !== false || given !== undefined)
    const state = isOn ? this.#make(method, url, config[kConstraints] ?? '', given === undefined || given === false ? NOTHING : given) : null
    if (state !== null && state.next === null) state.next = config[kStates] ?? null
    config[kStates] = state
    return state
  }

  #make (method: string, url: string, constraints: string, config: Exclude<RouteConfig, false>): RouteState {
    const key = keyOf(method, url, constraints)
    const known = this.#states.get(key)
    if (known !== undefined) return known
    const state = new RouteState(key, method, url, true, config.mode ?? this.#settings.mode ?? 'observe', config.flagAt ?? this.#settings.flagAt ?? 50, this.#seats.length)
    if (config !== NOTHING) this.#own.set(key, config)
    for (const seat of this.#seats) this.#seat(state, config, seat)
    this.#keep(state)
    return state
  }

  /** The state that all unmatched requests share. */
  unmatchedState (): RouteState {
    if (this.#unmatched !== null) return this.#unmatched
    const state = new RouteState(UNMATCHED, '*', '(unmatched)', false, this.#settings.mode ?? 'observe', this.#settings.flagAt ?? 50, this.#seats.length)
    for (const seat of this.#seats) this.#seat(state, NOTHING, seat)
    this.#unmatched = state
    this.#keep(state)
    return state
  }

  #keep (state: RouteState): void {
    state.lessonMs = Math.round((this.#settings.halfLife as number) / LESSONS)
    state.frozen = this.frozen
    this.#states.set(state.key, state)
    this.#waiting.get(state.key)?.apply(state)
    this.#waiting.delete(state.key)
  }

  #seat (state: RouteState, config: Record<string, unknown>, seat: Seat): void {
    const options = config[seat.option]
    const { slot } = seat.detector
    state.slots[slot] = options === false ? null : seat.detector.guard(() => seat.create(options as object | undefined, state)) ?? null
    // The most particular word decides: the route's about the detector, then (observe) the detector's own, then the route's, then the application's.
    const here = (options as { mode?: string } | undefined)?.mode
    const own = here ?? seat.about.mode
    state.setEnforcing(slot, own === 'enforce' ? here === 'enforce' || config.mode !== 'observe' : own !== 'observe' && state.mode === 'enforce')
  }

  /** Lets the half-lives pass that have passed. */
  #aged (state: RouteState, at: number): RouteState {
    const epoch = this.epochOf(at)
    if (state.epoch === epoch || state.frozen) return state
    if (state.epoch !== 0 && epoch > state.epoch) {
      for (let left = Math.min(32, epoch - state.epoch); left > 0; left--) {
        state.halve()
        for (const seat of this.#seats) seat.detector.guard(() => (state.slots[seat.detector.slot] as DetectorState | null)?.halve?.())
      }
      this.#ageShared(epoch)
    }
    state.epoch = epoch
    if (this.#sharedEpoch === 0) this.#sharedEpoch = epoch
    return state
  }

  /** Lets the half-lives pass on one route. */
  ageRoute (state: RouteState, at: number): void { this.#aged(state, at) }

  /** Lets the half-lives pass on routes, too, that nobody has asked for since. */
  age (at: number): void {
    for (const state of this.#states.values()) this.#aged(state, at)
  }

  /** The half-life that a time is in. */
  epochOf (at: number): number { return Math.floor(at / (this.#settings.halfLife as number)) }

  #sharedEpoch = 0
  #ageShared (epoch: number): void {
    for (let left = Math.min(32, epoch - this.#sharedEpoch); left > 0; left--) {
      for (const seat of this.#seats) seat.detector.guard(() => seat.detector.shared?.halve?.())
    }
    this.#sharedEpoch = Math.max(epoch, this.#sharedEpoch)
  }

  /** Whether a detector's findings count for what `enforce` decides on the route. */
  enforces (state: RouteState, detector: string): boolean {
    const seat = this.#seats.find((each) => each.detector.name === detector)
    return seat === undefined ? state.mode === 'enforce' : state.isEnforcing(seat.detector.slot)
  }

  setFrozen (id: string | undefined, frozen: boolean): void {
    if (id !== undefined) {
      this.get(id).frozen = frozen
      return
    }
    this.frozen = frozen
    for (const state of this.#states.values()) state.frozen = frozen
  }

  reset (id: string): void {
    const state = this.get(id)
    state.reset()
    for (const seat of this.#seats) {
      seat.detector.guard(() => (state.slots[seat.detector.slot] as DetectorState | null)?.leave?.())
      this.#seat(state, this.#own.get(id) ?? NOTHING, seat)
    }
  }

  /** Forgets what was learned of all routes and by all detectors, for what was learned by another process at `at`. */
  forget (at: number): void {
    this.#waiting.clear()
    for (const id of this.#states.keys()) this.reset(id)
    for (const { detector } of this.#seats) detector.guard(() => detector.shared?.reset?.())
    this.#sharedEpoch = this.epochOf(at)
  }

  /** @throws FST_ANOMALIES_UNKNOWN_BASELINE */
  get (id: string): RouteState {
    const state = this.#states.get(id)
    if (state === undefined) throw new FST_ANOMALIES_UNKNOWN_BASELINE(id.slice(0, 100))
    return state
  }

  all (): IterableIterator<RouteState> { return this.#states.values() }

  /**
   * Calls `apply` with a route's state: now, or when the route is first asked for.
   * @param isAddition Whether what waits already comes first, and is not forgotten for it.
   */
  whenKnown (key: string, entry: unknown, apply: (state: RouteState) => void, isAddition: boolean): void {
    if (key === UNMATCHED) this.unmatchedState()
    const state = this.#states.get(key)
    if (state !== undefined) return apply(state)
    const before = isAddition ? this.#waiting.get(key) : undefined
    if (before === undefined) this.#waiting.set(key, { entry, apply })
    else {
      this.#waiting.set(key, {
        entry: before.entry,
        apply (known) {
          before.apply(known)
          apply(known)
        }
      })
    }
  }

  /** What was restored of routes that nobody has asked for yet. */
  * waiting (): Generator<[string, unknown]> {
    for (const [key, { entry }] of this.#waiting) yield [key, entry]
  }

  seats (): readonly { detector: Detector<never> }[] { return this.#seats }

  baselines (): BaselineView[] {
    return [...this.#states.values()].map((state) => this.view(state, true))
  }

  /** How many routes' baselines are in which state. O(routes × detectors). */
  countStates (): Record<BaselineView['state'], number> {
    const counts = { learning: 0, active: 0, frozen: 0 }
    for (const state of this.#states.values()) counts[baselineState(state, this.#seats)]++
    return counts
  }

  /** @param full With what was learned. */
  view (state: RouteState, full: boolean): BaselineView { return baselineView(state, this.#seats, full) }
}

/** What names a route's state. Joined, not concatenated: a rope of strings would be kept beside the text that it was made into. @param constraints As JSON, `''` for none. */
export function keyOf (method: string, url: string, constraints = ''): string { return (constraints === '' ? [method, url] : [method, url, constraints]).join(' ') }
