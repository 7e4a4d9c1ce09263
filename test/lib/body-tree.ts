import assert from 'node:assert/strict'
import Ajv2020 from 'ajv/dist/2020'
import type { ValidateFunction } from 'ajv'
import fc from 'fast-check'
import { test } from 'tap'
import { schemaOf } from '../../lib/detectors/body-schema'
import type { BodyShared } from '../../lib/detectors/body-baseline'
import { BodyCommon } from '../../lib/detectors/body-common'
import { bodyShared } from '../../lib/detectors/body-shared'
import { BodyTree } from '../../lib/detectors/body-tree'
import { BodyTrial } from '../../lib/detectors/body-trial'
import { Observation } from '../../lib/observation'
import { RouteState } from '../../lib/route-state'
import { Redactor } from '../../lib/text/redact'
import { FORMATS, isOfFormat } from '../../lib/text/value-format'

const LIMITS = { nodes: 256, depth: 8, values: 4096, characters: 262_144 }
const route = new RouteState('POST /x', 'POST', '/x', true, 'observe', 50)

function parts (limits = LIMITS): BodyShared {
  return bodyShared(limits, 0.0001, { seed: 4711, redactor: new Redactor(), common: new BodyCommon(), promoteAfter: 3, compile: null })
}

function learned (stream: readonly unknown[], tree = new BodyTree(), shared = parts(), from = 0): BodyTree {
  latest = shared
  stream.forEach((body, i) => shared.learners.body.learn(tree, body, null, (from + i) % 7, false))
  return tree
}

/** Parts of an application whose bodies keep to their form, as what follows is judged by. */
let latest = parts()

function found (tree: BodyTree, body: unknown, floor = 20, shared = latest): string[] {
  const observation = new Observation(0, 0, route, 'POST', '/x', [], 'application/json', 1, '192.0.2.1', 1, null, 1, '1')
  shared.judges.body.judge(tree, body, null, 'body', floor, observation)
  return (observation.signals ?? []).map((signal) => `${signal.type} ${signal.field} ${Math.round(signal.risk)}`)
}

function compiled (tree: BodyTree): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, ownProperties: true })
  FORMATS.forEach((name, format) => ajv.addFormat(name, (text: string) => isOfFormat(format, text)))
  return ajv.compile(schemaOf(tree, true))
}

/** Names that are ordinary here, whatever they are elsewhere. */
const names = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'a.b', 'a[0]', '*', '[]', 'id', 'name', 'tags', 'price'), fc.string({ maxLength: 6 }))
const scalars = fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 8 }),
  fc.uuid(), fc.emailAddress(), fc.date({ noInvalidDate: true }).map((date) => date.toISOString()), fc.ipV4(), fc.ipV6(), fc.webUrl(), fc.constantFrom('EUR', 'GBP'))
const { body: bodies } = fc.letrec<{ body: unknown }>((tie) => ({
  body: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalars, fc.array(tie('body'), { maxLength: 5 }), fc.array(fc.tuple(names, tie('body')), { maxLength: 6 }).map((members) => {
    const object = {}
    for (const [name, value] of members) Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true })
    return object
  }))
}))
const orders = fc.record({ id: fc.integer({ min: 1, max: 900 }), state: fc.constantFrom('paid', 'open'), note: fc.string({ maxLength: 20 }), items: fc.array(fc.record({ sku: fc.constantFrom('A-1', 'B-2'), price: fc.double({ min: 0, max: 9, noNaN: true }) }), { maxLength: 4 }) }, { requiredKeys: ['id', 'items'] })

test('the exported schema accepts every body that was learned from', async () => {
  fc.assert(fc.property(fc.array(fc.oneof(bodies, orders), { maxLength: 30 }), (stream) => {
    const validate = compiled(learned(stream))
    for (const body of stream) assert.ok(validate(JSON.parse(JSON.stringify(body))), `${JSON.stringify(body)} ${JSON.stringify(validate.errors)}`)
  }), { numRuns: 150 })
})

test('the exported schema accepts every body learned where constraints are stated', async () => {
  fc.assert(fc.property(fc.array(orders, { minLength: 240, maxLength: 300 }), (stream) => {
    const tree = learned(stream)
    const validate = compiled(tree)
    assert.match(JSON.stringify(schemaOf(tree, false)), /"required":.*"additionalProperties":false/)
    for (const body of stream) assert.ok(validate(body), JSON.stringify(validate.errors))
  }), { numRuns: 30 })
})

test('two trees merged are as one that learned both streams', async () => {
  fc.assert(fc.property(fc.array(fc.oneof(bodies, orders), { maxLength: 25 }), fc.array(fc.oneof(bodies, orders), { maxLength: 25 }), (ours, theirs) => {
    const merged = learned(ours)
    merged.merge(learned(theirs), parts().request)
    const whole = learned([...ours, ...theirs])
    assert.deepEqual(sorted(schemaOf(merged, true)), sorted(schemaOf(whole, true)))
    assert.deepEqual([merged.bodies, merged.nodes], [whole.bodies, whole.nodes])
  }), { numRuns: 150 })
})

test('names are found to be data in two trees merged as in one that learned both streams', async () => {
  const values = fc.record({ at: fc.integer(), by: fc.string({ maxLength: 3 }) }, { requiredKeys: ['at'] })
  const objects = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { maxLength: 9 }).chain((keys) => fc.tuple(...keys.map((key) => values.map((value) => [`key${key}`, value] as const)))).map((members) => Object.fromEntries(members))
  const maps = fc.array(objects, { minLength: 12, maxLength: 40 })
  let collapsed = 0
  fc.assert(fc.property(maps, maps, (ours, theirs) => {
    const shared = parts({ ...LIMITS, nodes: 2048 })
    const merged = learned(ours, new BodyTree(), shared)
    // Who sends is the same in both: it counts whose names they are.
    merged.merge(learned(theirs, new BodyTree(), shared, ours.length), shared.request)
    const whole = learned([...ours, ...theirs], new BodyTree(), shared)
    if (whole.root.object?.values) collapsed++
    assert.deepEqual(sorted(schemaOf(merged, true)), sorted(schemaOf(whole, true)))
    assert.equal(merged.nodes, whole.nodes)
  }), { numRuns: 60 })
  assert.ok(collapsed > 5 && collapsed < 55, String(collapsed))
})

test('two settled trees merged judge as one that learned both streams', async () => {
  fc.assert(fc.property(fc.array(orders, { minLength: 60, maxLength: 80 }), fc.array(orders, { minLength: 60, maxLength: 80 }), (ours, theirs) => {
    const merged = learned(ours)
    merged.merge(learned(theirs), parts().request)
    const whole = learned([...ours, ...theirs])
    for (const odd of [{ id: 4, items: [], role: 'admin' }, { id: '4', items: [] }, { items: [] }, { id: -4, items: [] }, { id: 4, items: {} }, { id: 4, items: [{ sku: 'A-1', price: null }] }, { id: 4, items: Array.from({ length: 300 }, () => ({ sku: 'A-1', price: 1 })) }]) {
      assert.deepEqual(found(merged, odd).map(withoutRisk), found(whole, odd).map(withoutRisk))
      assert.notDeepEqual(found(merged, odd), [])
    }
  }), { numRuns: 20 })
})

test('a tree read back from JSON exports, judges and learns like the first', async () => {
  fc.assert(fc.property(fc.array(orders, { maxLength: 80 }), fc.array(orders, { maxLength: 40 }), fc.oneof(bodies, orders), (before, after, odd) => {
    const shared = parts()
    const tree = learned(before, new BodyTree(), shared)
    const copy = BodyTree.from(JSON.parse(JSON.stringify(tree)), shared.request)
    assert.deepEqual(found(copy, odd), found(tree, odd))
    learned(after, tree)
    learned(after, copy)
    assert.deepEqual(withoutEnum(schemaOf(copy, true)), withoutEnum(schemaOf(tree, true)))
  }), { numRuns: 60 })
})

test('what judging keeps at hand says the same as what it is made of: a half-life later, read back, merged', async () => {
  fc.assert(fc.property(fc.array(orders, { minLength: 20, maxLength: 80 }), fc.array(orders, { maxLength: 20 }), fc.oneof(bodies, orders), (before, after, odd) => {
    const shared = parts()
    const tree = learned(before, new BodyTree(), shared)
    tree.halve()
    learned(after, tree, shared)
    const copy = BodyTree.from(JSON.parse(JSON.stringify(tree)), shared.request)
    const merged = new BodyTree()
    merged.merge(tree, shared.request)
    for (const other of [copy, merged]) assert.deepEqual(found(other, odd, 5), found(tree, odd, 5))
  }), { numRuns: 60 })
})

test('judging changes nothing', async () => {
  const tree = learned(Array.from({ length: 150 }, (_, i) => ({ id: i, name: `n${i}`, tags: ['a'] })))
  const before = JSON.stringify(tree)
  fc.assert(fc.property(bodies, (body) => {
    found(tree, body)
    assert.equal(JSON.stringify(tree), before)
  }))
})

test('memory stays in its bound whatever keys, depths and lengths are sent', async (t) => {
  const limits = { nodes: 64, depth: 4, values: 512, characters: 4096 }
  const shared = parts(limits)
  const tree = new BodyTree()
  fc.assert(fc.property(fc.array(bodies, { maxLength: 40 }), (stream) => {
    learned(stream, tree, shared)
    assert.ok(tree.nodes <= limits.nodes + 8, String(tree.nodes))
    assert.equal(tree.nodes, tree.root.count())
  }), { numRuns: 60 })
  for (let i = 0; i < 3000; i++) learned([{ [`k${i}`]: { [`l${i}`]: [{ [`m${i}`]: 'x'.repeat(50) }] } }, Array.from({ length: 300 }, (_, k) => ({ [`n${i} ${k}`]: k }))], tree, shared)
  t.ok(tree.root.count() <= limits.nodes + 8, String(tree.root.count()))
  t.ok(JSON.stringify(tree).length < 400_000, String(JSON.stringify(tree).length))
})

test('a body of a million values or of endless depth is looked at in part', async (t) => {
  const tree = learned(Array.from({ length: 100 }, (_, i) => ({ rows: [{ a: i }], deep: { deeper: 1 } })))
  let deep: unknown = 1
  for (let i = 0; i < 20_000; i++) deep = { deeper: deep }
  const started = process.hrtime.bigint()
  t.ok(found(tree, { rows: Array.from({ length: 1e6 }, (_, i) => ({ a: i })), deep: { deeper: 1 } }).some((signal) => signal.startsWith('array_too_long')))
  t.ok(found(tree, { rows: [{ a: 1 }], deep }).some((signal) => signal.startsWith('type_mismatch')))
  parts().learners.body.learn(tree, { rows: [{ a: 1 }], deep }, null, 1, false)
  t.ok(Number(process.hrtime.bigint() - started) < 5e9)
})

test('names that mean something to JavaScript are learned, required and missed like others', async (t) => {
  const body = (i: number): unknown => JSON.parse(`{"__proto__":{"x":${i}},"constructor":"c${i}","toString":${i},"":1,"a.b":true}`)
  const tree = learned(Array.from({ length: 150 }, (_, i) => body(i)))
  t.same(found(tree, body(7)), [])
  t.same(found(tree, JSON.parse('{"__proto__":{"x":1},"constructor":"c1","toString":1,"a.b":true}')), ['missing_field body[""] 65'])
  t.same(found(tree, JSON.parse('{"__proto__":{"x":1},"constructor":"c1","toString":1,"":1,"a.b":true,"__defineGetter__":1}')), ['unexpected_field body.__defineGetter__ 65'])
  t.same(found(tree, JSON.parse('{"__proto__":{"x":[1]},"constructor":"c1","toString":1,"":1,"a.b":true}')), ['type_mismatch body.__proto__.x 65'])
  t.same(found(tree, JSON.parse('{"__proto__":{"x":1},"constructor":"c1","toString":1,"":1,"a":{"b":true}}')).map(withoutRisk), ['unexpected_field body.a', 'missing_field body["a.b"]'])
  t.equal(({} as { x?: number }).x, undefined)
})

test('an object whose names are data is a map: new names are ordinary, other values are not', async (t) => {
  const tree = learned(Array.from({ length: 200 }, (_, i) => ({ stock: Object.fromEntries([0, 1, 2].map((k) => [`SKU-${10_000 + i * 3 + k}`, i % 50])) })))
  t.same(found(tree, { stock: { 'SKU-99999': 3 } }), [])
  t.match(found(tree, { stock: { 'SKU-99999': 'x' } })[0], 'type_mismatch body.stock.* ')
  t.match(found(tree, { stock: { __proto__x: 3 } })[0], 'unexpected_field body.stock.__proto__x')
  t.match(schemaOf(tree, false), { properties: { stock: { type: 'object', additionalProperties: { type: 'integer' } } } })
})

test('one sender\'s hundreds of invented names hide no real one, however early they come', async (t) => {
  const junk = (k: number, count: number): object => Object.fromEntries(Array.from({ length: count }, (_, i) => [`junk${k}_${i}`, 1]))
  for (const [bodies, count] of [[1, 70], [1, 300], [6, 100]] as const) {
    const shared = parts()
    const tree = new BodyTree()
    for (let k = 0; k < bodies; k++) shared.learners.body.learn(tree, { ...junk(k, count), id: k, name: 'n1' }, null, 99, false)
    for (let i = 0; i < 300; i++) shared.learners.body.learn(tree, { id: i % 9, name: `n${i % 7}` }, null, i % 20, true)
    t.equal(tree.root.object?.values, null)
    t.same(found(tree, { id: 3, name: 'n3' }, 20, shared), [])
    t.match(found(tree, { id: 'x', name: 'n3' }, 20, shared)[0], 'type_mismatch body.id 65', `${bodies} of ${count}`)
    // Where there was no room for it at first, it was not always there.
    if (count < 128) t.match(found(tree, { id: 3 }, 20, shared)[0], 'missing_field body.name 65', `${bodies} of ${count}`)
    t.match(found(tree, { id: 3, name: 'n3', role: 'admin' }, 20, shared)[0], /unexpected_field body\.role [56]\d/, `${bodies} of ${count}`)
  }
})

test('what a single sender sends is found to be a map as well, once there is enough of it', async (t) => {
  const shared = parts()
  const tree = new BodyTree()
  for (let i = 0; i < 80; i++) shared.learners.body.learn(tree, Object.fromEntries(Array.from({ length: 4 }, (_, k) => [`id${i * 31 + k}`, i])), null, 5, false)
  t.not(tree.root.object?.values, null)
})

test('an object of many optional members stays one', async (t) => {
  const optional = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r']
  const tree = learned(Array.from({ length: 400 }, (_, i) => Object.fromEntries(optional.filter((_, k) => (i * 7 + k * 3) % 5 < 2).map((name) => [name, i]))))
  t.equal(Object.keys(schemaOf(tree, false)['properties'] as object).length, optional.length)
  t.match(found(tree, { a: 1, zz: 1 })[0], 'unexpected_field body.zz')
  const wide = learned(Array.from({ length: 80 }, (_, i) => Object.fromEntries(Array.from({ length: 100 }, (_, k) => [`column${k}`, i]))))
  t.equal(Object.keys(schemaOf(wide, false)['properties'] as object).length, 100, 'and one of a hundred that are always there')
})

test('presence is counted against the parent: a member of a rare object can be required', async (t) => {
  const tree = learned(Array.from({ length: 400 }, (_, i) => i % 4 === 0 ? { id: i, gift: { from: 'Ann', text: `t${i}` } } : { id: i }))
  t.match(found(tree, { id: 1, gift: { text: 't8' } }).join(), /^missing_field body\.gift\.from/)
  t.same(found(tree, { id: 1 }), [])
})

test('a half-life forgets what was not seen in it', async (t) => {
  const tree = learned(Array.from({ length: 100 }, (_, i) => ({ id: i, ...i === 3 ? { once: 1 } : null })))
  tree.halve()
  t.same(Object.keys(schemaOf(tree, false)['properties'] as object), ['id'])
  t.equal(tree.bodies, 50)
  t.equal(tree.nodes, tree.root.count())
})

test('numbers that grow have no upper bound near what was seen', async (t) => {
  const tree = learned(Array.from({ length: 200 }, (_, i) => ({ number: 1000 + i, at: 1_772_000_000_000 + i * 60_000, rating: 1 + i % 5 })))
  t.same(found(tree, { number: 9000, at: 1_790_000_000_000, rating: 3 }), [])
  t.match(found(tree, { number: 1100, at: 1_772_000_000_000, rating: 60 })[0], 'number_too_large body.rating')
  t.match(found(tree, { number: 1100, at: 12, rating: 3 })[0], 'number_too_small body.at')
})

test('in an application that keeps to its form a place of three bodies is judged: form, length, number, elements', async (t) => {
  const shared = parts()
  const file = (i: number): object => ({ url: `https://files.example/${'abcdefgh'.repeat(3)}/${i}`, bytes: 1000 + i * 37, tags: ['a', 'b'] })
  for (let route = 0; route < 6; route++) learned(Array.from({ length: 40 }, (_, i) => ({ id: i, at: '2026-03-01', site: `https://a.example/${i}`, list: [1, 2, 3], file: file(i) })), new BodyTree(), shared)
  const tree = learned(Array.from({ length: 100 }, (_, i) => ({ id: i, ...i % 40 === 5 ? { file: file(i) } : null })), new BodyTree(), shared)
  t.same(found(tree, { id: 3, file: file(2) }, 1), [])
  t.match(found(tree, { id: 3, file: { ...file(2), url: 'javascript://%0aalert(1)' } }, 1).join(), /pattern_mismatch body\.file\.url [6-9]\d/)
  t.match(found(tree, { id: 3, file: { ...file(2), url: `https://files.example/${'a'.repeat(900)}` } }, 1).join(), /string_too_long body\.file\.url 6\d/)
  t.match(found(tree, { id: 3, file: { ...file(2), bytes: 5e13 } }, 1).join(), /number_too_large body\.file\.bytes 6\d/)
  t.match(found(tree, { id: 3, file: { ...file(2), bytes: -5 } }, 1).join(), /number_too_small body\.file\.bytes 6\d/)
  t.match(found(tree, { id: 3, file: { ...file(2), tags: Array.from({ length: 60 }, () => 'a') } }, 1).join(), /array_too_long body\.file\.tags 6\d/)
})

test('where numbers of other places did turn negative, the first negative one near zero says less', async (t) => {
  const riskOf = (sign: number, value: number): number => {
    const shared = parts()
    for (let route = 0; route < 8; route++) learned(Array.from({ length: 60 }, (_, i) => ({ level: i === 20 + route ? sign : i % 9 + 1 })), new BodyTree(), shared)
    const tree = learned(Array.from({ length: 24 }, (_, i) => ({ level: 1 + (i * 7) % 20 })), new BodyTree(), shared)
    return Number(found(tree, { level: value })[0]?.split(' ')[2] ?? 0)
  }
  t.equal(riskOf(1, -1), 65)
  t.ok(riskOf(-1, -1) < 60, String(riskOf(-1, -1)))
})

test('a schema of few bodies allows numbers below zero where their bound reaches there, and further tails than are judged by', async (t) => {
  const minimumOf = (numbers: readonly number[]): unknown => ((schemaOf(learned(numbers.map((t) => ({ t }))), false)['properties'] as Record<string, Record<string, unknown>>)['t'] ?? {})['minimum']
  t.ok(Number(minimumOf(Array.from({ length: 200 }, (_, i) => 3 + (i * 37) % 200 / 10))) < 0)
  t.equal(minimumOf(Array.from({ length: 200 }, (_, i) => 1 + i % 5)), 0)
})

function withoutRisk (signal: string): string { return signal.replace(/ \d+$/, '') }

/** Members in one order: which of two streams saw a name first is not part of the law. */
function sorted (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).map(([name, member]) => [name, sorted(member)]).sort(([a], [b]) => (a as string) < (b as string) ? -1 : 1)
}

/** Values that few principals share are in no snapshot, so a copy states no enumeration of them. */
function withoutEnum (schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema, (name, value) => name === 'enum' || name === 'maxLength' || name === 'minLength' ? undefined : value))
}

test('one attack among few bodies hides no further one: a huge array, an object in place of an array', async (t) => {
  const body = (i: number): unknown => ({ items: Array.from({ length: 1 + i % 4 }, () => 'a') })
  const huge = (length: number): unknown => ({ items: Array.from({ length }, () => 'a') })
  const bodies = Array.from({ length: 40 }, (_, i) => body(i))
  t.same(found(learned([...bodies, huge(300)]), huge(250)).map((signal) => signal.split(' ', 1)[0]), ['array_too_long'])
  t.same(found(learned([...bodies, huge(300)]), body(3)), [])
  t.same(found(learned([...bodies, { items: { length: 1 } }]), { items: { 0: 'a' } }).map((signal) => signal.split(' ', 1)[0]), ['type_mismatch'])
  const objects = (count: number): unknown[] => Array.from({ length: count }, (_, i) => ({ items: { length: i } }))
  t.same(found(learned([...bodies, ...objects(2)]), { items: { length: 1 } }).map((signal) => signal.split(' ', 1)[0]), ['type_mismatch'], 'two of 42 are none')
  t.same(found(learned([...bodies, ...objects(3)]), { items: { length: 1 } }), [], 'three are a form of it')
  t.same(found(learned([...bodies.slice(0, 20), ...Array.from({ length: 20 }, () => ({ items: null })), { items: { length: 1 } }]), { items: null }), [], 'and null is in place of anything')
})

test('what becomes known by promotion is one novelty, however many had to send it', async (t) => {
  const shared = parts()
  const tree = learned(Array.from({ length: 40 }, (_, i) => ({ id: i, state: 'paid' })), new BodyTree(), shared)
  for (let principal = 1; principal <= 3; principal++) shared.quarantines.body.note(tree, { id: 1, state: 'paid', coupon: 'x' }, null, 'body', principal, () => {})
  t.ok(tree.root.object?.find('coupon'))
  const { foreignName } = shared.request.priors.toJSON()
  t.equal(foreignName?.seen.reduce((sum, n) => sum + n, 0), 1)
})

test('a body that is about to teach is not put aside for its password, long as it may be for one', async (t) => {
  const tree = learned(Array.from({ length: 20 }, (_, i) => ({ phrase: `spring ${i}`, password: `spring${i}` })))
  const trial = new BodyTrial(latest.judges.body)
  const observation = new Observation(0, 0, route, 'POST', '/x', [], 'application/json', 1, '192.0.2.1', 1, null, 1, '1')
  const isOdd = (body: unknown): boolean => trial.isOdd(tree, body, null, 'body', observation)
  const long = 'correct horse battery staple '.repeat(4)
  t.notOk(isOdd({ phrase: 'spring', password: long }))
  t.ok(isOdd({ phrase: long, password: 'spring' }))
  t.ok(isOdd({ phrase: 'spring', password: long.repeat(20) }), 'but for one that nobody types')
  t.ok(isOdd({ phrase: 'spring', password: { $ne: '' } }))
})
