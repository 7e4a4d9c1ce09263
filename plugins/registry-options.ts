import type { FastifyRequest, RouteOptions } from 'fastify'
import type { AnomalyEventJson } from '../lib/anomaly-event'
import type { Clock } from './clock'
import { FST_ANOMALIES_BAD_OPTION } from './errors'
import type { OptionTable } from './options'

export type Mode = 'observe' | 'enforce'

/** Options of the registry: what belongs to the whole collection and to no detector. */
export interface RegistryOptions {
  /**
   * `observe` never changes a reply; `enforce` refuses requests of entities whose risk calls for it.
   * @default 'observe'
   */
  mode?: Mode
  /**
   * Whether routes without `config.anomalies` are observed.
   * @default true
   */
  global?: boolean
  /** Gives `false` or a config for routes that the user does not own; `undefined` leaves a route as it is. */
  routes?: (route: RouteOptions) => false | object | undefined
  /** The principal where the application knows one; read in `preHandler`, or in `onSend` if that was never reached. Kept as a keyed hash. */
  key?: (request: FastifyRequest) => string | number | null | undefined
  /**
   * Score from which a request is flagged.
   * @default 50
   */
  flagAt?: number
  /**
   * Risk from which an entity's action is `throttle`; where it is not given, no more than `blockAt`.
   * @default 60
   */
  throttleAt?: number
  /**
   * Risk from which an entity's action is `block`.
   * @default 85
   */
  blockAt?: number
  /**
   * How far below `throttleAt` or `blockAt` a risk has to fall for the action to end.
   * @default 10
   */
  hysteresis?: number
  /**
   * Time in which an entity's risk halves.
   * @default '10 minutes'
   */
  riskHalfLife?: number | string
  /**
   * Time in which what was learned counts half.
   * @default '7 days'
   */
  halfLife?: number | string
  /**
   * Distinct principals that have to send a thing before it is known in spite of having been flagged.
   * @default 3
   */
  promoteAfter?: number
  /**
   * Which statuses may teach: `ordinary` ones (that several principals get on the route) or `any`.
   * @default 'ordinary'
   */
  learnFrom?: 'ordinary' | 'any'
  /**
   * Events kept.
   * @default 1024
   */
  events?: number
  /**
   * Entities whose risk is kept.
   * @default 10000
   */
  entities?: number
  /** Names (strings) or patterns added to the default list of fields whose values are never shown in any form. */
  redact?: (string | RegExp)[]
  /**
   * Paths that nobody has a reason to ask for, such as `/wp-login.php`; one that ends in `*` stands for all that begin so. Who asks is certain risk.
   */
  traps?: string[]
  /** Called with each event as it is recorded. */
  onAnomaly?: (event: AnomalyEventJson) => void
  /** Called with each request that was blocked (403); those that were throttled (429) are counted in `actions`. */
  onBlock?: (request: FastifyRequest) => void
  /** Where times come from; for tests and replays. */
  clock?: Clock
  /** Randomness, 0 to below 1: the key of all hashes is made of it where `secret` is not given. */
  random?: () => number
  /** Key of all hashes, at least 16 characters; the same in all processes that share what they learn. By default new in each process. */
  secret?: string
}

/** Schema, defaults and documentation of `RegistryOptions`. */
export const registryOptions: OptionTable = {
  mode: { enum: ['observe', 'enforce'], default: 'observe', description: '`observe` never changes a reply; `enforce` refuses requests of entities whose risk calls for it' },
  global: { type: 'boolean', default: true, description: 'whether routes without `config.anomalies` are observed' },
  routes: { isFunction: true, description: '`(route) => false`, a config, or nothing: for routes that the user does not own' },
  key: { isFunction: true, description: '`(request) => name`: the principal where the application knows one; kept as a keyed hash' },
  flagAt: { type: 'number', minimum: 1, maximum: 99, default: 50, description: 'score from which a request is flagged' },
  throttleAt: { type: 'number', minimum: 1, maximum: 100, default: 60, description: 'risk from which an entity\'s action is `throttle`; where it is not given, no more than `blockAt`' },
  blockAt: { type: 'number', minimum: 1, maximum: 100, default: 85, description: 'risk from which an entity\'s action is `block`' },
  hysteresis: { type: 'number', minimum: 0, maximum: 50, default: 10, description: 'how far below `throttleAt` or `blockAt` a risk has to fall for the action to end' },
  riskHalfLife: { isDuration: true, default: '10 minutes', description: 'time in which an entity\'s risk halves' },
  halfLife: { isDuration: true, default: '7 days', description: 'time in which what was learned counts half' },
  promoteAfter: { type: 'integer', minimum: 1, maximum: 3, default: 3, description: 'distinct principals that make a flagged thing known' },
  learnFrom: { enum: ['ordinary', 'any'], default: 'ordinary', description: 'which statuses may teach' },
  events: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 1024, description: 'events kept' },
  entities: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 10_000, description: 'entities whose risk is kept' },
  redact: { type: 'array', items: { isNameOrPattern: true }, default: [], description: 'names or patterns of fields whose values are never shown' },
  traps: { type: 'array', items: { type: 'string', pattern: '^/[^*]+\\*?$', maxLength: 256 }, maxItems: 1000, default: [], description: 'paths that nobody has a reason to ask for, such as `/wp-login.php`; a `*` at the end stands for anything; who asks is certain risk' },
  onAnomaly: { isFunction: true, description: 'called with each event as it is recorded' },
  onBlock: { isFunction: true, description: '`(request)`: called with each request that was blocked (403), not with those that were throttled (429)' },
  clock: { isClock: true, description: '`{ now, monotonic }`, functions that give milliseconds, epoch and steady: where times come from; for tests and replays' },
  random: { isFunction: true, description: '`() => number`: randomness, 0 to below 1' },
  secret: { type: 'string', minLength: 16, isSecret: true, description: 'key of all hashes; by default new in each process' }
}

/**
 * The options, with a threshold of throttling that does not lie beyond that of blocking.
 * @param given What the application has said itself.
 * @throws FST_ANOMALIES_BAD_OPTION Where that is one at which nobody would ever be throttled.
 */
export function withThresholds (settings: RegistryOptions, given: RegistryOptions): RegistryOptions {
  const { throttleAt, blockAt } = settings as { throttleAt: number, blockAt: number }
  if (settings.hysteresis as number >= Math.min(throttleAt, blockAt)) {
    throw new FST_ANOMALIES_BAD_OPTION(`hysteresis must be below throttleAt and blockAt (${Math.min(throttleAt, blockAt)}), or nobody is ever let go, received ${settings.hysteresis}`, '')
  }
  if (throttleAt <= blockAt) return settings
  if (given.throttleAt !== undefined) throw new FST_ANOMALIES_BAD_OPTION(`throttleAt must not be above blockAt (${blockAt}), or nobody is ever throttled, received ${throttleAt}`, '')
  return { ...settings, throttleAt: blockAt }
}
