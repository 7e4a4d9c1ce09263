import type { FastifyInstance } from 'fastify'
import anomalies from '../plugins'
import { addStage } from './stages'
import type { Stage } from './stages'
import { TeachingClock } from './teaching'

/** One of the servers that are compared. */
export interface Variant {
  name: string
  about: string
  routes: number
  /** Variants it is compared with: the mean of what they took in the same round. */
  against: string[]
  /** `config` of every route. */
  config: { anomalies?: false }
  /** Requests of which each route knows what they teach before the server listens, and the clock that they move; `null` for none. */
  lesson: { perRoute: number, clock: TeachingClock } | null
  register: (app: FastifyInstance) => unknown
}

const ROUTES = 10
const MANY_ROUTES = 10_000
/** More than any baseline needs to become active, and as many as all of a route's replies are learned from. */
const LESSON = { perRoute: 600, clock: new TeachingClock() }
const BARE = 'bare'
const BARE_AGAIN = 'bare-again'
const MANY_BARE = 'bare-10000-routes'

function variant (name: string, about: string, part: Partial<Variant> = {}): Variant {
  return { name, about, routes: ROUTES, against: [BARE, BARE_AGAIN], config: {}, lesson: null, register: alone, ...part }
}

function alone (): void {}

function collection (options: Parameters<typeof anomalies>[1]): Variant['register'] {
  return (app) => app.register(anomalies, options)
}

/** Nothing but the registry. */
const NOTHING = { endpointProfiler: false, headerProfiler: false, jsonSchemaLearner: false, authBurst: false, rateSpike: false, injection: false, trends: false, enforcement: false } as const

/** The registry and some parts of the collection. */
function only (...parts: (keyof typeof NOTHING)[]): Variant['register'] {
  return collection({ ...NOTHING, ...Object.fromEntries(parts.map((part) => [part, {}])) })
}

function stages (...names: Stage[]): Variant {
  return variant(names.join('+'), 'hooks that do nothing', { register: (app) => { for (const name of names) addStage(app, name) } })
}

/** Part of the collection on 10,000 routes that have all been taught. */
function manyRoutes (name: string, about: string, options: Parameters<typeof anomalies>[1]): Variant {
  return variant(`${name}-10000-routes`, about, { routes: MANY_ROUTES, against: [MANY_BARE], lesson: LESSON, register: collection({ ...options, clock: LESSON.clock }) })
}

export const variants: Variant[] = [
  variant(BARE, 'Fastify alone: what the others are compared with', { against: [BARE] }),
  variant(BARE_AGAIN, 'the same once more: its distance from 1.00 is the noise', { against: [BARE] }),
  variant(MANY_BARE, 'Fastify alone with 10,000 routes', { routes: MANY_ROUTES, lesson: LESSON }),
  variant('registry', 'the registry alone', { register: collection(NOTHING) }),
  variant('endpoint-profiler', 'the registry and endpoint-profiler', { register: only('endpointProfiler') }),
  variant('header-profiler', 'the registry and header-profiler', { register: only('headerProfiler') }),
  variant('both-profilers', 'the registry and both profilers: what the budget of 1.12 is for', { register: only('endpointProfiler', 'headerProfiler') }),
  variant('json-schema-learner', 'the registry and json-schema-learner', { register: only('jsonSchemaLearner') }),
  variant('auth-burst', 'the registry, auth-burst (no login route in the mix), and enforcement in mode observe', { register: only('authBurst', 'enforcement') }),
  variant('enforce', 'the same in mode enforce, while some other client has a risk', {
    register: async (app) => {
      await app.register(anomalies, { ...NOTHING, authBurst: {}, enforcement: {}, mode: 'enforce' })
      app.anomalies.entities.all.add('192.0.2.1', 'bench', 70, Date.now(), '')
      app.anomalies.entities.enforced.add('192.0.2.1', 'bench', 70, Date.now(), '')
    }
  }),
  variant('rate-spike', 'the registry and rate-spike', { register: only('rateSpike') }),
  variant('defence', 'the registry, auth-burst, rate-spike and enforcement in mode observe: what the budget of 1.5 us is for', { register: only('authBurst', 'rateSpike', 'enforcement') }),
  variant('injection', 'the registry and injection', { register: only('injection') }),
  variant('trends', 'the registry and trends', { register: only('trends') }),
  variant('collection', 'the collection with its defaults: everything on', { register: collection({}) }),
  variant('off', 'the collection, with `anomalies: false` on every route', { register: collection({}), config: { anomalies: false } }),
  manyRoutes('both-profilers', 'both profilers and 10,000 routes', { ...NOTHING, endpointProfiler: {}, headerProfiler: {} }),
  manyRoutes('collection', 'the collection with its defaults and 10,000 routes', {}),
  stages('onRequest'),
  stages('onRequest', 'preValidation'),
  stages('onRequest', 'onSend'),
  stages('onRequest', 'preValidation', 'onSend'),
  stages('onRequest', 'onResponse'),
  stages('onRequest', 'onSend', 'onResponse'),
  stages('onRequest', 'onSend', 'onRequestAbort'),
  stages('onRequest', 'onSend', 'replyClose'),
  stages('onRequest', 'onSend', 'socketClose'),
  stages('onRequest', 'preValidation', 'onSend', 'onResponse', 'onRequestAbort')
]

const sets: Record<string, (variant: Variant) => boolean> = {
  all: ({ name }) => !name.startsWith('on'),
  profilers: ({ name }) => ['registry', 'endpoint-profiler', 'header-profiler', 'json-schema-learner', 'auth-burst', 'enforce', 'rate-spike', 'defence', 'injection', 'trends', 'both-profilers', 'collection'].includes(name),
  routes: ({ name }) => ['both-profilers', 'both-profilers-10000-routes', 'collection', 'collection-10000-routes'].includes(name),
  stages: ({ name }) => name.startsWith('on')
}

export const setNames = Object.keys(sets)

/**
 * The variants that a comma-separated list of names and sets asks for, with those they are compared with.
 * @throws RangeError For a name that is neither.
 */
export function variantsNamed (list: string): Variant[] {
  const wanted = new Set([BARE, BARE_AGAIN])
  for (const name of list.split(',').map((part) => part.trim())) {
    const found = variants.filter(sets[name] ?? ((candidate) => candidate.name === name))
    if (found.length === 0) throw new RangeError(`--variants: no variant or set is named '${name}'; sets are ${setNames.join(', ')}`)
    for (const { name, against } of found) for (const needed of [name, ...against]) wanted.add(needed)
  }
  return variants.filter(({ name }) => wanted.has(name))
}
