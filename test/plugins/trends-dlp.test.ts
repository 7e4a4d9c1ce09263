import { test } from 'tap'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { buildApp } from '../fixtures/app'
import { ONLY_TRENDS, theOne } from '../fixtures/trends'

const CARD = '4539 1488 0343 6467'
const SECRETS: Record<string, string> = {
  card: CARD,
  iban: 'DE89370400440532013000',
  national_id: '078-05-1120',
  cloud_key: 'AKIAIOSFODNN7EXAMPLE',
  token: 'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
  private_key: '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----'
}

/** A route that answers with what is asked for; what it learned is plain. */
function answering (app: FastifyInstance, state: { reply: unknown, type?: string }): void {
  app.get('/notes', async (request, reply: FastifyReply) => state.type === undefined ? state.reply : await reply.type(state.type).send(state.reply))
}

for (const [kind, secret] of Object.entries(SECRETS)) {
  test(`a reply that holds ${kind}, where none does, is one dlp_match; nothing of it is kept`, async (t) => {
    const state: { reply: unknown } = { reply: { note: 'an ordinary note, of 12 words or so, from 2026-01-05T10:30:00Z' } }
    const { app, ask, teach } = await buildApp(ONLY_TRENDS, (app) => { answering(app, state) })
    await teach(60, () => '/notes')
    state.reply = { note: `customer says: ${secret}` }
    const answer = await ask('/notes')
    t.match(theOne(answer, 'dlp_match').toJSON(), { field: `response.${kind}`, actual: 1, expected: 0 })
    t.equal(app.anomalies.query({ type: 'dlp_match' }).events.length, 1)
    const everything = JSON.stringify([app.anomalies.query(), app.anomalies.snapshot(), app.anomalies.baselines()])
    t.notOk(everything.includes(secret.slice(4, 20)))
    await app.close()
  })
}

test('no dlp_match: a login that always returns a token, a page that always shows a card, ids and dates, text that is no text', async (t) => {
  const { app, ask, teach } = await buildApp(ONLY_TRENDS, (app) => {
    app.post('/login', async () => ({ token: SECRETS.jwt }))
    app.get('/payments', async () => ({ paid: [{ card: CARD }] }))
    app.get('/ids', async () => ({ id: '550e8400-e29b-41d4-a716-446655440000', ms: 1767613845123, ratio: 0.1234567890123456, order: '1000200030004', at: '2026-01-05 10:30:00', ip: '192.168.100.100' }))
    app.get('/script.js', async (request, reply) => reply.type('text/javascript').send(`card("${CARD}")`))
  })
  for (const url of ['/payments', '/ids', '/script.js']) {
    await teach(60, () => url)
    t.same((await ask(url)).types, [], url)
  }
  await teach(60, () => ({ method: 'POST', url: '/login' }))
  t.same((await ask({ method: 'POST', url: '/login' })).types, [])
  await app.close()
})

test('far more of a kind than the route ordinarily returns is one dlp_match', async (t) => {
  const state = { reply: { cards: [CARD] } }
  const { app, ask, teach } = await buildApp(ONLY_TRENDS, (app) => { answering(app, state) })
  await teach(60, () => '/notes')
  state.reply = { cards: new Array<string>(40).fill(CARD) }
  const answer = await ask('/notes')
  t.match(theOne(answer, 'dlp_match').toJSON(), { severity: 8, actual: 40, expected: 1 })
  t.ok(answer.assessment.flagged)
  await app.close()
})

test('dlp says what is looked for, dlpBytes how far, and text in buffers is looked at too', async (t) => {
  const expected: [object, unknown, number][] = [
    [{ dlp: true }, Buffer.from(`card ${CARD}`), 1],
    [{ dlp: false }, Buffer.from(`card ${CARD}`), 0],
    [{ dlp: ['jwt'] }, Buffer.from(`card ${CARD}`), 0],
    [{ dlp: ['card'] }, Buffer.from(`card ${CARD}`), 1],
    [{ dlpBytes: 1000 }, 'x '.repeat(600) + CARD, 0],
    [{ dlpBytes: 10_000 }, 'x '.repeat(600) + CARD, 1],
    [{ dlpBytes: 1000 }, `${'é'.repeat(600)} ${CARD}`, 0],
    [{ dlpBytes: 10_000 }, `${'é'.repeat(600)} ${CARD}`, 1]
  ]
  for (const [trends, reply, n] of expected) {
    const state = { reply: 'plain' as unknown, type: 'text/plain' }
    const { app, ask, teach } = await buildApp({ ...ONLY_TRENDS, trends }, (app) => { answering(app, state) })
    await teach(40, () => '/notes')
    state.reply = reply
    t.equal((await ask('/notes')).types.filter((type) => type === 'dlp_match').length, n, JSON.stringify(trends))
    await app.close()
  }
})
