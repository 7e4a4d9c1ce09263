import type { Location } from '../../lib/detectors/travel-watch'
import { StringMemo } from '../../lib/store/string-memo'
import type { KeyedHash } from '../../lib/text/keyed-hash'
import { networkOf } from '../../lib/text/network-of'
import type { GeoReader, IdentityOptions, Place } from './identity-options'

/** What is known of where a client address is. */
export interface ClientPlace {
  /** Keyed hash of the network: of the autonomous system where that is known. */
  readonly network: number
  /** `null` where nobody travels: unknown, or no place. */
  readonly location: Location | null
  /** 0 where unknown. */
  readonly asn: number
  /** ISO 3166-1 alpha-2, `''` where unknown. */
  readonly country: string
}

/** Clients remembered; a power of two. */
const CLIENTS = 8192
/** Where a source does not say how exact it is. */
const DEFAULT_RADIUS_KM = 50

/** Where clients are. What was asked for an address is remembered for 8,192 of them; without a source nothing is asked. */
export class PlaceSource {
  readonly #hash: KeyedHash
  readonly #ask: ((ip: string) => Place | null | undefined) | null
  readonly #nowhere: ReadonlySet<number>
  readonly #onNew: (client: string) => void
  readonly #onError: (error: unknown) => void
  readonly #places = new StringMemo<ClientPlace>(CLIENTS)

  /** @param onNew Told of each client that is not remembered. */
  constructor (hash: KeyedHash, geo: IdentityOptions['geo'], nowhere: readonly number[], onNew: (client: string) => void, onError: (error: unknown) => void) {
    this.#hash = hash
    this.#ask = geo === undefined ? null : typeof geo === 'function' ? geo : askReaders(Array.isArray(geo) ? geo : [geo])
    this.#nowhere = new Set(nowhere)
    this.#onNew = onNew
    this.#onError = onError
  }

  /** @param client Address as clients are counted by it: IPv6 by /64. */
  of (client: string): ClientPlace {
    const known = this.#places.get(client)
    if (known !== undefined) return known
    const place = this.#make(client, this.#lookUp(client.endsWith('/64') ? client.slice(0, -3) : client))
    this.#places.set(client, place)
    this.#onNew(client)
    return place
  }

  #lookUp (ip: string): Place | null {
    if (this.#ask === null) return null
    try {
      return this.#ask(ip) ?? null
    } catch (error) {
      this.#onError(error)
      return null
    }
  }

  #make (client: string, place: Place | null): ClientPlace {
    const { latitude = NaN, longitude = NaN, radiusKm = DEFAULT_RADIUS_KM, country = '', asn = 0, isAnonymous = false } = place ?? {}
    const isPlace = Number.isFinite(latitude) && Number.isFinite(longitude) && !isAnonymous && !this.#nowhere.has(asn)
    const location = isPlace ? { latitude, longitude, radiusKm: radiusKm >= 0 ? radiusKm : DEFAULT_RADIUS_KM, country, asn } : null
    return { network: this.#hash.hash(asn > 0 ? `AS${asn}` : networkOf(client)) | 0, location, asn, country }
  }
}

interface CityRecord { location?: { latitude?: number, longitude?: number, accuracy_radius?: number }, country?: { iso_code?: string }, traits?: { is_anonymous_proxy?: boolean, is_anonymous?: boolean } }
interface AsnRecord { autonomous_system_number?: number }

/** What databases in MaxMind's form say of an address, together. */
function askReaders (readers: readonly GeoReader[]): (ip: string) => Place {
  return function ask (ip) {
    const place: Place = {}
    for (const reader of readers) {
      const { location, country, traits, autonomous_system_number: asn } = (reader.get(ip) ?? {}) as CityRecord & AsnRecord
      place.latitude ??= location?.latitude
      place.longitude ??= location?.longitude
      place.radiusKm ??= location?.accuracy_radius
      place.country ??= country?.iso_code
      place.isAnonymous ??= traits?.is_anonymous ?? traits?.is_anonymous_proxy
      place.asn ??= asn
    }
    return place
  }
}
