import { LEVEL_NAMES } from '../lib/detectors/field-levels'
import { FieldProfile } from '../lib/detectors/field-profile'
import type { FieldProfileJson } from '../lib/detectors/field-profile'
import { describeCharacters } from '../lib/text/value-shape'

/** Levels that `characters` tells better. */
const TOLD_OTHERWISE = new Set(['characters'])

/** An ingredient of a field that is not the same in both baselines. */
export interface IngredientChange {
  /** `characters`, `lengths`, `numbers`, `shapes`, `values`, … (docs/detection.md). */
  ingredient: string
  /** What was known: a text, a range, or how many things. */
  before: string | number | [number, number] | null
  after: string | number | [number, number] | null
  /** Things known now that were not, and the other way round; only where both baselines bear the same key. */
  appeared?: number
  vanished?: number
}

/** Fields of one place (a route's parameters, the headers), by name. */
export type Fields = ReadonlyMap<string, FieldProfileJson>

export interface FieldChange {
  /** Such as `query.page` or `header.accept`. */
  field: string
  change: 'appeared' | 'vanished' | 'changed'
  ingredients?: IngredientChange[]
}

/** What differs between two sets of fields. */
export function fieldChanges (before: Fields, after: Fields, sameKey: boolean): FieldChange[] {
  const changes: FieldChange[] = []
  for (const [field, old] of before) {
    const now = after.get(field)
    if (now === undefined) {
      changes.push({ field, change: 'vanished' })
      continue
    }
    const ingredients = ingredientChanges(FieldProfile.from(old), FieldProfile.from(now), sameKey)
    if (ingredients.length > 0) changes.push({ field, change: 'changed', ingredients })
  }
  for (const field of after.keys()) if (!before.has(field)) changes.push({ field, change: 'appeared' })
  return changes.sort((a, b) => a.field < b.field ? -1 : a.field > b.field ? 1 : 0)
}

function ingredientChanges (before: FieldProfile, after: FieldProfile, sameKey: boolean): IngredientChange[] {
  const changes: IngredientChange[] = []
  const compare = (ingredient: string, a: IngredientChange['before'], b: IngredientChange['after']): void => {
    if (JSON.stringify(a) !== JSON.stringify(b)) changes.push({ ingredient, before: a, after: b })
  }
  compare('characters', describeCharacters(before.kinds, before.symbols), describeCharacters(after.kinds, after.symbols))
  compare('lengths', before.lengths, after.lengths)
  compare('numbers', before.numbers, after.numbers)
  for (const level of LEVEL_NAMES) {
    if (TOLD_OTHERWISE.has(level)) continue
    const change = levelChange(level, before.known(level), after.known(level), sameKey)
    if (change !== null) changes.push(change)
  }
  return changes
}

function levelChange (ingredient: string, before: readonly number[], after: readonly number[], sameKey: boolean): IngredientChange | null {
  const counts = { ingredient, before: before.length, after: after.length }
  if (!sameKey) return before.length === after.length ? null : counts
  const appeared = missingFrom(before, after)
  const vanished = missingFrom(after, before)
  return appeared + vanished === 0 ? null : { ...counts, appeared, vanished }
}

function missingFrom (known: readonly number[], hashes: readonly number[]): number {
  const set = new Set(known)
  return hashes.filter((hash) => !set.has(hash)).length
}
