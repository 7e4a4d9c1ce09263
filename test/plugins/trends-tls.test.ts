import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, get } from 'node:https'
import { connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { calculateJa4, readTlsClientHello } from 'read-tls-client-hello'
import { test } from 'tap'
import anomalies from '../../plugins'
import { ja4Of } from '../../lib/text/ja4'
import { SECRET } from '../fixtures/app'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'fastify-anomalies-tls-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

function has (command: string): boolean { return spawnSync(command, ['--version']).error === undefined }

/** What is missing on this machine is left out with a line, but fails where all has to be there. */
function missing (...commands: string[]): { skip?: string } {
  const lacking = commands.filter((command) => !has(command))
  return lacking.length === 0 || process.env.CI === 'true' ? {} : { skip: `not installed: ${lacking.join(', ')}` }
}

let pair: { key: Buffer, cert: Buffer } | null = null

/** A certificate for this run alone. */
function certificate (): { key: Buffer, cert: Buffer } {
  if (pair === null) {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' })
    pair = { key: readFileSync(key), cert: readFileSync(cert) }
  }
  return pair
}

async function start (isHttp2: boolean): Promise<{ app: FastifyInstance, url: string, count: () => Map<string, number> }> {
  const https = certificate()
  const app = (isHttp2 ? Fastify({ http2: true, https: { ...https, allowHTTP1: true } }) : Fastify({ https })) as unknown as FastifyInstance
  await app.register(anomalies, { secret: SECRET, trends: { ja4: 'tls' } })
  app.get('/', (request, reply) => { reply.type('text/html').send('<p>hello</p>') })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.addresses()[0] as { port: number }
  const count = (): Map<string, number> => new Map(app.anomalies.trends({ type: 'ja4' }).trends[0]?.topValues.map((top) => [top.value, top.count]))
  return { app, url: `https://localhost:${port}/`, count }
}

/** The one fingerprint that came anew while something was done, and how often. */
async function during (count: () => Map<string, number>, act: () => Promise<unknown>): Promise<[ja4: string, times: number][]> {
  const before = count()
  await act()
  return [...count()].filter(([value, times]) => times !== before.get(value)).map(([value, times]) => [value, times - (before.get(value) ?? 0)])
}

const byCurl = (url: string, ...more: string[]): Promise<unknown> => run('curl', ['-sk', '--noproxy', '*', '--resolve', `${new URL(url).host}:127.0.0.1`, ...more, url])

async function byNode (url: string): Promise<void> {
  const agent = new Agent({ rejectUnauthorized: false, maxCachedSessions: 0 })
  await new Promise<void>((resolve, reject) => {
    get(url, { agent, family: 4 }, (response) => response.resume().on('end', resolve)).on('error', reject)
  })
  agent.destroy()
}

const byChromium = (url: string): Promise<unknown> => run('chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-proxy-server', '--ignore-certificate-errors',
  `--user-data-dir=${mkdtempSync(join(folder, 'profile-'))}`, '--dump-dom', url], { timeout: 60_000 })

for (const isHttp2 of [false, true]) {
  test(`an https application (${isHttp2 ? 'HTTP/2' : 'HTTP/1'}) sees what curl and Node are by their TLS, alike at each connection`, missing('openssl', 'curl'), async (t) => {
    const { app, url, count } = await start(isHttp2)
    const curl = await during(count, async () => { for (let i = 0; i < 3; i++) await byCurl(url, isHttp2 ? '--http2' : '--http1.1') })
    const node = await during(count, async () => { for (let i = 0; i < 3; i++) await byNode(url) })
    t.same([curl.length, node.length], [1, 1], 'one fingerprint each')
    t.same([curl[0]?.[1], node[0]?.[1]], [3, 3])
    for (const [value] of [...curl, ...node]) t.match(value, /^t1[23]d\d{4}[a-z0-9]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/)
    t.not(curl[0]?.[0], node[0]?.[0])
    t.comment(`curl ${curl[0]?.[0]}, Node ${node[0]?.[0]}`)
    await app.close()
  })
}

test('requests of an HTTP/2 session have the fingerprint of its connection', missing('openssl', 'curl'), async (t) => {
  const { app, url, count } = await start(true)
  const session = connect(url, { rejectUnauthorized: false })
  for (let i = 0; i < 4; i++) {
    await new Promise<void>((resolve, reject) => { session.request({ ':path': '/' }).on('error', reject).on('end', resolve).resume().end() })
  }
  session.close()
  t.same([...count().values()], [4])
  await app.close()
})

test('Chromium is another TLS client than curl and Node, and the same in another run', { timeout: 150_000, ...missing('openssl', 'chromium') }, async (t) => {
  const { app, url, count } = await start(true)
  const first = await during(count, () => byChromium(url))
  const second = await during(count, () => byChromium(url))
  const others = [...await during(count, () => byCurl(url)), ...await during(count, () => byNode(url))].map(([value]) => value)
  t.ok(first.length >= 1 && second.length >= 1)
  t.ok(second.every(([value]) => first.some(([known]) => known === value)), `${JSON.stringify([first, second])}`)
  t.notOk(first.some(([value]) => others.includes(value)))
  t.equal(new Set([first[0]?.[0], ...others]).size, 3)
  t.comment(`Chromium ${first[0]?.[0]}`)
  await app.close()
})

test('ja4: \'tls\' needs an application with https', async (t) => {
  await t.rejects(async () => await Fastify().register(anomalies, { trends: { ja4: 'tls' } }), { code: 'FST_ANOMALIES_BAD_OPTION', message: /https/ })
})

const vectors = process.env.FASTIFY_ANOMALIES_JA4_VECTORS ?? ''

test('published JA4 vectors come out as published', existsSync(vectors) ? {} : { skip: 'FASTIFY_ANOMALIES_JA4_VECTORS names no file' }, async (t) => {
  const { ja4 } = JSON.parse(readFileSync(vectors, 'utf8')) as { ja4: { clientHello: string, ja4: string, transport: string }[] }
  let right = 0
  for (const vector of ja4) {
    const hello = Buffer.from(vector.clientHello, 'hex')
    const record = Buffer.concat([Buffer.from([22, 3, 1, hello.length >> 8, hello.length & 255]), hello])
    const computed = ja4Of(calculateJa4(await readTlsClientHello(Readable.from([record], { objectMode: false }))))
    // The library reads TCP; over QUIC the same hello differs in its first letter.
    const expected = vector.transport === 'quic' ? `t${vector.ja4.slice(1)}` : vector.ja4
    if (computed === expected) right++
    else t.comment(`${vector.ja4} came out as ${computed}`)
  }
  t.equal(right, ja4.length, `${right} of ${ja4.length}`)
})
