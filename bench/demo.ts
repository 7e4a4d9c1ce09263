import { parseArgs } from 'node:util'
import { runDemo } from './demo/run'
import type { DemoOptions } from './demo/run'

const USAGE = `npm run demo -- [--seed N] [--requests N] [--attacks N] [--keep]

  --seed N      other people, other attacks (default 1)
  --requests N  ordinary requests before the first attack (default 5000)
  --attacks N   attacks of each kind of one request (default 5); a twentieth of it, rounded up, of each kind of many
  --keep        goes on serving when the demo is over, for a look at the admin route
`

function optionsOf (args: string[]): DemoOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      requests: { type: 'string', default: '5000' },
      attacks: { type: 'string', default: '5' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  if (values.help) return null
  return { seed: whole('seed', values.seed, 0), requests: whole('requests', values.requests, 1), attacksPerKind: whole('attacks', values.attacks, 0), keep: values.keep }
}

function whole (name: string, text: string, least: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < least) throw new RangeError(`--${name} must be a whole number from ${least} on, received '${text}'`)
  return value
}

async function main (): Promise<void> {
  const options = optionsOf(process.argv.slice(2))
  if (options === null) {
    process.stdout.write(USAGE)
    return
  }
  process.once('SIGINT', () => {
    if (process.stdout.isTTY) process.stdout.write('\x1b[?25h')
    process.exit(130)
  })
  const isColoured = process.env['NO_COLOR'] === undefined || process.env['NO_COLOR'] === ''
  await runDemo(options, process.stdout, isColoured)
  if (options.keep) process.stdout.write('               Ctrl+C ends it\n')
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof RangeError || error instanceof TypeError ? 2 : 1
})
