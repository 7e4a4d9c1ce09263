import { SignalStore } from '../lib/detectors/signal-store'
import { SIGNAL_TYPES, TYPE } from '../lib/detectors/signal-types'
import { hashText } from '../lib/text/keyed-hash'
import { correlationPage, trendPage } from '../plugins/trends/trend-page'
import { seededRandom } from './random'
import { table } from './table'

/*
 * A million signals over 24 simulated hours: what the store takes, and what queries about it cost. Run with --expose-gc.
 */

const SIGNALS = 1_000_000
const DAY_MS = 86_400_000
const START = Date.UTC(2026, 0, 5)
const CLIENTS = 20_000
const REPETITIONS = 40
/** Different values of each type, about as traffic has them. */
const VALUES: Readonly<Record<string, number>> = {
  jwt: 15_000,
  api_key: 50,
  session_cookie: 10_000,
  bearer: 5000,
  basic: 20,
  custom_auth: 10,
  http_fingerprint: 800,
  header_order: 60,
  client_hints: 200,
  accept_pattern: 90,
  ip: CLIENTS,
  tls_fingerprint: 20,
  asn: 300,
  geo: 40,
  ja4: 60,
  ja4h: 400,
  timing: 500,
  navigation: 2000,
  request_pattern: 1000,
  dlp_match: 5
}

function megabytes (): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 1e6
}

/** Few are seen often, many seldom. */
function skewed (random: () => number, most: number): number { return Math.floor(most * random() ** 2) }

function fill (store: SignalStore, types: readonly number[]): number {
  const random = seededRandom(5)
  const signals = Array.from({ length: SIGNALS }, (_, i) => {
    const type = types[i % types.length] as number
    return [type, hashText(`${type} ${skewed(random, VALUES[SIGNAL_TYPES[type] as string] as number)}`, 1), hashText(`c${skewed(random, CLIENTS)}`, 2)] as const
  })
  const started = process.cpuUsage()
  for (let i = 0; i < SIGNALS; i++) {
    const [type, value, entity] = signals[i] as readonly [number, number, number]
    store.add(type, value, entity, value, START + i * DAY_MS / SIGNALS)
  }
  const { user, system } = process.cpuUsage(started)
  return 1000 * (user + system) / SIGNALS
}

/** Median of the CPU time that `ask` takes, in milliseconds: all threads, so that collecting garbage counts, and other processes do not. */
function timeOf (ask: () => unknown): number {
  const times: number[] = []
  for (let i = 0; i < REPETITIONS; i++) {
    const { user, system } = process.cpuUsage()
    ask()
    const after = process.cpuUsage()
    times.push((after.user - user + after.system - system) / 1000)
  }
  return times.sort((a, b) => a - b)[REPETITIONS >> 1] as number
}

function measure (name: string, types: readonly number[]): Record<string, string> {
  const before = megabytes()
  const store = new SignalStore(131_072)
  const nanoseconds = fill(store, types)
  const added = megabytes() - before
  const now = START + DAY_MS - 1
  const from = START
  const ms = (ask: () => unknown): string => timeOf(ask).toFixed(2)
  return {
    signals: name,
    MB: added.toFixed(1),
    'ns a signal': nanoseconds.toFixed(0),
    'day, ms': ms(() => trendPage(store, { from, to: now }, now, () => 0)),
    'by minutes': ms(() => trendPage(store, { from, to: now, resolution: 'minute' }, now, () => 0)),
    'one type': ms(() => trendPage(store, { from, to: now, type: 'http_fingerprint' }, now, () => 0)),
    'one entity': ms(() => trendPage(store, { from, to: now, entity: 'somebody' }, now, () => hashText('c5', 2))),
    correlations: ms(() => correlationPage(store, {}, now, () => 0))
  }
}

const ordinary = ['jwt', 'ip', 'http_fingerprint', 'header_order', 'accept_pattern', 'client_hints', 'ja4', 'tls_fingerprint'] as const
const rows = [measure('of eight types', ordinary.map((name) => TYPE[name])), measure('of all twenty', SIGNAL_TYPES.map((_, type) => type))]
console.log(table(Object.keys(rows[0] as object).map((name) => [name, (row: Record<string, string>) => row[name] as string] as const), rows))
