import { NoveltyPrior } from '../stats/novelty-prior'
import type { NoveltyPriorJson } from '../stats/novelty-prior'
import { FormPriors } from './form-priors'
import type { FormPriorsJson } from './form-priors'
import { ValuePriors } from './value-priors'
import type { ValuePriorsJson } from './value-priors'

/** The plain form of a `ParameterPriors`. */
export interface ParameterPriorsJson {
  names: NoveltyPriorJson[]
  /** Missing from what was written before 1.0. */
  missing?: NoveltyPriorJson[]
  forms: FormPriorsJson
  /** Missing from what was written before 1.0. */
  values?: ValuePriorsJson
}

/**
 * What all parameters of an application have shown about how regular they are: how often formats change, how often a field of few values
 * gets another one, how often a route gets a parameter that none had, and how often it lacks one that all had. What is judged by it needs few requests of its own (see `NoveltyPrior`), and where an application adds names now and then, no number of
 * requests makes the next one certain. Routes without parameters, those that always had the same and those whose names vary are counted apart.
 */
export class ParameterPriors {
  readonly forms = new FormPriors()
  readonly values: ValuePriors
  readonly #names: readonly NoveltyPrior[] = [new NoveltyPrior(), new NoveltyPrior(), new NoveltyPrior()]
  readonly #missing: readonly NoveltyPrior[] = [new NoveltyPrior(), new NoveltyPrior()]

  /** @param seed Seed of the scans by which values are known. */
  constructor (seed = 0) { this.values = new ValuePriors(seed) }

  /** How often a route gets a parameter that none had. @param names Names that it has. @param sets Lists of names. */
  names (names: number, sets: number): NoveltyPrior { return this.#names[names === 0 ? 0 : sets > 1 ? 2 : 1] as NoveltyPrior }

  /** How often a request lacks a parameter that all before had. @param sets Lists of names that the route has had. */
  missing (sets: number): NoveltyPrior { return this.#missing[sets > 1 ? 1 : 0] as NoveltyPrior }

  /** One half-life. */
  halve (): void { for (const prior of this.#all) prior.halve() }

  /** Adds what another process's parameters have shown. */
  merge (json: ParameterPriorsJson): void {
    this.#names.forEach((prior, sort) => { if (json.names[sort] !== undefined) prior.merge(json.names[sort]) })
    this.#missing.forEach((prior, sort) => { if (json.missing?.[sort] !== undefined) prior.merge(json.missing[sort]) })
    this.forms.merge(json.forms)
    if (json.values !== undefined) this.values.merge(json.values)
  }

  reset (): void { for (const prior of this.#all) prior.reset() }

  toJSON (): ParameterPriorsJson { return { names: this.#names.map((prior) => prior.toJSON()), missing: this.#missing.map((prior) => prior.toJSON()), forms: this.forms.toJSON(), values: this.values.toJSON() } }

  get #all (): readonly { halve (): void, reset (): void }[] { return [...this.#names, ...this.#missing, this.forms, this.values] }
}
