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

/** Stands between risk and replies, where the enforcement plugin is registered. */
export interface Guard {
  /** Whether there may be anything to decide about a request now. @param isLate Whether `preHandler` has been reached. */
  concerns (request: FastifyRequest, observation: Observation, isLate: boolean): boolean
  /** Decides about one that concerns it: calls `done`, or answers. */
  decide (request: FastifyRequest, reply: FastifyReply, observation: Observation, done: () => void): void
}

/** Told of a reply with 401 or 403. */
export type OnRefusal = (request: FastifyRequest, reply: FastifyReply, observation: Observation) => void
