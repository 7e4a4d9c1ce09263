import { Signal } from '../signal'
import type { Observation } from '../observation'
import { hashCredential } from '../text/keyed-hash'
import { finishHash } from '../text/value-shape'
import { CrowdRise } from './crowd-rise'
import { CLIENT_BYTES, CLIENT_RATE } from './rate-signals'
import type { ClientEvidence } from './rate-signals'
import { RateTable } from './rate-table'
import { SizeFence } from './size-fence'
import type { SizeFenceJson } from './size-fence'

type Entity = ClientEvidence['entity']
const ENTITIES: readonly Entity[] = ['client', 'credential', 'tenant']
// Their numbers: a property read by varying names costs a look-up by name each time.
const CLIENT = 0
const CREDENTIAL = 1
const TENANT = 2
/** Keeps the kinds of entities apart in one table. */
const SALTS: readonly number[] = [0x3c6ef372, 0x1f83d9ab, 0x5be0cd19]
/** Measures of the table. */
const REQUESTS = 0
const BYTES = 1
/** Ratio of a fence to the 99th percentile of all, at the least. */
const FENCE_RATIO = 3

export interface RateClientsOptions {
  readonly bucketMs: number
  /** Clients, credentials and tenants counted at a time. */
  readonly capacity: number
  /** Requests of a bucket that are never too many. */
  readonly leastRequests: number
  /** Bytes, the same; 0 where bytes are not watched. */
  readonly leastBytes: number
  /** Entities over a limit that it takes to say that the limit is wrong. */
  readonly promoteAfter: number
  /** Seed of the hashes of credentials. */
  readonly seed: number
  /** Told when it was, and has been raised, at whose request. */
  promoted (field: string, observation: Observation): void
}

/** The plain form of what is learned of all entities together. */
export interface RateClientsJson { requests: Record<string, SizeFenceJson>, bytes: Record<string, SizeFenceJson> }

/**
 * Requests and bytes of each client address, credential and tenant (the application's `key`) per bucket, over all routes. What is too much for one is above
 * what its kind ordinarily reaches (three times the 99th percentile of all buckets, at least `leastRequests`) and above its own level.
 *
 * Where a third of those who are active go over it at once, from as many addresses, the limit was wrong, and is raised.
 *
 * A request over the limit gets one signal, whoever of the three is over it; requests of it share the field `client.rate` with endpoint-profiler's
 * `rate_burst`: one cause counts once.
 *
 * Time: O(1), a table look-up for each entity. Memory: 36 bytes times the capacity, 64 with bytes. See `RateTable` for who is evicted.
 */
export class RateClients {
  readonly #options: RateClientsOptions
  readonly #table: RateTable
  readonly #requestFences: readonly SizeFence[]
  readonly #byteFences: readonly SizeFence[]
  readonly #requestCrowds = crowds()
  readonly #byteCrowds = crowds()
  /** The least limit of bytes; none where they are not watched. */
  readonly #leastBytes: number
  /** The credential asked for last, and its hash. */
  #last: string | null = null
  #lastHash = 0

  constructor (options: RateClientsOptions) {
    this.#options = options
    this.#leastBytes = options.leastBytes > 0 ? options.leastBytes : Infinity
    this.#table = new RateTable(options.capacity, options.bucketMs, options.leastBytes > 0 ? 2 : 1)
    this.#requestFences = fences(options.leastRequests)
    this.#byteFences = fences(options.leastBytes)
  }

  /** A request has come: its client and its credential. */
  arrive (observation: Observation): void {
    const isOver = this.#add(CLIENT, observation.clientHash, REQUESTS, 1, observation, false)
    const credential = this.credentialOf(observation)
    if (credential !== 0) this.#add(CREDENTIAL, credential, REQUESTS, 1, observation, isOver)
  }

  /** It has been answered: its tenant is known, and its bytes, with those of the reply. */
  answer (observation: Observation, bytes: number): void {
    const hasTenant = observation.user !== null
    if (hasTenant) this.#add(TENANT, observation.principal, REQUESTS, 1, observation, hasSignal(observation))
    if (this.#options.leastBytes === 0 || bytes === 0) return
    const isKnown = hasSignal(observation)
    const isOver = this.#add(CLIENT, observation.clientHash, BYTES, bytes, observation, isKnown)
    const credential = hasTenant ? 0 : this.credentialOf(observation)
    if (hasTenant) this.#add(TENANT, observation.principal, BYTES, bytes, observation, isKnown || isOver)
    else if (credential !== 0) this.#add(CREDENTIAL, credential, BYTES, bytes, observation, isKnown || isOver)
  }

  /**
   * Whether nobody can be over a limit after so many more requests and bytes, whosever they are: the one nearest to its limit in this bucket is not, and in a bucket
   * of its own nobody is below the least limit. Half of the room for bytes counts, since sums of bytes are rounded.
   */
  allows (requests: number, bytes: number): boolean {
    const { room } = this.#table
    return requests <= room[REQUESTS]! && requests <= this.#options.leastRequests && 2 * bytes <= room[BYTES]! && 2 * bytes <= this.#leastBytes
  }

  /** Reads where a client and its credential most likely are: see `RateTable.touch`. */
  look (client: number, credential: number): number {
    return this.#table.touch(keyOf(CLIENT, client)) ^ this.#table.touch(keyOf(CREDENTIAL, credential))
  }

  /** As `arrive`, of a request that `allows` was asked about. @param credential As `credentialOf` says. */
  countArrival (client: number, credential: number, at: number, isFrozen: boolean): void {
    this.#count(CLIENT, client, REQUESTS, 1, at, isFrozen)
    if (credential !== 0) this.#count(CREDENTIAL, credential, REQUESTS, 1, at, isFrozen)
  }

  /** As `answer`, of one that `allows` was asked about. @param other The tenant where it is one, else the credential. */
  countAnswer (client: number, other: number, isTenant: boolean, bytes: number, at: number, isFrozen: boolean): void {
    if (isTenant) this.#count(TENANT, other, REQUESTS, 1, at, isFrozen)
    if (this.#options.leastBytes === 0 || bytes === 0) return
    this.#count(CLIENT, client, BYTES, bytes, at, isFrozen)
    if (isTenant || other !== 0) this.#count(isTenant ? TENANT : CREDENTIAL, other, BYTES, bytes, at, isFrozen)
  }

  /** One half-life. */
  halve (): void {
    for (const fence of this.#requestFences) fence.halve()
    for (const fence of this.#byteFences) fence.halve()
  }

  /** Adds what another process learned of all entities. @throws RangeError Where `json` is not what `toJSON` made. */
  merge (json: RateClientsJson): void {
    for (const [i, entity] of ENTITIES.entries()) {
      this.#requestFences[i]?.mergeJson(json.requests[entity] as SizeFenceJson)
      this.#byteFences[i]?.mergeJson(json.bytes[entity] as SizeFenceJson)
    }
  }

  toJSON (): RateClientsJson { return { requests: plain(this.#requestFences), bytes: plain(this.#byteFences) } }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: RateClientsJson): void {
    for (const [i, entity] of ENTITIES.entries()) {
      this.#requestFences[i]?.restore(json.requests[entity] as SizeFenceJson)
      this.#byteFences[i]?.restore(json.bytes[entity] as SizeFenceJson)
    }
  }

  /** What was learned, for people: per bucket. */
  describe (): Record<string, unknown> {
    const { capacity, size, evictions } = this.#table
    return { entities: { capacity, known: size, evictions }, requests: shown(this.#requestFences), ...this.#options.leastBytes === 0 ? null : { bytes: shown(this.#byteFences) } }
  }

  /** @param isKnown Whether it has been said already. @returns Whether it is too much. */
  #add (entity: number, hash: number, measure: number, amount: number, observation: Observation, isKnown: boolean): boolean {
    const { at, route: { frozen }, clientHash } = observation
    if (!this.#count(entity, hash, measure, amount, at, frozen)) return false
    const table = this.#table
    const crowd = (measure === REQUESTS ? this.#requestCrowds : this.#byteCrowds)[entity] as CrowdRise
    if (table.isCrossing && !frozen && crowd.exceed(this.#bucketOf(at), clientHash, this.#options.promoteAfter)) {
      this.#raise((measure === REQUESTS ? this.#requestFences : this.#byteFences)[entity] as SizeFence, table, measure === REQUESTS ? 'client.rate' : 'client.bytes', observation)
      return false
    }
    if (!isKnown) this.#report(ENTITIES[entity] as Entity, table, Math.round(table.over * table.limit), observation, measure === REQUESTS)
    return true
  }

  /** @returns Whether the entity is over its limit. */
  #count (entity: number, hash: number, measure: number, amount: number, at: number, isFrozen: boolean): boolean {
    const table = this.#table
    const requests = this.#requestFences[entity] as SizeFence
    const bytes = this.#byteFences[entity] as SizeFence
    table.add(keyOf(entity, hash), at, amount, requests.high, bytes.high, measure)
    if (table.closed[REQUESTS]! > 0 && !isFrozen) requests.learn(table.closed[REQUESTS]!)
    if (table.closed[BYTES]! > 0 && !isFrozen) bytes.learn(table.closed[BYTES]!)
    if (table.isFirst) ((measure === REQUESTS ? this.#requestCrowds : this.#byteCrowds)[entity] as CrowdRise).enter(this.#bucketOf(at))
    return table.over > 0
  }

  /** What everybody does is no longer too much. */
  #raise (fence: SizeFence, table: RateTable, field: string, observation: Observation): void {
    fence.grant(table.over * table.limit)
    this.#options.promoted(field, observation)
  }

  /** What the credential is counted by, 0 without one. To name it would be to look for it among thousands (0.3 µs with caches cold). */
  credentialOf (observation: Observation): number {
    if (observation.token === null) return observation.credential === null ? 0 : observation.credentialHash
    if (this.#last !== observation.token) {
      this.#last = observation.token
      this.#lastHash = hashCredential(observation.token, this.#options.seed) | 0
    }
    return this.#lastHash
  }

  #bucketOf (at: number): number { return Math.floor(at / this.#options.bucketMs) }

  #report (entity: Entity, table: RateTable, amount: number, observation: Observation, isRate: boolean): void {
    const octaves = Math.log2(table.over)
    const evidence: ClientEvidence = { entity, amount, seconds: this.#options.bucketMs / 1000 }
    const severity = Math.min(9, 6 + Math.floor(octaves))
    observation.add(new Signal(isRate ? CLIENT_RATE : CLIENT_BYTES, isRate ? 'client.rate' : 'client.bytes', severity, Math.min(75, 50 + 10 * octaves), Math.round(table.limit), evidence))
  }
}

function keyOf (entity: number, hash: number): number { return finishHash(hash ^ (SALTS[entity] as number)) }

function hasSignal (observation: Observation): boolean {
  return observation.signals !== null && observation.signals.some((signal) => signal.kind === CLIENT_RATE || signal.kind === CLIENT_BYTES)
}

function crowds (): readonly CrowdRise[] { return ENTITIES.map(() => new CrowdRise()) }

function fences (least: number): readonly SizeFence[] { return ENTITIES.map(() => new SizeFence(FENCE_RATIO, least, 0)) }

function plain (of: readonly SizeFence[]): Record<string, SizeFenceJson> {
  return Object.fromEntries(of.map((fence, i) => [ENTITIES[i] as Entity, fence.toJSON()]))
}

function shown (of: readonly SizeFence[]): Record<string, unknown> {
  return Object.fromEntries(of.map((fence, i) => [ENTITIES[i] as Entity, fence] as const).filter(([, fence]) => fence.n > 0).map(([entity, fence]) =>
    [entity, { buckets: fence.n, p99: fence.quantile(0.99), fence: Number.isFinite(fence.high) ? fence.high : null }]))
}
