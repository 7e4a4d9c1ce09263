import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { bodyCalls } from './body-calls'
import { budgetRows } from './budgets'
import type { BudgetRow } from './budgets'
import { compare } from './comparison'
import type { Comparison } from './comparison'
import { detectorCalls } from './detector-calls'
import type { DetectorCall } from './detector-calls'
import { pairedRounds } from './paired-rounds'
import type { Rounds } from './paired-rounds'
import { canPin, pinLoad } from './pinning'
import { readSettings } from './settings'
import type { Settings } from './settings'
import { table } from './table'
import type { Column } from './table'
import { textCalls } from './text-calls'
import type { TextCall } from './text-calls'

/* CPU microseconds per request over real sockets, bare Fastify against the collection: see README.md for what the figures mean. */

async function main (): Promise<void> {
  const settings = readSettings()
  if (settings === null) return
  pinLoad()
  const { variants, pairs, rounds, requests } = settings
  console.log(`${variants.length} variants, ${pairs} processes of each, ${rounds} rounds of ${requests} requests; ${canPin ? 'servers on core 0, load on core 1' : 'NOT pinned to cores: expect more noise'}`)
  const processes = await measure(settings)
  const comparisons = variants.map((variant) => compare(variant, processes))
  const budgets = budgetRows(processes)
  console.log(`\nCPU microseconds of the server process per request, over sockets\n\n${table(columns, comparisons)}`)
  if (budgets.length > 0) console.log(`\nbudgets (docs/hot-path.md)\n\n${table(budgetColumns, budgets)}`)
  const calls = settings.calls === 0 ? [] : [...await detectorCalls(settings.calls), ...bodyCalls(settings.calls)]
  if (calls.length > 0) console.log(`\nnanoseconds per request, in process, least of ${settings.calls} runs\n\n${table(callColumns, calls)}`)
  const texts = settings.calls === 0 ? [] : textCalls(settings.calls)
  if (texts.length > 0) console.log(`\nmicroseconds that injection takes for a text of 4,096 characters, in process (budget: 20)\n\n${table(textColumns, texts)}`)
  if (settings.json !== undefined) writeFileSync(settings.json, `${JSON.stringify(report(settings, comparisons, budgets, calls, texts), null, 2)}\n`)
}

async function measure (settings: Settings): Promise<Rounds[]> {
  const pairs: Rounds[] = []
  while (pairs.length < settings.pairs) {
    pairs.push(await pairedRounds(settings.variants, settings, pairs.length))
    process.stderr.write(`processes ${pairs.length} of ${settings.pairs} measured\n`)
  }
  return pairs
}

const columns: Array<Column<Comparison>> = [
  ['variant', ({ variant }) => variant],
  ['routes', ({ routes }) => String(routes)],
  ['us', ({ cpu }) => cpu.median.toFixed(1)],
  ['ratio', ({ ratio }) => ratio.median.toFixed(3)],
  ['quartiles', ({ ratio }) => `${ratio.lower.toFixed(3)}-${ratio.upper.toFixed(3)}`],
  ['by process', ({ ratioByPair }) => `${Math.min(...ratioByPair).toFixed(3)}-${Math.max(...ratioByPair).toFixed(3)}`],
  ['added us', ({ added }) => added.median.toFixed(2)],
  ['quartiles', ({ added }) => `${added.lower.toFixed(1)} to ${added.upper.toFixed(1)}`],
  ['total ratio', ({ totalRatio }) => totalRatio.toFixed(3)]
]

const budgetColumns: Array<Column<BudgetRow>> = [
  ['budget', ({ budget }) => budget],
  ['at most', ({ limit, unit }) => shown(limit, unit)],
  ['measured', ({ measured, unit }) => shown(measured.median, unit)],
  ['quartiles', ({ measured, unit }) => `${shown(measured.lower, unit)} to ${shown(measured.upper, unit)}`],
  ['', ({ measured, limit }) => measured.median <= limit ? 'met' : 'NOT MET']
]

function shown (value: number, unit: BudgetRow['unit']): string {
  return unit === 'ratio' ? value.toFixed(2) : `${value.toFixed(1)} us`
}

const callColumns: Array<Column<DetectorCall>> = [
  ['part', ({ part }) => part],
  ['judge ns', ({ judge }) => judge.toFixed(0)],
  ['learn ns', ({ learn }) => learn.toFixed(0)]
]

const textColumns: Array<Column<TextCall>> = [
  ['text', ({ kind }) => kind],
  ['tokens', ({ tokens }) => tokens.toFixed(0)],
  ['us', ({ us }) => us.median.toFixed(1)],
  ['quartiles', ({ us }) => `${us.lower.toFixed(1)} to ${us.upper.toFixed(1)}`]
]

function report ({ variants, json, ...options }: Settings, comparisons: readonly Comparison[], budgets: readonly BudgetRow[], calls: readonly DetectorCall[], texts: readonly TextCall[]): object {
  const fastify = JSON.parse(readFileSync(require.resolve('fastify/package.json'), 'utf8')) as { version: string }
  return { node: process.version, fastify: fastify.version, cpu: cpus()[0]?.model ?? '', pinned: canPin, options, comparisons, budgets, calls, texts }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
