import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { createGzip } from 'node:zlib'
import type { TrafficEntry } from './entry'
import { attackSuite, generate } from './generate'
import type { TrafficOptions } from './generate'
import { generateLegacy, legacyAttackSuite } from './legacy-shop'
import { legacyAttackKinds } from './legacy-attacks'

const usage = 'usage: write [--seed N] [--requests N] [--attacks SHARE] [--kinds a,b] [--suite N] [--deploy-at N] [--start-at MS] [--legacy] [--out FILE.ndjson[.gz]]'

/** Writes made-up traffic as a recording that `fastify-anomalies replay` reads: see README.md. */
async function main (): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      requests: { type: 'string', default: '5000' },
      attacks: { type: 'string', default: '0' },
      kinds: { type: 'string' },
      suite: { type: 'string' },
      'deploy-at': { type: 'string' },
      'start-at': { type: 'string' },
      legacy: { type: 'boolean', default: false },
      out: { type: 'string' }
    }
  })
  const seed = numberOf('seed', values.seed)
  const kinds = values.kinds === undefined ? {} : { attacks: values.kinds.split(',') }
  const start = values['start-at'] === undefined ? {} : { startAt: numberOf('start-at', values['start-at']) }
  const perKind = values.suite === undefined ? 0 : numberOf('suite', values.suite)
  if (perKind > 0) {
    return await write(values.legacy ? legacyAttackSuite({ seed, perKind, kinds: kinds.attacks ?? legacyAttackKinds }) : attackSuite({ seed, perKind, ...kinds, ...start }), values.out)
  }
  const options: TrafficOptions = { seed, requests: numberOf('requests', values.requests), attackShare: numberOf('attacks', values.attacks), ...kinds, ...start }
  if (values['deploy-at'] !== undefined) options.deployAt = numberOf('deploy-at', values['deploy-at'])
  await write(values.legacy ? generateLegacy(options) : generate(options), values.out)
}

async function write (entries: Iterable<TrafficEntry>, out: string | undefined): Promise<void> {
  const source = Readable.from(lines(entries))
  if (out === undefined) return await pipeline(source, process.stdout)
  const file = createWriteStream(out)
  if (out.endsWith('.gz')) await pipeline(source, createGzip(), file)
  else await pipeline(source, file)
}

function * lines (entries: Iterable<TrafficEntry>): Generator<string> {
  for (const entry of entries) yield JSON.stringify(entry) + '\n'
}

function numberOf (name: string, text: string): number {
  const value = Number(text)
  if (text === '' || !Number.isFinite(value) || value < 0) throw new RangeError(`--${name} must be a number of 0 or more, not '${text}'`)
  return value
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.message}\n${usage}` : error)
  process.exitCode = 2
})
