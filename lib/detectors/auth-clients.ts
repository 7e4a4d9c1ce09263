import { DistinctWindow } from '../stats/distinct-window'
import { WeightedRecord, WeightedTable } from '../store/weighted-table'
import { AuthEpisode, DAY_MS, hoursSince } from './auth-attempt'
import type { AddSignal, AuthAttempt, AuthSettings } from './auth-attempt'
import type { AuthCrowd } from './auth-crowd'
import { CLIENT_FAILURES, SPRAYING } from './auth-signals'

/** Users who may fail and not succeed, per user who does: who forgot a password and gave up. */
const UNRESOLVED_SHARE = 0.25
/** Failures in so many times the limit, and more than successes, are guessing whoever the users are. */
const FAILURES_FACTOR = 3
/** What a success weighs against being forgotten. */
const SUCCESS_WEIGHT = 0.05

class ClientRecord extends WeightedRecord {
  since = this.at
  failures = 0
  successes = 0
  /** Users who failed here, and users who succeeded here. */
  readonly failed = new DistinctWindow(DAY_MS)
  readonly known = new DistinctWindow(DAY_MS)
  episode: AuthEpisode | null = null
  /** Where users are not known: bucket of the crowd's ratio in which the client began to fail, and its fingerprint then. */
  chain = -1
  fingerprint = 0
}

/**
 * The view from each client: password spraying. Counts distinct users who failed there and never succeeded there, so that an
 * office with many mistyping people is ordinary, and an own account, however often it logs in, hides nothing.
 *
 * Memory: `capacity` clients of about 500 bytes, and up to 5.4 kB for one at which many users fail and succeed.
 */
export class AuthClients {
  readonly table: WeightedTable<ClientRecord>
  readonly #settings: AuthSettings

  constructor (capacity: number, settings: AuthSettings) {
    this.table = new WeightedTable(capacity, DAY_MS)
    this.#settings = settings
  }

  /** Counts a failure. @param isFamiliar Whether this user has logged in from this client before. */
  fail (attempt: AuthAttempt, isFamiliar: boolean): void {
    const record = this.#touch(attempt, isFamiliar ? 0 : 1)
    if (isFamiliar) return
    if (record.failures < 0.5) {
      record.since = attempt.at
      record.chain = -1
    }
    record.failures++
    if (attempt.user !== null) record.failed.add(attempt.userHash, attempt.at)
  }

  /** Counts a success. @param failures Those of the same user at this client before it: they were mistakes, no guesses. */
  succeed (attempt: AuthAttempt, failures: number): void {
    const record = this.#touch(attempt, SUCCESS_WEIGHT - failures)
    record.failures = Math.max(0, record.failures - failures)
    record.successes++
    if (attempt.user !== null) record.known.add(attempt.userHash, attempt.at)
  }

  /** Whether the client is guessing now: the attempt is explained by that. */
  judge (attempt: AuthAttempt, add: AddSignal): boolean {
    const record = this.table.get(attempt.client)
    if (record === undefined) return false
    const { at } = attempt
    if (record.episode?.isOver(at) === true) record.episode = null
    const limit = this.#settings.clientUsers
    const users = attempt.user === null ? 0 : record.failed.count(at)
    if (record.episode !== null) record.episode.continue(at)
    else if (users >= limit && record.failed.countWithout(record.known, at) >= Math.max(limit, UNRESOLVED_SHARE * record.known.count(at))) record.episode = new AuthEpisode(SPRAYING, Math.max(users, record.failures), record.since, at)
    else if (record.failures > Math.max(FAILURES_FACTOR * limit, record.successes) && (attempt.user === null || users > 1)) record.episode = new AuthEpisode(CLIENT_FAILURES, record.failures, record.since, at)
    const { episode } = record
    if (episode === null) return false
    const hours = hoursSince(record.since, at)
    const evidence = episode.kind === SPRAYING
      ? { users: record.failed.countWithout(record.known, at), known: record.known.count(at), failures: episode.count, hours }
      : { failures: episode.count, successes: Math.round(record.successes), hours }
    add(episode.signal(attempt.client, { ip: attempt.client }, episode.kind === SPRAYING ? limit : FAILURES_FACTOR * limit, episode.count, evidence, true))
    return true
  }

  /** Where users are not known, each client is one. */
  joinCrowd (attempt: AuthAttempt, crowd: AuthCrowd): void {
    const record = this.table.get(attempt.client)
    if (record === undefined || record.chain >= 0) return
    record.chain = crowd.fail(attempt)
    record.fingerprint = attempt.fingerprint
  }

  leaveCrowd (attempt: AuthAttempt, crowd: AuthCrowd): void {
    const record = this.table.get(attempt.client)
    if (record === undefined || record.chain < 0) return
    crowd.resolve(record.chain, record.fingerprint)
    record.chain = -1
  }

  /** The episode that a client is in, if any. */
  episodeOf (client: string, at: number): AuthEpisode | null {
    const episode = this.table.get(client)?.episode ?? null
    return episode === null || episode.isOver(at) ? null : episode
  }

  #touch (attempt: AuthAttempt, weight: number): ClientRecord {
    const { client, at } = attempt
    const record = this.table.get(client) ?? new ClientRecord(client, at)
    const factor = at > record.at ? 0.5 ** ((at - record.at) / DAY_MS) : 1
    record.failures *= factor
    record.successes *= factor
    this.table.enter(record, weight, at)
    return record
  }
}
