import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import Fastify from 'fastify'
import { test } from 'tap'
import { jsonSchemaLearner, registry } from '../../plugins'
import type { AnomaliesOptions, Snapshot } from '../../plugins'
import { buildApp } from '../fixtures/app'
import type { Ask, TestApp } from '../fixtures/app'

const alone: AnomaliesOptions = { endpointProfiler: false, headerProfiler: false, rateSpike: false, trends: false }
const post = (payload: unknown, url = '/orders'): Ask => ({ method: 'POST', url, headers: { 'content-type': 'application/json' }, payload: JSON.stringify(payload) })

const TAUGHT = 220

interface Order { id: string, customer: { email: string, age: number }, items: { sku: string, quantity: number, price: number }[], note?: string, express: boolean, [more: string]: unknown }

/** An ordinary order; each fifth has a note. */
function order (i: number): Order {
  return {
    id: `123e4567-e89b-12d3-a456-4266141${String(10_000 + i)}`,
    customer: { email: `user${i % 37}@example.com`, age: 18 + i % 60 },
    items: Array.from({ length: 1 + i % 3 }, (_, k) => ({ sku: `SKU-${1000 + (i * 7 + k) % 900}`, quantity: 1 + (i + k) % 5, price: (199 + (i * 13 + k) % 5000) / 100 })),
    ...i % 5 === 0 ? { note: `Please ring twice ${i % 9}` } : null,
    express: i % 3 === 0
  }
}

/** An ordinary order of which `change` makes an unusual one. */
function tampered (change: (order: Order) => void): Ask {
  const odd = order(7)
  change(odd)
  return post(odd)
}

function shop (app: FastifyInstance): void {
  app.post('/orders', async (request) => ({ number: 1, received: typeof request.body }))
}

async function taught (options: AnomaliesOptions = {}, routes: (app: FastifyInstance) => unknown = shop, server: FastifyServerOptions = {}): Promise<TestApp> {
  const built = await buildApp({ ...alone, ...options }, routes, server)
  await built.teach(TAUGHT, (i) => post(order(i)))
  return built
}

interface Case { name: string, type: string, field: string, change: (order: Order) => void, expected?: unknown, actual?: unknown }

const cases: Case[] = [
  { name: 'a member that was never sent is unexpected', type: 'unexpected_field', field: 'body.role', change: (odd) => { odd['role'] = 'admin' }, expected: TAUGHT, actual: 'string' },
  { name: 'a member deep inside that was never sent is unexpected', type: 'unexpected_field', field: 'body.items[].role', change: (odd) => { Object.assign(odd.items[0] as object, { role: 'admin' }) }, actual: 'string' },
  { name: 'a member that all orders have is missed', type: 'missing_field', field: 'body.items', change: (odd) => { Reflect.deleteProperty(odd, 'items') }, expected: TAUGHT },
  { name: 'a member that all elements have is missed in one', type: 'missing_field', field: 'body.items[].price', change: (odd) => { Reflect.deleteProperty(odd.items[0] as object, 'price') } },
  { name: 'a number where strings are is of another type', type: 'type_mismatch', field: 'body.id', change: (odd) => { Object.assign(odd, { id: 7 }) }, expected: 'string (100 %)', actual: 'number' },
  { name: 'an operator where a string is is of another type', type: 'type_mismatch', field: 'body.customer.email', change: (odd) => { Object.assign(odd.customer, { email: { $ne: '' } }) }, actual: 'object' },
  { name: 'null where it never was is of another type', type: 'type_mismatch', field: 'body.customer', change: (odd) => { Object.assign(odd, { customer: null }) }, actual: 'null' },
  { name: 'an object where an array is is of another type', type: 'type_mismatch', field: 'body.items', change: (odd) => { Object.assign(odd, { items: { 0: 'x' } }) }, actual: 'object' },
  { name: 'a fraction where integers are is of another type', type: 'type_mismatch', field: 'body.items[].quantity', change: (odd) => { Object.assign(odd.items[0] as object, { quantity: 1.5 }) }, expected: 'integer', actual: 'number' },
  { name: 'an element of another type is of another type', type: 'array_type_mismatch', field: 'body.items[]', change: (odd) => { odd.items.push('SKU-1000' as never) }, expected: 'object (100 %)', actual: 'string' },
  { name: 'a string far longer than ever is too long', type: 'string_too_long', field: 'body.note', change: (odd) => { odd.note = 'Please ring twice '.repeat(400) } },
  { name: 'a string far shorter than ever is too short', type: 'string_too_short', field: 'body.customer.email', change: (odd) => { odd.customer.email = 'a@b.ch' } },
  { name: 'a string that is not of the format is of another pattern', type: 'pattern_mismatch', field: 'body.id', change: (odd) => { odd.id = `${odd.id.slice(0, -1)}' or 1=1` } },
  { name: 'a character that was never seen is of another pattern', type: 'pattern_mismatch', field: 'body.items[].sku', change: (odd) => { Object.assign(odd.items[0] as object, { sku: 'SKU-1<00' }) } },
  { name: 'a negative number where none was is too small', type: 'number_too_small', field: 'body.items[].price', change: (odd) => { Object.assign(odd.items[0] as object, { price: -20 }) }, actual: -20 },
  { name: 'a number far above the ordinary is too large', type: 'number_too_large', field: 'body.items[].quantity', change: (odd) => { Object.assign(odd.items[0] as object, { quantity: 9999 }) }, expected: 5, actual: 9999 },
  { name: 'far more elements than ever are too many', type: 'array_too_long', field: 'body.items', change: (odd) => { odd.items = Array.from({ length: 60 }, () => ({ sku: 'SKU-1001', quantity: 1, price: 2.5 })) }, expected: 3, actual: 60 }
]

test('each deviation of a body is one signal with path, expected, actual, severity and risk', async (t) => {
  const { ask, app } = await taught()
  for (const { name, type, field, change, expected, actual } of cases) {
    const { assessment, types } = await ask(tampered(change))
    const signal = assessment.signals.find((each) => each.type === type && each.field === field)
    t.ok(signal, `${name}: ${type} in ${field} among ${types.join()}`)
    t.equal(signal?.detector, 'json-schema-learner', name)
    t.ok(signal !== undefined && signal.severity >= 1 && signal.severity <= 10 && signal.risk > 0, name)
    t.match(signal?.detail, field, name)
    if (expected !== undefined) t.same(signal?.expected, expected, name)
    if (actual !== undefined) t.same(signal?.actual, actual, name)
    t.doesNotThrow(() => JSON.stringify(signal))
  }
  t.same((await ask(post(order(11)))).types, [], 'nothing for an ordinary body')
  t.equal(app.anomalies.query({ detector: 'json-schema-learner', limit: 1 }).total > 0, true)
})

test('each flags the request, but for a string that is short only', async (t) => {
  const { ask } = await taught()
  for (const { name, type, change } of cases) if (type !== 'string_too_short') t.ok((await ask(tampered(change))).assessment.flagged, name)
})

test('switched off it finds nothing, for all routes or for one', async (t) => {
  const everywhere = await taught({ jsonSchemaLearner: false })
  const here = await taught({}, (app) => app.post('/orders', { config: { anomalies: { jsonSchemaLearner: false } } }, async () => 'ok'))
  for (const { ask } of [everywhere, here]) t.same((await ask(tampered((odd) => { odd['role'] = 'admin' }))).types, [])
})

test('options of a route are laid over the plugin\'s, and wrong ones stop the start-up', async (t) => {
  const { ask } = await taught({}, (app) => app.post('/orders', { config: { anomalies: { jsonSchemaLearner: { minSamples: 1000 } } } }, async () => 'ok'))
  t.same((await ask(tampered((odd) => { odd['role'] = 'admin' }))).types, [])
  await t.rejects(buildApp({ jsonSchemaLearner: { maxDepth: 0 } }), { code: 'FST_ANOMALIES_BAD_OPTION', message: /jsonSchemaLearner\.maxDepth/ })
  await t.rejects(buildApp({}, async (app) => { app.post('/x', { config: { anomalies: { jsonSchemaLearner: { depth: 3 } } } }, async () => 'ok') }), { message: /jsonSchemaLearner\.depth.*\/x/ })
})

test('values of members whose names are secret are never shown', async (t) => {
  const { ask, app } = await buildApp(alone, (app) => app.post('/login', async () => ({ ok: true })))
  for (let i = 0; i < 120; i++) await ask({ client: i % 30, ...post({ user: `u${i}`, password: `Secret${1000 + i}`, pin: 1000 + i }, '/login') })
  await ask(post({ user: 'u1', password: 'hunter2<script>', pin: 987_654_321 }, '/login'))
  const { events } = app.anomalies.query({ limit: 10 })
  t.ok(events.length >= 2)
  t.notMatch(JSON.stringify(events), /hunter|987654321|script/)
  t.notMatch(JSON.stringify(app.anomalies.snapshot()), /Secret1|"u1"/)
  t.notMatch(JSON.stringify(app.anomalies.openapi()), /Secret1/)
})

test('a body is judged and learned as it was sent, not as Ajv leaves it', async (t) => {
  const seen: unknown[] = []
  const { ask } = await taught({}, (app) => app.post('/orders', {
    schema: { body: { type: 'object', properties: { id: { type: 'string' }, customer: { type: 'object', properties: { age: { type: 'string' } } }, channel: { type: 'string', default: 'web' } } } }
  }, async (request) => {
    seen.push(request.body)
    Object.assign(request.body as object, { stamped: 1 })
    Reflect.deleteProperty(request.body as object, 'express')
    return 'ok'
  }))
  t.match(seen[0], { customer: { age: '18' }, channel: 'web' })
  t.same((await ask(post(order(11)))).types, [])
  t.same((await ask(tampered((odd) => { odd['channel'] = 'web' }))).types, ['unexpected_field'])
  t.same((await ask(tampered((odd) => { odd['stamped'] = 1 }))).types, ['unexpected_field'])
  t.same((await ask(tampered((odd) => { Reflect.deleteProperty(odd, 'express') }))).types, ['missing_field'])
})

test('a field that a deployment adds alarms until three clients have sent it, then no more, and shows as promoted', async (t) => {
  const { ask, app } = await taught()
  const heard: unknown[] = []
  app.anomalies.on('learned', (what) => heard.push(what))
  let alarms = 0
  for (let i = 0; i < 300; i++) {
    const { assessment } = await ask({ client: 100 + i % 40, ...post({ ...order(i), loyalty: { card: `C-${10_000 + i}`, points: i } }) })
    if (assessment.flagged) alarms++
  }
  t.equal(alarms, 3)
  t.match(app.anomalies.baselines()[0]?.promotions, [{ detector: 'json-schema-learner', field: 'body.loyalty' }])
  t.match(heard, [{ route: 'POST /orders', field: 'body.loyalty' }])
  t.match((await ask(tampered((odd) => { Object.assign(odd, { loyalty: { card: 'C-10001', points: 3, admin: true } }) }))).types, ['unexpected_field'])
})

test('one client cannot make a field known, however often it sends it', async (t) => {
  const { ask } = await taught()
  for (let i = 0; i < 50; i++) t.ok((await ask({ client: 7, ...post({ ...order(i), role: 'admin' }) })).assessment.flagged)
})

/** Ways in which a body can be grossly unlike others; learned once or twice, each would hide all attacks like it. */
const gross: [name: string, change: (order: Order) => void][] = [
  ['an object where an array is', (odd) => { Object.assign(odd, { items: { length: 2 } }) }],
  ['a list far too long', (odd) => { odd.items = Array.from({ length: 150 }, () => ({ sku: 'SKU-1001', quantity: 1, price: 2.5 })) }],
  ['a text far too long', (odd) => { odd.customer.email = `${'a'.repeat(20_000)}@example.com` }]
]

test('what two attackers send while a route is young is not taken for ordinary', async (t) => {
  for (const [name, change] of gross) {
    const { ask, teach } = await buildApp(alone, shop)
    await teach(36, (i) => i === 9 || i === 14 ? tampered(change) : post(order(i)))
    t.ok((await ask({ client: 90, ...tampered(change) })).assessment.flagged, name)
    t.same((await ask(post(order(41)))).types, [], 'nothing for an ordinary body')
  }
})

test('nor is another format, where those of other routes tell that formats are kept', async (t) => {
  const urls = Array.from({ length: 8 }, (_, i) => `/orders/${i}`)
  const { ask, teach } = await buildApp(alone, (app) => urls.forEach((url) => app.post(url, async () => 'ok')))
  for (const url of urls.slice(1)) await teach(40, (i) => post(order(i), url))
  const odd = post({ ...order(7), id: '123e4567' }, urls[0])
  await teach(36, (i) => i === 9 || i === 14 ? odd : post(order(i), urls[0]))
  t.ok((await ask({ client: 90, ...odd })).assessment.flagged)
})

test('nor is an object in place of an array, or a list far too long, that one of the first five bodies had', async (t) => {
  for (const [name, change] of gross.slice(0, 2)) {
    const { ask, teach } = await buildApp(alone, shop)
    await teach(36, (i) => i === 3 || i === 11 ? tampered(change) : post(order(i)))
    t.ok((await ask({ client: 90, ...tampered(change) })).assessment.flagged, name)
  }
})

test('a young route whose first bodies were the odd ones learns what is ordinary there', async (t) => {
  const { ask, teach } = await buildApp(alone, shop)
  await teach(5, (i) => post({ id: i, customer: 'x', items: { length: i } }))
  await teach(80, (i) => post(order(i)))
  for (let i = 80; i < 100; i++) t.same((await ask(post(order(i)))).types, [])
})

test('so it does where one client alone uses it, whose bodies nobody else can vouch for', async (t) => {
  const { ask, teach } = await buildApp(alone, shop)
  await teach(250, () => ({ method: 'POST', url: '/orders' }), 1)
  await teach(5, (i) => post({ ...order(i), items: { length: i } }), 1)
  await teach(40, (i) => post(order(i)), 1)
  t.ok((await ask(tampered((odd) => { odd['role'] = 'admin' }))).assessment.flagged)
})

test('an array that may as well be one object is ordinary either way', async (t) => {
  const { ask, teach } = await buildApp(alone, shop)
  const either = (i: number): Ask => post({ ...order(i), items: i % 3 === 1 ? order(i).items[0] : order(i).items })
  await teach(60, either)
  for (let i = 60; i < 90; i++) t.same((await ask(either(i))).types, [])
})

test('a release that sends an object in place of an array alarms until six clients have sent it', async (t) => {
  const { ask } = await taught()
  let alarms = 0
  for (let i = 0; i < 60; i++) if ((await ask({ client: 100 + i % 40, ...post({ ...order(i), items: order(i).items[0] }) })).assessment.flagged) alarms++
  t.equal(alarms, 6)
})

test('a member that the route\'s own schema forbids never becomes known', async (t) => {
  const { ask, app } = await taught({}, (app) => app.post('/orders', {
    schema: { body: { type: 'object', additionalProperties: false, properties: { id: {}, customer: {}, items: {}, note: {}, express: {} } } }
  }, async () => 'ok'))
  for (let i = 0; i < 60; i++) {
    const { assessment } = await ask({ client: 100 + i % 40, ...post({ ...order(i), role: 'admin' }) })
    t.ok(assessment.flagged)
  }
  t.same(app.anomalies.baselines()[0]?.promotions, [])
})

test('a schema is followed through references, and where each media type has its own', async (t) => {
  const line = { type: 'object', properties: { sku: { type: 'string' } }, additionalProperties: false }
  const properties = (reference: string): object => ({ type: 'object', properties: { line: { $ref: reference } } })
  const bodies: Record<string, object> = {
    '/document': properties('line#'),
    '/here': { ...properties('#/definitions/line'), definitions: { line } },
    '/elsewhere': properties('shared#/definitions/line'),
    '/media': { content: { 'application/json': { schema: { type: 'object', properties: { line } } } } }
  }
  const { teach, ask, app } = await buildApp(alone, (app) => {
    app.addSchema({ $id: 'line', ...line })
    app.addSchema({ $id: 'shared', definitions: { line } })
    for (const [url, body] of Object.entries(bodies)) app.post(url, { schema: { body } }, async () => ({ ok: true }))
  })
  for (const url of Object.keys(bodies)) {
    await teach(120, (i) => post({ line: { sku: `A-${i % 9}` } }, url))
    for (let client = 1; client <= 8; client++) t.same((await ask({ ...post({ line: { sku: 'A-1', role: 'admin' } }, url), client })).types, ['unexpected_field'], `${url} ${client}`)
  }
  t.same(app.anomalies.baselines().flatMap(({ promotions }) => promotions), [])
})

test('each version of a route has its own schema', async (t) => {
  const { teach, ask, app } = await buildApp(alone, (app) => {
    app.post('/orders', { constraints: { version: '1.0.0' }, schema: { body: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false } } }, async () => ({ ok: true }))
    app.post('/orders', { constraints: { version: '2.0.0' } }, async () => ({ ok: true }))
  })
  const order = (body: object, version: string): Ask => ({ ...post(body), headers: { 'content-type': 'application/json', 'accept-version': version } })
  await teach(120, (i) => order({ a: `x${i % 5}` }, '1.x'))
  await teach(120, (i) => order({ b: i % 5 }, '2.x'))
  t.same((await ask(order({ b: 'x' }, '2.x'))).types, ['type_mismatch'], 'the first version forbids what the second takes')
  const document = app.anomalies.openapi()
  t.match(document.paths['/orders']?.['post'], { requestBody: { content: { 'application/json': { schema: { anyOf: [{ properties: { a: {} } }, { properties: { b: {} } }] } } } } })
})

test('values that the route\'s own schema enumerates have no value model', async (t) => {
  const { app } = await taught({}, (app) => app.post('/orders', { schema: { body: { type: 'object', properties: { id: { enum: Array.from({ length: 300 }, (_, i) => order(i).id) } } } } }, async () => 'ok'))
  const detectors = Object.values(app.anomalies.snapshot().routes)[0]?.detectors as { 'json-schema-learner': { request: { root: { object: { names: [string, { text?: { profile: unknown } }][] } } } } }
  const names = new Map(detectors['json-schema-learner'].request.root.object.names)
  t.equal(names.get('id')?.text?.profile, null)
  t.ok(names.has('customer'))
})

function directory (app: FastifyInstance, answer: (i: number) => unknown): void {
  let i = 0
  app.get('/people', async () => answer(i++))
}

const person = (i: number): object => ({ id: i, name: `Person ${i % 50}` })

test('a member that was never returned, and a list longer than ever, are signals of the reply', async (t) => {
  let leak: unknown = null
  const { ask, teach } = await buildApp(alone, (app) => directory(app, (i) => leak ?? { people: Array.from({ length: 1 + i % 10 }, (_, k) => person(i + k)), total: i % 90 }))
  await teach(150, () => '/people')
  leak = { people: [{ ...person(3), passwordHash: '$2b$10$abc' }], total: 3 }
  const leaked = await ask('/people')
  t.match(leaked.assessment.signals, [{ type: 'unexpected_response_field', field: 'response.people[].passwordHash', severity: 7 }])
  t.ok(leaked.assessment.flagged)
  leak = { people: Array.from({ length: 4000 }, (_, k) => person(k)), total: 3 }
  const dumped = await ask('/people')
  t.match(dumped.assessment.signals, [{ type: 'response_list_too_long', field: 'response.people', expected: 10, actual: 4000 }])
  t.ok(dumped.assessment.flagged)
  leak = { people: [{ id: 'x', name: 'Person 1' }], total: 3 }
  t.match((await ask('/people')).types, ['type_mismatch'])
  leak = null
  t.same((await ask('/people')).types, [])
})

test('replies are told apart by status', async (t) => {
  const { ask, teach } = await buildApp(alone, (app) => {
    app.get('/orders/:id', async (request, reply) => Number((request.params as { id: string }).id) % 4 === 0 ? reply.code(404).send({ error: 'gone' }) : { id: 1, total: 5 })
  })
  await teach(200, (i) => `/orders/${i}`)
  t.same((await ask('/orders/4')).types, [])
  t.same((await ask('/orders/5')).types, [])
})

test('what a reply\'s own schema leaves out is not taken for a leak', async (t) => {
  const { ask, teach } = await buildApp(alone, (app) => {
    let i = 0
    app.get('/me', { schema: { response: { 200: { type: 'object', properties: { name: { type: 'string' } } } } } }, async () => ({ name: 'Ann', ...i++ >= 100 ? { passwordHash: 'x' } : null }))
  })
  await teach(100, () => '/me')
  const { types, response } = await ask('/me')
  t.same(types, [])
  t.same(response.json(), { name: 'Ann' })
})

test('replies that hold what is no JSON, or say themselves what they are, fail nothing', async (t) => {
  const { ask, teach, app } = await buildApp(alone, (app) => {
    app.get('/odd', async () => ({ at: new Date(0), missing: undefined, map: new Map(), own: { toJSON: () => 'x' }, act: () => 1, list: [undefined, new Date(0)] }))
  })
  await teach(100, () => '/odd')
  const { types, response } = await ask('/odd')
  t.same(types, [])
  t.equal(response.statusCode, 200)
  t.equal(app.anomalies.detectors[0]?.faults, 0)
})

test('bodies that are arrays or single values at the root are learned too', async (t) => {
  const { ask, teach } = await buildApp(alone, (app) => {
    app.post('/list', async () => 'ok')
    app.post('/value', async () => 'ok')
  })
  await teach(120, (i) => post(Array.from({ length: 1 + i % 4 }, (_, k) => ({ n: i + k })), '/list'))
  await teach(120, (i) => post(10 + i % 7, '/value'))
  t.same((await ask(post([{ n: 5 }], '/list'))).types, [])
  t.match((await ask(post([{ n: 5, role: 'admin' }], '/list'))).assessment.signals, [{ type: 'unexpected_field', field: 'body[].role' }])
  t.match((await ask(post({ n: 5 }, '/list'))).assessment.signals, [{ type: 'type_mismatch', field: 'body' }])
  t.match((await ask(post('x', '/value'))).assessment.signals, [{ type: 'type_mismatch', field: 'body' }])
})

test('what was learned judges the same after a restart, and two halves merged like the whole', async (t) => {
  const odd = [...cases.map(({ change }) => tampered(change)), post(order(11))]
  const verdicts = async ({ ask, app }: TestApp): Promise<unknown[]> => {
    app.anomalies.freeze()
    const found: unknown[] = []
    for (const request of odd) found.push((await ask(request)).assessment.signals.map(({ type, field, risk }) => [type, field, Math.round(risk / 10)]))
    return found
  }
  const first = await taught()
  const copy = (snapshot: Snapshot): Snapshot => JSON.parse(JSON.stringify(snapshot))
  const taken = copy(first.app.anomalies.snapshot())
  const expected = await verdicts(first)
  const second = await buildApp(alone, shop)
  second.app.anomalies.restore(taken)
  t.same(await verdicts(second), expected)

  const [whole, left, right] = [await buildApp(alone, shop), await buildApp(alone, shop), await buildApp(alone, shop)]
  for (let i = 0; i < 400; i++) {
    const request = { client: 100 + i % 40, ...post(order(i)) }
    await whole.ask(request)
    await (i % 2 === 0 ? left : right).ask(request)
  }
  left.app.anomalies.merge(copy(right.app.anomalies.snapshot()))
  t.same(await verdicts(left), await verdicts(whole))
})

test('reset forgets, freeze keeps as it is', async (t) => {
  const { ask, app, teach } = await taught()
  app.anomalies.freeze()
  for (let i = 0; i < 60; i++) await ask({ client: 100 + i % 40, ...post({ ...order(i), role: 'admin' }) })
  t.ok((await ask(tampered((odd) => { odd['role'] = 'admin' }))).assessment.flagged)
  app.anomalies.unfreeze()
  app.anomalies.reset('POST /orders')
  t.same((await ask(tampered((odd) => { odd['role'] = 'admin' }))).types, [])
  await teach(100, (i) => post({ ...order(i), role: 'user' }))
  t.same((await ask(post({ ...order(3), role: 'user' }))).types, [])
})

test('what was learned fades: a member not sent for several half-lives is unknown again', async (t) => {
  const { ask, clock, teach } = await buildApp({ ...alone, halfLife: '1 day' }, shop)
  await teach(60, (i) => post({ ...order(i), old: i }))
  await teach(200, (i) => post(order(i)))
  for (let day = 0; day < 8; day++) {
    clock.advance(86_400_000)
    await teach(60, (i) => post(order(i)))
  }
  t.match((await ask(post({ ...order(3), old: 3 }))).types, ['unexpected_field'])
})

test('a frozen schema is compiled between requests, and judges what the tree has nothing to say about', async (t) => {
  const { ask, app } = await taught()
  app.anomalies.freeze()
  t.same((await ask(post(order(11)))).types, [])
  await new Promise((resolve) => setImmediate(resolve))
  const state = app.anomalies.routes.get('POST /orders').slots[0] as { frozenCheck: unknown, request: { root: { object: { order: { isAlways: boolean }[], always: number } } } }
  t.type(state.frozenCheck, 'function')
  t.same((await ask(post(order(11)))).types, [])
  // The tree is made to overlook a missing member; the function was compiled before.
  const { object } = state.request.root
  object.always = 0
  for (const child of object.order) child.isAlways = false
  t.match((await ask(tampered((odd) => { Reflect.deleteProperty(odd, 'express') }))).assessment.signals, [{ type: 'missing_field', field: 'body.express', risk: 60 }])
  app.anomalies.unfreeze()
  t.same((await ask(tampered((odd) => { Reflect.deleteProperty(odd, 'express') }))).types, [])
})

test('maxCompiled says how many frozen schemas are compiled', async (t) => {
  for (const maxCompiled of [1, 0]) {
    const { ask, app } = await taught({ jsonSchemaLearner: { maxCompiled } })
    app.anomalies.freeze()
    await ask(post(order(11)))
    await new Promise((resolve) => setImmediate(resolve))
    t.equal(typeof (app.anomalies.routes.get('POST /orders').slots[0] as { frozenCheck: unknown }).frozenCheck === 'function', maxCompiled > 0)
  }
})

test('maxNodes says how many places are learned, maxValues how many values of a body are looked at', async (t) => {
  const body = (i: number, last: unknown): Ask => post({ first: i % 7, second: 'text', list: Array.from({ length: 30 }, (_, k) => k), third: true, fourth: 2, fifth: 'a', sixth: 'b', last })
  for (const [jsonSchemaLearner, types] of [[{}, ['type_mismatch']], [{ maxNodes: 8 }, []], [{ maxValues: 16 }, []]] as const) {
    const { teach, ask } = await buildApp({ ...alone, jsonSchemaLearner }, shop)
    await teach(TAUGHT, (i) => body(i, i % 5))
    t.same((await ask(body(3, 'word'))).types.filter((type) => type === 'type_mismatch'), types, JSON.stringify(jsonSchemaLearner))
    t.same((await ask({ ...body(3, 2), payload: '{"first":"word","second":"text"}' })).types.includes('type_mismatch'), true, 'what comes early is judged')
  }
})

test('the learned schema is fit for a Fastify route as it is', async (t) => {
  const { app } = await taught({ admin: { token: 'a token' } })
  const response = await app.inject({ url: '/__anomalies/schemas', headers: { authorization: 'Bearer a token' } })
  t.equal(response.statusCode, 200)
  const { schemas: [learned], next, total } = response.json()
  t.same([next, total], [null, 1])
  t.equal(learned.request.$schema, 'https://json-schema.org/draft/2020-12/schema')
  t.match(learned.request, { type: 'object', 'x-samples': TAUGHT, required: ['id', 'customer', 'items', 'express'], additionalProperties: false, properties: { id: { format: 'uuid' }, customer: { properties: { email: { format: 'email' }, age: { type: 'integer', minimum: Number, maximum: Number } } }, items: { maxItems: Number }, note: { 'x-share': 0.2 } } })
  t.ok(learned.responses['200'])
  const strict = Fastify()
  strict.post('/orders', { schema: learned.schema }, async () => ({ number: 1, received: 'object' }))
  const status = async (payload: object): Promise<number> => (await strict.inject({ method: 'POST', url: '/orders', payload })).statusCode
  for (let i = 0; i < 200; i++) t.equal(await status(order(i + 1000)), 200)
  t.equal(await status({ ...order(1), items: 'x', express: {} }), 400)
  t.equal(await status({ id: order(1).id }), 400)
  await strict.close()
})

test('openapi() is one valid OpenAPI 3.1 document, and the admin route gives it', async (t) => {
  const { app, teach } = await taught({ admin: { token: 'a token' } }, (app) => {
    shop(app)
    app.get('/orders/:id', async () => ({ id: 1, tags: ['a'], of: { x: null } }))
    app.get('/files/*', async () => ({ ok: true }))
    app.put('/orders/:number', async () => 'ok')
    app.get('/plain', async () => 'text')
  })
  await teach(30, (i) => `/orders/${i}`)
  await teach(30, (i) => `/files/${i}/a.txt`)
  await teach(30, (i) => ({ ...post({ a: i % 2 === 0 ? 'x' : [1, 'y'] }, `/orders/${i}`), method: 'PUT' }))
  await teach(3, () => '/plain')
  const { Validator } = await import('@seriousme/openapi-schema-validator')
  const document = app.anomalies.openapi({ title: 'Orders', version: '3' })
  const result = await new Validator().validate(JSON.parse(JSON.stringify(document)))
  t.ok(result.valid, JSON.stringify(result.errors))
  t.match(document, { openapi: '3.1.0', info: { title: 'Orders', version: '3' }, paths: { '/orders': { post: { requestBody: { content: { 'application/json': { schema: { type: 'object' } } } } } }, '/orders/{id}': { get: { parameters: [{ name: 'id', in: 'path', required: true }] }, put: {} }, '/files/{wildcard}': { get: {} } } })
  const response = await app.inject({ url: '/__anomalies/openapi.json', headers: { authorization: 'Bearer a token' } })
  t.same(response.json().paths, JSON.parse(JSON.stringify(document.paths)))
  t.equal((await app.inject({ url: '/__anomalies/openapi.json?x=1', headers: { authorization: 'Bearer a token' } })).statusCode, 400)
  t.equal((await app.inject('/__anomalies/openapi.json')).statusCode, 404)
})

test('without the learner openapi() has no paths', async (t) => {
  const { app } = await buildApp({ ...alone, jsonSchemaLearner: false })
  t.same(app.anomalies.openapi().paths, {})
})

test('it runs alone after the registry', async (t) => {
  const app = Fastify()
  await app.register(registry)
  await app.register(jsonSchemaLearner)
  app.post('/orders', async () => 'ok')
  t.equal((await app.inject({ method: 'POST', url: '/orders', payload: { a: 1 } })).statusCode, 200)
  await app.close()
  const without = Fastify()
  without.register(jsonSchemaLearner)
  await t.rejects(async () => await without.ready(), { code: 'FST_ERR_PLUGIN_DEPENDENCY_NOT_REGISTERED' })
})

test('members that people name are data, where several are known; identifiers are not', async (t) => {
  const { ask, teach } = await buildApp(alone, shop)
  const labels = ['Büro', 'Höhe in m', 'größe']
  await teach(TAUGHT, (i) => post({ id: i, fields: { [labels[i % 3] as string]: i, code: i % 7 } }))
  t.same((await ask(post({ id: 7, fields: { 'Länge in m': 4, code: 3 } }))).types, [])
  t.same((await ask(post({ id: 7, fields: { Büro: 4, code: 3, role: 1 } }))).types, ['unexpected_field'])
})

test('where two types are ordinary, a list that came once is known; where one is, it is not', async (t) => {
  const value = (i: number): unknown => i === 3 ? ['open', 'done'] : i % 2 === 0 ? i : 'open'
  const both = await buildApp(alone, shop)
  await both.teach(58, (i) => post({ field: 'state', value: value(i) }))
  t.same((await both.ask(post({ field: 'state', value: ['open', 'late'] }))).types.filter((type) => type === 'type_mismatch'), [])
  const one = await buildApp(alone, shop)
  await one.teach(58, (i) => post({ field: 'state', value: i === 3 ? ['open', 'done'] : 'open' }))
  t.same((await one.ask(post({ field: 'state', value: ['open', 'late'] }))).types, ['type_mismatch'])
})
