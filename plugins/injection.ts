import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { InjectionBaseline } from '../lib/detectors/injection-baseline'
import { InjectionShared } from '../lib/detectors/injection-shared'
import { isStream } from '../lib/detectors/readable-bodies'
import { InjectionText } from '../lib/detectors/injection-text'
import type { Observation } from '../lib/observation'
import type { RouteState } from '../lib/route-state'
import { MultipartReader } from '../lib/text/multipart-reader'
import { resolveOptions } from './options'
import type { OptionTable } from './options'
import { kObservation, OFF } from './symbols'

export interface InjectionOptions {
  /** `observe` keeps this detector's findings out of what `enforce` decides. By default as the registry's. */
  mode?: 'observe' | 'enforce'
  /**
   * Characters of one request's headers, and of its query, parameters and body, that are looked at.
   * @default 262144
   */
  maxCharacters?: number
  /**
   * Distinct principals that make a kind of text ordinary in a field.
   * @default 5
   */
  tameAfter?: number
  /**
   * Whether headers and cookies are looked at.
   * @default true
   */
  headers?: boolean
  /**
   * Whether the rate of requests of new shapes is watched.
   * @default true
   */
  novelty?: boolean
  /**
   * Shapes of requests remembered, twice; a power of two.
   * @default 65536
   */
  shapes?: number
}

/** Schema, defaults and documentation of `InjectionOptions`. */
export const injectionOptions: OptionTable = {
  mode: { enum: ['observe', 'enforce'], description: '`observe` keeps this detector\'s findings out of what `enforce` decides; by default as the registry\'s' },
  maxCharacters: { type: 'integer', minimum: 1024, maximum: 16_777_216, default: 262_144, description: 'characters of one request\'s headers, and of its query, parameters and body, that are looked at' },
  tameAfter: { type: 'integer', minimum: 1, maximum: 8, default: 5, description: 'distinct principals that make a kind of text ordinary in a field' },
  headers: { type: 'boolean', default: true, description: 'whether headers and cookies are looked at' },
  novelty: { type: 'boolean', default: true, description: 'whether the rate of requests of new shapes is watched' },
  shapes: { enum: Array.from({ length: 15 }, (_, i) => 256 << i), default: 65_536, description: 'shapes of requests remembered, twice (2 bytes each); a power of two from 256 to 4194304' }
}

/**
 * Looks at every text of a request, names as well as values, for what reads as an injection into a database, browser, shell, file system, template,
 * directory, XML parser, protocol, log or the network inside; learns which fields ordinarily hold the like; and watches how many requests
 * have a shape never seen before.
 */
async function injection (fastify: FastifyInstance, options: InjectionOptions): Promise<void> {
  const settings = resolveOptions<Required<InjectionOptions>>('injection', injectionOptions, null, options)
  const { anomalies } = fastify
  const shared = new InjectionShared(new InjectionText(), anomalies.redactor, anomalies.hash.seed, settings.tameAfter, settings.shapes)

  const detector = anomalies.detector<InjectionBaseline>('injection', createBaseline, { check: checkRoute, minSamples: 1, mode: options.mode })
    .on('onRequest', judgeArrival)
    .on('preValidation', judgeContent)
    .on('onSend', judgeStreamed)
    .learn(learn)
    .quarantine(quarantine)
    .share(shared)
  fastify.addHook('preHandler', judgeLateBody)

  function createBaseline (routeOptions: object | undefined, route: RouteState): InjectionBaseline {
    return new InjectionBaseline(shared, resolveOptions('injection', injectionOptions, settings, routeOptions, route.key), route.key)
  }

  /** `@fastify/multipart` with `attachFieldsToBody` reads the body in a `preValidation` hook of its own, which may come after ours. */
  function judgeLateBody (request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const observation = request[kObservation]
    if (observation !== null && observation !== OFF && observation.contentType !== null && isMultipart(observation.contentType)) judgeParts(observation, request.body)
    done()
  }

  function judgeParts (observation: Observation, body: unknown): void {
    const baseline = observation.route.slots[detector.slot] as InjectionBaseline | null | undefined
    if (baseline === null || baseline === undefined || typeof body !== 'object' || body === null || Buffer.isBuffer(body) || isStream(body) || observation.body === body || observation.lateBody === body) return
    detector.guard(() => baseline.judgeLateBody(observation, body))
    if (observation.signals !== null && observation.signals.length > observation.recorded) anomalies.record(observation)
  }

  function checkRoute (routeOptions: object, route: string): void {
    resolveOptions('injection', injectionOptions, settings, routeOptions, route)
  }
}

function judgeArrival (baseline: InjectionBaseline, observation: Observation, request: FastifyRequest): void {
  baseline.judgeArrival(observation)
  if (observation.contentType !== null && isMultipart(observation.contentType)) watchStream(observation, observation.contentType, request)
}

/** Most types differ in the first letter. */
function isMultipart (contentType: string): boolean { return contentType.length > 10 && (contentType.charCodeAt(0) | 32) === 109 && contentType.slice(0, 10).toLowerCase() === 'multipart/' }

/** Listens to a multipart body from when the application begins to read it, so that nothing is read that the application would not have. */
function watchStream (observation: Observation, contentType: string, request: FastifyRequest): void {
  const reader = new MultipartReader(contentType)
  observation.streamed = reader
  request.raw.once('resume', () => {
    request.raw.on('data', (chunk: unknown) => { if (Buffer.isBuffer(chunk)) reader.write(chunk) })
  })
}

function judgeStreamed (baseline: InjectionBaseline, observation: Observation, request: FastifyRequest): void {
  if (observation.streamed !== null) baseline.judgeStreamed(observation, request.raw.readableDidRead)
}

function judgeContent (baseline: InjectionBaseline, observation: Observation): void {
  baseline.judgeContent(observation)
}

function learn (baseline: InjectionBaseline, observation: Observation): void {
  baseline.learn(observation)
}

function quarantine (baseline: InjectionBaseline, observation: Observation, onPromoted: (field: string) => void): void {
  baseline.quarantine(observation, onPromoted)
}

export default fp(injection, { fastify: '5.x', name: 'fastify-anomalies-injection', dependencies: ['fastify-anomalies-registry'] })
