import { attackDraft, attackKinds, singleKinds } from './attacks'
import { Crowd } from './crowd'
import type { TrafficEntry } from './entry'
import { Pools } from './pools'
import { Random } from './random'
import { render } from './render'
import { seriesKinds } from './series'
import type { SeriesKind } from './series'

export { attackKinds } from './attacks'
export type { AttackKind } from './attacks'
export type { TrafficEntry } from './entry'

/** 2026-03-02T08:00:00Z, a Monday. */
export const defaultStart = 1_772_438_400_000

export interface TrafficOptions {
  seed: number
  /** Entries in all, attacks included. */
  requests: number
  /**
   * Share of attacks among the entries, 0 to 1.
   * @default 0
   */
  attackShare?: number
  /** Names of the kinds to draw from; all by default. Series longer than a tenth of the attacks due are left out. */
  attacks?: readonly string[]
  /** Number of entries after which the shop's new release is out: `delivery_slot` in quotes and checkouts, `placement` in what is put into a cart, `X-App-Build` from the Android app. */
  deployAt?: number
  /** Epoch milliseconds of the first request. */
  startAt?: number
}

/** Ordinary traffic of the example shop, attacks mixed in where wanted, ascending in time. The same options make the same entries. */
export function * generate (options: TrafficOptions): Generator<TrafficEntry> {
  const { seed, requests, attackShare = 0, startAt = defaultStart } = options
  const random = new Random(`traffic:${seed}`)
  const pools = new Pools(seed)
  const crowd = new Crowd({ random: random.fork('crowd'), pools, isDeployed: false }, startAt)
  const times = random.fork('times')
  const names = options.attacks ?? attackKinds.map(({ name }) => name)
  const attacker = attackShare === 0 ? null : new Attacker(seed, pools, startAt, names, attackShare * requests / 10)
  let at = startAt
  let attacks = 0
  for (let made = 0; made < requests; made++) {
    if (made === options.deployAt) {
      crowd.deploy()
      attacker?.crowd.deploy()
    }
    const next = crowd.peek()
    let attack = attacker?.due(next) ?? null
    if (attack === null && attacker !== null && attacker.random.chance(attackShare * 2) && attacks < attackShare * made) {
      const [first, count] = attacker.strike(at, next)
      attacks += count
      attack = first
    }
    if (attack !== null) {
      at = Date.parse(attack.startedDateTime)
      yield attack
      continue
    }
    const step = crowd.next()
    at = step.at
    const entry = render(step.draft, at, times)
    step.settle(entry.response.status)
    yield entry
  }
}

export interface SuiteOptions {
  seed: number
  /** Attacks of each single-request kind; a twentieth of it, at least one, are the series of each other kind. */
  perKind: number
  /** Names of the kinds; all by default. */
  attacks?: readonly string[]
  startAt?: number
  /** After the deployment: see `TrafficOptions`. */
  isDeployed?: boolean
}

/** Attacks of every kind, kind by kind, on the shop of the same seed, for measuring what is caught. */
export function * attackSuite (options: SuiteOptions): Generator<TrafficEntry> {
  const start = options.startAt ?? defaultStart + 8 * 3_600_000
  const attacker = new Attacker(options.seed, new Pools(options.seed), start, [], 0)
  if (options.isDeployed === true) attacker.crowd.deploy()
  const wanted = new Set(options.attacks ?? attackKinds.map(({ name }) => name))
  let at = start
  for (const name of singleKinds.filter((kind) => wanted.has(kind))) {
    for (let i = 0; i < options.perKind; i++) yield attacker.single(name, at += Math.ceil(attacker.random.exponential(1500)))
  }
  for (const kind of seriesKinds.filter((one) => wanted.has(one.name))) {
    for (let i = 0; i < Math.ceil(options.perKind / 20); i++) {
      attacker.begin(kind, at += 180_000)
      for (let entry = attacker.due(Infinity); entry !== null; entry = attacker.due(Infinity)) {
        at = Date.parse(entry.startedDateTime)
        yield entry
      }
    }
  }
}

/** Draws attacks from a crowd of its own, of the same people, so that ordinary traffic is the same with and without them. */
class Attacker {
  readonly random: Random
  readonly crowd: Crowd
  readonly #names: string[]
  #series: { at: number, make: (at: number) => TrafficEntry }[] = []
  #count = 0

  constructor (seed: number, pools: Pools, startAt: number, names: readonly string[], longest: number) {
    this.random = new Random(`attacks:${seed}`)
    this.crowd = new Crowd({ random: this.random.fork('crowd'), pools, isDeployed: false }, startAt)
    this.acquaint(400)
    const unknown = names.find((name) => !attackKinds.some((kind) => kind.name === name))
    if (unknown !== undefined) throw new RangeError(`no such kind of attack: ${unknown}`)
    this.#names = names.filter((name) => singleKinds.includes(name) || longest >= 250)
  }

  /** Lets ordinary visits pass unrecorded, so that there are people whose requests can be imitated. */
  acquaint (requests: number): void {
    for (let i = 0; i < requests; i++) {
      const { at, draft, settle } = this.crowd.next()
      settle(render(draft, at, this.random).response.status)
    }
  }

  single (name: string, at: number): TrafficEntry { return render(attackDraft(this.crowd, name, this.random), at, this.random, name) }

  /** One attack, or the first request of a series: with the number of requests that it has in all. */
  strike (at: number, until: number): [TrafficEntry, number] {
    const name = this.random.pick(this.#names)
    const kind = seriesKinds.find((one) => one.name === name)
    const now = at + this.random.int(Math.max(1, until - at))
    if (kind === undefined) return [this.single(name, now), 1]
    const count = this.begin(kind, now)
    return [this.due(Infinity) as TrafficEntry, count]
  }

  begin (kind: SeriesKind, at: number): number {
    const id = `${kind.name}-${++this.#count}`
    let time = at
    const steps = kind.make(this.crowd, this.random).map(([draft, wait]) => {
      time += wait
      return { at: time, make: (when: number): TrafficEntry => ({ ...render(draft, when, this.random, kind.name), _series: id }) }
    })
    this.#series = [...this.#series, ...steps].sort((a, b) => a.at - b.at)
    return steps.length
  }

  /** The next request of a series that is due before `until`; null for none. */
  due (until: number): TrafficEntry | null {
    const first = this.#series[0]
    if (first === undefined || first.at > until) return null
    this.#series.shift()
    return first.make(first.at)
  }
}
