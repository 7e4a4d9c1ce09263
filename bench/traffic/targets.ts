import * as browse from './browsing'
import type { DraftMaker, Scene } from './browsing'
import { isSignedIn, makeClient, signIn, takeTokens } from './clients'
import type { Client } from './clients'
import type { Crowd } from './crowd'
import type { Draft } from './draft'
import type { Pairs } from './entry'
import * as machines from './machines'
import * as order from './ordering'
import { Weighted } from './random'
import type { Random } from './random'

/** Who ordinarily sends a request: attackers start from one that fits. */
type Who = 'anyone' | 'browser' | 'app' | 'partner' | 'office'

const makers: [make: DraftMaker, popularity: number, who: Who][] = [
  [browse.product, 12, 'anyone'], [browse.productPage, 8, 'browser'], [browse.products, 7.5, 'anyone'], [browse.suggest, 6, 'anyone'], [browse.search, 5, 'anyone'], [browse.category, 4, 'anyone'], [browse.asset, 11, 'browser'],
  [browse.reviews, 3, 'anyone'], [browse.home, 3, 'browser'], [browse.quote, 2, 'anyone'], [browse.categoryList, 1.7, 'anyone'], [browse.article, 0.7, 'browser'],
  [order.cart, 3, 'anyone'], [order.cartAdd, 3, 'anyone'], [order.cartChange, 0.8, 'browser'], [order.cartRemove, 0.7, 'browser'], [order.coupon, 0.7, 'browser'], [order.checkout, 1, 'browser'], [order.login, 1, 'browser'], [order.loginPage, 0.7, 'browser'],
  [order.token, 0.4, 'app'], [order.refresh, 0.4, 'app'], [order.logout, 0.7, 'browser'], [order.register, 0.5, 'browser'], [order.contact, 0.5, 'browser'], [order.review, 0.5, 'anyone'], [order.orders, 0.9, 'anyone'], [order.order, 0.9, 'anyone'],
  [order.invoice, 0.5, 'anyone'], [order.returnOrder, 0.5, 'anyone'], [order.account, 1.4, 'anyone'], [order.accountChange, 0.5, 'anyone'], [order.addressAdd, 0.5, 'anyone'],
  [machines.stock, 5, 'partner'], [machines.partnerOrders, 2.7, 'partner'], [machines.partnerPrice, 2, 'partner'], [machines.partnerExport, 0.7, 'partner'], [machines.report, 0.6, 'office']
]

/** Attackers look at rare routes more than customers do: by the root of the popularity. */
const draws = new Weighted(makers.map((maker) => [maker, Math.sqrt(maker[1])] as const))

/** An ordinary request, in all its parts, of a newcomer or of someone known: what an attacker changes. */
export function target (crowd: Crowd): Draft {
  const [make, , who] = draws.draw(crowd.scene.random)
  return make(crowd.scene, attackerFor(crowd, who))
}

/** The same of one given maker. */
export function targetOf (crowd: Crowd, make: DraftMaker): Draft {
  if (make === machines.paymentHook) return make(crowd.scene, makeFor(crowd.scene, 'sender'))
  const who = makers.find(([known]) => known === make)?.[2] ?? 'anyone'
  return make(crowd.scene, attackerFor(crowd, who))
}

function attackerFor (crowd: Crowd, who: Who): Client {
  const { scene } = crowd
  const { random } = scene
  const known = random.chance(0.5) ? crowd.acquaintance() : crowd.stranger()
  if (who === 'partner') return makeFor(scene, random.pick(['sdk-node', 'sdk-python', 'sdk-go']))
  if (who === 'office') return makeFor(scene, 'chrome')
  const fits = who === 'app' ? known.agent.family.startsWith('app-') : who === 'browser' ? known.agent.isForm : known.agent.isForm || known.agent.family.startsWith('app-')
  const client = fits ? { ...known } : makeFor(scene, who === 'app' ? random.pick(['app-android', 'app-ios']) : random.pick(['chrome', 'firefox', 'safari-ios', 'chrome-android']))
  if (!isSignedIn(client) && random.chance(0.7)) {
    if (client.agent.isForm) signIn(client, random.hex(16))
    else takeTokens(client, random.hex(16))
  }
  return client
}

function makeFor (scene: Scene, family: string): Client { return makeClient(scene.random, scene.pools, family) }

/** What a field ordinarily holds, by its name. Free text is in none of these. */
export const fieldKinds: Record<string, FieldKind> = {
  page: 'number',
  per_page: 'number',
  min_price: 'number',
  max_price: 'number',
  weight: 'number',
  limit: 'number',
  order_number: 'number',
  id: 'number',
  card_cvc: 'code',
  sort: 'enum',
  category: 'enum',
  status: 'enum',
  subject: 'enum',
  delivery: 'enum',
  format: 'enum',
  group: 'enum',
  country: 'enum',
  newsletter: 'enum',
  remember: 'enum',
  from: 'date',
  to: 'date',
  since: 'date',
  sku: 'sku',
  slug: 'slug',
  orderId: 'uuid',
  email: 'email',
  first_name: 'name',
  last_name: 'name',
  city: 'name',
  postal_code: 'postal',
  phone: 'phone',
  card_number: 'card',
  card_expiry: 'expiry',
  _csrf: 'token',
  cursor: 'token'
}

export type FieldKind = 'number' | 'code' | 'enum' | 'date' | 'sku' | 'slug' | 'uuid' | 'email' | 'name' | 'postal' | 'phone' | 'card' | 'expiry' | 'token'

export interface Field {
  kind: FieldKind
  name: string
  value: string
  isPath: boolean
  set: (value: string) => void
}

/** The fields of a draft that are of one of these kinds. */
export function fieldsOf (draft: Draft, kinds: readonly FieldKind[]): Field[] {
  const found: Field[] = []
  collect(draft.params, true)
  collect(draft.query, false)
  if (draft.form !== null) collect(draft.form, false)
  return found

  function collect (pairs: Pairs, isPath: boolean): void {
    for (const pair of pairs) {
      const kind = draft.route.name === 'category' && pair[0] === 'slug' ? 'enum' : fieldKinds[pair[0]]
      if (kind === undefined || !kinds.includes(kind)) continue
      found.push({ kind, name: pair[0], value: pair[1], isPath, set: (value) => { pair[1] = value; draft.isForeign ||= isPath } })
    }
  }
}

export function anyField (draft: Draft, kinds: readonly FieldKind[], random: Random): Field | undefined {
  const fields = fieldsOf(draft, kinds)
  return fields.length === 0 ? undefined : random.pick(fields)
}
