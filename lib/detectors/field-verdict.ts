import { describeCharacters, symbolOf } from '../text/value-shape'

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
const INGREDIENTS = 9

/** Names of the ingredients, by bit number. */
export const INGREDIENT_NAMES: readonly string[] = ['char', 'charset', 'shape', 'shape-exact', 'length', 'enum', 'numeric', 'range', 'symbol-count']

/** Ingredients that flag a request alone; the others need a second one (measured: detection.md). */
const STRONG = CHAR | ENUM | NUMERIC | SYMBOL_COUNT

/** Where a level counts as settled: chance of something unseen in ordinary traffic below this. */
const SETTLED = 0.05
/** Chance below which an ingredient has its full risk. */
const CERTAIN = 0.01
const STRONG_RISK = 65
const WEAK_RISK = 35

/**
 * What is unusual about one value, as ingredients with the chance that ordinary traffic shows the like, and the risk
 * that follows. Reused for every value: `reset`, let a profile judge, read.
 *
 * An ingredient's risk falls from its full worth (65 strong, 35 weak) where the chance is 1 % or less to three quarters
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
  /** Least chance of all ingredients. */
  chance = 1
  #calm = 1

  reset (): this {
    this.parts = 0
    this.kinds = 0
    this.symbols = 0
    this.chance = 1
    this.#calm = 1
    return this
  }

  /** 0 to 100. */
  get risk (): number { return 100 * (1 - this.#calm) }

  /** 2 for one weak ingredient, 5 for more, to 8 for several strong ones. */
  get severity (): number {
    const strong = bits(this.parts & STRONG)
    if (strong === 0) return bits(this.parts) > 1 ? 5 : 2
    return Math.min(8, 5 + strong + (bits(this.parts) > 2 ? 1 : 0))
  }

  add (ingredient: number, chance: number): void {
    this.#weigh(ingredient, chance, 1)
  }

  addCharacters (chance: number, kinds: number, symbols: number): void {
    if (!this.#weigh(CHAR, chance, 1)) return
    this.kinds = kinds
    this.symbols = symbols
  }

  addCount (chance: number, symbol: number): void {
    if (this.#weigh(SYMBOL_COUNT, chance, 1)) this.symbol = symbol
  }

  /** @param distance How far outside the range, in units of half its width; from three on a weak ingredient counts double. */
  addDistance (ingredient: number, chance: number, distance: number): void {
    this.#weigh(ingredient, chance, Math.abs(distance) >= 3 ? 2 : 1)
  }

  /** Names of the ingredients that fired. */
  names (): string[] { return ingredientNames(this.parts) }

  #weigh (ingredient: number, chance: number, weight: number): boolean {
    if (chance >= SETTLED || (this.only && ingredient !== CHAR)) return false
    this.parts |= ingredient
    if (chance < this.chance) this.chance = chance
    const confidence = chance <= CERTAIN ? 1 : 1 - 0.25 * Math.log(chance / CERTAIN) / Math.log(SETTLED / CERTAIN)
    const full = (ingredient & STRONG) !== 0 ? STRONG_RISK : WEAK_RISK
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
  if ((parts & SHAPE) !== 0) phrases.push('an unseen shape')
  if ((parts & EXACT) !== 0) phrases.push('an unseen length or case pattern')
  if ((parts & LENGTH) !== 0) phrases.push('a length far outside the usual')
  return phrases.join(', ')
}

function bits (mask: number): number {
  let count = 0
  for (let left = mask; left !== 0; left &= left - 1) count++
  return count
}
