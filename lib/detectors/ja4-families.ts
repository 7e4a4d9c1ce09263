import { LinearCounter } from '../stats/linear-counter'
import { isSettled } from '../stats/good-turing'
import { BoundedMap } from '../store/bounded-map'
import { finishHash } from '../text/value-shape'

/** Kinds of user agents, and TLS clients of one kind. */
const MOST_FAMILIES = 512
const MOST_CLIENTS = 64
/** Supporters that make a TLS client known. */
const ENOUGH = 3
const HOUR_MS = 3_600_000

export type Ja4FamiliesJson = [family: number, senders: number[], clients: [ja4: number, supporters: number[]][]][]

interface Family { readonly senders: LinearCounter, readonly clients: Map<number, LinearCounter> }

/**
 * Which TLS clients (JA4, normalised) each kind of user agent has. A kind is settled when the share of senders that would bring another one is
 * below 5 % (Good-Turing); then one that is not known is not what it says. What three addresses have, or one in three separate hours, is known, whatever
 * it is: a company's proxy that opens TLS, a new browser.
 *
 * Memory: 512 kinds with up to 64 TLS clients of 150 bytes; the kind longest unused goes, and TLS clients beyond 64 are never known.
 */
export class Ja4Families {
  #families = new BoundedMap<number, Family>(MOST_FAMILIES)

  /** How many TLS clients the kind is known to have where this one is none of them; 0 where it is, or the kind is not settled. */
  judge (family: number, ja4: number): number {
    const known = this.#families.get(family)
    if (known === undefined || (known.clients.get(ja4)?.count ?? 0) >= ENOUGH) return 0
    let once = 0
    let count = 0
    for (const supporters of known.clients.values()) {
      if (supporters.count >= ENOUGH) count++
      else once++
    }
    return count > 0 && isSettled(once, known.senders.count) ? count : 0
  }

  /** @param client Hash of the address. */
  learn (family: number, ja4: number, client: number, at: number): void {
    let known = this.#families.get(family)
    if (known === undefined) this.#families.set(family, known = { senders: new LinearCounter(), clients: new Map() })
    known.senders.add(client)
    let supporters = known.clients.get(ja4)
    if (supporters === undefined) {
      if (known.clients.size >= MOST_CLIENTS) return
      known.clients.set(ja4, supporters = new LinearCounter())
    }
    // One address alone counts once an hour, so that it takes three hours.
    supporters.add(supporters.count < ENOUGH ? finishHash(client ^ Math.floor(at / HOUR_MS)) : client)
  }

  reset (): void { this.#families = new BoundedMap(MOST_FAMILIES) }

  toJSON (): Ja4FamiliesJson {
    return [...this.#families.entries()].reverse().map(([family, { senders, clients }]) => [family, senders.toJSON(), [...clients].map(([ja4, supporters]) => [ja4, supporters.toJSON()])])
  }

  restore (json: Ja4FamiliesJson): void {
    this.reset()
    this.merge(json)
  }

  merge (json: Ja4FamiliesJson): void {
    for (const [key, senders, clients] of json) {
      let family = this.#families.get(key)
      if (family === undefined) this.#families.set(key, family = { senders: new LinearCounter(), clients: new Map() })
      family.senders.merge(LinearCounter.from(senders))
      for (const [ja4, supporters] of clients) {
        const known = family.clients.get(ja4)
        if (known !== undefined) known.merge(LinearCounter.from(supporters))
        else if (family.clients.size < MOST_CLIENTS) family.clients.set(ja4, LinearCounter.from(supporters))
      }
    }
  }
}
