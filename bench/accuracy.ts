import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { RecordingClock } from '../bin/recording-clock'
import { ReplayApp } from '../bin/replay-app'
import type { Outcome } from '../bin/replay-app'
import { UNLIMITED } from '../bin/routes'
import type { RouteTable } from '../bin/routes'
import type { ValueEvidence, ValueExpectation } from '../lib/detectors/value-judge'
import { exchangeOf } from '../lib/har'
import { legacyAttackKinds } from './traffic/legacy-attacks'
import { generateLegacy, legacyAttackSuite } from './traffic/legacy-shop'
import { attackKinds, attackSuite, generate } from './traffic/generate'
import type { TrafficEntry } from './traffic/generate'
import { pathOf } from './traffic/live'
import { routes as shopRoutes } from './traffic/routes'
import { seedsOf } from './seeds'

/** Ingredients of attacks that later detectors are for: reported apart. */
const LATER = new Set(['free-text', 'authentication', 'behaviour'])
/** Kinds of series that auth-burst and trends are for. */
const LATER_KINDS = new Set(['credential-stuffing', 'password-guessing', 'enumeration', 'scraping'])

/** Figures of one run; `trends`: signals of the plugin trends about ordinary requests, flagged or not. */
interface Run { seed: number, learned: number, benign: number, falsePositives: number, trends: Record<string, number>, byKind: Record<string, { caught: number, of: number }> }

/**
 * Detection rates on generated traffic: learn, freeze, judge unseen ordinary traffic and each kind of attack, for some
 * seeds and some amounts learned. Series count as one attack, caught where anything of it is flagged or where a
 * finding over many requests (an episode) is made; what goes wrong behind a route also where
 * an episode of the route opens. `--kinds` names the kinds of attack to try; `--live` goes on learning while it judges, as in production; `--without trends` leaves a plugin out.
 */
async function main (): Promise<void> {
  const { values } = parseArgs({
    options: {
      app: { type: 'string', default: 'shop' },
      seeds: { type: 'string', default: '101,102,103,104,105,106,107,108,109,110' },
      learn: { type: 'string', default: '5000' },
      detect: { type: 'string', default: '5000' },
      suite: { type: 'string', default: '20' },
      kinds: { type: 'string', default: '' },
      poison: { type: 'string', default: '0' },
      json: { type: 'string' },
      without: { type: 'string', default: '' },
      live: { type: 'boolean', default: false },
      misses: { type: 'boolean', default: false }
    }
  })
  const runs: Run[] = []
  for (const learned of values.learn.split(',').map(Number)) {
    const amount: Run[] = []
    for (const seed of seedsOf(values.seeds)) {
      amount.push(await measure(values.app, seed, learned, Number(values.detect), Number(values.suite), values.kinds, Number(values.poison), values.misses, values.without, values.live))
    }
    runs.push(...amount)
    report(values.app, learned, amount, learned === Number(values.learn.split(',').at(-1)))
  }
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(runs, null, 2))
}

async function measure (app: string, seed: number, learned: number, benign: number, suite: number, kinds: string, poison: number, misses: boolean, without: string, live: boolean): Promise<Run> {
  const isLegacy = app === 'legacy'
  const learning: TrafficEntry[] = []
  const ordinary: TrafficEntry[] = []
  const traffic = isLegacy
    ? generateLegacy({ seed, requests: learned + benign, attackShare: poison })
    : generate({ seed, requests: learned + benign, attackShare: poison })
  for (const entry of traffic) {
    if (learning.length < learned) learning.push(entry)
    else if (entry._label === 'benign') ordinary.push(entry)
  }
  const clock = new RecordingClock()
  const table: RouteTable = { routes: isLegacy ? routesOf(learning) : shopRoutes().map(({ method, url }) => ({ method: [method], url, config: {} })), router: { maxParamLength: UNLIMITED }, exposeHeadRoutes: false }
  const replay = await ReplayApp.create(table, { clock, secret: `accuracy of seed ${seed}`, learnFrom: 'any', ...Object.fromEntries(without.split(',').filter(Boolean).map((name) => [name, false])) }, clock)
  const samples = new Map<string, number>()
  for (let i = 0; i < learning.length; i++) {
    const { route } = await step(replay, learning[i] as TrafficEntry, i)
    samples.set(String(route), (samples.get(String(route)) ?? 0) + 1)
  }
  if (!live) replay.anomalies.freeze()
  const run: Run = { seed, learned, benign: ordinary.length, falsePositives: 0, trends: {}, byKind: {} }
  for (let i = 0; i < ordinary.length; i++) {
    const outcome = await step(replay, ordinary[i] as TrafficEntry, i)
    for (const { type, detector } of outcome.signals) if (detector === 'trends') run.trends[type] = (run.trends[type] ?? 0) + 1
    if (outcome.flagged) {
      run.falsePositives++
      if (misses) console.log(`false alarm, seed ${seed}: ${wordsOf(ordinary[i] as TrafficEntry, outcome, samples)}`)
    }
  }
  const wanted = kinds === '' ? undefined : kinds.split(',')
  const attacks = isLegacy ? legacyAttackSuite({ seed: seed + 7000, perKind: suite, kinds: wanted ?? legacyAttackKinds }) : attackSuite({ seed, perKind: suite, ...wanted && { attacks: wanted } })
  const series = new Map<string, { kind: string, caught: boolean }>()
  let index = 0
  let isTold = false
  replay.anomalies.on('anomaly', ({ detector, requestId, episode }) => {
    if (detector === 'endpoint-profiler' && requestId === '' && episode?.state === 'open') isTold = true
  })
  for (const entry of attacks) {
    isTold = false
    const outcome = await step(replay, entry, index++)
    const kind = entry._attack as string
    const isCaught = outcome.flagged || (isTold && entry._incident !== undefined) || (entry._series !== undefined && outcome.signals.some((signal) => signal.severity >= 4))
    if (entry._series !== undefined) {
      const known = series.get(entry._series)
      series.set(entry._series, { kind, caught: isCaught || known?.caught === true })
      continue
    }
    count(run, kind, isCaught)
    if (misses && !isCaught && !isLater(kind)) console.log(`missed, seed ${seed}: ${kind} ${wordsOf(entry, outcome, samples)}`)
  }
  for (const { kind, caught } of series.values()) count(run, kind, caught)
  await replay.close()
  return run
}

/** A request and what was found about it: field, type, risk, ingredients, estimated chance, values learned, the value as events show it. */
function wordsOf ({ request, _clientIp: client }: TrafficEntry, { route, signals }: Outcome, samples: ReadonlyMap<string, number>): string {
  const findings = signals.map(({ field, type, risk, actual, expected }) => {
    const { ingredients, unseenMass, sample } = (actual ?? {}) as Partial<ValueEvidence>
    const learned = (expected as Partial<ValueExpectation> | undefined)?.samples ?? expected
    return `${field} ${type} ${risk.toFixed(1)} ${String(ingredients ?? '')} ${unseenMass ?? ''} n=${JSON.stringify(learned)} ${sample ?? ''}`
  })
  return `(route learned ${samples.get(String(route)) ?? 0}) ${JSON.stringify(client ?? '')} ${request.method} ${request.url.slice(0, 100)} ${request.postData?.text.slice(0, 400) ?? ''} ${findings.join(' | ')}`
}

async function step (replay: ReplayApp, entry: TrafficEntry, index: number): Promise<Outcome> {
  if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  return await replay.replay(exchangeOf(entry), true)
}

function count (run: Run, kind: string, isCaught: boolean): void {
  const figure = run.byKind[kind] ?? { caught: 0, of: 0 }
  run.byKind[kind] = figure
  figure.of++
  if (isCaught) figure.caught++
}

function routesOf (entries: readonly TrafficEntry[]): RouteTable['routes'] {
  const seen = new Map<string, { method: string[], url: string, config: object }>()
  for (const { request } of entries) {
    const url = (pathOf(request.url).split('?')[0] as string).replaceAll(':', '::')
    seen.set(`${request.method} ${url}`, { method: [request.method], url, config: {} })
  }
  return [...seen.values()] as RouteTable['routes']
}

function isLater (kind: string): boolean {
  const about = attackKinds.find(({ name }) => name === kind)
  return LATER_KINDS.has(kind) || (about !== undefined && LATER.has(about.ingredient))
}

function report (app: string, learned: number, runs: readonly Run[], isLast: boolean): void {
  const benign = runs.reduce((sum, run) => sum + run.benign, 0)
  const alarms = runs.reduce((sum, run) => sum + run.falsePositives, 0)
  const kinds = new Map<string, { caught: number, of: number }>()
  for (const run of runs) {
    for (const [kind, { caught, of }] of Object.entries(run.byKind)) {
      const sum = kinds.get(kind) ?? { caught: 0, of: 0 }
      kinds.set(kind, { caught: sum.caught + caught, of: sum.of + of })
    }
  }
  const aimedAt = [...kinds].filter(([kind]) => !isLater(kind))
  const caught = aimedAt.reduce((sum, [, figure]) => sum + figure.caught, 0)
  const all = aimedAt.reduce((sum, [, figure]) => sum + figure.of, 0)
  const below = aimedAt.filter(([, figure]) => figure.caught / figure.of < 0.95).length
  console.log(`${app}  learned ${learned}  FPR ${(alarms / benign).toFixed(5)} (${alarms} of ${benign})  TPR ${(caught / all).toFixed(4)}  kinds below 95 %: ${below} of ${aimedAt.length}`)
  const trends: Record<string, number> = {}
  for (const run of runs) for (const [type, n] of Object.entries(run.trends)) trends[type] = (trends[type] ?? 0) + n
  if (Object.keys(trends).length > 0) console.log(`  signals of trends about ordinary requests: ${Object.entries(trends).map(([type, n]) => `${type} ${n}`).join(', ')}`)
  if (!isLast) return
  for (const [kind, figure] of [...kinds].sort((a, b) => a[1].caught / a[1].of - b[1].caught / b[1].of)) {
    console.log(`  ${kind.padEnd(24)} ${(figure.caught / figure.of).toFixed(3)}  of ${figure.of}${isLater(kind) ? '  (a later detector\'s)' : ''}`)
  }
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
