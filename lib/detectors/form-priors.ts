import { isMilestone, NoveltyPrior } from '../stats/novelty-prior'
import type { NoveltyPriorJson } from '../stats/novelty-prior'
import type { ValueScan } from '../text/value-shape'
import { CHARACTERS, CHARSETS, charsetOf, EXACTS, LENGTHS, MANY, PAIRS, SHAPES } from './field-levels'
import type { FieldProfile } from './field-profile'

/** Levels of a field's form. */
const LEVELS: readonly number[] = [CHARACTERS, CHARSETS, SHAPES, EXACTS, LENGTHS, PAIRS]
/** Octaves of how many shapes a field has: 1, 2, 3 and 4. With more it is no format, and known by itself only. */
const OCTAVES = 3
/** Values after which a field is no experience any more: its own says enough, and learning costs no more than before. */
const LATE = 256
/** Values before which a format is not told from a text that has had few shapes so far. */
const EARLY = 16
/** However regular fields were, something new is taken to come at least this often, as a share of what would be expected without experience. */
const LEAST = 0.05

/** The plain form of a `FormPriors`: per level, one prior an octave. */
export type FormPriorsJson = readonly (readonly NoveltyPriorJson[])[]

/**
 * How much less often than Good and Turing expect the formats of an application change: a field that has shown one shape twenty times may well get another
 * for all they know, but dates and keys keep to theirs. A format has a symbol in each value and few shapes; of such fields this counts, by the
 * number of their shapes, how often a new character, shape, length or neighbour came (see `NoveltyPrior`). On generated traffic the estimate
 * was right for fields of many shapes, and ten to a hundred times too high for those of one.
 *
 * Memory: 18 priors of 12 numbers. Time: a look-up a level for each of the first 256 values of a field.
 */
export class FormPriors {
  readonly #priors: readonly (readonly NoveltyPrior[])[] = LEVELS.map(() => Array.from({ length: OCTAVES }, () => new NoveltyPrior()))

  /** What to multiply the estimated chance of something new on a level with. */
  factor (field: FieldProfile, level: number): number {
    const prior = field.n < EARLY ? null : this.#of(field, LEVELS.indexOf(level))
    return prior === null ? 1 : Math.max(LEAST, prior.factor(field.n))
  }

  /** A scanned value is about to be learned. @param backing Profile of the same name elsewhere: what it knows is not new. */
  meet (field: FieldProfile, scan: ValueScan, backing: FieldProfile | null): void {
    const { n, items } = field
    if (n === 0 || n >= LATE || octaveOf(field) >= OCTAVES) return
    const known = backing === null ? null : backing.items
    if (((scan.kinds & ~field.kinds & ~(backing === null ? 0 : backing.kinds)) | (scan.symbols & ~field.symbols & ~(backing === null ? 0 : backing.symbols))) !== 0) this.#of(field, 0)?.meet(n)
    if (items.isNew(CHARSETS, charsetOf(scan.kinds), n, known)) this.#of(field, 1)?.meet(n)
    if (items.isNew(SHAPES, scan.shape, n, known)) this.#of(field, 2)?.meet(n)
    if (scan.exact !== 0 && items.isNew(EXACTS, scan.exact, n, known)) this.#of(field, 3)?.meet(n)
    if (items.isNew(LENGTHS, scan.length, n, known)) this.#of(field, 4)?.meet(n)
    if (!items.isOpen(PAIRS)) return
    const count = scan.neighbours()
    let isNews = false
    for (let i = 0; i < count && !isNews; i++) isNews = items.isNew(PAIRS, scan.pairs[i] as number, n, known)
    if (isNews) this.#of(field, 5)?.meet(n)
  }

  /** A value has been learned: at milestones, the field's keeping to its form counts. */
  pass (field: FieldProfile): void {
    const { n, items } = field
    if (n > LATE || !isMilestone(n)) return
    for (let i = 0; i < LEVELS.length; i++) {
      const level = LEVELS[i] as number
      if (items.isOpen(level)) this.#of(field, i)?.pass(n, items.rare(level, n >= MANY))
    }
  }

  /** One half-life. */
  halve (): void { for (const priors of this.#priors) for (const prior of priors) prior.halve() }

  /** Adds what another process's fields have shown. */
  merge (json: FormPriorsJson): void {
    this.#priors.forEach((priors, i) => priors.forEach((prior, octave) => {
      const theirs = json[i]?.[octave]
      if (theirs !== undefined) prior.merge(theirs)
    }))
  }

  reset (): void { for (const priors of this.#priors) for (const prior of priors) prior.reset() }

  toJSON (): FormPriorsJson { return this.#priors.map((priors) => priors.map((prior) => prior.toJSON())) }

  #of (field: FieldProfile, i: number): NoveltyPrior | null { return (this.#priors[i] as readonly NoveltyPrior[])[octaveOf(field)] ?? null }
}

/** Octave of how many shapes a field has; none for one without a symbol that is always there: words and numbers vary in other ways. */
function octaveOf ({ items, always, n }: FieldProfile): number {
  if (!items.isOpen(SHAPES) || n === 0 || always === 0) return OCTAVES
  return 32 - Math.clz32(Math.max(1, items.known(SHAPES)) - 1)
}
