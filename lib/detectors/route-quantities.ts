import { Signal } from '../signal'
import type { Observation } from '../observation'
import type { WindowCounter } from '../stats/window-counter'
import { finishHash } from '../text/value-shape'
import { CrowdRise } from './crowd-rise'
import { RATE_BURST, SIZE_HIGH, SIZE_LOW } from './endpoint-signals'
import type { ErrorEpisodeJson } from './error-episode'
import { ReplyWatch } from './reply-watch'
import type { RouteReport } from './reply-watch'
import { RouteFences } from './route-fences'
import type { SizeFence } from './size-fence'

/** What the quantities of all routes share. */
export interface QuantityContext {
  /** Requests of one client to one route. */
  readonly rates: WindowCounter
  /** Request sizes of the whole application: they stand in, doubled, for a route that has not enough of its own. */
  readonly sizes: SizeFence
  /** Told what is the route's, and nobody's. */
  readonly report: RouteReport
  /** Distinct principals that make a thing known in spite of its being flagged. */
  readonly promoteAfter: number
}

/**
 * What is counted and measured of one route's requests and replies: how often a client asks, sizes, duration, server errors.
 *
 * A subclass, not an owner, of the fences; and what is only needed once something is out of the ordinary (who has gone over the limit, failing and slow replies) is made then: of a route
 * that nobody has asked for lately, each object comes from main memory.
 */
export class RouteQuantities extends RouteFences {
  readonly #context: QuantityContext
  readonly #routeHash: number
  /** Clients that became active in a window, not told to `#crowd` yet, and its number. */
  #active = 0
  #window = -1
  #crowd: CrowdRise | null = null
  /** Replies while there is nothing to watch. */
  #calm = 0
  /** Made with the first server error, or the first slow reply. */
  #watch: ReplyWatch | null = null

  constructor (context: QuantityContext, routeHash: number) {
    super()
    this.#context = context
    // As a signed integer it needs no memory of its own.
    this.#routeHash = routeHash | 0
  }

  /** Judges how often the client asks. @param burstFloor Least distance of the fence. */
  judgeRate (observation: Observation, burstFloor: number): void {
    const { rates } = this.#context
    const count = rates.increment(finishHash(observation.clientHash ^ this.#routeHash), observation.at)
    const closed = rates.closed
    if (closed > 0) this.learn('rate', closed, burstFloor)
    const fence = this.rate
    if (fence === null) return
    if (count === 1) this.#enter(windowOf(observation, rates))
    if (count <= this.ordinaryRate || count <= fence.high) return
    if (count - 1 <= fence.high && this.#isCrowd(observation)) {
      // What was learned before is of other clients: with it, the spread of both would be taken for that of one.
      this.grant('rate', count, true)
      this.#context.report.promoted(observation.route, 'client.rate', observation.at)
      return
    }
    const above = fence.above(count)
    observation.add(new Signal(RATE_BURST, 'client.rate', severityOf(above), Math.min(75, 45 + 10 * above), Math.round(fence.high), count))
  }

  #enter (window: number): void {
    if (window !== this.#window) this.#tellCrowd()
    this.#window = window
    this.#active++
  }

  #tellCrowd (): void {
    if (this.#active > 0) (this.#crowd ??= new CrowdRise()).enter(this.#window, this.#active)
    this.#active = 0
  }

  /** Whether it is everybody who asks more often than ordinary, and not the one who does so now. */
  #isCrowd (observation: Observation): boolean {
    const { rates, promoteAfter } = this.#context
    if (observation.route.frozen) return false
    this.#tellCrowd()
    return this.#crowd !== null && this.#crowd.exceed(windowOf(observation, rates), observation.clientHash, promoteAfter)
  }

  /** Judges the declared size of a request. @param isJudged Whether enough was learned to judge one that is small. */
  judgeRequest (observation: Observation, isJudged: boolean): void {
    const bytes = observation.requestBytes
    if (bytes <= 0 || (bytes <= this.ordinaryRequest && bytes >= this.leastRequest)) return
    const own = this.request
    const isYoung = own === null || own.high === Infinity
    const fence = isYoung ? this.#context.sizes : own
    const above = fence.above(isYoung ? bytes / 2 : bytes)
    if (above > 0) observation.add(new Signal(SIZE_HIGH, 'request.size', severityOf(above), Math.min(75, 35 + 15 * above), Math.round(fence.high), bytes))
    if (isYoung || !isJudged) return
    const below = fence.below(bytes)
    if (below > 0) observation.add(new Signal(SIZE_LOW, 'request.size', 2, 10, Math.round(fence.low), bytes))
  }

  /** Judges the reply's status: whether the route fails. */
  judgeStatus (observation: Observation): void {
    if (this.#watch === null && observation.status < 500) this.#calm++
    else this.#watched().judgeStatus(observation)
  }

  /** Judges size and duration of the reply. */
  judgeReply (observation: Observation): void {
    const size = this.response
    // What is refused is answered with the application's page for that, whatever the route's own replies are like; a fault of the server may show anything.
    const isRefused = observation.status >= 400 && observation.status < 500
    if (!isRefused && observation.mostResponseBytes > this.ordinaryResponse && size !== null) {
      const above = size.above(observation.responseBytes)
      if (above > 0) observation.add(new Signal(SIZE_HIGH, 'response.size', severityOf(above), Math.min(75, 35 + 15 * above), Math.round(size.high), observation.responseBytes))
    }
    const hasSlow = this.#watch !== null && this.#watch.hasSlow
    if ((observation.elapsedMs > this.ordinaryLatency || hasSlow) && this.latency !== null) this.#watched().judgeTime(observation, this.latency)
  }

  /** Learns the duration of the reply, where it may teach. */
  learnTime (observation: Observation, several: boolean, burstFloor: number): void {
    const { elapsedMs } = observation
    if (elapsedMs < 0) return
    const fence = this.latency
    if (fence === null || elapsedMs <= fence.high || this.#watched().teaches(observation, several)) this.learn('latency', elapsedMs, burstFloor)
  }

  /** Notes the sizes of a request that may not teach. */
  quarantineSizes ({ requestBytes, responseBytes, supporter }: Observation, burstFloor: number, onPromoted: (field: string) => void): void {
    const { promoteAfter, sizes } = this.#context
    const { request, response } = this
    const isYoung = request === null || request.high === Infinity
    if (requestBytes > 0 && (isYoung ? sizes.above(requestBytes / 2) : request.above(requestBytes)) > 0) {
      if (isYoung) this.make('request', burstFloor)
      if (this.quarantine('request', requestBytes, supporter, promoteAfter)) onPromoted('request.size')
    }
    if (response !== null && responseBytes > 0 && response.above(responseBytes) > 0 && this.quarantine('response', responseBytes, supporter, promoteAfter)) onPromoted('response.size')
  }

  override halve (): void {
    super.halve()
    this.#calm >>>= 1
    this.#watch?.halve()
  }

  override merge (other: RouteQuantities, burstFloor: number): void {
    super.merge(other, burstFloor)
    if (this.#watch === null && other.#watch === null) this.#calm += other.#calm
    else this.#watched().merge(other.#watched())
  }

  /** Share of server errors, in plain form. */
  get errors (): ErrorEpisodeJson { return (this.#watch ?? this.#newWatch()).toJSON() }

  /** Takes over what `errors` gave. */
  restoreErrors (json: ErrorEpisodeJson): void {
    if (this.#watch === null && json.errors === 0) this.#calm = Math.floor(json.replies)
    else this.#watched().restore(json)
  }

  /** Share of server errors that is ordinary. */
  get norm (): number { return (this.#watch ?? this.#newWatch()).norm }

  #watched (): ReplyWatch { return (this.#watch ??= this.#newWatch()) }

  #newWatch (): ReplyWatch { return new ReplyWatch(this.#context.report, this.#context.promoteAfter, this.#calm) }
}

/** Severity of a quantity so many octaves above its fence. */
function severityOf (octaves: number): number { return Math.min(9, 4 + Math.ceil(octaves)) }

/** Number of the window that requests of a client are counted in. */
function windowOf ({ at }: Observation, { windowMs }: WindowCounter): number { return Math.floor(at / windowMs) }
