import { countBits } from '../store/popcount'
import { describeCharacters, DIGIT, LETTER, LOWER, SIGN, SPACE, SYMBOL, symbolMask, symbolOf, UPPER } from '../text/value-shape'
import type { ParameterPriors } from './parameter-priors'

/** Ingredients of the value model, a bit each. */
export const CHAR = 1
export const CHARSET = 2
export const SHAPE = 4
export const EXACT = 8
export const LENGTH = 16
export const ENUM = 32
export const NUMERIC = 64
export const RANGE = 128
export const SYMBOL_COUNT = 256
export const NEIGHBOURS = 512
const INGREDIENTS = 10

/** Which new symbols would not be strange in a field: none, those of numbers with a suffix or in groups (`12b`, `12 345`), of numbers that people write as they like (telephones), of file names, of people's and places' names, of prose, of texts of several lines (any); or letters of the other case and spaces around. */
export type Tolerance = 'none' | 'code' | 'phone' | 'name' | 'words' | 'prose' | 'lines' | 'typed'

/** Names of the ingredients, by bit number. */
export const INGREDIENT_NAMES: readonly string[] = ['char', 'charset', 'shape', 'shape-exact', 'length', 'enum', 'numeric', 'range', 'symbol-count', 'neighbours']

/** Ingredients that flag a request alone; the others need a second one (measured: detection.md). */
const STRONG = CHAR | ENUM | NUMERIC | SYMBOL_COUNT

/** Where a level counts as settled: chance of something unseen in ordinary traffic below this. */
export const SETTLED = 0.05
/** Where several new characters at once are no evidence either. */
export const UNSETTLED = 0.1
/** The same for values: sets of values have longer tails than their estimate sees, where few are known each of them must be common. */
const SETTLED_VALUES = 0.01
/** The same for a value that nobody ever sent: it is not one of those seen once, which are not known for certain either. */
const SETTLED_UNHEARD = 0.015
/** The same where no value is rare. */
const CLOSED_VALUES = 0.045
/** The same for the one exact shape of a field that has no other. */
const SETTLED_FORMAT = 0.03
/** Chance below which an ingredient has its full risk. */
const CERTAIN = 0.01
/** Chance below which neighbours never seen flag alone. */
const PLAIN = 0.004
/** Distance from which a length is more than a new shape brings with it. */
const APART = 1.4
/** Octaves beyond the longest value seen from which a length is strong evidence where much has been seen. */
export const HUGE = 2
/** Distance outside a range, in its own units, from which it is strong evidence. */
const FAR = 5
const STRONG_RISK = 65
const WEAK_RISK = 35
/** Weight of evidence that other evidence implies. */
const IMPLIED = 0.3
/** Punctuation of names, addresses and sentences. */
export const PROSE = symbolMask('\'-.,&/()+_!?:#%"@')
/** Punctuation of numbers that are written in groups. */
const CODE = symbolMask('-/.')
/** Punctuation of telephone numbers (ITU-T E.123, and what people make of it). */
const PHONE = symbolMask('-/.+()')
/** Punctuation of people's and places' names. */
const WORDS = symbolMask('\'-.,&/()')
/** Punctuation that the products and comments of user agents have, and other headers of programs (RFC 9110, section 5.6). */
const FOREIGN = symbolMask('-._+/:;,()=@')
/** Punctuation of e-mail addresses, slugs and file names. */
const NAME = symbolMask('-._+')
/** Chance below which even such punctuation counts fully. */
const WELL_SETTLED = 0.0005

/**
 * What is unusual about one value, as ingredients with the chance that ordinary traffic shows the like, and the risk
 * that follows. Reused for every value: `reset`, let a profile judge, read.
 *
 * An ingredient's risk falls from its full worth (65 strong, 35 weak) where the chance is 1 % or less to two thirds
 * of that at 5 %, the level at which novelty settles; risks of one value combine as independent causes do (noisy-or).
 */
export class FieldVerdict {
  /** Ingredients that fired. */
  parts = 0
  /** Kinds and symbols never seen, where `char` fired. */
  kinds = 0
  symbols = 0
  /** The symbol whose number is unusual, by bit, where `symbol-count` fired. */
  symbol = 0
  /** Whether only characters never seen count (values that are free to differ otherwise). */
  only = false
  /** Whether the value is judged by what all kinds of clients send: one of another kind may well have another form, in all its parts at once. */
  isStranger = false
  /** Whether the field has too many values, or too long ones, for an enumeration: then a new one says nothing. */
  isOpen = false
  /** How regular the fields of this application are; `null` where that is not learned. */
  readonly priors: ParameterPriors | null
  /** Least chance of all ingredients. */
  chance = 1
  #calm = 1
  #strong = 0
  #isTolerated = false
  /** Whether all that is new is how it was typed: the case of letters, a space at an end. */
  #isTyped = false

  constructor (priors: ParameterPriors | null = null) { this.priors = priors }

  reset (): this {
    this.parts = 0
    this.kinds = 0
    this.symbols = 0
    this.chance = 1
    this.#calm = 1
    this.#strong = 0
    this.#isTolerated = this.#isTyped = false
    return this
  }

  /** 0 to 100. */
  get risk (): number { return 100 * (1 - this.#calm) }

  /** 2 for one weak ingredient, 5 for more, to 8 for several strong ones. */
  get severity (): number {
    if (this.#strong === 0) return this.risk >= 50 ? 5 : 2
    return Math.min(8, 5 + this.#strong + (countBits(this.parts) > 2 ? 1 : 0))
  }

  /** A new combination is implied by a new character, and a new shape by a new combination: what is implied adds little. */
  add (ingredient: number, chance: number): void {
    if (this.#isTyped && ingredient === CHARSET) return
    const isImplied = (ingredient === CHARSET && (this.parts & CHAR) !== 0) || (ingredient === SHAPE && (this.#isTolerated || (this.parts & (CHARSET | NEIGHBOURS)) !== 0))
    this.#weigh(ingredient, chance, isImplied ? IMPLIED : 1)
  }

  /** No number where only numbers were. @param isGrouped Whether it has digits and blanks or hyphens only: a number written in groups is one. */
  addText (chance: number, isGrouped: boolean): void {
    if (chance < SETTLED_FORMAT) this.#weigh(NUMERIC, chance, 1, isGrouped ? WEAK_RISK : STRONG_RISK)
  }

  /**
   * Several new characters in one value are further evidence: the chance falls with their number.
   * @param tolerance Symbols that are only weak evidence in such a field, until its level is settled well.
   */
  addCharacters (unseen: number, kinds: number, symbols: number, tolerance: Tolerance): void {
    if (unseen >= UNSETTLED) return
    const chance = unseen ** ((1 + countBits(kinds & ~SYMBOL) + countBits(symbols)) / 2)
    const isForeign = this.isStranger && isWithin(kinds, symbols, SPACE | SYMBOL, FOREIGN)
    const risk = isForeign ? WEAK_RISK : riskOfCharacters(chance, kinds, symbols, tolerance)
    this.#isTyped = tolerance === 'typed'
    if (!this.#weigh(CHAR, chance, 1, risk)) return
    this.kinds = kinds
    this.symbols = symbols
    this.#isTolerated = risk < STRONG_RISK
  }

  /**
   * Kinds of characters next to each other that never were (`--`, `./.`, a letter after a digit).
   * @param count How many such pairs there are: each is further evidence, as the symbols of an injection are.
   */
  addNeighbours (unseen: number, count: number): void {
    // A character that would not be strange here has new neighbours, of course.
    if (this.#isTolerated) return
    const chance = unseen ** ((1 + Math.min(3, count)) / 2)
    const isImplied = (this.parts & (CHAR | CHARSET)) !== 0
    this.#weigh(NEIGHBOURS, chance, isImplied ? IMPLIED : 1, chance <= PLAIN && !this.isStranger ? STRONG_RISK : WEAK_RISK)
  }

  /** @param isStrong Whether the symbol has only ever come in one number. */
  addCount (chance: number, symbol: number, isStrong: boolean): void {
    const isImplied = !isStrong && (this.parts & SHAPE) !== 0
    if (this.#weigh(SYMBOL_COUNT, chance, isImplied ? IMPLIED : 1, isStrong && !this.isStranger ? STRONG_RISK : WEAK_RISK)) this.symbol = symbol
  }

  /** @param isClosed Whether all the values known have been seen at least three times. @param isUnheard Whether nobody ever sent the value, not even in a flagged request. @param isNext Whether it may be the next of a list that goes on (versions, years, codes). @returns Whether that says anything. */
  addValue (chance: number, isClosed: boolean, isUnheard: boolean, isNext: boolean): boolean {
    return !this.isOpen && chance < (isClosed ? CLOSED_VALUES : isUnheard ? SETTLED_UNHEARD : SETTLED_VALUES) && this.#weigh(ENUM, chance, 1, this.isStranger || isNext ? WEAK_RISK : STRONG_RISK)
  }

  /** @param isFixed Whether the field has only ever had one exact shape; then it is as telling as an enumeration. */
  addExact (chance: number, isFixed: boolean): void {
    if (this.#isTyped && !isFixed) return
    const isImplied = !isFixed && (this.parts & (SHAPE | CHARSET | NEIGHBOURS)) !== 0
    this.#weigh(EXACT, chance, isImplied ? IMPLIED : 1, isFixed && chance < SETTLED_FORMAT ? STRONG_RISK : WEAK_RISK)
  }

  /** @param distance How far outside the range, in units of half its width; from three on a weak ingredient counts double. A new shape that is longer is one thing. Few values are less wide than more would be: before 18 of them distance counts less. @param octaves How far beyond the longest. */
  addDistance (ingredient: number, chance: number, distance: number, octaves: number): void {
    const off = Math.abs(distance)
    const isImplied = ingredient === LENGTH && off < APART && (this.parts & SHAPE) !== 0
    const further = chance * 2 ** -(off * Math.min(1, SETTLED / chance))
    if (off >= FAR || (octaves >= HUGE && chance * 2 ** -octaves < WELL_SETTLED)) this.#weigh(ingredient, further, 1, STRONG_RISK)
    else this.#weigh(ingredient, further, off >= 3 ? 2 : isImplied ? IMPLIED : 1)
  }

  /** Names of the ingredients that fired. */
  names (): string[] { return ingredientNames(this.parts) }

  #weigh (ingredient: number, chance: number, weight: number, full = (ingredient & STRONG) !== 0 ? STRONG_RISK : WEAK_RISK): boolean {
    if (chance >= SETTLED || (this.only && ingredient !== CHAR && !(ingredient === LENGTH && (weight > 1 || full === STRONG_RISK)))) return false
    this.parts |= ingredient
    if (chance < this.chance) this.chance = chance
    const confidence = confidenceOf(chance, full === STRONG_RISK ? 0.35 : 0.5)
    if (full === STRONG_RISK) this.#strong++
    else if (this.isStranger && this.parts !== ingredient) weight *= IMPLIED
    this.#calm *= (1 - full * confidence / 100) ** weight
    return true
  }
}

/** Names of the ingredients in a mask. */
export function ingredientNames (parts: number): string[] {
  const names = []
  for (let bit = 0; bit < INGREDIENTS; bit++) if ((parts & (1 << bit)) !== 0) names.push(INGREDIENT_NAMES[bit] as string)
  return names
}

/** What an ingredient found, in words; see `FieldVerdict` for the arguments. */
export function describeParts (parts: number, kinds: number, symbols: number, symbol: number): string {
  const phrases: string[] = []
  if ((parts & CHAR) !== 0) phrases.push(`characters never seen here (${describeCharacters(kinds, symbols)})`)
  if ((parts & ENUM) !== 0) phrases.push('not one of the few values it has')
  if ((parts & NUMERIC) !== 0) phrases.push('not a number')
  if ((parts & RANGE) !== 0) phrases.push('far outside the range of its numbers')
  if ((parts & SYMBOL_COUNT) !== 0) phrases.push(`an unseen number of "${symbolOf(symbol)}"`)
  if ((parts & CHARSET) !== 0) phrases.push('an unseen combination of characters')
  if ((parts & NEIGHBOURS) !== 0) phrases.push('characters next to each other that never were')
  if ((parts & SHAPE) !== 0) phrases.push('an unseen shape')
  if ((parts & EXACT) !== 0) phrases.push('an unseen length or case pattern')
  if ((parts & LENGTH) !== 0) phrases.push('a length far outside the usual')
  return phrases.join(', ')
}

/** Risk of a finding that flags a request alone, by the chance that ordinary traffic shows the like. */
export function strongRisk (chance: number): number { return chance >= SETTLED ? 0 : STRONG_RISK * confidenceOf(chance, 0.35) }

/** 1 where a chance is 1 % or less, less by `fall` at 5 %. */
function confidenceOf (chance: number, fall: number): number {
  return chance <= CERTAIN ? 1 : 1 - fall * Math.log(chance / CERTAIN) / Math.log(SETTLED / CERTAIN)
}

/** What characters never seen are worth in a field that tolerates some. */
function riskOfCharacters (chance: number, kinds: number, symbols: number, tolerance: Tolerance): number {
  // Who types with the caps lock on, or a space behind, sends what others send.
  if (tolerance === 'typed' || tolerance === 'lines') return WEAK_RISK
  if (tolerance === 'phone' && isWithin(kinds, symbols, SYMBOL | SPACE, PHONE)) return WEAK_RISK
  return isTolerated(chance, kinds, symbols, tolerance) ? toleratedRisk(chance) : STRONG_RISK
}

function isTolerated (chance: number, kinds: number, symbols: number, tolerance: Tolerance): boolean {
  if (tolerance === 'code' || tolerance === 'phone') return chance > CERTAIN && isWithin(kinds, symbols, LOWER | UPPER | SPACE | SYMBOL, CODE)
  if (chance <= WELL_SETTLED) return false
  if (tolerance === 'prose') return isWithin(kinds, symbols, SYMBOL | SPACE | LETTER | SIGN | DIGIT, PROSE)
  if (tolerance === 'words') return isWithin(kinds, symbols, SYMBOL | SPACE | LETTER, WORDS)
  return tolerance === 'name' && isWithin(kinds, symbols, SYMBOL | LETTER, NAME)
}

/** Whether characters are of these kinds and symbols only. */
function isWithin (kinds: number, symbols: number, ofKinds: number, ofSymbols: number): boolean { return (kinds & ~ofKinds) === 0 && (symbols & ~ofSymbols) === 0 }

/** Risk of a character that would not be strange: weak where the chance is 1 % or more, strong where it is `WELL_SETTLED`. */
function toleratedRisk (chance: number): number {
  return chance >= CERTAIN ? WEAK_RISK : WEAK_RISK + (STRONG_RISK - WEAK_RISK) * Math.log(CERTAIN / chance) / Math.log(CERTAIN / WELL_SETTLED)
}
