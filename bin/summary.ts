import { combine } from '../lib/assessment'
import type { Exchange } from '../lib/har'
import type { SignalJson } from '../lib/signal'

/** The ingredient without which figures are given too: attacks that go where no client goes are easily told. */
const UNSEEN_PATH = 'unknown_path'
const WORST = 10

/** Figures that need labels; shares are 0 to 1, `null` where there was nothing to take a share of. */
export interface LabelledFigures {
  tp: number
  fp: number
  fn: number
  tn: number
  tpr: number | null
  fpr: number | null
  precision: number | null
  byAttack: Record<string, { entries: number, flagged: number, tpr: number }>
}

export interface BenignEntry { index: number, method: string, url: string, route: string | null, score: number, flagged: boolean, types: string[] }

export interface Figures extends Partial<LabelledFigures> {
  entries: number
  flagged: number
}

export interface Summary extends Figures {
  /** Entries that had a signal of each type. */
  byType: Record<string, number>
  /** The same where signals of type `unknown_path` are ignored. */
  withoutUnseenPath: Figures
  /** The benign entries with the highest score. */
  worstBenign?: BenignEntry[]
  learned: number
  skipped: number
  routes: number
  routesFrom: string
  requestsPerSecond: number
  cpuMicrosPerRequest: number
  peakRssBytes: number
}

/** What was judged about one entry of the recording. */
export interface Verdict {
  index: number
  exchange: Exchange
  route: string | null
  score: number
  flagged: boolean
  signals: readonly SignalJson[]
}

/** Counts verdicts: a few numbers, whatever the length of the recording. */
export class Tally {
  readonly #all = new Confusion()
  readonly #withoutUnseenPath = new Confusion()
  readonly #byType = new Map<string, number>()
  readonly #worst: BenignEntry[] = []
  readonly #flagAt: number

  /** @param flagAt Score from which a request is flagged, where its route says nothing else. */
  constructor (flagAt: number) { this.#flagAt = flagAt }

  add (verdict: Verdict): void {
    const { exchange, flagged, signals } = verdict
    this.#all.add(exchange, flagged)
    this.#withoutUnseenPath.add(exchange, flagged && this.#staysFlagged(verdict))
    for (const type of new Set(signals.map((signal) => signal.type))) this.#byType.set(type, (this.#byType.get(type) ?? 0) + 1)
    if (exchange.label === 'benign') this.#rank(verdict)
  }

  get hasBenign (): boolean { return this.#all.hasBenign }

  figures (): Pick<Summary, 'byType' | 'withoutUnseenPath' | 'worstBenign'> & Figures {
    const byType = Object.fromEntries([...this.#byType].sort((a, b) => b[1] - a[1]))
    return {
      ...this.#all.figures(),
      byType,
      withoutUnseenPath: this.#withoutUnseenPath.figures(),
      ...this.#all.hasLabels ? { worstBenign: this.#worst } : null
    }
  }

  #staysFlagged ({ signals }: Verdict): boolean {
    const rest = signals.filter((signal) => signal.type !== UNSEEN_PATH)
    return rest.length === signals.length || combine(rest) >= this.#flagAt
  }

  #rank ({ index, exchange, route, score, flagged, signals }: Verdict): void {
    const last = this.#worst.at(-1)
    if (score === 0 || (this.#worst.length === WORST && last !== undefined && score <= last.score)) return
    const place = this.#worst.findIndex((other) => other.score < score)
    const entry = { index, method: exchange.method, url: exchange.target, route, score, flagged, types: signals.map(({ type }) => type) }
    this.#worst.splice(place < 0 ? this.#worst.length : place, 0, entry)
    if (this.#worst.length > WORST) this.#worst.pop()
  }
}

/** Flagged or not against attack or not. */
class Confusion {
  #entries = 0
  #flagged = 0
  #tp = 0
  #fp = 0
  #fn = 0
  #tn = 0
  readonly #attacks = new Map<string, { entries: number, flagged: number }>()

  add ({ label, attack }: Exchange, flagged: boolean): void {
    this.#entries++
    if (flagged) this.#flagged++
    if (label === 'benign') {
      if (flagged) this.#fp++
      else this.#tn++
    } else if (label === 'attack') {
      if (flagged) this.#tp++
      else this.#fn++
      const name = attack ?? '(no class)'
      const counts = this.#attacks.get(name) ?? { entries: 0, flagged: 0 }
      counts.entries++
      if (flagged) counts.flagged++
      this.#attacks.set(name, counts)
    }
  }

  get hasBenign (): boolean { return this.#fp + this.#tn > 0 }

  get hasLabels (): boolean { return this.hasBenign || this.#tp + this.#fn > 0 }

  figures (): Figures {
    const counts = { entries: this.#entries, flagged: this.#flagged }
    if (!this.hasLabels) return counts
    const [tp, fp, fn, tn] = [this.#tp, this.#fp, this.#fn, this.#tn]
    const byAttack: LabelledFigures['byAttack'] = {}
    for (const [name, { entries, flagged }] of [...this.#attacks].sort((a, b) => b[1].entries - a[1].entries)) {
      Object.defineProperty(byAttack, name, { value: { entries, flagged, tpr: flagged / entries }, enumerable: true })
    }
    return { ...counts, tp, fp, fn, tn, tpr: share(tp, tp + fn), fpr: share(fp, fp + tn), precision: share(tp, tp + fp), byAttack }
  }
}

function share (part: number, whole: number): number | null { return whole === 0 ? null : part / whole }
