import { attackKinds } from '../traffic/attacks'
import type { TrafficEntry } from '../traffic/entry'
import type { Verdict } from './watched-shop'

/** Findings about many requests: they say that something goes on, and do not flag the request in which that came out. */
const LASTING: readonly string[] = ['rate_burst', 'abnormal_error_rate']

/** One attack: a request, or a series of them. */
interface Attack { first: string | null, weak: string | null, observed: boolean }

/** A row of the table at the end. */
export interface KindScore {
  kind: string
  ingredient: string
  sent: number
  caught: number
  /** What caught most of them first; null where nothing did. */
  firstSignal: string | null
  /** What was found in missed ones without sufficing. */
  weakSignal: string | null
  /** Attacks of which no request reached a hook. */
  refused: number
}

/** Ordinary requests, those of them that were flagged, and the first signals of these. */
export interface OrdinaryScore { requests: number, flagged: number, signals: Map<string, number> }

/** Compares verdicts with what the requests truly were. A series is one attack: caught when any of it is flagged, or tells of an episode. */
export class Scoreboard {
  readonly learning: OrdinaryScore = { requests: 0, flagged: 0, signals: new Map() }
  readonly watching: OrdinaryScore = { requests: 0, flagged: 0, signals: new Map() }
  /** Requests of attacks. */
  attackRequests = 0
  readonly #attacks = new Map<string, Map<string, Attack>>()

  ordinary (phase: 'learning' | 'watching', verdict: Verdict): void {
    const score = this[phase]
    score.requests++
    if (!verdict.flagged) return
    score.flagged++
    const first = verdict.signals[0] ?? ''
    score.signals.set(first, (score.signals.get(first) ?? 0) + 1)
  }

  attack (entry: TrafficEntry, verdict: Verdict): void {
    this.attackRequests++
    const kind = entry._attack as string
    const attacks = this.#attacks.get(kind) ?? new Map<string, Attack>()
    this.#attacks.set(kind, attacks)
    const name = entry._series ?? String(attacks.size)
    const attack = attacks.get(name) ?? { first: null, weak: null, observed: false }
    attacks.set(name, attack)
    if (verdict.observed) attack.observed = true
    const lasting = verdict.signals.find((type) => LASTING.includes(type))
    if (verdict.flagged) attack.first ??= verdict.signals[0] ?? null
    else if (lasting !== undefined && entry._series !== undefined) attack.first ??= lasting
    attack.weak ??= verdict.signals[0] ?? null
  }

  /** Attacks so far, and those caught. */
  get totals (): { sent: number, caught: number } {
    let sent = 0
    let caught = 0
    for (const attacks of this.#attacks.values()) {
      sent += attacks.size
      for (const attack of attacks.values()) if (attack.first !== null) caught++
    }
    return { sent, caught }
  }

  /** One row for each kind of attack, whether it came or not. */
  rows (): KindScore[] {
    return attackKinds.map(({ name, ingredient }) => {
      const attacks = [...this.#attacks.get(name)?.values() ?? []]
      const caught = attacks.filter(({ first }) => first !== null)
      const missed = attacks.filter(({ first }) => first === null)
      return {
        kind: name,
        ingredient,
        sent: attacks.length,
        caught: caught.length,
        firstSignal: commonest(caught.map(({ first }) => first)),
        weakSignal: commonest(missed.map(({ weak }) => weak)),
        refused: attacks.filter(({ observed }) => !observed).length
      }
    })
  }
}

function commonest (types: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>()
  for (const type of types) if (type !== null) counts.set(type, (counts.get(type) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
}
