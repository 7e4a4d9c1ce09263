import { createHash } from 'node:crypto'
import { test } from 'tap'
import { buildApp } from '../fixtures/app'
import type { Answer, Ask, TestApp } from '../fixtures/app'

type Headers = Record<string, string>

const CLIENTS = 60
const HEADERS: Headers = { host: 'shop.example', 'user-agent': 'app/1.2', accept: 'application/json', 'x-app-version': '1.2.0', 'accept-language': 'de' }
const digest = (i: number): Buffer => createHash('md5').update(`release ${i}`).digest()
const uuid = (i: number): string => digest(i).toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
const item = (id: number | string, headers: Headers = HEADERS): Ask => ({ url: `/items/${id}`, headers })
const without = (name: string): Headers => Object.fromEntries(Object.entries(HEADERS).filter(([key]) => key !== name))
const find = (q: number | string, headers: Headers = HEADERS): Ask => ({ url: `/find?q=${q}`, headers })
const form = (ref: string): Ask => ({ method: 'POST', url: '/form', headers: { ...HEADERS, 'content-type': 'application/x-www-form-urlencoded' }, payload: `ref=${ref}` })

/** What a release changes, and what one client sends afterwards that is still no part of it. */
const RELEASES: { name: string, before: (i: number) => Ask, after: (i: number) => Ask, odd: Ask, field: string }[] = [
  { name: 'a header is no longer sent', before: (i) => item(1000 + i), after: (i) => item(1000 + i, without('accept-language')), odd: item(1000, without('x-app-version')), field: 'header.accept-language' },
  { name: 'a header of UUIDs is new', before: (i) => item(1000 + i), after: (i) => item(1000 + i, { ...HEADERS, 'x-request': uuid(i) }), odd: item(1000, { ...HEADERS, 'x-request': '{{7*7}}' }), field: 'header.x-request' },
  { name: 'a trace header is new', before: (i) => item(1000 + i), after: (i) => item(1000 + i, { ...HEADERS, traceparent: `00-${digest(i).toString('hex')}-${digest(i).toString('hex', 8)}-01` }), odd: item(1000, { ...HEADERS, traceparent: '00-{{7*7}}-01' }), field: 'header.traceparent' },
  { name: 'a header of base64 is new', before: (i) => item(1000 + i), after: (i) => item(1000 + i, { ...HEADERS, 'x-nonce': digest(i).toString('base64') }), odd: item(1000, { ...HEADERS, 'x-nonce': "1' OR '1'='1" }), field: 'header.x-nonce' },
  { name: 'a header of one value is new', before: (i) => item(1000 + i), after: (i) => item(1000 + i, { ...HEADERS, 'x-mode': 'Fast_Mode; q' }), odd: item(1000, { ...HEADERS, 'x-mode': '<jndi:ldap>' }), field: 'header.x-mode' },
  { name: 'ids in the path become UUIDs', before: (i) => item(1000 + i), after: (i) => item(uuid(i)), odd: item('7%20or%201=1--'), field: 'path.id' },
  { name: 'ids in the query become UUIDs', before: (i) => find(1000 + i), after: (i) => find(uuid(i)), odd: find('7%27%20or%201=1--'), field: 'query.q' },
  { name: 'ids in a form become UUIDs', before: (i) => form(`${1000 + i}`), after: (i) => form(uuid(i)), odd: form('7%27+or+1=1--'), field: 'form.ref' },
  { name: 'ids become addresses', before: (i) => item(1000 + i), after: (i) => item(`lamp${i % 90}@shop.example`), odd: item("a'or'1@x.org"), field: 'path.id' },
  { name: 'ids become slugs', before: (i) => item(1000 + i), after: (i) => item(`lamp-${['red', 'dark-blue', 'green'][i % 3]}-${i}`), odd: item('lamp-red-1;id'), field: 'path.id' }
]

async function shop (): Promise<TestApp> {
  return buildApp({}, (app) => {
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))))
    app.get('/items/:id', async () => ({ id: 1 }))
    app.get('/find', async () => ({ found: [] }))
    app.post('/form', async () => ({ ok: true }))
  })
}

/** How many of some requests are flagged. */
async function flagged ({ ask }: TestApp, count: number, make: (i: number) => Ask, client: (i: number) => number): Promise<number> {
  let all = 0
  for (let i = 0; i < count; i++) if ((await ask({ ...make(i), client: client(i) })).assessment.flagged) all++
  return all
}

const inTurn = (i: number): number => 100 + i % CLIENTS
const alone = (): number => 7
const fieldsOf = ({ assessment }: Answer): unknown[] => assessment.signals.map((signal) => signal.field)

for (const { name, before, after, odd, field } of RELEASES) {
  test(`a release: ${name}; it is reported until a few clients have shown it, then no more`, async (t) => {
    const shown = await shop()
    const { app, teach, ask } = shown
    await teach(600, before, CLIENTS)
    const heard: unknown[] = []
    app.anomalies.on('learned', ({ field }) => heard.push(field))
    const first = await flagged(shown, 60, after, inTurn)
    t.ok(first >= 1 && first <= 15, `${first} of the first 60`)
    t.equal(await flagged(shown, 200, (i) => after(60 + i), inTurn), 0, 'then none')
    t.ok(heard.includes(field), 'the promotion is told')
    t.ok(app.anomalies.baselines().some(({ promotions }) => promotions.some((promotion) => promotion.field === field)), 'and shown')
    const late = await ask({ ...odd, client: 7 })
    t.ok(late.assessment.flagged, 'what is no part of it is still flagged')
    await app.close()
  })

  test(`one client alone: ${name}; it stays reported`, async (t) => {
    const shown = await shop()
    await shown.teach(600, before, CLIENTS)
    t.equal(await flagged(shown, 40, after, alone), 40)
    await shown.app.close()
  })
}

test('one address that invents credentials is one principal', async (t) => {
  const shown = await shop()
  const bearing = (ask: Ask, i: number): Ask => ({ ...ask, headers: { ...ask.headers as Headers, authorization: `Bearer ${uuid(i)}` } })
  await shown.teach(600, (i) => bearing(item(1000 + i), i % CLIENTS), CLIENTS)
  t.equal(await flagged(shown, 40, (i) => bearing(item(uuid(i)), 1000 + i), alone), 40)
  await shown.app.close()
})

test('behind one proxy address credentials are the principals', async (t) => {
  const shown = await shop()
  const bearing = (ask: Ask, i: number): Ask => ({ ...ask, client: 1, headers: { ...ask.headers as Headers, authorization: `Bearer ${uuid(i % CLIENTS)}` } })
  await shown.teach(600, (i) => bearing(item(1000 + i), i))
  const few = await flagged(shown, 100, (i) => bearing(item(uuid(i)), i), () => 1)
  t.ok(few >= 1 && few <= 15, `${few} of 100`)
  await shown.app.close()
})

test('payloads of many clients make an id no free text', async (t) => {
  const shown = await shop()
  await shown.teach(600, (i) => find(1000 + i), CLIENTS)
  const payloads = ["' or 1=1--", '1;select pg_sleep(5)', '<script>alert(1)</script>', '../../../etc/passwd', '<ldap://x>', '{{7*7}}', '1 union select 1,2', '`id`', '$(id)', '1) or (1=1']
  await flagged(shown, 200, (i) => find(encodeURIComponent(payloads[i % payloads.length] as string + i)), inTurn)
  for (const value of ['red lamp', uuid(5), '9" onload="x', 'a b; c']) {
    const answer = await shown.ask({ ...find(encodeURIComponent(value)), client: 7 })
    t.ok(answer.assessment.flagged, value)
    t.strictSame(fieldsOf(answer), ['query.q'])
  }
  await shown.app.close()
})

test('one new value by many makes no other of its kind known', async (t) => {
  const shown = await shop()
  await shown.teach(600, (i) => find(['de', 'en', 'fr'][i % 3] as string), CLIENTS)
  t.ok(await flagged(shown, 60, () => find('es'), inTurn) <= 5)
  t.ok((await shown.ask({ ...find('zz'), client: 7 })).assessment.flagged)
  await shown.app.close()
})

test('a header that a few routes have ceased to require is required by none, but credentials are each route\'s matter', async (t) => {
  const routes = Array.from({ length: 10 }, (_, i) => `/part-${i}`)
  const shown = await buildApp({}, (app) => { for (const url of routes) app.get(url, async () => 'x') })
  const headers = { ...HEADERS, authorization: 'Bearer a.b' }
  await shown.teach(1000, (i) => ({ url: routes[i % 10] as string, headers: { ...headers, authorization: `Bearer ${uuid(i % CLIENTS)}` } }), CLIENTS)
  const bare = (i: number, name: string): Ask => ({ url: routes[i % 10] as string, headers: Object.fromEntries(Object.entries({ ...headers, authorization: `Bearer ${uuid(i % CLIENTS)}` }).filter(([key]) => key !== name)) })
  const languages = await flagged(shown, 300, (i) => bare(i, 'accept-language'), inTurn)
  t.ok(languages >= 3 && languages <= 40, `${languages} of 300`)
  for (let i = 0; i < 200; i++) await shown.ask({ ...bare(10 * i, 'authorization'), client: inTurn(i) })
  const other = await shown.ask({ ...bare(5, 'authorization'), client: 7 })
  t.ok(fieldsOf(other).includes('header.authorization'))
  await shown.app.close()
})

const PROBE: Headers = { host: '10.4.0.7:8080', 'user-agent': 'kube-probe/1.31', accept: '*/*', connection: 'close' }

test('a program that is alone of its kind is known after half a day, not sooner', async (t) => {
  const { ask, teach } = await shop()
  await teach(600, (i) => item(1000 + i), CLIENTS)
  const flagged: number[] = []
  for (let minute = 0; minute < 24 * 60; minute += 2) if ((await ask({ ...item(1000 + minute, PROBE), client: 7, after: 120_000 })).assessment.flagged) flagged.push(minute)
  t.ok(flagged.length > 100 && (flagged.at(-1) as number) >= 4 * 60, 'it is not known for having been there for a while')
  t.ok((flagged.at(-1) as number) <= 12 * 60, `the last alarm came after ${flagged.at(-1)} minutes`)
})

test('with anything else that is odd, time is no witness', async (t) => {
  const { ask, teach } = await shop()
  await teach(600, (i) => item(1000 + i), CLIENTS)
  let last = 0
  for (let minute = 0; minute < 24 * 60; minute += 2) if ((await ask({ ...item("7'or'1", PROBE), client: 7, after: 120_000 })).types.includes('header_value_anomaly')) last = minute
  t.ok(last > 23 * 60, `${last}`)
})
