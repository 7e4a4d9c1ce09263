import { WindowCounter } from '../stats/window-counter'
import { Signal } from '../signal'
import { finishHash } from '../text/value-shape'
import { DAY_MS } from './auth-attempt'
import type { AddSignal, AuthAttempt, AuthSettings } from './auth-attempt'
import { AuthClients } from './auth-clients'
import { AuthCrowd } from './auth-crowd'
import type { AuthRatioJson } from './auth-ratio'
import { TAKEOVER } from './auth-signals'
import { AuthUsers } from './auth-users'
import type { UserRecord } from './auth-users'

/** Users, and pairs of user and client, that have logged in are remembered for one to two of these. */
const FAMILIAR_MS = 30 * DAY_MS
const FAMILIAR_PAIRS = 65_536
/** Users whose successes count once in five minutes. */
const RECENT_USERS = 8192
const RECENT_MS = 300_000
const GOLDEN_RATIO = 0x9e3779b1
/** A success on a new client after so many failures from so many others is no person's bad memory. */
const TAKEOVER_FAILURES = 5
const TAKEOVER_CLIENTS = 3
const TAKEOVER_QUIET_MS = DAY_MS

/**
 * Failed and successful logins of a whole application, seen in four views: from each user, each client, each pair of the two,
 * and from all together. What one view explains, the wider ones do not count again, so that an attack is one episode.
 *
 * Memory: bounded by `capacity`, see the views; 1.5 MB besides. Time: about 2 µs an attempt, up to 10 µs in an episode. Users come and are kept as keyed
 * hashes only. Times are milliseconds, given by the caller.
 */
export class AuthWatch {
  readonly users: AuthUsers
  readonly clients: AuthClients
  readonly crowd = new AuthCrowd()
  readonly #familiar = new WindowCounter(FAMILIAR_PAIRS, FAMILIAR_MS)
  readonly #recent = new WindowCounter(RECENT_USERS, RECENT_MS)
  readonly #settings: AuthSettings

  /** @param capacity Users remembered, and clients. */
  constructor (capacity: number, settings: AuthSettings) {
    this.#settings = settings
    this.users = new AuthUsers(capacity, settings)
    this.clients = new AuthClients(capacity, settings)
  }

  /** Takes one attempt in, and says what it is part of. */
  observe (attempt: AuthAttempt, add: AddSignal): void {
    if (attempt.success) this.#succeed(attempt, add)
    else this.#fail(attempt, add)
  }

  #fail (attempt: AuthAttempt, add: AddSignal): void {
    const { at, user, client } = attempt
    const isFamiliar = user !== null && this.#familiar.estimate(pairOf(attempt), at) > 0
    if (client !== '') this.clients.fail(attempt, isFamiliar)
    const record = user === null ? null : this.users.fail(attempt as AuthAttempt & { user: string })
    if (client !== '' && !isFamiliar && this.clients.judge(attempt, add)) {
      if (record !== null) noteGuilty(record, client, at)
      return
    }
    if (record === null) {
      if (client !== '') this.clients.joinCrowd(attempt, this.crowd)
      this.crowd.judge(attempt, add)
      return
    }
    if (this.users.judge(record, attempt, isFamiliar, add)) return
    if (record.chain < 0) {
      record.chain = this.crowd.fail(attempt)
      record.fingerprint = attempt.fingerprint
    }
    this.crowd.judge(attempt, add)
  }

  #succeed (attempt: AuthAttempt, add: AddSignal): void {
    const { at, user, client } = attempt
    const record = user === null ? undefined : this.users.get(user)
    const isFamiliar = user === null || this.#familiar.estimate(pairOf(attempt), at) > 0
    if (!isFamiliar && client !== '') this.#judgeTakeover(attempt, record, add)
    let own = 0
    if (record !== undefined) {
      if (record.chain >= 0) this.crowd.resolve(record.chain, record.fingerprint)
      own = this.users.succeed(record, attempt)
    }
    if (client !== '') this.clients.succeed(attempt, own)
    if (user === null) {
      if (client !== '') this.clients.leaveCrowd(attempt, this.crowd)
      if (this.#recent.increment(attempt.clientHash, at) === 1) this.crowd.succeed(attempt)
      return
    }
    this.#familiar.increment(pairOf(attempt), at)
    this.#familiar.increment(knownAs(attempt), at)
    if (this.#recent.increment(attempt.userHash, at) === 1) this.crowd.succeed(attempt)
  }

  /** A success for a user after failures that were not the user's, on a client where the user was never before. */
  #judgeTakeover (attempt: AuthAttempt, record: UserRecord | undefined, add: AddSignal): void {
    const { at, client } = attempt
    const own = this.clients.episodeOf(client, at)
    if (own !== null) return add(takeover(`client ${client}`, attempt, 'own', 9, 90, 80, own.count, 1))
    if (record === undefined) return
    const { failures, clients, ownFailures, isUnderAttack } = this.users.historyOf(record, attempt)
    if (ownFailures >= 2 * this.#settings.pairFailures) return add(takeover(`user ${attempt.user}`, attempt, 'own', 9, 90, 80, ownFailures, 1))
    if (isUnderAttack || (failures >= TAKEOVER_FAILURES && clients >= TAKEOVER_CLIENTS)) return add(takeover(`user ${attempt.user}`, attempt, 'others', isUnderAttack ? 9 : 8, isUnderAttack ? 85 : 70, 65, failures, clients))
    // Where the user was never seen before, that the client is new says nothing.
    const isKnown = this.#familiar.estimate(knownAs(attempt), at) > 0
    if (isKnown && record.guilty !== null && record.guilty !== client && at - record.guiltyAt < DAY_MS) add(takeover(`after ${record.guilty}`, attempt, 'others', 5, 45, 0, failures, clients))
  }

  /** Forgets what is held against a client or a user. O(capacity). */
  forget (entity: string, hash: number): void {
    this.clients.table.drop(entity)
    this.users.table.drop(entity)
    this.users.forgetClient(hash)
  }

  toJSON (): AuthRatioJson { return this.crowd.all.toJSON() }
  restore (json: AuthRatioJson): void { this.crowd.all.restore(json) }
  merge (json: AuthRatioJson): void { this.crowd.all.merge(json) }
}

function noteGuilty (record: UserRecord, client: string, at: number): void {
  record.guilty = client
  record.guiltyAt = at
}

function pairOf ({ userHash, clientHash }: AuthAttempt): number { return finishHash(userHash ^ Math.imul(clientHash, GOLDEN_RATIO)) }

/** The user, wherever. */
function knownAs ({ userHash }: AuthAttempt): number { return finishHash(userHash ^ GOLDEN_RATIO) }

function takeover (subject: string, attempt: AuthAttempt, how: 'own' | 'others', severity: number, risk: number, charge: number, failures: number, clients: number): Signal {
  const { at, client, user } = attempt
  return new Signal(TAKEOVER, 'login', severity, risk, how, failures, {
    finding: { subject, entity: { ip: client, ...user === null ? null : { user } }, count: 1, since: at, quietMs: TAKEOVER_QUIET_MS, evidence: { failures, clients } },
    ...charge > 0 ? { charge, atClient: true } : null
  })
}
