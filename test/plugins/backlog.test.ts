import { test } from 'tap'
import type { Observation } from '../../lib/observation'
import { Signal } from '../../lib/signal'
import type { AnomaliesOptions } from '../../plugins'
import { buildApp } from '../fixtures/app'
import type { TestApp } from '../fixtures/app'

const alone: AnomaliesOptions = { endpointProfiler: false, headerProfiler: false, jsonSchemaLearner: false, rateSpike: false, trends: false, authBurst: false }
const FOUND = { type: 'odd', detector: 'patient', describe: () => 'odd' }

/** An application whose detector `patient` can wait: it notes what it is called with, and finds something in every request that asks for it. */
async function patientApp (isBusy = true): Promise<TestApp & { calls: string[] }> {
  const calls: string[] = []
  const built = await buildApp(alone, (app) => {
    app.anomalies.detector('patient', () => ({ samples: 0 }))
      .on('onRequest', note('onRequest'), { canWait: true })
      .on('onSend', note('onSend'), { canWait: true })
      .learn((state, { url }) => { calls.push(`learn ${url}`) })
    app.anomalies.detector('prompt', () => ({})).on('onRequest', (state, { url }) => { calls.push(`prompt ${url}`) })
    app.get('/find', async (request) => request.query as object)
    app.get('/look', async (request) => request.anomalies.signals.map(({ type }) => type))
    app.get('/enforced', { config: { anomalies: { mode: 'enforce' } } }, async () => 'ok')
  })
  await built.app.ready()
  if (isBusy) stayBusy(built)
  return { ...built, calls }

  function note (stage: string) {
    return (state: object, observation: Observation): void => {
      calls.push(`${stage} ${observation.url}`)
      if (stage === 'onRequest' && observation.url.endsWith('odd')) observation.add(new Signal(FOUND, 'request', 5, 60, undefined, undefined))
    }
  }
}

/** As many requests as it takes come in every span. */
function stayBusy ({ app: { anomalies: { backlog } } }: TestApp): void {
  backlog.isBusy = true
  backlog.count = () => {}
}

test('while the process is busy, a detector that can wait is called later, in order, and learning comes last', async (t) => {
  const { app, calls } = await patientApp()
  await app.inject('/find?1')
  await app.inject('/find?2')
  t.same(calls, ['prompt /find?1', 'prompt /find?2'])
  app.anomalies.query()
  t.same(calls.slice(2), ['onRequest /find?1', 'onSend /find?1', 'onRequest /find?2', 'onSend /find?2', 'learn /find?1', 'learn /find?2'])
  await app.close()
})

test('while it is not busy, nothing waits', async (t) => {
  const { app, calls } = await patientApp(false)
  await app.inject('/find?1')
  t.same(calls, ['prompt /find?1', 'onRequest /find?1', 'onSend /find?1', 'learn /find?1'])
  await app.close()
})

test('whoever asks what was found or learned gets all of it', async (t) => {
  const ways: [name: string, ask: (app: TestApp['app']) => unknown][] = [
    ['query', (app) => app.anomalies.query().events.length], ['flagged', (app) => app.anomalies.flagged], ['risk', (app) => app.anomalies.risk('127.0.0.1') > 0],
    ['topEntities', (app) => app.anomalies.topEntities(5).length], ['snapshot', (app) => Object.keys(app.anomalies.snapshot()).length], ['baselines', (app) => app.anomalies.baselines().length],
    ['freeze', (app) => app.anomalies.freeze()], ['reset', (app) => app.anomalies.reset('GET /find')], ['openapi', (app) => app.anomalies.openapi()], ['close', (app) => app.close()]
  ]
  for (const [name, ask] of ways) {
    const { app, calls } = await patientApp()
    await app.inject('/find?odd')
    t.equal(calls.length, 1)
    const answer = await ask(app)
    t.equal(calls.includes('onRequest /find?odd'), true, name)
    if (typeof answer === 'number' || typeof answer === 'boolean') t.ok(answer, name)
    await app.close()
  }
})

test('a request that asks about itself is judged first', async (t) => {
  const { app } = await patientApp()
  t.same((await app.inject('/look?odd')).json(), ['odd'])
  await app.close()
})

test('a finding is told without being asked for, when its time is over', async (t) => {
  const { app } = await patientApp(false)
  app.anomalies.backlog.isBusy = true
  // Whose socket keeps the process alive: the timer does not.
  await app.listen({ port: 0 })
  const told = new Promise<string>((resolve) => app.anomalies.on('anomaly', ({ type }) => resolve(type)))
  await app.inject('/find?odd')
  t.equal(await told, 'odd')
  await app.close()
})

test('no more than 64 calls wait, nor anything of a large request', async (t) => {
  const { app, calls } = await patientApp()
  app.anomalies.freeze()
  for (let i = 0; i < 31; i++) await app.inject(`/find?${i}`)
  t.notOk(calls.some((call) => call.startsWith('onSend')))
  await app.inject('/find?31')
  t.equal(calls.filter((call) => call.startsWith('onSend')).length, 32)
  await app.inject(`/find?x=${'y'.repeat(2000)}`)
  t.equal(calls.filter((call) => call.startsWith('onSend')).length, 32)
  await app.inject({ url: '/find?large', headers: { 'content-length': '70000' } })
  t.equal(calls.filter((call) => call.startsWith('onSend')).length, 34)
  await app.close()
})

test('before many calls are made, a detector is shown what they are about; what it throws is its own fault', async (t) => {
  const { app, calls } = await patientApp()
  const seen: string[] = []
  app.anomalies.detector('faulty', () => ({})).prepare(() => { throw new Error('mine') })
  app.anomalies.detector('curious', () => ({})).prepare((observations) => {
    calls.push('prepare')
    for (const { url } of observations) seen.push(url)
  })
  for (let i = 0; i < 3; i++) await app.inject(`/find?${i}`)
  app.anomalies.query()
  t.same(seen, [], 'few are not worth it')
  for (let i = 3; i < 7; i++) await app.inject(`/find?${i}`)
  t.notOk(calls.includes('prepare'))
  app.anomalies.query()
  t.same(seen, ['/find?3', '/find?4', '/find?5', '/find?6'], 'each once')
  t.ok(calls.indexOf('prepare') < calls.indexOf('onRequest /find?3'))
  t.match(app.anomalies.detectors.find(({ name }) => name === 'faulty'), { faults: 1, lastFault: /mine/ })
  await app.close()
})

test('on a route where something is enforced nothing waits, and what came before is judged before', async (t) => {
  const { app, calls } = await patientApp()
  await app.inject('/find?1')
  await app.inject('/enforced')
  t.same(calls, ['prompt /find?1', 'prompt /enforced', 'onRequest /find?1', 'onSend /find?1', 'learn /find?1', 'onRequest /enforced', 'onSend /enforced'])
  await app.close()
})

test('what is frozen has learned what came before, and nothing after', async (t) => {
  const { app, calls } = await patientApp()
  await app.inject('/find?1')
  app.anomalies.freeze()
  await app.inject('/find?2')
  app.anomalies.query()
  t.same(calls.filter((call) => call.startsWith('learn')), ['learn /find?1'])
  await app.close()
})

test('a process is busy from the hundredth request of a span on, until two spans in a row have had fewer than fifty', async (t) => {
  const { app } = await patientApp(false)
  const { backlog } = app.anomalies
  const spans = [99, 100, 50, 49, 50, 49, 49, 99, 100].map((requests) => {
    for (let i = 0; i < requests; i++) backlog.count()
    const isBusy = backlog.isBusy
    backlog.endSpan()
    return [isBusy, backlog.isBusy]
  })
  t.same(spans, [[false, false], [true, true], [true, true], [true, true], [true, true], [true, true], [true, false], [false, false], [true, true]])
  await app.close()
})

test('busy or not, trends and rate-spike find the same', async (t) => {
  const [calm, busy] = [await finds(false), await finds(true)]
  t.ok(calm.some(({ type }) => type === 'client_rate_spike'))
  t.ok(calm.some(({ type }) => type === 'object_enumeration'))
  t.same(busy, calm)

  async function finds (isBusy: boolean): Promise<{ type: string }[]> {
    const built = await buildApp({ ...alone, trends: {}, rateSpike: {}, key: (request) => request.headers['x-user'] as string | undefined }, (app) => { app.get('/orders/:id', async () => 'ok') })
    if (isBusy) stayBusy(built)
    for (let i = 0; i < 3000; i++) await built.app.inject(order(built, 2000, i % 20, 100 + i % 60))
    for (let i = 0; i < 600; i++) await built.app.inject(order(built, 20, i, 107))
    for (let i = 0; i < 300; i++) await built.app.inject(order(built, 5, 1, 103))
    const events = built.app.anomalies.query({ limit: 1000 }).events.map(({ id, requestId, ...event }) => event)
    await built.app.close()
    return events
  }

  function order ({ clock }: TestApp, after: number, id: number, client: number): { url: string, remoteAddress: string, headers: Record<string, string> } {
    clock.advance(after)
    return { url: `/orders/${id}`, remoteAddress: `10.7.0.${client}`, headers: { authorization: `Bearer token-of-${client}`, ...client % 2 === 0 ? { 'x-user': `u${client}` } : {} } }
  }
})
