import { levelOf } from './signal'

const LEVELS = ['info', 'low', 'medium', 'high', 'critical'] as const
/** Kinds that are told apart; the collection itself has 86. What an application reports may have any name. */
const MOST_KINDS = 512
const MOST_NAME = 100
/** Type of what comes beyond that. */
const OTHER = 'other'

interface Kind { readonly detector: string, readonly type: string, readonly counts: number[] }

/** How often events of one type and level were recorded. */
export interface EventCount { detector: string, type: string, level: string, count: number }

/**
 * Events ever recorded, by detector, type and level; counts only grow. O(1) an event. Types are told apart up to 512, by their first 100 characters; those
 * that come later count as `other`, since an application may name its findings after what clients send.
 */
export class EventTally {
  readonly #kinds = new Map<string, Kind>()

  /** @param severity 1 to 10. */
  count (detector: string, type: string, severity: number): void {
    const known = this.#kinds.get(`${detector} ${type}`) ?? this.#make(detector, String(type).slice(0, MOST_NAME))
    known.counts[LEVELS.indexOf(levelOf(severity))]!++
  }

  /** In the order in which they first came; levels that never came are left out. */
  * all (): Generator<EventCount> {
    for (const { detector, type, counts } of this.#kinds.values()) {
      for (const [place, count] of counts.entries()) if (count > 0) yield { detector, type, level: LEVELS[place] as string, count }
    }
  }

  byType (): Record<string, number> { return this.#sums('type') }
  byLevel (): Record<string, number> { return this.#sums('level') }

  #make (detector: string, name: string): Kind {
    const type = this.#kinds.size < MOST_KINDS ? name : OTHER
    const key = `${detector} ${type}`
    const kind = this.#kinds.get(key) ?? { detector, type, counts: LEVELS.map(() => 0) }
    this.#kinds.set(key, kind)
    return kind
  }

  #sums (by: 'type' | 'level'): Record<string, number> {
    const sums = new Map<string, number>()
    for (const each of this.all()) sums.set(each[by], (sums.get(each[by]) ?? 0) + each.count)
    return Object.fromEntries(sums)
  }
}

export { LEVELS as EVENT_LEVELS }
