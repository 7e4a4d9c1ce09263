import { wilsonUpper } from '../stats/proportion'
import { ja4Family } from '../text/ja4'
import type { SignalStore } from './signal-store'
import { categoryOf, SIGNAL_TYPES, TYPE } from './signal-types'
import type { SignalTypeName } from './signal-types'

/** Entities that have something in common which is not explained by how common it is. */
export interface Correlation {
  /** One value that far more entities have than before; far more entities within a minute than ordinarily; variants of one TLS client. */
  type: typeof CORRELATION_TYPES[number]
  /** 0.5 to 1: grows with the entities. */
  strength: number
  /** Entities that belong to it, and the first ten of them. */
  count: number
  entities: string[]
  /** What they have in common; `null` where it is the time. */
  signal: SignalTypeName | null
  value: string | null
  /** Different JA4 of a family. */
  variants: number
  /** Epoch milliseconds of the first and the last of its signals. */
  from: number
  to: number
}

export const CORRELATION_TYPES = ['entity_cluster', 'temporal_correlation', 'fingerprint_family'] as const

/** What of the correlations is wanted; all that are given must hold. */
export interface CorrelationFilter {
  readonly correlation?: Correlation['type'] | undefined
  /** Least strength, 0.5 to 1. */
  readonly strength?: number | undefined
  /** Keyed hash of an entity that belongs to it: of an address, or of a session or credential that addresses bore. */
  readonly entity?: number | undefined
}

interface Found { readonly correlation: Correlation, readonly entities: ReadonlySet<number> }

const LEAST = 3
const HALF_MINUTE_MS = 30_000
/** Values and entities looked at. What comes beyond is left out. */
const MOST_VALUES = 50_000
const MOST_SHOWN = 10
/** Logarithm of the odds against chance that are asked for: a million to one. */
const LOG_ODDS = Math.log(1e6)
/** A token that more entities have than 99 of 100 tokens. */
const RARE = 0.01
const LEAST_TOKENS = 100

/** Who has a value: most values belong to one, who needs no set. */
class Group {
  readonly type: number
  readonly value: number
  now: ReadonlySet<number> = NOBODY
  before: ReadonlySet<number> = NOBODY
  from = Infinity
  to = -Infinity
  #nowFirst: number | null = null
  #beforeFirst: number | null = null

  constructor (type: number, value: number) {
    this.type = type
    this.value = value
  }

  /** Entities that have it now. */
  get size (): number { return this.now === NOBODY && this.#nowFirst !== null ? 1 : this.now.size }
  /** Entities that had it before. */
  get sizeBefore (): number { return this.before === NOBODY && this.#beforeFirst !== null ? 1 : this.before.size }

  add (entity: number, at: number, isNow: boolean): void {
    if (!isNow) {
      if (this.#beforeFirst === null) this.#beforeFirst = entity
      else if (entity !== this.#beforeFirst || this.before !== NOBODY) this.before = added(this.before, this.#beforeFirst, entity)
      return
    }
    this.from = Math.min(this.from, at)
    this.to = at
    if (this.#nowFirst === null) this.#nowFirst = entity
    else if (entity !== this.#nowFirst || this.now !== NOBODY) this.now = added(this.now, this.#nowFirst, entity)
  }

  /** All of them, in new sets. */
  copy (): { now: Set<number>, before: Set<number> } {
    return { now: new Set(this.#nowFirst === null ? [] : [this.#nowFirst, ...this.now]), before: new Set(this.#beforeFirst === null ? [] : [this.#beforeFirst, ...this.before]) }
  }
}

const NOBODY: ReadonlySet<number> = new Set()

function added (set: ReadonlySet<number>, first: number, entity: number): ReadonlySet<number> {
  const own = set === NOBODY ? new Set([first]) : set as Set<number>
  if (own.size < MOST_VALUES) own.add(entity)
  return own
}

/** Hashes are kept as signed integers: those need no memory of their own in sets and maps. */
interface Look { groups: readonly Map<number, Group>[], count: number, now: Set<number>, before: Set<number>, slots: Map<number, Set<number>> }

/**
 * Correlations among the remembered signals of a range, strongest first: made when asked for, O(signals remembered). Popular is not coordinated (W39): each is tested
 * against what was ordinary in the range of equal length just before, a million to one against chance.
 * @param types Numbers of the types looked at.
 */
export function correlate (store: SignalStore, from: number, to: number, types: ReadonlySet<number>, limit: number, { correlation, strength = 0, entity }: CorrelationFilter = {}): Correlation[] {
  const look = gather(store, from, to, types)
  const wanted = entity === undefined ? null : clientsOf(store, entity, from, to)
  return [...clusters(store, look), ...families(store, look), ...bursts(store, look, from, to)]
    .filter((found) => (correlation === undefined || found.correlation.type === correlation) && found.correlation.strength >= strength && (wanted === null || wanted.some((client) => found.entities.has(client))))
    .map((found) => found.correlation)
    .sort((a, b) => b.strength - a.strength || b.count - a.count)
    .slice(0, limit)
}

/** Addresses that an entity had: itself, or all that bore a session or credential. */
function clientsOf (store: SignalStore, entity: number, from: number, to: number): number[] {
  const clients = new Set<number>()
  store.recent.look(from, to, entity, (type, value, who) => { clients.add(who | 0) })
  return [...clients]
}

function gather (store: SignalStore, from: number, to: number, types: ReadonlySet<number>): Look {
  const look: Look = { groups: SIGNAL_TYPES.map(() => new Map()), count: 0, now: new Set(), before: new Set(), slots: new Map() }
  store.recent.look(from - (to - from) - 1, to, null, (type, value, who, session, at) => {
    if (!types.has(type)) return
    const entity = who | 0
    const isNow = at >= from
    const seen = isNow ? look.now : look.before
    if (seen.size < MOST_VALUES) seen.add(entity)
    if (isNow) setAt(look.slots, Math.floor(at / HALF_MINUTE_MS)).add(entity)
    if (type === TYPE.ip) return
    const groups = look.groups[type] as Map<number, Group>
    let group = groups.get(value | 0)
    if (group === undefined) {
      if (look.count >= MOST_VALUES) return
      look.count++
      groups.set(value | 0, group = new Group(type, value))
    }
    group.add(entity, at, isNow)
  })
  return look
}

function * clusters (store: SignalStore, look: Look): Generator<Found> {
  const tokens = all(look).filter(({ type, size }) => categoryOf(type) === 'auth_token' && size > 0).map(({ size }) => size)
  for (const group of all(look)) {
    const { type, value, now, from, to, sizeBefore } = group
    if (now.size < LEAST) continue
    const isRemarkable = categoryOf(type) === 'auth_token' ? isRareToken(tokens, now.size) : isLifted(now.size, look.now.size, sizeBefore, look.before.size)
    if (isRemarkable) yield correlation(store, 'entity_cluster', now, type, shown(store, value), 1, strengthOf(now.size, 10), from, to)
  }
}

/** TLS clients that differ in what varies from hello to hello only. */
function * families (store: SignalStore, look: Look): Generator<Found> {
  const found = new Map<string, { now: Set<number>, before: Set<number>, variants: number, from: number, to: number }>()
  for (const group of all(look)) {
    const { type, value, size, from, to } = group
    const text = type === TYPE.ja4 ? store.nameOf(value) : null
    if (text === null || size === 0) continue
    const { now, before } = group.copy()
    const family = found.get(ja4Family(text)) ?? { now: new Set(), before: new Set(), variants: 0, from, to }
    found.set(ja4Family(text), family)
    family.variants++
    for (const entity of now) family.now.add(entity)
    for (const entity of before) family.before.add(entity)
    family.from = Math.min(family.from, from)
    family.to = Math.max(family.to, to)
  }
  for (const [name, { now, before, variants, from, to }] of found) {
    if (variants < 2 || now.size < LEAST || !isLifted(now.size, look.now.size, before.size, look.before.size)) continue
    yield correlation(store, 'fingerprint_family', now, TYPE.ja4, name, variants, strengthOf(now.size, 10), from, to)
  }
}

/** Minutes in which far more entities came than in others, most first; one whose entities others had for the most part is left out. */
function * bursts (store: SignalStore, { slots, now }: Look, from: number, to: number): Generator<Found> {
  const minutes = Math.max(1, (to - from + 1) / (2 * HALF_MINUTE_MS))
  const windows = [...slots.keys()].map((slot) => ({ slot, entities: new Set([...slots.get(slot) ?? [], ...slots.get(slot + 1) ?? []]) }))
  const total = [...slots.values()].reduce((sum, { size }) => sum + size, 0)
  const mean = total / minutes
  const covered = new Set<number>()
  for (const { slot, entities } of windows.sort((a, b) => b.entities.size - a.entities.size)) {
    const n = entities.size
    if (n < LEAST || n <= mean || n * Math.log(n / mean) - (n - mean) < LOG_ODDS + Math.log(windows.length)) return
    const isKnown = [...entities].filter((entity) => covered.has(entity)).length > n / 2
    for (const entity of entities) covered.add(entity)
    if (!isKnown && now.size >= n) yield correlation(store, 'temporal_correlation', entities, null, null, 1, strengthOf(n, 8), slot * HALF_MINUTE_MS, (slot + 2) * HALF_MINUTE_MS - 1)
  }
}

function all ({ groups }: Look): Group[] { return groups.flatMap((each) => [...each.values()]) }

/** Whether far more entities have a thing than had it before: the bound on a binomial tail, with the share before at its worst. */
function isLifted (having: number, of: number, before: number, ofBefore: number): boolean {
  const share = having / of
  const ordinary = wilsonUpper(before, ofBefore)
  if (share <= ordinary) return false
  const rest = share < 1 ? (1 - share) * Math.log((1 - share) / (1 - ordinary)) : 0
  return of * (share * Math.log(share / ordinary) + rest) > LOG_ODDS
}

function isRareToken (sizes: readonly number[], size: number): boolean {
  return sizes.length >= LEAST_TOKENS && wilsonUpper(sizes.filter((each) => each >= size).length, sizes.length, 0) < RARE
}

function correlation (store: SignalStore, type: Correlation['type'], entities: ReadonlySet<number>, signal: number | null, value: string | null, variants: number, strength: number, from: number, to: number): Found {
  const first = [...entities].slice(0, MOST_SHOWN).map((entity) => shown(store, entity))
  return { entities, correlation: { type, strength, count: entities.size, entities: first, signal: signal === null ? null : SIGNAL_TYPES[signal] as SignalTypeName, value, variants, from, to } }
}

function strengthOf (entities: number, full: number): number { return Math.min(1, Math.max(0.5, (entities - 2) / full)) }

function shown (store: SignalStore, hash: number): string { return store.nameOf(hash) ?? `#${(hash >>> 0).toString(16).padStart(8, '0')}` }

function setAt (slots: Map<number, Set<number>>, slot: number): Set<number> {
  const known = slots.get(slot)
  if (known !== undefined) return known
  const made = new Set<number>()
  slots.set(slot, made)
  return made
}
