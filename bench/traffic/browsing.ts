import { etagOf, articles, catalogue, sorts } from './storefront'
import { categories } from './catalogue'
import type { Product } from './catalogue'
import type { Client } from './clients'
import { draftOf } from './draft'
import type { Draft } from './draft'
import type { Pairs } from './entry'
import type { Pools } from './pools'
import { searchText } from './prose'
import type { Random } from './random'
import { routeOf } from './routes'

/** What requests are made of besides the client. */
export interface Scene {
  random: Random
  pools: Pools
  /** After the deployment: see `TrafficOptions.deployAt`. */
  isDeployed: boolean
}

export type DraftMaker = (scene: Scene, client: Client) => Draft

export function anyProduct (random: Random): Product { return random.skewed(catalogue.products, 1.8) }

export const home: DraftMaker = ({ random }, client) => draftOf(client, routeOf('home'), {
  mode: 'navigate', referer: random.chance(0.4) ? random.pick(['https://www.google.com/', 'https://www.google.com/', 'https://www.bing.com/', 'https://duckduckgo.com/', 'https://www.instagram.com/']) : '', query: campaign(random, 0.1)
})

function campaign (random: Random, share: number): Pairs {
  if (!random.chance(share)) return []
  const source = random.pick(['newsletter', 'google', 'instagram', 'partner'])
  const query: Pairs = [['utm_source', source], ['utm_medium', { newsletter: 'email', google: 'cpc', instagram: 'social', partner: 'affiliate' }[source] as string]]
  if (random.chance(0.6)) query.push(['utm_campaign', `${random.pick(['spring', 'summer', 'autumn', 'winter', 'black-friday'])}${random.pick(['-2026', '_26', ''])}`])
  if (source === 'google' && random.chance(0.5)) query.push(['gclid', random.base64url(random.between(70, 92))])
  return query
}

export const products: DraftMaker = ({ random }, client) => {
  const query: Pairs = []
  const page = random.chance(0.5) ? 1 : Math.ceil(random.logNormal(2.4, 0.7))
  if (page > 1 || random.chance(0.5)) query.push(['page', String(Math.min(page, 40))])
  query.push(['per_page', client.agent.isForm ? random.pick(['24', '24', '24', '48']) : '20'])
  if (random.chance(0.7)) query.push(['sort', random.skewed(sorts, 1.6)])
  if (random.chance(0.45)) query.push(['category', random.skewed(categories, 1.4)])
  if (random.chance(0.12)) {
    query.push(['min_price', String(random.pick([0, 10, 20, 25, 50, 100, 150]))])
    query.push(['max_price', String(random.pick([30, 50, 75, 100, 200, 250, 500, 1000]))])
  }
  if (random.chance(0.1)) query.push(['in_stock', random.pick(['true', 'true', 'false'])])
  return draftOf(client, routeOf('products'), { query, referer: '/' })
}

export function productDraft ({ random }: Scene, client: Client, product: Product): Draft {
  const id = random.chance(0.012) ? String(random.between(1000, 9999)) : String(product.id)
  return draftOf(client, routeOf('product'), { params: [['id', id]], referer: `/products/${product.slug}`, query: random.chance(0.06) ? [['currency', random.pick(['USD', 'GBP', 'PLN', 'BRL', 'CHF'])]] : [] })
}

export const product: DraftMaker = (scene, client) => productDraft(scene, client, anyProduct(scene.random))

export function productPageDraft ({ random }: Scene, client: Client, product: Product): Draft {
  const slug = random.chance(0.015) ? product.slug.replace(/-[a-z]+(?=-\d+$)/, '') : product.slug
  const query = campaign(random, 0.09)
  if (query.length === 0 && random.chance(0.03)) query.push(['ref', random.pick(['wishlist', 'mail', 'share'])])
  return draftOf(client, routeOf('product-page'), { params: [['slug', slug]], query, mode: 'navigate', referer: query.length > 0 ? 'https://www.google.com/' : random.pick(['/', '/', `/categories/${product.category}`, 'https://www.google.com/']) })
}

export const productPage: DraftMaker = (scene, client) => productPageDraft(scene, client, anyProduct(scene.random))

export const reviews: DraftMaker = ({ random }, client) => {
  const found = anyProduct(random)
  const query: Pairs = random.chance(0.7) ? [['page', String(Math.ceil(random.logNormal(1.1, 0.5)))]] : []
  if (random.chance(0.3)) query.push(['sort', random.skewed(['newest', 'helpful', 'rating'], 1.3)])
  return draftOf(client, routeOf('reviews'), { params: [['id', String(found.id)]], query, referer: `/products/${found.slug}` })
}

export function searchDraft ({ random, pools }: Scene, client: Client, text = ''): Draft {
  const q = text === '' ? searchText(random, random.chance(0.9) ? client.pool : pools.draw(random), anyProduct(random).name) : text
  const query: Pairs = [['q', q]]
  if (random.chance(0.3)) query.push(['page', String(Math.ceil(random.logNormal(1.5, 0.5)))])
  if (random.chance(0.25)) query.push(['sort', random.skewed(sorts, 1.6)])
  if (random.chance(0.12)) query.push(['category', random.skewed(categories, 1.4)])
  return draftOf(client, routeOf('search'), { query, referer: random.chance(0.8) ? '/' : `/blog/${random.pick(articles)}` })
}

export const search: DraftMaker = (scene, client) => searchDraft(scene, client)

export function suggestDraft (client: Client, typed: string): Draft {
  return draftOf(client, routeOf('suggest'), { query: [['q', typed]], referer: '/' })
}

export const suggest: DraftMaker = ({ random }, client) => {
  const text = searchText(random, client.pool, anyProduct(random).name)
  return suggestDraft(client, text.slice(0, random.between(2, 9)))
}

export const categoryList: DraftMaker = (_, client) => draftOf(client, routeOf('categories'), { referer: '/' })

export const category: DraftMaker = ({ random }, client) => {
  const slug = random.skewed(categories, 1.4)
  return draftOf(client, routeOf('category'), { params: [['slug', slug]], query: random.chance(0.35) ? [['page', String(random.between(1, 6))]] : [], referer: random.chance(0.5) ? '/' : `/categories/${slug}` })
}

export const article: DraftMaker = ({ random }, client) => draftOf(client, routeOf('article'), {
  params: [['slug', random.skewed(articles, 1.5)]], query: campaign(random, 0.12), mode: 'navigate', referer: random.pick(['', '/', 'https://www.google.com/', 'https://www.bing.com/'])
})

const files = ['app.9c1f02ab.css', 'app.51d0e7c3.js', 'chunks/12.4be1f0aa.js', 'chunks/40.e1f7720b.js', 'chunks/7.0f3a9c5d.js', 'chunks/88.aa01be44.js', 'icons/cart.svg', 'icons/user.svg', 'icons/search.svg', 'icons/heart.svg', 'fonts.77ab0e12.css']

export const asset: DraftMaker = ({ random }, client) => {
  const path = random.chance(0.5) ? random.skewed(files, 1.4) : `img/${anyProduct(random).slug}.svg`
  const isCached = client.cached.has(path)
  client.cached.add(path)
  return draftOf(client, routeOf('assets'), { params: [['*', path]], mode: 'asset', own: [], referer: '/', etag: isCached ? etagOf(path) : '' })
}

export const quote: DraftMaker = ({ random, isDeployed }, client) => {
  const query: Pairs = [['country', client.pool.country], ['postal_code', client.person.postalCode]]
  if (random.chance(0.8)) query.push(['weight', String(Math.ceil(random.logNormal(1800, 0.8)))])
  if (isDeployed && random.chance(0.85)) query.push(['delivery_slot', slot(random)])
  return draftOf(client, routeOf('quote'), { query, referer: '/cart' })
}

/** What the deployment adds. */
export function slot (random: Random): string { return random.skewed(['morning', 'afternoon', 'evening', 'weekend'], 1.2) }

export const robots: DraftMaker = (_, client) => draftOf(client, routeOf('robots'), { mode: 'navigate' })
