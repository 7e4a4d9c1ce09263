import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { memoryCases } from './memory-cases'
import type { MemoryCase, MemoryReport } from './memory-cases'
import { table } from './table'
import type { Column } from './table'

/* Memory of what the collection has learned and counts, against the same application without it: see README.md. */

interface MemoryRow extends MemoryReport {
  case: string
  /** Bytes in use beyond those of the application without the collection at the same mark. */
  added: number
}

const MEBIBYTE = 1024 * 1024

async function main (): Promise<void> {
  const names = memoryCases.map(({ name }) => name)
  const { values } = parseArgs({ options: { cases: { type: 'string', default: names.join(',') }, json: { type: 'string' } } })
  const rows: MemoryRow[] = []
  for (const name of values.cases.split(',')) {
    const plan = memoryCases.find((candidate) => candidate.name === name)
    if (plan === undefined) throw new RangeError(`--cases: no case is named '${name}'; there are ${names.join(', ')}`)
    console.log(`${plan.name}: ${plan.about}`)
    rows.push(...await rowsOf(plan))
  }
  console.log(`\nMiB after full collections: heap, array buffers, and what both are above the application without the collection\n\n${table(columns, rows)}`)
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`)
}

async function rowsOf ({ name }: MemoryCase): Promise<MemoryRow[]> {
  const [observed, bare] = await Promise.all([reportsOf(name, 'with'), reportsOf(name, 'without')])
  return observed.map((report, mark) => ({ case: name, ...report, added: inUse(report) - inUse(bare[mark]!) }))
}

function inUse ({ heapUsed, arrayBuffers }: MemoryReport): number {
  return heapUsed + arrayBuffers
}

/** Runs the case in a process of its own. */
function reportsOf (name: string, observed: 'with' | 'without'): Promise<MemoryReport[]> {
  return new Promise((resolve, reject) => {
    const reports: MemoryReport[] = []
    const child = fork(join(__dirname, 'memory-subject.js'), [name, observed], { execArgv: ['--expose-gc'] })
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
  ['active baselines', ({ active }) => String(active)],
  ['events', ({ events }) => String(events)]
]

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
