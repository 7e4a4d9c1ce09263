import { json, numberIn, page, refuse } from './call'
import type { Call, Reply } from './call'
import { Catalogue, categories, productCount } from './catalogue'
import { valueOf } from './entry'
import { fillerCode, fillerProse, skewedSize } from './filler'
import { hash32 } from './random'

export const catalogue = new Catalogue()
export const sorts = ['relevance', 'price_asc', 'price_desc', 'rating', 'newest']

const categoriesJson = JSON.stringify({ items: categories.map((slug) => ({ slug, name: slug.replaceAll('-', ' '), products: hash32(slug) % 90 })) })

export function home (): Reply {
  return page(html('Outdoor shop', fillerProse(1, 2400)))
}

export function loginPage (): Reply {
  return page(html('Log in', '<form method="post" action="/login"><input name="email"><input name="password" type="password"></form>' + fillerProse(2, 700)))
}

export function products (call: Call): Reply {
  const at = numberIn(call.query, 'page', 1)
  const perPage = numberIn(call.query, 'per_page', 12)
  if (Number.isNaN(at) || Number.isNaN(perPage) || perPage > 96 || at === 0) return refuse(400, 'page and per_page must be whole numbers')
  const sort = valueOf(call.query, 'sort')
  if (sort !== '' && !sorts.includes(sort)) return refuse(400, 'sort is unknown')
  const start = (hash32(valueOf(call.query, 'category') + sort) % 300) + (at - 1) * perPage
  return listing(start, perPage, at, productCount - start)
}

export function category (call: Call): Reply {
  const slug = valueOf(call.params, 'slug')
  if (!categories.includes(slug)) return refuse(404, 'no such category')
  const at = numberIn(call.query, 'page', 1)
  if (Number.isNaN(at)) return refuse(400, 'page must be a whole number')
  return listing(hash32(slug) % 400 + (at - 1) * 12, 12, at, hash32(slug) % 90)
}

export function categoryList (): Reply { return json(categoriesJson) }

export function search (call: Call): Reply {
  const text = valueOf(call.query, 'q')
  if (text === '') return refuse(400, 'q is missing')
  const at = numberIn(call.query, 'page', 1)
  if (Number.isNaN(at)) return refuse(400, 'page must be a whole number')
  const hash = hash32(text.toLowerCase())
  const found = hash % 11 === 0 ? 0 : skewedSize(hash, 7, 0.9, 24)
  return listing(hash % 600, Math.max(0, at > 4 ? 0 : found), at, found * 3)
}

export function suggest (call: Call): Reply {
  const text = valueOf(call.query, 'q')
  const hash = hash32(text)
  const items = Array.from({ length: hash % 8 }, (_, i) => catalogue.products[(hash + i * 31) % productCount]?.name)
  return json(JSON.stringify({ q: text.slice(0, 100), items }))
}

export function product (call: Call): Reply {
  const id = valueOf(call.params, 'id')
  if (!/^\d+$/.test(id)) return refuse(400, 'id must be a whole number')
  const found = catalogue.byId(id)
  return found === undefined ? refuse(404, 'no such product') : json(found.detail)
}

export function productPage (call: Call): Reply {
  const found = catalogue.bySlug(valueOf(call.params, 'slug'))
  if (found === undefined) return page(html('Not found', 'This page has moved.'), 404)
  return page(html(found.name.replaceAll('&', '&amp;'), `<script type="application/json">${found.detail}</script>` + fillerProse(found.id * 97, 1500)))
}

export function reviews (call: Call): Reply {
  const id = valueOf(call.params, 'id')
  const at = numberIn(call.query, 'page', 1)
  if (Number.isNaN(at)) return refuse(400, 'page must be a whole number')
  if (catalogue.byId(id) === undefined) return refuse(404, 'no such product')
  const hash = hash32(id + ':' + at)
  const count = skewedSize(hash, 3, 0.9, 12)
  let items = ''
  for (let i = 0; i < count; i++) {
    const own = hash32(id, hash + i)
    items += `${i === 0 ? '' : ','}{"rating":${own % 5 + 1},"nickname":"${['kim', 'lee', 'ana', 'jo', 'sam'][own % 5]}${own % 1000}","text":"${fillerProse(own, skewedSize(own, 140, 0.8, 900))}"}`
  }
  return json(`{"page":${at},"items":[${items}]}`)
}

export function stock (call: Call): Reply {
  const found = catalogue.bySku(valueOf(call.params, 'sku'))
  if (found === undefined) return refuse(404, 'no such sku')
  return json(`{"sku":"${found.sku}","available":${found.id % 97},"warehouse":"${['north', 'south', 'port'][found.id % 3]}","next":${found.id % 97 === 0 ? '"2 weeks"' : 'null'}}`)
}

export function quote (call: Call): Reply {
  const country = valueOf(call.query, 'country')
  const weight = numberIn(call.query, 'weight', 1000)
  if (country.length !== 2 || Number.isNaN(weight)) return refuse(400, 'country or weight is wrong')
  const hash = hash32(country + valueOf(call.query, 'postal_code'))
  return json(JSON.stringify({ country, options: ['standard', 'express', 'pickup'].map((name, i) => ({ name, price: (hash % 900 + weight / 10 + i * 450) / 100, days: hash % 4 + 4 - i })), carrier: ['DHL', 'GLS', 'UPS'][hash % 3] }))
}

export function article (call: Call): Reply {
  const hash = hash32(valueOf(call.params, 'slug'))
  if (!isArticle(valueOf(call.params, 'slug'))) return page(html('Not found', 'No such article.'), 404)
  return page(html('Journal', fillerProse(hash, skewedSize(hash, 2600, 0.5, 9000))))
}

const topics = ['how-to-pitch-a-tent', 'winter-care', 'our-shop-in-spring', 'ten-light-stoves', 'route-notes', 'packing-list', 'repair-a-zip', 'first-kayak']

export const articles = topics.flatMap((topic) => Array.from({ length: 6 }, (_, i) => `${2021 + i}-${topic}`))

function isArticle (slug: string): boolean { return articles.includes(slug) }

const assetTypes: Record<string, string> = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml', map: 'application/json; charset=utf-8' }

/** `/assets/app.<hash>.css|js`, `/assets/chunks/<n>.<hash>.js`, `/assets/img/<slug>.svg`, `/assets/icons/<name>.svg`. */
export function asset (call: Call): Reply {
  const path = valueOf(call.params, '*')
  const [, kind = ''] = /^(?:[\w-]+\/)?[\w.-]+\.(css|js|svg)$/.exec(path) ?? []
  if (kind === '') return refuse(404, 'no such file')
  const hash = hash32(path)
  const etag = `"${hash.toString(36)}"`
  const headers: Reply['headers'] = [['cache-control', 'public, max-age=31536000, immutable'], ['etag', etag]]
  const mimeType = assetTypes[kind] as string
  if (call.headers.ifNoneMatch === etag) return { status: 304, mimeType, text: '', headers }
  if (kind === 'svg') return { status: 200, mimeType, text: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><path d="M${fillerCode(hash, skewedSize(hash, 900, 0.7, 9000)).replace(/[^\d ]+/g, ' ')}"/></svg>`, headers }
  return { status: 200, mimeType, text: fillerCode(hash, skewedSize(hash, 5200, 0.7, 40_000)), headers }
}

export function robots (): Reply {
  return { status: 200, mimeType: 'text/plain; charset=utf-8', text: `User-agent: *\nDisallow: /admin/\nDisallow: /api/cart\n${categories.map((slug) => `Allow: /api/categories/${slug}\n`).join('')}`, headers: [] }
}

export function etagOf (path: string): string { return `"${hash32(path).toString(36)}"` }

function listing (start: number, count: number, at: number, total: number): Reply {
  return json(`{"page":${at},"total":${Math.max(0, total)},"items":[${catalogue.summaries(Math.min(start, productCount), count)}]}`)
}

function html (title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><link rel="stylesheet" href="/assets/app.9c1f02ab.css"><script type="module" src="/assets/app.51d0e7c3.js"></script></head><body><main><h1>${title}</h1>${body}</main></body></html>`
}
