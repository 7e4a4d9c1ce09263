import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { RateClients } from '../lib/detectors/rate-clients'
import { RateJournal } from '../lib/detectors/rate-journal'
import { RATE_DROP, RATE_RAMP, RATE_SPIKE } from '../lib/detectors/rate-signals'
import type { RateEvidence } from '../lib/detectors/rate-signals'
import { RateSeries, rateSeriesOptions } from '../lib/detectors/rate-series'
import type { RateMeasure, RateSeriesOptions } from '../lib/detectors/rate-series'
import { RateTraffic } from '../lib/detectors/rate-traffic'
import type { RateChange, RateEpisodeKind, RateWatch } from '../lib/detectors/rate-watch'
import type { Observation } from '../lib/observation'
import type { RouteState } from '../lib/route-state'
import { Signal } from '../lib/signal'
import type { SignalKind } from '../lib/signal'
import { resolveOptions } from './options'
import type { OptionTable } from './options'

export interface RateSpikeOptions {
  /** `observe` keeps this detector's findings out of what `enforce` decides. By default as the registry's. */
  mode?: 'observe' | 'enforce'
  /**
   * Time over which requests and bytes are counted.
   * @default '10 seconds'
   */
  bucket?: number | string
  /**
   * Requests by which a bucket of a route, or of the application, must exceed what is expected.
   * @default 50
   */
  leastJump?: number
  /**
   * Requests of one client, credential or tenant in a bucket that are never too many.
   * @default 100
   */
  burstFloor?: number
  /**
   * Bytes of a bucket, requests and replies together, that are never too many.
   * @default 10000000
   */
  bytesFloor?: number
  /**
   * Whether bytes are watched too.
   * @default true
   */
  bytes?: boolean
  /**
   * Whether it is reported when traffic stops.
   * @default true
   */
  dropouts?: boolean
  /**
   * Time after which a level that lasts is the new norm.
   * @default '1 hour'
   */
  adoptAfter?: number | string
  /**
   * Clients, credentials and tenants counted at a time.
   * @default 65536
   */
  clients?: number
}

/** Schema, defaults and documentation of `RateSpikeOptions`. */
export const rateSpikeOptions: OptionTable = {
  mode: { enum: ['observe', 'enforce'], description: '`observe` keeps this detector\'s findings out of what `enforce` decides; by default as the registry\'s' },
  bucket: { isShared: true, isDuration: true, default: '10 seconds', description: 'time over which requests and bytes are counted' },
  leastJump: { type: 'number', minimum: 1, default: 50, description: 'requests by which a bucket of a route, or of the application, must exceed what is expected' },
  burstFloor: { isShared: true, type: 'number', minimum: 1, default: 100, description: 'requests of one client, credential or tenant in a bucket that are never too many' },
  bytesFloor: { type: 'number', minimum: 1, default: 10_000_000, description: 'bytes of a bucket, requests and replies together, that are never too many' },
  bytes: { type: 'boolean', default: true, description: 'whether bytes are watched too' },
  dropouts: { type: 'boolean', default: true, description: 'whether it is reported when traffic stops' },
  adoptAfter: { isDuration: true, default: '1 hour', description: 'time after which a level that lasts is the new norm' },
  clients: { isShared: true, type: 'integer', minimum: 8, maximum: 4_194_304, default: 65_536, description: 'clients, credentials and tenants counted at a time (36 bytes each, 64 with `bytes`)' }
}

type Settings = Required<RateSpikeOptions> & { bucket: number, adoptAfter: number }

const KINDS: Readonly<Record<RateEpisodeKind, SignalKind>> = { spike: RATE_SPIKE, ramp: RATE_RAMP, drop: RATE_DROP }
/** Findings about traffic as a whole are for people, whatever their severity: they carry no risk. */
const SEVERITY: Readonly<Record<RateEpisodeKind, number>> = { spike: 6, ramp: 5, drop: 6 }

/** Routes that rise at a time from which on it is the application that rises. */
const SEVERAL = 3

/** Learns how many requests and bytes each route and the application have at each hour, and each client; reports rises, ramps and stops. */
async function rateSpike (fastify: FastifyInstance, options: RateSpikeOptions): Promise<void> {
  const settings = resolveOptions<Settings>('rateSpike', rateSpikeOptions, null, options)
  const { anomalies } = fastify
  const { backlog } = anomalies
  const routes = new Map<RouteState, RateSeries>()
  /** Episodes that are not told, because something else tells of their cause. */
  const explained = new WeakSet<RateWatch>()
  const common = optionsOf(settings)
  /** That nobody asks for what does not exist is no loss. */
  const unmatched = optionsOf({ ...settings, dropouts: false })
  const application = new RateSeries(null, common, report, anomalies.routes)
  const clients = new RateClients({
    bucketMs: settings.bucket,
    capacity: settings.clients,
    leastRequests: settings.burstFloor,
    leastBytes: settings.bytes ? settings.bytesFloor : 0,
    promoteAfter: anomalies.settings.promoteAfter as number,
    seed: anomalies.hash.seed,
    promoted: (field, { route, at }) => anomalies.promoted(route, 'rate-spike', field, at)
  })

  const journal = new RateJournal(application, clients)

  anomalies.detector<RateSeries>('rate-spike', createSeries, { check: checkRoute, mode: options.mode })
    .on('onRequest', countArrival, { isLast: true })
    .on('onSend', countAnswer, { isLast: true })
    .catchUp(() => { journal.count() })
    .share(new RateTraffic(application, clients))
  anomalies.onSweep(sweep)
  if (settings.dropouts && anomalies.settings.clock === undefined) {
    const timer = setInterval(() => { anomalies.sweep() }, settings.bucket).unref()
    fastify.addHook('onClose', (_, done) => {
      clearInterval(timer)
      done()
    })
  }

  function createSeries (routeOptions: object | undefined, route: RouteState): RateSeries {
    const isOwn = routeOptions !== undefined && Object.keys(routeOptions).length > 0
    const own = isOwn ? optionsOf(resolveOptions<Settings>('rateSpike', rateSpikeOptions, settings, routeOptions, route.key)) : common
    const series = new RateSeries(route, route.matched ? own : unmatched, report, route)
    routes.set(route, series)
    return series
  }

  function optionsOf (about: Settings): RateSeriesOptions {
    return rateSeriesOptions({ bucketMs: settings.bucket, leastJump: about.leastJump, adoptMs: about.adoptAfter, dropouts: about.dropouts }, about.bytes ? about.bytesFloor : 0)
  }

  function checkRoute (routeOptions: object, route: string): void {
    resolveOptions('rateSpike', rateSpikeOptions, settings, routeOptions, route)
  }

  function countArrival (series: RateSeries, observation: Observation): void {
    if (backlog.isBusy && journal.arrive(series, observation)) return
    journal.count()
    series.count(observation.at)
    application.count(observation.at)
    clients.arrive(observation)
  }

  function countAnswer (series: RateSeries, observation: Observation): void {
    const bytes = Math.max(0, observation.requestBytes) + Math.max(0, observation.responseBytes)
    if (backlog.isBusy && journal.answer(series, observation, bytes)) return
    journal.count()
    if (bytes > 0) {
      series.weigh(bytes, observation.at)
      application.weigh(bytes, observation.at)
    }
    clients.answer(observation, bytes)
  }

  /** What only the passing of time shows: that traffic has stopped, that an episode is over. */
  function sweep (at: number): void {
    application.advance(at)
    for (const series of routes.values()) series.advance(at)
  }

  /** One cause is told once: what another episode explains is not told, unless it outlasts it. */
  function report (series: RateSeries, measure: RateMeasure, watch: RateWatch, given: Exclude<RateChange, 'none'>, at: number): void {
    let change = given
    if (change === 'open' || explained.has(watch)) {
      const isExplained = change === 'close' ? explained.has(watch) : isExplainedBy(series, measure, watch, at)
      if (isExplained && change !== 'close') explained.add(watch)
      else explained.delete(watch)
      if (isExplained) return
      change = 'open'
    }
    const evidence: RateEvidence = { unit: measure, seconds: settings.bucket / 1000, extreme: watch.extreme, mean: Math.round(watch.amount / watch.buckets) }
    const field = `${series.route === null ? 'app' : 'route'}.${measure === 'requests' ? 'rate' : 'bytes'}`
    const signal = new Signal(KINDS[watch.kind], field, SEVERITY[watch.kind], 0, Number(watch.expected.toPrecision(4)), evidence)
    anomalies.note(signal, at, series.route, change, watch.since, Math.round(watch.amount))
  }

  /**
   * Whether somebody else says it: of a route's rise a finding whose requests they are (an attack on a login), of the application's rise its
   * routes, while they are few, of further routes' rise the application, of a route's stop the application. Half of it is enough.
   */
  function isExplainedBy (series: RateSeries, measure: RateMeasure, watch: RateWatch, at: number): boolean {
    if (watch.kind === 'drop') {
      if (series.route === null) return false
      application.advance(at)
      return application.episode('requests')?.kind === 'drop'
    }
    const half = (watch.extreme - watch.expected) / 2
    const whole = application.episode(measure)
    if (series.route !== null) return (whole !== null && whole.kind !== 'drop' && !explained.has(whole) && told(measure) >= SEVERAL) || (measure === 'requests' && anomalies.log.paceOn(series.route.key, at) >= half)
    let risen = 0
    for (const each of routes.values()) {
      each.advance(at)
      const episode = each.episode(measure)
      if (episode !== null && episode.kind !== 'drop') risen += episode.extreme - episode.expected
    }
    return told(measure) < SEVERAL && risen >= half
  }

  /** Routes of which it was told that they have risen. */
  function told (measure: RateMeasure): number {
    let count = 0
    for (const each of routes.values()) {
      const episode = each.episode(measure)
      if (episode !== null && episode.kind !== 'drop' && !explained.has(episode)) count++
    }
    return count
  }
}

export default fp(rateSpike, { fastify: '5.x', name: 'fastify-anomalies-rate-spike', dependencies: ['fastify-anomalies-registry'] })
