import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Observation } from '../lib/observation'

/** What was done about requests, and what would have been done in mode `enforce`. */
export interface ActionCounts {
  blocked: number
  throttled: number
  /** In mode `observe`: requests of entities whose risk calls for a block. */
  wouldBlock: number
  wouldThrottle: number
  /** Let through because the client address evidently is not the client's. */
  sparedByAddress: number
  /** Let through because the client address is on the allow list. */
  sparedByList: number
}

/** Decides about a request: calls `done`, or answers. @param isLate Whether `preHandler` has been reached. */
export type Guard = (request: FastifyRequest, reply: FastifyReply, observation: Observation, isLate: boolean, done: () => void) => void
