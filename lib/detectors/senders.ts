import type { Observation } from '../observation'
import { cookieSessionOf } from './cookie-session'
import { finishHash } from '../text/value-shape'
import { CellPool } from '../store/cell-pool'
import { WayTable } from '../store/way-table'
import { FLOW_CELLS, IdentityFlow } from './identity-flow'

const SALT = 0x428a2f98

/** Told that a sender's window is over, before it is emptied. */
export type OnWindow = (flow: IdentityFlow, at: number) => void

/**
 * The senders (user, else credential, else the session of a cookie, else client address) that requests are counted for, and the windows in which they are. A window is closed by the sender's next request, or
 * by others': each request looks at two further places of the table, in turn, so that windows of those who never come back are closed too. No timer.
 *
 * Memory: 0.5 kB for each of `capacity` senders; when there are more, the one least recently seen (to a quarter of the capacity) makes room.
 */
export class Senders {
  readonly table: WayTable<IdentityFlow>
  readonly #windowMs: number
  readonly #onWindow: OnWindow[] = []
  #last: Observation | null = null
  #flow: IdentityFlow | null = null
  #at = 0
  /** Number of the open window, and places still to be looked at since it opened. */
  #window = -1
  #left = 0
  /** Requests so far, and after how many of them a sender is marked as used again. */
  #tick = 0
  readonly #fresh: number

  constructor (capacity: number, windowMs: number) {
    this.#windowMs = windowMs
    this.#fresh = Math.max(1, capacity >> 2)
    const cells = new CellPool(FLOW_CELLS)
    this.table = new WayTable(capacity, () => new IdentityFlow(cells.take()), (flow) => {
      this.#close(flow)
      flow.clear()
    })
  }

  /** Has `look` called with each window that is over. */
  onWindow (look: OnWindow): void { this.#onWindow.push(look) }

  /** What is known of the observation's sender. Asking again for the same observation costs nothing. */
  of (observation: Observation): IdentityFlow {
    if (this.#last === observation) return this.#flow as IdentityFlow
    const { at } = observation
    if (at > this.#at) this.#turn(at)
    const flow = this.#flowOf(observation)
    this.#last = observation
    this.#flow = flow
    this.#open(flow)
    if (this.#left > 0) this.#tidy(flow)
    return flow
  }

  /** A credential's sender is kept with its name, which was looked up already; that it is in use need be said but now and then. */
  #flowOf (observation: Observation): IdentityFlow {
    const named = observation.user === null ? observation.named : null
    const session = named === null ? cookieSessionOf(observation) : null
    const key = Senders.keyOf(session === null ? observation.principal : session.hash)
    this.#tick = (this.#tick + 1) | 0
    if (named !== null && named.sender !== null) {
      const kept = named.sender as IdentityFlow
      if (kept.key === key && ((this.#tick - kept.usedAt) | 0) < this.#fresh) return kept
    }
    const flow = this.table.of(key)
    if (flow.key !== key && session !== null) flow.follow(this.table.get(Senders.keyOf(observation.clientHash)))
    flow.key = key
    flow.usedAt = this.#tick
    if (named !== null) named.sender = flow
    return flow
  }

  /** Number of the open window. */
  get window (): number { return this.#window }

  /** Key of a sender, by the hash of its name (`Observation.principal`). Signed: V8 keeps such a number in the record itself, a larger one in a place of its own. */
  static keyOf (principal: number): number { return finishHash(principal ^ SALT) | 0 || 1 }

  /** Forgets what a sender did lately. */
  forget (key: number): void {
    const flow = this.table.get(key)
    if (flow === null) return
    flow.clear()
    flow.key = key
  }

  #turn (at: number): void {
    this.#at = at
    const window = Math.floor(at / this.#windowMs)
    if (window === this.#window) return
    this.#window = window
    this.#left = this.table.size
  }

  #open (flow: IdentityFlow): void {
    if (flow.window === this.#window) return
    this.#close(flow)
    flow.open(this.#window, this.#at)
  }

  /** Closes the windows that were left open, of two senders a request. */
  #tidy (own: IdentityFlow): void {
    for (let i = 0; i < 2; i++) {
      const flow = this.table.next()
      this.#left--
      if (flow === null || flow === own || flow.window < 0 || flow.window === this.#window) continue
      this.#close(flow)
      flow.open(-1, this.#at)
    }
  }

  #close (flow: IdentityFlow): void {
    if (flow.window < 0 || flow.requests === 0) return
    for (let i = 0; i < this.#onWindow.length; i++) (this.#onWindow[i] as OnWindow)(flow, this.#at)
  }
}
