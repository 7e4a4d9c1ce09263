import type { AnomalyEventJson } from '../../plugins'
import type { TrafficEntry } from '../traffic/entry'
import { eventLine, isOver, standingLines } from './view'
import type { RouteProgress, Screen, Standing, View } from './view'

const INTERVAL_MS = 100
const EVENTS = 10
const BAR = 10
const CELL = 52
const [BOLD, DIM, RED, YELLOW, RESET] = ['\x1b[1m', '\x1b[2m', '\x1b[31m', '\x1b[33m', '\x1b[0m']
const [HIDE_CURSOR, SHOW_CURSOR, CLEAR_LINE, CLEAR_BELOW] = ['\x1b[?25l', '\x1b[?25h', '\x1b[K', '\x1b[J']

/** One picture that is drawn over itself: the standing, a bar for each route, and the latest events. Cut to the terminal's size. */
export class LiveView implements View {
  readonly #screen: Screen
  readonly #isColoured: boolean
  readonly #events: string[] = []
  #url = ''
  #shownAt = -Infinity
  #height = 0
  #latest: (() => Standing) | null = null

  constructor (screen: Screen, isColoured: boolean) {
    this.#screen = screen
    this.#isColoured = isColoured
  }

  open (url: string): void {
    this.#url = url
    this.#screen.write(HIDE_CURSOR)
  }

  begin (standing: () => Standing): void {
    this.#latest = standing
    this.#shownAt = performance.now()
    this.#draw(standing())
  }

  show (standing: () => Standing): void {
    if (performance.now() - this.#shownAt >= INTERVAL_MS) this.begin(standing)
  }

  event (event: AnomalyEventJson, cause: TrafficEntry): void {
    this.#events.push(this.#paint(isOver(event) ? DIM : cause._attack === undefined ? YELLOW : RED, this.#cut(eventLine(event, cause))))
    if (this.#events.length > EVENTS) this.#events.shift()
  }

  close (): void {
    if (this.#latest !== null) this.#draw(this.#latest())
    this.#screen.write(SHOW_CURSOR)
  }

  #draw (standing: Standing): void {
    const { done, due, routes } = standing
    const [progress, figures] = standingLines(standing)
    const room = Math.max(1, (this.#screen.rows ?? 24) - EVENTS - 7)
    const lines = [
      this.#paint(BOLD, this.#cut(`fastify-anomalies: the example shop listens on ${this.#url}`)),
      this.#cut(`${bar(due === 0 ? 1 : done / due, 24)}  ${progress}`),
      this.#cut(`${' '.repeat(24)}  ${figures}`),
      '',
      ...this.#grid(routes, room),
      '',
      ...this.#events
    ]
    const up = this.#height === 0 ? '' : `\x1b[${this.#height}A\r`
    this.#screen.write(up + lines.map((line) => line + CLEAR_LINE + '\n').join('') + CLEAR_BELOW)
    this.#height = lines.length
  }

  /** Bars in as many columns as fit, routes that know least first where not all fit. */
  #grid (routes: readonly RouteProgress[], room: number): string[] {
    const columns = Math.max(1, Math.floor(this.#columns / CELL))
    const height = Math.min(room, Math.ceil(routes.length / columns))
    const fitting = routes.length <= height * columns ? routes : [...routes].sort((a, b) => a.progress - b.progress).slice(0, height * columns)
    const lines: string[] = []
    for (let row = 0; row < height; row++) {
      let line = ''
      for (let at = row; at < fitting.length; at += height) line += this.#cell(fitting[at] as RouteProgress)
      lines.push(line)
    }
    return lines
  }

  #cell ({ route, progress }: RouteProgress): string {
    const width = CELL - BAR - 3
    const name = route.length > width ? route.slice(0, width - 1) + '…' : route.padEnd(width)
    return `${this.#paint(progress < 1 ? DIM : '', name)} ${bar(progress, BAR)}  `
  }

  #paint (style: string, text: string): string {
    return this.#isColoured && style !== '' ? style + text + RESET : text
  }

  get #columns (): number { return Math.max(CELL, this.#screen.columns ?? 80) }

  #cut (line: string): string {
    return line.length < this.#columns ? line : line.slice(0, this.#columns - 2) + '…'
  }
}

function bar (share: number, width: number): string {
  const full = Math.floor(Math.min(1, share) * width)
  return '█'.repeat(full) + '░'.repeat(width - full)
}
