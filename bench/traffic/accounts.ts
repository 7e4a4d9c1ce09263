import { cookieIn, json, page, refuse, textIn, userIn } from './call'
import type { Call, Reply } from './call'
import { isPassword, makeBearer, makeSession, orderIds, sessionUser, userOf } from './credentials'
import { catalogue } from './storefront'
import { productCount } from './catalogue'
import { valueOf } from './entry'
import { fillerProse, skewedSize } from './filler'
import { hash32 } from './random'

const emailForm = /^[^@\s]+@[^@\s]+\.[a-z]{2,}$/i

export function login (call: Call): Reply {
  const email = valueOf(call.form, 'email')
  const password = valueOf(call.form, 'password')
  const csrf = valueOf(call.form, '_csrf')
  if (!emailForm.test(email) || password === '') return page('<!doctype html><title>Log in</title><p>Please fill in both fields.</p>', 400)
  if (csrf.length < 20) return refuse(403, 'the form has expired')
  if (!isPassword(email, password)) return page(`<!doctype html><title>Log in</title><p>E-mail or password is wrong.</p>${fillerProse(2, 500)}`, 401)
  return { status: 302, mimeType: 'text/html; charset=utf-8', text: '', headers: [['location', '/'], ['set-cookie', `sid=${makeSession(userOf(email), csrf)}; Path=/; HttpOnly; SameSite=Lax`]] }
}

export function token (call: Call): Reply {
  const email = textIn(call.json, 'username')
  if (email === '' || textIn(call.json, 'grant_type') !== 'password') return refuse(400, 'invalid_request')
  if (!isPassword(email, textIn(call.json, 'password'))) return refuse(401, 'invalid_grant')
  const nonce = textIn(call.json, 'device_id') + textIn(call.json, 'nonce')
  return tokens(userOf(email), nonce)
}

/** A refresh token is a session in another place. */
export function refresh (call: Call): Reply {
  const text = textIn(call.json, 'refresh_token')
  const user = sessionUser(text)
  return user === '' ? refuse(401, 'invalid_grant') : tokens(user, text)
}

function tokens (user: string, nonce: string): Reply {
  return json(JSON.stringify({ token_type: 'Bearer', expires_in: 3600, access_token: makeBearer(user, nonce), refresh_token: makeSession(user, 'refresh ' + nonce) }))
}

export function logout (): Reply {
  return { status: 302, mimeType: 'text/html; charset=utf-8', text: '', headers: [['location', '/'], ['set-cookie', 'sid=; Path=/; Max-Age=0']] }
}

export function register (call: Call): Reply {
  const email = valueOf(call.form, 'email')
  if (!emailForm.test(email) || valueOf(call.form, 'password').length < 8 || valueOf(call.form, 'last_name') === '') return page('<!doctype html><title>Register</title><p>Some fields are missing.</p>', 400)
  if (hash32(email, 43) % 40 === 0) return page('<!doctype html><title>Register</title><p>There is an account with this e-mail already.</p>', 409)
  return { status: 302, mimeType: 'text/html; charset=utf-8', text: '', headers: [['location', '/api/account'], ['set-cookie', `sid=${makeSession(userOf(email), valueOf(call.form, '_csrf'))}; Path=/; HttpOnly; SameSite=Lax`]] }
}

export function contact (call: Call): Reply {
  if (!emailForm.test(valueOf(call.form, 'email')) || valueOf(call.form, 'message') === '') return page('<!doctype html><title>Contact</title><p>Please tell us how to reach you.</p>', 400)
  return page(`<!doctype html><title>Contact</title><p>Thank you. Your case is ${hash32(valueOf(call.form, 'message'))}.</p>${fillerProse(5, 400)}`)
}

export function checkout (call: Call): Reply {
  const card = valueOf(call.form, 'card_number').replaceAll(' ', '')
  if (valueOf(call.form, 'street') === '' || !emailForm.test(valueOf(call.form, 'email'))) return page('<!doctype html><title>Checkout</title><p>Some fields are missing.</p>', 400)
  if (!isCard(card)) return page('<!doctype html><title>Checkout</title><p>Please check the card number.</p>', 422)
  const hash = hash32(card + valueOf(call.form, '_csrf'))
  return page(`<!doctype html><title>Thank you</title><p>Order ${hash} is on its way.</p>${fillerProse(hash, skewedSize(hash, 900, 0.4, 4000))}`, 201)
}

/** ISO/IEC 7812-1 check digit (Luhn). */
export function isCard (digits: string): boolean {
  if (!/^\d{12,19}$/.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}

export function cart (call: Call): Reply {
  return json(cartJson(hash32(cookieIn(call.headers.cookie, 'cart') || userIn(call.headers))))
}

export function cartAdd (call: Call): Reply {
  const quantity = Number(textIn(call.json, 'quantity'))
  const product = catalogue.bySku(textIn(call.json, 'sku'))
  if (product === undefined) return refuse(404, 'no such sku')
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > 99) return refuse(400, 'quantity is wrong')
  return json(cartJson(hash32(product.sku + cookieIn(call.headers.cookie, 'cart'))), 201)
}

export function cartChange (call: Call): Reply {
  const product = catalogue.bySku(valueOf(call.params, 'sku'))
  if (product === undefined) return refuse(404, 'no such sku')
  if (!(Number(textIn(call.json, 'quantity')) >= 0)) return refuse(400, 'quantity is wrong')
  return json(cartJson(hash32(product.sku)))
}

export function cartRemove (call: Call): Reply {
  return catalogue.bySku(valueOf(call.params, 'sku')) === undefined ? refuse(404, 'no such sku') : { status: 204, mimeType: '', text: '', headers: [] }
}

export function coupon (call: Call): Reply {
  const code = textIn(call.json, 'code')
  if (code === '') return refuse(400, 'code is missing')
  return hash32(code) % 5 === 0 ? refuse(404, 'no such coupon') : json(`{"code":${JSON.stringify(code)},"percent":${hash32(code) % 20 + 5}}`)
}

function cartJson (hash: number): string {
  const count = hash % 5
  return `{"items":[${catalogue.summaries(hash % (productCount - 8), count)}],"total":${hash % 90_000 / 100},"currency":"EUR"}`
}

export function orders (call: Call): Reply {
  const user = userIn(call.headers)
  if (user === '') return refuse(401, 'please log in')
  if (valueOf(call.query, 'page') !== '' && !/^\d+$/.test(valueOf(call.query, 'page'))) return refuse(400, 'page must be a whole number')
  return json(JSON.stringify({ items: orderIds(user).map((id) => orderOf(id)) }))
}

export function order (call: Call): Reply { return ownOrder(call, (id) => json(JSON.stringify({ ...orderOf(id), shipTo: fillerProse(hash32(id), 60) }))) }

export function invoice (call: Call): Reply {
  return ownOrder(call, (id) => {
    const hash = hash32(id)
    return { status: 200, mimeType: 'text/plain; charset=utf-8', text: `INVOICE ${hash}\n\n${fillerProse(hash, skewedSize(hash, 1600, 0.4, 8000))}`, headers: [['content-disposition', `attachment; filename="invoice-${hash}.txt"`]] }
  })
}

export function returnOrder (call: Call): Reply {
  return ownOrder(call, (id) => textIn(call.json, 'reason') === '' ? refuse(400, 'reason is missing') : json(`{"order":"${id}","label":"RET${hash32(id)}"}`, 201))
}

function ownOrder (call: Call, found: (id: string) => Reply): Reply {
  const user = userIn(call.headers)
  if (user === '') return refuse(401, 'please log in')
  const id = valueOf(call.params, 'orderId')
  return orderIds(user).includes(id) ? found(id) : refuse(404, 'no such order')
}

export function account (call: Call): Reply {
  const user = userIn(call.headers)
  if (user === '') return refuse(401, 'please log in')
  const hash = hash32(user)
  return json(JSON.stringify({ id: user, since: 2010 + hash % 15, points: hash % 4000, newsletter: hash % 3 === 0, about: fillerProse(hash, skewedSize(hash, 160, 0.6, 900)), addresses: Array.from({ length: hash % 3 + 1 }, (_, i) => fillerProse(hash + i, 70)) }))
}

export function accountChange (call: Call): Reply {
  return userIn(call.headers) === '' ? refuse(401, 'please log in') : json(`{"saved":true,"name":${JSON.stringify(textIn(call.json, 'display_name'))}}`)
}

export function addressAdd (call: Call): Reply {
  if (userIn(call.headers) === '') return refuse(401, 'please log in')
  return textIn(call.json, 'postal_code') === '' ? refuse(400, 'postal_code is missing') : json(`{"id":${hash32(textIn(call.json, 'street')) % 100_000}}`, 201)
}

const states = ['paid', 'packed', 'shipped', 'delivered', 'returned']

function orderOf (id: string): Record<string, unknown> {
  const hash = hash32(id)
  const items = Array.from({ length: hash % 4 + 1 }, (_, i) => catalogue.products[(hash + i * 53) % productCount]).map((product) => ({ sku: product?.sku, name: product?.name, price: product?.price }))
  return { id, number: hash % 90_000 + 10_000, status: states[hash % 5], total: hash % 50_000 / 100, items }
}
