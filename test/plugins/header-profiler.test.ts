import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import type { AnomaliesOptions } from '../../plugins'
import { buildApp } from '../fixtures/app'
import type { Answer, Ask } from '../fixtures/app'

type Headers = Record<string, string | string[]>
interface Case {
  /** The sentence that is proved. */
  name: string
  type: string
  field: string
  ordinary?: (i: number) => Headers
  odd: Headers
}

const LANGUAGES = ['en', 'de-CH', 'fr'] as const
const browser = (i: number): Headers => ({
  'user-agent': `Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/${120 + i % 3}.0`,
  accept: 'text/html,application/xhtml+xml',
  'accept-language': LANGUAGES[i % 3] ?? 'en',
  cookie: `sid=${letters(i, 20)}; theme=${i % 2 === 0 ? 'dark' : 'light'}`
})
const without = (name: string): Headers => Object.fromEntries(Object.entries(browser(4)).filter(([key]) => key !== name))

/** A text of lower-case letters that follows from `i`. */
function letters (i: number, length: number): string {
  let state = i + 1
  let text = ''
  while (text.length < length) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    text += String.fromCharCode(97 + (state >>> 16) % 26)
  }
  return text
}

const cases: Case[] = [
  { name: 'a header that all clients of a class send is missed when it is not there', type: 'header_missing_required', field: 'header.accept-language', odd: without('accept-language') },
  { name: 'a header that clients of a class never send is unexpected', type: 'header_unexpected', field: 'header.x-debug', odd: { ...browser(4), 'x-debug': '1' } },
  { name: 'a character never seen in a header is an anomaly of its value', type: 'header_value_anomaly', field: 'header.accept-language', odd: { ...browser(4), 'accept-language': '{jndi:ldap}' } },
  {
    name: 'a header far longer than it ever is, is an anomaly of its length',
    type: 'header_length_anomaly',
    field: 'header.x-note',
    ordinary: (i) => ({ ...browser(i), 'x-note': letters(i, 5 + i % 8) }),
    odd: { ...browser(4), 'x-note': letters(9, 4000) }
  },
  {
    name: 'a header of far less entropy than its length has is an anomaly of its entropy',
    type: 'header_entropy_anomaly',
    field: 'header.x-trace',
    ordinary: (i) => ({ ...browser(i), 'x-trace': letters(i, 24) }),
    odd: { ...browser(4), 'x-trace': 'a'.repeat(24) }
  },
  { name: 'the usual headers in an order that the class never uses are an anomaly of order', type: 'header_order_anomaly', field: 'headers', odd: Object.fromEntries(Object.entries(browser(4)).reverse()) },
  {
    name: 'two headers never sent together are an anomaly of the set',
    type: 'header_set_anomaly',
    field: 'headers',
    ordinary: (i) => ({ ...browser(i), [i % 2 === 0 ? 'x-mobile' : 'x-desktop']: '1' }),
    odd: { ...browser(4), 'x-mobile': '1', 'x-desktop': '1' }
  },
  { name: 'a header sent twice, where it never is, is a duplicate', type: 'header_duplicate', field: 'header.accept-language', odd: { ...browser(4), 'accept-language': ['en', 'de-CH'] } },
  {
    name: 'a header sent twice is a duplicate even where clients send names of their own',
    type: 'header_duplicate',
    field: 'header.accept-language',
    ordinary: (i) => ({ ...browser(i), [`x-${letters(i, 8)}`]: '1' }),
    odd: { ...browser(4), 'accept-language': ['en', 'de-CH'] }
  },
  { name: 'a cookie with a value unlike any before is an anomaly of its value', type: 'header_value_anomaly', field: 'cookie.theme', odd: { ...browser(4), cookie: `sid=${letters(4, 20)}; theme=<x>` } },
  { name: 'a cookie that no client sends is unexpected', type: 'header_unexpected', field: 'cookie.admin', odd: { ...browser(4), cookie: `sid=${letters(4, 20)}; theme=dark; admin=1` } }
]

for (const { name, type, field, ordinary = browser, odd } of cases) {
  test(name, async (t) => {
    const found = await taughtThenAsked({ endpointProfiler: false }, ordinary, odd)
    const signal = found.assessment.signals.find((each) => each.type === type && each.field === field)
    t.ok(signal, `${type} in ${field} among ${found.types.join()}`)
    t.equal(signal?.detector, 'header-profiler')
    t.match(signal?.detail, field.replace(/^.*\./, ''))
    t.same((await taughtThenAsked({ endpointProfiler: false, headerProfiler: false }, ordinary, odd)).types, [], 'nothing without the detector')
    t.same((await taughtThenAsked({ endpointProfiler: false }, ordinary, ordinary(200))).types, [], 'nothing for an ordinary request')
  })
}

async function taughtThenAsked (options: AnomaliesOptions, ordinary: (i: number) => Headers, odd: Headers): Promise<Answer> {
  const { ask, teach } = await buildApp(options)
  await teach(150, (i) => ({ url: '/search', headers: ordinary(i) }))
  return ask({ url: '/search', headers: odd })
}

function account (app: FastifyInstance): void {
  app.get('/search', async () => 'ok')
  app.get('/account', async () => 'ok')
}

const onAccount = (i: number): Ask => ({ url: '/account', headers: { ...browser(i), authorization: `Bearer ${letters(i, 12)}` } })

test('a header that only one route always gets is missed on that route alone', async (t) => {
  const { ask, teach } = await buildApp({ endpointProfiler: false, trends: false }, account)
  await teach(300, (i) => i % 2 === 0 ? { url: '/search', headers: browser(i) } : onAccount(i))
  const { assessment } = await ask({ url: '/account', headers: browser(4) })
  t.same(assessment.signals.map((signal) => [signal.type, signal.field]), [['header_missing_required', 'header.authorization']])
  t.same((await ask({ url: '/search', headers: browser(4) })).types, [])
})

test('minSamples of a route: so many of its requests make a header missed that all had', async (t) => {
  for (const [minSamples, isMissed] of [[20, true], [200, false]] as const) {
    const { ask, teach } = await buildApp({ endpointProfiler: false }, (app) => {
      app.get('/search', async () => 'ok')
      app.get('/account', { config: { anomalies: { headerProfiler: { minSamples } } } }, async () => 'ok')
    })
    await teach(300, (i) => i % 3 !== 0 ? { url: '/search', headers: browser(i) } : onAccount(i))
    t.equal((await ask({ url: '/account', headers: browser(4) })).types.includes('header_missing_required'), isMissed)
  }
})

test('a class of clients is judged by what it sends itself: another class may send less', async (t) => {
  const { ask, teach } = await buildApp({ endpointProfiler: false })
  const sdk = (i: number): Headers => ({ 'user-agent': `shop-sdk/1.${i % 3}`, accept: 'application/json' })
  await teach(300, (i) => ({ url: '/search', headers: i % 2 === 0 ? browser(i) : sdk(i) }))
  t.same((await ask({ url: '/search', headers: sdk(1) })).types, [])
  t.same((await ask({ url: '/search', headers: { ...browser(2), 'accept-language': [] } })).types.includes('header_missing_required'), true)
})

test('a kind of clients with few values of a header is judged by the entropy that all clients have', async (t) => {
  const kind = (i: number): Headers => ({ 'user-agent': `shop-sdk/1.${i % 3}`, 'x-trace': 'abcdefghijklmnop-abcdefghijklmnop' })
  for (const [others, isFound] of [[(i: number): Headers => ({ ...browser(i), 'x-trace': `${letters(i, 16)}-${letters(i + 7, 16)}` }), true], [browser, false]] as const) {
    const { ask, teach } = await buildApp({ endpointProfiler: false, injection: false, trends: false })
    await teach(400, (i) => ({ url: '/search', headers: i % 2 === 0 ? kind(i) : others(i) }))
    t.equal((await ask({ url: '/search', headers: { ...kind(1), 'x-trace': 'aaaaaaaaaaaaaaaa-aaaaaaaaaaaaaaaa' } })).types.includes('header_entropy_anomaly'), isFound)
  }
})

test('minSamples: so many requests of a class are learned before it has a say', async (t) => {
  for (const [minSamples, expected] of [[50, ['header_unexpected']], [500, []]] as const) {
    const { ask, teach } = await buildApp({ endpointProfiler: false, headerProfiler: { minSamples } })
    await teach(150, (i) => ({ url: '/search', headers: browser(i) }))
    t.same((await ask({ url: '/search', headers: { ...browser(4), 'x-debug': '1' } })).types, expected, `${minSamples}`)
  }
})

test('ignore: neither presence nor value of such a header counts', async (t) => {
  for (const [ignore, expected] of [[[], ['header_unexpected']], [['x-debug'], []]] as const) {
    const { ask, teach } = await buildApp({ endpointProfiler: false, headerProfiler: { ignore: [...ignore] } })
    await teach(150, (i) => ({ url: '/search', headers: browser(i) }))
    t.same((await ask({ url: '/search', headers: { ...browser(4), 'x-debug': '1' } })).types, expected)
  }
})

test('mode observe keeps what the detector finds from deciding, mode enforce does not', async (t) => {
  for (const [mode, status] of [['enforce', 403], ['observe', 200]] as const) {
    const { ask, teach } = await buildApp({ mode: 'enforce', blockAt: 40, endpointProfiler: false, headerProfiler: { mode } })
    await teach(150, (i) => ({ url: '/search', headers: browser(i) }))
    for (let i = 0; i < 15; i++) await ask({ url: '/search', headers: { ...browser(4), 'x-debug': '1' } })
    t.equal((await ask({ url: '/search', headers: browser(4) })).response.statusCode, status, mode)
  }
})

test('headers that several clients send after a deployment are known after three of them', async (t) => {
  const { app, ask, teach } = await buildApp({ endpointProfiler: false })
  await teach(150, (i) => ({ url: '/search', headers: browser(i) }))
  const alarms: boolean[] = []
  for (let client = 0; client < 6; client++) alarms.push((await ask({ url: '/search', client, headers: { ...browser(client), 'x-app-version': '7' } })).assessment.flagged)
  t.same(alarms, [true, true, true, false, false, false])
  t.ok(app.anomalies.baselines()[0]?.promotions.some((promotion) => promotion.field === 'headers'))
})

test('a header that several clients send, each in a list of its own, is known after three of them', async (t) => {
  const { app, ask, teach } = await buildApp({ endpointProfiler: false })
  await teach(150, (i) => ({ url: '/search', headers: browser(i) }))
  const alarms: boolean[] = []
  for (let client = 0; client < 6; client++) {
    const list = Object.entries({ ...browser(client), 'x-app-version': '7' })
    const found = await ask({ url: '/search', client, headers: Object.fromEntries([...list.slice(client % 3), ...list.slice(0, client % 3)]) })
    alarms.push(found.assessment.signals.some((signal) => signal.type === 'header_unexpected'))
  }
  t.same(alarms, [true, true, true, false, false, false])
  t.ok(app.anomalies.baselines()[0]?.promotions.some((promotion) => promotion.field === 'header.x-app-version'))
})

test('neither a credential nor a cookie can be found in what is kept, shown or recorded', async (t) => {
  const { app, ask, teach } = await buildApp({}, account)
  await teach(150, onAccount)
  await ask({ url: '/account', headers: { ...browser(4), authorization: 'Bearer {swordfish}', cookie: 'sid={swordfish}; theme=swordfish' } })
  const { anomalies } = app
  const kept = JSON.stringify([anomalies.snapshot(), anomalies.baselines(), anomalies.query(), anomalies.topEntities(10)])
  t.notMatch(kept, 'swordfish')
  for (let i = 0; i < 150; i++) t.notOk(kept.includes(letters(i, 12)))
})

test('every header of every request may be new: nothing is reported where nothing settles', async (t) => {
  const { ask, teach } = await buildApp({ endpointProfiler: false })
  await teach(150, (i) => ({ url: '/search', headers: { ...browser(i), [`x-${letters(i, 6)}`]: '1' } }))
  t.notOk((await ask({ url: '/search', headers: { ...browser(4), 'x-another': '1' } })).assessment.flagged)
})

test('after a half-life an ordinary request is still ordinary, and a missing header still missed', async (t) => {
  const { ask, teach, clock } = await buildApp({ endpointProfiler: false, trends: false, halfLife: '1 day' }, account)
  await teach(400, (i) => i % 2 === 0 ? { url: '/search', headers: browser(i) } : onAccount(i))
  clock.advance(86_400_000)
  t.same((await ask({ url: '/search', headers: browser(4) })).types, [])
  t.same((await ask(onAccount(5))).types, [])
  t.same((await ask({ url: '/account', headers: browser(4) })).types, ['header_missing_required'])
  clock.advance(86_400_000)
  t.same((await ask({ url: '/search', headers: browser(4) })).types, [])
})

test('a user agent of no known kind counts fully where kinds have settled among many clients, and less where few are known or new ones keep coming', async (t) => {
  const script: Headers = { ...browser(4), 'user-agent': 'Harvester/1.0 (Grabs: all; now)' }
  const kinds = ['Gecko/20100101 Firefox/', 'AppleWebKit/537.36 Chrome/', 'AppleWebKit/605.1.15 Safari/', 'Presto/2.8 Version/']
  const usual = (i: number): Headers => ({ ...browser(i), 'user-agent': `Mozilla/5.0 (X11; Linux) ${kinds[i % 4] as string}${120 + i % 3}.0` })
  const varied = (i: number): Headers => i % 6 === 0 ? { ...browser(i), 'user-agent': `Mozilla/5.0 (X11; Linux) ${letters(i, 6)}/20100101 Firefox/121.0` } : usual(i)
  const scoreAfter = async (ordinary: (i: number) => Headers, clients: number): Promise<number> => {
    const { ask, teach } = await buildApp({ endpointProfiler: false, trends: false }, (app) => ['/0', '/1', '/2', '/3'].forEach((url) => app.get(url, async () => 'ok')))
    await teach(1600, (i) => ({ url: `/${i % 4}`, headers: ordinary(i) }), clients)
    return (await ask({ url: '/1', headers: script })).assessment.score
  }
  const [settled, few, open] = [await scoreAfter(usual, 1600), await scoreAfter(usual, 100), await scoreAfter(varied, 1600)]
  t.ok(settled >= 50, `${settled}`)
  t.ok(few < 50, `${few}`)
  t.ok(open < 50, `${open}`)
})

test('a new version of a known program, and languages that nobody had set, are ordinary', async (t) => {
  const { ask, teach } = await buildApp({ endpointProfiler: false, trends: false })
  const client = (i: number): Headers => ({ 'user-agent': `okhttp/4.${10 + i % 3}.0`, 'accept-language': i % 2 === 0 ? 'de-CH,de;q=0.9,en;q=0.8' : 'fr-CH,fr;q=0.9' })
  await teach(300, (i) => ({ url: '/search', headers: client(i) }), 40)
  const found = async (agent: string, languages: string): Promise<string[]> =>
    (await ask({ url: '/search', headers: { 'user-agent': agent, 'accept-language': languages } })).assessment.signals.map(({ field }) => field ?? '')
  t.same(await found('okhttp/5.0.0-alpha.14', 'pl'), [])
  t.same(await found("okhttp/4.12.0'--", 'pl'), ['header.user-agent'])
  t.same(await found('okhttp/4.12.0', '../pl'), ['header.accept-language'])
})

test('a program that nobody had yet alarms by no header alone while few clients are known; one of nobody\'s does', async (t) => {
  const { ask, teach } = await buildApp({ endpointProfiler: false, trends: false }, account)
  const programs: Headers[] = [{ 'user-agent': 'okhttp/4.12.0', 'accept-encoding': 'gzip' }, { 'user-agent': 'python-requests/2.32.3', 'accept-encoding': 'gzip, deflate', accept: '*/*' }, { 'user-agent': 'axios/1.7.7', accept: 'application/json' }]
  const ofAny = (i: number): Headers => i % 4 === 3 ? browser(i) : programs[i % 4] ?? {}
  await teach(400, (i) => ({ url: '/account', headers: { accept: '*/*', ...ofAny(i), authorization: `Bearer ${letters(i, 12)}` } }), 100)
  const credential = { authorization: 'Bearer qwertzuiopas' }
  for (const [client, agent] of ['Dart/3.5 (dart:io)', 'PostmanRuntime/7.42.0', 'Stripe/1.0 (+https://stripe.com/docs/webhooks)'].entries()) {
    const { assessment } = await ask({ client: 900 + client, url: '/account', headers: { 'user-agent': agent, 'accept-encoding': 'gzip', ...credential } })
    t.notOk(assessment.flagged, `${agent}: ${assessment.signals.map(({ detail }) => detail).join('; ')}`)
  }
  t.ok((await ask({ client: 910, url: '/account', headers: { ...browser(4), 'user-agent': 'kQ9x_Zt4B-v7'.repeat(5), ...credential } })).assessment.flagged, 'what is the name of no program')
  t.ok((await ask({ client: 911, url: '/account', headers: { 'user-agent': 'Dart/3.5 (dart:io)' } })).types.includes('header_missing_required'), 'a credential is the route\'s own matter, whoever asks')
})

test('the first upload, form or beacon of an application that has only seen JSON is no odd header, a payload in its place is', async (t) => {
  const built = await buildApp({}, (app) => {
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => done(null, body))
    app.post('/known', async () => 'ok')
    app.post('/new', async () => 'ok')
  })
  const post = (url: string, i: number, type: string): Ask => ({ method: 'POST', url, client: i % 9, headers: { ...browser(i), 'content-type': type }, payload: '{"a":1}' })
  await built.teach(200, (i) => post('/known', i, 'application/json'))
  for (const type of ['multipart/form-data; boundary=----WebKitFormBoundaryAbCdEf1234567', 'text/plain;charset=UTF-8', 'application/json; charset=utf-8', 'application/vnd.api+json']) {
    t.same((await built.ask(post('/new', 3, type))).types, [], type)
  }
  t.match((await built.ask(post('/new', 3, 'text/html;charset=<script>'))).types, ['header_value_anomaly'])
  t.match((await built.ask(post('/known', 3, 'text/plain;charset=UTF-8'))).types, ['content_type_mismatch'], 'where the route is known to take another, that is told')
})

test('that nobody has followed a script to a page yet makes sec-fetch-user no header that browsers always send', async (t) => {
  const { ask, teach } = await buildApp({ endpointProfiler: false, trends: false }, account)
  await teach(300, (i) => ({ url: '/search', headers: { ...browser(i), 'sec-fetch-mode': 'navigate', 'sec-fetch-user': '?1' } }))
  const missed = async (headers: Headers): Promise<boolean> => (await ask({ url: '/account', headers: { ...browser(4), ...headers } })).types.includes('header_missing_required')
  t.notOk(await missed({ 'sec-fetch-mode': 'navigate' }))
  t.ok(await missed({ 'sec-fetch-user': '?1' }), 'the mode is sent always')
})
