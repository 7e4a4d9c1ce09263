import { DistinctWindow } from '../stats/distinct-window'
import { wilsonUpper } from '../stats/proportion'
import { BoundedMap } from '../store/bounded-map'

const WINDOW_MS = 3_600_000
const MOST = 1024
/** How many times as common among clients as ever before. */
const LIFT = 3
/** A fingerprint that so many clients have is no mark of anybody, as long as nothing was learned. */
const COMMON = 0.2
/** Share of their requests that has to fail. */
const MOSTLY = 0.5
/** Logarithm of the odds against chance that are asked for: a million to one. */
const LOG_ODDS = Math.log(1e6)

/** Who has one fingerprint, and how they fare. Requests and failures halve in an hour. */
class Fingerprint {
  readonly clients = new DistinctWindow(WINDOW_MS)
  requests = 0
  failures = 0
  at: number
  /** Largest share of all clients that had it in an hour, halved with each hour since. */
  share = 0
  /** Whether it was a cluster in this hour: then the hour teaches nothing. */
  isSuspect = false

  constructor (at: number) { this.at = at }

  count (failed: boolean, at: number): void {
    const factor = at > this.at ? 0.5 ** ((at - this.at) / WINDOW_MS) : 1
    this.requests = this.requests * factor + 1
    this.failures = this.failures * factor + (failed ? 1 : 0)
    this.at = Math.max(at, this.at)
  }
}

/** The plain form of a `Ja4Clusters`: fingerprints with their share of clients, the one longest unused first. */
export type Ja4ClustersJson = [ja4: number, share: number][]

export interface Ja4Cluster { clients: number, failures: number, requests: number, othersShare: number }

/**
 * Clients with one TLS fingerprint that act together. Popular is not coordinated (W39): it takes a fingerprint that is far more common among clients than
 * it ever was, and clients whose requests fail for the most part, and far more often than all others', a million to one against chance.
 *
 * What is learned is how common each fingerprint was: that alone is in the plain form, who is at it now is not.
 *
 * Time: O(1), 5 µs where a fingerprint has many clients and fails; once an hour a look at all. Memory: 1,024 fingerprints of up to 3 kB; the one longest unused goes.
 *
 * Source of the test: W. Hoeffding, "Probability inequalities", JASA 58, 1963 (the bound n · KL(p, q) on a binomial tail).
 */
export class Ja4Clusters {
  readonly #leastClients: number
  readonly #isFrozen: () => boolean
  #prints = new BoundedMap<number, Fingerprint>(MOST)
  #all = new Fingerprint(0)
  /** When the hour is over, and whether one was before. */
  #until = 0
  #hasLearned = false

  /** @param isFrozen Whether nothing is to be learned now of how common fingerprints are. */
  constructor (leastClients: number, isFrozen: () => boolean = () => false) {
    this.#leastClients = leastClients
    this.#isFrozen = isFrozen
  }

  /** Takes in how one request ended. @returns The cluster that it is part of, `null` if none. */
  observe (ja4: number, client: number, failed: boolean, at: number): Ja4Cluster | null {
    if (at >= this.#until) this.#turn(at)
    let print = this.#prints.get(ja4)
    if (print === undefined) this.#prints.set(ja4, print = new Fingerprint(at))
    print.count(failed, at)
    print.clients.add(client, at)
    this.#all.count(failed, at)
    this.#all.clients.add(client, at)
    const cluster = failed && print.failures >= this.#leastClients ? this.#judge(print, at) : null
    if (cluster !== null) print.isSuspect = true
    return cluster
  }

  #judge (print: Fingerprint, at: number): Ja4Cluster | null {
    const clients = print.clients.count(at)
    if (clients < this.#leastClients) return null
    const others = this.#all.requests - print.requests
    const ordinary = wilsonUpper(Math.max(0, this.#all.failures - print.failures), Math.max(0, others))
    const share = print.failures / print.requests
    if (share < MOSTLY || share <= ordinary || print.requests * divergence(share, ordinary) < LOG_ODDS) return null
    const prevalence = clients / this.#all.clients.count(at)
    if (this.#hasLearned ? prevalence < LIFT * print.share : prevalence > COMMON) return null
    return { clients, failures: Math.round(print.failures), requests: Math.round(print.requests), othersShare: Math.round(ordinary * 1000) / 1000 }
  }

  /** An hour is over: how common each fingerprint was is what is ordinary. */
  #turn (at: number): void {
    this.#until = (Math.floor(at / WINDOW_MS) + 1) * WINDOW_MS
    if (this.#all.at === 0 || this.#isFrozen()) return
    const all = this.#all.clients.count(this.#all.at)
    for (const [, print] of this.#prints.entries()) {
      print.share = Math.max(print.share / 2, print.isSuspect || all === 0 ? 0 : print.clients.count(print.at) / all)
      print.isSuspect = false
    }
    this.#hasLearned ||= all > 0
  }

  reset (): void {
    this.#prints = new BoundedMap(MOST)
    this.#all = new Fingerprint(0)
    this.#until = 0
    this.#hasLearned = false
  }

  toJSON (): Ja4ClustersJson {
    const all = this.#isFrozen() ? 0 : this.#all.clients.count(this.#all.at)
    const json = [...this.#prints.entries()].map(([ja4, print]): Ja4ClustersJson[number] => {
      const lately = print.isSuspect || all === 0 ? 0 : print.clients.count(print.at) / all
      return [ja4, Math.max(print.share, lately)]
    })
    return json.filter(([, share]) => share > 0).reverse()
  }

  restore (json: Ja4ClustersJson): void {
    this.reset()
    this.merge(json)
  }

  /** Adds what another process has learned: a fingerprint is as common as where it was the commonest. */
  merge (json: Ja4ClustersJson): void {
    for (const [ja4, share] of json) {
      let print = this.#prints.get(ja4)
      if (print === undefined) this.#prints.set(ja4, print = new Fingerprint(0))
      print.share = Math.max(print.share, share)
      this.#hasLearned = true
    }
  }
}

/** Kullback-Leibler divergence of two proportions. */
function divergence (p: number, q: number): number {
  const bounded = Math.min(1 - 1e-9, Math.max(1e-9, q))
  return (p > 0 ? p * Math.log(p / bounded) : 0) + (p < 1 ? (1 - p) * Math.log((1 - p) / (1 - bounded)) : 0)
}
