import { test } from 'tap'
import { Companions } from '../../lib/detectors/companions'
import { DeviceReader } from '../../lib/detectors/device-reader'
import { HeaderLayouts } from '../../lib/detectors/header-layout'
import { Ja4Clusters } from '../../lib/detectors/ja4-clusters'
import { Ja4Families } from '../../lib/detectors/ja4-families'
import { correlate } from '../../lib/detectors/signal-correlation'
import { SignalStore } from '../../lib/detectors/signal-store'
import { SIGNAL_TYPES, TYPE } from '../../lib/detectors/signal-types'
import { journeyOf, TravelWatch } from '../../lib/detectors/travel-watch'
import type { Location, Visit } from '../../lib/detectors/travel-watch'
import { greatCircleKm } from '../../lib/stats/great-circle'
import { RecentSignals } from '../../lib/store/recent-signals'
import { credentialOf, isSessionName } from '../../lib/text/credential'
import { HeaderLists } from '../../lib/text/header-names'
import { ja4Family, ja4Of } from '../../lib/text/ja4'
import { jwtClaims } from '../../lib/text/jwt-claims'
import { hashText } from '../../lib/text/keyed-hash'
import { networkOf } from '../../lib/text/network-of'

const HOUR = 3_600_000
const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36'

function of (value: object): string { return Buffer.from(JSON.stringify(value)).toString('base64url') }

test('a JWT\'s claims are read, and nothing else is taken for one', (t) => {
  t.same(jwtClaims(`${of({ alg: 'x' })}.${of({ sub: 'a', iss: 'b', exp: 5 })}.sig`), { expiresAt: 5000, subject: 'b a' })
  t.same(jwtClaims(`${of({ alg: 'x' })}.${of({ exp: '5' })}.`), { expiresAt: Infinity, subject: null })
  for (const text of ['', 'a.b.c', '..', 'eyJ.eyJ.', `${of({})}.eyJ.x`, `${of({ a: 1 })}.${of([1])}.x`, `${of({ a: 1 })}.${of({ a: 1 })}.x.y`, `${of({ a: 1 })}.eyJub3RqcysnfQ.x`]) t.equal(jwtClaims(text), null, text)
  t.same(jwtClaims(`eyJ.eyJ${'a'.repeat(1e5)}.x`), { expiresAt: Infinity, subject: null })
  t.end()
})

test('schemes are told without case, and what has none is custom', (t) => {
  t.same(credentialOf('BEARER  abc'), { kind: 'bearer', token: 'abc' })
  t.same(credentialOf('basic YTpi'), { kind: 'basic', token: 'YTpi' })
  t.same(credentialOf('Digest a=b'), { kind: 'custom_auth', token: 'digest a=b' })
  t.same(credentialOf('secret'), { kind: 'custom_auth', token: 'secret' })
  t.same(credentialOf('Bearer '), { kind: 'custom_auth', token: 'Bearer ' })
  t.end()
})

test('cookies that stand for a session are told by their names', (t) => {
  for (const name of ['sid', 'connect.sid', 'PHPSESSID', 'JSESSIONID', '__Host-session', 'auth_token', 'app-sid', 'next-auth.session-token']) t.ok(isSessionName(name), name)
  for (const name of ['theme', '_ga', 'csrf_token', 'XSRF-TOKEN', 'inside', 'resid', '']) t.notOk(isSessionName(name), name)
  t.end()
})

test('a JA4 is read in its form alone, and its family stays while a session is resumed', (t) => {
  t.equal(ja4Of('T13D1516H2_8DAAF6152771_02713D6AF862'), 't13d1516h2_8daaf6152771_02713d6af862')
  t.equal(ja4Of('t10d230100_6a57a6f57151_e3b0c44298fc'), 't10d230100_6a57a6f57151_000000000000')
  for (const text of ['', 't13d1516h2', 't13d15xxh2_8daaf6152771_02713d6af862', `${'a'.repeat(1e5)}`, 't13d1516h2_8daaf6152771_02713d6af86g']) t.equal(ja4Of(text), '')
  t.equal(ja4Family('t13d1516h2_8daaf6152771_02713d6af862'), ja4Family('t13d1517h2_8daaf6152771_b0da82dd1658'))
  t.not(ja4Family('q13d0310h3_55b375c5d22e_cd85d2d88918'), ja4Family('t13d1516h2_8daaf6152771_02713d6af862'))
  t.end()
})

test('a network is the first half of what tells clients apart', (t) => {
  t.same(['198.51.100.7', '2001:db8:1:2::/64', '::1', ''].map(networkOf), ['198.51', '2001:db8', ':', ''])
  t.end()
})

test('distances on the Earth are right to one in two hundred', (t) => {
  for (const [a, b, c, d, km] of [[51.5, -0.12, 48.86, 2.35, 343], [35.68, 139.69, 51.5, -0.12, 9560], [0, 179, 0, -179, 222], [90, 0, -90, 0, 20_015], [10, 10, 10, 10, 0]] as const) {
    const found = greatCircleKm(a, b, c, d)
    t.ok(Math.abs(found - km) <= 1 + km / 200, `${found} of ${km}`)
  }
  t.ok(Number.isNaN(greatCircleKm(91, 0, 0, 0)) && Number.isNaN(greatCircleKm(0, 0, NaN, 0)))
  t.end()
})

function at (latitude: number, longitude: number, radiusKm = 20): Location { return { latitude, longitude, radiusKm, country: '', asn: 0 } }

test('both radii are deducted, and what goes back in time is no journey', (t) => {
  t.equal(journeyOf(at(51.5, 0, 500), at(48.9, 2.3, 500), 1000).km, 0)
  const { km, kmPerHour } = journeyOf(at(51.5, 0), at(35.7, 139.7), HOUR)
  t.ok(Math.abs(km - 9520) < 50 && Math.abs(kmPerHour - km) < 1)
  const watch = new TravelWatch(10, { maxSpeed: 1000, minDistance: 100 })
  const found: string[] = []
  const visit = (location: Location, time: number, session: number): void => watch.visit({ user: 'u', userHash: 1, session, agent: session, network: session, location, at: time } satisfies Visit, ({ type }) => found.push(type))
  visit(at(51.5, 0), 10 * HOUR, 1)
  visit(at(35.7, 139.7), 9 * HOUR, 2)
  t.same(found, [], 'it came late')
  visit(at(35.7, 139.7), 10 * HOUR + 60_000, 2)
  t.same(found, ['impossible_travel'])
  t.end()
})

test('what goes together in five sessions, and in one of a hundred, is ordinary; a thief\'s device is not', (t) => {
  const companions = new Companions()
  for (let session = 0; session < 1000; session++) companions.meet(1, hashText(`${session}`, 3))
  for (let session = 0; session < 8; session++) companions.pair(1, 2, hashText(`${session}`, 3))
  t.notOk(companions.isOrdinary(1, 2), 'eight of a thousand')
  for (let session = 0; session < 40; session++) companions.pair(1, 3, hashText(`${session}`, 3))
  t.ok(companions.isOrdinary(3, 1))
  const copy = new Companions()
  copy.restore(JSON.parse(JSON.stringify(companions.toJSON())))
  t.same([copy.isOrdinary(1, 3), copy.isOrdinary(1, 2)], [true, false])
  copy.merge(companions.toJSON())
  t.same(copy.toJSON(), companions.toJSON(), 'the same once more changes nothing')
  t.end()
})

test('a TLS client that nobody of its kind has is told once the kind is settled, and known by three addresses or three hours', (t) => {
  const families = new Ja4Families()
  for (let client = 0; client < 15; client++) families.learn(7, 1, hashText(`${client}`, 1), 0)
  t.equal(families.judge(7, 2), 0, 'not yet settled')
  for (let client = 15; client < 40; client++) families.learn(7, 1, hashText(`${client}`, 1), 0)
  t.equal(families.judge(7, 2), 1)
  t.equal(families.judge(7, 1), 0)
  t.equal(families.judge(8, 2), 0, 'another kind')
  for (let i = 0; i < 50; i++) families.learn(7, 2, 99, 1000 * i)
  t.equal(families.judge(7, 2), 1, 'one address within an hour')
  for (let hour = 1; hour < 3; hour++) families.learn(7, 2, 99, hour * HOUR)
  t.equal(families.judge(7, 2), 0)
  const copy = new Ja4Families()
  copy.restore(JSON.parse(JSON.stringify(families.toJSON())))
  t.same([copy.judge(7, 3), copy.judge(7, 2)], [families.judge(7, 3), 0])
  t.end()
})

test('a popular fingerprint that fails as all do is no cluster, however many have it', (t) => {
  const clusters = new Ja4Clusters(10)
  let found = 0
  for (let i = 0; i < 5000; i++) if (clusters.observe(i % 4 === 0 ? 2 : 1, hashText(`${i % 300}`, 1), i % 3 === 0, i * 4000) !== null) found++
  t.equal(found, 0)
  for (let i = 0; i < 200; i++) if (clusters.observe(9, hashText(`bot ${i % 40}`, 1), true, 20_000_000 + i * 1000) !== null) found++
  t.ok(found > 100, `${found} of 200`)
  t.end()
})

test('a device is the same whatever is asked for, and whatever its version', (t) => {
  const lists = new HeaderLists(5)
  const layouts = new HeaderLayouts(5, [])
  const reader = new DeviceReader(5)
  const device = (rawHeaders: string[]): [number, number, number] => {
    const { device, fingerprint, agent } = reader.read(layouts.of(lists.read(rawHeaders)), rawHeaders)
    return [device, fingerprint, agent]
  }
  const get = ['Host', 'a', 'User-Agent', CHROME, 'Accept', 'text/html', 'Accept-Encoding', 'gzip', 'Accept-Language', 'en']
  const post = ['Host', 'a', 'Content-Type', 'application/json', 'User-Agent', CHROME, 'Accept', '*/*', 'Cookie', 'a=b', 'Origin', 'https://a', 'Accept-Encoding', 'gzip', 'Accept-Language', 'en', 'Content-Length', '5']
  const next = [...get]
  next[3] = CHROME.replace('139', '140')
  t.same(device(get), device(post))
  t.equal(device(next)[0], device(get)[0])
  t.not(device(next)[1], device(get)[1])
  t.not(device(['User-Agent', CHROME])[0], device(get)[0], 'no browser leaves its languages out')
  t.equal(device(['Upgrade', 'websocket', 'User-Agent', CHROME])[0], 0)
  t.equal(device([])[0], 0)
  t.end()
})

test('signals that are remembered come out as they went in, the oldest overwritten', (t) => {
  const recent = new RecentSignals(3)
  for (let i = 0; i < 5; i++) recent.add(i, 10 + i, 0xfffffff0 + i, i, 100 + i)
  const seen: number[][] = []
  recent.look(0, 103, null, (...signal) => seen.push(signal))
  t.same(seen, [[2, 12, 0xfffffff2, 2, 102], [3, 13, 0xfffffff3, 3, 103]])
  t.equal(recent.since, 102)
  t.end()
})

const ALL = new Set(SIGNAL_TYPES.map((_, type) => type))

test('a value that many have as ever is no correlation; one that many suddenly have is', (t) => {
  const store = new SignalStore(65_536)
  for (let i = 0; i < 4000; i++) {
    const client = hashText(`c${i % 400}`, 1)
    store.add(TYPE.ja4, hashText(`popular ${i % 3}`, 2), client, 0, i * 1800)
    store.add(TYPE.ip, client, client, 0, i * 1800)
  }
  const now = 4000 * 1800
  t.same(correlate(store, now / 2, now - 1, ALL, 10).filter(({ type }) => type !== 'temporal_correlation'), [])
  const clusterOf = 't13d1516h2_8daaf6152771_02713d6af862'
  for (const ja4 of [clusterOf, 't13d1517h2_8daaf6152771_b0da82dd1658']) {
    store.name(hashText(ja4, 3), ja4)
    for (let i = 0; i < 60; i++) store.add(TYPE.ja4, hashText(ja4, 3), hashText(`bot${i}`, 1), 0, now + i)
  }
  const found = correlate(store, now / 2, now + 1000, ALL, 10)
  t.match(found.find(({ type }) => type === 'entity_cluster'), { signal: 'ja4', count: 60, strength: 1 })
  t.match(found.find(({ type }) => type === 'fingerprint_family'), { variants: 2, count: 60, value: 't8daaf6152771' })
  t.match(found.find(({ type }) => type === 'temporal_correlation'), { value: null, strength: 1 })
  t.ok(found.find(({ value }) => value === clusterOf))
  t.equal(correlate(store, now / 2, now + 1000, ALL, 1).length, 1)
  t.end()
})

test('a token that several entities have is one where tokens have one each', (t) => {
  const store = new SignalStore(65_536)
  for (let i = 0; i < 300; i++) store.add(TYPE.bearer, hashText(`token ${i}`, 2), hashText(`c${i}`, 1), 0, i * 1000)
  for (let i = 0; i < 4; i++) store.add(TYPE.bearer, hashText('token 7', 2), hashText(`thief ${i}`, 1), 0, 300_000 + i)
  t.match(correlate(store, 0, 400_000, new Set([TYPE.bearer]), 10), [{ type: 'entity_cluster', signal: 'bearer', count: 5, strength: 0.5 }])
  t.end()
})
