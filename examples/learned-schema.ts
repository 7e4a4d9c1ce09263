import Fastify from 'fastify'
import anomalies from '../plugins'

async function main (): Promise<void> {
  const app = Fastify()
  await app.register(anomalies, { admin: { token: 'a token' } })
  app.post('/orders', async () => ({ accepted: true }))
  for (let i = 0; i < 150; i++) await app.inject({ method: 'POST', url: '/orders', payload: { sku: `SKU-${1000 + i}`, quantity: 1 + i % 4 } })

  // #region hand-out
  // What was learned of each route, over the admin route; the whole application as one document is app.anomalies.openapi().
  const learned = await app.inject({ url: '/__anomalies/schemas', headers: { authorization: 'Bearer a token' } })
  const { schema } = learned.json().schemas[0]

  // The next version of the application states what the last one was ordinarily sent.
  const next = Fastify()
  next.post('/orders', { schema }, async () => ({ accepted: true }))
  // #endregion

  for (const payload of [{ sku: 'SKU-2000', quantity: 3 }, { sku: 'SKU-2000' }, { sku: 'SKU-2000', quantity: -3 }]) {
    const { statusCode } = await next.inject({ method: 'POST', url: '/orders', payload })
    console.log(statusCode, JSON.stringify(payload))
  }
  console.log(Object.keys(app.anomalies.openapi().paths))
  await app.close()
  await next.close()
}

main()
