import * as browse from './browsing'
import type { Scene } from './browsing'
import { isSignedIn, signIn, signOut, takeTokens } from './clients'
import type { Client } from './clients'
import type { Draft } from './draft'
import { valueOf } from './entry'
import * as machines from './machines'
import * as order from './ordering'
import { searchText } from './prose'

/** The next request of a visit and the seconds of thought before it. The reply's status comes back through `next`. */
export type Visit = Generator<[draft: Draft, seconds: number], void, number>

/** A person in a browser: pages, the calls and files they draw after them, and, for some, a cart, a login, an order. */
export function * browserVisit (scene: Scene, client: Client): Visit {
  const { random } = scene
  if (random.chance(0.6)) yield * opened(scene, client, browse.home(scene, client))
  else if (random.chance(0.3)) yield * opened(scene, client, browse.article(scene, client))
  if (random.chance(0.28)) yield [browse.categoryList(scene, client), 0.2]
  const interest = Math.ceil(random.logNormal(1.5, 0.7))
  for (let i = 0; i < interest; i++) yield * look(scene, client)
  if (random.chance(0.45)) yield * fillCart(scene, client)
  if (client.isMember && random.chance(0.42)) yield * accountVisit(scene, client)
  else if (!client.isMember && random.chance(0.45)) yield * joined(scene, client)
  if (random.chance(0.11)) yield [order.contact(scene, client), pause(scene, 40)]
}

function * opened (scene: Scene, client: Client, draft: Draft): Visit {
  const { random } = scene
  yield [draft, pause(scene, 6)]
  const files = random.chance(0.25) ? random.between(1, 5) : random.int(2)
  for (let i = 0; i < files; i++) yield [browse.asset(scene, client), 0.02 + random.next() / 5]
}

function * look (scene: Scene, client: Client): Visit {
  const { random } = scene
  const way = random.next()
  if (way < 0.3) {
    yield * searched(scene, client)
  } else if (way < 0.68) {
    for (let i = random.between(1, 2); i > 0; i--) yield [browse.products(scene, client), pause(scene, 5)]
  } else {
    yield [browse.category(scene, client), pause(scene, 5)]
  }
  if (random.chance(0.7)) {
    const product = browse.anyProduct(random)
    yield * opened(scene, client, browse.productPageDraft(scene, client, product))
    if (random.chance(0.8)) yield [browse.productDraft(scene, client, product), 0.15]
    if (random.chance(0.33)) yield [browse.reviews(scene, client), pause(scene, 8)]
  } else {
    yield [browse.product(scene, client), pause(scene, 6)]
  }
}

function * searched (scene: Scene, client: Client): Visit {
  const { random } = scene
  const text = searchText(random, client.pool, browse.anyProduct(random).name)
  for (let length = random.between(2, 3); length < Math.min(text.length, 10); length += random.between(4, 8)) yield [browse.suggestDraft(client, text.slice(0, length)), 0.1 + random.next()]
  yield [browse.searchDraft(scene, client, text), pause(scene, 2)]
  if (random.chance(0.2)) yield [browse.searchDraft(scene, client), pause(scene, 8)]
}

function * fillCart (scene: Scene, client: Client): Visit {
  const { random } = scene
  const articles = Math.ceil(random.logNormal(1, 0.5))
  for (let i = 0; i < articles; i++) {
    yield [order.cartAdd(scene, client), pause(scene, 12)]
    yield [order.cart(scene, client), 0.2]
  }
  if (random.chance(0.4)) yield [order.cartChange(scene, client), pause(scene, 6)]
  if (random.chance(0.36)) yield [order.cartRemove(scene, client), pause(scene, 6)]
  if (random.chance(0.36)) yield [order.coupon(scene, client), pause(scene, 8)]
  for (let i = random.int(3); i > 0; i--) yield [browse.quote(scene, client), pause(scene, 4)]
  if (random.chance(0.55)) yield [order.checkout(scene, client), pause(scene, 45)]
}

function * accountVisit (scene: Scene, client: Client): Visit {
  const { random } = scene
  if (!isSignedIn(client)) {
    if (random.chance(0.04)) yield [order.orders(scene, client), pause(scene, 3)]
    if (client.agent.isForm) yield * loggedIn(scene, client)
    else yield * tokened(scene, client)
  } else if (!client.agent.isForm && random.chance(0.85)) {
    yield * refreshed(scene, client)
  }
  if (!isSignedIn(client)) return
  if (random.chance(0.6)) yield [order.account(scene, client), 0.4]
  if (random.chance(0.55)) yield [order.orders(scene, client), pause(scene, 3)]
  if (random.chance(0.5)) yield [order.order(scene, client), pause(scene, 5)]
  if (random.chance(0.32)) yield [order.invoice(scene, client), pause(scene, 6)]
  if (random.chance(0.28)) yield [order.returnOrder(scene, client), pause(scene, 20)]
  if (random.chance(0.3)) yield [order.accountChange(scene, client), pause(scene, 15)]
  if (random.chance(0.3)) yield [order.addressAdd(scene, client), pause(scene, 25)]
  if (random.chance(0.26)) yield [order.review(scene, client), pause(scene, 60)]
  if (client.agent.isForm && random.chance(0.6)) {
    yield [order.logout(scene, client), pause(scene, 4)]
    signOut(client)
  }
}

function * loggedIn (scene: Scene, client: Client): Visit {
  const { random } = scene
  if (random.chance(0.75)) yield * opened(scene, client, order.loginPage(scene, client))
  for (let attempt = 0; attempt < 3; attempt++) {
    const draft = order.login(scene, client)
    const status = yield [draft, pause(scene, 7)]
    if (status === 302) return signIn(client, valueOf(draft.form ?? [], '_csrf'))
    if (status >= 500) return
  }
}

function * tokened (scene: Scene, client: Client): Visit {
  for (let attempt = 0; attempt < 2; attempt++) {
    const draft = order.token(scene, client)
    const status = yield [draft, pause(scene, 7)]
    if (status === 200) return takeTokens(client, `${String(draft.json?.['device_id'])}${String(draft.json?.['nonce'])}`)
  }
}

function * refreshed (scene: Scene, client: Client): Visit {
  const status = yield [order.refresh(scene, client), 0.5]
  if (status === 200) takeTokens(client, client.refreshToken)
}

function * joined (scene: Scene, client: Client): Visit {
  const draft = order.register(scene, client)
  const status = yield [draft, pause(scene, 40)]
  if (status !== 302) return
  client.isMember = true
  signIn(client, valueOf(draft.form ?? [], '_csrf'))
  yield [order.account(scene, client), 0.3]
}

/** A person with the mobile app: the same shop without its pages. */
export function * appVisit (scene: Scene, client: Client): Visit {
  const { random } = scene
  if (random.chance(0.4)) yield [browse.categoryList(scene, client), 0.3]
  for (let i = Math.ceil(random.logNormal(1.8, 0.6)); i > 0; i--) {
    if (random.chance(0.35)) yield * searched(scene, client)
    else yield [random.chance(0.7) ? browse.products(scene, client) : browse.category(scene, client), pause(scene, 4)]
    yield [browse.product(scene, client), pause(scene, 5)]
    if (random.chance(0.25)) yield [browse.reviews(scene, client), pause(scene, 4)]
  }
  if (random.chance(0.35)) yield [order.cart(scene, client), 0.5]
  if (random.chance(0.25)) yield [order.cartAdd(scene, client), pause(scene, 5)]
  if (client.isMember && random.chance(0.75)) yield * accountVisit(scene, client)
}

/** A search engine: `robots.txt`, then pages, evenly. */
export function * crawlerVisit (scene: Scene, client: Client): Visit {
  const { random } = scene
  yield [browse.robots(scene, client), 1]
  for (let i = random.between(2, 5); i > 0; i--) yield [random.chance(0.85) ? browse.productPage(scene, client) : browse.article(scene, client), 2 + 3 * random.next()]
}

/** Loops of programs, each with its own beat; they never end. */
export function * partnerLoop (scene: Scene, client: Client): Visit {
  const { random } = scene
  for (;;) {
    const draw = random.next()
    const make = draw < 0.5 ? machines.stock : draw < 0.74 ? machines.partnerOrders : draw < 0.93 ? machines.partnerPrice : machines.partnerExport
    yield [make(scene, client), random.chance(0.4) ? random.exponential(2) : random.exponential(45)]
  }
}

export function * beat (scene: Scene, client: Client, make: browse.DraftMaker, seconds: number, isRegular: boolean): Visit {
  for (;;) yield [make(scene, client), isRegular ? seconds + scene.random.normal() * 0.01 : scene.random.exponential(seconds)]
}

function pause (scene: Scene, median: number): number { return Math.min(600, scene.random.logNormal(median, 0.8)) }
