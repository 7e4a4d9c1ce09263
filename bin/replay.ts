import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { setImmediate as eventLoopTurn } from 'node:timers/promises'
import { combine } from '../lib/assessment'
import type { Exchange } from '../lib/har'
import type { SignalJson } from '../lib/signal'
import { appRoutes } from './app-routes'
import { baselineRoutes, readBaseline, readKey, writeBaseline } from './baseline-file'
import type { Baseline } from './baseline-file'
import { Failure, reasonOf } from './failure'
import { InferredRoutes } from './inferred-routes'
import { loadModule } from './load-module'
import { Progress } from './progress'
import type { Terminal } from './progress'
import { readRecording } from './recording'
import { RecordingClock } from './recording-clock'
import { Refusals } from './refusal'
import type { RefusalType } from './refusal'
import { ReplayApp } from './replay-app'
import type { Outcome } from './replay-app'
import { readRoutes } from './routes'
import type { RouteTable } from './routes'
import { Tally } from './summary'
import type { Summary } from './summary'
import { VerdictFile } from './verdict-file'

/** Entries after which the event loop gets a turn: injected requests alone would never let it. */
const BETWEEN_TURNS = 100
/** Lines not understood that are named; the rest is counted. */
const MAX_NAMED = 100
/** The collection's own default. */
const FLAG_AT = 50

export interface ReplayOptions {
  learn: readonly string[]
  detect: readonly string[]
  app?: string | undefined
  routes?: string | undefined
  config?: string | undefined
  baseline?: string | undefined
  saveBaseline?: string | undefined
  out?: string | undefined
}

/**
 * Replays recorded traffic through a real Fastify app with the real plugins and tells what they would have flagged.
 *
 * First the routes are found (a pass of its own where they are inferred); then `learn` is taught, whatever its recorded statuses, and
 * learning is frozen; then `detect` is judged. Without `learn` and `baseline`, `detect` is judged and learned as it comes. Files are streamed:
 * memory does not grow with their length.
 *
 * @throws Failure For what the person at the command line has to put right.
 */
export async function replay (options: ReplayOptions, terminal: Terminal): Promise<Summary> {
  return await new Replay(options, terminal).run()
}

class Replay {
  readonly #options: ReplayOptions
  readonly #terminal: Terminal
  readonly #progress: Progress
  readonly #clock = new RecordingClock()
  readonly #refusals = new Refusals()
  #injected = 0
  #learned = 0
  #skipped = 0

  constructor (options: ReplayOptions, terminal: Terminal) {
    this.#options = options
    this.#terminal = terminal
    this.#progress = new Progress(terminal)
  }

  async run (): Promise<Summary> {
    const { baseline: baselineFile, learn, detect } = this.#options
    for (const file of [...learn, ...detect]) await readable(file)
    const config = await readConfig(this.#options.config)
    const baseline = baselineFile === undefined ? null : await readBaseline(baselineFile)
    const key = baselineFile === undefined ? config.secret ?? randomBytes(32).toString('hex') : await readKey(baselineFile)
    const { table, from } = await this.#routeTable(baseline)
    const app = await ReplayApp.create(table, { ...config, ...learn.length > 0 ? { learnFrom: 'any' } : null, secret: key, clock: this.#clock }, this.#clock)
    try {
      if (baseline !== null) this.#restore(app, baseline)
      const tally = new Tally(config.flagAt ?? FLAG_AT)
      const cost = new Cost()
      await this.#learn(app)
      await this.#detect(app, tally)
      const figures = { ...tally.figures(), learned: this.#learned, skipped: this.#skipped, routes: table.routes.length, routesFrom: from, ...cost.of(this.#injected) }
      await this.#save(app, table, key)
      return figures
    } finally {
      this.#progress.clear()
      await app.close()
    }
  }

  async #routeTable (baseline: Baseline | null): Promise<{ table: RouteTable, from: string }> {
    const { app, routes, learn, detect } = this.#options
    if (app !== undefined) return { table: await appRoutes(app), from: app }
    if (routes !== undefined) return { table: await readRoutes(routes), from: routes }
    const isLearning = learn.length > 0
    if (baseline !== null && !isLearning) return { table: baselineRoutes(baseline), from: 'the baseline' }
    const inferred = new InferredRoutes(!isLearning)
    this.#progress.begin('inferring routes')
    for (const file of isLearning ? learn : detect) {
      for await (const exchange of readRecording(file, () => {})) {
        inferred.learn(exchange)
        this.#progress.advance(1)
      }
    }
    const table = inferred.table()
    if (baseline === null) return { table, from: 'inferred' }
    return { table: { ...table, routes: [...baselineRoutes(baseline).routes, ...table.routes] }, from: 'the baseline, and inferred' }
  }

  #restore (app: ReplayApp, baseline: Baseline): void {
    try {
      // Whoever has some risk in a running application has none in a recording.
      const { entities, ...learned } = baseline
      app.anomalies.restore(learned)
    } catch (error) {
      throw new Failure(`${this.#options.baseline}: ${reasonOf(error)}`, { cause: error })
    }
    if (baseline.replay !== undefined) this.#refusals.restore(baseline.replay.refusals)
  }

  async #learn (app: ReplayApp): Promise<void> {
    this.#progress.begin('learning')
    for (const file of this.#options.learn) {
      await this.#play(app, file, false, (exchange, { refusal }) => {
        this.#learned++
        this.#refusals.learn(refusal)
        return undefined
      })
    }
    if (this.#options.learn.length > 0 || this.#options.baseline !== undefined) app.anomalies.freeze()
  }

  async #detect (app: ReplayApp, tally: Tally): Promise<void> {
    const isLearningToo = this.#options.learn.length === 0 && this.#options.baseline === undefined
    const out = this.#options.out === undefined ? null : await VerdictFile.open(this.#options.out)
    this.#progress.begin('judging')
    let index = 0
    for (const file of this.#options.detect) {
      await this.#play(app, file, true, (exchange, outcome) => {
        const { route, action } = outcome
        const { score, flagged, signals } = outcome.refusal === null ? outcome : this.#refused(outcome.refusal)
        if (isLearningToo) this.#refusals.learn(outcome.refusal)
        const verdict = { index: index++, exchange, route, score, flagged, signals }
        tally.add(verdict)
        const { method, target: url, label, attack } = exchange
        return out?.write({ index: verdict.index, method, url, route, score: rounded(score), flagged, action, signals: signals.map(brief), label, attack })
      })
    }
    await out?.close()
  }

  #refused (refusal: RefusalType): Pick<Outcome, 'score' | 'flagged' | 'signals'> {
    const signals = this.#refusals.judge(refusal)
    return { signals, score: combine(signals), flagged: signals.length > 0 }
  }

  async #play (app: ReplayApp, file: string, isJudged: boolean, onOutcome: (exchange: Exchange, outcome: Outcome) => Promise<unknown> | undefined): Promise<void> {
    this.#clock.openRecording()
    for await (const exchange of readRecording(file, (place, reason) => this.#skip(place, reason))) {
      const pressure = onOutcome(exchange, await app.replay(exchange, isJudged))
      if (pressure !== undefined) await pressure
      if (++this.#injected % BETWEEN_TURNS !== 0) continue
      this.#progress.advance(BETWEEN_TURNS)
      await eventLoopTurn()
    }
  }

  #skip (place: string, reason: string): void {
    this.#skipped++
    if (this.#skipped > MAX_NAMED) return
    this.#progress.clear()
    this.#terminal.write(`${place}: skipped, ${reason}\n`)
    if (this.#skipped === MAX_NAMED) this.#terminal.write('further lines that are skipped are only counted\n')
  }

  async #save (app: ReplayApp, { routes, exposeHeadRoutes }: RouteTable, key: string): Promise<void> {
    if (this.#options.saveBaseline === undefined) return
    const plain = routes.map(({ method, url, constraints }) => ({ method, url, ...constraints === undefined ? null : { constraints } }))
    const replay = { routes: plain, exposeHeadRoutes, refusals: this.#refusals.toJSON() }
    // Who had what risk in this recording is no part of what was learned.
    const { entities, ...learned } = app.anomalies.snapshot()
    await writeBaseline(this.#options.saveBaseline, { ...learned, replay }, key)
  }
}

/** What a run costs, from when it is made. */
class Cost {
  readonly #since = performance.now()
  readonly #cpuSince = process.cpuUsage()

  of (requests: number): Pick<Summary, 'requestsPerSecond' | 'cpuMicrosPerRequest' | 'peakRssBytes'> {
    const seconds = (performance.now() - this.#since) / 1000
    const { user, system } = process.cpuUsage(this.#cpuSince)
    return {
      requestsPerSecond: Math.round(requests / seconds),
      cpuMicrosPerRequest: requests === 0 ? 0 : rounded((user + system) / requests),
      peakRssBytes: process.resourceUsage().maxRSS * 1024
    }
  }
}

/** Options of the collection; what belongs to the running application, not to what is judged, is left out. */
async function readConfig (file: string | undefined): Promise<{ flagAt?: number, secret?: string } & Record<string, unknown>> {
  if (file === undefined) return {}
  const { main } = await loadModule(file)
  if (typeof main !== 'object' || main === null || Array.isArray(main)) throw new Failure(`${file}: exports no options (an object)`)
  const { admin, persistence, store, ...options } = main as Record<string, unknown>
  return options
}

async function readable (file: string): Promise<void> {
  try {
    await access(file, constants.R_OK)
  } catch (error) {
    throw new Failure(`${file}: ${reasonOf(error)}`)
  }
}

function brief ({ type, detector, severity, risk, field, detail }: SignalJson): SignalJson {
  return { type, detector, severity, risk, ...field === undefined ? null : { field }, detail }
}

function rounded (value: number): number { return Math.round(value * 10) / 10 }
