import Fastify from 'fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { BoundedMap } from '../lib/store/bounded-map'

/** Asks the limiter; rejects where the request is one too many. Sets the limiter's headers. */
export type Limiter = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

export interface LimiterOptions {
  /** How many requests of the sender are let through in a window, now. */
  max: (request: FastifyRequest) => number
  windowMs: number
  /** Who is counted. */
  key: (request: FastifyRequest) => string
  /** Entities counted at a time. */
  capacity: number
  now: () => number
}

/**
 * A limiter of @fastify/rate-limit, which is loaded here and nowhere else. It lives in an instance of its own that never listens, so that an
 * application may use the same plugin with its own options; its counts are kept by the collection's clock.
 */
export async function createLimiter ({ max, windowMs, key, capacity, now }: LimiterOptions): Promise<Limiter> {
  const { default: rateLimit } = await import('@fastify/rate-limit')
  const counts = new BoundedMap<string, Count>(capacity)
  class CountStore {
    incr (of: string, callback: (error: Error | null, result?: { current: number, ttl: number }) => void): void {
      const at = now()
      let count = counts.get(of)
      if (count === undefined || at - count.since >= windowMs || at < count.since) counts.set(of, count = { since: at, current: 0 })
      count.current++
      callback(null, { current: count.current, ttl: windowMs - (at - count.since) })
    }

    child (): CountStore { return this }
  }

  const host = Fastify()
  await host.register(rateLimit, { global: false, store: CountStore as never })
  return host.rateLimit({ max, timeWindow: windowMs, keyGenerator: key }) as unknown as Limiter
}

interface Count { since: number, current: number }
