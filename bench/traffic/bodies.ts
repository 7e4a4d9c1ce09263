import { bodyChanges, jsonMissing, jsonTampering } from './body-attacks'
import { Crowd } from './crowd'
import type { TrafficEntry } from './entry'
import { defaultStart } from './generate'
import * as machines from './machines'
import * as order from './ordering'
import { Pools } from './pools'
import { Random } from './random'
import { render } from './render'
import { targetOf } from './targets'
import type { Change } from './tampering'

/** Who makes the requests of the example shop that have a JSON body. */
const makers = [order.cartAdd, order.cartChange, order.coupon, order.token, order.refresh, order.returnOrder, order.accountChange, order.addressAdd, order.review, machines.partnerPrice, machines.paymentHook]

/** Ways to tamper with a body. */
export const bodyKinds: readonly string[] = [...Object.keys(bodyChanges), 'json-missing']

/**
 * Only the example shop's requests with a JSON body, as many of each of the eleven routes: in its ordinary traffic they are too few to learn from
 * quickly. The same seed makes the same entries.
 */
export class ShopBodies {
  readonly #random: Random
  readonly #crowd: Crowd
  #at = defaultStart

  constructor (seed: number) {
    this.#random = new Random(`bodies:${seed}`)
    this.#crowd = new Crowd({ random: this.#random.fork('crowd'), pools: new Pools(seed), isDeployed: false }, defaultStart)
    for (let i = 0; i < 400; i++) {
      const { at, draft, settle } = this.#crowd.next()
      settle(render(draft, at, this.#random).response.status)
    }
  }

  /** The new release comes out. */
  deploy (): void { this.#crowd.deploy() }

  /** One ordinary request of each route. */
  * ordinary (): Generator<TrafficEntry> {
    for (const make of makers) yield render(targetOf(this.#crowd, make), this.#next(), this.#random)
  }

  /** One attack of a kind. */
  attack (kind: string): TrafficEntry {
    const change = kind === 'json-missing' ? jsonMissing : jsonTampering[kind] as Change
    for (;;) {
      const draft = targetOf(this.#crowd, this.#random.pick(makers))
      if (change(draft, this.#random)) return render(draft, this.#next(), this.#random, kind)
    }
  }

  #next (): number {
    this.#at += Math.ceil(this.#random.exponential(400))
    return this.#at
  }
}
