import { DistinctWindow } from '../stats/distinct-window'
import { WeightedRecord, WeightedTable } from '../store/weighted-table'
import { AuthEpisode, DAY_MS, HOUR_MS, hoursSince } from './auth-attempt'
import type { AddSignal } from './auth-attempt'
import { KEY_GUESSING } from './auth-signals'

/** Refused credentials for each session that is accepted from the same client: an office whose tokens have run out has one of each. */
const REFUSED_PER_SESSION = 3

/** A request that was refused with a credential that nobody has accepted before, as plain values. */
export interface RefusedKey {
  /** Epoch milliseconds. */
  readonly at: number
  /** Client address, IPv6 by /64. */
  readonly client: string
  /** Keyed hash of the credential, or of whom it says it stands for. */
  readonly key: number
  /** Sessions that have been accepted from that client lately. */
  readonly sessions: number
}

class KeyRecord extends WeightedRecord {
  since = this.at
  /** Credentials refused. */
  readonly refused = new DistinctWindow(DAY_MS)
  /** Sessions accepted beside them: the most in the hour of the last refusal, and in those before it, which count half after a day. */
  sessions = 0
  earlier = 0
  hour = 0
  episode: AuthEpisode | null = null
}

/**
 * Guessing of keys and tokens: one client from which one credential after another is refused, none of which was ever accepted, and beside which
 * hardly any is. One wrong key that is sent again and again is a mistake, however often; so are tokens that have run out, since they were accepted before.
 *
 * Memory: `capacity` clients of about 200 bytes, and up to 2.8 kB for one of which many credentials are refused. Whose refusals weigh least, counted half
 * after a day, goes first. Time: O(1), about 1 µs a refusal.
 */
export class AuthKeys {
  readonly table: WeightedTable<KeyRecord>
  readonly #limit: number

  /** @param limit Credentials from which on it is guessing. */
  constructor (capacity: number, limit: number) {
    this.table = new WeightedTable(capacity, DAY_MS)
    this.#limit = limit
  }

  /** Takes a refusal in, and says what it is part of. */
  refuse ({ at, client, key, sessions }: RefusedKey, add: AddSignal): void {
    const record = this.table.get(client) ?? new KeyRecord(client, at)
    this.table.enter(record, 1, at)
    if (record.episode?.isOver(at) === true) record.episode = null
    if (record.refused.count(at) === 0) record.since = at
    record.refused.add(key, at)
    const accepted = noteSessions(record, sessions, at)
    const keys = record.refused.count(at)
    const limit = Math.max(this.#limit, Math.ceil(REFUSED_PER_SESSION * accepted))
    if (record.episode !== null) record.episode.continue(at)
    else if (keys >= limit) record.episode = new AuthEpisode(KEY_GUESSING, keys, record.since, at)
    if (record.episode === null) return
    const evidence = { keys, sessions: Math.round(accepted), hours: hoursSince(record.since, at) }
    add(record.episode.signal(client, { ip: client }, limit, record.episode.count, evidence, true, 'credential'))
  }
}

/** @returns Sessions accepted in all hours with refusals: tokens run out hour by hour. */
function noteSessions (record: KeyRecord, sessions: number, at: number): number {
  const hour = Math.floor(at / HOUR_MS)
  if (hour > record.hour) {
    record.earlier = (record.earlier + record.sessions) * 0.5 ** ((hour - record.hour) * HOUR_MS / DAY_MS)
    record.sessions = 0
    record.hour = hour
  }
  record.sessions = Math.max(record.sessions, sessions)
  return record.earlier + record.sessions
}
