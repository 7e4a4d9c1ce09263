import Ajv from 'ajv'
import type { ErrorObject, ValidateFunction } from 'ajv'
import { parse as parseDuration } from '@lukeed/ms'
import { FST_ANOMALIES_BAD_OPTION } from './errors'

/** A JSON Schema of one option, with the words and the default that its documentation shows. */
export interface OptionRule {
  description: string
  default?: unknown
  type?: string | string[]
  /** A secret: errors tell no more than its length. */
  isSecret?: true
  /** Of the application: a route that gave it would be told nothing, and changed nothing. */
  isShared?: true
  [keyword: string]: unknown
}

/** All options of one plugin: validated by Ajv, and the source of the tables in docs/ (docs.test.ts). */
export type OptionTable = Readonly<Record<string, OptionRule>>

const ajv = new Ajv({ allErrors: false, strictSchema: true, strictTypes: false, allowUnionTypes: true })
ajv.addKeyword({ keyword: 'isFunction', schemaType: 'boolean', validate: (_: boolean, value: unknown) => typeof value === 'function', error: { message: 'must be a function' } })
ajv.addKeyword({ keyword: 'isNameOrPattern', schemaType: 'boolean', validate: (_: boolean, value: unknown) => typeof value === 'string' || value instanceof RegExp, error: { message: 'must be a string or a regular expression' } })
ajv.addKeyword({ keyword: 'isClock', schemaType: 'boolean', validate: (_: boolean, value: unknown) => isClock(value), error: { message: 'must be an object with the functions now and monotonic' } })
ajv.addKeyword({ keyword: 'isPlaceSource', schemaType: 'boolean', validate: (_: boolean, value: unknown) => typeof value === 'function' || (isListOf(value) ? value.length > 0 && value.every(isReader) : isReader(value)), error: { message: 'must be a function, or one or more objects with a method `get`' } })
ajv.addKeyword({
  keyword: 'isDuration',
  schemaType: 'boolean',
  validate: (_: boolean, value: unknown) => (typeof value === 'number' && value > 0 && value < Infinity) || (typeof value === 'string' && (parseDuration(value) ?? 0) > 0),
  error: { message: 'must be a duration above 0: milliseconds or such as \'5 minutes\'' }
})

const validators = new Map<OptionTable, ValidateFunction>()

/**
 * Checks options and lays them over `base`, else the defaults. The caller's object stays untouched; durations become milliseconds.
 * Where nothing is given, the answer is `base` itself: most of an application's routes share one object.
 * @param where What the options belong to, such as `endpointProfiler`, for the error.
 * @param route Route they were given for, or `''`.
 * @throws FST_ANOMALIES_BAD_OPTION Naming option, route and the value received.
 */
export function resolveOptions<T extends object> (where: string, table: OptionTable, base: T | null, given: object | undefined, route = ''): T {
  const at = route === '' ? '' : ` (route ${route})`
  if (given !== undefined && (typeof given !== 'object' || given === null || Array.isArray(given))) {
    throw new FST_ANOMALIES_BAD_OPTION(`${where || 'the options'} must be an object, received ${show(given)}`, at)
  }
  const validate = validatorOf(table)
  if (given !== undefined && !validate(given)) throw new FST_ANOMALIES_BAD_OPTION(complaint(where, table, given, validate.errors ?? []), at)
  if (given === undefined && base !== null) return base
  if (route !== '') refuseShared(where, table, given ?? {}, at)
  const resolved: Record<string, unknown> = { ...base === null ? defaultsOf(table) : base as Record<string, unknown> }
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined) continue
    resolved[name] = table[name]?.isDuration === true && typeof value === 'string' ? parseDuration(value) : value
  }
  return resolved as T
}

/** What is wrong with options, with the value received. */
function complaint (where: string, table: OptionTable, given: object, errors: readonly ErrorObject[]): string {
  const [error] = errors
  const path = (error?.instancePath ?? '').slice(1).replaceAll('/', '.')
  const extra = error?.keyword === 'additionalProperties' ? String(error.params.additionalProperty) : ''
  const name = [where, path, extra].filter((part) => part !== '').join('.')
  if (extra !== '') return `${name} is no option that exists`
  const rule = table[path.split('.')[0] ?? '']
  const isChoice = errors.at(-1)?.keyword === 'anyOf'
  const must = isChoice ? `can be: ${rule?.description}` : error?.keyword === 'enum' ? `must be one of ${error.params.allowedValues.map(show).join(', ')}` : error?.message
  const value = valueAt(given, path)
  return `${name} ${must}, received ${rule?.isSecret === true && typeof value === 'string' ? `a text of ${value.length} characters` : show(value)}`
}

function refuseShared (where: string, table: OptionTable, given: object, at: string): void {
  const name = Object.keys(given).find((key) => table[key]?.isShared === true)
  if (name !== undefined) throw new FST_ANOMALIES_BAD_OPTION(`${where}.${name} belongs to the application; a route cannot give it`, at)
}

/** The defaults of a table; durations in milliseconds. */
export function defaultsOf (table: OptionTable): Record<string, unknown> {
  const defaults: Record<string, unknown> = {}
  for (const [name, rule] of Object.entries(table)) {
    if (!('default' in rule)) continue
    defaults[name] = rule.isDuration === true && typeof rule.default === 'string' ? parseDuration(rule.default) : rule.default
  }
  return defaults
}

function validatorOf (table: OptionTable): ValidateFunction {
  const known = validators.get(table)
  if (known !== undefined) return known
  const properties: Record<string, object> = {}
  for (const [name, rule] of Object.entries(table)) {
    const { default: _, description: __, isSecret: ___, isShared: ____, ...schema } = rule
    properties[name] = schema
  }
  const validate = ajv.compile({ type: 'object', properties, additionalProperties: false })
  validators.set(table, validate)
  return validate
}

function isClock (value: unknown): boolean {
  const { now, monotonic } = (value ?? {}) as { now?: unknown, monotonic?: unknown }
  return typeof now === 'function' && typeof monotonic === 'function'
}

function isListOf (value: unknown): value is unknown[] { return Array.isArray(value) }

function isReader (value: unknown): boolean { return typeof (value as { get?: unknown } | null | undefined)?.get === 'function' }

function valueAt (given: object, path: string): unknown {
  let at: unknown = given
  for (const part of path === '' ? [] : path.split('.')) at = (at as Record<string, unknown>)[part]
  return at
}

function show (value: unknown): string {
  if (typeof value === 'function') return 'a function'
  const isPlain = typeof value === 'number' || typeof value === 'bigint' || value instanceof RegExp
  const text = typeof value === 'string' ? `'${value}'` : isPlain ? String(value) : JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
