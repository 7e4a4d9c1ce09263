import { defaultStart, generate } from '../traffic/generate'
import { routes } from '../traffic/routes'
import type { TrafficEntry } from '../traffic/entry'
import { mingle, planAttacks } from './attack-plan'
import { DemoClock } from './demo-clock'
import { LiveView } from './live-view'
import { PlainView } from './plain-view'
import { report } from './report'
import { Scoreboard } from './scoreboard'
import { WatchedShop } from './watched-shop'
import type { RouteProgress, Screen, Standing, View } from './view'

export interface DemoOptions {
  seed: number
  /** Ordinary requests before the first attack. */
  requests: number
  /** Attacks of each kind of one request; a twentieth of it, at least one, of each kind of many. */
  attacksPerKind: number
  /** Whether the shop goes on when the demo is over. */
  keep: boolean
}

export interface DemoResult {
  board: Scoreboard
  /** With its one-time code. */
  adminUrl: string
  /** Ends the shop; it has ended already without `keep`. */
  close: () => Promise<void>
}

/** The whole demo: ordinary clients until the routes know them, then attackers among them, then the score. */
export async function runDemo (options: DemoOptions, screen: Screen, isColoured = false): Promise<DemoResult> {
  const clock = new DemoClock()
  const view: View = screen.isTTY === true ? new LiveView(screen, isColoured) : new PlainView(screen)
  const shop = new WatchedShop({ clock, secret: `the demo's key, ${options.seed}`, onEvent: (event, cause) => view.event(event, cause) })
  const url = `http://127.0.0.1:${await shop.listen()}`
  const board = new Scoreboard()
  const startedAt = performance.now()
  let asked = 0
  const speed = (): number => asked * 1000 / (performance.now() - startedAt)

  view.open(url)
  try {
    await play()
  } finally {
    view.close()
    shop.hangUp()
  }
  const { adminUrl } = shop
  screen.write(`\n${report(board, speed())}admin          ${adminUrl}  ${options.keep ? '(opens once, in one browser)' : '(ended with the demo; `-- --keep` goes on serving)'}\n`)
  if (options.keep) clock.runOn()
  else await shop.close()
  return { board, adminUrl, close: async () => await shop.close() }

  async function play (): Promise<void> {
    const ordinary = generate({ seed: options.seed, requests: Number.MAX_SAFE_INTEGER })
    let phase: Standing['phase'] = 'learning'
    let due = options.requests
    const standing = (): Standing => ({
      phase,
      done: phase === 'learning' ? board.learning.requests : board.attackRequests,
      due,
      requestsPerSecond: speed(),
      time: clock.now(),
      falseAlarms: board.learning.flagged + board.watching.flagged,
      attacks: board.totals,
      routes: progressOf(shop)
    })
    clock.arrive(defaultStart)
    view.begin(standing)
    for (let entry = ordinary.next().value as TrafficEntry; board.learning.requests < options.requests; entry = ordinary.next().value as TrafficEntry) await send(entry)
    const attacks = planAttacks(options.seed, options.attacksPerKind, clock.now())
    phase = 'watching'
    due = attacks.length
    clock.arrive(defaultStart)
    view.begin(standing)
    for (const entry of mingle(ordinary, attacks)) await send(entry)

    async function send (entry: TrafficEntry): Promise<void> {
      const verdict = await shop.ask(entry)
      asked++
      if (entry._label === 'attack') board.attack(entry, verdict)
      else board.ordinary(phase, verdict)
      view.show(standing)
    }
  }
}

/** All of the shop's routes, asked for yet or not. A route is as far as the detector that knows least of it. */
function progressOf (shop: WatchedShop): RouteProgress[] {
  const table = shop.app.anomalies.routes
  const known = new Map([...table.all()].map((state) => [state.key, state]))
  return routes().map(({ method, url }) => {
    const route = `${method} ${url}`
    const state = known.get(route)
    const progress = state === undefined ? 0 : Math.min(...Object.values(table.view(state, false).detectors).map((detector) => detector.progress))
    return { route, progress }
  })
}
