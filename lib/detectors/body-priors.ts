import { NoveltyPrior } from '../stats/novelty-prior'
import type { NoveltyPriorJson } from '../stats/novelty-prior'
import type { BodyNode } from './body-node'
import type { ObjectShape } from './body-object'
import { NULL } from './body-types'

/** Sorts of novelty in a body, each with its own frequency in an application. */
export const SORTS = ['missing', 'missingOfVaried', 'name', 'nameOfVaried', 'foreignName', 'foreignNameOfVaried', 'null', 'nullBesideNull', 'type', 'fraction', 'negative', 'truth', 'format',
  'long', 'high', 'low', 'items'] as const
export type Sort = typeof SORTS[number]

/** Names of members that are remembered; what comes later is as if it were unknown elsewhere. */
const MAX_NAMES = 8192

/** The plain form of `BodyPriors`. */
export type BodyPriorsJson = Record<string, NoveltyPriorJson>

/**
 * What all bodies of one side (requests, or replies) of an application have shown about how regular bodies are: how often a member that was always
 * there is missing, a name, a type or a null comes for the first time, a bound is passed; and which names members have anywhere. What is judged by
 * it needs few bodies of its own route (see `NoveltyPrior`). Objects that all had the same members are counted apart from those that vary; so are
 * names that no place of the application has, and places whose neighbours are null at times.
 *
 * Memory: 17 priors, and the hashes of 8,192 names at the most.
 */
export class BodyPriors {
  readonly #priors: Readonly<Record<Sort, NoveltyPrior>> = Object.fromEntries(SORTS.map((sort) => [sort, new NoveltyPrior()])) as Record<Sort, NoveltyPrior>
  readonly #names = new Set<string>()

  /** Whether a member of this name is known anywhere. */
  knows (name: string): boolean { return this.#names.has(name) }

  /** Some place has a member of this name. */
  know (name: string): void { if (this.#names.size < MAX_NAMES) this.#names.add(name) }

  of (sort: Sort): NoveltyPrior { return this.#priors[sort] }

  /** Something new of a sort came at a place after `n` bodies. */
  meet (sort: Sort, n: number, times = 1): void { this.#priors[sort].meet(n, times) }

  /** A place has been in so many bodies that it is a milestone: what has stayed as it was counts as expected. */
  pass (node: BodyNode): void {
    const n = node.draws
    this.#priors.type.pass(n)
    if (node.types[NULL] === 0) this.#priors[nullSort(node)].pass(n)
    if (node.isConstantBoolean) this.#priors.truth.pass(n)
    if (node.number !== null) {
      if (node.number.reals === 0) this.#priors.fraction.pass(n)
      if (node.number.negatives === 0) this.#priors.negative.pass(n)
      this.#priors.high.pass(n)
      this.#priors.low.pass(n)
    }
    if (node.text !== null) {
      if (node.text.sole > 0) this.#priors.format.pass(n)
      this.#priors.long.pass(n)
    }
    if (node.list !== null) this.#priors.items.pass(n)
    if (node.object !== null && node.object.values === null) this.#passObject(node.object, n)
  }

  #passObject (shape: ObjectShape, n: number): void {
    const rare = shape.rare()
    const isVaried = shape.isVaried
    if (shape.always > 0) this.#priors[missingSort(isVaried)].pass(n)
    if (shape.isOpen(n)) return
    this.#priors[nameSort(isVaried, false)].pass(n, rare)
    this.#priors[nameSort(isVaried, true)].pass(n, rare)
  }

  /** One half-life. */
  halve (): void { for (const sort of SORTS) this.#priors[sort].halve() }

  /** Adds what another process's bodies have shown. */
  merge (json: BodyPriorsJson): void {
    for (const sort of SORTS) if (json[sort] !== undefined) this.#priors[sort].merge(json[sort])
  }

  /** Forgets everything but names, which places make known again. */
  reset (): void {
    for (const sort of SORTS) this.#priors[sort].reset()
    this.#names.clear()
  }

  toJSON (): BodyPriorsJson { return Object.fromEntries(SORTS.map((sort) => [sort, this.#priors[sort].toJSON()])) }
}

export function missingSort (isVaried: boolean): Sort { return isVaried ? 'missingOfVaried' : 'missing' }

export function nameSort (isVaried: boolean, isForeign: boolean): Sort {
  if (isForeign) return isVaried ? 'foreignNameOfVaried' : 'foreignName'
  return isVaried ? 'nameOfVaried' : 'name'
}

export function nullSort (node: BodyNode): Sort {
  const shape = node.parent?.object
  if (shape !== null && shape !== undefined) {
    for (const sibling of shape.order) if (sibling !== node && (sibling.types[NULL] as number) > 0) return 'nullBesideNull'
  }
  return 'null'
}
