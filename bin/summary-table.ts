import type { Figures, Summary } from './summary'
import { percent, shortened, textTable } from './text-table'

const URL_WIDTH = 60

/** The summary of a replay, for people. */
export function summaryTable (summary: Summary): string {
  const { entries, flagged, learned, skipped, routes, routesFrom, byType } = summary
  const parts = [
    `${entries} entries judged, ${flagged} flagged; ${learned} learned from before, ${skipped} lines skipped; ${routes} routes (${routesFrom})`
  ]
  if (summary.tpr !== undefined) parts.push(labelledTable(summary, summary.withoutUnseenPath), attackTable(summary))
  if (Object.keys(byType).length > 0) parts.push(textTable([['signal', 'entries'], ...Object.entries(byType)]))
  if (summary.worstBenign !== undefined && summary.worstBenign.length > 0) parts.push(worstTable(summary.worstBenign))
  const { requestsPerSecond, cpuMicrosPerRequest, peakRssBytes } = summary
  parts.push(`${requestsPerSecond} requests/s, ${cpuMicrosPerRequest} µs of CPU each, ${(peakRssBytes / 2 ** 20).toFixed(0)} MiB at the most`)
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function labelledTable (all: Figures, without: Figures): string {
  const row = (name: string, { tp, fp, fn, tn, tpr, fpr, precision }: Figures): (string | number)[] =>
    [name, tp ?? 0, fp ?? 0, fn ?? 0, tn ?? 0, percent(tpr), percent(fpr), percent(precision)]
  return textTable([['', 'tp', 'fp', 'fn', 'tn', 'TPR', 'FPR', 'precision'], row('all signals', all), row('without unknown_path', without)])
}

function attackTable ({ byAttack = {}, withoutUnseenPath }: Summary): string {
  const rows = Object.entries(byAttack).map(([name, { entries, flagged, tpr }]) =>
    [name, entries, flagged, percent(tpr), percent(withoutUnseenPath.byAttack?.[name]?.tpr)])
  return rows.length === 0 ? '' : textTable([['attack', 'entries', 'flagged', 'TPR', 'without unknown_path'], ...rows])
}

function worstTable (worst: NonNullable<Summary['worstBenign']>): string {
  const rows = worst.map(({ index, score, flagged, method, url, types }) =>
    [index, score.toFixed(1), flagged ? 'flagged' : '', `${method} ${shortened(url, URL_WIDTH)}`, types.join(', ')])
  return `benign entries with the highest score\n${textTable([['entry', 'score', '', 'request', 'signals'], ...rows])}`
}
