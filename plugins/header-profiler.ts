import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { HeaderBaseline } from '../lib/detectors/header-baseline'
import { HeaderClients } from '../lib/detectors/header-clients'
import { HeaderReader } from '../lib/detectors/header-shape'
import { ValueJudge } from '../lib/detectors/value-judge'
import type { Observation } from '../lib/observation'
import type { RouteState } from '../lib/route-state'
import { resolveOptions } from './options'
import type { OptionTable } from './options'

export interface HeaderProfilerOptions {
  /** `observe` keeps this detector's findings out of what `enforce` decides. By default as the registry's. */
  mode?: 'observe' | 'enforce'
  /**
   * Requests that a client class is learned from before it has a say.
   * @default 50
   */
  minSamples?: number
  /** Lower-case names of headers that are not looked at at all. */
  ignore?: string[]
}

/** Schema, defaults and documentation of `HeaderProfilerOptions`. */
export const headerProfilerOptions: OptionTable = {
  mode: { enum: ['observe', 'enforce'], description: '`observe` keeps this detector\'s findings out of what `enforce` decides; by default as the registry\'s' },
  minSamples: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 50, description: 'requests that a client class is learned from before it has a say' },
  ignore: { isShared: true, type: 'array', items: { type: 'string', pattern: '^[^A-Z]+$' }, default: [], description: 'lower-case names of headers that are not looked at at all' }
}

/** Learns which headers each class of clients sends, in which order, and what headers and single cookies look like. */
async function headerProfiler (fastify: FastifyInstance, options: HeaderProfilerOptions): Promise<void> {
  const settings = resolveOptions<Required<HeaderProfilerOptions>>('headerProfiler', headerProfilerOptions, null, options)
  const { anomalies } = fastify
  const judgeOfValues = new ValueJudge(anomalies.hash.seed, anomalies.redactor)
  const clients = new HeaderClients(new HeaderReader(anomalies.hash.seed, settings.ignore), judgeOfValues, {
    minSamples: settings.minSamples,
    promoteAfter: anomalies.settings.promoteAfter as number
  })

  anomalies.detector<HeaderBaseline>('header-profiler', createBaseline, { check: checkRoute, minSamples: settings.minSamples, mode: options.mode })
    .on('onRequest', judge)
    .learn(learn)
    .quarantine(quarantine)
    .share(clients)

  function createBaseline (routeOptions: object | undefined, route: RouteState): HeaderBaseline {
    return new HeaderBaseline(clients, resolveOptions<Required<HeaderProfilerOptions>>('headerProfiler', headerProfilerOptions, settings, routeOptions, route.key))
  }

  function checkRoute (routeOptions: object, route: string): void {
    resolveOptions('headerProfiler', headerProfilerOptions, settings, routeOptions, route)
  }
}

function judge (baseline: HeaderBaseline, observation: Observation): void {
  baseline.judge(observation)
}

function learn (baseline: HeaderBaseline, observation: Observation): void {
  baseline.learn(observation)
}

function quarantine (baseline: HeaderBaseline, observation: Observation, onPromoted: (field: string) => void): void {
  baseline.quarantine(observation, onPromoted)
}

export default fp(headerProfiler, { fastify: '5.x', name: 'fastify-anomalies-header-profiler', dependencies: ['fastify-anomalies-registry'] })
