import { isPartner, json, numberIn, refuse, textIn } from './call'
import type { Call, Reply } from './call'
import { productCount } from './catalogue'
import { catalogue } from './storefront'
import { valueOf } from './entry'
import { hash32, uuidFrom, Random } from './random'
import { skewedSize } from './filler'

const dateForm = /^\d{4}-\d\d-\d\d$/

export function partnerOrders (call: Call): Reply {
  if (!isPartner(call.headers)) return refuse(401, 'unknown key')
  if (!dateForm.test(valueOf(call.query, 'from')) || Number.isNaN(numberIn(call.query, 'limit', 50))) return refuse(400, 'from or limit is wrong')
  const hash = hash32(call.url)
  const random = new Random(hash)
  const items = Array.from({ length: skewedSize(hash, 9, 0.8, 50) }, () => ({ id: uuidFrom(random.hex(32)), number: random.between(10_000, 99_999), total: random.between(500, 90_000) / 100, sku: random.pick(catalogue.products).sku }))
  return json(JSON.stringify({ items, cursor: random.base64url(24) }))
}

export function partnerPrice (call: Call): Reply {
  if (!isPartner(call.headers)) return refuse(401, 'unknown key')
  if (catalogue.bySku(valueOf(call.params, 'sku')) === undefined) return refuse(404, 'no such sku')
  return Number(textIn(call.json, 'amount')) > 0 ? { status: 204, mimeType: '', text: '', headers: [] } : refuse(400, 'amount is wrong')
}

/** The big one: up to some 200 kB. */
export function partnerExport (call: Call): Reply {
  if (!isPartner(call.headers)) return refuse(401, 'unknown key')
  const format = valueOf(call.query, 'format')
  const count = skewedSize(hash32(valueOf(call.query, 'since')), 150, 0.7, productCount)
  if (format === 'csv') return { status: 200, mimeType: 'text/csv; charset=utf-8', text: catalogue.csv(count), headers: [['content-disposition', 'attachment; filename="products.csv"']] }
  return format === 'json' ? json(`{"items":[${catalogue.summaries(0, count)}]}`) : refuse(400, 'format is unknown')
}

export function paymentHook (call: Call): Reply {
  if (!/^t=\d+,v1=[0-9a-f]{64}$/.test(call.headers.signature)) return refuse(401, 'bad signature')
  return textIn(call.json, 'type') === '' ? refuse(400, 'type is missing') : json('{"received":true}')
}

export function health (): Reply { return json('{"status":"ok"}') }

export function report (call: Call): Reply {
  if (call.headers.authorization !== 'Basic cmVwb3J0czp3ZWVrbHktbnVtYmVycw==') return { ...refuse(401, 'who are you?'), headers: [['www-authenticate', 'Basic realm="reports"']] }
  if (!dateForm.test(valueOf(call.query, 'from')) || !dateForm.test(valueOf(call.query, 'to'))) return refuse(400, 'from and to must be dates')
  const hash = hash32(call.url)
  const rows = Array.from({ length: skewedSize(hash, 24, 0.6, 120) }, (_, i) => ({ period: i + 1, orders: (hash >> (i % 16)) % 900, revenue: hash32(String(i), hash) % 9_000_000 / 100 }))
  return json(JSON.stringify({ group: valueOf(call.query, 'group') || 'day', rows }))
}
