import { wilsonLower } from '../stats/proportion'
import { LEAST_SHARE, PATTERNS } from './body-formats'
import type { ListShape } from './body-list'
import type { BodyNode } from './body-node'
import type { NumberLeaf } from './body-number'
import type { ObjectShape } from './body-object'
import type { TextLeaf } from './body-text'
import type { BodyTree } from './body-tree'
import { ARRAY, BOOLEAN, NULL, NUMBER, OBJECT, STRING, TYPES } from './body-types'

/** A JSON Schema, of draft 2020-12. */
export interface JsonSchema { [keyword: string]: unknown }

/** Values after which a constraint is stated that the next value may break with the chance of 1 %. */
const ENOUGH = 99
/** The same where nothing is known of how far the next one reaches: 0.1 %. */
const WELL_ENOUGH = 999
/** The same for what is stated of all members at once: 0.5 %. */
const SETTLED = 0.005
/** How much further than the estimated bound a stated one is. */
const SLACK = 1.5

/** Whether confidence is told, and what it is counted in: of a map each value is a draw of its own, else all of one body are one. */
type Notes = 'none' | 'bodies' | 'values'

/**
 * What a tree has learned, as a JSON Schema. It accepts every body that was learned from. Constraints are stated only once they are settled:
 * `required`, lengths and ranges after 99 values, `additionalProperties: false` after 199, formats once the Wilson bound of their share exceeds 95 %
 * and no value was otherwise, enumerations where each value is one that three principals share.
 *
 * @param isAnnotated With how much is behind it: `x-samples`, `x-share` (presence), `x-confidence` (1 - chance of something unseen).
 */
export function schemaOf (tree: BodyTree, isAnnotated: boolean): JsonSchema {
  return nodeSchema(tree.root, tree.bodies, isAnnotated ? 'bodies' : 'none')
}

/** @param bodies Values that could have been here. */
function nodeSchema (node: BodyNode, bodies: number, notes: Notes): JsonSchema {
  const types: number[] = []
  for (let type = BOOLEAN; type < TYPES.length; type++) if ((node.types[type] as number) > 0) types.push(type)
  const isNullable = (node.types[NULL] as number) > 0
  const draws = notes === 'values' ? node.n : node.draws
  const noted = notes !== 'none' ? { 'x-samples': node.n, 'x-share': bodies > 0 ? rounded(Math.min(1, node.n / bodies)) : 0, 'x-confidence': rounded(1 - 1 / (draws + 2)) } : null
  if (types.length === 0) return isNullable && draws >= ENOUGH ? { type: 'null', ...noted } : { ...noted }
  if (types.length === 1) return { ...typeSchema(node, types[0] as number, isNullable, notes), ...noted }
  const variants = types.map((type) => ({ ...typeSchema(node, type, false, notes), ...notes !== 'none' ? { 'x-share': rounded((node.types[type] as number) / node.n) } : null }))
  return { anyOf: isNullable ? [...variants, { type: 'null' }] : variants, ...noted }
}

function typeSchema (node: BodyNode, type: number, isNullable: boolean, notes: Notes): JsonSchema {
  switch (type) {
    case STRING: return textSchema(node.text, isNullable, notes)
    case NUMBER: return numberSchema(node.number, isNullable)
    case ARRAY: return listSchema(node.list, isNullable, notes)
    case OBJECT: return objectSchema(node, node.object, isNullable, notes)
    default: return { type: typeName('boolean', isNullable) }
  }
}

function textSchema (leaf: TextLeaf | null, isNullable: boolean, notes: Notes): JsonSchema {
  const schema: JsonSchema = { type: typeName('string', isNullable) }
  if (leaf === null) return schema
  const values = leaf.values()
  if (values !== null) return { ...schema, enum: isNullable ? [...values, null] : values }
  const { format } = leaf
  if (format !== 'none' && wilsonLower(leaf.n, leaf.n) > LEAST_SHARE) {
    if (PATTERNS[format] === undefined) schema['format'] = format
    else Object.assign(schema, { pattern: PATTERNS[format], ...notes !== 'none' ? { 'x-format': format } : null })
    return schema
  }
  if (leaf.n < ENOUGH) return schema
  const longest = leaf.longest.furthest()
  if (Number.isFinite(longest)) schema['maxLength'] = Math.ceil(SLACK * Math.max(leaf.longest.extreme, longest))
  // Lengths are learned in UTF-16 units, of which a character has two at the most.
  const least = Math.floor(leaf.shortest / 2)
  if (least >= 1 && leaf.n >= WELL_ENOUGH) schema['minLength'] = least
  return schema
}

function numberSchema (leaf: NumberLeaf | null, isNullable: boolean): JsonSchema {
  if (leaf === null) return { type: typeName('number', isNullable) }
  const isInteger = leaf.reals === 0 && leaf.infinite === 0 && leaf.n >= ENOUGH
  const schema: JsonSchema = { type: typeName(isInteger ? 'integer' : 'number', isNullable) }
  if (leaf.n < ENOUGH) return schema
  const { minimum, maximum } = leaf.range()
  const bounds = leaf.bounds
  if (bounds === null) return schema
  const width = (maximum ?? bounds[1]) - (minimum ?? bounds[0])
  if (minimum !== null) schema['minimum'] = minimum >= 0 && leaf.negatives === 0 ? Math.max(0, Math.floor(minimum - (SLACK - 1) * width)) : Math.floor(minimum - (SLACK - 1) * width)
  if (maximum !== null) schema['maximum'] = Math.ceil(maximum + (SLACK - 1) * width)
  return schema
}

function listSchema (shape: ListShape | null, isNullable: boolean, notes: Notes): JsonSchema {
  const schema: JsonSchema = { type: typeName('array', isNullable) }
  if (shape === null) return schema
  if (shape.element.n > 0) schema['items'] = nodeSchema(shape.element, shape.element.n, notes)
  const { lengths } = shape
  const longest = lengths.furthest()
  if (lengths.n >= ENOUGH && Number.isFinite(longest)) schema['maxItems'] = Math.ceil(SLACK * Math.max(lengths.extreme, longest))
  return schema
}

function objectSchema (node: BodyNode, shape: ObjectShape | null, isNullable: boolean, notes: Notes): JsonSchema {
  const schema: JsonSchema = { type: typeName('object', isNullable) }
  if (shape === null) return schema
  if (shape.values !== null) return { ...schema, additionalProperties: nodeSchema(shape.values, shape.values.n, notes === 'none' ? notes : 'values') }
  const objects = node.types[OBJECT] as number
  const properties = new Map<string, JsonSchema>()
  const required: string[] = []
  for (const child of shape.order) {
    properties.set(child.name, nodeSchema(child, objects, notes))
    if (child.n >= objects && Math.min(objects, node.draws) >= ENOUGH) required.push(child.name)
  }
  // Not an assignment: `__proto__` is a name like any other.
  schema['properties'] = Object.fromEntries(properties)
  if (required.length > 0) schema['required'] = required
  const draws = Math.min(objects, node.draws)
  const isSettled = shape.overflow === 0 && shape.evicted === 0 && (shape.rare() + 1) / (draws + 2) < SETTLED
  schema['additionalProperties'] = !isSettled
  return schema
}

function typeName (type: string, isNullable: boolean): string | string[] { return isNullable ? [type, 'null'] : type }

function rounded (share: number): number { return Math.round(share * 10_000) / 10_000 }
