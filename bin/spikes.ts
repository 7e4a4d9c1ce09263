import { RateBaseline } from '../lib/detectors/rate-baseline'
import { readSeries } from './series-file'
import type { Series } from './series-file'
import { VerdictFile } from './verdict-file'

/** Scores are written with so many digits. */
const DIGITS = 1e6
/** Interval of a series of which the first two rows tell none. */
const MINUTE_MS = 60_000

/** A row that reached the threshold. */
export interface Spike { timestamp: string | number, score: number, value: number, expected: number, direction: 'above' | 'below' }

/** What was found in one series. */
export interface SpikesOfSeries { name: string, rows: number, from: string | number | null, to: string | number | null, highest: number, spikes: Spike[] }

export interface SpikesOptions {
  files: readonly string[]
  /** File that gets `{name, scores}` a line. */
  out: string | undefined
  /** Score from which a row counts as a spike. */
  threshold: number
}

/**
 * Judges exported series with rate-spike's own model: every row by those before it alone, then learned.
 *
 * @throws Failure Where a file cannot be read or written, or holds what it should not.
 */
export async function judgeSeries ({ files, out, threshold }: SpikesOptions): Promise<SpikesOfSeries[]> {
  const scoresFile = out === undefined ? null : await VerdictFile.open(out)
  const found: SpikesOfSeries[] = []
  try {
    for (const file of files) {
      for await (const series of readSeries(file)) {
        const { scores, summary } = judge(series, threshold)
        found.push(summary)
        await scoresFile?.write({ name: series.name, scores })
      }
    }
  } finally {
    await scoresFile?.close()
  }
  return found
}

function judge ({ name, timestamps, times, values }: Series, threshold: number): { scores: number[], summary: SpikesOfSeries } {
  const interval = (times[1] ?? NaN) - (times[0] ?? NaN)
  const baseline = new RateBaseline(interval > 0 ? interval : MINUTE_MS)
  const summary: SpikesOfSeries = { name, rows: values.length, from: timestamps[0] ?? null, to: timestamps.at(-1) ?? null, highest: 0, spikes: [] }
  const scores = values.map((value, i) => {
    const at = times[i] as number
    const score = Math.round(baseline.judge(at, value) * DIGITS) / DIGITS
    if (score > summary.highest) summary.highest = score
    if (score >= threshold) {
      summary.spikes.push({ timestamp: timestamps[i] as string | number, score, value, expected: baseline.expected, direction: baseline.distance < 0 ? 'below' : 'above' })
    }
    baseline.learn(at, value)
    return score
  })
  return { scores, summary }
}
