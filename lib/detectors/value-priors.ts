import { isMilestone, NoveltyPrior } from '../stats/novelty-prior'
import type { NoveltyPriorJson } from '../stats/novelty-prior'
import { ValueScan } from '../text/value-shape'
import { VALUES } from './field-levels'
import type { FieldProfile } from './field-profile'

/** Sorts of fields: those of yes and no, those that have had one value only, those of a few. */
const TRUTH = 0
const CONSTANT = 1
const SET = 2
const SORTS = 3
const NONE = -1
/** Values of each sort before which it says nothing: a constant may be one by chance. */
const FEWEST: readonly number[] = [4, 8, 10]
/** Values of a set, at the most, and sightings for each of them before which it is none: those of more are known by themselves only, since their tails are their own. */
const MOST = 8
const EACH = 2.5
/** Values of a set that may have come once: of all that there are one is the last to come. Two say that there are others (countries of a young shop; Chao's estimate of the unseen kinds). */
const LAST = 1
/** Ways in which forms and programs write yes and no. */
const TRUTHS: readonly string[] = ['on', 'off', 'true', 'false', 'yes', 'no', '1', '0', 'y', 'n', 't', 'f', 'True', 'False', 'TRUE', 'FALSE']

/** The plain form of a `ValuePriors`: one prior a sort. */
export type ValuePriorsJson = readonly NoveltyPriorJson[]

/**
 * When may few values be taken for all that there are? Learned over all fields of an application: how often a field that has had one value brings
 * another (see `NoveltyPrior`). Where hardly any does, a dozen sightings of a hidden input say as much as hundreds do elsewhere. Sets of two to eight
 * count while all of their values but one have come twice; larger ones are known by themselves only: the tail of a set is its own (learned over all, it made ten times the false alarms).
 * One that wrote *yes* may write *no*, but hardly anything else; numbers have no such bounds.
 *
 * Memory: three priors of 12 numbers. Time: O(1) at milestones and where a value is new, and O(values) there.
 *
 * Source of the number of unseen kinds: A. Chao, "Nonparametric estimation of the number of classes in a population", Scandinavian Journal of Statistics 11, 1984.
 */
export class ValuePriors {
  readonly #priors = Array.from({ length: SORTS }, () => new NoveltyPrior())
  readonly #truths: readonly number[]

  /** @param seed Seed of the scans by which values are known. */
  constructor (seed: number) {
    const scan = new ValueScan(seed)
    this.#truths = TRUTHS.map((word) => scan.scan(word).value)
  }

  /** Chance that the next value is another one; 1 where experience says nothing. @param value Hash of the one that came. */
  chance (field: FieldProfile, value: number): number {
    const sort = this.sortOf(field, value)
    return sort === NONE || field.n < (FEWEST[sort] as number) ? 1 : (this.#priors[sort] as NoveltyPrior).chance(field.n, rareOf(sort, field))
  }

  /** The sort of which a field is to which a value has come that it did not have, -1 for none. */
  sortOf (field: FieldProfile, value: number): number {
    if (!isOfFew(field) || field.items.count(VALUES, value) > 0) return NONE
    const sort = this.#sortOf(field)
    return sort === TRUTH && this.#truths.includes(value) ? NONE : sort
  }

  /** A field of a sort (of `sortOf`) that has learned `n` values gets another one. @param times How many sightings it stands for. */
  meet (sort: number, n: number, times = 1): void { this.#priors[sort]?.meet(n, times) }

  /** A value has been learned: at milestones, the field's keeping to what it has counts. */
  pass (field: FieldProfile): void {
    if (!isMilestone(field.n) || !isOfFew(field)) return
    const sort = this.#sortOf(field)
    this.#priors[sort]?.pass(field.n, rareOf(sort, field))
  }

  /** One half-life. */
  halve (): void { for (const prior of this.#priors) prior.halve() }

  /** Adds what another process's fields have shown. */
  merge (json: ValuePriorsJson): void { this.#priors.forEach((prior, sort) => { if (json[sort] !== undefined) prior.merge(json[sort]) }) }

  reset (): void { for (const prior of this.#priors) prior.reset() }

  toJSON (): ValuePriorsJson { return this.#priors.map((prior) => prior.toJSON()) }

  #sortOf ({ items, n, filled, empties }: FieldProfile): number {
    const known = items.known(VALUES)
    if (known <= 2 && this.#truthsIn(items) === known) return TRUTH
    if (known === 1 && n === 1) return CONSTANT
    if (known === 1) return items.once(VALUES) > 0 ? NONE : CONSTANT
    return known <= MOST && (known - (empties > 0 ? 1 : 0)) * EACH <= filled && items.seldom(VALUES, 1) <= LAST ? SET : NONE
  }

  #truthsIn (items: FieldProfile['items']): number {
    let truths = 0
    for (let i = 0; i < this.#truths.length; i++) if (items.count(VALUES, this.#truths[i] as number) > 0) truths++
    return truths
  }
}

/** Values of a set that are rare; of the other sorts none is. */
function rareOf (sort: number, { items }: FieldProfile): number { return sort === SET ? items.rareValues : 0 }

/** Whether the field has had few values, most of them no numbers. */
function isOfFew ({ items, filled, texts }: FieldProfile): boolean { return filled > 0 && items.isOpen(VALUES) && texts * 2 >= filled && items.known(VALUES) > 0 }
