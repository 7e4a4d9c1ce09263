import { JA4_IP_CLUSTER, JA4_SPOOFING } from '../../lib/detectors/identity-signals'
import { Ja4Clusters } from '../../lib/detectors/ja4-clusters'
import { Ja4Families } from '../../lib/detectors/ja4-families'
import type { SignalStore } from '../../lib/detectors/signal-store'
import { TYPE } from '../../lib/detectors/signal-types'
import type { Observation } from '../../lib/observation'
import { Signal } from '../../lib/signal'
import { StringMemo } from '../../lib/store/string-memo'
import { ja4Family, ja4Of } from '../../lib/text/ja4'
import type { KeyedHash } from '../../lib/text/keyed-hash'

/** A JA4 that was seen lately: itself and what is stable of it, as keyed hashes. */
export interface KnownJa4 { readonly text: string, readonly hash: number, readonly family: number }

/** Fingerprints remembered; a power of two. */
const PLACES = 1024
const MEDIUM = 4
const FIELD = 'client.tls'
const QUIET_MS = 3_600_000
const UNKNOWN: KnownJa4 = { text: '', hash: 0, family: 0 }

/** What TLS fingerprints tell of clients: that they belie their user agent, or fail together. */
export class TlsIdentity {
  readonly families = new Ja4Families()
  readonly clusters: Ja4Clusters
  readonly #hash: KeyedHash
  readonly #store: SignalStore
  readonly #isFrozen: () => boolean
  readonly #known = new StringMemo<KnownJa4>(PLACES, 32)

  constructor (hash: KeyedHash, store: SignalStore, clusterClients: number, isFrozen: () => boolean) {
    this.#isFrozen = isFrozen
    this.#hash = hash
    this.#store = store
    this.clusters = new Ja4Clusters(clusterClients, isFrozen)
  }

  /** What a text stands for; `null` where it is no JA4. */
  read (text: string): KnownJa4 | null {
    if (text === '') return null
    let known = this.#known.get(text)
    if (known === undefined) {
      const ja4 = ja4Of(text)
      known = ja4 === '' ? UNKNOWN : { text: ja4, hash: (this.#hash.hash(ja4) | 0) || 1, family: (this.#hash.hash(ja4Family(ja4)) | 0) || 1 }
      this.#known.set(text, known)
    }
    return known === UNKNOWN ? null : known
  }

  /** @param agents Kind of its user agent, 0 without one. @param who Session, for the store. */
  arrive ({ text, hash, family }: KnownJa4, agents: number, observation: Observation, who: number): void {
    const { clientHash, at } = observation
    this.#store.add(TYPE.ja4, hash, clientHash, who, at)
    this.#store.name(hash, text)
    this.#store.add(TYPE.tls_fingerprint, family, clientHash, who, at)
    this.#store.name(family, ja4Family(text))
    if (agents === 0) return
    const known = this.families.judge(agents, family)
    if (known === 0) return
    observation.add(new Signal(JA4_SPOOFING, FIELD, 6, 55, undefined, text, {
      finding: { subject: `${agents} ${family} ${clientHash}`, count: 1, since: at, quietMs: QUIET_MS, evidence: { known, fingerprint: text } }
    }))
  }

  answer ({ hash, family }: KnownJa4, agents: number, observation: Observation): void {
    const { status, clientHash, at } = observation
    const failed = status >= 400 && status < 500
    const cluster = this.clusters.observe(hash, clientHash, failed, at)
    if (cluster !== null) {
      observation.add(new Signal(JA4_IP_CLUSTER, FIELD, 6, 50, undefined, undefined, { finding: { subject: String(hash), count: cluster.failures, since: at, quietMs: QUIET_MS, evidence: { ...cluster } } }))
      return
    }
    if (status < 400 && agents !== 0 && !this.#isFrozen() && isOtherwiseOrdinary(observation)) this.families.learn(agents, family, clientHash, at)
  }

  reset (): void {
    this.families.reset()
    this.clusters.reset()
  }
}

/** Whether nothing of weight was found but that the TLS client is new: then it may become known. */
function isOtherwiseOrdinary ({ signals, severity }: Observation): boolean {
  return severity < MEDIUM || signals?.every((signal) => signal.severity < MEDIUM || signal.kind === JA4_SPOOFING) === true
}
