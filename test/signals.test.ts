import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { RecordingClock } from '../bin/recording-clock'
import { ReplayApp } from '../bin/replay-app'
import { UNLIMITED } from '../bin/routes'
import { attackSuite, generate } from '../bench/traffic/generate'
import type { TrafficEntry } from '../bench/traffic/generate'
import { routes } from '../bench/traffic/routes'
import { exchangeOf } from '../lib/har'
import type { Signal } from '../lib/signal'

interface Range { least: number, most: number }
interface Documented { severity: Range, risk: Range }

const LEARNED = 3000
const KINDS = ['endpoint-profiler', 'header-profiler', 'json-schema-learner']

/** The ranges of severity and risk in docs/signals.md, by type. */
function documented (): Map<string, Documented> {
  const page = readFileSync(join(__dirname, '..', 'docs', 'signals.md'), 'utf8')
  const ranges = new Map<string, Documented>()
  for (const [, type, severity, risk] of page.matchAll(/^\| `([a-z_]+)` \| ([\d-]+) \| ([\d-]+) \|/gm)) ranges.set(type as string, { severity: rangeOf(severity as string), risk: rangeOf(risk as string) })
  return ranges
}

function rangeOf (text: string): Range {
  const [least = NaN, most = least] = text.split('-').map(Number)
  return { least, most }
}

/** All signals that made-up traffic and attacks on it raise, in an application that goes on learning and in one that is frozen. */
async function raised (): Promise<Signal[]> {
  const table = { routes: routes().map(({ method, url }) => ({ method: [method], url, config: {} })), router: { maxParamLength: UNLIMITED }, exposeHeadRoutes: false }
  const clock = new RecordingClock()
  const replay = await ReplayApp.create(table, { clock, secret: 'ranges of all signals', learnFrom: 'any' }, clock)
  const signals: Signal[] = []
  const step = async (entry: TrafficEntry): Promise<void> => { signals.push(...(await replay.replay(exchangeOf(entry), true)).signals as Signal[]) }
  for (const entry of generate({ seed: 23, requests: LEARNED })) await step(entry)
  replay.anomalies.freeze()
  for (const entry of attackSuite({ seed: 23, perKind: 12 })) await step(entry)
  await replay.close()
  return signals
}

test('docs/signals.md has the severities and risks that signals have', async (t) => {
  const ranges = documented()
  const found = new Map<string, Documented>()
  for (const { type, detector, severity, risk } of await raised()) {
    if (!KINDS.includes(detector)) continue
    const seen = found.get(type) ?? { severity: { least: 10, most: 1 }, risk: { least: 100, most: 0 } }
    found.set(type, seen)
    widen(seen.severity, severity)
    widen(seen.risk, Math.round(risk))
  }
  t.ok(found.size >= 14, `${found.size} types: ${[...found.keys()].join(', ')}`)
  for (const [type, seen] of found) {
    const told = ranges.get(type)
    for (const what of ['severity', 'risk'] as const) {
      t.ok(told !== undefined && told[what].least <= seen[what].least && seen[what].most <= told[what].most, `${type}: ${what} ${JSON.stringify(seen[what])}, told ${JSON.stringify(told?.[what])}`)
    }
  }
})

function widen (range: Range, value: number): void {
  range.least = Math.min(range.least, value)
  range.most = Math.max(range.most, value)
}
