import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import anomaliesRoute from './anomalies-route'
import type { AnomaliesRouteOptions } from './anomalies-route'
import authBurst from './auth-burst'
import type { AuthBurstOptions } from './auth-burst'
import endpointProfiler from './endpoint-profiler'
import type { EndpointProfilerOptions } from './endpoint-profiler'
import enforcement from './enforcement'
import type { EnforcementOptions } from './enforcement'
import headerProfiler from './header-profiler'
import type { HeaderProfilerOptions } from './header-profiler'
import { FST_ANOMALIES_BAD_OPTION } from './errors'
import jsonSchemaLearner from './json-schema-learner'
import type { JsonSchemaLearnerOptions } from './json-schema-learner'
import rateSpike from './rate-spike'
import type { RateSpikeOptions } from './rate-spike'
import injection from './injection'
import type { InjectionOptions } from './injection'
import registry from './registry'
import type { RegistryOptions } from './registry'
import { registryOptions } from './registry-options'
import trends from './trends'
import type { TrendsOptions } from './trends'

/** Options of the whole collection: those of the registry, and for each detector its own or `false`. */
export interface AnomaliesOptions extends RegistryOptions {
  /** `false` adds no hook, no timer, no map. */
  endpointProfiler?: EndpointProfilerOptions | false
  headerProfiler?: HeaderProfilerOptions | false
  jsonSchemaLearner?: JsonSchemaLearnerOptions | false
  authBurst?: AuthBurstOptions | false
  /** What is done in mode `enforce`; `false` does nothing, and counts nothing in mode `observe`. */
  enforcement?: EnforcementOptions | false
  rateSpike?: RateSpikeOptions | false
  injection?: InjectionOptions | false
  trends?: TrendsOptions | false
  /** The admin route; absent by default. */
  admin?: AnomaliesRouteOptions | false
}

/** Registers the collection: the registry, and the detectors that are not switched off. */
async function anomalies (fastify: FastifyInstance, options: AnomaliesOptions): Promise<void> {
  const own: Record<string, unknown> = {}
  const detectors: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    // What is left out by its value, as `secret: process.env.SECRET` may be, is left out.
    if (value === undefined) continue
    if (name in registryOptions) own[name] = value
    else if (value === null && PARTS.includes(name)) throw new FST_ANOMALIES_BAD_OPTION(`${name} must be an object or false, received null`, '')
    else if (PARTS.includes(name)) detectors[name] = value
    else throw new FST_ANOMALIES_BAD_OPTION(`${name} is no option that exists`, '')
  }
  await fastify.register(registry, own)
  if (detectors.enforcement !== false) await fastify.register(enforcement, (detectors.enforcement ?? {}) as EnforcementOptions)
  if (detectors.rateSpike !== false) await fastify.register(rateSpike, (detectors.rateSpike ?? {}) as RateSpikeOptions)
  if (detectors.headerProfiler !== false) await fastify.register(headerProfiler, (detectors.headerProfiler ?? {}) as HeaderProfilerOptions)
  if (detectors.injection !== false) await fastify.register(injection, (detectors.injection ?? {}) as InjectionOptions)
  if (detectors.endpointProfiler !== false) await fastify.register(endpointProfiler, (detectors.endpointProfiler ?? {}) as EndpointProfilerOptions)
  // After endpoint-profiler, whose fences say what is oversized.
  if (detectors.trends !== false) await fastify.register(trends, (detectors.trends ?? {}) as TrendsOptions)
  if (detectors.jsonSchemaLearner !== false) await fastify.register(jsonSchemaLearner, (detectors.jsonSchemaLearner ?? {}) as JsonSchemaLearnerOptions)
  if (detectors.authBurst !== false) await fastify.register(authBurst, (detectors.authBurst ?? {}) as AuthBurstOptions)
  if (detectors.admin !== undefined && detectors.admin !== false) await fastify.register(anomaliesRoute, detectors.admin as AnomaliesRouteOptions)
}

const PARTS: readonly string[] = ['endpointProfiler', 'headerProfiler', 'jsonSchemaLearner', 'authBurst', 'rateSpike', 'injection', 'trends', 'enforcement', 'admin']

export { registry, endpointProfiler, headerProfiler, jsonSchemaLearner, authBurst, rateSpike, injection, trends, enforcement, anomaliesRoute }
export type { AnomaliesRouteOptions, AuthBurstOptions, EnforcementOptions, EndpointProfilerOptions, HeaderProfilerOptions, InjectionOptions, JsonSchemaLearnerOptions, RateSpikeOptions, RegistryOptions, TrendsOptions }
export type { ActionCounts } from './guard'
export type { ManualDecision } from './manual-decision'
export type { AuthRecord } from './auth-record'
export type { LoginRequest } from './auth-burst'
export type { AdminGuard } from './admin/guard'
export { Signal } from '../lib/signal'
export type { SignalKind } from '../lib/signal'
export type { Observation } from '../lib/observation'
export type { Assessment } from '../lib/assessment'
export type { SignalJson } from '../lib/signal'
export type { AnomalyEventJson, AnomalyEventJson as AnomalyEvent } from '../lib/anomaly-event'
export type { Snapshot } from '../lib/snapshot'
export type { CorrelationPage, CorrelationQuery, TrendJson, TrendPage, TrendQuery, TrendResolution } from './trends/trend-page'
export { clientOf } from '../lib/client-address'
export default fp(anomalies, { fastify: '5.x', name: 'fastify-anomalies' })
