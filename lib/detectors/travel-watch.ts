import { Signal } from '../signal'
import { greatCircleKm } from '../stats/great-circle'
import { BoundedMap } from '../store/bounded-map'
import { Companions } from './companions'
import type { CompanionsJson } from './companions'
import { IMPOSSIBLE_TRAVEL } from './identity-signals'

/** Where an address is; `NaN` for what is not known. */
export interface Location {
  readonly latitude: number
  readonly longitude: number
  /** Within how many kilometres that is right. */
  readonly radiusKm: number
  /** ISO 3166-1 alpha-2, `''` where unknown. */
  readonly country: string
  /** Number of the autonomous system, 0 where unknown. */
  readonly asn: number
}

/** One request that was answered with a success, of a user who is known. */
export interface Visit {
  /** Keyed hash of the user. */
  readonly user: string
  readonly userHash: number
  /** Keyed hashes of what he used: session, user agent, network. */
  readonly session: number
  readonly agent: number
  readonly network: number
  readonly location: Location
  /** Epoch milliseconds. */
  readonly at: number
}

export interface TravelSettings {
  readonly maxSpeed: number
  readonly minDistance: number
}

/** How fast a user would have had to move from one place to another, uncertainty of both deducted. */
export interface Journey { readonly km: number, readonly kmPerHour: number }

class Stay {
  readonly visit: Visit
  at: number
  /** Separate times at which the user was there. */
  times = 1

  constructor (visit: Visit) {
    this.visit = visit
    this.at = visit.at
  }
}

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** Places remembered of a user. */
const MOST_STAYS = 4
/** A user who was at a place at so many separate times is at home there, by whatever way he comes. */
const FAMILIAR = 3
const SEPARATE_MS = 10 * MINUTE_MS
const QUIET_MS = HOUR_MS
/** Faster than so much counts as at once. */
const INSTANT = 100_000

/** `km` is 0 where the two may be one place. */
export function journeyOf (from: Location, to: Location, elapsedMs: number): Journey {
  const km = Math.max(0, greatCircleKm(from.latitude, from.longitude, to.latitude, to.longitude) - from.radiusKm - to.radiusKm)
  return { km, kmPerHour: km === 0 ? 0 : Math.min(INSTANT, km * HOUR_MS / Math.max(1, elapsedMs)) }
}

/**
 * Users who are where they cannot have got to since they were last seen. Only successes count, in the order of their times (one that comes late is left out), and
 * uncertainty of both places is deducted from the distance. Silent about one session on one device, which moves when a VPN is switched on; about
 * networks that several users have together (a home and a carrier's gateway far away); and about places where the user has been at three separate times.
 *
 * Time: O(1) while a user stays. Memory: `capacity` users with up to four places, 400 bytes each; the one longest unseen goes.
 */
export class TravelWatch {
  readonly #settings: TravelSettings
  readonly #networks = new Companions()
  readonly #capacity: number
  readonly #isFrozen: () => boolean
  #users: BoundedMap<string, Stay[]>

  /** @param capacity Users remembered. @param isFrozen Whether nothing is to be learned now of networks that go together. */
  constructor (capacity: number, settings: TravelSettings, isFrozen: () => boolean = () => false) {
    this.#settings = settings
    this.#isFrozen = isFrozen
    this.#capacity = capacity
    this.#users = new BoundedMap(capacity)
  }

  /** @param add Takes the signal, if there is one. */
  visit (visit: Visit, add: (signal: Signal) => void): void {
    const stays = this.#users.get(visit.user)
    if (stays === undefined) {
      this.#users.set(visit.user, [new Stay(visit)])
      if (!this.#isFrozen()) this.#networks.meet(visit.network, visit.userHash)
      return
    }
    const last = stays[0] as Stay
    if (visit.at < last.at) return
    const { km, kmPerHour } = journeyOf(last.visit.location, visit.location, visit.at - last.at)
    if (km < this.#settings.minDistance) {
      if (visit.at - last.at > SEPARATE_MS) last.times++
      last.at = visit.at
      return
    }
    const isFamiliar = this.#arrive(stays, visit)
    const isOrdinary = this.#networks.isOrdinary(last.visit.network, visit.network)
    if (!this.#isFrozen()) {
      this.#networks.meet(visit.network, visit.userHash)
      this.#networks.pair(last.visit.network, visit.network, visit.userHash)
    }
    if (kmPerHour <= this.#settings.maxSpeed || isFamiliar || isOrdinary) return
    const isSameAgent = visit.agent === last.visit.agent
    if (isSameAgent && visit.session === last.visit.session) return
    add(signalOf(last.visit, visit, visit.at - last.at, km, kmPerHour, isSameAgent))
  }

  reset (): void {
    this.#users = new BoundedMap(this.#capacity)
    this.#networks.reset()
  }

  toJSON (): CompanionsJson { return this.#networks.toJSON() }
  restore (json: CompanionsJson): void { this.#networks.restore(json) }
  merge (json: CompanionsJson): void { this.#networks.merge(json) }

  /** Puts the place first. @returns Whether the user is at home there. */
  #arrive (stays: Stay[], visit: Visit): boolean {
    const at = stays.findIndex((stay) => journeyOf(stay.visit.location, visit.location, 1).km < this.#settings.minDistance)
    const [known] = at < 0 ? [] : stays.splice(at, 1)
    const stay = new Stay(visit)
    if (known !== undefined) stay.times = known.times + (visit.at - known.at > SEPARATE_MS ? 1 : 0)
    stays.unshift(stay)
    if (stays.length > MOST_STAYS) stays.pop()
    return known !== undefined && known.times >= FAMILIAR
  }
}

/** Faster is graver: critical above 10,000 km/h, high above 5,000, medium above 2,000, else low; one level less with the same user agent. */
function signalOf (from: Visit, to: Visit, elapsedMs: number, km: number, kmPerHour: number, isSameAgent: boolean): Signal {
  const severity = kmPerHour > 10_000 ? 9 : kmPerHour > 5000 ? 7 : kmPerHour > 2000 ? 5 : 3
  const isAbroad = from.location.country !== to.location.country
  const risk = 35 + (kmPerHour > 5000 ? 10 : 0) + (isAbroad ? 10 : 0) + (isSameAgent ? -10 : 10)
  const evidence = { km: Math.round(km), minutes: Math.round(elapsedMs / MINUTE_MS), speed: Math.round(kmPerHour), from: from.location.country || '?', to: to.location.country || '?' }
  return new Signal(IMPOSSIBLE_TRAVEL, 'client.place', isSameAgent ? severity - 2 : severity, risk, undefined, undefined, { finding: { subject: to.user, count: 1, since: from.at, quietMs: QUIET_MS, evidence } })
}
