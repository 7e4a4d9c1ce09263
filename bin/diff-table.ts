import type { BaselineDiff, RouteChange } from './diff'
import type { FieldChange, IngredientChange } from './field-diff'
import { textTable } from './text-table'

type Row = [mark: string, what: string, before: string, after: string]

/** Marks of what appeared, vanished and changed. */
const MARKS = { appeared: '+', vanished: '-', changed: '~' } as const

/** What differs between two baselines, for people. */
export function diffTable ({ before, after, sameKey, routes, headers }: BaselineDiff): string {
  const rows: Row[] = [
    ...routes.appeared.map((route): Row => [MARKS.appeared, route, '', '']),
    ...routes.vanished.map((route): Row => [MARKS.vanished, route, '', '']),
    ...routes.changed.flatMap(routeRows),
    ...headers.flatMap((change) => fieldRows(change, ''))
  ]
  const key = sameKey ? '' : ' (different keys: known values are compared by number only)'
  const head = `${before.file} (${before.takenAt}, ${before.routes} routes) -> ${after.file} (${after.takenAt}, ${after.routes} routes)${key}`
  return rows.length === 0 ? `${head}\n\nno difference\n` : `${head}\n\n${textTable([['', '', 'before', 'after'], ...rows])}\n`
}

function routeRows ({ route, responses, fields, requiredHeaders, quantities }: RouteChange): Row[] {
  return [
    [MARKS.changed, route, `${responses.before} requests`, `${responses.after} requests`],
    ...fields.flatMap((change) => fieldRows(change, '  ')),
    ...requiredHeaders.appeared.map((name): Row => [MARKS.appeared, `  always has header.${name}`, '', '']),
    ...requiredHeaders.vanished.map((name): Row => [MARKS.vanished, `  always has header.${name}`, '', '']),
    ...quantities.map(({ quantity, before, after }): Row => [MARKS.changed, `  ${quantity} (p99)`, shown(before), shown(after)])
  ]
}

function fieldRows ({ field, change, ingredients = [] }: FieldChange, indent: string): Row[] {
  return [[MARKS[change], indent + field, '', ''], ...ingredients.map((ingredient) => ingredientRow(ingredient, indent))]
}

function ingredientRow ({ ingredient, before, after, appeared, vanished }: IngredientChange, indent: string): Row {
  const moves = appeared === undefined ? '' : ` (${appeared} new, ${vanished} gone)`
  return ['', `${indent}  ${ingredient}`, shown(before), shown(after) + moves]
}

function shown (value: IngredientChange['before']): string {
  if (value === null || value === '') return '-'
  if (typeof value === 'string') return value
  return (typeof value === 'number' ? [value] : value).map((number) => Number(number.toPrecision(3))).join(' to ')
}
