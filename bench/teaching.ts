import type { FastifyInstance } from 'fastify'
import { RequestMix } from './request-mix'
import { exchange } from './stub-exchange'

/** Time that passes between two requests: at full speed a thousand clients would be a burst each. */
const PAUSE_MS = 10
const SEED = 991
/** Requests after which what the requests have left behind gets its turn. */
const BETWEEN_TURNS = 1000

/** The system's clock, ahead of it by the pauses between the requests that taught. */
export class TeachingClock {
  #ahead = 0
  readonly now = (): number => Date.now() + this.#ahead
  readonly monotonic = (): number => performance.now() + this.#ahead

  pause (): void { this.#ahead += PAUSE_MS }
}

/** Sends each route `perRoute` requests of the mix in process: over sockets, those of ten thousand routes take a quarter of an hour. */
export async function teach (app: FastifyInstance, routes: number, perRoute: number, clock: TeachingClock): Promise<void> {
  const mix = new RequestMix(routes, SEED)
  for (let sent = 0; sent < routes * perRoute; sent++) {
    clock.pause()
    exchange(app, mix.ofRoute(sent % routes))
    if (sent % BETWEEN_TURNS === 0) await new Promise((resolve) => { setImmediate(resolve) })
  }
}
