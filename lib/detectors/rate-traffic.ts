import type { RateClients, RateClientsJson } from './rate-clients'
import type { RateSeries, RateSeriesJson } from './rate-series'

/** The plain form of a `RateTraffic`. */
export interface RateTrafficJson { application: RateSeriesJson, clients: RateClientsJson }

/** What rate-spike keeps for the whole application: its own rate, and what its clients ordinarily reach. */
export class RateTraffic {
  readonly #application: RateSeries
  readonly #clients: RateClients

  constructor (application: RateSeries, clients: RateClients) {
    this.#application = application
    this.#clients = clients
  }

  halve (): void { this.#clients.halve() }

  toJSON (): RateTrafficJson { return { application: this.#application.toJSON(), clients: this.#clients.toJSON() } }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: RateTrafficJson): void {
    this.#application.restore(json.application)
    this.#clients.restore(json.clients)
  }

  /** Adds what another process learned; see `RateSeries.merge`. @throws RangeError Where `json` is not what `toJSON` made. */
  merge (json: RateTrafficJson): void {
    this.#application.merge(json.application)
    this.#clients.merge(json.clients)
  }

  describe (): Record<string, unknown> { return { application: this.#application.describe(), clients: this.#clients.describe() } }
}
