import type { Observation } from '../observation'
import type { RateClients } from './rate-clients'
import type { RateSeries } from './rate-series'

/** Arrivals and answers that may wait. */
const ROWS = 128
/** Numbers of a row, of which eight are one line of memory. */
const FIELDS = 8
const AT = 0
const CLIENT = 1
/** Of an arrival the credential, of an answer the credential or the tenant; 0 without one. */
const OTHER = 2
const BYTES = 3
const KIND = 4
const FROZEN = 5
/** What a row is about. */
const ARRIVAL = 0
const ANSWER = 1
const TENANTS_ANSWER = 2

/**
 * What rate-spike has still to count, as numbers: rows of one line of memory each, so that a request is not kept until then, nor anything looked up for it. Many are
 * counted in one go, for which the lines of all their clients are read beforehand: the processor waits for them at once.
 *
 * Only what cannot be too much for anybody is written down: while what waits is less than what the one nearest to a limit may still send, no request of
 * those that wait gets a signal, and it does not matter that they are counted later. What might be over a limit is the caller's to count at once.
 *
 * Memory: 8 kB. Time: O(1); 128 rows are counted in some 10 µs.
 */
export class RateJournal {
  readonly #application: RateSeries
  readonly #clients: RateClients
  readonly #rows = new Float64Array(ROWS * FIELDS)
  readonly #series: RateSeries[]
  #length = 0
  /** Requests that wait, as anybody's may all be, and bytes. */
  #requests = 0
  #bytes = 0
  #isAtWork = false
  #read = 0

  constructor (application: RateSeries, clients: RateClients) {
    this.#application = application
    this.#clients = clients
    this.#series = new Array<RateSeries>(ROWS).fill(application)
  }

  /** A request has come. @returns Whether it is written down; otherwise it is to be counted at once. */
  arrive (series: RateSeries, observation: Observation): boolean {
    if (!this.#hasRoom(1, 0)) return false
    this.#write(series, observation, ARRIVAL, this.#clients.credentialOf(observation), 0)
    this.#requests++
    return true
  }

  /** It has been answered. @param bytes Its own and the reply's. */
  answer (series: RateSeries, observation: Observation, bytes: number): boolean {
    const isTenants = observation.user !== null
    if (bytes === 0 && !isTenants) return true
    if (!this.#hasRoom(isTenants ? 1 : 0, bytes)) return false
    this.#write(series, observation, isTenants ? TENANTS_ANSWER : ANSWER, isTenants ? observation.principal : this.#clients.credentialOf(observation), bytes)
    if (isTenants) this.#requests++
    this.#bytes += bytes
    return true
  }

  /** Counts all that is written down. */
  count (): void {
    if (this.#length === 0 || this.#isAtWork) return
    this.#isAtWork = true
    try {
      this.#look()
      for (let row = 0; row < this.#length; row++) this.#count(row)
    } finally {
      this.#length = this.#requests = this.#bytes = 0
      this.#isAtWork = false
    }
  }

  /** Whether so much more cannot be too much for anybody; what waits is counted where there is no room for another row. */
  #hasRoom (requests: number, bytes: number): boolean {
    if (this.#isAtWork) return false
    if (this.#length === ROWS) this.count()
    if (this.#clients.allows(this.#requests + requests, this.#bytes + bytes)) return true
    if (this.#length === 0) return false
    this.count()
    return this.#clients.allows(requests, bytes)
  }

  #write (series: RateSeries, { at, clientHash, route }: Observation, kind: number, other: number, bytes: number): void {
    const rows = this.#rows
    const row = this.#length * FIELDS
    this.#series[this.#length++] = series
    rows[row + AT] = at
    rows[row + CLIENT] = clientHash
    rows[row + OTHER] = other
    rows[row + BYTES] = bytes
    rows[row + KIND] = kind
    rows[row + FROZEN] = route.frozen ? 1 : 0
  }

  /** Reads beforehand what arrivals will need. */
  #look (): void {
    const rows = this.#rows
    let read = 0
    for (let row = 0; row < this.#length * FIELDS; row += FIELDS) {
      if (rows[row + KIND] === ARRIVAL) read ^= this.#clients.look(rows[row + CLIENT]!, rows[row + OTHER]!)
    }
    this.#read = read
  }

  #count (index: number): void {
    const rows = this.#rows
    const row = index * FIELDS
    const series = this.#series[index] as RateSeries
    const at = rows[row + AT]!
    const kind = rows[row + KIND]!
    const bytes = rows[row + BYTES]!
    if (kind === ARRIVAL) {
      series.count(at)
      this.#application.count(at)
      this.#clients.countArrival(rows[row + CLIENT]!, rows[row + OTHER]!, at, rows[row + FROZEN] === 1)
      return
    }
    if (bytes > 0) {
      series.weigh(bytes, at)
      this.#application.weigh(bytes, at)
    }
    this.#clients.countAnswer(rows[row + CLIENT]!, rows[row + OTHER]!, kind === TENANTS_ANSWER, bytes, at, rows[row + FROZEN] === 1)
  }
}
