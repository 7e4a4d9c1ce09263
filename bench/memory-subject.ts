import Fastify from 'fastify'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { setImmediate } from 'node:timers/promises'
import { distinctCases, manyRoutes } from './memory-cases'
import type { MemoryCase, MemoryReport } from './memory-cases'
import { seededRandom } from './random'
import { RequestMix } from './request-mix'
import { declareRoutes, isGet } from './routes'
import { exchange } from './stub-exchange'
import anomalies from '../plugins'

/*
 * One case of the memory benchmark in a process of its own: `node --expose-gc memory-subject.js <case> <with|profilers|without> <routes>`. It sends
 * what the case says through an application with or without the collection, and tells the memory in use at each of the case's marks.
 */

/** Whether the application has the collection, only its two profilers, or nothing of it. */
export type Observed = 'with' | 'profilers' | 'without'

const PROFILERS_ALONE = { jsonSchemaLearner: false, authBurst: false, rateSpike: false, injection: false, trends: false, enforcement: false } as const
const BETWEEN_TURNS = 500
const PAUSE_MS = 10
/** The application without the collection remembers nothing of a request: it gets one in so many. */
const THINNING = 100
const MEDIAN_MS = 15
const MEDIAN_BYTES = 1000
/** Standard deviation of the logarithm of reply times and sizes: one in a thousand is five times the median. */
const SPREAD = 0.5

async function run (name: string, observed: Observed, count: number): Promise<void> {
  const isObserved = observed !== 'without'
  const plan = [manyRoutes(count), ...distinctCases].find((candidate) => candidate.name === name)
  if (plan === undefined) throw new RangeError(`no case named '${name}'`)
  const world = new World()
  const routes = getRoutes(plan.routes)
  const app = await build(routes, observed, world)
  const mix = new RequestMix(plan.routes, 3)
  const thinning = isObserved ? 1 : THINNING
  const marks = plan.marks.map((mark) => mark / thinning)
  for (let sent = 0; sent <= marks.at(-1)!; sent++) {
    if (marks.includes(sent)) await report(app, sent * thinning, isObserved)
    world.now += PAUSE_MS
    exchange(app, plan.request(mix.ofRoute(routes[routeOf(sent, plan, thinning)]!), sent * thinning))
    if (sent % BETWEEN_TURNS === 0) await setImmediate()
  }
  process.exit()
}

/** Which of the case's routes the request goes to. */
function routeOf (sent: number, { routes, together, perRoute }: MemoryCase, thinning: number): number {
  const block = perRoute === Infinity ? 0 : Math.floor(sent / (together * perRoute / thinning))
  return (block * together + sent % together) % routes
}

/** A clock that the requests move, and how long and how large their replies are: log-normal, as measured ones are. */
class World {
  now = Date.UTC(2026, 0, 1)
  readonly #random = seededRandom(5)
  readonly #reply = 'x'.repeat(64 * MEDIAN_BYTES)
  #monotonic = 0

  /** Every reading is a reply's time after the one before. */
  monotonic (): number {
    this.#monotonic += MEDIAN_MS * this.#logNormal()
    return this.#monotonic
  }

  reply (): string { return this.#reply.slice(0, MEDIAN_BYTES * this.#logNormal()) }

  #logNormal (): number {
    return Math.exp(SPREAD * Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random()))
  }
}

/** Numbers of the first routes of the mix that are GET. */
function getRoutes (count: number): number[] {
  const routes: number[] = []
  for (let route = 0; routes.length < count; route++) {
    if (isGet(route)) routes.push(route)
  }
  return routes
}

async function build (routes: readonly number[], observed: Observed, world: World): Promise<FastifyInstance> {
  const app = Fastify({ trustProxy: 'loopback' })
  const clock = { now: () => world.now, monotonic: () => world.monotonic() }
  if (observed !== 'without') await app.register(anomalies, { clock, ...observed === 'profilers' ? PROFILERS_ALONE : null })
  declareRoutes(app, routes, {}, (_, reply: FastifyReply) => { reply.type('application/json; charset=utf-8').send(world.reply()) })
  await app.ready()
  return app
}

/** Memory after full collections: garbage of the last turn of the event loop is only free in the next. */
async function report (app: FastifyInstance, requests: number, isObserved: boolean): Promise<void> {
  for (let times = 0; times < 3; times++) {
    await setImmediate()
    global.gc!()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  const states = isObserved ? [...app.anomalies.routes.all()].map((state) => app.anomalies.routes.view(state, false).state) : []
  const message: MemoryReport = {
    requests,
    heapUsed,
    arrayBuffers,
    baselines: states.length,
    active: states.filter((state) => state === 'active').length,
    events: isObserved ? app.anomalies.query({ limit: 1 }).total : 0
  }
  await new Promise((resolve) => process.send!(message, resolve))
}

run(process.argv[2] ?? '', process.argv[3] as Observed, Number(process.argv[4]))
