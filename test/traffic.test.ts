import Fastify from 'fastify'
import { test } from 'tap'
import type { TrafficEntry } from '../bench/traffic/entry'
import { attackKinds, attackSuite, generate } from '../bench/traffic/generate'
import { legacyAttackKinds } from '../bench/traffic/legacy-attacks'
import { generateLegacy, legacyAttackSuite } from '../bench/traffic/legacy-shop'
import { asInjection, pathOf } from '../bench/traffic/live'
import { matchRoute, routes } from '../bench/traffic/routes'
import { shopApi } from '../bench/traffic/shop-api'

test('the same seed makes the same traffic, another seed other traffic', async (t) => {
  const options = { seed: 11, requests: 1500, attackShare: 0.02, deployAt: 700 }
  t.equal(textOf(generate(options)), textOf(generate(options)))
  t.not(textOf(generate(options)), textOf(generate({ ...options, seed: 12 })))
  t.equal(textOf(generateLegacy(options)), textOf(generateLegacy(options)))
  t.not(textOf(generateLegacy(options)), textOf(generateLegacy({ ...options, seed: 12 })))
})

test('entries are HAR entries that ascend in time, with labels, in the number and share asked for', async (t) => {
  for (const entries of [[...generate({ seed: 4, requests: 4000, attackShare: 0.05 })], [...generateLegacy({ seed: 4, requests: 4000, attackShare: 0.05 })]]) {
    t.equal(entries.length, 4000)
    const attacks = entries.filter(({ _label: label }) => label === 'attack')
    t.ok(attacks.length > 150 && attacks.length < 250, `${attacks.length} attacks`)
    t.same(entries.filter((entry) => !isWellFormed(entry)), [])
    t.ok(entries.every((entry, i) => i === 0 || entry.startedDateTime >= (entries[i - 1] as TrafficEntry).startedDateTime))
    t.ok(entries.every(({ _label: label, _attack: attack }) => (label === 'attack') === (attack !== undefined)))
  }
})

test('ordinary traffic is the same with attacks and without', async (t) => {
  const benign = [...generate({ seed: 8, requests: 1000, attackShare: 0.1 })].filter(({ _label: label }) => label === 'benign')
  t.equal(textOf(benign), textOf([...generate({ seed: 8, requests: 1000 })].slice(0, benign.length)))
})

test('ordinary clients use every route, the rarest now and then', async (t) => {
  t.ok(routes().length >= 30)
  const counts = new Map<string, number>(routes().map(({ name }) => [name, 0]))
  for (const { request } of generate({ seed: 5, requests: 6000 })) {
    const name = matchRoute(request.method, pathOf(request.url).split('?', 1)[0] as string)?.route.name ?? 'none'
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  t.equal(counts.get('none'), undefined)
  t.same([...counts].filter(([, count]) => count < 6), [])
})

test('a deployment adds a field and a header that were never there before', async (t) => {
  const entries = [...generate({ seed: 6, requests: 6000, deployAt: 3000 })]
  for (const sign of ['delivery_slot=', 'X-App-Build']) {
    t.notOk(entries.slice(0, 3000).some((entry) => JSON.stringify(entry.request).includes(sign)))
    t.ok(entries.slice(3000).filter((entry) => JSON.stringify(entry.request).includes(sign)).length > 10)
  }
})

test('the suites hold every kind of attack, series by series', async (t) => {
  const entries = [...attackSuite({ seed: 7, perKind: 3 })]
  t.same([...new Set(entries.map(({ _attack: attack }) => attack))].sort(), attackKinds.map(({ name }) => name).sort())
  for (const { name, series } of attackKinds) {
    const found = entries.filter(({ _attack: attack }) => attack === name)
    if (series) t.equal(new Set(found.map(({ _series: id }) => id)).size, 1)
    else t.equal(found.length, 3)
  }
  t.same(entries.filter((entry) => !isWellFormed(entry)), [])
  t.same([...new Set([...legacyAttackSuite({ seed: 7, perKind: 1, kinds: legacyAttackKinds })].map(({ _attack: attack }) => attack))].sort(), [...legacyAttackKinds].sort())
  t.throws(() => [...generate({ seed: 1, requests: 1, attackShare: 0.1, attacks: ['sleight-of-hand'] })], RangeError)
})

test('the live shop answers as recorded', async (t) => {
  let incident: TrafficEntry['_incident']
  const app = Fastify()
  await app.register(shopApi({ incident: () => incident ?? null }))
  t.teardown(async () => await app.close())
  const entries = [...generate({ seed: 9, requests: 1500, deployAt: 1000 }), ...attackSuite({ seed: 9, perKind: 4, attacks: ['reply-oversized', 'reply-retyped', 'enum', 'unseen-method', 'out-of-range'] })]
  const different: string[] = []
  for (const entry of entries) {
    incident = entry._incident
    const reply = await app.inject(asInjection(entry))
    const { status, content, headers } = entry.response
    const isSame = reply.statusCode === status && reply.body === content.text && ['location', 'etag', 'set-cookie', 'content-type', 'content-length'].every((name) => {
      const recorded = headers.find((header) => header.name.toLowerCase() === name)?.value
      return recorded === undefined || String(reply.headers[name]) === recorded
    })
    if (!isSame) different.push(`${entry.request.method} ${entry.request.url}: ${status} ${content.size}, live ${reply.statusCode} ${reply.body.length}`)
  }
  t.same(different, [])
})

function textOf (entries: Iterable<TrafficEntry>): string { return [...entries].map((entry) => JSON.stringify(entry)).join('\n') }

function isWellFormed ({ startedDateTime, time, request, response }: TrafficEntry): boolean {
  return !Number.isNaN(Date.parse(startedDateTime)) && time >= 0 && /^[A-Z]+$/.test(request.method) && /^https?:\/\/[^/]+\//.test(request.url) && !/\s/.test(request.url) &&
    request.headers.length > 1 && request.headers.every(({ name, value }) => /^[\w-]+$/.test(name) && /^[\x20-\x7e]*$/.test(value)) &&
    (request.postData === undefined || Buffer.byteLength(request.postData.text) === request.bodySize) &&
    response.content.size === Buffer.byteLength(response.content.text)
}
