import { ItemTable } from '../store/item-table'
import { LETTER, LOWER, UPPER } from '../text/value-shape'

/** Levels of a field's item table. */
export const CHARACTERS = 0
export const CHARSETS = 1
export const SHAPES = 2
export const EXACTS = 3
export const VALUES = 4
export const COUNTS = 5
export const LENGTHS = 6
export const PAIRS = 7

/** Names of the levels of a field, in the order of their numbers. */
export const LEVEL_NAMES: readonly string[] = ['characters', 'charsets', 'shapes', 'exactShapes', 'values', 'symbolCounts', 'exactLengths', 'neighbours']

/** Values learned before singletons stop counting as known: until then an attack or two in the learning traffic can hide. */
export const MANY = 60

/** Weight of what only flagged requests have shown, for what nobody has: as likely as not it was an attack, and says nothing of what ordinary traffic has not shown. */
const DOUBTED = 0.5

/** Bits of the closed levels, and the first bit of those opened again. */
const CLOSED = 255
const REOPENED = 256
/** Values with a letter that hexadecimal numbers have not: none, one, several. */
const BEYOND = 65_536
const SEVERAL = 2
const BEYOND_BITS = 3 * BEYOND
/** A half-life has passed. */
const AGED = 4 * BEYOND

/** The plain form of a `FieldLevels`; `beyond` is missing from what was written before 1.0. */
export interface FieldLevelsJson { closed: number, reopened: number, base: number, items: number[], beyond?: number }

/**
 * What a field has shown, on eight levels, and which of them are *closed*: a level with more than 64 things is free text,
 * its things are dropped until the next half-life opens it again, and until then nothing on it is new.
 *
 * A subclass, not an owner, of the table: an object more for each field is 1.6 MB for 10,000 routes of four parameters.
 */
export class FieldLevels extends ItemTable {
  /** Closed levels, a bit each, eight bits above them those opened again, and two for letters beyond hexadecimal digits: one small integer. */
  #state = 0
  /** Values learned when levels were opened again. */
  #base = 0

  isOpen (level: number): boolean { return (this.#state & (1 << level)) === 0 }

  /** Whether enough values had a letter that hexadecimal numbers have not; kept for good. @param n Values learned. */
  hasBeyondHex (n: number): boolean { return (this.#state & BEYOND_BITS) >= (n >= MANY ? SEVERAL * BEYOND : BEYOND) }

  /** Whether it makes no difference that another value has such a letter. */
  get isBeyondHex (): boolean { return (this.#state & BEYOND_BITS) >= SEVERAL * BEYOND }

  /** Whether a half-life has passed since the first value. */
  get isAged (): boolean { return (this.#state & AGED) !== 0 }

  /** A value had such a letter. */
  noteBeyondHex (): void { if (!this.isBeyondHex) this.#state += BEYOND }

  /** @param n Values learned. */
  knows (level: number, hash: number, n: number): boolean {
    return this.count(level, hash) >= (n >= MANY ? 2 : 1)
  }

  /** Whether a thing is known neither here nor where the same name is used; what was learned here is among what was learned there. */
  isNew (level: number, hash: number, n: number, backing: FieldLevels | null): boolean {
    if (!this.isOpen(level) || this.knows(level, hash, n)) return false
    return backing === null || !backing.isOpen(level) || backing.count(level, hash) <= this.count(level, hash)
  }

  /**
   * Estimated chance that ordinary traffic shows something unseen on the level; 1 where the level is closed.
   * @param n Values learned.
   * @param most Independent draws among them, where they are fewer.
   * @param spare Further evidence, from where the same name is used.
   * @param isUnheard Whether it is about a thing that nobody has sent, not even in a flagged request: such are told from those that only flagged ones have shown.
   */
  unseen (level: number, n: number, most: number, spare: number, isUnheard: boolean): number {
    if (!this.isOpen(level)) return 1
    const rare = this.#rareOn(level) + (isUnheard ? DOUBTED * this.#flaggedAlone(level) : 2 * this.#flagged(level)) + (n >= MANY && !(isUnheard && level === VALUES) ? 2 * this.twice(level) : 0)
    return Math.min(1, (rare + 1) / (this.#seen(level, n, most) + spare + 2))
  }

  /** Values that are rare: those that came once, or where that are more, those that came twice (see `ItemTable.seldom`). */
  get rareValues (): number { return Math.max(this.seldom(VALUES, 1), this.seldom(VALUES, 2)) }

  /**
   * The same for characters of one sort, by how rare those of the sort are: that names now and then have another accent or hyphen says little about a `<` among them.
   * @param bits Hashes of the sort on the level of characters.
   */
  unseenAmong (bits: readonly number[], n: number, most: number, spare: number, isUnheard: boolean): number {
    let rare = 0
    for (let i = 0; i < bits.length; i++) {
      const bit = bits[i] as number
      const count = this.count(CHARACTERS, bit)
      if (count === 1) rare++
      else if (count === 2 && n >= MANY) rare += 2
      else if (count === 0 && !this.isUnheard(CHARACTERS, bit)) rare += isUnheard ? 1 : 2
    }
    return Math.min(1, (rare + 1) / (this.#seen(CHARACTERS, n, most) + spare + 2))
  }

  /** Independent draws on a level. */
  #seen (level: number, n: number, most: number): number { return Math.min(most, (this.#state & (REOPENED << level)) === 0 ? n : n - this.#base) }

  /**
   * Things seen once; of neighbours, values that brought them, at the most: each of these has a shape that was seen once, too. Where more values were seen twice than once, that
   * none was is luck: so many are taken to be rare (in a long tail there would be twice as many).
   */
  #rareOn (level: number): number {
    if (level === VALUES) return this.rareValues
    return level === PAIRS && this.isOpen(SHAPES) ? Math.min(this.once(PAIRS), this.once(SHAPES)) : this.once(level)
  }

  /** Flagged values that showed something new on the level, at the most: one payload has many new characters and pairs of them, and mostly one new shape. */
  #flagged (level: number): number {
    const pending = this.pending(level)
    if (pending < 2 || (level !== CHARACTERS && level !== PAIRS)) return pending
    return Math.min(pending, this.isOpen(SHAPES) ? this.pending(SHAPES) : this.pending(CHARSETS) + 1)
  }

  /** Those of them that showed nothing new on the level that this one follows from: a payload of new characters, or of a new shape, says nothing about which shapes or which values ordinary traffic has. */
  #flaggedAlone (level: number): number {
    const flagged = this.#flagged(level)
    if (flagged === 0 || level === CHARACTERS || level === COUNTS) return flagged
    const coarser = level === CHARSETS || level === PAIRS ? CHARACTERS : level === SHAPES ? CHARSETS : SHAPES
    return this.isOpen(coarser) ? Math.max(0, flagged - this.#flagged(coarser)) : flagged
  }

  /** Learns a thing; closes the level where there is no room for it. @returns Whether it is the first time. */
  admit (level: number, hash: number, principal: number, several: boolean): boolean {
    if (!this.isOpen(level)) return false
    const count = this.learn(level, hash, principal, several)
    if (count >= 0) return count === 1
    this.#state |= 1 << level
    this.drop(level)
    return false
  }

  /** Closes a level where three in four of `n` values were the first of their kind. */
  closeFree (level: number, n: number): void {
    if (!this.isOpen(level) || this.once(level) * 4 < n * 3) return
    this.#state |= 1 << level
    this.drop(level)
  }

  /** Notes a thing of a request that may not teach. @returns Whether it became known by that. */
  endorse (level: number, hash: number, n: number, principal: number, enough: number): boolean {
    if (!this.isOpen(level) || this.knows(level, hash, n)) return false
    if (this.note(level, hash, principal) < enough) return false
    this.promote(level, hash, 2)
    return true
  }

  /** One half-life. @param n Values learned that are left. */
  age (n: number): void {
    this.halve()
    const closed = this.#state & CLOSED
    this.#base = closed === 0 ? this.#base >>> 1 : n
    this.#state = (this.#state & ~CLOSED) | (closed * REOPENED) | AGED
  }

  /** Adds what the other levels hold. */
  unite (other: FieldLevels): void {
    const beyond = Math.min(SEVERAL * BEYOND, (this.#state & BEYOND_BITS) + (other.#state & BEYOND_BITS))
    this.#state = (this.#state & ~BEYOND_BITS) | beyond | (other.#state & (CLOSED | AGED)) | this.merge(other)
    for (let level = 0; level <= PAIRS; level++) if (!this.isOpen(level)) this.drop(level)
    const reopened = other.#state & (CLOSED * REOPENED)
    if (reopened === 0) return
    this.#state |= reopened
    this.#base += other.#base
  }

  /** The plain form of a field's levels. */
  get plain (): FieldLevelsJson {
    return { closed: this.#state & CLOSED, reopened: (this.#state >>> 8) & CLOSED, base: this.#base, items: this.toJSON(), beyond: (this.#state & (BEYOND_BITS | AGED)) / BEYOND }
  }

  /** @throws RangeError Where `json` is not what `plain` gave. */
  static of (json: FieldLevelsJson): FieldLevels {
    const levels = new FieldLevels()
    levels.fill(json.items)
    levels.#state = json.closed | (json.reopened * REOPENED) | (beyondOf(json.beyond ?? SEVERAL) * BEYOND)
    levels.#base = json.base
    return levels
  }
}

/** Bits of what `plain` gave. */
function beyondOf (bits: number): number { return Math.min(SEVERAL, bits & 3) | (bits & (AGED / BEYOND)) }

/** Kinds of which a combination is made: a letter outside ASCII stands for either case, which it may have. */
export function charsetOf (kinds: number): number {
  return (kinds & LETTER) === 0 ? kinds : kinds | LOWER | UPPER
}

/** What a symbol and its number are kept under. */
export function countKey (symbol: number, number: number): number {
  return symbol * 16 + Math.min(15, number)
}
