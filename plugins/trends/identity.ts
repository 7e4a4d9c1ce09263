import type { FastifyRequest } from 'fastify'
import { DeviceReader, textAt } from '../../lib/detectors/device-reader'
import type { Device } from '../../lib/detectors/device-reader'
import type { Ja4ClustersJson } from '../../lib/detectors/ja4-clusters'
import { API_KEY, AUTHORIZATION, COOKIE, HeaderLayouts } from '../../lib/detectors/header-layout'
import type { HeaderLayout } from '../../lib/detectors/header-layout'
import type { SessionRecord } from '../../lib/detectors/session-record'
import { SessionTable } from '../../lib/detectors/session-table'
import { SessionWatch } from '../../lib/detectors/session-watch'
import type { Visit } from '../../lib/detectors/signal-tallies'
import { TYPE } from '../../lib/detectors/signal-types'
import { TravelWatch } from '../../lib/detectors/travel-watch'
import type { Observation } from '../../lib/observation'
import type { Signal } from '../../lib/signal'
import { hashText } from '../../lib/text/keyed-hash'
import { ja4Source } from './ja4-source'
import { PlaceSource } from './place-source'
import type { ClientPlace } from './place-source'
import { TlsIdentity } from './tls-identity'
import type { KnownJa4 } from './tls-identity'
import { TrustedHops } from './trusted-hops'
import type { TrendsContext, Watcher } from './watcher'

/** Watches who sends requests, with what, and from where. */
export function watchIdentity ({ fastify, settings, store }: TrendsContext): Watcher {
  const { hash } = fastify.anomalies
  const further = [...typeof settings.ja4 === 'object' ? [settings.ja4.header] : [], ...settings.ja4h === undefined ? [] : [settings.ja4h]].map((name) => name.toLowerCase())
  const layouts = new HeaderLayouts(hash.seed, further)
  const devices = new DeviceReader(hash.seed)
  const table = new SessionTable(hash, settings.sessions, settings.sessionCookies ?? null)
  const sessions = new SessionWatch(settings, isFrozen)
  const places = new PlaceSource(hash, settings.geo, settings.nowhere, (client) => store.name(hash.hash(client), client, true), (error) => fastify.anomalies.emit('error', error))
  const travel = settings.geo === undefined ? null : new TravelWatch(settings.sessions, settings, isFrozen)
  const hops = new TrustedHops()
  const readJa4 = ja4Source(fastify, settings.ja4, hops, 0)
  const tls = readJa4 === null ? null : new TlsIdentity(hash, store, settings.clusterClients, isFrozen)
  /** Two objects for all requests, read before the next, and the request that is being judged: nothing has to be made for each. */
  const traits = { device: 0, network: 0, agent: 0, ja4: 0 }
  const visit: Visit = { entity: 0, who: 0, sessionType: -1, session: 0, fingerprint: 0, order: 0, accept: 0, hints: 0 }
  let current: Observation | null = null
  const ja4hAt = settings.ja4h === undefined ? -1 : HeaderLayouts.further(further.length - 1)

  return { name: 'identity', onRequest: (own, observation, request) => arrive(observation, request), onSend: (own, observation, request) => answer(observation, request), shared: sharedOf(sessions, travel, tls) }

  function add (signal: Signal): void { current?.add(signal) }

  function isFrozen (): boolean { return fastify.anomalies.routes.frozen }

  function arrive (observation: Observation, request: FastifyRequest): void {
    const { rawHeaders, at } = observation
    const client = observation.clientHash | 0
    const layout = layouts.of(observation.headerNames)
    const session = sessionOf(layout, observation, client)
    const device = devices.read(layout, rawHeaders, session === null ? null : session.lastDevice)
    // Where a session came from before is not looked up again, unless places are wanted.
    const place = session === null || session.lastClient !== client || settings.geo !== undefined ? places.of(observation.client) : null
    const who = session === null ? 0 : session.entity
    if (place !== null) notePlace(place, client, who, at)
    noteVisit(session, device, layout.order, client, at)
    const known = readJa4 === null || tls === null ? null : tls.read(readJa4(request, layout, rawHeaders))
    observation.session = session
    observation.tls = known
    if (known !== null) tls?.arrive(known, device.family, observation, who)
    if (session === null) return
    traits.device = device.device
    traits.network = place === null ? 0 : place.network
    session.lastClient = client
    session.lastDevice = device
    traits.agent = device.agent
    traits.ja4 = known?.family ?? 0
    current = observation
    sessions.judge(session, traits, at, add)
    if (ja4hAt >= 0) judgeJa4h(session, layout, observation, request)
  }

  function noteVisit (session: SessionRecord | null, device: Device, order: number, client: number, at: number): void {
    visit.entity = client
    visit.who = session === null ? 0 : session.entity
    visit.sessionType = session === null ? -1 : session.type
    visit.session = session === null ? 0 : session.hash
    visit.fingerprint = device.agent === 0 ? 0 : device.fingerprint
    visit.order = order
    visit.accept = device.accept
    visit.hints = device.hints
    store.visit(visit, at)
  }

  /** The session that a request belongs to: a person's token, else a person's cookie, else a machine's key. */
  function sessionOf ({ positions }: HeaderLayout, observation: Observation, client: number): SessionRecord | null {
    const { rawHeaders, at } = observation
    const authorization = textAt(positions, rawHeaders, AUTHORIZATION)
    const own = authorization === '' ? null : table.ofAuthorization(authorization, client, at, observation)
    if (own?.isPersonal === true) return own
    const cookies = textAt(positions, rawHeaders, COOKIE)
    const browser = cookies === '' ? null : table.ofCookies(cookies, at)
    const key = own === null ? textAt(positions, rawHeaders, API_KEY) : ''
    const machine = own ?? (key === '' ? null : table.ofApiKey(key, client, at, observation))
    if (browser === null) return machine
    if (machine !== null) store.add(machine.type, machine.hash, client, machine.entity, at)
    return browser
  }

  function notePlace ({ asn, country }: ClientPlace, client: number, who: number, at: number): void {
    if (asn > 0) {
      store.add(TYPE.asn, asn, client, who, at)
      store.name(asn, `AS${asn}`)
    }
    if (country !== '') {
      const value = hash.hash(country)
      store.add(TYPE.geo, value, client, who, at)
      store.name(value, country)
    }
  }

  function judgeJa4h (session: SessionRecord, { positions }: HeaderLayout, observation: Observation, request: FastifyRequest): void {
    const text = textAt(positions, observation.rawHeaders, ja4hAt)
    if (text === '' || text.length > 256 || !hops.trusts(request)) return
    const { clientHash, at, route, method } = observation
    store.add(TYPE.ja4h, hash.hash(text), clientHash, session.entity, at)
    // Its first two parts: those that follow change with the cookies.
    const end = text.indexOf('_', text.indexOf('_') + 1)
    if (session.isPersonal) sessions.judgeJa4h(session, hashText(method, hashText(route.key, hash.seed)), hash.hash(end < 0 ? text : text.slice(0, end)), at, add)
  }

  function answer (observation: Observation, request: FastifyRequest): void {
    if (observation.late) arrive(observation, request)
    const { status, at } = observation
    const session = observation.session as SessionRecord | null
    const known = observation.tls as KnownJa4 | null
    const device = known === null && travel === null ? null : devices.read(layouts.of(observation.headerNames), observation.rawHeaders, session === null ? null : session.lastDevice)
    current = observation
    if (known !== null && device !== null) tls?.answer(known, device.family, observation)
    if (status >= 400 || status < 200) return
    if (session !== null) {
      session.accepted++
      if (at > session.expiresAt + settings.expiryLeeway && observation.route.refusesStrangers) sessions.reuseExpired(session, at, add)
    }
    if (travel !== null && device !== null) travelTo(travel, observation, session, device.agent)
  }

  function travelTo (watch: TravelWatch, { user: named, client, at }: Observation, session: SessionRecord | null, agent: number): void {
    const user = named ?? session?.subject ?? (session?.isPersonal === true ? session.tag : null)
    if (user === null) return
    const { location, network } = places.of(client)
    if (location !== null) watch.visit({ user, userHash: hash.hash(user), session: session?.hash ?? 0, agent, network, location, at }, add)
  }
}

/** What is learned about identities, in snapshots. */
function sharedOf (sessions: SessionWatch, travel: TravelWatch | null, tls: TlsIdentity | null): NonNullable<Watcher['shared']> {
  return {
    toJSON: () => ({ sessions: sessions.toJSON(), travel: travel?.toJSON() ?? null, ja4: tls?.families.toJSON() ?? null, clusters: tls?.clusters.toJSON() ?? [] }),
    restore: (json) => give(json, 'restore'),
    merge: (json) => give(json, 'merge'),
    reset () {
      sessions.reset()
      travel?.reset()
      tls?.reset()
    }
  }

  function give (json: IdentityJson, verb: 'restore' | 'merge'): void {
    sessions[verb](json.sessions)
    if (json.travel !== null) travel?.[verb](json.travel)
    if (json.ja4 !== null) tls?.families[verb](json.ja4)
    tls?.clusters[verb](json.clusters ?? [])
  }
}

interface IdentityJson {
  sessions: ReturnType<SessionWatch['toJSON']>
  travel: ReturnType<TravelWatch['toJSON']> | null
  ja4: ReturnType<TlsIdentity['families']['toJSON']> | null
  /** Missing in snapshots of older versions. */
  clusters?: Ja4ClustersJson
}
