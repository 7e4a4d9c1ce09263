import { anyProduct } from './browsing'
import type { DraftMaker } from './browsing'
import { draftOf } from './draft'
import type { Pairs } from './entry'
import { routeOf } from './routes'

/** What programs send by themselves: partners' SDKs, the payment provider, the watchers, the weekly report. */

export const stock: DraftMaker = ({ random }, client) => draftOf(client, routeOf('stock'), { params: [['sku', random.chance(0.01) ? `ZZZ-${random.digits(5)}` : anyProduct(random).sku]] })

export const partnerOrders: DraftMaker = ({ random }, client) => {
  const day = random.between(1, 28)
  const query: Pairs = [['from', dayOf(random.between(1, 11), day)]]
  if (random.chance(0.6)) query.push(['to', dayOf(12, day)])
  query.push(['limit', random.pick(['50', '50', '100', '25'])])
  if (random.chance(0.35)) query.push(['cursor', random.base64url(24)])
  return draftOf(client, routeOf('partner-orders'), { query })
}

export const partnerPrice: DraftMaker = ({ random }, client) => {
  const found = anyProduct(random)
  const amount = Math.round(found.price * random.between(85, 115)) / 100
  return draftOf(client, routeOf('partner-price'), { params: [['sku', found.sku]], json: random.chance(0.2) ? { amount, currency: 'EUR', valid_from: dayOf(random.between(1, 12), random.between(1, 28)) } : { amount, currency: 'EUR' } })
}

export const partnerExport: DraftMaker = ({ random }, client) => {
  const query: Pairs = [['format', random.pick(['csv', 'csv', 'json'])]]
  if (random.chance(0.7)) query.push(['since', dayOf(random.between(1, 12), random.between(1, 28))])
  return draftOf(client, routeOf('partner-export'), { query })
}

const events = ['payment.succeeded', 'payment.succeeded', 'payment.succeeded', 'payment.failed', 'refund.created', 'payout.paid']

export const paymentHook: DraftMaker = ({ random }, client) => draftOf(client, routeOf('payment-hook'), {
  json: { id: `evt_${random.base64url(24)}`, type: random.skewed(events, 1.2), created: 1_764_000_000 + random.int(4_000_000), livemode: true, payload: { object: 'payment', amount: Math.round(random.logNormal(5400, 0.9)), currency: 'eur', reference: random.uuid() } },
  own: [['X-Payment-Signature', `t=${1_764_000_000 + random.int(4_000_000)},v1=${random.hex(64)}`]]
})

export const health: DraftMaker = (_, client) => draftOf(client, routeOf('health'))

export const uptime: DraftMaker = (_, client) => draftOf(client, routeOf('home'), { method: 'HEAD', mode: 'navigate' })

export const report: DraftMaker = ({ random }, client) => {
  const month = random.between(1, 11)
  return draftOf(client, routeOf('report'), {
    query: [['from', dayOf(month, random.between(1, 28))], ['to', dayOf(month + 1, random.between(1, 28))], ['group', random.pick(['day', 'week', 'month'])]],
    authorization: random.chance(0.02) ? '' : 'Basic cmVwb3J0czp3ZWVrbHktbnVtYmVycw==',
    cookies: [],
    referer: '/admin'
  })
}

function dayOf (month: number, day: number): string { return `2026-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}` }
