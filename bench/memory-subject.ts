import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { setImmediate } from 'node:timers/promises'
import { memoryCases } from './memory-cases'
import type { MemoryReport } from './memory-cases'
import { RequestMix } from './request-mix'
import { declareRoutes, isGet } from './routes'
import { exchange } from './stub-exchange'
import anomalies from '../plugins'

/*
 * One case of the memory benchmark in a process of its own: `node --expose-gc memory-subject.js <case> <with|without>`. It sends what
 * the case says through an application with or without the collection, and tells the memory in use at each of the case's marks.
 */

const BETWEEN_TURNS = 500
const PAUSE_MS = 10

async function run (name: string, isObserved: boolean): Promise<void> {
  const plan = memoryCases.find((candidate) => candidate.name === name)
  if (plan === undefined) throw new RangeError(`no case named '${name}'`)
  const time = { ms: Date.UTC(2026, 0, 1) }
  const routes = getRoutes(plan.routes)
  const app = await build(routes, isObserved, time)
  const mix = new RequestMix(plan.routes, 3)
  const marks = new Set(plan.marks)
  for (let count = 0; count <= plan.marks.at(-1)!; count++) {
    if (marks.has(count)) await report(app, count, isObserved)
    time.ms += PAUSE_MS
    exchange(app, plan.request(mix.ofRoute(routes[count % routes.length]!), count))
    if (count % BETWEEN_TURNS === 0) await setImmediate()
  }
  process.exit()
}

/** Numbers of the first routes of the mix that are GET. */
function getRoutes (count: number): number[] {
  const routes: number[] = []
  for (let route = 0; routes.length < count; route++) {
    if (isGet(route)) routes.push(route)
  }
  return routes
}

async function build (routes: readonly number[], isObserved: boolean, time: { ms: number }): Promise<FastifyInstance> {
  const app = Fastify({ trustProxy: 'loopback' })
  if (isObserved) await app.register(anomalies, { clock: { now: () => time.ms, monotonic: () => time.ms } })
  declareRoutes(app, routes)
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
  const states = isObserved ? app.anomalies.baselines().map(({ state }) => state) : []
  const message: MemoryReport = { requests, heapUsed, arrayBuffers, active: states.filter((state) => state === 'active').length, events: isObserved ? app.anomalies.query({ limit: 1 }).total : 0 }
  await new Promise((resolve) => process.send!(message, resolve))
}

run(process.argv[2] ?? '', process.argv[3] === 'with')
