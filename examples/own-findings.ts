import Fastify from 'fastify'
import anomalies from '../plugins'

async function main (): Promise<void> {
  const app = Fastify()
  await app.register(anomalies)

  // #region report
  app.post('/coupons', async (request) => {
    request.server.anomalies.report(request, {
      type: 'coupon_guessing', severity: 5, risk: 60, field: 'body.code', detail: 'a coupon that was never issued'
    })
    return { valid: false }
  })
  // #endregion

  await app.inject({ method: 'POST', url: '/coupons' })

  // #region query
  const { events, total } = app.anomalies.query({ type: 'coupon_guessing', limit: 10 })
  console.log(total, events.map((event) => event.detail))
  // #endregion
  await app.close()
}

main()
