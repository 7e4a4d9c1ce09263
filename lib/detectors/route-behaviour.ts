import { isRare } from '../stats/good-turing'
import { AuthCoverage } from './auth-coverage'
import type { AuthCoverageJson } from './auth-coverage'
import type { Habits } from './habits'
import { WalkNorms } from './walk-norms'
import type { WalkNormsJson, WalkSettings } from './walk-norms'
import { RouteSequence } from './route-sequence'
import type { RouteSequenceJson } from './route-sequence'

/** Share of rhythms on a route that are regular, up to which a regular one is remarkable. */
const RARE = 0.02

/** What of the options a route may have its own of. */
export interface RouteBehaviourSettings extends WalkSettings {
  /** Whether the detectors of that name look at the route. */
  readonly authCoverage: boolean
  readonly sequence: boolean
  /** Standard deviation of gaps, as a share of their mean, below which they are regular. */
  readonly regularBelow: number
}

/** The plain form of a `RouteBehaviour`. */
export interface RouteBehaviourJson { coverage: AuthCoverageJson, walks: WalkNormsJson | null, sequence: RouteSequenceJson, rhythms: [judged: number, regular: number] }

/** How one route is ordinarily used: with which credentials, for how many objects, after which routes, in which rhythm. 0.4 kB, with path parameters 0.7, and what `RouteSequence` keeps. */
export class RouteBehaviour {
  readonly name: string
  /** Keyed hash of the route. */
  readonly hash: number
  readonly settings: RouteBehaviourSettings
  readonly coverage = new AuthCoverage()
  /** `null` where the route has no path parameters. */
  readonly walks: WalkNorms | null
  readonly sequence = new RouteSequence()
  #judged = 0
  #regular = 0

  /** @param hasObjects Whether the route's pattern has parameters. */
  constructor (name: string, hash: number, hasObjects: boolean, settings: RouteBehaviourSettings, habits: Habits) {
    this.settings = settings
    this.name = name
    this.hash = hash
    this.walks = hasObjects ? new WalkNorms(settings, habits) : null
  }

  /** Whether hardly any sender comes here in a regular rhythm. 19 irregular rhythms are needed to say so. */
  get isRegularRare (): boolean { return isRare(this.#regular, this.#judged, RARE) }

  /** Rhythms that were told here. */
  get rhythms (): number { return this.#judged }

  noteRhythm (isRegular: boolean): void {
    this.#judged++
    if (isRegular) this.#regular++
  }

  halve (): void {
    this.coverage.halve()
    this.walks?.halve()
    this.sequence.halve()
    this.#judged /= 2
    this.#regular /= 2
  }

  merge (json: RouteBehaviourJson | RouteBehaviour): void {
    const other = json instanceof RouteBehaviour ? json.toJSON() : json
    this.coverage.merge(other.coverage)
    if (other.walks !== null) this.walks?.merge(other.walks)
    this.sequence.merge(other.sequence)
    this.#judged += other.rhythms[0]
    this.#regular += other.rhythms[1]
  }

  toJSON (): RouteBehaviourJson {
    return { coverage: this.coverage.toJSON(), walks: this.walks === null ? null : this.walks.toJSON(), sequence: this.sequence.toJSON(), rhythms: [this.#judged, this.#regular] }
  }

  restore (json: RouteBehaviourJson): void {
    this.coverage.restore(json.coverage)
    if (json.walks !== null) this.walks?.restore(json.walks)
    this.sequence.restore(json.sequence)
    this.#judged = json.rhythms[0]
    this.#regular = json.rhythms[1]
  }

  /** What was learned, for people. */
  describe (): Record<string, unknown> {
    return {
      credentials: this.coverage.describe(),
      ...this.walks === null ? null : { objects: this.walks.describe() },
      sequence: this.sequence.describe(),
      rhythms: { judged: Math.round(this.#judged), regular: Math.round(this.#regular) }
    }
  }
}
