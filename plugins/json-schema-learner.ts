import type { FastifyInstance, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { BodyBaseline } from '../lib/detectors/body-baseline'
import type { BodyShared, RouteGuides } from '../lib/detectors/body-baseline'
import { BodyCommon } from '../lib/detectors/body-common'
import { BodyGuide } from '../lib/detectors/body-guide'
import { bodyShared } from '../lib/detectors/body-shared'
import { referencesOf } from '../lib/detectors/schema-references'
import type { Observation } from '../lib/observation'
import type { RouteState } from '../lib/route-state'
import { isJson } from '../lib/text/media-type'
import { resolveOptions } from './options'
import type { OptionTable } from './options'
import { keyOf } from './route-table'
import { SchemaCompiler } from './schema-compiler'
import { kConstraints } from './symbols'

export interface JsonSchemaLearnerOptions {
  /** `observe` keeps this detector's findings out of what `enforce` decides. By default as the registry's. */
  mode?: 'observe' | 'enforce'
  /**
   * Bodies a route is learned from before they are judged; a floor, since each thing waits for its own level to settle.
   * @default 20
   */
  minSamples?: number
  /**
   * Whether request bodies are learned and judged.
   * @default true
   */
  requests?: boolean
  /**
   * Whether reply bodies are learned and judged.
   * @default true
   */
  responses?: boolean
  /**
   * Share of ordinary lengths and numbers that a learned bound may leave out.
   * @default 0.0001
   */
  errorRate?: number
  /**
   * Places in bodies that are learned, per route and kind of body.
   * @default 512
   */
  maxNodes?: number
  /**
   * Levels of nesting that are looked at.
   * @default 12
   */
  maxDepth?: number
  /**
   * Values of one body that are looked at.
   * @default 4096
   */
  maxValues?: number
  /**
   * Characters of one body's strings that are looked at.
   * @default 262144
   */
  maxCharacters?: number
  /**
   * Routes whose frozen schemas are compiled.
   * @default 256
   */
  maxCompiled?: number
}

/** Schema, defaults and documentation of `JsonSchemaLearnerOptions`. */
export const jsonSchemaLearnerOptions: OptionTable = {
  mode: { enum: ['observe', 'enforce'], description: '`observe` keeps this detector\'s findings out of what `enforce` decides; by default as the registry\'s' },
  minSamples: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 20, description: 'bodies a route is learned from before they are judged; each thing also waits for its own level to settle' },
  requests: { type: 'boolean', default: true, description: 'whether request bodies are learned and judged' },
  responses: { type: 'boolean', default: true, description: 'whether reply bodies are learned and judged' },
  errorRate: { type: 'number', minimum: 0.000001, maximum: 0.1, default: 0.0001, description: 'share of ordinary lengths and numbers that a learned bound may leave out (a tenth of one in those learned, while that is more)' },
  maxNodes: { type: 'integer', minimum: 8, maximum: 65_536, default: 512, description: 'places in bodies that are learned, per route and kind of body' },
  maxDepth: { type: 'integer', minimum: 1, maximum: 64, default: 12, description: 'levels of nesting that are looked at' },
  maxValues: { type: 'integer', minimum: 16, maximum: 1_000_000, default: 4096, description: 'values of one body that are looked at' },
  maxCharacters: { type: 'integer', minimum: 256, maximum: 16_777_216, default: 262_144, description: 'characters of one body\'s strings that are looked at' },
  maxCompiled: { isShared: true, type: 'integer', minimum: 0, maximum: 100_000, default: 256, description: 'routes whose frozen schemas are compiled' }
}

type Settings = Required<JsonSchemaLearnerOptions>

/** Learns what JSON each route takes and gives, reports what departs from it, and hands it out as JSON Schema and OpenAPI. */
async function jsonSchemaLearner (fastify: FastifyInstance, options: JsonSchemaLearnerOptions): Promise<void> {
  const settings = resolveOptions<Settings>('jsonSchemaLearner', jsonSchemaLearnerOptions, null, options)
  const { anomalies } = fastify
  const schemas = new Map<string, RouteOptions['schema']>()
  const compiler = new SchemaCompiler(settings.maxCompiled, fastify.log)
  const common = new BodyCommon()
  const shared = sharedOf(settings, fastify, common, compiler)

  fastify.addHook('onRoute', (route) => {
    if (route.schema === undefined) return
    const constraints = (route.config as { [kConstraints]?: string } | undefined)?.[kConstraints]
    for (const method of [route.method].flat()) schemas.set(keyOf(method, route.url, constraints), route.schema)
  })
  fastify.addHook('onClose', (_, done) => {
    compiler.close()
    done()
  })

  const detector = anomalies.detector<BodyBaseline>('json-schema-learner', createBaseline, { check: checkRoute, minSamples: settings.minSamples, mode: options.mode })
    .on('preValidation', judgeRequest)
    .learn(learn)
    .quarantine(quarantine)
    .share(common)
  if (settings.responses) detector.on('preSerialization', judgeResponse)

  function createBaseline (routeOptions: object | undefined, route: RouteState): BodyBaseline | null {
    const resolved = resolveOptions<Settings>('jsonSchemaLearner', jsonSchemaLearnerOptions, settings, routeOptions, route.key)
    if (!route.matched) return null
    const own = routeOptions === undefined ? shared : sharedOf(resolved, fastify, common, compiler)
    return new BodyBaseline(own, resolved, guidesOf(schemas.get(route.key), (id) => fastify.getSchema(id)))
  }

  function checkRoute (routeOptions: object, route: string): void {
    resolveOptions('jsonSchemaLearner', jsonSchemaLearnerOptions, settings, routeOptions, route)
  }
}

function sharedOf (settings: Settings, { anomalies }: FastifyInstance, common: BodyCommon, compiler: SchemaCompiler): BodyShared {
  const limits = { nodes: settings.maxNodes, depth: settings.maxDepth, values: settings.maxValues, characters: settings.maxCharacters }
  return bodyShared(limits, settings.errorRate, {
    seed: anomalies.hash.seed,
    redactor: anomalies.redactor,
    common,
    promoteAfter: anomalies.settings.promoteAfter as number,
    compile: (baseline) => compiler.schedule(baseline)
  })
}

/** What a route's own schema says, `null` where it has none that counts. */
function guidesOf (schema: RouteOptions['schema'], documentOf: (id: string) => unknown): RouteGuides | null {
  if (schema === undefined) return null
  const guideOf = (given: unknown, isReply: boolean): BodyGuide | null => {
    const root = jsonOf(given)
    return BodyGuide.of(root, isReply, referencesOf(root, documentOf))
  }
  const replies = new Map<string, BodyGuide>()
  for (const [status, reply] of Object.entries((schema.response ?? {}) as Record<string, unknown>)) {
    const guide = guideOf(reply, true)
    if (guide !== null) replies.set(status.toLowerCase(), guide)
  }
  const body = guideOf(schema.body, false)
  return body === null && replies.size === 0 ? null : { body, replies }
}

/** The schema of JSON, where there is one for each media type: `undefined` where several are of JSON. */
function jsonOf (schema: unknown): unknown {
  const content = (schema as { content?: unknown } | null | undefined)?.content
  if (typeof content !== 'object' || content === null) return schema
  const [only, ...others] = Object.entries(content).filter(([type]) => isJson(type))
  return only === undefined || others.length > 0 ? undefined : (only[1] as { schema?: unknown } | null)?.schema
}

function judgeRequest (baseline: BodyBaseline, observation: Observation): void {
  // Most requests have no body: nothing of the baseline is read for them.
  if (observation.contentType !== null && observation.body !== undefined) baseline.judgeRequest(observation)
}

function judgeResponse (baseline: BodyBaseline, observation: Observation): void {
  baseline.judgeResponse(observation)
}

function learn (baseline: BodyBaseline, observation: Observation, several: boolean): void {
  baseline.learn(observation, several)
}

function quarantine (baseline: BodyBaseline, observation: Observation, onPromoted: (field: string) => void): void {
  baseline.quarantine(observation, onPromoted)
}

export default fp(jsonSchemaLearner, { fastify: '5.x', name: 'fastify-anomalies-json-schema-learner', dependencies: ['fastify-anomalies-registry'] })
