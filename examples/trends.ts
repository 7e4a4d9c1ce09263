import Fastify from 'fastify'
import anomalies from '../plugins'

/** Where addresses are: here by hand; in earnest a reader of the package `maxmind`, or your own look-up. */
const PLACES: Readonly<Record<string, { latitude: number, longitude: number, country: string }>> = {
  192: { latitude: 51.5, longitude: -0.1, country: 'GB' },
  203: { latitude: 35.7, longitude: 139.7, country: 'JP' }
}

async function main (): Promise<void> {
  const app = Fastify()
  // #region trends
  await app.register(anomalies, {
    trends: { geo: (ip) => PLACES[ip.split('.')[0] ?? ''] ?? null },
    // The user, where the application knows: kept as a keyed hash.
    key: (request) => String(request.headers['x-user']),
    onAnomaly: (event) => console.log(`${event.level} ${event.type}: ${event.detail}`)
  })
  // #endregion
  app.get('/account', async () => ({ balance: 12 }))

  const ask = (user: string, remoteAddress: string, session: string): Promise<unknown> =>
    app.inject({ url: '/account', remoteAddress, headers: { 'x-user': user, authorization: `Bearer ${session}` } })

  // Thirty people at home in London, and one of them, all of a sudden, in Tokyo as well.
  for (let i = 0; i < 90; i++) await ask(`person${i % 30}`, `192.0.2.${i % 30}`, `session${i % 30}`)
  await ask('person7', '203.0.113.9', 'another')

  // #region query
  for (const type of ['geo', 'bearer'] as const) {
    const [trend] = app.anomalies.trends({ type, limit: 2 }).trends
    console.log(`${type}: ${trend?.count} signals, ${trend?.uniqueValues} different`, type === 'geo' ? trend?.topValues : '')
  }
  // #endregion
  await app.close()
}

main()
