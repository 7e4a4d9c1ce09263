import { isMilestone, NoveltyPrior } from '../stats/novelty-prior'
import type { NoveltyPriorJson } from '../stats/novelty-prior'
import { ValueScan } from '../text/value-shape'
import { MANY, VALUES } from './field-levels'
import type { FieldProfile } from './field-profile'

/** Sorts of fields: those of truth values, and by the octave of how many values they have (1, 2, 3 and 4, 5 to 8, more). */
const SORTS = 6
const OF_TRUTHS = 0
const OF_ONE = 1
/** Ways in which forms and programs write yes and no. */
const TRUTHS: readonly string[] = ['on', 'off', 'true', 'false', 'yes', 'no', '1', '0', 'y', 'n', 't', 'f', 'True', 'False', 'TRUE', 'FALSE']
/** New things expected while the traffic doubles, from which on rather one comes than none (Poisson): then what is known is not taken for all there is. */
export const LIKELY = Math.LN2

/** The plain form of a `ValuePriors`: one prior a sort. */
export type ValuePriorsJson = readonly NoveltyPriorJson[]

/**
 * When may few values be taken for all that there are? Learned over all fields of an application: how often a field that has repeated a few values
 * brings another. Fields of two values hardly ever do, those of a dozen as often as Good and Turing expect, so each sort has a prior of
 * its own (see `NoveltyPrior`), and in some applications two dozen sightings of a form's choices say as much as hundreds do in others.
 *
 * Memory: 6 priors of 12 numbers.
 */
export class ValuePriors {
  readonly #priors = Array.from({ length: SORTS }, () => new NoveltyPrior())
  readonly #truths: readonly number[]

  /** @param seed Seed of the scans by which values are known. */
  constructor (seed: number) {
    const scan = new ValueScan(seed)
    this.#truths = TRUTHS.map((word) => scan.scan(word).value)
  }

  /** Whether a value may come to a field as another one of what it has: it writes yes or no, as all others do. */
  isTruth (field: FieldProfile, value: number): boolean { return this.#truths.includes(value) && this.#sortOf(field) === OF_TRUTHS }

  /** Chance that the next value of a field of few values is another one; 1 where another one is likely to come soon, and for numbers, which have no such bounds. */
  chance (field: FieldProfile): number {
    const { n, items } = field
    if (isOfNumbers(field)) return 1
    const chance = (this.#priors[this.#sortOf(field)] as NoveltyPrior).chance(n, items.rare(VALUES, n >= MANY))
    return chance * (n + 2) < LIKELY ? chance : 1
  }

  /** A field of few values has got one that it had not. @param times How many sightings it stands for. */
  meet (field: FieldProfile, value: number, times = 1): void {
    if (!isOfNumbers(field) && !this.isTruth(field, value)) (this.#priors[this.#sortOf(field)] as NoveltyPrior).meet(field.n, times)
  }

  /** A field of few values has learned one: at milestones, its keeping to them counts. */
  pass (field: FieldProfile): void {
    const { n, items } = field
    if (!isMilestone(n) || isOfNumbers(field)) return
    const prior = this.#priors[this.#sortOf(field)] as NoveltyPrior
    prior.pass(n, items.rare(VALUES, n >= MANY))
  }

  /** One half-life. */
  halve (): void { for (const prior of this.#priors) prior.halve() }

  /** Adds what another process's fields have shown. */
  merge (json: ValuePriorsJson): void { this.#priors.forEach((prior, sort) => { if (json[sort] !== undefined) prior.merge(json[sort]) }) }

  reset (): void { for (const prior of this.#priors) prior.reset() }

  toJSON (): ValuePriorsJson { return this.#priors.map((prior) => prior.toJSON()) }

  #sortOf ({ items }: FieldProfile): number {
    const known = Math.max(1, items.distinct(VALUES) - items.pending(VALUES))
    if (known <= 2 && this.#truthsIn(items) === known) return OF_TRUTHS
    return Math.min(SORTS - 1, OF_ONE + 32 - Math.clz32(known - 1))
  }

  #truthsIn (items: FieldProfile['items']): number {
    let truths = 0
    for (let i = 0; i < this.#truths.length; i++) if (items.count(VALUES, this.#truths[i] as number) > 0) truths++
    return truths
  }
}

/** Whether most values are numbers: pages and amounts go on where lists of words end. */
function isOfNumbers ({ texts, n }: FieldProfile): boolean { return texts * 2 < n }
