import * as accounts from './accounts'
import { json, notFound, page, refuse } from './call'
import type { Call, Reply } from './call'
import type { Incident } from './entry'
import { fillerProse } from './filler'
import * as partners from './partners'
import { hash32 } from './random'
import type { RouteName } from './routes'
import * as shop from './storefront'

const handlers: Record<RouteName, (call: Call) => Reply> = {
  home: shop.home,
  products: shop.products,
  product: shop.product,
  'product-page': shop.productPage,
  reviews: shop.reviews,
  review: (call) => shop.catalogue.byId(call.params[0]?.[1] ?? '') === undefined ? refuse(404, 'no such product') : json('{"accepted":true}', 201),
  search: shop.search,
  suggest: shop.suggest,
  categories: shop.categoryList,
  category: shop.category,
  cart: accounts.cart,
  'cart-add': accounts.cartAdd,
  'cart-change': accounts.cartChange,
  'cart-remove': accounts.cartRemove,
  coupon: accounts.coupon,
  'login-page': shop.loginPage,
  login: accounts.login,
  token: accounts.token,
  refresh: accounts.refresh,
  logout: accounts.logout,
  register: accounts.register,
  contact: accounts.contact,
  quote: shop.quote,
  checkout: accounts.checkout,
  orders: accounts.orders,
  order: accounts.order,
  invoice: accounts.invoice,
  return: accounts.returnOrder,
  account: accounts.account,
  'account-change': accounts.accountChange,
  'address-add': accounts.addressAdd,
  stock: shop.stock,
  'partner-orders': partners.partnerOrders,
  'partner-price': partners.partnerPrice,
  'partner-export': partners.partnerExport,
  'payment-hook': partners.paymentHook,
  assets: shop.asset,
  article: shop.article,
  health: partners.health,
  report: partners.report,
  robots: shop.robots
}

/** What the example shop answers: the one source of the live app's replies and of the recorded ones. Depends on the call alone. */
export function answer (call: Call): Reply {
  if (call.incident === null || call.incident === 'slow') return handlers[call.route.name](call)
  return failing(call.incident, call)
}

export { notFound }

function failing (incident: Exclude<Incident, 'slow'>, call: Call): Reply {
  const hash = hash32(call.url)
  if (incident === 'outage') return refuse([500, 502, 503][hash % 3] as number, 'something went wrong')
  if (incident === 'retype') {
    return hash % 2 === 0
      ? page(`<!doctype html><title>Error</title><pre>${fillerProse(hash, 2400)}</pre>`)
      : { status: 200, mimeType: 'application/octet-stream', text: fillerProse(hash, 3000), headers: [] }
  }
  const ordinary = handlers[call.route.name](call)
  const dump = `\n${shop.catalogue.csv(640)}${fillerProse(hash, 90_000)}`
  const text = dump.repeat(2 + hash % 5)
  if (!ordinary.mimeType.startsWith('application/json')) return { ...ordinary, status: 200, text: ordinary.text + text }
  return json(`{"items":${JSON.stringify(text)}}`)
}
