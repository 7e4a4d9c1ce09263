import { DistinctWindow } from '../stats/distinct-window'
import { BoundedMap } from '../store/bounded-map'
import { AuthRatio } from './auth-ratio'
import type { AuthAttempt, AddSignal } from './auth-attempt'
import { DAY_MS } from './auth-attempt'
import { FAILURE_RATIO, STUFFING } from './auth-signals'
import { Signal } from '../signal'
import type { SignalKind } from '../signal'

const FINGERPRINTS = 512
/** Clients with one fingerprint from which they are many. */
const MANY_CLIENTS = 10
const LEAST_UNRESOLVED = 30
const QUIET_MS = 1_800_000
/** Share of failures at which hardly anybody gets in. */
const NOBODY = 0.95
/** Share of all who fail from which one fingerprint is what they have in common. */
const MOST_OF_ALL = 0.5
/** What is left of certainty when all of the share above the norm is an attack. */
const MOST_RISK = 65

interface Print { ratio: AuthRatio, clients: DistinctWindow }

/** What an episode tells: users who failed and did not succeed, successes, their share, and since when. */
type Shown = Readonly<Pick<AuthRatio, 'unresolved' | 'successes' | 'share' | 'since'>>

/**
 * The view of everybody together, and of those who send the same headers: the share of users who fail and do not succeed soon
 * after, against its own norm. It sees what no single client and no single user shows. Only attempts that no other view
 * explains are counted. A tool that changes its headers as it goes is one attack: where several
 * fingerprints fail, or one that is only a part of what fails, they are told as one.
 *
 * Memory: up to 512 fingerprints of about 400 bytes (and 2.7 kB for one with many clients).
 */
export class AuthCrowd {
  readonly all = new AuthRatio()
  /** Fingerprints with an episode that is open. */
  readonly #open = new Set<Print>()
  readonly #prints = new BoundedMap<number, Print>(FINGERPRINTS, (print) => { this.#open.delete(print) })

  /** A user fails for the first time since the last success. @returns The bucket to give to `resolve`. */
  fail (attempt: AuthAttempt): number {
    const print = this.#printOf(attempt.fingerprint)
    print.clients.add(attempt.clientHash, attempt.at)
    print.ratio.fail(attempt.at)
    return this.all.fail(attempt.at)
  }

  /** A user who failed in `bucket`, with that fingerprint, has succeeded. */
  resolve (bucket: number, fingerprint: number): void {
    this.all.resolve(bucket)
    this.#prints.get(fingerprint)?.ratio.resolve(bucket)
  }

  succeed (attempt: AuthAttempt): void {
    this.#printOf(attempt.fingerprint).ratio.succeed(attempt.at)
    this.all.succeed(attempt.at)
  }

  judge (attempt: AuthAttempt, add: AddSignal): void {
    const print = this.#printOf(attempt.fingerprint)
    const clients = print.ratio.isOpenAt(attempt.at) ? print.clients.count(attempt.at) : 0
    const norm = Math.min(print.ratio.norm, this.all.norm)
    if (clients >= MANY_CLIENTS && !this.#isEverybody(print)) {
      this.#open.add(print)
      const total = this.#totalAt(attempt.at)
      const isOne = this.#open.size === 1
      if (this.all.isOpenAt(attempt.at) && (!isOne || total.unresolved < MOST_OF_ALL * this.all.unresolved)) add(signalOf(FAILURE_RATIO, this.all, this.all.norm, 'all'))
      else if (isOne) add(signalOf(STUFFING, print.ratio, norm, `fingerprint ${attempt.fingerprint.toString(36)}`, { clients }))
      else add(signalOf(STUFFING, total, norm, 'fingerprints', { fingerprints: this.#open.size }))
      return
    }
    this.#open.delete(print)
    if (!this.all.isOpenAt(attempt.at)) return
    const explained = this.#totalAt(attempt.at).unresolved
    if (this.all.unresolved - explained >= LEAST_UNRESOLVED) add(signalOf(FAILURE_RATIO, this.all, this.all.norm, 'all'))
  }

  /** What the fingerprints whose episodes are open show together; those that have closed are left out from then on. */
  #totalAt (at: number): Shown {
    const total = { unresolved: 0, successes: 0, share: 0, since: at }
    for (const open of this.#open) {
      if (!open.ratio.isOpenAt(at)) {
        this.#open.delete(open)
        continue
      }
      const { unresolved, successes, since } = open.ratio
      total.unresolved += unresolved
      total.successes += successes
      total.since = Math.min(total.since, since)
    }
    total.share = total.unresolved === 0 ? 0 : total.unresolved / (total.unresolved + total.successes)
    return total
  }

  /** Whether nobody gets in any more, and these are the headers that most people send: something is broken, and they are not to blame. */
  #isEverybody ({ ratio }: Print): boolean {
    return this.all.share >= NOBODY && ratio.weight >= LEAST_UNRESOLVED && ratio.weight >= 0.5 * this.all.weight && ratio.norm < 0.5
  }

  #printOf (fingerprint: number): Print {
    let print = this.#prints.get(fingerprint)
    if (print === undefined) this.#prints.set(fingerprint, print = { ratio: new AuthRatio(), clients: new DistinctWindow(DAY_MS) })
    return print
  }
}

/** Its risk is the share of the failures that are above the norm. */
function signalOf (kind: SignalKind, { share, unresolved, successes, since }: Shown, norm: number, subject: string, more: Record<string, number> = {}): Signal {
  const excess = Math.max(0, 1 - norm / Math.max(norm, share))
  const evidence = { unresolved, successes, share: round(share), norm: round(norm), ...more }
  return new Signal(kind, 'login', excess > 0.8 ? 7 : 5, Math.round(MOST_RISK * excess), round(norm), round(share), {
    finding: { subject, entity: {}, count: Math.max(1, unresolved), since, quietMs: QUIET_MS, evidence }
  })
}

function round (share: number): number { return Math.round(share * 1000) / 1000 }
