import type { DistinctWindow } from '../stats/distinct-window'
import type { RecentValues } from '../store/recent-values'
import type { Device } from './device-reader'

/** Somebody else who holds a session: what was new about the request that gave him away, and until when he is watched. */
export interface Intruder { readonly device: number, readonly network: number, readonly since: number, until: number, count: number }

/** What is remembered of one session or credential. While nothing about it changes, a request costs three comparisons. */
export class SessionRecord {
  // First what every request reads: neighbours share lines of the cache. Times are fractions from the first on, so that they are written in their places.
  /** Keyed hash that stands for it, and the number of its signal type. */
  readonly hash: number
  readonly type: number
  /** Keyed hash of the credential as events show it, for queries. */
  readonly entity: number
  /** Hash of the address that it last came from, and what its headers said of its device then. */
  lastClient = 0
  lastDevice: Device | null = null
  requests = 0
  /** Requests that were answered with a success: who sends them holds the session rightly, or long enough. */
  accepted = 0
  /** Whether it belongs to one person at one device at a time; keys of machines do not. */
  readonly isPersonal: boolean
  /** Whether it had to make room; then another record stands for it. */
  isGone = false
  device = 0
  network = 0
  agent = 0
  ja4 = 0
  intruder: Intruder | null = null
  /** When it was last looked up, so that it is not forgotten; and last used. */
  touched = NaN
  at = NaN
  /** Epoch milliseconds; `Infinity` where it does not say. */
  readonly expiresAt: number
  readonly since: number
  readonly tag: string
  /** Address of the only client that it stands for, 0 where it stands for all. */
  readonly client: number
  /** Keyed hash of whose it is, `null` where it does not say. */
  readonly subject: string | null
  devices: RecentValues | null = null
  networks: RecentValues | null = null
  agents: RecentValues | null = null
  ja4s: RecentValues | null = null
  /** Findings that are open: their kind's number, when they began, when they were last true, how often. */
  readonly open: (OpenFinding | null)[] = []
  /** All networks lately, where they are many. */
  allNetworks: DistinctWindow | null = null
  /** HTTP fingerprints lately, and the last one of each route. */
  ja4hs: RecentValues | null = null
  ja4hRoutes: Map<number, number> | null = null

  constructor (tag: string, hash: number, entity: number, client: number, type: number, expiresAt: number, subject: string | null, isPersonal: boolean, at: number) {
    this.tag = tag
    this.hash = hash
    this.entity = entity
    this.client = client
    this.type = type
    this.expiresAt = expiresAt
    this.subject = subject
    this.isPersonal = isPersonal
    this.since = this.touched = this.at = at
  }

  /** Reads each line of what a request reads, so that the caches have them then. @returns Nothing that means anything. */
  touch (): number { return this.requests + this.ja4 + this.at }
}

/** One finding about a session that lasts. */
export interface OpenFinding { readonly since: number, last: number, count: number }
