import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { test } from 'tap'
import { main } from '../bin/fastify-anomalies'
import type { SpikesOfSeries } from '../bin/spikes'

const START = Date.UTC(2026, 0, 5)
const MINUTE = 60_000

async function run (...args: string[]): Promise<{ code: number, stdout: string, stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await main(['spikes', ...args], { stdout: { write: (text) => { stdout += text } }, stderr: { write: (text) => { stderr += text } } })
  return { code, stdout, stderr }
}

/** Counts a minute: 100 give or take some, and 5,000 at one row. */
function counts (rows: number, spikeAt: number): number[] {
  return Array.from({ length: rows }, (_, i) => i === spikeAt ? 5000 : 100 + (i * 7919) % 23 - 11)
}

function timestamp (row: number): string { return new Date(START + row * MINUTE).toISOString() }

function csvOf (values: readonly number[], header = 'timestamp,value\n'): string {
  return header + values.map((value, i) => `${timestamp(i).slice(0, 19).replace('T', ' ')},${value}\n`).join('')
}

function ndjsonOf (series: Record<string, readonly number[]>): string {
  return Object.entries(series).map(([name, values]) => `${JSON.stringify({ name, timestamps: values.map((_, i) => timestamp(i)), values })}\n`).join('')
}

function scoresIn (file: string): { name: string, scores: number[] }[] {
  return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line))
}

test('it finds the one row of a CSV file that is a spike, with and without a header, gzip\'d or not', async (t) => {
  for (const [name, bytes] of Object.entries({
    'counts.csv': csvOf(counts(400, 300)),
    'bare.csv': csvOf(counts(400, 300), ''),
    'quoted.csv': csvOf(counts(400, 300)).replace(/^(.+),(.+)$/gm, '"$1","$2"').replaceAll('\n', '\r\n'),
    'counts.csv.gz': gzipSync(csvOf(counts(400, 300)))
  })) {
    const file = join(t.testdir({ [name]: '' }), name)
    writeFileSync(file, bytes)
    const { code, stdout, stderr } = await run(file, '--format', 'json')
    t.equal(code, 0, stderr)
    const [found] = JSON.parse(stdout) as [SpikesOfSeries]
    t.equal(found.name, name.replace('.gz', ''))
    t.equal(found.rows, 400)
    t.same(found.spikes.map(({ value, direction }) => [value, direction]), [[5000, 'above']], name)
    t.equal(Date.parse(`${String(found.spikes[0]?.timestamp).replace(' ', 'T')}Z`), START + 300 * MINUTE)
  }
})

test('--out has a line a series, with a score from 0 to 1 a row, each from the past alone', async (t) => {
  const dir = t.testdir({ 'all.ndjson': ndjsonOf({ a: counts(500, 300), b: counts(200, 199) }), 'some.ndjson': ndjsonOf({ a: counts(500, 300).slice(0, 350) }) })
  const out = join(dir, 'out.ndjson')
  t.equal((await run(join(dir, 'all.ndjson'), '--out', out)).code, 0)
  const [a, b] = scoresIn(out)
  t.same([a?.name, a?.scores.length, b?.name, b?.scores.length], ['a', 500, 'b', 200])
  t.ok(a?.scores.every((score) => score >= 0 && score <= 1))
  t.equal(a?.scores.findIndex((score) => score >= 0.5), 300)
  t.ok(b?.scores[199] as number > 0.9)
  t.equal((await run(join(dir, 'some.ndjson'), '--out', out)).code, 0)
  t.same(scoresIn(out)[0]?.scores, a?.scores.slice(0, 350))
})

test('the table names each series and its spikes; --threshold says what one is', async (t) => {
  const file = join(t.testdir({ 'all.ndjson': ndjsonOf({ 'front door': counts(400, 300), calm: counts(400, -1) }) }), 'all.ndjson')
  const { stdout } = await run(file)
  t.match(stdout, /^1 spike in 800 rows of 2 series/)
  t.match(stdout, /front door +400 +1 /)
  t.match(stdout, /calm +400 +0 /)
  t.match(stdout, /2026-01-05T05:00:00.000Z +1\.000 +5000 +above +\d+/)
  t.match((await run(file, '--threshold', '1')).stdout, /score from 1/)
})

test('numbers are seconds or milliseconds since 1970, times without a zone are UTC', async (t) => {
  const values = counts(400, 300)
  const scores: number[][] = []
  for (const stamp of [(i: number) => START / 1000 + i * 60, (i: number) => START + i * MINUTE, (i: number) => timestamp(i).slice(0, 16), (i: number) => timestamp(i).replace('.000Z', '+00:00')]) {
    const dir = t.testdir({ 'a.csv': values.map((value, i) => `${stamp(i)},${value}`).join('\n') })
    await run(join(dir, 'a.csv'), '--out', join(dir, 'out'))
    scores.push(scoresIn(join(dir, 'out'))[0]?.scores as number[])
  }
  for (const other of scores) t.same(other, scores[0])
})

test('bad input ends it with exit code 2, file and line', async (t) => {
  const rows = csvOf(counts(10, -1))
  const line = (json: object): string => JSON.stringify({ name: 'a', timestamps: [1, 2], values: [1, 2], ...json })
  const cases: [string, string, RegExp][] = [
    ['a.csv', `${rows}2026-01-05 00:11:00,many\n`, /a\.csv:12: 'many' is no number/],
    ['b.csv', `${rows}2026-01-05 00:11:00,\n`, /b\.csv:12: '' is no number/],
    ['newest-first.csv', `timestamp,value\n${rows.split('\n').filter((row) => row.startsWith('2026')).reverse().join('\n')}\n`, /newest-first\.csv: the last row is older than the first: sort them by time, oldest first/],
    ['swapped.csv', 'value,timestamp\n5,1760000000\n', /swapped\.csv:1: the columns must be timestamp,value, in this order/],
    ['c.csv', `${rows}yesterday,3\n`, /c\.csv:12: 'yesterday' is no timestamp/],
    ['d.csv', `${rows}2026-01-05 00:11:00,3,4\n`, /d\.csv:12: two columns/],
    ['e.csv', '\n', /e\.csv: empty/],
    ['f.csv', `${rows}2026-02-31 25:00,4\n`, /f\.csv:12: .* is no timestamp/],
    ['a.ndjson', `${line({})}\n{oops\n`, /a\.ndjson:2: not JSON/],
    ['b.ndjson', line({ name: 3 }), /b\.ndjson:1: name/],
    ['c.ndjson', line({ values: [1] }), /c\.ndjson:1: 2 timestamps for 1 values/],
    ['d.ndjson', line({ values: [1, null] }), /d\.ndjson:1: values\[1\] is null, no number/],
    ['e.ndjson', line({ timestamps: [1, 'soon'] }), /e\.ndjson:1: timestamps\[1\] is "soon", no timestamp/],
    ['f.ndjson', line({ values: 'x' }), /f\.ndjson:1: values is missing, or no list/]
  ]
  for (const [name, text, expected] of cases) {
    const { code, stdout, stderr } = await run(join(t.testdir({ [name]: text }), name))
    t.equal(code, 2, name)
    t.match(stderr, expected)
    t.equal(stdout, '')
  }
  t.match((await run(join(t.testdir({}), 'missing.csv'))).stderr, /missing\.csv: ENOENT/)
  t.match((await run()).stderr, /a file is needed/)
  t.match((await run('x.csv', '--threshold', '7')).stderr, /--threshold: a share from 0 to 1/)
})
