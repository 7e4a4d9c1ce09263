import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { test } from 'tap'
import type { AnomaliesOptions } from '../../plugins'
import { buildApp } from '../fixtures/app'
import type { TestApp } from '../fixtures/app'

type Trends = Exclude<AnomaliesOptions['trends'], false>
type Text = string | string[]

/** First line of a scenario. */
interface Scenario { about: string, expect: string[], options?: Trends, places?: Record<string, { latitude: number, longitude: number }> }

/** So many requests, `every` milliseconds; `{i}`, `{i%n}` and `{i+n}` stand for numbers, a list is gone through in turn. */
interface Step {
  times: number
  every: number
  client: Text
  agent: Text
  bearer?: Text
  key?: Text
  cookie?: Text
  /** Claims; `exp` in seconds from now. */
  jwt?: Record<string, string | number>
  ja4?: Text
  ja4h?: Text
  status?: number | number[]
  method?: Text
  url?: string
  /** Whether it comes by a hop that the application does not trust. */
  untrusted?: boolean
}

const AGENTS: Readonly<Record<string, string>> = {
  chrome: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36',
  'chrome-next': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'chrome-later': 'Mozilla/5.0 (Windows NT 11.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0',
  iphone: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  safari: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  webview: 'Mozilla/5.0 (Linux; Android 15; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/139.0.0.0 Mobile Safari/537.36',
  okhttp: 'okhttp/4.12.0',
  exoplayer: 'MyApp/5.1 (Linux;Android 15) ExoPlayerLib/2.19.1',
  dalvik: 'Dalvik/2.1.0 (Linux; U; Android 15; Pixel 8)',
  app: 'MyApp/5.1.0',
  curl: 'curl/8.9.1',
  tool: 'sometool/1.0',
  'other-tool': 'othertool/1.0',
  'newest-browser': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Newest/1.0'
}
const UNTRUSTED = '203.0.113.250'
const folder = join(__dirname, '..', 'replays', 'trends')

/** Findings of what this file is about; other parts of the plugin have their own scenarios. */
const OURS = new Set(['session_hijack', 'session_sharing', 'token_reuse', 'fingerprint_change', 'rotation_pattern', 'impossible_travel', 'ja4_rotation_pattern', 'ja4_ip_cluster', 'ja4_browser_spoofing', 'ja4h_change'])

function textOf (text: Text | undefined, i: number): string {
  const one = Array.isArray(text) ? text[i % text.length] as string : text ?? ''
  return one.replace(/\{i(?:([%+])(\d+))?\}/g, (_, sign, n) => String(sign === '%' ? i % Number(n) : sign === '+' ? i + Number(n) : i))
}

function agentOf (name: string): string {
  const [, version] = /^chrome\/(\d+)$/.exec(name) ?? []
  return version === undefined ? AGENTS[name] as string : (AGENTS.chrome as string).replace('139', version)
}

function jwtOf (claims: Record<string, string | number>, i: number, now: number): string {
  const own = Object.entries(claims).map(([name, value]) => [name, name === 'exp' ? Math.floor(now / 1000) + Number(value) : typeof value === 'string' ? textOf(value, i) : value])
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'HS256' })}.${part(Object.fromEntries(own))}.c2lnbmF0dXJlIG9mIHRoZSB0ZXN0`
}

async function scenarioApp ({ options = {}, places }: Scenario): Promise<TestApp> {
  const geo = places === undefined ? {} : { geo: (ip: string) => Object.entries(places).find(([prefix]) => ip.startsWith(prefix))?.[1] ?? null }
  const answer = (request: FastifyRequest, reply: FastifyReply): unknown => reply.code(Number(request.headers['x-test-status'])).send({ done: true })
  return await buildApp({ endpointProfiler: false, headerProfiler: false, jsonSchemaLearner: false, authBurst: false, rateSpike: false, events: 10_000, trends: { ...options, ...geo } }, (app) => {
    app.get('/own', answer)
    app.post('/own', answer)
    app.get('/open', answer)
  }, { trustProxy: (address: string) => address !== UNTRUSTED })
}

/** Sends a step. @returns The types of what was found. */
async function play ({ ask, clock }: TestApp, step: Step, found: Set<string>): Promise<void> {
  for (let i = 0; i < step.times; i++) {
    const statuses = step.status ?? 200
    const token = step.jwt === undefined ? textOf(step.bearer, i) : jwtOf(step.jwt, i, clock.now())
    const headers = {
      'user-agent': agentOf(textOf(step.agent, i)),
      'accept-language': 'en',
      ...token === '' ? null : { authorization: `Bearer ${token}` },
      ...step.key === undefined ? null : { 'x-api-key': textOf(step.key, i) },
      ...step.cookie === undefined ? null : { cookie: textOf(step.cookie, i) },
      ...step.ja4 === undefined ? null : { 'x-ja4': textOf(step.ja4, i) },
      ...step.ja4h === undefined ? null : { 'x-ja4h': textOf(step.ja4h, i) },
      'x-test-status': String(Array.isArray(statuses) ? statuses[i % statuses.length] : statuses)
    }
    const method = (textOf(step.method, i) || 'GET') as 'GET'
    const { types } = await ask({ method, url: step.url ?? '/own', client: step.untrusted === true ? UNTRUSTED : textOf(step.client, i), after: step.every, headers })
    for (const type of types) if (OURS.has(type)) found.add(type)
  }
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.ndjson'))) {
  const [head = '', ...lines] = readFileSync(join(folder, file), 'utf8').trim().split('\n')
  const scenario = JSON.parse(head) as Scenario
  test(`${file}: ${scenario.about}`, async (t) => {
    const app = await scenarioApp(scenario)
    const found = new Set<string>()
    for (const line of lines) await play(app, JSON.parse(line) as Step, found)
    t.same([...found].sort(), [...scenario.expect].sort())
    const events = app.app.anomalies.query({ detector: 'trends', limit: 1000 }).events.filter(({ type }) => OURS.has(type))
    t.ok(scenario.expect.every((type) => events.some((event) => event.type === type && event.episode?.state === 'open')), 'each is an episode that opens')
    t.ok(events.length <= 4 * scenario.expect.length, `${events.length} events`)
    for (const event of events) t.ok(event.detail.length > 20 && !/undefined|NaN/.test(event.detail), event.detail)
    await app.app.close()
  })
}
