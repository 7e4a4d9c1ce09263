import type { SpikesOfSeries } from './spikes'
import { shortened, textTable } from './text-table'

/** Spikes shown of one series. */
const SHOWN = 10

/** What was found, for people: a line a series, then each series' spikes, the gravest ten in order of time. */
export function spikesTable (found: readonly SpikesOfSeries[], threshold: number): string {
  const total = found.reduce((sum, { spikes }) => sum + spikes.length, 0)
  const rows = found.reduce((sum, series) => sum + series.rows, 0)
  const lines = [`${total} ${total === 1 ? 'spike' : 'spikes'} in ${rows} rows of ${found.length} series (score from ${threshold})`, '']
  lines.push(textTable([
    ['series', 'rows', 'spikes', 'highest', 'from', 'to'],
    ...found.map(({ name, rows, spikes, highest, from, to }) => [shortened(name, 60), rows, spikes.length, highest.toFixed(3), String(from ?? '-'), String(to ?? '-')])
  ]))
  for (const { name, spikes } of found) {
    if (spikes.length === 0) continue
    const gravest = [...spikes].sort((a, b) => b.score - a.score).slice(0, SHOWN)
    lines.push('', name + (spikes.length > SHOWN ? ` (the gravest ${SHOWN} of ${spikes.length})` : ''))
    lines.push(textTable([
      ['  when', 'score', 'value', '', 'expected'],
      ...spikes.filter((spike) => gravest.includes(spike)).map(({ timestamp, score, value, direction, expected }) => [`  ${timestamp}`, score.toFixed(3), rounded(value), direction, rounded(expected)])
    ]))
  }
  return `${lines.join('\n')}\n`
}

function rounded (value: number): string { return String(Number(value.toPrecision(4))) }
