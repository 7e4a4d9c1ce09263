import { bothOf, boundsOf, EMPTY_RANGE, rangesFrom, rangesToJson, stretched } from '../stats/octave-range'
import type { OctaveRange } from '../stats/octave-range'
import type { ValueScan } from '../text/value-shape'
import { judgeField } from './field-judge'
import { CHARACTERS, CHARSETS, charsetOf, countKey, COUNTS, EXACTS, FieldLevels, LENGTHS, LEVEL_NAMES, MANY, PAIRS, SHAPES, VALUES } from './field-levels'
import type { FieldLevelsJson } from './field-levels'
import type { FieldVerdict } from './field-verdict'
import { Newcomers } from './newcomers'

/** Sightings after which a thing is learned no further (it is well known; the count only has to outlast decay). */
const ENOUGH = 16

/** Values from which on a range is stretched by half its width at the most, and those after which the range of the first is forgotten. */
const TRIAL = 20
const TRIED = 80

interface Limits { draws: number, holders: number, newcomers: Newcomers | null, empties: number }

function unlimited (): Limits { return { draws: Infinity, holders: Infinity, newcomers: null, empties: 0 } }

/** The plain form of a `FieldProfile`. */
export interface FieldProfileJson extends FieldLevelsJson {
  n: number
  numbers: number
  always: number
  /** Values that were empty; missing where none was. */
  empties?: number
  /** Missing from what was written before 1.0. */
  spared?: number
  /** What `promoteAfter` principals made known; missing where nothing is. */
  newcomers?: number[]
  lengths: number[]
  range: number[] | null
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
 * Memory: about 250 bytes and 10 for each thing (the item table's). Edges: nothing learned judges nothing; lengths and numbers
 * are limited to the seen range and half its width when learned, so that one outlier cannot stretch it far.
 *
 * Source of the estimate: I. J. Good, "The population frequencies of species", Biometrika 40, 1953.
 */
export class FieldProfile {
  /** Values learned. */
  n = 0
  /** What few fields have: fewer independent draws, or holders, than values, what only flagged requests have shown, and empty values. */
  #limits: Limits | null = null
  #numbers = 0
  /** Known kinds and symbols: what `CHARACTERS` knows, as masks. */
  #kinds = 0
  #symbols = 0
  /** Symbols that all values had, or all but one; and those that one had not. */
  #always = -1
  #spared = 0
  /** Lengths and numbers of this half-life and of the one before. */
  #lengths = EMPTY_RANGE
  #lengthsBefore = EMPTY_RANGE
  #magnitudes = EMPTY_RANGE
  #magnitudesBefore = EMPTY_RANGE
  #items = new FieldLevels()

  /** Independent draws among the values, where they are fewer: values that a client keeps (cookies, headers) are one draw a client. */
  get draws (): number { return this.#limits === null ? Infinity : this.#limits.draws }
  set draws (draws: number) {
    (this.#limits ??= unlimited()).draws = draws
  }

  /** The same for single values and exact shapes, which a client keeps longest. */
  get holders (): number { return this.#limits === null ? Infinity : this.#limits.holders }
  set holders (holders: number) {
    (this.#limits ??= unlimited()).holders = holders
  }

  /** Values that were empty, as those of a form's optional fields are: they say nothing about what the others look like. */
  get empties (): number { return this.#limits === null ? 0 : this.#limits.empties }
  /** Values that were not. */
  get filled (): number { return this.n - this.empties }

  /** What only flagged requests have shown; `null` where they showed nothing. */
  get newcomers (): Newcomers | null { return this.#limits === null ? null : this.#limits.newcomers }

  /** The same, made where there is none. */
  welcome (): Newcomers {
    return ((this.#limits ??= unlimited()).newcomers ??= new Newcomers())
  }

  /** What has been seen, level by level. */
  get items (): FieldLevels { return this.#items }
  /** Kinds and symbols known, as masks for `describeCharacters`. */
  get kinds (): number { return this.#kinds }
  get symbols (): number { return this.#symbols }
  /** Mask of the symbols that every value had, or of many, all but one; all before anything was learned. */
  get always (): number { return this.n >= MANY ? this.#always : this.#always & ~this.#spared }
  /** Mask of the symbols that one value had not. */
  get spared (): number { return this.#spared }
  /** Values that are no numbers, nor empty. */
  get texts (): number { return this.filled - this.#numbers }
  /** Range of the lengths. */
  get length (): OctaveRange { return bothOf(this.#lengths, this.#lengthsBefore) }
  /** Range of the numbers, empty before the first. */
  get magnitude (): OctaveRange { return bothOf(this.#magnitudes, this.#magnitudesBefore) }

  /** Judges one scanned value; see `judgeField`. */
  judge (scan: ValueScan, backing: FieldProfile | null, floor: number, verdict: FieldVerdict): void {
    judgeField(this, scan, backing, floor, verdict)
  }

  /** Estimated chance that ordinary traffic shows something unseen on the level; see `FieldLevels.unseen`. @param spare Further evidence. */
  unseen (level: number, spare: number, isUnheard = false): number {
    return this.#items.unseen(level, this.n, level === VALUES || level === EXACTS || level === LENGTHS ? this.holders : this.draws, spare, isUnheard)
  }

  /** The same for characters of one sort; see `FieldLevels.unseenAmong`. */
  unseenAmong (bits: readonly number[], spare: number, isUnheard: boolean): number {
    return this.#items.unseenAmong(bits, this.n, this.draws, spare, isUnheard)
  }

  /**
   * Learns one scanned value.
   * @param principal Hash of who sent it.
   * @param several Whether enough principals use the route that a thing counts twice only when two of them sent it.
   * @returns Whether it showed anything for the first time.
   */
  learn (scan: ValueScan, principal: number, several: boolean): boolean {
    const items = this.#items
    this.n++
    const missing = this.#always & ~scan.symbols
    if (scan.length === 0) (this.#limits ??= unlimited()).empties++
    else if (missing !== 0) FieldProfile.#miss(this, missing)
    if (this.n === MANY) FieldProfile.#rebuildMasks(this)
    if (!Number.isNaN(scan.number)) this.#numbers++
    else if (!items.isBeyondHex && scan.hasLetterBeyondHex()) items.noteBeyondHex()
    FieldProfile.#stretch(this, scan)
    if ((this.n === TRIAL || this.n === TRIED) && !items.isAged) FieldProfile.#retire(this)
    const valueDone = !items.isOpen(VALUES) || items.count(VALUES, scan.value) >= ENOUGH
    if (valueDone && scan.exact !== 0 && items.count(EXACTS, scan.exact) >= ENOUGH) return false
    let isNews = items.admit(VALUES, scan.value, principal, several)
    if (scan.exact !== 0) isNews = items.admit(EXACTS, scan.exact, principal, several) || isNews
    isNews = items.admit(SHAPES, scan.shape, principal, several) || isNews
    isNews = items.admit(LENGTHS, scan.length, principal, several) || isNews
    isNews = items.admit(CHARSETS, charsetOf(scan.kinds), principal, several) || isNews
    if (items.isOpen(PAIRS)) {
      const count = scan.neighbours()
      for (let i = 0; i < count; i++) isNews = items.admit(PAIRS, scan.pairs[i] as number, principal, several) || isNews
    }
    FieldProfile.#admitBits(this, scan.kinds, 0, principal, several)
    FieldProfile.#admitBits(this, scan.symbols, 32, principal, several)
    let left = scan.symbols
    while (left !== 0) {
      const bit = 31 - Math.clz32(left)
      left &= ~(1 << bit)
      isNews = items.admit(COUNTS, countKey(bit, scan.counts[bit] as number), principal, several) || isNews
    }
    return isNews
  }

  /** Chance that the next value that is not empty brings something new on the level, going by the field alone: how freely its values are put together. */
  freedom (level: number): number { return Math.min(1, this.unseen(level, 0) * (this.n + 2) / (this.filled + 2)) }

  /** Learns once more a text that is well known: only the count changes. */
  repeat (): void { this.n++ }

  /** Closes values and exact shapes where three in four were seen once: they will not settle, and take most of the room. */
  closeFree (): void {
    this.#items.closeFree(VALUES, this.n)
    this.#items.closeFree(EXACTS, this.n)
  }

  /**
   * Notes a value of a request that may not teach. What `enough` distinct principals have sent becomes known.
   * @returns Whether something became known (was promoted) by this.
   */
  quarantine (scan: ValueScan, principal: number, enough: number): boolean {
    let promoted = false
    promoted = FieldProfile.#endorse(this, VALUES, scan.value, principal, enough) || promoted
    if (scan.exact !== 0) promoted = FieldProfile.#endorse(this, EXACTS, scan.exact, principal, enough) || promoted
    promoted = FieldProfile.#endorse(this, SHAPES, scan.shape, principal, enough) || promoted
    promoted = FieldProfile.#endorse(this, LENGTHS, scan.length, principal, enough) || promoted
    promoted = FieldProfile.#endorse(this, CHARSETS, charsetOf(scan.kinds), principal, enough) || promoted
    const count = scan.neighbours()
    for (let i = 0; i < count; i++) promoted = FieldProfile.#endorse(this, PAIRS, scan.pairs[i] as number, principal, enough) || promoted
    for (let left = scan.kinds; left !== 0; left &= left - 1) {
      promoted = FieldProfile.#endorse(this, CHARACTERS, 31 - Math.clz32(left & -left), principal, enough) || promoted
    }
    for (let left = scan.symbols; left !== 0; left &= left - 1) {
      const bit = 31 - Math.clz32(left & -left)
      promoted = FieldProfile.#endorse(this, CHARACTERS, 32 + bit, principal, enough) || promoted
      promoted = FieldProfile.#endorse(this, COUNTS, countKey(bit, scan.counts[bit] as number), principal, enough) || promoted
    }
    for (let left = this.always & ~scan.symbols; left !== 0; left &= left - 1) {
      const bit = 31 - Math.clz32(left & -left)
      if (!FieldProfile.#endorse(this, COUNTS, countKey(bit, 0), principal, enough)) continue
      this.#always &= ~(1 << bit)
      promoted = true
    }
    if (promoted) {
      FieldProfile.#rebuildMasks(this)
      FieldProfile.#stretch(this, scan)
    }
    return promoted
  }

  /** One half-life: counts halve, the older range is dropped, closed levels open again. */
  halve (): void {
    this.n >>>= 1
    if (this.#limits !== null) this.#limits.empties >>>= 1
    this.newcomers?.halve()
    this.#numbers >>>= 1
    this.#items.age(this.n)
    FieldProfile.#rebuildMasks(this)
    if (this.#lengths !== EMPTY_RANGE) {
      this.#lengthsBefore = this.#lengths
      this.#lengths = EMPTY_RANGE
    }
    if (this.#magnitudes === EMPTY_RANGE) return
    this.#magnitudesBefore = this.#magnitudes
    this.#magnitudes = EMPTY_RANGE
  }

  /** Adds what the other profile learned. Both must be of the same half-life. */
  merge (other: FieldProfile): void {
    if (other.newcomers !== null) this.welcome().add(other.newcomers.toJSON())
    this.#items.unite(other.#items)
    this.n += other.n
    if (other.empties > 0) (this.#limits ??= unlimited()).empties += other.empties
    const once = this.#spared | other.#spared
    this.#always &= other.#always & ~(this.#spared & other.#spared)
    this.#spared = once & this.#always
    this.#numbers += other.#numbers
    this.#lengths = bothOf(this.#lengths, other.#lengths)
    this.#lengthsBefore = bothOf(this.#lengthsBefore, other.#lengthsBefore)
    this.#magnitudes = bothOf(this.#magnitudes, other.#magnitudes)
    this.#magnitudesBefore = bothOf(this.#magnitudesBefore, other.#magnitudesBefore)
    FieldProfile.#rebuildMasks(this)
  }

  toJSON (): FieldProfileJson {
    const newcomers = this.newcomers?.toJSON() ?? []
    return {
      ...(newcomers.length > 0 && { newcomers }),
      n: this.n,
      ...(this.empties > 0 && { empties: this.empties }),
      numbers: this.#numbers,
      always: this.#always,
      spared: this.#spared,
      lengths: rangesToJson(this.#lengths, this.#lengthsBefore),
      range: this.magnitude === EMPTY_RANGE ? null : rangesToJson(this.#magnitudes, this.#magnitudesBefore),
      ...this.#items.plain
    }
  }

  /** @throws RangeError Where `json` is not what `toJSON` made. */
  static from (json: FieldProfileJson): FieldProfile {
    const profile = new FieldProfile()
    profile.n = json.n
    if (json.empties !== undefined) (profile.#limits ??= unlimited()).empties = json.empties
    profile.#numbers = json.numbers
    profile.#always = json.always
    profile.#spared = json.spared ?? 0
    if (json.newcomers !== undefined) profile.welcome().add(json.newcomers)
    ;[profile.#lengths, profile.#lengthsBefore] = rangesFrom(json.lengths)
    if (json.range !== null) [profile.#magnitudes, profile.#magnitudesBefore] = rangesFrom(json.range)
    profile.#items = FieldLevels.of(json)
    FieldProfile.#rebuildMasks(profile)
    return profile
  }

  /** Whether the value that was scanned for characters has none that is not known here. */
  knowsCharacters (scan: ValueScan): boolean {
    return ((scan.kinds & ~this.#kinds) | (scan.symbols & ~this.#symbols)) === 0
  }

  /** Whether this very value is known, in a field that has few. */
  knowsValue (scan: ValueScan): boolean { return this.#items.isOpen(VALUES) && this.#items.knows(VALUES, scan.value, this.n) }

  /** Whether a value like this has been learned so often that learning it again changes nothing. */
  isWellKnown (scan: ValueScan): boolean {
    const items = this.#items
    if (scan.exact !== 0 && items.isOpen(EXACTS)) return items.count(EXACTS, scan.exact) >= ENOUGH && (!items.isOpen(VALUES) || items.count(VALUES, scan.value) >= ENOUGH)
    return (!items.isOpen(SHAPES) || items.count(SHAPES, scan.shape) >= ENOUGH) && items.count(CHARSETS, charsetOf(scan.kinds)) >= ENOUGH
  }

  /** Shortest and longest length learned, to an eighth of an octave; `null` before anything was learned. */
  get lengths (): [number, number] | null { return boundsOf(this.length) }

  /** Smallest and largest number learned, to an eighth of an octave; `null` where values are not numbers. */
  get numbers (): [number, number] | null {
    return this.#numbers * 20 < this.filled * 19 ? null : boundsOf(this.magnitude)
  }

  /** Distinct values known, `Infinity` where there are too many to tell. */
  get variety (): number { return this.#items.isOpen(VALUES) ? this.#items.distinct(VALUES) : Infinity }

  /** Hashes of the values known, where there are few enough to tell. */
  values (): { hash: number, count: number, support: number }[] {
    return this.#items.isOpen(VALUES) ? this.#items.items(VALUES) : []
  }

  /** Per level: things known, and the estimated chance of something unseen (1 where the level is closed). */
  levels (): Record<string, { known: number, unseen: number }> {
    const levels: Record<string, { known: number, unseen: number }> = {}
    LEVEL_NAMES.forEach((name, level) => {
      levels[name] = { known: this.#items.known(level), unseen: this.unseen(level, 0) }
    })
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

  // Private methods are static: others add a field to each object.

  static #admitBits (profile: FieldProfile, bits: number, offset: number, principal: number, several: boolean): void {
    for (let left = bits; left !== 0; left &= left - 1) {
      const bit = 31 - Math.clz32(left & -left)
      const count = profile.#items.learn(CHARACTERS, offset + bit, principal, several)
      if (count !== (profile.n >= MANY ? 2 : 1) && count !== 2) continue
      if (offset === 0) profile.#kinds |= 1 << bit
      else profile.#symbols |= 1 << bit
    }
  }

  /** Symbols that a value had not: the second time, they are not always there. */
  static #miss (profile: FieldProfile, symbols: number): void {
    profile.#always &= ~(symbols & profile.#spared)
    profile.#spared = (profile.#spared | symbols) & profile.#always
  }

  static #endorse (profile: FieldProfile, level: number, hash: number, principal: number, enough: number): boolean {
    return profile.#items.endorse(level, hash, profile.n, principal, enough)
  }

  static #rebuildMasks (profile: FieldProfile): void {
    profile.#kinds = 0
    profile.#symbols = 0
    for (let bit = 0; bit < 8; bit++) if (profile.#items.knows(CHARACTERS, bit, profile.n)) profile.#kinds |= 1 << bit
    for (let bit = 0; bit < 32; bit++) if (profile.#items.knows(CHARACTERS, 32 + bit, profile.n)) profile.#symbols |= 1 << bit
  }

  /** The first lessons stretch ranges as far as they like: theirs hold until thrice as many have been learned, which are clipped. */
  static #retire (profile: FieldProfile): void {
    const isTried = profile.n === TRIED
    profile.#lengthsBefore = isTried ? EMPTY_RANGE : profile.#lengths
    profile.#magnitudesBefore = isTried ? EMPTY_RANGE : profile.#magnitudes
    if (isTried) return
    profile.#lengths = EMPTY_RANGE
    profile.#magnitudes = EMPTY_RANGE
  }

  static #stretch (profile: FieldProfile, scan: ValueScan): void {
    if (scan.length === 0 && profile.empties > 0) return
    const settled = profile.n > TRIAL
    profile.#lengths = stretched(profile.#lengths, profile.#lengthsBefore, scan.length, settled)
    if (!Number.isNaN(scan.number)) profile.#magnitudes = stretched(profile.#magnitudes, profile.#magnitudesBefore, scan.number, settled)
  }
}
