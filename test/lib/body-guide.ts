import { test } from 'tap'
import { BodyGuide } from '../../lib/detectors/body-guide'
import { referencesOf } from '../../lib/detectors/schema-references'

const text = { type: 'string' }

test('a schema that forbids nothing and enumerates nothing guides nobody, however many members it names', async (t) => {
  t.equal(BodyGuide.of({ type: 'object', properties: { a: text, b: { type: 'object', properties: { c: text } }, d: { type: 'array', items: text } } }, false), null)
  t.equal(BodyGuide.of({ type: 'object', additionalProperties: { type: 'string' } }, false), null)
  t.equal(BodyGuide.of(true, false), null)
})

test('members are told where a schema is closed, else only those that say something', async (t) => {
  const closed = BodyGuide.of({ type: 'object', properties: { a: text, b: text }, additionalProperties: false }, false)
  t.equal(closed?.isClosed, true)
  t.same([...closed?.members.keys() ?? []], ['a', 'b'])
  const open = BodyGuide.of({ type: 'object', properties: { a: text, state: { enum: ['paid', 'open'] }, deep: { type: 'array', items: { const: 1 } } } }, false)
  t.equal(open?.isClosed, false)
  t.same([...open?.members.keys() ?? []], ['state', 'deep'])
  t.equal(open?.members.get('deep')?.element?.isEnumerated, true)
})

test('a reply is closed by what it names, a request only where it says so, neither where more may be allowed elsewhere', async (t) => {
  const schema = { type: 'object', properties: { a: text } }
  t.equal(BodyGuide.of(schema, true)?.isClosed, true)
  t.equal(BodyGuide.of({ ...schema, additionalProperties: true }, true), null)
  t.equal(BodyGuide.of({ ...schema, additionalProperties: false, anyOf: [{}] }, false), null)
})

test('references are followed, also those in a circle', async (t) => {
  const schemas: Record<string, unknown> = { 'order#': { type: 'object', properties: { item: { $ref: 'item#' } } }, 'item#': { type: 'object', properties: { sku: text, parent: { $ref: 'item#' } }, additionalProperties: false } }
  const guide = BodyGuide.of({ $ref: 'order#' }, false, referencesOf({ $ref: 'order#' }, (id) => schemas[`${id}#`]))
  t.equal(guide?.members.get('item')?.isClosed, true)
  t.equal(guide?.members.get('item')?.members.get('parent')?.isClosed, true)
  t.equal(BodyGuide.of({ $ref: 'unknown#' }, false), null)
})

test('references lead into their own document, and into others', async (t) => {
  const line = { type: 'object', properties: { sku: text }, additionalProperties: false }
  const shop = { $id: 'shop', definitions: { line, order: { type: 'object', properties: { line: { $ref: '#/definitions/line' } } }, 'a/b': line } }
  const isClosed = (root: unknown): boolean | undefined => BodyGuide.of(root, false, referencesOf(root, (id) => id === 'shop' ? shop : undefined))?.members.get('line')?.isClosed
  t.equal(isClosed({ properties: { line: { $ref: '#/$defs/line' } }, $defs: { line } }), true)
  t.equal(isClosed({ $id: 'here', properties: { line: { $ref: 'here#/$defs/line' } }, $defs: { line } }), true)
  t.equal(isClosed({ properties: { line: { $ref: 'shop#/definitions/line' } } }), true)
  t.equal(isClosed({ properties: { line: { $ref: 'shop#/definitions/a~1b' } } }), true)
  t.equal(isClosed({ $ref: 'shop#/definitions/order', definitions: { line: {} } }), true, 'where a reference led, others start from there')
  for (const $ref of ['#/nowhere', '#/constructor', 'nobody#', 'shop#/definitions/line/type', '#anchor']) t.equal(isClosed({ properties: { line: { $ref } } }), undefined, $ref)
})
