import type { AnomalyEventJson } from '../../plugins'
import type { TrafficEntry } from '../traffic/entry'

/** Where the demo is shown. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write (text: string): unknown
}

/** How far one route has learned, 0 to 1; 1 is active. */
export interface RouteProgress { route: string, progress: number }

/** Where the demo stands. */
export interface Standing {
  phase: 'learning' | 'watching'
  /** Requests of this phase: ordinary ones while learning, the attackers' after that. */
  done: number
  due: number
  requestsPerSecond: number
  /** The traffic's own time. */
  time: number
  falseAlarms: number
  attacks: { sent: number, caught: number }
  routes: RouteProgress[]
}

/** Shows the demo while it runs. Called with every request; draws as often as it sees fit. */
export interface View {
  open (url: string): void
  /** Another phase begins. */
  begin (standing: () => Standing): void
  show (standing: () => Standing): void
  event (event: AnomalyEventJson, cause: TrafficEntry): void
  close (): void
}

/** Whether an event tells of an episode's end: nothing that the request under way has done. */
export function isOver (event: AnomalyEventJson): boolean { return event.episode?.state === 'close' }

/** One event as a line: what it was found in, and what the request truly was. */
export function eventLine (event: AnomalyEventJson, cause: TrafficEntry): string {
  const truth = isOver(event) ? `over after ${event.episode?.count}` : cause._attack ?? 'ordinary request'
  return printable(`${event.level.padEnd(8)} score ${String(event.score).padStart(3)}  ${event.type.padEnd(24)} ${truth.padEnd(20)} ${event.route.method} ${event.route.url}  ${event.detail}`)
}

/** How far the phase is, and what came of it so far: two lines, or one. */
export function standingLines (standing: Standing): [progress: string, figures: string] {
  const { phase, done, due, attacks, routes } = standing
  const active = routes.filter(({ progress }) => progress >= 1).length
  const unit = phase === 'learning' ? 'ordinary requests' : 'requests of attackers, ordinary ones between'
  const caught = phase === 'learning' ? '' : `${attacks.caught} of ${attacks.sent} attacks caught  `
  return [
    `${phase}  ${count(done)} of ${count(due)} ${unit}  shop time ${new Date(standing.time).toISOString().slice(11, 19)}`,
    `${active} of ${routes.length} routes active  ${caught}${standing.falseAlarms} false alarms  ${count(Math.round(standing.requestsPerSecond))} requests/s`
  ]
}

export function count (value: number): string { return value.toLocaleString('en') }

/** Without what a terminal would obey: requests are strangers' texts. */
function printable (text: string): string {
  return text.replace(/[^\P{C}]/gu, '·')
}
