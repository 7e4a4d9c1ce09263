import { anyProduct, slot } from './browsing'
import type { DraftMaker } from './browsing'
import { cardNumber } from './clients'
import type { Client } from './clients'
import { orderIds } from './credentials'
import { draftOf } from './draft'
import type { Draft } from './draft'
import type { Pairs } from './entry'
import { prose } from './prose'
import type { Random } from './random'
import { routeOf } from './routes'
import type { RouteName } from './routes'

/** Carts, forms, accounts: what customers send. */

const csrfLength = 43

export const cart: DraftMaker = (_, client) => draftOf(client, routeOf('cart'), { referer: '/' })

export const cartAdd: DraftMaker = ({ random, isDeployed }, client) => {
  const found = anyProduct(random)
  const json: Record<string, unknown> = { sku: found.sku, quantity: Math.min(20, Math.ceil(random.logNormal(0.8, 0.7))) }
  if (random.chance(0.2)) json['variant'] = random.pick(['S', 'M', 'L', 'XL'])
  if (random.chance(0.04)) json['gift_note'] = note(random, client)
  if (isDeployed && random.chance(0.85)) json['placement'] = { list: random.skewed(['search', 'category', 'home', 'cart'], 1.3), position: random.between(1, 48) }
  client.cart.push(found.sku)
  return draftOf(client, routeOf('cart-add'), { json, referer: `/products/${found.slug}`, own: withCsrf(random, client) })
}

export const cartChange: DraftMaker = ({ random }, client) => draftOf(client, routeOf('cart-change'), {
  params: [['sku', skuOf(random, client)]], json: { quantity: random.between(0, 6) }, referer: '/cart', own: withCsrf(random, client)
})

export const cartRemove: DraftMaker = ({ random }, client) => draftOf(client, routeOf('cart-remove'), { params: [['sku', skuOf(random, client)]], referer: '/cart', own: withCsrf(random, client) })

export const coupon: DraftMaker = ({ random }, client) => draftOf(client, routeOf('coupon'), {
  json: { code: random.chance(0.7) ? random.pick(['SPRING26', 'WELCOME10', 'TENT5', 'FREESHIP', 'THANKYOU15']) : `G${random.text('ABCDEFGHJKMNPQRSTUVWXYZ23456789', 9)}` }, referer: '/cart', own: withCsrf(random, client)
})

export const loginPage: DraftMaker = ({ random }, client) => draftOf(client, routeOf('login-page'), { mode: 'navigate', referer: '/', query: random.chance(0.5) ? [['next', random.pick(['/cart', '/account', '/checkout'])]] : [] })

export const login: DraftMaker = ({ random }, client) => {
  const form: Pairs = [['email', client.person.email], ['password', typed(random, client.person.password)]]
  if (random.chance(0.4)) form.push(['remember', 'on'])
  form.push(['_csrf', random.base64url(csrfLength)])
  return draftOf(client, routeOf('login'), { form, mode: 'form', referer: '/login' })
}

export const token: DraftMaker = ({ random }, client) => draftOf(client, routeOf('token'), {
  json: { grant_type: 'password', username: client.person.email, password: typed(random, client.person.password), device_id: client.own[1]?.[1] ?? random.uuid(), nonce: random.hex(16) }, authorization: ''
})

export const refresh: DraftMaker = ({ random }, client) => draftOf(client, routeOf('refresh'), { json: { refresh_token: client.refreshToken === '' ? random.hex(32) : client.refreshToken }, authorization: '' })

export const logout: DraftMaker = ({ random }, client) => draftOf(client, routeOf('logout'), { form: [['_csrf', random.base64url(csrfLength)]], mode: 'form', referer: '/account' })

export const register: DraftMaker = ({ random }, client) => {
  const { firstName, lastName, email, password, phone } = client.person
  const form: Pairs = [['first_name', firstName], ['last_name', lastName], ['email', email], ['password', password]]
  if (random.chance(0.35)) form.push(['phone', phone])
  if (random.chance(0.5)) form.push(['newsletter', 'on'])
  form.push(['_csrf', random.base64url(csrfLength)])
  return draftOf(client, routeOf('register'), { form, mode: 'form', referer: '/register' })
}

const subjects = ['order', 'delivery', 'return', 'product', 'other', 'press']

export const contact: DraftMaker = ({ random }, client) => {
  const { firstName, lastName, email } = client.person
  const form: Pairs = [['name', random.chance(0.8) ? `${firstName} ${lastName}` : firstName], ['email', email], ['subject', random.skewed(subjects, 1.4)]]
  if (random.chance(0.4)) form.push(['order_number', String(random.between(10_000, 99_999))])
  form.push(['message', prose(random, client.pool, Math.ceil(random.logNormal(4, 0.6)), firstName, anyProduct(random).name)], ['_csrf', random.base64url(csrfLength)])
  return draftOf(client, routeOf('contact'), { form, mode: 'form', referer: '/contact' })
}

export const checkout: DraftMaker = ({ random, isDeployed }, client) => {
  const { firstName, lastName, street, houseNumber, postalCode, city, phone, email, card, cardExpiry } = client.person
  const form: Pairs = [['first_name', firstName], ['last_name', lastName], ['street', street], ['house_number', houseNumber], ['postal_code', postalCode], ['city', city], ['country', client.pool.country], ['phone', phone], ['email', email],
    ['card_number', random.chance(0.02) ? swapped(random, card) : random.chance(0.1) ? cardNumber(random) : card], ['card_expiry', cardExpiry], ['card_cvc', random.digits(card.length === 15 ? 4 : 3)], ['delivery', random.skewed(['standard', 'express', 'pickup'], 1.6)]]
  if (random.chance(0.08)) form.push(['company', `${random.pick(client.pool.lastNames)} ${random.pick(['GmbH', 'Ltd.', '& Co. KG', 'S.A.', 'Inc.'])}`])
  if (random.chance(0.05)) form.push(['gift_note', note(random, client)])
  if (isDeployed && random.chance(0.85)) form.push(['delivery_slot', slot(random)])
  form.push(['_csrf', random.base64url(csrfLength)])
  return draftOf(client, routeOf('checkout'), { form, mode: 'form', referer: '/checkout' })
}

export const orders: DraftMaker = ({ random }, client) => {
  const query: Pairs = random.chance(0.5) ? [['page', String(Math.ceil(random.logNormal(1.2, 0.4)))]] : []
  if (random.chance(0.25)) query.push(['status', random.skewed(['shipped', 'paid', 'delivered', 'returned'], 1.2)])
  return draftOf(client, routeOf('orders'), { query, referer: '/account' })
}

export const order: DraftMaker = ({ random }, client) => ownOrder('order', random, client, { referer: '/account' })

export const invoice: DraftMaker = ({ random }, client) => ownOrder('invoice', random, client, { referer: '/account', query: random.chance(0.3) ? [['lang', client.pool.tag.slice(0, 2)]] : [] })

export const returnOrder: DraftMaker = ({ random }, client) => {
  const json: Record<string, unknown> = { reason: random.skewed(['too_small', 'too_large', 'damaged', 'not_as_described', 'changed_mind'], 1.2), items: Array.from({ length: random.between(1, 2) }, () => ({ sku: anyProduct(random).sku, quantity: random.between(1, 2) })) }
  if (random.chance(0.3)) json['comment'] = prose(random, client.pool, random.between(1, 3), client.person.firstName, anyProduct(random).name)
  return ownOrder('return', random, client, { json, referer: '/account', own: withCsrf(random, client) })
}

export const account: DraftMaker = (_, client) => draftOf(client, routeOf('account'), { referer: '/account' })

export const accountChange: DraftMaker = ({ random }, client) => {
  const json: Record<string, unknown> = { display_name: client.person.firstName, newsletter: random.chance(0.5), language: client.pool.tag.slice(0, 2) }
  if (random.chance(0.4)) json['phone'] = client.person.phone
  return draftOf(client, routeOf('account-change'), { json, referer: '/account', own: withCsrf(random, client) })
}

export const addressAdd: DraftMaker = ({ random }, client) => {
  const { firstName, lastName, street, houseNumber, postalCode, city } = client.person
  return draftOf(client, routeOf('address-add'), { json: { name: `${firstName} ${lastName}`, street, house_number: houseNumber, postal_code: postalCode, city, country: client.pool.country }, referer: '/account', own: withCsrf(random, client) })
}

export const review: DraftMaker = ({ random }, client) => {
  const found = anyProduct(random)
  const json = { rating: random.skewed([5, 4, 3, 1, 2], 1.4), title: prose(random, client.pool, 1, '', found.name), text: prose(random, client.pool, Math.ceil(random.logNormal(2, 0.6)), client.person.firstName, found.name), nickname: `${random.pick(client.pool.nouns)}${random.between(1, 99)}` }
  return draftOf(client, routeOf('review'), { params: [['id', String(found.id)]], json, referer: `/products/${found.slug}`, own: withCsrf(random, client) })
}

function ownOrder (name: RouteName, random: Random, client: Client, parts: Partial<Draft>): Draft {
  return draftOf(client, routeOf(name), { params: [['orderId', random.chance(0.01) ? random.uuid() : random.pick(orderIds(client.user))]], ...parts })
}

function skuOf (random: Random, client: Client): string { return client.cart.length > 0 ? random.pick(client.cart) : anyProduct(random).sku }

function note (random: Random, client: Client): string { return prose(random, client.pool, 1, client.person.firstName, random.pick(client.pool.nouns)) }

/** A script in the browser proves where it came from; the apps need not. */
function withCsrf (random: Random, client: Client): Pairs { return client.agent.isForm ? [['X-Csrf-Token', random.base64url(csrfLength)], ...client.own] : client.own }

/** One in twenty passwords is typed wrong. */
function typed (random: Random, password: string): string {
  if (!random.chance(0.05)) return password
  const slip = random.int(3)
  if (slip === 0) return password.slice(0, -1)
  return slip === 1 ? swapped(random, password) : password.charAt(0).toLowerCase() + password.slice(1) + '1'
}

function swapped (random: Random, text: string): string {
  const at = random.int(text.length - 1)
  return text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2)
}
