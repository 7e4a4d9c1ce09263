import { Signal } from '../signal'
import type { Observation } from '../observation'
import { finishHash } from '../text/value-shape'
import { CLIENT_BYTES, CLIENT_RATE } from './rate-signals'
import type { ClientEvidence } from './rate-signals'
import { RateTable } from './rate-table'
import { SizeFence } from './size-fence'
import type { SizeFenceJson } from './size-fence'

type Entity = ClientEvidence['entity']
const ENTITIES: readonly Entity[] = ['client', 'credential', 'tenant']
/** Keeps the kinds of entities apart in one table. */
const SALTS: Readonly<Record<Entity, number>> = { client: 0x3c6ef372, credential: 0x1f83d9ab, tenant: 0x5be0cd19 }
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
}

/** The plain form of what is learned of all entities together. */
export interface RateClientsJson { requests: Record<string, SizeFenceJson>, bytes: Record<string, SizeFenceJson> }

/**
 * Requests and bytes of each client address, credential and tenant (the application's `key`) per bucket, over all routes. What is too much for one is above
 * what its kind ordinarily reaches (three times the 99th percentile of all buckets, at least `leastRequests`) and above its own level.
 *
 * A request over the limit gets one signal, whoever of the three is over it; requests of it share the field `client.rate` with endpoint-profiler's
 * `rate_burst`: one cause counts once.
 *
 * Time: O(1), a table look-up for each entity. Memory: 36 bytes times the capacity, twice with bytes. See `RateTable` for who is evicted.
 */
export class RateClients {
  readonly #options: RateClientsOptions
  readonly #requests: RateTable
  readonly #bytes: RateTable | null
  readonly #requestFences: Readonly<Record<Entity, SizeFence>>
  readonly #byteFences: Readonly<Record<Entity, SizeFence>>

  constructor (options: RateClientsOptions) {
    this.#options = options
    this.#requests = new RateTable(options.capacity, options.bucketMs)
    this.#bytes = options.leastBytes > 0 ? new RateTable(options.capacity, options.bucketMs) : null
    this.#requestFences = fences(options.leastRequests)
    this.#byteFences = fences(options.leastBytes)
  }

  /** A request has come: its client and its credential. */
  arrive (observation: Observation): void {
    const isOver = this.#count('client', observation.clientHash, observation)
    if (observation.credential !== null) this.#count('credential', observation.principal, observation, isOver)
  }

  /** It has been answered: its tenant is known, and its bytes. */
  answer (observation: Observation): void {
    const hasTenant = observation.user !== null
    if (hasTenant) this.#count('tenant', observation.principal, observation, hasSignal(observation))
    if (this.#bytes === null) return
    const bytes = Math.max(0, observation.requestBytes) + Math.max(0, observation.responseBytes)
    if (bytes === 0) return
    const isKnown = hasSignal(observation)
    const isOver = this.#weigh('client', observation.clientHash, bytes, observation, isKnown)
    if (hasTenant) this.#weigh('tenant', observation.principal, bytes, observation, isKnown || isOver)
    else if (observation.credential !== null) this.#weigh('credential', observation.principal, bytes, observation, isKnown || isOver)
  }

  /** One half-life. */
  halve (): void {
    for (const entity of ENTITIES) {
      this.#requestFences[entity].halve()
      this.#byteFences[entity].halve()
    }
  }

  /** Adds what another process learned of all entities. @throws RangeError Where `json` is not what `toJSON` made. */
  merge (json: RateClientsJson): void {
    for (const entity of ENTITIES) {
      this.#requestFences[entity].mergeJson(json.requests[entity] as SizeFenceJson)
      this.#byteFences[entity].mergeJson(json.bytes[entity] as SizeFenceJson)
    }
  }

  toJSON (): RateClientsJson { return { requests: plain(this.#requestFences), bytes: plain(this.#byteFences) } }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: RateClientsJson): void {
    for (const entity of ENTITIES) {
      this.#requestFences[entity].restore(json.requests[entity] as SizeFenceJson)
      this.#byteFences[entity].restore(json.bytes[entity] as SizeFenceJson)
    }
  }

  /** What was learned, for people: per bucket. */
  describe (): Record<string, unknown> {
    const { capacity, size, evictions } = this.#requests
    return { entities: { capacity, known: size, evictions }, requests: shown(this.#requestFences), ...this.#bytes === null ? null : { bytes: shown(this.#byteFences) } }
  }

  #count (entity: Entity, hash: number, observation: Observation, isKnown = false): boolean {
    const fence = this.#requestFences[entity]
    const table = this.#requests
    table.add(finishHash(hash ^ SALTS[entity]), observation.at, 1, fence.high)
    if (table.closed > 0 && !observation.route.frozen) fence.learn(table.closed)
    if (table.over === 0) return false
    if (!isKnown) this.#report(entity, table, Math.round(table.over * table.limit), observation, true)
    return true
  }

  #weigh (entity: Entity, hash: number, bytes: number, observation: Observation, isKnown: boolean): boolean {
    const fence = this.#byteFences[entity]
    const table = this.#bytes as RateTable
    table.add(finishHash(hash ^ SALTS[entity]), observation.at, bytes, fence.high)
    if (table.closed > 0 && !observation.route.frozen) fence.learn(table.closed)
    if (table.over === 0) return false
    if (!isKnown) this.#report(entity, table, Math.round(table.over * table.limit), observation, false)
    return true
  }

  #report (entity: Entity, table: RateTable, amount: number, observation: Observation, isRate: boolean): void {
    const octaves = Math.log2(table.over)
    const evidence: ClientEvidence = { entity, amount, seconds: this.#options.bucketMs / 1000 }
    const severity = Math.min(9, 6 + Math.floor(octaves))
    observation.add(new Signal(isRate ? CLIENT_RATE : CLIENT_BYTES, isRate ? 'client.rate' : 'client.bytes', severity, Math.min(75, 50 + 10 * octaves), Math.round(table.limit), evidence))
  }
}

function hasSignal (observation: Observation): boolean {
  return observation.signals !== null && observation.signals.some((signal) => signal.kind === CLIENT_RATE || signal.kind === CLIENT_BYTES)
}

function fences (least: number): Record<Entity, SizeFence> {
  const make = (): SizeFence => new SizeFence(FENCE_RATIO, least, 0)
  return { client: make(), credential: make(), tenant: make() }
}

function plain (of: Readonly<Record<Entity, SizeFence>>): Record<string, SizeFenceJson> {
  return Object.fromEntries(ENTITIES.map((entity) => [entity, of[entity].toJSON()]))
}

function shown (of: Readonly<Record<Entity, SizeFence>>): Record<string, unknown> {
  return Object.fromEntries(ENTITIES.filter((entity) => of[entity].n > 0).map((entity) => [entity, { buckets: of[entity].n, p99: of[entity].quantile(0.99), fence: Number.isFinite(of[entity].high) ? of[entity].high : null }]))
}
