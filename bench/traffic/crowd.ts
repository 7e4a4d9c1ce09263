import type { Scene } from './browsing'
import { address, drawBrowser, makeClient } from './clients'
import type { Client } from './clients'
import type { Draft } from './draft'
import * as machines from './machines'
import { appVisit, beat, browserVisit, crawlerVisit, partnerLoop } from './visits'
import type { Visit } from './visits'

/** Mean milliseconds between the starts of two visits. */
const arrivalMs = 4_700
const latest = 4_000

interface Guest { at: number, draft: Draft, visit: Visit }

/**
 * Everyone who uses the shop at a time, in order of time: visits of people, who come back, and the loops of programs. A binary heap by time of the next
 * request; O(log of visits under way) a request. At most 4,000 earlier clients are kept to come back.
 */
export class Crowd {
  readonly scene: Scene
  readonly #heap: Guest[] = []
  readonly #known: { browser: Client[], app: Client[] } = { browser: [], app: [] }
  readonly #crawlers: Client[]
  #nextArrival: number

  constructor (scene: Scene, startAt: number) {
    this.scene = scene
    this.#nextArrival = startAt
    const { random } = scene
    this.#crawlers = Array.from({ length: 5 }, () => this.#make('crawler'))
    for (let i = 0; i < 12; i++) this.#enter(partnerLoop(scene, this.#make(random.pick(['sdk-node', 'sdk-node', 'sdk-python', 'sdk-go']))), startAt)
    this.#enter(beat(scene, { ...this.#make('probe'), ip: '10.0.3.1' }, machines.health, 10, true), startAt)
    this.#enter(beat(scene, this.#make('uptime'), machines.uptime, 60, true), startAt)
    this.#enter(beat(scene, this.#make('sender'), machines.paymentHook, 17, false), startAt)
    for (const family of ['firefox', 'chrome']) this.#enter(beat(scene, this.#make(family), machines.report, 75, false), startAt)
  }

  /** When the next request comes. */
  peek (): number {
    while (this.#heap.length === 0 || this.#nextArrival <= (this.#heap[0] as Guest).at) this.#arrive()
    return (this.#heap[0] as Guest).at
  }

  /** The next request in time. Answer it with `settle`. */
  next (): { at: number, draft: Draft, settle: (status: number) => void } {
    this.peek()
    const guest = this.#pop()
    const { at, draft } = guest
    return {
      at,
      draft,
      settle: (status) => {
        const step = guest.visit.next(status)
        if (step.done === true) return
        guest.draft = step.value[0]
        guest.at = at + Math.max(1, Math.round(step.value[1] * 1000))
        this.#push(guest)
      }
    }
  }

  /** A client like those here, but new: what an attacker with an ordinary browser or app looks like. */
  stranger (): Client {
    const { random } = this.scene
    return this.#make(random.chance(0.75) ? drawBrowser(random) : random.pick(['app-android', 'app-ios', 'sdk-node', 'sdk-python']))
  }

  /** Someone who was here before, or a stranger while there is none. */
  acquaintance (): Client {
    const known = this.scene.random.chance(0.75) ? this.#known.browser : this.#known.app
    return known.length === 0 ? this.stranger() : this.scene.random.pick(known)
  }

  #arrive (): void {
    const { random } = this.scene
    const at = this.#nextArrival
    this.#nextArrival += Math.max(1, Math.round(random.exponential(arrivalMs * (1 + 0.4 * Math.sin(at / 3_600_000 * Math.PI)))))
    const draw = random.next()
    if (draw < 0.07) this.#enter(crawlerVisit(this.scene, random.pick(this.#crawlers)), at)
    else if (draw < 0.3) this.#enter(appVisit(this.scene, this.#someone('app')), at)
    else this.#enter(browserVisit(this.scene, this.#someone('browser')), at)
  }

  /** Half of all visitors were here before; three in a hundred newcomers share an address with another. */
  #someone (kind: 'browser' | 'app'): Client {
    const { random } = this.scene
    const known = this.#known[kind]
    if (known.length > 20 && random.chance(0.5)) {
      const client = random.skewed(known, 1.5)
      if (random.chance(0.04)) client.ip = address(random)
      if (this.scene.isDeployed && random.chance(0.5)) update(client)
      return client
    }
    const client = this.#make(kind === 'browser' ? drawBrowser(random) : random.chance(0.55) ? 'app-android' : 'app-ios')
    if (known.length > 0 && random.chance(0.03)) client.ip = random.pick(known).ip
    if (known.length < latest) known.push(client)
    else known[random.int(latest)] = client
    return client
  }

  #make (family: string): Client {
    const { random, pools, isDeployed } = this.scene
    const client = makeClient(random, pools, family)
    if (isDeployed) update(client)
    return client
  }

  /** The shop's new release is out. Two thirds of the Android apps update at once, the others when they are next used, or the time after. */
  deploy (): void {
    this.scene.isDeployed = true
    for (const client of this.#known.app) if (this.scene.random.chance(0.67)) update(client)
  }

  #enter (visit: Visit, at: number): void {
    const step = visit.next(0)
    if (step.done === true) return
    this.#push({ at: at + Math.round(this.scene.random.next() * 1000), draft: step.value[0], visit })
  }

  #push (guest: Guest): void {
    let i = this.#heap.length
    this.#heap.push(guest)
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = this.#heap[parent] as Guest
      if (above.at <= guest.at) break
      this.#heap[i] = above
      i = parent
    }
    this.#heap[i] = guest
  }

  #pop (): Guest {
    const first = this.#heap[0] as Guest
    const last = this.#heap.pop() as Guest
    const length = this.#heap.length
    if (length === 0) return first
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= length) break
      if (child + 1 < length && (this.#heap[child + 1] as Guest).at < (this.#heap[child] as Guest).at) child++
      if ((this.#heap[child] as Guest).at >= last.at) break
      this.#heap[i] = this.#heap[child] as Guest
      i = child
    }
    this.#heap[i] = last
    return first
  }
}

/** Android apps say their build from the new version on. */
function update (client: Client): void {
  if (client.agent.family !== 'app-android' || client.own.some(([name]) => name === 'X-App-Build')) return
  client.own = [['X-App-Version', '5.4.0'], ...client.own.slice(1), ['X-App-Build', '5400']]
}
