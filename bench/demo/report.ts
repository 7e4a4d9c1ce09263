import { percent, textTable } from '../../bin/text-table'
import type { KindScore, OrdinaryScore, Scoreboard } from './scoreboard'
import { count } from './view'

/** Ingredients that neither profiler models: what they miss there is for other detectors. */
const FOREIGN: readonly string[] = ['json-body', 'free-text']

/** The table at the end, and what stands below it. */
export function report (board: Scoreboard, requestsPerSecond: number): string {
  const rows = board.rows()
  const { sent, caught } = board.totals
  const own = rows.filter(({ ingredient }) => !FOREIGN.includes(ingredient))
  const lines = [
    textTable([
      ['attack', 'sent', 'caught', 'first signal'],
      ...rows.map((row) => [row.kind + (FOREIGN.includes(row.ingredient) ? ' *' : ''), row.sent, row.caught, remark(row)])
    ]),
    '',
    `attacks        ${caught} of ${sent} caught; ${sum(own, 'caught')} of ${sum(own, 'sent')} without those marked *`,
    '               * in JSON bodies and free text, which need more learning, or a model of injections, than structured fields do',
    `false alarms   ${alarms(board.watching, 'while the attackers were there')}`,
    `               ${alarms(board.learning, 'before, while learning')}`,
    `speed          ${count(Math.round(requestsPerSecond))} requests per second, one at a time, clients in the same process`
  ]
  return lines.join('\n') + '\n'
}

function remark ({ sent, caught, firstSignal, weakSignal, refused }: KindScore): string {
  if (sent === 0) return 'not sent'
  const missed = sent - caught
  const notes: string[] = []
  if (refused > 0) notes.push(`${refused} refused by Node.js or Fastify before any hook`)
  if (missed > 0 && weakSignal !== null) notes.push(`missed with ${weakSignal} only`)
  else if (missed > refused) notes.push('missed without a signal')
  const note = notes.join('; ')
  return firstSignal === null ? note : note === '' ? firstSignal : `${firstSignal}  (${note})`
}

function alarms ({ requests, flagged, signals }: OrdinaryScore, when: string): string {
  const by = [...signals].map(([type, times]) => `${times} ${type}`).join(', ')
  return `${count(flagged)} of ${count(requests)} ordinary requests flagged (${percent(requests === 0 ? null : flagged / requests)}) ${when}${by === '' ? '' : ': ' + by}`
}

function sum (rows: readonly KindScore[], of: 'sent' | 'caught'): number { return rows.reduce((total, row) => total + row[of], 0) }
