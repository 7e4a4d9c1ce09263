import type { OptionTable } from '../options'

/** Where an address is. Latitude and longitude in degrees; all but what is known may be left out. */
export interface Place {
  latitude?: number | undefined
  longitude?: number | undefined
  /** Within how many kilometres that is right. @default 50 */
  radiusKm?: number | undefined
  /** ISO 3166-1 alpha-2. */
  country?: string | undefined
  /** Number of the autonomous system. */
  asn?: number | undefined
  /** Whether the address is a VPN's, a proxy's or a relay's: nobody travels there. */
  isAnonymous?: boolean | undefined
}

/** A reader of the package `maxmind`, or whatever answers like one. */
export interface GeoReader { get (ip: string): unknown }

/** Options about who sends requests, with what, and from where. */
export interface IdentityOptions {
  /** Where JA4 fingerprints come from: the application's own TLS (needs the package `read-tls-client-hello`), or a header that a trusted proxy sets. By default they are not looked at. */
  ja4?: 'tls' | { header: string }
  /** Header in which a trusted proxy gives a fingerprint of the HTTP request; compared, never computed. */
  ja4h?: string
  /** Where addresses are: a function, or readers of the package `maxmind` (city, and ASN). */
  geo?: ((ip: string) => Place | null | undefined) | GeoReader | GeoReader[]
  /** Names of cookies that stand for a session. By default those that are named like one. */
  sessionCookies?: string[]
  /**
   * Sessions, and credentials, that are remembered at a time.
   * @default 16384
   */
  sessions?: number
  /**
   * Time within which changes of one session are counted together.
   * @default '1 hour'
   */
  changeWindow?: number | string
  /**
   * Time within which two uses of a session count as simultaneous.
   * @default '10 minutes'
   */
  overlap?: number | string
  /**
   * Networks from which a session is used at the same time, from which it is shared.
   * @default 3
   */
  sharedNetworks?: number
  /**
   * Changes of a session's device, or of its JA4H, within `changeWindow`, from which they are reported.
   * @default 3
   */
  deviceChanges?: number
  /**
   * Different user agents, or TLS fingerprints, of one session within `changeWindow`, from which they are rotated.
   * @default 5
   */
  rotations?: number
  /**
   * Clients with one rare TLS fingerprint that fail more than others do, from which they act together.
   * @default 10
   */
  clusterClients?: number
  /**
   * Kilometres an hour above which nobody travels.
   * @default 1000
   */
  maxSpeed?: number
  /**
   * Kilometres, uncertainty of both places deducted, that are never a journey.
   * @default 100
   */
  minDistance?: number
  /**
   * Numbers of autonomous systems whose addresses are no places (VPNs, gateways, relays).
   * @default []
   */
  nowhere?: number[]
  /**
   * Time after its `exp` for which a token may still be accepted.
   * @default '5 minutes'
   */
  expiryLeeway?: number | string
}

const HEADER = { type: 'string', pattern: '^[!#$%&\'*+.^_`|~0-9A-Za-z-]{1,64}$' } as const

export const identityOptions: OptionTable = {
  ja4: {
    anyOf: [{ const: 'tls' }, { type: 'object', properties: { header: HEADER }, required: ['header'], additionalProperties: false }],
    description: '`\'tls\'`: JA4 fingerprints of the application\'s own TLS (needs the package `read-tls-client-hello`); `{ header }`: from that header, where a proxy that `trustProxy` trusts sends it'
  },
  ja4h: { isShared: true, ...HEADER, description: 'header in which a trusted proxy gives a fingerprint of the HTTP request; compared, never computed' },
  geo: { isShared: true, isPlaceSource: true, description: 'where addresses are: a function from an address to `{ latitude, longitude, radiusKm, country, asn, isAnonymous }`, or readers of the package `maxmind`' },
  sessionCookies: { isShared: true, type: 'array', items: { type: 'string', minLength: 1, maxLength: 128 }, maxItems: 16, description: 'names of cookies that stand for a session; by default those that are named like one' },
  sessions: { isShared: true, type: 'integer', minimum: 100, maximum: 1_000_000, default: 16_384, description: 'sessions, and credentials, that are remembered at a time' },
  changeWindow: { isShared: true, isDuration: true, default: '1 hour', description: 'time within which changes of one session are counted together' },
  overlap: { isShared: true, isDuration: true, default: '10 minutes', description: 'time within which two uses of a session count as simultaneous' },
  sharedNetworks: { isShared: true, type: 'integer', minimum: 2, maximum: 4, default: 3, description: 'networks from which a session is used at the same time, from which it is shared' },
  deviceChanges: { isShared: true, type: 'integer', minimum: 2, maximum: 1000, default: 3, description: 'changes of a session\'s device, or of its JA4H, within `changeWindow`, from which they are reported' },
  rotations: { isShared: true, type: 'integer', minimum: 3, maximum: 8, default: 5, description: 'different user agents, or TLS fingerprints, of one session within `changeWindow`, from which they are rotated' },
  clusterClients: { isShared: true, type: 'integer', minimum: 3, maximum: 1_000_000, default: 10, description: 'clients with one rare TLS fingerprint that fail more than others do, from which they act together' },
  maxSpeed: { isShared: true, type: 'number', minimum: 1, maximum: 100_000, default: 1000, description: 'kilometres an hour above which nobody travels' },
  minDistance: { isShared: true, type: 'number', minimum: 1, maximum: 20_000, default: 100, description: 'kilometres, uncertainty of both places deducted, that are never a journey' },
  nowhere: { isShared: true, type: 'array', items: { type: 'integer', minimum: 0, maximum: 4_294_967_295 }, maxItems: 10_000, default: [], description: 'numbers of autonomous systems whose addresses are no places (VPNs, gateways, relays)' },
  expiryLeeway: { isShared: true, isDuration: true, default: '5 minutes', description: 'time after its `exp` for which a token may still be accepted' }
}
