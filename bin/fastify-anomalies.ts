#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { diffBaselines } from './diff'
import { diffTable } from './diff-table'
import { Failure } from './failure'
import { openapiOf } from './openapi'
import type { Terminal } from './progress'
import { replay } from './replay'
import { judgeSeries } from './spikes'
import { spikesTable } from './spikes-table'
import { summaryTable } from './summary-table'

const USAGE = `Usage:
  fastify-anomalies replay [--learn FILE…] --detect FILE… [options]
      Replays recorded traffic and tells what would have been flagged.
      FILE is HAR 1.2 (.har) or one HAR entry a line (.ndjson), either gzip'd.

      --learn FILE…         traffic to learn from; then learning is frozen
      --detect FILE…        traffic to judge
      --app FILE            Fastify plugin file whose routes are used
      --routes FILE         routes: OpenAPI document, or JSON list of { method, url };
                            without --app and --routes they are inferred
      --config FILE         options of the collection: JSON, or a module
      --baseline FILE       start from what was learned before (key in FILE.key)
      --save-baseline FILE  keep what was learned (and its key in FILE.key)
      --out FILE            one JSON line per judged entry
      --format table|json   form of the summary (default table)
      --fail-on-fpr N       exit code 1 if the false-positive rate exceeds N (0 to 1)

  fastify-anomalies diff BASELINE BASELINE [--format table|json]
      Tells what appeared, vanished or changed between two baselines.

  fastify-anomalies openapi BASELINE
      Prints what was learned about JSON bodies as an OpenAPI document.

  fastify-anomalies spikes FILE… [--out FILE] [--threshold N] [--format table|json]
      Judges counts per interval with rate-spike's model, each row by those before it.
      FILE is CSV (timestamp,value) or NDJSON ({name, timestamps, values} a line), either gzip'd.

      --out FILE            one JSON line per series: { name, scores }, a score from 0 to 1 a row
      --threshold N         score from which a row is a spike (default 0.5)

  fastify-anomalies --version

Exit code: 0; 1 when --fail-on-fpr is exceeded; 2 for bad usage or files that cannot be read.
`

/** Where a command writes. */
export interface Streams {
  stdout: Terminal
  stderr: Terminal
}

/**
 * Runs one command.
 *
 * @param args What follows the program's name.
 * @returns The exit code.
 */
export async function main (args: readonly string[], streams: Streams): Promise<number> {
  const [command = '', ...rest] = args
  try {
    if (command === 'replay') return await runReplay(rest, streams)
    if (command === 'diff') return await runDiff(rest, streams)
    if (command === 'openapi') return await runOpenapi(rest, streams)
    if (command === 'spikes') return await runSpikes(rest, streams)
    if (command === 'help' || command === '--help' || command === '-h') {
      streams.stdout.write(USAGE)
      return 0
    }
    if (command === 'version' || command === '--version' || command === '-v') {
      streams.stdout.write(`${versionOf(__dirname)}\n`)
      return 0
    }
    throw new UsageError(command === '' ? 'a command is missing' : `there is no command '${command}'`)
  } catch (error) {
    if (!(error instanceof Failure) && !isParsingError(error)) throw error
    streams.stderr.write(`fastify-anomalies: ${error.message.replace(/^fastify-anomalies: /, '')}\n`)
    if (error instanceof UsageError || !(error instanceof Failure)) streams.stderr.write(`\n${USAGE}`)
    return 2
  }
}

class UsageError extends Failure {}

/** The version that the nearest package.json above a folder names: `bin/` is elsewhere in the package than in the repository. */
function versionOf (folder: string): string {
  const file = join(folder, 'package.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : versionOf(join(folder, '..'))
}

async function runReplay (args: string[], { stdout, stderr }: Streams): Promise<number> {
  const { values } = parseArgs({
    args: repeated(args, ['--learn', '--detect']),
    options: {
      learn: { type: 'string', multiple: true, default: [] },
      detect: { type: 'string', multiple: true, default: [] },
      app: { type: 'string' },
      routes: { type: 'string' },
      config: { type: 'string' },
      baseline: { type: 'string' },
      'save-baseline': { type: 'string' },
      out: { type: 'string' },
      format: { type: 'string', default: 'table' },
      'fail-on-fpr': { type: 'string' }
    }
  })
  const { learn, detect, app, routes, config, baseline, out } = values
  if (detect.length === 0) throw new UsageError('replay: --detect is missing')
  if (app !== undefined && routes !== undefined) throw new UsageError('replay: --app and --routes exclude each other')
  const isJson = formatOf(values.format)
  const limit = limitOf(values['fail-on-fpr'])
  const summary = await replay({ learn, detect, app, routes, config, baseline, out, saveBaseline: values['save-baseline'] }, stderr)
  stdout.write(isJson ? `${JSON.stringify(summary, null, 2)}\n` : summaryTable(summary))
  if (limit === null) return 0
  if (summary.fpr === undefined || summary.fpr === null) throw new Failure('--fail-on-fpr: no entry of --detect is labelled benign, so there is no false-positive rate')
  if (summary.fpr <= limit) return 0
  stderr.write(`fastify-anomalies: the false-positive rate is ${summary.fpr}, more than ${limit}\n`)
  return 1
}

async function runDiff (args: string[], { stdout }: Streams): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: { format: { type: 'string', default: 'table' } }, allowPositionals: true })
  const [before, after] = positionals
  if (before === undefined || after === undefined || positionals.length > 2) throw new UsageError('diff: two baselines are needed')
  const isJson = formatOf(values.format)
  const diff = await diffBaselines(before, after)
  stdout.write(isJson ? `${JSON.stringify(diff, null, 2)}\n` : diffTable(diff))
  return 0
}

async function runOpenapi (args: string[], { stdout }: Streams): Promise<number> {
  const { positionals } = parseArgs({ args, allowPositionals: true })
  const [file] = positionals
  if (file === undefined || positionals.length > 1) throw new UsageError('openapi: one baseline is needed')
  stdout.write(`${JSON.stringify(await openapiOf(file), null, 2)}\n`)
  return 0
}

async function runSpikes (args: string[], { stdout }: Streams): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { out: { type: 'string' }, threshold: { type: 'string', default: '0.5' }, format: { type: 'string', default: 'table' } },
    allowPositionals: true
  })
  if (positionals.length === 0) throw new UsageError('spikes: a file is needed')
  const isJson = formatOf(values.format)
  const threshold = shareOf('--threshold', values.threshold)
  const found = await judgeSeries({ files: positionals, out: values.out, threshold })
  stdout.write(isJson ? `${JSON.stringify(found, null, 2)}\n` : spikesTable(found, threshold))
  return 0
}

/** Lets an option be followed by several values, as a shell's `*.har` makes them. */
function repeated (args: readonly string[], options: readonly string[]): string[] {
  const spread: string[] = []
  let current: string | null = null
  let values = 0
  for (const arg of args) {
    if (arg.startsWith('-')) {
      current = options.includes(arg) ? arg : null
      values = 0
    } else if (current !== null && values++ > 0) {
      spread.push(current)
    }
    spread.push(arg)
  }
  return spread
}

function formatOf (format: string): boolean {
  if (format === 'json' || format === 'table') return format === 'json'
  throw new UsageError(`--format: 'table' or 'json', not '${format}'`)
}

function limitOf (text: string | undefined): number | null {
  return text === undefined ? null : shareOf('--fail-on-fpr', text)
}

function shareOf (option: string, text: string): number {
  const share = text.trim() === '' ? NaN : Number(text)
  if (share >= 0 && share <= 1) return share
  throw new UsageError(`${option}: a share from 0 to 1, not '${text}'`)
}

function isParsingError (error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
}

/** Ends the process when all is written: the file of an application may have left a server or a connection open. */
function end (code: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
}

if (require.main === module) {
  main(process.argv.slice(2), process).then(end, (error: unknown) => {
    process.stderr.write(`fastify-anomalies: ${error instanceof Error ? error.stack : String(error)}\n`)
    end(2)
  })
}
