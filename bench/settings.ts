import { parseArgs } from 'node:util'
import type { RoundOptions } from './paired-rounds'
import { setNames, variantsNamed } from './variants'
import type { Variant } from './variants'

export interface Settings extends RoundOptions {
  variants: Variant[]
  pairs: number
  /** Repetitions of the detectors' calls in process; 0: not at all. */
  calls: number
  /** A file for the figures. */
  json: string | undefined
}

const USAGE = `usage: hot-path [--variants LIST] [--pairs N] [--rounds N] [--json FILE]
  --variants     names and sets, separated by commas (sets: ${setNames.join(', ')}); default all
  --pairs        processes of each variant, each compared with those started with it; default 5
  --rounds       rounds per process; default 40
  --requests     requests of one variant in one round; default 250
  --warm-up      requests of each process before its first round; default 15000
  --connections  keep-alive connections, each in closed loop; default 1
  --pause        microseconds between a reply and the next request; default 30
  --calls        repetitions of the detectors' calls in process, 0 for none; default 30
  --profile      a folder for CPU profiles of the servers (they cost time themselves)
  --json         a file for the same figures as JSON`

/**
 * What the command line asks for; `null` where it asks for help, which is printed.
 * @throws RangeError Naming the option that is wrong.
 */
export function readSettings (): Settings | null {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const
  const { values } = parseArgs({
    options: {
      variants: text('all'),
      pairs: text('5'),
      rounds: text('40'),
      requests: text('250'),
      'warm-up': text('15000'),
      connections: text('1'),
      pause: text('30'),
      calls: text('30'),
      profile: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false }
    }
  })
  if (values.help) {
    console.log(USAGE)
    return null
  }
  return {
    variants: variantsNamed(values.variants),
    pairs: count('pairs', values.pairs, 1),
    rounds: count('rounds', values.rounds, 1),
    requests: count('requests', values.requests, 1),
    warmUp: count('warm-up', values['warm-up'], 0),
    connections: count('connections', values.connections, 1),
    pause: count('pause', values.pause, 0),
    calls: count('calls', values.calls, 0),
    profile: values.profile,
    json: values.json
  }
}

function count (option: string, text: string, least: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least) throw new RangeError(`--${option} must be a whole number from ${least}, not '${text}'`)
  return value
}
