export interface Route {
  name: RouteName
  method: string
  url: string
  /** Share of all ordinary requests, roughly: how attackers, too, come to know a route. */
  popularity: number
}

const table = [
  ['home', 'GET', '/', 5],
  ['products', 'GET', '/api/products', 9],
  ['product', 'GET', '/api/products/:id', 11],
  ['product-page', 'GET', '/products/:slug', 7],
  ['reviews', 'GET', '/api/products/:id/reviews', 3],
  ['review', 'POST', '/api/products/:id/reviews', 0.6],
  ['search', 'GET', '/api/search', 6],
  ['suggest', 'GET', '/api/search/suggest', 5],
  ['categories', 'GET', '/api/categories', 2],
  ['category', 'GET', '/api/categories/:slug', 3],
  ['cart', 'GET', '/api/cart', 4],
  ['cart-add', 'POST', '/api/cart/items', 3],
  ['cart-change', 'PATCH', '/api/cart/items/:sku', 0.9],
  ['cart-remove', 'DELETE', '/api/cart/items/:sku', 0.7],
  ['coupon', 'POST', '/api/cart/coupon', 0.6],
  ['login-page', 'GET', '/login', 1.4],
  ['login', 'POST', '/login', 1.8],
  ['token', 'POST', '/api/auth/token', 0.8],
  ['refresh', 'POST', '/api/auth/refresh', 0.8],
  ['logout', 'POST', '/logout', 0.6],
  ['register', 'POST', '/register', 0.7],
  ['contact', 'POST', '/contact', 0.6],
  ['quote', 'GET', '/api/shipping/quote', 1.6],
  ['checkout', 'POST', '/checkout', 1.2],
  ['orders', 'GET', '/api/orders', 1.6],
  ['order', 'GET', '/api/orders/:orderId', 1.4],
  ['invoice', 'GET', '/api/orders/:orderId/invoice', 0.7],
  ['return', 'POST', '/api/orders/:orderId/return', 0.5],
  ['account', 'GET', '/api/account', 1.3],
  ['account-change', 'PUT', '/api/account', 0.5],
  ['address-add', 'POST', '/api/account/addresses', 0.5],
  ['stock', 'GET', '/api/stock/:sku', 4],
  ['partner-orders', 'GET', '/api/v1/partner/orders', 2],
  ['partner-price', 'PUT', '/api/v1/partner/prices/:sku', 1.5],
  ['partner-export', 'GET', '/api/v1/partner/export', 0.5],
  ['payment-hook', 'POST', '/webhooks/payment', 1.2],
  ['assets', 'GET', '/assets/*', 10],
  ['article', 'GET', '/blog/:slug', 1.2],
  ['health', 'GET', '/healthz', 2],
  ['report', 'GET', '/admin/report', 0.5],
  ['robots', 'GET', '/robots.txt', 0.5]
] as const

export type RouteName = typeof table[number][0]

const list: Route[] = table.map(([name, method, url, popularity]) => ({ name, method, url, popularity }))
const byName = new Map(list.map((route) => [route.name, route]))

/** The example shop's routes, as its plugin registers them. */
export function routes (): Route[] { return list.map((route) => ({ ...route })) }

export function routeOf (name: RouteName): Route { return byName.get(name) as Route }

interface Compiled { route: Route, pattern: RegExp, names: string[] }

const compiled: Compiled[] = list.map((route) => ({
  route,
  pattern: new RegExp('^' + route.url.replace(/[.]/g, '\\.').replace(/:\w+/g, '([^/]+)').replace('*', '(.*)') + '$'),
  names: [...route.url.matchAll(/:(\w+)|\*/g)].map((found) => found[1] ?? '*')
}))

/** What Fastify's router would find; null for a 404. For requests whose path was tampered with: ordinary ones know their route. */
export function matchRoute (method: string, path: string): { route: Route, params: [string, string][] } | null {
  for (const { route, pattern, names } of compiled) {
    if (route.method !== method && !(method === 'HEAD' && route.method === 'GET')) continue
    const found = pattern.exec(path)
    if (found === null || found.slice(1).some((text, i) => names[i] !== '*' && text.length > 100)) continue
    try {
      return { route, params: names.map((name, i) => [name, decodeURIComponent(found[i + 1] as string)]) }
    } catch {
      return null
    }
  }
  return null
}
