import * as browse from './browsing'
import { catalogue } from './storefront'
import { makePerson } from './clients'
import type { Client } from './clients'
import type { Crowd } from './crowd'
import type { Draft } from './draft'
import * as order from './ordering'
import type { Random } from './random'
import { targetOf } from './targets'
import { unseenPath } from './tampering'

export interface SeriesKind {
  name: string
  ingredient: string
  description: string
  /** Requests and the milliseconds before each. */
  make: (crowd: Crowd, random: Random) => [draft: Draft, waitMs: number][]
}

export const seriesKinds: SeriesKind[] = [
  {
    name: 'rate-burst',
    ingredient: 'rate',
    description: 'one client sends 150 to 300 ordinary requests to one route within some seconds',
    make: (crowd, random) => {
      const client = signedStranger(crowd)
      const maker = random.pick([browse.search, browse.suggest, browse.product, browse.quote, browse.products, order.cart])
      return times(random.between(150, 300), () => [maker(crowd.scene, client), Math.ceil(random.exponential(35))])
    }
  },
  {
    name: 'credential-stuffing',
    ingredient: 'rate',
    description: 'one client tries 60 to 120 accounts, a password each, within two minutes',
    make: (crowd, random) => {
      const client = formClient(crowd)
      return times(random.between(60, 120), () => [order.login(crowd.scene, { ...client, person: makePerson(random, crowd.scene.pools, crowd.scene.pools.draw(random)) }), Math.ceil(random.exponential(900))], wrongPassword)
    }
  },
  {
    name: 'password-guessing',
    ingredient: 'rate',
    description: 'one client tries 60 to 120 passwords for one account within a minute',
    make: (crowd, random) => {
      const client = formClient(crowd)
      return times(random.between(60, 120), () => [order.login(crowd.scene, client), Math.ceil(random.exponential(450))], wrongPassword)
    }
  },
  {
    name: 'error-burst',
    ingredient: 'error rate',
    description: 'four in five of some fifty ordinary requests of many clients to one route end in 5xx',
    make: (crowd, random) => {
      const maker = random.pick([browse.search, browse.product, browse.products, order.cart, browse.category])
      return times(random.between(40, 70), () => {
        const draft = targetOf(crowd, maker)
        if (random.chance(0.8)) draft.incident = 'outage'
        return [draft, Math.ceil(random.exponential(500))]
      })
    }
  },
  {
    name: 'scanning',
    ingredient: 'path',
    description: 'one client asks for 40 to 80 paths that no route has, within half a minute',
    make: (crowd, random) => {
      const client = crowd.stranger()
      return times(random.between(40, 80), () => {
        const draft = browse.home(crowd.scene, client)
        unseenPath(draft, random)
        return [draft, Math.ceil(random.exponential(400))]
      })
    }
  },
  {
    name: 'enumeration',
    ingredient: 'rate',
    description: 'one client counts through 120 to 250 product ids, some of them unknown',
    make: (crowd, random) => {
      const client = crowd.stranger()
      let id = random.between(1000, 4000)
      return times(random.between(120, 250), () => {
        const draft = browse.product(crowd.scene, client)
        draft.params = [['id', String(id++)]]
        return [draft, Math.ceil(random.exponential(60))]
      })
    }
  },
  {
    name: 'scraping',
    ingredient: 'rate',
    description: 'one client with a true browser list reads 120 to 250 product pages, two or three in a second, and nothing else',
    make: (crowd, random) => {
      const client = formClient(crowd)
      let at = random.int(catalogue.products.length)
      return times(random.between(120, 250), () => [browse.productPageDraft(crowd.scene, client, catalogue.products[at++ % catalogue.products.length] ?? browse.anyProduct(random)), Math.ceil(random.exponential(400))])
    }
  }
]

type Step = [draft: Draft, waitMs: number]

function times (count: number, make: () => Step, change?: (draft: Draft, random: number) => void): Step[] {
  return Array.from({ length: count }, (_, i) => {
    const step = make()
    change?.(step[0], i)
    return step
  })
}

/** Passwords from elsewhere: as users choose them, but not for this shop. */
function wrongPassword (draft: Draft, index: number): void {
  const pair = draft.form?.find(([name]) => name === 'password')
  if (pair !== undefined) pair[1] = index % 3 === 0 ? pair[1] + '1' : pair[1].slice(1) + String(index)
}

function formClient (crowd: Crowd): Client {
  for (;;) {
    const client = crowd.stranger()
    if (client.agent.isForm) return client
  }
}

function signedStranger (crowd: Crowd): Client {
  for (;;) {
    const client = crowd.stranger()
    if (!client.agent.family.startsWith('sdk-')) return client
  }
}
