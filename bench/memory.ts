import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { distinctCases, manyRoutes } from './memory-cases'
import type { MemoryCase, MemoryReport } from './memory-cases'
import type { Observed } from './memory-subject'
import { table } from './table'
import type { Column } from './table'

/* Memory of what the collection has learned and counts, against the same application without it: see README.md. */

interface MemoryRow extends MemoryReport {
  case: string
  /** Bytes in use beyond those of the application without the collection at the same mark. */
  added: number
  /** Of that, what the traffic made: the rest is the hooks that Fastify keeps with each route. */
  learned: number
}

const MEBIBYTE = 1024 * 1024

async function main (): Promise<void> {
  const { values } = parseArgs({ options: { cases: { type: 'string' }, routes: { type: 'string', default: '10000' }, profilers: { type: 'boolean', default: false }, json: { type: 'string' } } })
  const routes = Number(values.routes)
  if (!Number.isInteger(routes) || routes < 10 || routes % 10 !== 0) throw new RangeError(`--routes must be a multiple of 10, not '${values.routes}'`)
  const plans = [manyRoutes(routes), ...distinctCases]
  const names = plans.map(({ name }) => name)
  const rows: MemoryRow[] = []
  for (const name of (values.cases ?? names.join(',')).split(',')) {
    const plan = plans.find((candidate) => candidate.name === name)
    if (plan === undefined) throw new RangeError(`--cases: no case is named '${name}'; there are ${names.join(', ')}`)
    console.log(`${plan.name}: ${plan.about}`)
    rows.push(...await rowsOf(plan, routes, values.profilers ? 'profilers' : 'with'))
  }
  console.log(`\nMiB after full collections: heap, array buffers, what both are above the application without the collection, and of that what traffic made\n\n${table(columns, rows)}`)
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`)
}

async function rowsOf ({ name }: MemoryCase, routes: number, who: Observed): Promise<MemoryRow[]> {
  const [observed, bare] = await Promise.all([reportsOf(name, who, routes), reportsOf(name, 'without', routes)])
  const added = observed.map((report, mark) => inUse(report) - inUse(bare[mark]!))
  return observed.map((report, mark) => ({ case: name, ...report, added: added[mark]!, learned: added[mark]! - added[0]! }))
}

function inUse ({ heapUsed, arrayBuffers }: MemoryReport): number {
  return heapUsed + arrayBuffers
}

/** Runs the case in a process of its own. */
function reportsOf (name: string, observed: Observed, routes: number): Promise<MemoryReport[]> {
  return new Promise((resolve, reject) => {
    const reports: MemoryReport[] = []
    const child = fork(join(__dirname, 'memory-subject.js'), [name, observed, String(routes)], { execArgv: ['--expose-gc'] })
    child.on('message', (report: MemoryReport) => reports.push(report))
    child.on('exit', (code) => {
      if (code === 0) resolve(reports)
      else reject(new Error(`the process of case '${name}' ended with code ${code}`))
    })
  })
}

const columns: Array<Column<MemoryRow>> = [
  ['case', (row) => row.case],
  ['requests', ({ requests }) => requests.toLocaleString('en-GB')],
  ['heap', ({ heapUsed }) => (heapUsed / MEBIBYTE).toFixed(1)],
  ['buffers', ({ arrayBuffers }) => (arrayBuffers / MEBIBYTE).toFixed(1)],
  ['added', ({ added }) => (added / MEBIBYTE).toFixed(1)],
  ['learned', ({ learned }) => (learned / MEBIBYTE).toFixed(1)],
  ['baselines', ({ baselines }) => String(baselines)],
  ['active', ({ active }) => String(active)],
  ['events', ({ events }) => String(events)]
]

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
