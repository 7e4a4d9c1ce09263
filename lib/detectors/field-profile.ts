import { ItemTable } from '../store/item-table'
import type { FieldVerdict, Tolerance } from './field-verdict'
import { CHARSET, LENGTH, NUMERIC, RANGE, SHAPE, UNSETTLED } from './field-verdict'
import { OctaveRange } from '../stats/octave-range'
import { DIGIT, LETTER, LOWER, SPACE, UPPER } from '../text/value-shape'
import type { ValueScan } from '../text/value-shape'

/** Levels of a field's item table. */
const CHARACTERS = 0
const CHARSETS = 1
const SHAPES = 2
const EXACTS = 3
const VALUES = 4
const COUNTS = 5
const LENGTHS = 6
const PAIRS = 7

/** Values learned before singletons stop counting as known: until then an attack or two in the learning traffic can hide. */
const MANY = 60
/** Values up to which a field is judged by its name: by the form of what bears it elsewhere, not by its values. */
const YOUNG = 30
/** Numbers of which an enumeration may consist. */
const FEW_NUMBERS = 4
/** A symbol that comes in more different numbers than this may come in any. */
const MAX_COUNTS = 3
/** Characters that make a format of a fixed length: a number of one or two digits is a count that may grow. */
const SHORTEST_FORMAT = 3
/** Sightings after which a thing is learned no further (it is well known; the count only has to outlast decay). */
const ENOUGH = 16
/** Chance of an unseen exact shape from which on a field's exact shapes are free, and its lengths are asked instead. */
const FREE = 0.4
/** Chance of an unseen shape from which on a field's values are put together freely (tokens, text). */
const COMPOSED = 0.25
/** Values of the profile that backs a field count as evidence of its own, so many for each that it has itself. */
const AGREE = 4

/** The plain form of a `FieldProfile`. */
export interface FieldProfileJson {
  n: number
  numbers: number
  always: number
  closed: number
  reopened: number
  base: number
  lengths: number[]
  range: number[] | null
  items: number[]
}

/**
 * What the values of one field look like: characters, combinations of their kinds, shapes, values where there are few,
 * counts of symbols, lengths, magnitudes (the value model of docs/detection.md).
 *
 * An ingredient speaks up when a thing is unseen **and its level has settled**: the Good-Turing estimate of the chance
 * that ordinary traffic shows something unseen, `(things seen once + 1) / (n + 2)`, is below 5 %. So a field of free
 * text never alarms on novelty, while a date, an id or an enumeration does, without being told which it is.
 *
 * Where the same name is used on other routes, their common profile *backs* the field: what is known there is not new,
 * and a field with little traffic of its own that has agreed with it so far may count it as further evidence.
 *
 * Memory: about 350 bytes and 11 for each thing (the item table's); a level with more than 64 things is closed (it is free text) and its
 * things are dropped until the next half-life opens it again. Time: one hash look-up for a value whose exact shape is
 * known, five at the most. Edges: nothing learned judges nothing; lengths and numbers are limited to the seen range
 * and half its width when learned, so that one outlier cannot stretch it far.
 *
 * Source of the estimate: I. J. Good, "The population frequencies of species", Biometrika 40, 1953.
 */
export class FieldProfile {
  /** Values learned. */
  n = 0
  /** Independent draws, and holders, where they are fewer than the values. */
  #limits: { draws: number, holders: number } | null = null
  #numbers = 0
  /** Known kinds and symbols: what `CHARACTERS` knows, as masks. */
  #kinds = 0
  #symbols = 0
  /** Symbols that every value had. */
  #always = -1
  /** Levels that hold too many things to tell, a bit each. */
  #closed = 0
  /** Levels opened again, and `n` when that was. */
  #reopened = 0
  #base = 0
  #lengths = new OctaveRange()
  /** Made with the first number. */
  #range: OctaveRange | null = null
  #items = new ItemTable()

  /** Independent draws among the values, where they are fewer: values that a client keeps (cookies, headers) are one draw a client. */
  get draws (): number { return this.#limits === null ? Infinity : this.#limits.draws }
  set draws (draws: number) {
    if (this.#limits === null) this.#limits = { draws, holders: Infinity }
    else this.#limits.draws = draws
  }

  /** The same for single values and exact shapes, which a client keeps longest. */
  get holders (): number { return this.#limits === null ? Infinity : this.#limits.holders }
  set holders (holders: number) {
    if (this.#limits === null) this.#limits = { draws: Infinity, holders }
    else this.#limits.holders = holders
  }

  /**
   * Judges one scanned value, adding what is unusual to `verdict`.
   * @param backing Profile of the same name over all routes, or `null`.
   * @param floor Values to have been learned before anything is judged.
   */
  judge (scan: ValueScan, backing: FieldProfile | null, floor: number, verdict: FieldVerdict): void {
    const spare = backing === null ? 0 : this.#agreeing(backing)
    const n = this.n + spare
    if (backing !== null && n < YOUNG && backing.n >= MANY) {
      backing.#judgeShape(scan, this, 0, verdict)
      return
    }
    if (n < floor) return
    const exactKnown = scan.exact !== 0 && this.#isOpen(EXACTS) && this.#knows(EXACTS, scan.exact)
    if (!exactKnown) this.#judgeShape(scan, backing, spare, verdict)
    this.#judgeValue(scan, backing, spare, verdict)
  }

  #judgeShape (scan: ValueScan, backing: FieldProfile | null, spare: number, verdict: FieldVerdict): void {
    const newKinds = scan.kinds & ~this.#kinds
    const newSymbols = scan.symbols & ~this.#symbols
    if ((newKinds | newSymbols) !== 0) {
      const kinds = backing === null ? newKinds : newKinds & ~backing.#kinds
      const symbols = backing === null ? newSymbols : newSymbols & ~backing.#symbols
      if ((kinds | symbols) !== 0) verdict.addCharacters(this.#surprise(CHARACTERS, spare), kinds, symbols, this.#tolerance())
    }
    if (this.#isNew(CHARSETS, charsetOf(scan.kinds), backing) && !this.#isComposed()) verdict.add(CHARSET, this.#surprise(CHARSETS, spare))
    this.#judgeNeighbours(scan, backing, spare, verdict)
    if (this.#isNew(SHAPES, scan.shape, backing)) verdict.add(SHAPE, this.#surprise(SHAPES, spare))
    if (this.#surprise(EXACTS, 0) >= FREE) {
      if (this.#items.distinct(LENGTHS) <= 2 && this.#isNew(LENGTHS, scan.length, backing)) this.#judgeExact(LENGTHS, spare, verdict)
    } else if (scan.exact !== 0 && this.#isNew(EXACTS, scan.exact, backing)) {
      this.#judgeExact(EXACTS, spare, verdict)
    }
    this.#judgeCounts(scan, newSymbols, backing, spare, verdict)
    const off = this.#lengths.distance(scan.length)
    if (off !== 0 && (backing === null || backing.n === this.n || backing.#lengths.distance(scan.length) !== 0)) {
      verdict.addDistance(LENGTH, 1 / (Math.min(this.n, this.draws) + spare + 2), off)
    }
  }

  /** Whether the values are put together freely: then neither their neighbours nor their combinations of characters say anything. */
  #isComposed (): boolean { return this.#surprise(SHAPES, 0) >= COMPOSED }

  /** Known kinds of characters in an unseen place. */
  #judgeNeighbours (scan: ValueScan, backing: FieldProfile | null, spare: number, verdict: FieldVerdict): void {
    if (!this.#isOpen(PAIRS) || this.#isComposed()) return
    const chance = this.#surprise(PAIRS, spare)
    if (chance >= UNSETTLED) return
    const count = scan.neighbours()
    let fresh = 0
    for (let i = 0; i < count; i++) if (this.#isNew(PAIRS, scan.pairs[i] as number, backing)) fresh++
    if (fresh > 0) verdict.addNeighbours(chance, fresh)
  }

  /** An unseen exact shape, or length where shapes are free: strong in a field that has only one (a postal code, a UUID). */
  #judgeExact (level: number, spare: number, verdict: FieldVerdict): void {
    verdict.addExact(this.#surprise(level, spare), this.#formats(level) === 1 && (this.#lengths.bounds?.[1] ?? 0) >= SHORTEST_FORMAT)
  }

  #formats (level: number): number { return this.#items.distinct(level) - this.#items.pending(level) }

  /** Symbols: one that is always there and is missing, or one in an unseen number. */
  #judgeCounts (scan: ValueScan, fresh: number, backing: FieldProfile | null, spare: number, verdict: FieldVerdict): void {
    const missing = this.#always & ~scan.symbols
    if (missing !== 0 && this.n > 0 && (backing === null || (backing.#always & missing) !== 0)) {
      verdict.addCount(1 / (Math.min(this.n, this.draws) + spare + 2), 31 - Math.clz32(missing), true)
      return
    }
    let left = scan.symbols & ~fresh
    while (left !== 0) {
      const bit = 31 - Math.clz32(left)
      left &= ~(1 << bit)
      if (!this.#isNew(COUNTS, countKey(bit, scan.counts[bit] as number), backing)) continue
      this.#judgeCount(bit, spare, verdict)
      return
    }
  }

  /** A symbol in an unseen number: strong where it is always there in the same number, nothing where it comes in many. */
  #judgeCount (bit: number, spare: number, verdict: FieldVerdict): void {
    let numbers = 0
    let rare = 0
    let seen = 0
    for (let number = 1; number < 16; number++) {
      const count = this.#items.count(COUNTS, countKey(bit, number))
      if (count > 0) numbers++
      if (count === 1) rare++
      seen += count
    }
    if (numbers > MAX_COUNTS || this.#isComposed()) return
    const isFixed = numbers === 1 && (this.#always & (1 << bit)) !== 0
    verdict.addCount((rare + 1) / (Math.min(isFixed ? this.n : seen, this.draws) + spare + 2), bit, isFixed)
  }

  #judgeValue (scan: ValueScan, backing: FieldProfile | null, spare: number, verdict: FieldVerdict): void {
    if (this.#isOpen(VALUES) && !this.#knows(VALUES, scan.value) && this.#items.distinct(VALUES) * 3 <= this.n && !this.#isCounted(scan)) {
      verdict.addValue(this.#surprise(VALUES, spare), this.#items.once(VALUES) + this.#items.twice(VALUES) + this.#items.pending(VALUES) === 0 && this.holders === Infinity)
    }
    const others = this.n - this.#numbers
    if (Number.isNaN(scan.number)) {
      if (scan.length > 0 && (backing === null || !backing.#mayHoldText())) verdict.add(NUMERIC, (others + 1) / (Math.min(this.n, this.draws) + spare + 2))
      return
    }
    if (others * 20 > this.n || this.#range === null) return
    const off = this.#range.distance(scan.number)
    if (off !== 0 && (backing === null || backing.n === this.n || backing.#range === null || backing.#range.distance(scan.number) !== 0)) {
      verdict.addDistance(RANGE, 1 / (this.n + spare + 2), off)
    }
  }

  /** Whether the value is a number like others of which more than a few are known: then it is no enumeration, and its range judges it. */
  #isCounted (scan: ValueScan): boolean {
    return !Number.isNaN(scan.number) && this.#range !== null && this.#items.distinct(VALUES) > FEW_NUMBERS
  }

  /**
   * Learns one scanned value.
   * @param principal Hash of who sent it.
   * @param several Whether enough principals use the route that a thing counts twice only when two of them sent it.
   */
  learn (scan: ValueScan, principal: number, several: boolean): void {
    this.n++
    this.#always &= scan.symbols
    if (!Number.isNaN(scan.number)) this.#numbers++
    this.#stretch(scan)
    const valueDone = (this.#closed & (1 << VALUES)) !== 0 || this.#items.count(VALUES, scan.value) >= ENOUGH
    if (valueDone && scan.exact !== 0 && this.#items.count(EXACTS, scan.exact) >= ENOUGH) return
    this.#admit(VALUES, scan.value, principal, several)
    if (scan.exact !== 0) this.#admit(EXACTS, scan.exact, principal, several)
    this.#admit(SHAPES, scan.shape, principal, several)
    this.#admit(LENGTHS, scan.length, principal, several)
    this.#admit(CHARSETS, charsetOf(scan.kinds), principal, several)
    if (this.#isOpen(PAIRS)) {
      const count = scan.neighbours()
      for (let i = 0; i < count; i++) this.#admit(PAIRS, scan.pairs[i] as number, principal, several)
    }
    this.#admitBits(scan.kinds, 0, principal, several)
    this.#admitBits(scan.symbols, 32, principal, several)
    let left = scan.symbols
    while (left !== 0) {
      const bit = 31 - Math.clz32(left)
      left &= ~(1 << bit)
      this.#admit(COUNTS, countKey(bit, scan.counts[bit] as number), principal, several)
    }
  }

  /**
   * Notes a value of a request that may not teach. What `enough` distinct principals have sent becomes known.
   * @returns Whether something became known (was promoted) by this.
   */
  quarantine (scan: ValueScan, principal: number, enough: number): boolean {
    let promoted = false
    promoted = this.#note(VALUES, scan.value, principal, enough) || promoted
    if (scan.exact !== 0) promoted = this.#note(EXACTS, scan.exact, principal, enough) || promoted
    promoted = this.#note(SHAPES, scan.shape, principal, enough) || promoted
    promoted = this.#note(LENGTHS, scan.length, principal, enough) || promoted
    promoted = this.#note(CHARSETS, charsetOf(scan.kinds), principal, enough) || promoted
    const count = scan.neighbours()
    for (let i = 0; i < count; i++) promoted = this.#note(PAIRS, scan.pairs[i] as number, principal, enough) || promoted
    for (let left = scan.kinds; left !== 0; left &= left - 1) {
      promoted = this.#note(CHARACTERS, 31 - Math.clz32(left & -left), principal, enough) || promoted
    }
    for (let left = scan.symbols; left !== 0; left &= left - 1) {
      const bit = 31 - Math.clz32(left & -left)
      promoted = this.#note(CHARACTERS, 32 + bit, principal, enough) || promoted
      promoted = this.#note(COUNTS, countKey(bit, scan.counts[bit] as number), principal, enough) || promoted
    }
    for (let left = this.#always & ~scan.symbols; left !== 0; left &= left - 1) {
      const bit = 31 - Math.clz32(left & -left)
      if (!this.#note(COUNTS, countKey(bit, 0), principal, enough)) continue
      this.#always &= ~(1 << bit)
      promoted = true
    }
    if (promoted) {
      this.#rebuildMasks()
      this.#stretch(scan)
    }
    return promoted
  }

  /** One half-life: counts halve, the older range is dropped, closed levels open again. */
  halve (): void {
    this.#items.halve()
    this.n >>>= 1
    this.#numbers >>>= 1
    this.#base = this.#closed === 0 ? this.#base >>> 1 : this.n
    this.#reopened |= this.#closed
    this.#closed = 0
    this.#rebuildMasks()
    this.#lengths.halve()
    this.#range?.halve()
  }

  /** Adds what the other profile learned. Both must be of the same half-life. */
  merge (other: FieldProfile): void {
    this.#closed |= other.#closed | this.#items.merge(other.#items)
    for (let level = 0; level <= PAIRS; level++) if ((this.#closed & (1 << level)) !== 0) this.#items.drop(level)
    if (other.#reopened !== 0) {
      this.#reopened |= other.#reopened
      this.#base += other.#base
    }
    this.n += other.n
    this.#always &= other.#always
    this.#numbers += other.#numbers
    this.#lengths.merge(other.#lengths)
    if (other.#range !== null) {
      this.#range ??= new OctaveRange()
      this.#range.merge(other.#range)
    }
    this.#rebuildMasks()
  }

  toJSON (): FieldProfileJson {
    return {
      n: this.n,
      numbers: this.#numbers,
      always: this.#always,
      closed: this.#closed,
      reopened: this.#reopened,
      base: this.#base,
      lengths: this.#lengths.toJSON(),
      range: this.#range === null ? null : this.#range.toJSON(),
      items: this.#items.toJSON()
    }
  }

  /** @throws RangeError Where `json` is not what `toJSON` made. */
  static from (json: FieldProfileJson): FieldProfile {
    const profile = new FieldProfile()
    profile.n = json.n
    profile.#numbers = json.numbers
    profile.#always = json.always
    profile.#closed = json.closed
    profile.#reopened = json.reopened
    profile.#base = json.base
    profile.#lengths = OctaveRange.from(json.lengths)
    profile.#range = json.range === null ? null : OctaveRange.from(json.range)
    profile.#items = ItemTable.from(json.items)
    profile.#rebuildMasks()
    return profile
  }

  /** Whether the value that was scanned for characters has none that is not known here. */
  knowsCharacters (scan: ValueScan): boolean {
    return ((scan.kinds & ~this.#kinds) | (scan.symbols & ~this.#symbols)) === 0
  }

  /** Whether this very value is known, in a field that has few. */
  knowsValue (scan: ValueScan): boolean { return this.#isOpen(VALUES) && this.#knows(VALUES, scan.value) }

  /** Whether a value like this has been learned so often that learning it again changes nothing. */
  isWellKnown (scan: ValueScan): boolean {
    const items = this.#items
    if (scan.exact !== 0 && this.#isOpen(EXACTS)) return items.count(EXACTS, scan.exact) >= ENOUGH && (!this.#isOpen(VALUES) || items.count(VALUES, scan.value) >= ENOUGH)
    return (!this.#isOpen(SHAPES) || items.count(SHAPES, scan.shape) >= ENOUGH) && items.count(CHARSETS, charsetOf(scan.kinds)) >= ENOUGH
  }

  /** Kinds and symbols known, as masks for `describeCharacters`. */
  get kinds (): number { return this.#kinds }
  get symbols (): number { return this.#symbols }
  /** Shortest and longest length learned, to an eighth of an octave; `null` before anything was learned. */
  get lengths (): [number, number] | null { return this.#lengths.bounds }

  /** Smallest and largest number learned, to an eighth of an octave; `null` where values are not numbers. */
  get numbers (): [number, number] | null {
    return this.#range === null || this.#numbers * 20 < this.n * 19 ? null : this.#range.bounds
  }

  /** Distinct values known, `Infinity` where there are too many to tell. */
  get variety (): number { return this.#isOpen(VALUES) ? this.#items.distinct(VALUES) : Infinity }

  /** Hashes of the values known, where there are few enough to tell. */
  values (): { hash: number, count: number, support: number }[] {
    return this.#isOpen(VALUES) ? this.#items.items(VALUES) : []
  }

  /** Per level: things known, and the estimated chance of something unseen (1 where the level is closed). */
  levels (): Record<string, { known: number, unseen: number }> {
    const levels: Record<string, { known: number, unseen: number }> = {}
    for (let level = 0; level <= PAIRS; level++) {
      levels[LEVEL_NAMES[level] as string] = { known: this.#items.distinct(level) - this.#items.pending(level), unseen: this.#surprise(level, 0) }
    }
    return levels
  }

  /** Hashes known on a level by name (`LEVEL_NAMES`), for comparing two baselines. */
  known (level: string): number[] {
    const hashes = []
    for (const item of this.#items.items(LEVEL_NAMES.indexOf(level))) if (item.count > 0) hashes.push(item.hash)
    return hashes
  }

  /** Bytes of typed arrays held. */
  get bytes (): number { return this.#items.bytes }

  #isOpen (level: number): boolean { return (this.#closed & (1 << level)) === 0 }

  #knows (level: number, hash: number): boolean {
    return this.#items.count(level, hash) >= (this.n >= MANY ? 2 : 1)
  }

  /** New to the field, and to the profile that backs it. */
  #isNew (level: number, hash: number, backing: FieldProfile | null): boolean {
    if (!this.#isOpen(level) || this.#knows(level, hash)) return false
    return backing === null || !backing.#isOpen(level) || backing.#items.count(level, hash) === 0
  }

  /** Estimated chance that ordinary traffic shows something unseen on the level; 1 where the level is closed. */
  #surprise (level: number, spare: number): number {
    if (!this.#isOpen(level)) return 1
    const seen = Math.min(level === VALUES || level === EXACTS || level === LENGTHS ? this.holders : this.draws, (this.#reopened & (1 << level)) === 0 ? this.n : this.n - this.#base)
    const items = this.#items
    const rare = items.once(level) + items.pending(level) + (this.n >= MANY ? 2 * items.twice(level) : 0)
    return Math.min(1, (rare + 1) / (seen + spare + 2))
  }

  /**
   * How many values of the backing profile count as further evidence: as many as the field has itself, where the
   * backing has seen at least three times as many and all that the field has shown is known there.
   */
  #agreeing (backing: FieldProfile): number {
    if (this.n >= MANY || backing.n < 3 * this.n) return 0
    return (this.#kinds & ~backing.#kinds) === 0 && (this.#symbols & ~backing.#symbols) === 0 ? Math.min(backing.n - this.n, AGREE * this.n) : 0
  }

  /** New symbols that would not be strange: punctuation where the field holds words (letters with spaces, or without digits), that of names where its shapes vary. */
  #tolerance (): Tolerance {
    if ((this.#kinds & (LOWER | UPPER | LETTER)) === 0) return 'code'
    const isVaried = (this.#kinds & (LOWER | UPPER | LETTER)) !== 0 && (!this.#isOpen(SHAPES) || this.#items.distinct(SHAPES) > 8 || !this.#isOpen(EXACTS) || this.#items.distinct(EXACTS) > 8)
    if (!isVaried) return 'none'
    if ((this.#kinds & DIGIT) === 0) return 'words'
    if ((this.#kinds & SPACE) !== 0) return 'prose'
    return this.#items.distinct(LENGTHS) > 8 || !this.#isOpen(LENGTHS) ? 'name' : 'none'
  }

  /** Whether the field has ordinarily values that are no numbers. */
  #mayHoldText (): boolean { return (this.n - this.#numbers) * 20 > this.n }

  #admit (level: number, hash: number, principal: number, several: boolean): void {
    if (!this.#isOpen(level)) return
    if (this.#items.learn(level, hash, principal, several) >= 0) return
    this.#closed |= 1 << level
    this.#items.drop(level)
  }

  #admitBits (bits: number, offset: number, principal: number, several: boolean): void {
    for (let left = bits; left !== 0; left &= left - 1) {
      const bit = 31 - Math.clz32(left & -left)
      const count = this.#items.learn(CHARACTERS, offset + bit, principal, several)
      if (count !== (this.n >= MANY ? 2 : 1) && count !== 2) continue
      if (offset === 0) this.#kinds |= 1 << bit
      else this.#symbols |= 1 << bit
    }
  }

  #note (level: number, hash: number, principal: number, enough: number): boolean {
    if (!this.#isOpen(level) || this.#knows(level, hash)) return false
    if (this.#items.note(level, hash, principal) < enough) return false
    this.#items.promote(level, hash, 2)
    return true
  }

  #rebuildMasks (): void {
    this.#kinds = 0
    this.#symbols = 0
    for (let bit = 0; bit < 8; bit++) if (this.#knows(CHARACTERS, bit)) this.#kinds |= 1 << bit
    for (let bit = 0; bit < 32; bit++) if (this.#knows(CHARACTERS, 32 + bit)) this.#symbols |= 1 << bit
  }

  #stretch (scan: ValueScan): void {
    const settled = this.n > 20
    this.#lengths.learn(scan.length, settled)
    if (Number.isNaN(scan.number)) return
    this.#range ??= new OctaveRange()
    this.#range.learn(scan.number, settled)
  }
}

/** Names of the levels of a field, in the order of their numbers. */
export const LEVEL_NAMES: readonly string[] = ['characters', 'charsets', 'shapes', 'exactShapes', 'values', 'symbolCounts', 'exactLengths', 'neighbours']

/** Kinds of which a combination is made: a letter outside ASCII stands for either case, which it may have. */
function charsetOf (kinds: number): number {
  return (kinds & LETTER) === 0 ? kinds : kinds | LOWER | UPPER
}

function countKey (bit: number, count: number): number {
  return bit * 16 + Math.min(15, count)
}
