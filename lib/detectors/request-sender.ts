import type { SessionRecord } from './session-record'

/** What was read of a request's sender when it came, for when its reply is known. */
export class RequestSender {
  readonly session: SessionRecord | null
  /** Hash of the user agent. */
  readonly agent: number
  /** Family of clients that it claims to be of. */
  readonly family: number
  /** Hashes of the JA4 and of what is stable of it, 0 where unknown. */
  readonly ja4: number
  readonly ja4Family: number

  constructor (session: SessionRecord | null, agent: number, family: number, ja4: number, ja4Family: number) {
    this.session = session
    this.agent = agent
    this.family = family
    this.ja4 = ja4
    this.ja4Family = ja4Family
  }
}
