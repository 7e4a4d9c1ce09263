import type { Observation } from '../observation'
import type { SessionRecord } from './session-record'
import { TYPE } from './signal-types'

/**
 * The session that a cookie stands for, where nothing else says who sends a request: no user, no credential. `null` otherwise, and for a session that no
 * earlier request was accepted with: who makes up a cookie for each request is counted by his address.
 */
export function cookieSessionOf (observation: Observation): SessionRecord | null {
  const session = observation.session as SessionRecord | null
  if (session === null || session.type !== TYPE.session_cookie || session.accepted < 2) return null
  return observation.user === null && observation.credential === null ? session : null
}
