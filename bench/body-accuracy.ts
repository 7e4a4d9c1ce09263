import { parseArgs } from 'node:util'
import Ajv2020 from 'ajv/dist/2020'
import type { ValidateFunction } from 'ajv'
import { RecordingClock } from '../bin/recording-clock'
import { ReplayApp } from '../bin/replay-app'
import type { Outcome } from '../bin/replay-app'
import { UNLIMITED } from '../bin/routes'
import type { RouteTable } from '../bin/routes'
import { exchangeOf } from '../lib/har'
import { FORMATS, isOfFormat } from '../lib/text/value-format'
import { learnedSchemas } from '../plugins/learned-schemas'
import { bodyKinds, ShopBodies } from './traffic/bodies'
import { DeskBodies, deskRoutes } from './traffic/desk'
import type { TrafficEntry } from './traffic/entry'
import { routes as shopRoutes } from './traffic/routes'
import { seedsOf } from './seeds'

interface Figures { benign: number, alarms: number, accepted: number, byKind: Map<string, { caught: number, of: number }> }

/**
 * What json-schema-learner alone finds in JSON bodies: learn so many of each route, freeze, judge unseen ordinary bodies and each kind of tampering.
 * `--app` is `shop` or `desk`.
 */
async function main (): Promise<void> {
  const { values } = parseArgs({
    options: {
      app: { type: 'string', default: 'shop' },
      seeds: { type: 'string', default: '11-13' },
      learn: { type: 'string', default: '100,1000,3000' },
      detect: { type: 'string', default: '1000' },
      suite: { type: 'string', default: '100' },
      deploy: { type: 'boolean', default: false },
      misses: { type: 'boolean', default: false }
    }
  })
  for (const learned of values.learn.split(',').map(Number)) {
    if (values.deploy) {
      for (const seed of seedsOf(values.seeds)) await deployment(seed, learned, Number(values.detect))
      continue
    }
    const figures: Figures = { benign: 0, alarms: 0, accepted: 0, byKind: new Map() }
    for (const seed of seedsOf(values.seeds)) await measure(values.app, seed, learned, Number(values.detect), Number(values.suite), values.misses, figures)
    const rates = [...figures.byKind].map(([kind, { caught, of }]) => `${kind.slice(5)} ${(caught / of).toFixed(3)}`)
    console.log(`${values.app}  learned ${learned} a route  FPR ${(figures.alarms / figures.benign).toFixed(5)} (${figures.alarms} of ${figures.benign})  exported schemas accept ${(figures.accepted / figures.benign).toFixed(5)}\n  ${rates.join('  ')}`)
  }
}

async function measure (app: string, seed: number, learned: number, benign: number, suite: number, misses: boolean, figures: Figures): Promise<void> {
  const source = app === 'desk' ? new DeskBodies(seed) : new ShopBodies(seed)
  const routes = app === 'desk' ? deskRoutes : shopRoutes()
  const table: RouteTable = { routes: routes.map(({ method, url }) => ({ method: [method], url, config: {} })), router: { maxParamLength: UNLIMITED }, exposeHeadRoutes: false }
  const clock = new RecordingClock()
  const replay = await ReplayApp.create(table, { clock, secret: `bodies of seed ${seed}`, learnFrom: 'any', endpointProfiler: false, headerProfiler: false }, clock)
  for (let i = 0; i < learned; i++) for (const entry of source.ordinary()) await step(replay, entry)
  const schemas = compiled(replay)
  replay.anomalies.freeze()
  for (let i = 0; i < benign; i++) {
    for (const entry of source.ordinary()) {
      const outcome = await step(replay, entry)
      figures.benign++
      const accepts = schemas.get(`${entry.request.method} ${outcome.route}`)?.(JSON.parse(entry.request.postData?.text ?? 'null')) !== false
      if (accepts) figures.accepted++
      else if (misses) console.log(`not accepted: ${entry.request.method} ${outcome.route} ${entry.request.postData?.text.slice(0, 300)} ${JSON.stringify(schemas.get(`${entry.request.method} ${outcome.route}`)?.errors)}`)
      if (!outcome.flagged) continue
      figures.alarms++
      if (misses) console.log(`false alarm: ${describe(entry, outcome)}`)
    }
  }
  for (const kind of bodyKinds) {
    const figure = figures.byKind.get(kind) ?? { caught: 0, of: 0 }
    figures.byKind.set(kind, figure)
    for (let i = 0; i < suite; i++) {
      const entry = source.attack(kind)
      const outcome = await step(replay, entry)
      figure.of++
      if (outcome.flagged) figure.caught++
      else if (misses) console.log(`missed ${kind}: ${describe(entry, outcome)}`)
    }
  }
  await replay.close()
}

/** After so many bodies a route the shop's new release adds a member, while learning goes on: how many alarms does it raise, and when is the last? */
async function deployment (seed: number, learned: number, after: number): Promise<void> {
  const source = new ShopBodies(seed)
  const clock = new RecordingClock()
  const table: RouteTable = { routes: shopRoutes().map(({ method, url }) => ({ method: [method], url, config: {} })), router: { maxParamLength: UNLIMITED }, exposeHeadRoutes: false }
  const replay = await ReplayApp.create(table, { clock, secret: `deployment of seed ${seed}`, endpointProfiler: false, headerProfiler: false }, clock)
  for (let i = 0; i < learned; i++) for (const entry of source.ordinary()) await step(replay, entry)
  source.deploy()
  const alarms: number[] = []
  let others = 0
  for (let i = 0; i < after; i++) {
    for (const entry of source.ordinary()) {
      const { flagged, signals } = await step(replay, entry)
      if (!flagged) continue
      if (signals.some(({ field }) => field?.startsWith('body.placement'))) alarms.push(i)
      else others++
    }
  }
  const promoted = replay.anomalies.baselines().flatMap(({ promotions }) => promotions.map(({ field }) => field))
  console.log(`seed ${seed}: ${alarms.length} alarms of the new member, the last in request ${alarms.at(-1) ?? 0} of ${after}; ${others} of ${after * 11} others; promoted ${promoted.join()}`)
  await replay.close()
}

/** The learned schemas of requests, as functions. */
function compiled (replay: ReplayApp): Map<string, ValidateFunction> {
  const ajv = new Ajv2020({ strict: false })
  FORMATS.forEach((name, format) => ajv.addFormat(name, (text: string) => isOfFormat(format, text)))
  const schemas = new Map<string, ValidateFunction>()
  for (const state of replay.anomalies.routes.all()) {
    const request = learnedSchemas(replay.anomalies, state)?.request
    if (request !== null && request !== undefined) schemas.set(state.key, ajv.compile(request))
  }
  return schemas
}

let steps = 0

async function step (replay: ReplayApp, entry: TrafficEntry): Promise<Outcome> {
  if (++steps % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  return await replay.replay(exchangeOf(entry), true)
}

function describe ({ request }: TrafficEntry, { signals }: Outcome): string {
  const found = signals.map(({ type, field, risk, detail }) => `${field} ${type} ${Math.round(risk)} ${detail}`)
  return `${request.method} ${new URL(request.url).pathname} ${request.postData?.text.slice(0, 300)}\n    ${found.join('\n    ')}`
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
