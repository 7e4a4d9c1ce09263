import { ENTITIES_VERSION, readManual, readRecords } from './entity-risks-json'
import type { EntityRisksJson } from './entity-risks-json'
import { BoundedMap } from './store/bounded-map'
import { RiskLedger } from './store/risk-ledger'
import type { RiskLedgerOptions, RiskThresholds } from './store/risk-ledger'
import { BLOCK, CALM, THROTTLE } from './store/risk-record'
import type { RiskLevel, RiskRecord } from './store/risk-record'
import { RecentHashes } from './store/recent-hashes'
import { SharedAddresses } from './store/shared-addresses'

/** Who sent a request, as far as it is known. Users, credentials and sessions are keyed hashes. */
export interface Sender {
  readonly user: string | null
  readonly credential: string | null
  /** What a session cookie stands for, where somebody reads cookies. */
  readonly session: { readonly tag: string, readonly hash: number } | null
  /** Hash of the user, else of the credential, else of the client. */
  readonly principal: number
  /** Client address, IPv6 by /64; `''` where unknown. */
  readonly client: string
  readonly clientHash: number
}

/** A decision made by hand. */
export interface ManualRule {
  readonly action: 'allow' | 'block'
  /** Epoch milliseconds; `null` for no end. */
  readonly until: number | null
  /** Who decided. */
  readonly by: string
  readonly reason: string
  readonly at: number
}

/** What is to be done about a sender, and because of which of its entities. */
export interface Verdict {
  readonly level: RiskLevel
  readonly entity: string
  /** 0 to 100; of a manual block, 100. */
  readonly risk: number
  readonly isManual: boolean
}

export type EntityRiskOptions = RiskLedgerOptions & RiskThresholds & {
  /** The keyed hash that stands for an address in a snapshot. */
  seal (address: string): string
}

export const NO_VERDICT: Verdict = { level: CALM, entity: '', risk: 0, isManual: false }

const SESSION_WINDOW_MS = 3_600_000
/** Up to so many sessions an address is one household's (they are counted to within a tenth or so). */
const HOUSEHOLD = 3.5
/** Credentials of one client that were blamed, from which on the client is blamed with them. */
const ROTATED = 4
const ROTATING_CLIENTS = 4096
/** Sessions remembered that were accepted where others are refused: 128 kB. */
const ESTABLISHED = 32_768
const MOST_MANUAL = 10_000
/** Entities whose risk goes into a snapshot: those with the most. */
const MOST_KEPT = 10_000
/** In front of the keyed hash of an address. */
const SEALED = '#'

/**
 * The risk of senders: who is blamed for a finding, and what that calls for.
 *
 * The principal comes first: a known user, else a credential, else a session cookie that was accepted, else the client address, so that one person's doing is not blamed on
 * all behind an address. A credential that was never accepted anywhere counts as little more than a claim: its sender is also
 * judged by the address, and an address from which one credential after another is blamed is blamed itself. What an address is
 * blamed for is divided by the logarithm of the sessions behind it, beyond those of a household.
 *
 * Decisions by hand stand beside the risk: they have an author and mostly an end, and nothing learned moves them.
 *
 * Memory: two ledgers (about 750 bytes an entity), 0.3 MB besides, 10,000 manual rules at the most; after a restore, 100 bytes for each address of the
 * snapshot until it comes again or its risk is gone.
 */
export class EntityRisks {
  /** Risk by everything found. */
  readonly all: RiskLedger
  /** Risk by what counts in mode `enforce`. */
  readonly enforced: RiskLedger
  readonly #thresholds: RiskThresholds
  readonly #manual = new Map<string, ManualRule>()
  readonly #shared = new SharedAddresses(SESSION_WINDOW_MS)
  readonly #rotated = new BoundedMap<string, string[]>(ROTATING_CLIENTS)
  readonly #established = new RecentHashes(ESTABLISHED)
  /** Whether a route is known that refuses strangers. */
  #hasGuarded = false
  readonly #seal: (address: string) => string
  /** Addresses known by their hash only, from a snapshot, until they come again. */
  readonly #sealed = new Set<string>()

  constructor (options: EntityRiskOptions) {
    this.#seal = options.seal
    this.all = new RiskLedger(options)
    this.enforced = new RiskLedger(options)
    this.#thresholds = options
  }

  /**
   * Adds to the risk of whoever is to blame.
   * @param atClient Whether the client is to blame too, whoever it says it is.
   * @param budget Where many such small additions end, 70 by default.
   */
  blame (sender: Sender, source: string, amount: number, at: number, reason: string, isEnforced: boolean, atClient: boolean, budget?: number): void {
    const { user, client } = sender
    const principal = user ?? this.#sessionOf(sender)
    if (principal !== null) this.#add(principal, source, amount, at, reason, isEnforced, budget)
    if (client === '') return
    this.#unseal(client)
    if (principal === null || atClient || (user === null && this.#rotates(client, principal))) {
      this.#add(client, source, amount / this.#dampingOf(sender, at), at, reason, isEnforced, budget)
    }
  }

  /**
   * A session was accepted on a route where strangers are refused: it is what it says. O(1), one look at a table.
   */
  accept (sender: Sender, at: number): void {
    const hash = sender.user !== null ? 0 : provedBy(sender)
    if (hash !== 0 && !this.#established.see(hash)) this.#shared.note(sender.clientHash, hash, at)
  }

  /**
   * A session behind an address has been seen, with an ordinary reply. Once the application is known to have routes that refuse strangers, a credential that none of them
   * has accepted is a mere claim, of which anybody can make as many as he likes: no session.
   */
  vouch (sender: Sender, at: number, isGuarded: boolean): void {
    const { user, credential, clientHash, principal } = sender
    if (isGuarded) this.#hasGuarded = true
    if (user !== null) return this.#shared.note(clientHash, principal, at)
    const hash = provedBy(sender)
    if (hash !== 0 && (this.#established.has(hash) || (credential !== null && !this.#hasGuarded))) this.#shared.note(clientHash, hash, at)
  }

  /**
   * Whom a flagged request is counted for where it is asked how many have sent the like: its principal, but the client of a credential that is a mere claim, so that who
   * invents credentials is one.
   * @param byAddress Whether addresses tell clients apart; where they do not, a credential is believed until routes are known that refuse strangers.
   */
  supporterOf (sender: Sender, byAddress: boolean): number {
    const { user, credential, clientHash, principal } = sender
    if (user !== null || credential === null || this.isAccepted(sender)) return principal
    return byAddress || this.#hasGuarded ? clientHash : principal
  }

  /** Sessions that were lately accepted behind an address, about. */
  sessionsBehind (clientHash: number, at: number): number { return this.#shared.count(clientHash, at) }

  /** Somebody has logged in from that client. */
  noteLogin (clientHash: number, userHash: number, at: number): void { this.#shared.note(clientHash, userHash, at) }

  /**
   * What is to be done about a sender.
   * @param ledger `all`, or what counts in mode `enforce`.
   * @param byAddress Whether the client address says who it is.
   */
  judge (sender: Sender, at: number, ledger: RiskLedger, byAddress: boolean): Verdict {
    if (ledger.size === 0 && this.#manual.size === 0) return NO_VERDICT
    const { user, client } = sender
    this.#unseal(client)
    const manual = this.#manual.size === 0 ? null : this.#manualOf(sender, at)
    if (manual !== null) return manual
    if (user !== null) return this.#levelOf(user, at, ledger)
    const session = this.#sessionOf(sender)
    const own = session === null ? NO_VERDICT : this.#levelOf(session, at, ledger)
    if (client === '' || !byAddress || own.level === BLOCK || this.isAccepted(sender)) return own
    const address = this.#levelOf(client, at, ledger)
    return address.level > own.level ? address : own
  }

  /** Whether there is nobody about whom anything has to be done: no decision by hand, and no risk at which a level might begin or still last. */
  isCalm (at: number): boolean { return this.#manual.size === 0 && !this.all.mayReach(this.#thresholds.throttleAt - this.#thresholds.hysteresis, at) }

  /** How many entities have any risk, by what it calls for now: nothing yet, to be throttled, to be blocked. */
  levels (at: number): ReturnType<RiskLedger['levels']> { return this.all.levels(at, this.#thresholds) }

  risk (entity: string, at: number): number {
    this.#unseal(entity)
    return this.all.risk(entity, at)
  }

  /** Forgets an entity's risk, and a block by hand. @returns Whether there was any. */
  release (entity: string): boolean {
    this.#unseal(entity)
    this.enforced.release(entity)
    const wasBlocked = this.#manual.get(entity)?.action === 'block' && this.#manual.delete(entity)
    return this.all.release(entity) || wasBlocked
  }

  /** Decides by hand. @throws RangeError Where there are 10,000 such decisions. */
  decide (entity: string, rule: ManualRule): void {
    if (!this.#manual.has(entity) && this.#manual.size >= MOST_MANUAL) this.#expire(rule.at)
    if (!this.#manual.has(entity) && this.#manual.size >= MOST_MANUAL) throw new RangeError(`there are ${MOST_MANUAL} entities blocked or allowed by hand already`)
    this.#manual.set(entity, rule)
  }

  /** Takes a decision by hand back. */
  undecide (entity: string): boolean { return this.#manual.delete(entity) }

  /** What was decided by hand, if that still stands. */
  manualOf (entity: string, at: number): ManualRule | null {
    const rule = this.#manual.get(entity)
    if (rule === undefined) return null
    if (rule.until === null || rule.until > at) return rule
    this.#manual.delete(entity)
    return null
  }

  /** All decisions by hand that still stand. */
  manual (at: number): [entity: string, rule: ManualRule][] {
    this.#expire(at)
    return [...this.#manual]
  }

  toJSON (at: number): EntityRisksJson {
    const seal = (record: RiskRecord): RiskRecord => isAddress(record.entity) ? { ...record, entity: SEALED + this.#seal(record.entity) } : record
    return {
      version: ENTITIES_VERSION,
      all: this.all.records(MOST_KEPT, at).map(seal),
      enforced: this.enforced.records(MOST_KEPT, at).map(seal),
      manual: this.manual(at).map(([entity, rule]) => ({ entity, rule }))
    }
  }

  /**
   * Takes over the risk of a snapshot instead of what is known, or adds it: each source's as one addition. Risk is as old as it says, and has decayed
   * since. Decisions by hand are never forgotten: of two about one entity the later holds.
   * @throws RangeError For another version.
   */
  take (json: EntityRisksJson, isAddition: boolean, at: number): void {
    if (json?.version !== ENTITIES_VERSION) throw new RangeError(`entities of version ${String(json?.version)}, not ${ENTITIES_VERSION}`)
    for (const name of this.#sealed) if (!isAddition || this.all.risk(name, at) === 0) this.#sealed.delete(name)
    for (const [ledger, records] of [[this.all, readRecords(json.all)], [this.enforced, readRecords(json.enforced)]] as const) {
      ledger.take(records, isAddition)
      for (const { entity } of records) if (entity.startsWith(SEALED)) this.#sealed.add(entity)
    }
    for (const { entity, rule } of readManual(json.manual)) {
      const known = this.#manual.get(entity)
      if ((rule.until === null || rule.until > at) && (known === undefined || known.at < rule.at) && (known !== undefined || this.#manual.size < MOST_MANUAL)) this.#manual.set(entity, rule)
    }
  }

  /** An address that a snapshot knew has come again: now it has a name. */
  #unseal (entity: string): void {
    if (this.#sealed.size === 0 || !isAddress(entity)) return
    const sealed = SEALED + this.#seal(entity)
    if (!this.#sealed.delete(sealed)) return
    this.all.rename(sealed, entity)
    this.enforced.rename(sealed, entity)
  }

  #manualOf ({ user, credential, client }: Sender, at: number): Verdict | null {
    for (const entity of [user, credential, client]) {
      const rule = entity === null || entity === '' ? null : this.manualOf(entity, at)
      if (rule !== null) return rule.action === 'allow' ? NO_VERDICT : { level: BLOCK, entity: entity as string, risk: 100, isManual: true }
    }
    return null
  }

  #levelOf (entity: string, at: number, ledger: RiskLedger): Verdict {
    const level = ledger.level(entity, at, this.#thresholds)
    return level === CALM ? NO_VERDICT : { level, entity, risk: ledger.risk(entity, at), isManual: false }
  }

  /** Whether a sender's session, of one without a name, was accepted where strangers are refused: it is what it says. */
  isAccepted (sender: Sender): boolean { return this.#established.has(provedBy(sender)) }

  /** What a sender's doing is blamed on before the address: a credential, or a cookie that was accepted. */
  #sessionOf (sender: Sender): string | null {
    if (sender.credential !== null || sender.session === null) return sender.credential
    return this.isAccepted(sender) ? sender.session.tag : null
  }

  #add (entity: string, source: string, amount: number, at: number, reason: string, isEnforced: boolean, budget?: number): void {
    // While all is calm nobody asks for levels: one that has ended meanwhile must not seem to go on.
    this.all.level(entity, at, this.#thresholds)
    this.all.add(entity, source, amount, at, reason, budget)
    if (!isEnforced) return
    this.enforced.level(entity, at, this.#thresholds)
    this.enforced.add(entity, source, amount, at, reason, budget)
  }

  /** 1 for a household, about 7 for 200 sessions. */
  #dampingOf ({ clientHash }: Sender, at: number): number {
    const sessions = this.#shared.count(clientHash, at)
    return sessions <= HOUSEHOLD ? 1 : 1 + Math.log2(sessions / HOUSEHOLD)
  }

  #rotates (client: string, credential: string): boolean {
    const blamed = this.#rotated.get(client)
    if (blamed === undefined) {
      this.#rotated.set(client, [credential])
      return false
    }
    if (!blamed.includes(credential) && blamed.length < ROTATED) blamed.push(credential)
    return blamed.length >= ROTATED
  }

  #expire (at: number): void {
    for (const entity of this.#manual.keys()) this.manualOf(entity, at)
  }
}

/** What stands for a sender's session in tables: its credential, else its cookie; 0 for neither. */
function provedBy ({ credential, session, principal }: Sender): number { return (credential !== null ? principal : session === null ? 0 : session.hash) >>> 0 }

/** Keyed hashes have neither dots nor colons. */
function isAddress (entity: string): boolean { return entity.includes('.') || entity.includes(':') }

export { BLOCK, CALM, THROTTLE }
