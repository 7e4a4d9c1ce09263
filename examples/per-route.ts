import Fastify from 'fastify'
import anomalies from '../plugins'

async function main (): Promise<void> {
  const app = Fastify()
  await app.register(anomalies)

  // #region switches
  // Not observed at all: no hook does any work for it.
  app.get('/healthz', { config: { anomalies: false } }, async () => 'ok')

  // One detector off, another with options of its own, and a higher threshold.
  app.get('/search', {
    config: { anomalies: { headerProfiler: false, endpointProfiler: { burstFloor: 300 }, flagAt: 70 } }
  }, async () => ({ found: [] }))

  // Refuses clients whose accumulated risk is too high; all other routes only report.
  app.post('/transfer', { config: { anomalies: { mode: 'enforce' } } }, async () => ({ done: true }))
  // #endregion

  // #region assessment
  app.addHook('onResponse', async (request) => {
    const { flagged, score, signals } = request.anomalies
    if (flagged) console.log(request.url, Math.round(score), signals.map((signal) => signal.type))
  })
  // #endregion

  for (const url of ['/healthz', '/search?q=lamp']) console.log(url, (await app.inject({ url })).statusCode)
  await app.inject({ method: 'POST', url: '/transfer' })
  console.log(app.anomalies.baselines().map(({ id, state }) => `${id}: ${state}`).join(', '))
  await app.close()
}

main()
