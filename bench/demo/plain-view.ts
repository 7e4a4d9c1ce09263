import { shortened } from '../../bin/text-table'
import type { AnomalyEventJson } from '../../plugins'
import type { TrafficEntry } from '../traffic/entry'
import { eventLine, isOver, standingLines } from './view'
import type { Screen, Standing, View } from './view'

const INTERVAL_MS = 1000
const LINE = 220

/** Lines for logs and pipes: where the demo stands about once a second, and the first event of each type, for attacks and for ordinary requests. */
export class PlainView implements View {
  readonly #screen: Screen
  readonly #types = new Set<string>()
  #shownAt = -Infinity

  constructor (screen: Screen) { this.#screen = screen }

  open (url: string): void { this.#screen.write(`the example shop listens on ${url}\n`) }

  begin (standing: () => Standing): void {
    this.#shownAt = performance.now()
    this.#screen.write(standingLines(standing()).join('  ') + '\n')
  }

  show (standing: () => Standing): void {
    if (performance.now() - this.#shownAt < INTERVAL_MS) return
    this.begin(standing)
  }

  event (event: AnomalyEventJson, cause: TrafficEntry): void {
    const type = `${event.type} ${cause._label}`
    if (isOver(event) || this.#types.has(type)) return
    this.#types.add(type)
    this.#screen.write(`  ${shortened(eventLine(event, cause), LINE)}\n`)
  }

  close (): void {}
}
