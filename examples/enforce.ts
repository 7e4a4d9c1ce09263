import Fastify from 'fastify'
import anomalies from '../plugins'

interface LoginBody { email: string, password: string }

async function main (): Promise<void> {
  const app = Fastify()

  // #region enforce
  await app.register(anomalies, {
    mode: 'enforce',
    enforcement: { max: 20, allow: ['192.0.2.0/24'] },
    traps: ['/wp-login.php', '/.git/*']
  })
  // #endregion

  app.post('/login', { config: { anomalies: { authBurst: {} } } }, async (request, reply) => {
    if ((request.body as LoginBody).password !== 'correct horse') reply.code(401)
    return {}
  })
  app.get('/items', async () => ({ items: [] }))

  const attacker: number[] = []
  const customer: number[] = []
  let retryAfter: unknown
  for (let i = 0; i < 60; i++) {
    const guess = await app.inject({ method: 'POST', url: '/login', payload: { email: `user${i}@example.com`, password: 'summer2026' }, remoteAddress: '203.0.113.9' })
    attacker.push(guess.statusCode)
    retryAfter = guess.headers['retry-after'] ?? retryAfter
    customer.push((await app.inject({ url: '/items', remoteAddress: '198.51.100.7' })).statusCode)
  }
  console.log('attacker:', summary(attacker), `(retry after ${retryAfter} s)`)
  console.log('customer:', summary(customer))

  // Somebody who looks for holes: certain risk at once.
  await app.inject({ url: '/.git/config', remoteAddress: '203.0.113.77' })
  console.log('after a trap:', (await app.inject({ url: '/items', remoteAddress: '203.0.113.77' })).statusCode)

  // By hand, by somebody, for a time. Risk decays by itself.
  app.anomalies.block('198.51.100.99', { by: 'maria', for: '1 day', reason: 'scraping' })
  console.log('by hand:', (await app.inject({ url: '/items', remoteAddress: '198.51.100.99' })).statusCode)
  app.anomalies.release('203.0.113.77')
  console.log('released:', (await app.inject({ url: '/items', remoteAddress: '203.0.113.77' })).statusCode)
  await app.close()
}

function summary (statuses: number[]): string {
  return [...new Set(statuses)].map((status) => `${statuses.filter((each) => each === status).length} x ${status}`).join(', ')
}

main()
