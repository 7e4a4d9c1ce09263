import { DistinctWindow } from '../stats/distinct-window'
import { WeightedRecord, WeightedTable } from '../store/weighted-table'
import { AuthEpisode, DAY_MS, hoursSince, SLOW_MS } from './auth-attempt'
import type { AddSignal, AuthAttempt, AuthSettings } from './auth-attempt'
import { BRUTE_FORCE, DISTRIBUTED, LOW_AND_SLOW } from './auth-signals'

/** Clients of a user whose failures are counted apart. */
const PAIRS = 4
/** Where the user has logged in from that client before, so many times the failures are ordinary (an old password in an app). */
const FAMILIAR_FACTOR = 2
/** Failures of all clients together, in so many times those of one, are guessing however few the clients are. */
const TOTAL_FACTOR = 3
/** Failures of the same hour have decayed a little: this much is no whole one. */
const DECAYED = 0.5
/** Clients that a person may use: a success clears the failures of all of them. */
const OWN_CLIENTS = 3

/** One client's failures for one user: `count` exceeds the true number by at most `error` (SpaceSaving). */
interface Pair { client: number, count: number, error: number, since: number, episode: AuthEpisode | null }

/** Its weight are the failures since the last success; they count half after a day. */
class UserRecord extends WeightedRecord {
  since = this.at
  /** Bucket of the crowd's ratio in which the user began to fail, -1 for none, and the fingerprint then. */
  chain = -1
  fingerprint = 0
  /** The last client in an episode of its own that failed for this user. */
  guilty: string | null = null
  guiltyAt = 0
  readonly clients = new DistinctWindow(DAY_MS)
  pairs: Pair[] = []
  episode: AuthEpisode | null = null
}

export type { UserRecord }

/** What is known of a user's failures before a success. */
export interface UserHistory { failures: number, clients: number, ownFailures: number, isUnderAttack: boolean }

/**
 * The view from each user, and from each pair of user and client: brute force of one account, by one client (fast, or low and slow)
 * or by many. A success clears the user's counter, and no other; where more clients failed than a person has, only those failures
 * that came from the same client.
 *
 * Memory: `capacity` users of about 550 bytes, and up to 2.7 kB for one at whom many clients fail.
 *
 * Source of the pair counters: A. Metwally et al., "Efficient computation of frequent and top-k elements in data streams", ICDT 2005.
 */
export class AuthUsers {
  readonly table: WeightedTable<UserRecord>
  readonly #settings: AuthSettings

  constructor (capacity: number, settings: AuthSettings) {
    this.table = new WeightedTable(capacity, DAY_MS)
    this.#settings = settings
  }

  get (user: string): UserRecord | undefined { return this.table.get(user) }

  /** Counts a failure. */
  fail (attempt: AuthAttempt & { user: string }): UserRecord {
    const { at } = attempt
    const record = this.table.get(attempt.user) ?? new UserRecord(attempt.user, at)
    this.#age(record, at)
    if (record.weight < 0.5) {
      record.since = at
      record.chain = -1
    }
    this.table.enter(record, 1, at)
    record.clients.add(attempt.clientHash, at)
    countPair(record, attempt)
    return record
  }

  /** Whether one client, or many, are guessing this user's password: the attempt is explained by that. */
  judge (record: UserRecord, attempt: AuthAttempt, isFamiliar: boolean, add: AddSignal): boolean {
    return this.#judgePair(record, attempt, isFamiliar, add) || this.#judgeUser(record, attempt, add)
  }

  #judgePair (record: UserRecord, attempt: AuthAttempt, isFamiliar: boolean, add: AddSignal): boolean {
    const { at, client } = attempt
    const pair = record.pairs.find((candidate) => candidate.client === attempt.clientHash)
    if (pair === undefined || client === '') return false
    if (pair.episode?.isOver(at) === true) pair.episode = null
    const limit = this.#settings.pairFailures * (isFamiliar ? FAMILIAR_FACTOR : 1)
    const failures = pair.count - pair.error
    if (pair.episode !== null) pair.episode.continue(at)
    else if (failures >= limit - DECAYED) pair.episode = new AuthEpisode(at - pair.since > SLOW_MS ? LOW_AND_SLOW : BRUTE_FORCE, failures, pair.since, at)
    if (pair.episode === null) return false
    const evidence = { failures: pair.episode.count, hours: hoursSince(pair.since, at), clients: 1 }
    add(pair.episode.signal(`${record.key} ${client}`, { ip: client, user: record.key }, limit - 1, pair.episode.count, evidence, !isFamiliar))
    return true
  }

  #judgeUser (record: UserRecord, attempt: AuthAttempt, add: AddSignal): boolean {
    const { at } = attempt
    if (record.episode?.isOver(at) === true) record.episode = null
    const { userClients, pairFailures } = this.#settings
    const clients = record.clients.count(at)
    if (record.episode !== null) record.episode.continue(at)
    else if (clients >= userClients || (clients > 1 && record.weight >= TOTAL_FACTOR * pairFailures)) record.episode = new AuthEpisode(DISTRIBUTED, Math.max(clients, record.weight), record.since, at)
    if (record.episode === null) return false
    const evidence = { clients, failures: record.episode.count, hours: hoursSince(record.since, at) }
    add(record.episode.signal(record.key, { user: record.key }, userClients, record.episode.count, evidence, false))
    return true
  }

  /** What there was before a success of the user from a client. */
  historyOf (record: UserRecord, attempt: AuthAttempt): UserHistory {
    const { at } = attempt
    this.#age(record, at)
    const pair = record.pairs.find((candidate) => candidate.client === attempt.clientHash)
    const own = pair === undefined ? 0 : pair.count - pair.error
    const isUnderAttack = (record.episode !== null && at - record.episode.last < DAY_MS) || record.pairs.some((each) => each.episode !== null && each.client !== attempt.clientHash && at - each.episode.last < DAY_MS)
    return { failures: Math.max(0, Math.round(record.weight - own)), clients: Math.max(0, record.clients.count(at) - (own > 0 ? 1 : 0)), ownFailures: Math.round(own), isUnderAttack }
  }

  /** Clears what a success clears. @returns Failures of the same user and client. */
  succeed (record: UserRecord, attempt: AuthAttempt): number {
    const { at } = attempt
    this.#age(record, at)
    record.chain = -1
    const pair = record.pairs.find((candidate) => candidate.client === attempt.clientHash)
    const own = pair === undefined ? 0 : pair.count - pair.error
    if (record.clients.count(at) > OWN_CLIENTS) {
      if (pair === undefined) return 0
      this.table.touch(record, -own, at)
      record.pairs.splice(record.pairs.indexOf(pair), 1)
      return own
    }
    this.table.touch(record, -record.weight, at)
    record.clients.clear()
    record.pairs = []
    record.episode = null
    return own
  }

  /** Forgets a client's failures for all users. */
  forgetClient (client: number): void {
    for (const record of this.table.records()) {
      const pair = record.pairs.find((candidate) => candidate.client === client)
      if (pair === undefined) continue
      this.table.touch(record, -(pair.count - pair.error), record.at)
      record.pairs.splice(record.pairs.indexOf(pair), 1)
    }
  }

  #age (record: UserRecord, at: number): void {
    if (!(at > record.at)) return
    const factor = 0.5 ** ((at - record.at) / DAY_MS)
    for (const pair of record.pairs) {
      pair.count *= factor
      pair.error *= factor
    }
    this.table.touch(record, 0, at)
  }
}

function countPair (record: UserRecord, { clientHash, at }: AuthAttempt): void {
  const pair = record.pairs.find((candidate) => candidate.client === clientHash)
  if (pair !== undefined) {
    if (pair.count < 0.5) pair.since = at
    pair.count++
    return
  }
  const fresh = { client: clientHash, count: 1, error: 0, since: at, episode: null }
  if (record.pairs.length < PAIRS) {
    record.pairs.push(fresh)
    return
  }
  let least = 0
  for (let i = 1; i < PAIRS; i++) if ((record.pairs[i] as Pair).count < (record.pairs[least] as Pair).count) least = i
  const inherited = (record.pairs[least] as Pair).count
  record.pairs[least] = { ...fresh, count: inherited + 1, error: inherited }
}
