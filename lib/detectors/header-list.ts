import { countBits } from '../store/popcount'
import { Signal } from '../signal'
import type { Observation } from '../observation'
import { ItemTable, MAX_LEVEL } from '../store/item-table'
import type { ClientDraws } from './client-draws'
import { NOTED, TESTED } from '../stats/regularity-prior'
import { HeaderRelations } from './header-relations'
import type { HeaderRelationsJson } from './header-relations'
import type { HeaderName, HeaderReader, HeaderShape } from './header-shape'
import { Newcomers } from './newcomers'
import { HEADER_MISSING, HEADER_ORDER, HEADER_REPEATED, HEADER_SET, HEADER_UNEXPECTED } from './header-signals'

/** Levels of the item table; cookies' names are `HeaderCookies`'s. */
const ORDERS = 0
const SETS = 1
const NAMES = 2
const REPEATED = 3
export const COOKIES = 4
const WRITTEN = 5

export const SETTLED = 0.05
/** Chance of something unseen below which the shape of a header list flags alone. */
const CERTAIN = 0.01
const MANY = 60
/** Sightings after which a list of headers is learned no further. */
const ENOUGH = 31
/** The same for a single name. */
const ENOUGH_NAMES = 16

/** Instead of a number of names noted: none yet, and seen whether they held. */
const NONE = -1
const DONE = -2

/** The plain form of a `HeaderList`. */
export interface HeaderListJson { items: number[], relations: HeaderRelationsJson }

/**
 * Which header names some clients ordinarily send: in which order and combination, which always, which twice, how they are
 * written. Memory: that of one item table and `HeaderRelations` (8 kB).
 */
export class HeaderList {
  readonly items: ItemTable
  readonly #relations: HeaderRelations
  readonly #draws: ClientDraws
  /** Names that every list had, and how many there were after the first draws. */
  #alwaysLow = -1
  #alwaysHigh = -1
  #noted = NONE
  /** Names that flagged requests did not have, by bit. */
  #dropped: Newcomers | null = null

  constructor (draws: ClientDraws, items = new ItemTable(), relations = new HeaderRelations()) {
    this.#draws = draws
    this.items = items
    this.#relations = relations
  }

  /** Lists known. */
  get distinct (): number { return this.items.distinct(ORDERS) }

  /** Whether a name is known here. @param name Its hash. */
  knows (name: number): boolean { return this.items.count(NAMES, name) > 0 }

  /**
   * Names, their order and combination.
   * @param everyone List of all clients, which backs this one.
   * @param reader Knows the names of bits, and which headers clients send at times only.
   * @returns Whether the list is well known.
   */
  judge (shape: HeaderShape, everyone: HeaderList, reader: HeaderReader, observation: Observation): boolean {
    const { n } = this.#draws
    const known = this.items.count(ORDERS, shape.order)
    if (known > 1) return true
    if ((known === 1 && n < MANY) || this.judgeNames(shape, everyone, reader, observation)) return false
    if (everyone.items.count(ORDERS, shape.order) > 1) return false
    const isKnownSet = this.items.count(SETS, shape.set) > (n >= MANY ? 1 : 0)
    const surprise = this.unseen(isKnownSet ? ORDERS : SETS, this.#draws.lists)
    if (surprise >= SETTLED) return false
    const kind = isKnownSet ? HEADER_ORDER : HEADER_SET
    observation.add(new Signal(kind, 'headers', isKnownSet ? severityAt(surprise) : 3, isKnownSet ? riskAt(surprise) : 30, n, undefined))
    return false
  }

  /** Names that nobody sends, are sent twice, are missing, stand in another order or are written otherwise. @returns Whether there are any. */
  judgeNames (shape: HeaderShape, everyone: HeaderList, reader: HeaderReader, observation: Observation): boolean {
    let found = this !== everyone && this.#judgeMissing(shape, everyone, reader, observation)
    // Programs of one make write another sort of request (a report, a file) in the same other order.
    const misplaced = this === everyone || everyone.items.count(ORDERS, shape.order) > 1 ? 1 : Math.min(this.#relations.misplaced(shape.bits, this.#draws.lists), this.#rewritten(shape)) * reader.always.trust
    if (misplaced < SETTLED) {
      observation.add(new Signal(HEADER_ORDER, 'headers', severityAt(misplaced), riskAt(misplaced), this.#draws.n, undefined))
      found = true
    }
    found = this.#judgeUnexpected(shape, everyone, observation) || found
    return this.#judgeRepeated(shape, everyone, observation) || found
  }

  #judgeUnexpected (shape: HeaderShape, everyone: HeaderList, observation: Observation): boolean {
    const chance = everyone.unseen(NAMES, everyone.#draws.lists)
    if (chance >= SETTLED) return false
    for (const { counts, hash, name } of shape.names) {
      if (!counts || this.items.count(NAMES, hash) > 0 || everyone.items.count(NAMES, hash) > 0) continue
      observation.add(new Signal(HEADER_UNEXPECTED, `header.${name.slice(0, 64)}`, severityAt(chance), riskAt(chance), this.#draws.n, undefined))
      return true
    }
    return false
  }

  #judgeRepeated ({ repeated }: HeaderShape, everyone: HeaderList, observation: Observation): boolean {
    if (repeated === null) return false
    const chance = everyone.unseen(REPEATED, everyone.#draws.lists)
    if (chance >= SETTLED || this.items.count(REPEATED, repeated.hash) > 0 || everyone.items.count(REPEATED, repeated.hash) > 0) return false
    observation.add(new Signal(HEADER_REPEATED, `header.${repeated.name.slice(0, 64)}`, severityAt(chance), riskAt(chance), this.#draws.n, undefined))
    return true
  }

  #judgeMissing (shape: HeaderShape, everyone: HeaderList, reader: HeaderReader, observation: Observation): boolean {
    const relations = this.#relations
    const bit = relations.missing(shape.bits, shape.low | reader.occasionalLow, shape.high | reader.occasionalHigh, this.#draws.lists, everyone.#relations, this.#draws.values)
    const chance = relations.chance * reader.always.trust
    if (bit < 0 || chance >= SETTLED) return false
    observation.add(new Signal(HEADER_MISSING, `header.${reader.bitNames[bit]}`, severityAt(chance), riskAt(chance), this.#draws.n, 'of such clients'))
    return true
  }

  /** A request without a user agent, where next to none comes without. @param without Requests learned without one. */
  judgeAnonymous (without: number, observation: Observation): void {
    const chance = (without + 1) / (this.#draws.lists + 2)
    if (chance < SETTLED) observation.add(new Signal(HEADER_MISSING, 'header.user-agent', severityAt(chance), riskAt(chance), this.#draws.n, 'of all clients'))
  }

  /** Estimated chance that such a client writes one of the names as it is written here; 1 where all are known. */
  #rewritten (shape: HeaderShape): number {
    for (let i = 0, at = 0; i < shape.names.length; i++) {
      const name = shape.names[i] as HeaderName
      if (!name.counts) continue
      const hash = shape.written[at++] as number
      if (this.items.count(WRITTEN, hash) === 0 && this.items.count(NAMES, name.hash) > 0) return this.unseen(WRITTEN, this.#draws.lists)
    }
    return 1
  }

  /** @param several Whether a thing counts a second time only when a second client sent it. */
  learn (shape: HeaderShape, principal: number, several: boolean): void {
    const { items } = this
    if (items.count(ORDERS, shape.order) >= ENOUGH) return
    items.learn(ORDERS, shape.order, principal, several)
    items.learn(SETS, shape.set, principal, several)
    this.#relations.learn(shape.bits)
    for (const hash of shape.written) if (items.count(WRITTEN, hash) < ENOUGH_NAMES) items.learn(WRITTEN, hash, principal, several)
    for (const name of shape.names) if (name.counts && items.count(NAMES, name.hash) < ENOUGH_NAMES) items.learn(NAMES, name.hash, principal, several)
    if (shape.repeated !== null) items.learn(REPEATED, shape.repeated.hash, principal, several)
  }

  /** Which names such clients always send: noted after the first draws, and seen after more of them whether it stayed so. */
  noteAlways ({ low, high }: HeaderShape, reader: HeaderReader): void {
    if (this.#noted === DONE) return
    this.#alwaysLow &= low
    this.#alwaysHigh &= high
    const { lists } = this.#draws
    if (lists < NOTED || (this.#noted !== NONE && lists < TESTED)) return
    const always = countBits(this.#alwaysLow & ~reader.occasionalLow) + countBits(this.#alwaysHigh & ~reader.occasionalHigh)
    if (this.#noted !== NONE) reader.always.learn(this.#noted, always)
    this.#noted = this.#noted === NONE ? always : DONE
  }

  /** Notes the names of a request that may not teach; what enough distinct principals have sent becomes known. @param reader `null` for the list of all clients, of which no name is missed. */
  quarantine (shape: HeaderShape, principal: number, enough: number, reader: HeaderReader | null, onPromoted: (field: string) => void): void {
    const { items } = this
    if (reader !== null) this.#quarantineMissing(shape, principal, enough, reader, onPromoted)
    if (items.note(ORDERS, shape.order, principal) >= enough && items.count(ORDERS, shape.order) === 0) {
      this.#promoteList(shape, principal, enough)
      onPromoted('headers')
    }
    for (let i = 0, at = 0; i < shape.names.length; i++) {
      const name = shape.names[i] as HeaderName
      if (!name.counts) continue
      const written = shape.written[at++] as number
      if (items.count(NAMES, name.hash) > 0 || items.note(NAMES, name.hash, principal) < enough) continue
      items.promote(NAMES, name.hash, 2)
      // As it is written now, or it would be known and written in a way that nobody knows.
      this.#promote(WRITTEN, written, principal)
      onPromoted(`header.${name.name.slice(0, 64)}`)
    }
    const { repeated } = shape
    if (repeated !== null && items.count(REPEATED, repeated.hash) === 0 && items.note(REPEATED, repeated.hash, principal) >= enough) {
      items.promote(REPEATED, repeated.hash, 2)
      onPromoted(`header.${repeated.name.slice(0, 64)}`)
    }
  }

  /** A name that such clients always send and that is not there: enough distinct principals without it, and it need not be. */
  #quarantineMissing ({ bits, low, high }: HeaderShape, principal: number, enough: number, reader: HeaderReader, onPromoted: (field: string) => void): void {
    const bit = this.#relations.missing(bits, low | reader.occasionalLow, high | reader.occasionalHigh, this.#draws.lists)
    if (bit < 0 || !(this.#dropped ??= new Newcomers()).noteThing(bit, principal, enough)) return
    this.#relations.excuse(bit)
    onPromoted(`header.${reader.bitNames[bit]}`)
  }

  /** The list becomes known, and with it its combination, its relations, its names and how they are written. */
  #promoteList (shape: HeaderShape, principal: number, enough: number): void {
    this.items.promote(ORDERS, shape.order, 2)
    this.#promote(SETS, shape.set, principal)
    for (let i = 0; i < enough; i++) this.#relations.learn(shape.bits)
    for (const hash of shape.written) this.#promote(WRITTEN, hash, principal)
    for (const name of shape.names) if (name.counts && this.items.count(NAMES, name.hash) === 0) this.#promote(NAMES, name.hash, principal)
  }

  #promote (level: number, hash: number, principal: number): void {
    this.items.note(level, hash, principal)
    this.items.promote(level, hash, 2)
  }

  /**
   * Estimated chance that ordinary traffic shows something unseen on the level; 1 where the level is full.
   * @param draws Independent draws.
   */
  unseen (level: number, draws: number): number {
    const { items } = this
    if (items.distinct(level) >= MAX_LEVEL) return 1
    return (items.rare(level, this.#draws.n >= MANY) - items.pending(level) + 1) / (draws + 2)
  }

  /** One half-life. */
  halve (): void {
    this.items.halve()
    this.#relations.halve()
    this.#dropped = null
  }

  merge (other: HeaderList): void {
    this.items.merge(other.items)
    this.#relations.merge(other.#relations)
  }

  toJSON (): HeaderListJson { return { items: this.items.toJSON(), relations: this.#relations.toJSON() } }

  /** @param bitOf The bit that a name has here, by the bit it had where the JSON was made. */
  static from (json: HeaderListJson, draws: ClientDraws, bitOf: (bit: number) => number): HeaderList {
    const list = new HeaderList(draws, ItemTable.from(json.items), HeaderRelations.from(json.relations, bitOf))
    if (draws.lists >= NOTED) list.#noted = DONE
    return list
  }
}

/** Risk of a deviation in the list of headers: 60 where the chance is 1 % or less, falling to 45 where the level is just settled: one odd client shows the same in all of its requests. */
export function riskAt (chance: number): number {
  return chance <= CERTAIN ? 60 : 60 - 15 * Math.log(chance / CERTAIN) / Math.log(SETTLED / CERTAIN)
}

export function severityAt (chance: number): number { return riskAt(chance) >= 50 ? 5 : 3 }
