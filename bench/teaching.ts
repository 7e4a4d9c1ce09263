import type { FastifyInstance } from 'fastify'
import { RequestMix } from './request-mix'
import { exchange } from './stub-exchange'

/** Time that passes between two requests: at full speed a thousand clients would be a burst each. */
const PAUSE_MS = 10
const SEED = 991
/** Requests after which what the requests have left behind gets its turn. */
const BETWEEN_TURNS = 1000
/** Routes that are taught by requests: the mix repeats itself after so many, and others learn what the like of them has learned. */
const TAUGHT = 10

/** A clock, mostly the system's, ahead of it by the pauses between the requests that taught. */
export class TeachingClock {
  #ahead = 0
  readonly now: () => number
  readonly monotonic: () => number

  constructor (now: () => number = Date.now, monotonic: () => number = () => performance.now()) {
    this.now = () => now() + this.#ahead
    this.monotonic = () => monotonic() + this.#ahead
  }

  pause (): void { this.#ahead += PAUSE_MS }
}

/**
 * Brings each route to the state in which it has had `perRoute` requests of the mix, in process: over sockets, those of ten thousand routes
 * take hours. The first ten get the requests, and the others what these have learned, as from a snapshot after a restart; then each gets one
 * request, at which its state is made.
 */
export async function teach (app: FastifyInstance, routes: number, perRoute: number, clock: TeachingClock): Promise<void> {
  const mix = new RequestMix(routes, SEED)
  await send(app, mix, TAUGHT * perRoute, TAUGHT, clock)
  if (app.hasDecorator('anomalies')) spread(app, routes)
  await send(app, mix, routes, routes, clock)
}

async function send (app: FastifyInstance, mix: RequestMix, count: number, routes: number, clock: TeachingClock): Promise<void> {
  for (let sent = 0; sent < count; sent++) {
    clock.pause()
    exchange(app, mix.ofRoute(sent % routes))
    if (sent % BETWEEN_TURNS === 0) await new Promise((resolve) => { setImmediate(resolve) })
  }
}

/** Gives what the taught routes have learned to the others that are like them. */
function spread ({ anomalies }: FastifyInstance, routes: number): void {
  const snapshot = anomalies.snapshot()
  for (const [key, entry] of Object.entries(snapshot.routes)) {
    const [, before, number, after] = /^(.*\/\w+-)(\d+)(\/.*)$/.exec(key) ?? []
    if (number === undefined) continue
    for (let route = Number(number) + TAUGHT; route < routes; route += TAUGHT) {
      snapshot.routes[`${before}${route}${after}`] = { ...entry, url: entry.url.replace(`-${number}/`, `-${route}/`) }
    }
  }
  anomalies.restore(snapshot)
}
