import type { SignalKind } from '../signal'
import { Signal } from '../signal'
import { DistinctWindow } from '../stats/distinct-window'
import { LinearCounter } from '../stats/linear-counter'
import { wilsonLower } from '../stats/proportion'
import { BACK, NEW, RecentValues } from '../store/recent-values'
import { Companions } from './companions'
import type { CompanionsJson } from './companions'
import { FINGERPRINT_CHANGE, JA4H_CHANGE, JA4_ROTATION, ROTATION_PATTERN, SESSION_HIJACK, SESSION_SHARING, TOKEN_REUSE } from './identity-signals'
import type { SessionRecord } from './session-record'
import { TYPE } from './signal-types'

export interface SessionSettings {
  /** Milliseconds within which changes count together, and within which two uses are simultaneous. */
  readonly changeWindow: number
  readonly overlap: number
  /** How many networks at once, changes of device, and different user agents or TLS clients are too many. */
  readonly sharedNetworks: number
  readonly deviceChanges: number
  readonly rotations: number
}

/** What one request shows of its sender, as keyed hashes; 0 where it cannot be known. */
export interface SessionTraits { device: number, network: number, agent: number, ja4: number }

type AddSignal = (signal: Signal) => void
type Evidence = Readonly<Record<string, number | string>>

const FIELD = 'credential'
/** Accepted requests after which a session is bound to the device and the network that it came from. */
const BOUND_AFTER = 3
/** Share of an application's sessions from which it is ordinary that they are used from many networks; and sessions it takes to know what goes together. */
const ORDINARY_SHARE = 0.05
const ENOUGH_SESSIONS = 20
/** Networks, from which on all of them are counted. */
const MANY = 4
const MINUTE_MS = 60_000
/** Routes of a session whose HTTP fingerprints are compared. */
const MOST_ROUTES = 16

/** Numbers of the findings that a record keeps open. */
const CHANGE = 0
const SHARING = 1
const REUSE = 2
const HIJACK = 3
const ROTATION = 4
const TLS_ROTATION = 5
const HTTP_CHANGE = 6

/**
 * What one session does that one person on one device does not: devices that alternate, networks that are used at once, user agents and TLS clients
 * that are rotated, and a device and a network that are both new at once. What goes together in many sessions is no change (`Companions`); before
 * twenty sessions were seen nothing is known of that, and nothing said.
 *
 * Time: three comparisons while nothing changes. Memory: what `Companions` states, and what the records hold (300 bytes a trait that changed).
 */
export class SessionWatch {
  readonly #settings: SessionSettings
  readonly #devices = new Companions()
  readonly #networks = new Companions()
  readonly #agents = new Companions()
  readonly #ja4s = new Companions()
  /** Sessions seen, and those of them that were used from many networks. */
  #sessions = new LinearCounter()
  #shared = new LinearCounter()
  readonly #isFrozen: () => boolean

  /** @param isFrozen Whether nothing is to be learned now of what goes together. */
  constructor (settings: SessionSettings, isFrozen: () => boolean = () => false) {
    this.#settings = settings
    this.#isFrozen = isFrozen
  }

  /** Judges one request of a session, and remembers what it came with. */
  judge (record: SessionRecord, traits: SessionTraits, at: number, add: AddSignal): void {
    const before = record.at
    record.at = Math.max(at, before)
    if (record.requests++ === 0) return this.#begin(record, traits)
    const device = traits.device === 0 ? record.device : traits.device
    const network = traits.network === 0 ? record.network : traits.network
    if (record.intruder !== null) this.#watchIntruder(record, device, network, at, add)
    if (record.isPersonal && (device !== record.device || network !== record.network)) this.#move(record, device, network, at, before, add)
    if (traits.agent !== 0 && traits.agent !== record.agent) this.#rotate(record, traits.agent, at, before, add)
    if (traits.ja4 !== 0 && traits.ja4 !== record.ja4) this.#rotateTls(record, traits.ja4, at, before, add)
  }

  /** Compares an HTTP fingerprint that a proxy gave with those that the session had on the same route. */
  judgeJa4h (record: SessionRecord, route: number, ja4h: number, at: number, add: AddSignal): void {
    const { changeWindow, overlap, deviceChanges } = this.#settings
    const values = record.ja4hs ??= new RecentValues(ja4h, at)
    const routes = record.ja4hRoutes ??= new Map()
    const before = routes.get(route)
    if (before === undefined && routes.size >= MOST_ROUTES) return
    routes.set(route, ja4h)
    const isChange = before !== undefined && before !== ja4h && !values.has(ja4h)
    values.see(ja4h, at, record.at, overlap, false)
    if (!isChange) return
    const changes = values.change(at, changeWindow)
    if (changes > deviceChanges - 0.5) this.#report(record, HTTP_CHANGE, JA4H_CHANGE, 4, 25, changeWindow, { changes: Math.round(changes), minutes: minutesOf(changeWindow) }, at, add)
  }

  /** A token that is over was accepted, on a route that refuses others. */
  reuseExpired (record: SessionRecord, at: number, add: AddSignal): void {
    this.#report(record, REUSE, TOKEN_REUSE, 6, 50, this.#settings.changeWindow, { minutes: minutesOf(at - record.expiresAt) }, at, add, true)
  }

  #begin (record: SessionRecord, { device, network, agent, ja4 }: SessionTraits): void {
    record.device = device
    record.network = network
    record.agent = agent
    record.ja4 = ja4
    if (this.#isFrozen()) return
    this.#sessions.add(record.hash)
    this.#devices.meet(device, record.hash)
    this.#networks.meet(network, record.hash)
    this.#agents.meet(agent, record.hash)
    if (ja4 !== 0) this.#ja4s.meet(ja4, record.hash)
  }

  /** The device or the network is not that of the request before. */
  #move (record: SessionRecord, device: number, network: number, at: number, before: number, add: AddSignal): void {
    const isBound = record.accepted >= BOUND_AFTER && record.device !== 0
    let isNewDevice = false
    let isNewNetwork = false
    if (network !== record.network) isNewNetwork = this.#changeNetwork(record, network, at, before, add)
    if (device !== record.device) isNewDevice = this.#changeDevice(record, device, at, before, add)
    if (isBound && isNewDevice && isNewNetwork) {
      record.intruder = { device, network, since: at, until: at + this.#settings.overlap, count: 0 }
      this.#watchIntruder(record, device, network, at, add)
    }
  }

  /** @returns Whether the session never came from there before. */
  #changeNetwork (record: SessionRecord, network: number, at: number, before: number, add: AddSignal): boolean {
    const { overlap, sharedNetworks } = this.#settings
    const networks = record.networks ??= new RecentValues(record.network, record.since)
    const isCompanion = this.#learnPair(this.#networks, networks, network, record.hash)
    const isNew = !isCompanion && record.network !== 0 && !networks.has(network)
    networks.see(network, at, before, overlap, isCompanion)
    record.network = network
    if (networks.size >= MANY) (record.allNetworks ??= new DistinctWindow(overlap)).add(network, at)
    const lately = networks.distinct(at, overlap)
    const hasDevices = (record.devices?.distinct(at, overlap) ?? 1) > 1
    // One device that is everywhere may well be one behind gateways: it takes twice as many.
    if (isCompanion || ((!hasDevices || networks.simultaneous(at, overlap) < sharedNetworks) && lately < 2 * sharedNetworks)) return isNew
    if (!this.#isFrozen()) this.#shared.add(record.hash)
    if (wilsonLower(this.#shared.count, this.#sessions.count) > ORDINARY_SHARE) return isNew
    const count = Math.max(lately, record.allNetworks?.count(at) ?? 0)
    this.#report(record, SHARING, SESSION_SHARING, 7, hasDevices ? 55 : 40, overlap, { networks: count, minutes: minutesOf(overlap) }, at, add)
    return isNew
  }

  #changeDevice (record: SessionRecord, device: number, at: number, before: number, add: AddSignal): boolean {
    const { changeWindow, overlap, deviceChanges } = this.#settings
    const devices = record.devices ??= new RecentValues(record.device, record.since)
    const isFirst = record.device === 0
    const wasKnown = devices.has(device)
    const isCompanion = isFirst || this.#learnPair(this.#devices, devices, device, record.hash)
    const coming = devices.see(device, at, before, overlap, isCompanion)
    record.device = device
    if (isCompanion) return false
    const atOnce = devices.simultaneous(at, overlap)
    const changes = devices.change(at, changeWindow)
    if (coming === BACK && atOnce > 1) this.#report(record, REUSE, TOKEN_REUSE, 6, 45, overlap, { devices: atOnce, minutes: minutesOf(overlap) }, at, add)
    else if (coming === NEW && changes > deviceChanges - 0.5) this.#report(record, CHANGE, FINGERPRINT_CHANGE, 5, 35, changeWindow, { changes: Math.round(changes), minutes: minutesOf(changeWindow) }, at, add)
    return !wasKnown
  }

  #rotate (record: SessionRecord, agent: number, at: number, before: number, add: AddSignal): void {
    const { changeWindow, rotations } = this.#settings
    const agents = record.agents ??= new RecentValues(record.agent, record.since)
    record.agent = agent
    const count = this.#turn(agents, this.#agents, agent, record.hash, at, before)
    if (count >= rotations) this.#report(record, ROTATION, ROTATION_PATTERN, 7, 45, changeWindow, { agents: count, minutes: minutesOf(changeWindow) }, at, add)
  }

  #rotateTls (record: SessionRecord, ja4: number, at: number, before: number, add: AddSignal): void {
    const { changeWindow, rotations } = this.#settings
    const ja4s = record.ja4s ??= new RecentValues(record.ja4, record.since)
    record.ja4 = ja4
    const count = this.#turn(ja4s, this.#ja4s, ja4, record.hash, at, before)
    if (count >= rotations) this.#report(record, TLS_ROTATION, JA4_ROTATION, 7, 50, changeWindow, { fingerprints: count, minutes: minutesOf(changeWindow) }, at, add)
  }

  /** Takes a session's new value in. @returns Different values lately; 0 where this one ordinarily goes with those before. */
  #turn (values: RecentValues, known: Companions, value: number, session: number, at: number, before: number): number {
    const { changeWindow, overlap } = this.#settings
    const isCompanion = this.#learnPair(known, values, value, session)
    values.see(value, at, before, overlap, isCompanion)
    return isCompanion ? 0 : values.distinct(at, changeWindow)
  }

  #watchIntruder (record: SessionRecord, device: number, network: number, at: number, add: AddSignal): void {
    const { intruder } = record
    if (intruder === null) return
    if (at > intruder.until) {
      record.intruder = null
      return
    }
    if (intruder.device === device && intruder.network === network) this.#report(record, HIJACK, SESSION_HIJACK, 8, 65, this.#settings.changeWindow, { requests: record.requests - 1 }, at, add)
  }

  /** Whether a value ordinarily goes with one that the session has; notes that it came together with them. */
  #learnPair (companions: Companions, known: RecentValues, value: number, session: number): boolean {
    let isOrdinary = false
    const isNew = !known.has(value) && !this.#isFrozen()
    if (isNew) companions.meet(value, session)
    for (let place = 0; place < known.size; place++) {
      const other = known.valueAt(place)
      if (other === (value | 0)) continue
      if (companions.isOrdinary(other, value)) isOrdinary = true
      if (isNew) companions.pair(other, value, session)
    }
    return isOrdinary
  }

  #report (record: SessionRecord, number: number, kind: SignalKind, severity: number, risk: number, quietMs: number, evidence: Evidence, at: number, add: AddSignal, isCertain = false): void {
    if (this.#sessions.count < ENOUGH_SESSIONS && !isCertain) return
    let open = record.open[number] ?? null
    if (open === null || at - open.last > quietMs) record.open[number] = open = { since: at, last: at, count: 0 }
    open.last = at
    open.count++
    // Events show the credential of a header by themselves; a cookie's session has no other name.
    const told = record.type === TYPE.session_cookie ? { ...evidence, session: record.tag } : evidence
    add(new Signal(kind, FIELD, severity, risk, undefined, undefined, { finding: { subject: record.tag, count: open.count, since: open.since, quietMs, evidence: told } }))
  }

  reset (): void {
    for (const part of [this.#devices, this.#networks, this.#agents, this.#ja4s]) part.reset()
    this.#sessions = new LinearCounter()
    this.#shared = new LinearCounter()
  }

  toJSON (): SessionWatchJson {
    return { devices: this.#devices.toJSON(), networks: this.#networks.toJSON(), agents: this.#agents.toJSON(), ja4s: this.#ja4s.toJSON(), sessions: this.#sessions.toJSON(), shared: this.#shared.toJSON() }
  }

  restore (json: SessionWatchJson): void {
    this.reset()
    this.merge(json)
  }

  merge (json: SessionWatchJson): void {
    this.#devices.merge(json.devices)
    this.#networks.merge(json.networks)
    this.#agents.merge(json.agents)
    this.#ja4s.merge(json.ja4s)
    this.#sessions.merge(LinearCounter.from(json.sessions))
    this.#shared.merge(LinearCounter.from(json.shared))
  }
}

export interface SessionWatchJson { devices: CompanionsJson, networks: CompanionsJson, agents: CompanionsJson, ja4s: CompanionsJson, sessions: number[], shared: number[] }

function minutesOf (ms: number): number { return Math.max(1, Math.round(ms / MINUTE_MS)) }
