import Ajv2020 from 'ajv/dist/2020'
import type { ErrorObject, ValidateFunction } from 'ajv'
import type { FastifyBaseLogger } from 'fastify'
import type { BodyBaseline } from '../lib/detectors/body-baseline'
import * as kinds from '../lib/detectors/body-signals'
import { FORMATS, isOfFormat } from '../lib/text/value-format'
import type { Observation } from '../lib/observation'
import { Signal } from '../lib/signal'
import type { SignalKind } from '../lib/signal'
import { showName } from '../lib/text/redact'

/** What breaking a frozen schema is worth. */
const SEVERITY = 6
const RISK = 60
/** What a value of another pattern is worth, about which the value model had nothing to say. */
const PATTERN_SEVERITY = 3
const PATTERN_RISK = 24

/** Signal of each keyword that a learned schema has. */
const KIND_OF: Readonly<Record<string, SignalKind>> = {
  additionalProperties: kinds.UNEXPECTED_FIELD,
  required: kinds.MISSING_FIELD,
  type: kinds.TYPE_MISMATCH,
  anyOf: kinds.TYPE_MISMATCH,
  minLength: kinds.STRING_TOO_SHORT,
  maxLength: kinds.STRING_TOO_LONG,
  minimum: kinds.NUMBER_TOO_SMALL,
  maximum: kinds.NUMBER_TOO_LARGE,
  maxItems: kinds.ARRAY_TOO_LONG
}

/**
 * Makes functions of frozen baselines' schemas: one at a time, each in a turn of the event loop of its own, never while a request is handled.
 * Until a baseline's turn has come, and beyond `most` of them (a compiled schema takes about 28 kB), the learned tree alone judges.
 */
export class SchemaCompiler {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: false, messages: false, ownProperties: true, addUsedSchema: false })
  readonly #most: number
  readonly #log: FastifyBaseLogger
  readonly #queue: BodyBaseline[] = []
  /** Baselines compiled at some time: each counts once. */
  readonly #compiled = new Set<BodyBaseline>()
  #turn: NodeJS.Immediate | null = null

  constructor (most: number, log: FastifyBaseLogger) {
    this.#most = most
    this.#log = log
    FORMATS.forEach((name, format) => { this.#ajv.addFormat(name, (text: string) => isOfFormat(format, text)) })
  }

  schedule (baseline: BodyBaseline): void {
    if (!this.#compiled.has(baseline) && this.#compiled.size >= this.#most) return
    this.#compiled.add(baseline)
    this.#queue.push(baseline)
    this.#turn ??= setImmediate(() => this.#next())
  }

  close (): void {
    this.#queue.length = 0
    this.#compiled.clear()
    if (this.#turn !== null) clearImmediate(this.#turn)
    this.#turn = null
  }

  #next (): void {
    this.#turn = null
    const baseline = this.#queue.shift()
    if (baseline === undefined) return
    if (this.#queue.length > 0) this.#turn = setImmediate(() => this.#next())
    const { request, samples } = baseline.schemas(false)
    if (request === null) return
    try {
      const validate = this.#ajv.compile(request)
      this.#ajv.removeSchema(request)
      baseline.frozenCheck = (body, observation) => check(validate, body, samples.request, observation)
    } catch (error) {
      this.#log.error({ err: error }, 'a learned schema could not be compiled; the route is judged without')
    }
  }
}

/** Adds a signal for what a body breaks first. */
function check (validate: ValidateFunction, body: unknown, samples: number, observation: Observation): void {
  if (validate(body)) return
  const error = validate.errors?.[0]
  if (error === undefined) return
  const kind = KIND_OF[error.keyword] ?? kinds.PATTERN_MISMATCH
  const field = pathOf(error)
  const isElement = kind === kinds.TYPE_MISMATCH && field.endsWith('[]')
  const expected = kind === kinds.UNEXPECTED_FIELD || kind === kinds.MISSING_FIELD ? samples : expectedOf(error)
  const actual: unknown = kind === kinds.PATTERN_MISMATCH
    ? { sample: '[not shown]', length: 0, ingredients: [], parts: [0, 0, 0, 0], format: String(expected), isEnforced: true } satisfies kinds.TextEvidence
    : kind === kinds.MISSING_FIELD ? undefined : 'another'
  const isPattern = kind === kinds.PATTERN_MISMATCH
  observation.add(new Signal(isElement ? kinds.ARRAY_TYPE_MISMATCH : kind, field, isPattern ? PATTERN_SEVERITY : SEVERITY, isPattern ? PATTERN_RISK : RISK, expected, actual))
}

function expectedOf ({ params }: ErrorObject): unknown {
  const { limit, type, format, pattern } = params as Record<string, unknown>
  return limit ?? type ?? format ?? pattern ?? 'one of the values of the schema'
}

/** `/items/0/price` as `body.items[].price`. */
function pathOf ({ instancePath, keyword, params }: ErrorObject): string {
  let path = 'body'
  for (const part of instancePath.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    path += /^\d+$/.test(name) ? '[]' : `.${showName(name)}`
  }
  if (keyword === 'additionalProperties') return `${path}.${showName(String(params['additionalProperty']))}`
  if (keyword === 'required') return `${path}.${showName(String(params['missingProperty']))}`
  return path
}
