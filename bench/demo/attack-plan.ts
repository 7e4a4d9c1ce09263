import { attackSuite } from '../traffic/generate'
import type { TrafficEntry } from '../traffic/entry'
import { Random } from '../traffic/random'

/** Mean time between the beginnings of two attacks. */
const INTERVAL_MS = 3000

/**
 * Attacks of every kind in a drawn order, some seconds apart; a series keeps its own pace and may overlap with others.
 * @param startAt Epoch milliseconds.
 */
export function planAttacks (seed: number, perKind: number, startAt: number): TrafficEntry[] {
  const random = new Random(`demo:${seed}`)
  const attacks = new Map<string, TrafficEntry[]>()
  for (const entry of attackSuite({ seed, perKind, startAt })) {
    const name = entry._series ?? String(attacks.size)
    const attack = attacks.get(name)
    if (attack === undefined) attacks.set(name, [entry])
    else attack.push(entry)
  }
  const planned: TrafficEntry[] = []
  let at = startAt
  for (const attack of random.shuffled([...attacks.values()])) {
    at += random.exponential(INTERVAL_MS)
    const delay = at - timeOf(attack[0] as TrafficEntry)
    for (const entry of attack) planned.push({ ...entry, startedDateTime: new Date(timeOf(entry) + delay).toISOString() })
  }
  return planned.sort((a, b) => timeOf(a) - timeOf(b))
}

/** Ordinary traffic with attacks in it, in order of time, until the last attack. */
export function * mingle (ordinary: Iterator<TrafficEntry>, attacks: readonly TrafficEntry[]): Generator<TrafficEntry> {
  let next = ordinary.next()
  for (const attack of attacks) {
    while (next.done !== true && timeOf(next.value) <= timeOf(attack)) {
      yield next.value
      next = ordinary.next()
    }
    yield attack
  }
}

export function timeOf (entry: TrafficEntry): number { return Date.parse(entry.startedDateTime) }
