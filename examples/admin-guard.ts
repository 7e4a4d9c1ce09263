import Fastify from 'fastify'
import anomalies from '../plugins'

async function main (): Promise<void> {
  const app = Fastify()

  // #region guard
  await app.register(anomalies, {
    admin: {
      // Any hook of yours: a session check, basic authentication. What it throws or replies stands.
      guard: async (request, reply) => {
        if (request.headers['x-role'] !== 'operator') reply.callNotFound()
      }
    }
  })
  // #endregion
  app.get('/', async () => 'ok')
  await app.inject('/')

  const url = '/__anomalies/baselines'
  console.log('others:', (await app.inject(url)).statusCode)
  console.log('operators:', (await app.inject({ url, headers: { 'x-role': 'operator' } })).statusCode)
  await app.close()
}

main()
