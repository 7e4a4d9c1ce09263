import type { FastifyRequest } from 'fastify'

/** The outcome of a login that no HTTP status tells. */
export interface AuthRecord {
  /** Who somebody tried to log in as; kept as a keyed hash. */
  user?: string | number | null
  /** Where from; by default the request's client. */
  ip?: string
  success: boolean
  /** The request in which it happened, if any: its status is then not counted. */
  request?: FastifyRequest
}
