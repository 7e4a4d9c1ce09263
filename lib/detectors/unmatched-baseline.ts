import { Signal } from '../signal'
import type { Observation } from '../observation'
import { hashText } from '../text/keyed-hash'
import { probeShape } from '../text/probe-shape'
import { readableShape } from '../text/value-shape'
import { wilsonUpper } from '../stats/proportion'
import { PROBE_PATH, UNKNOWN_METHOD, UNKNOWN_PATH, UNMATCHED_BURST } from './endpoint-signals'
import type { EndpointContext, EndpointSettings } from './endpoint-baseline'
import { ItemTable } from '../store/item-table'
import type { RouteIndex } from './route-index'
import { SizeFence } from './size-fence'
import type { SizeFenceJson } from './size-fence'

const PATHS = 0
/** Share of unmatched requests above which they are ordinary for this application. */
const ORDINARY_SHARE = 0.02

/** Counts over the whole application, shared by the baselines that see them. */
export class TrafficCount {
  matched = 0
  unmatched = 0
  /** Of the unmatched ones, those whose path has routes for other methods. */
  methods = 0
}

/** The plain form of an `UnmatchedBaseline`. */
export interface UnmatchedBaselineJson { samples: number, items: number[], rate: SizeFenceJson | null }

/**
 * What is ordinary among requests that no route matches. One state for all of them: method and path are the client's to
 * choose, so nothing is kept per path but the hashes of up to 64 that several principals ordinarily ask for
 * (`/favicon.ico`).
 *
 * While the application's share of requests for unmatched paths is settled below 2 % (upper Wilson bound), one flags alone, and so does an unmatched method while theirs is; once they are
 * ordinary, only the shape of a probe does, and how many one client asks for.
 */
export class UnmatchedBaseline {
  /** Unmatched requests learned. */
  samples = 0
  readonly #context: EndpointContext
  readonly #settings: EndpointSettings
  readonly #traffic: TrafficCount
  readonly #routes: RouteIndex
  #items = new ItemTable()
  #rate: SizeFence | null = null

  constructor (context: EndpointContext, settings: EndpointSettings, traffic: TrafficCount, routes: RouteIndex) {
    this.#context = context
    this.#settings = settings
    this.#traffic = traffic
    this.#routes = routes
  }

  /** Share of `minSamples` that the application, whose share of unmatched requests is judged, has had. */
  get progress (): number { return Math.min(1, (this.#traffic.matched + this.#traffic.unmatched) / this.#settings.minSamples) }

  judgeArrival (observation: Observation): void {
    const path = pathOf(observation.url)
    this.#judgeRate(observation)
    const probe = probeShape(path)
    if (probe !== null) {
      observation.add(new Signal(PROBE_PATH, 'path', 7, 70, probe, readableShape(path)))
      return
    }
    const { matched, unmatched, methods: wrong } = this.#traffic
    const total = matched + unmatched
    if (total < this.#settings.minSamples || this.#items.count(PATHS, this.#hash(observation.method, path)) > 0) return
    const methods = this.#routes.methodsOf(path)
    const isMethod = isWrong(observation.method, methods)
    if (wilsonUpper(isMethod ? wrong : Math.max(0, unmatched - wrong), total) >= Math.max(ORDINARY_SHARE, 4 / total)) return
    if (isMethod) observation.add(new Signal(UNKNOWN_METHOD, 'method', 5, 60, methods, observation.method.slice(0, 20)))
    else observation.add(new Signal(UNKNOWN_PATH, 'path', 5, 60, undefined, readableShape(path)))
  }

  #judgeRate (observation: Observation): void {
    const rates = this.#context.rates
    const count = rates.increment(observation.clientHash, observation.at)
    if (rates.closed > 0) {
      this.#rate ??= new SizeFence(3, this.#settings.burstFloor)
      this.#rate.learn(rates.closed)
    }
    const fence = Math.min(this.#rate === null ? Infinity : this.#rate.high, 2 * this.#settings.burstFloor)
    if (count <= fence) return
    observation.add(new Signal(UNMATCHED_BURST, 'client.rate', 6, 60, Math.round(fence), count))
  }

  judgeParameters (): void {}

  judgeResponse (): void {}

  learn (observation: Observation, several: boolean): void {
    const path = pathOf(observation.url)
    this.samples++
    // A path that several ask for again and again (an icon, a file that another server gives) says nothing about how often a strange one is asked for.
    if (this.#items.learn(PATHS, this.#hash(observation.method, path), observation.principal, several) > 1) this.#traffic.matched++
    else this.#count(observation.method, path)
  }

  quarantine (observation: Observation, onPromoted: (field: string) => void): void {
    const path = pathOf(observation.url)
    if (probeShape(path) !== null) return
    // Flagged ones count for the share too, or it could never be seen to rise; but one client once a minute only.
    if (this.#context.rates.estimate(observation.clientHash, observation.at) <= 1) this.#count(observation.method, path)
    const hash = this.#hash(observation.method, path)
    if (this.#items.count(PATHS, hash) > 0 || this.#items.note(PATHS, hash, observation.supporter) < this.#context.promoteAfter) return
    this.#items.promote(PATHS, hash, 2)
    onPromoted('path')
  }

  halve (): void {
    this.samples >>>= 1
    this.#items.halve()
    this.#rate?.halve()
  }

  /** Adds what another process learned. */
  merge (json: UnmatchedBaselineJson): void {
    const other = new UnmatchedBaseline(this.#context, this.#settings, new TrafficCount(), this.#routes)
    other.restore(json)
    this.samples += other.samples
    this.#items.merge(other.#items)
    if (other.#rate === null) return
    this.#rate ??= new SizeFence(3, this.#settings.burstFloor)
    this.#rate.merge(other.#rate)
  }

  toJSON (): UnmatchedBaselineJson {
    return { samples: this.samples, items: this.#items.toJSON(), rate: this.#rate === null ? null : this.#rate.toJSON() }
  }

  restore (json: UnmatchedBaselineJson): void {
    this.samples = json.samples
    this.#items = ItemTable.from(json.items)
    if (json.rate === null) return
    this.#rate = new SizeFence(3, this.#settings.burstFloor)
    this.#rate.restore(json.rate)
  }

  describe (): Record<string, unknown> {
    return { knownPaths: this.#items.distinct(PATHS) - this.#items.pending(PATHS), matched: this.#traffic.matched, unmatched: this.#traffic.unmatched }
  }

  #count (method: string, path: string): void {
    this.#traffic.unmatched++
    if (isWrong(method, this.#routes.methodsOf(path))) this.#traffic.methods++
  }

  #hash (method: string, path: string): number {
    return hashText(path, hashText(method, this.#context.judge.scan.seed))
  }
}

/** Whether a path has routes, but none for this method. */
function isWrong (method: string, methods: readonly string[]): boolean { return methods.length > 0 && !methods.includes(method) }

function pathOf (url: string): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}
