import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { EndpointBaseline } from '../lib/detectors/endpoint-baseline'
import type { EndpointContext } from '../lib/detectors/endpoint-baseline'
import { EndpointShared } from '../lib/detectors/endpoint-shared'
import { NameBacking } from '../lib/detectors/name-backing'
import { ParameterPlans } from '../lib/detectors/parameter-plans'
import { ParameterPriors } from '../lib/detectors/parameter-priors'
import { RegularityPrior } from '../lib/stats/regularity-prior'
import { SizeFence } from '../lib/detectors/size-fence'
import { TrafficCount, UnmatchedBaseline } from '../lib/detectors/unmatched-baseline'
import { ValueJudge } from '../lib/detectors/value-judge'
import type { Observation } from '../lib/observation'
import type { RouteState } from '../lib/route-state'
import { WindowCounter } from '../lib/stats/window-counter'
import { resolveOptions } from './options'
import type { OptionTable } from './options'

export interface EndpointProfilerOptions {
  /** `observe` keeps this detector's findings out of what `enforce` decides. By default as the registry's. */
  mode?: 'observe' | 'enforce'
  /**
   * Requests a route is learned from before it is judged; a floor, since each ingredient waits for its own level to settle.
   * @default 20
   */
  minSamples?: number
  /**
   * Requests of one client to one route within a minute that are never a burst.
   * @default 30
   */
  burstFloor?: number
  /**
   * Pairs of client and route whose rates are counted at a time.
   * @default 16384
   */
  clients?: number
  /**
   * Whether unmatched paths and methods are judged.
   * @default true
   */
  unmatched?: boolean
  /**
   * Whether sizes, media types, duration and errors of replies are judged.
   * @default true
   */
  responses?: boolean
}

/** Schema, defaults and documentation of `EndpointProfilerOptions`. */
export const endpointProfilerOptions: OptionTable = {
  mode: { enum: ['observe', 'enforce'], description: '`observe` keeps this detector\'s findings out of what `enforce` decides; by default as the registry\'s' },
  minSamples: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 20, description: 'requests a route is learned from before it is judged; each ingredient also waits for its own level to settle' },
  burstFloor: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 30, description: 'requests of one client to one route within a minute that are never a burst' },
  clients: { isShared: true, type: 'integer', minimum: 8, maximum: 4_194_304, default: 16_384, description: 'pairs of client and route whose rates are counted at a time (20 bytes each)' },
  unmatched: { isShared: true, type: 'boolean', default: true, description: 'whether unmatched paths and methods are judged' },
  responses: { isShared: true, type: 'boolean', default: true, description: 'whether sizes, media types, duration and errors of replies are judged' }
}

type Baseline = EndpointBaseline | UnmatchedBaseline

/** Learns what each route's requests and replies look like: parameters and their values, media types, sizes, rates, duration, errors. */
async function endpointProfiler (fastify: FastifyInstance, options: EndpointProfilerOptions): Promise<void> {
  const settings = resolveOptions<Required<EndpointProfilerOptions>>('endpointProfiler', endpointProfilerOptions, null, options)
  const { anomalies } = fastify
  const priors = new ParameterPriors(anomalies.hash.seed)
  const judge = new ValueJudge(anomalies.hash.seed, anomalies.redactor, priors)
  const context: EndpointContext = {
    judge,
    plans: new ParameterPlans(judge.scan),
    backing: new NameBacking(),
    priors,
    types: new RegularityPrior(),
    promoteAfter: anomalies.settings.promoteAfter as number,
    rates: new WindowCounter(settings.clients, 60_000),
    sizes: new SizeFence(2, 4096),
    report: {
      note: (signal, at, route, state, since, count) => anomalies.note(signal, at, route, state, since, count),
      promoted: (route, field, at) => anomalies.promoted(route, 'endpoint-profiler', field, at)
    }
  }
  const traffic = new TrafficCount()

  const detector = anomalies.detector<Baseline>('endpoint-profiler', createBaseline, { check: checkRoute, minSamples: settings.minSamples, mode: options.mode })
    .on('onRequest', judgeArrival)
    .on('preValidation', judgeParameters)
    .learn(learn)
    .quarantine(quarantine)
    .share(new EndpointShared(context, traffic))
  if (settings.responses) detector.on('onSend', judgeResponse)

  function createBaseline (routeOptions: object | undefined, route: RouteState): Baseline | null {
    const resolved = resolveOptions<Required<EndpointProfilerOptions>>('endpointProfiler', endpointProfilerOptions, settings, routeOptions, route.key)
    if (route.matched) return new EndpointBaseline(context, resolved, anomalies.hash.hash(route.key))
    return settings.unmatched ? new UnmatchedBaseline(context, resolved, traffic, anomalies.routes.index) : null
  }

  function checkRoute (routeOptions: object, route: string): void {
    resolveOptions('endpointProfiler', endpointProfilerOptions, settings, routeOptions, route)
  }

  function learn (baseline: Baseline, observation: Observation, several: boolean): void {
    if (observation.route.matched) traffic.matched++
    baseline.learn(observation, several)
  }
}

function judgeArrival (baseline: Baseline, observation: Observation): void {
  baseline.judgeArrival(observation)
}

function judgeParameters (baseline: Baseline, observation: Observation): void {
  baseline.judgeParameters(observation)
}

function judgeResponse (baseline: Baseline, observation: Observation): void {
  baseline.judgeResponse(observation)
}

function quarantine (baseline: Baseline, observation: Observation, onPromoted: (field: string) => void): void {
  baseline.quarantine(observation, onPromoted)
}

export default fp(endpointProfiler, { fastify: '5.x', name: 'fastify-anomalies-endpoint-profiler', dependencies: ['fastify-anomalies-registry'] })
