import Fastify from 'fastify'
import anomalies from '../plugins'

async function main (): Promise<void> {
  const app = Fastify()
  await app.register(anomalies)
  app.get('/search', async () => ({ found: [] }))

  // #region metrics
  // Beside your own metrics of prom-client or fastify-metrics: `await register.metrics() + app.anomalies.metrics()`.
  app.get('/metrics', { config: { anomalies: false } }, async (request, reply) => {
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(app.anomalies.metrics())
  })
  // #endregion

  for (let i = 0; i < 200; i++) await app.inject({ url: `/search?page=${i % 9}`, remoteAddress: `192.0.2.${i % 10}` })
  await app.inject({ url: '/search?page=1%27--', remoteAddress: '203.0.113.7' })

  const { headers, payload } = await app.inject('/metrics')
  console.log(headers['content-type'])
  for (const line of payload.split('\n')) if (line.startsWith('fastify_anomalies_requests_')) console.log(line)
  await app.close()
}

main()
