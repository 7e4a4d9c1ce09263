import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'
import anomalies from '../../plugins'
import type { AnomalyEventJson } from '../../plugins'
import { shopApi } from '../traffic/shop-api'
import type { TrafficEntry } from '../traffic/entry'
import type { DemoClock } from './demo-clock'
import { Upstream } from './upstream'
import { requestBytes } from './wire'

const ADMIN_PATH = '/__anomalies?code='
const ADMIN_URL = /http:\/\/127\.0\.0\.1:\d+\/__anomalies\?code=[\w-]+/

/** What the collection said of one request. */
export interface Verdict {
  status: number
  flagged: boolean
  /** Types of the signals, in the order found, and of episodes of its route that opened with it. */
  signals: string[]
  /** False where Node.js or Fastify refused the request before any hook could see it. */
  observed: boolean
}

export interface WatchedShopOptions {
  clock: DemoClock
  /** Key of all hashes: with the same one, the same traffic gets the same verdicts. */
  secret: string
  onEvent: (event: AnomalyEventJson, cause: TrafficEntry) => void
}

/**
 * The example shop with the collection, listening on a free loopback port. Requests come one at a time over one connection, so that the
 * request under way is known to whoever hears of an event or asks for a verdict, without a mark that a detector could see.
 */
export class WatchedShop {
  readonly app: FastifyInstance
  /** Opens the admin route to one browser, once. */
  adminUrl = ''
  readonly #clock: DemoClock
  #upstream: Upstream | null = null
  #entry: TrafficEntry | null = null
  #verdict: Verdict | null = null
  #onVerdict: (() => void) | null = null
  #hasArrived = false
  /** Types of events that are nobody's, since the request under way came. */
  #told: string[] = []

  constructor ({ clock, secret, onEvent }: WatchedShopOptions) {
    this.#clock = clock
    this.app = Fastify({ trustProxy: 'loopback', logger: { level: 'warn', stream: { write: (line) => this.#read(line) } } })
    this.app.addHook('onRequest', (request, reply, done) => {
      this.#hasArrived = true
      done()
    })
    this.app.register(anomalies, {
      clock,
      secret,
      admin: {},
      onAnomaly: (event) => {
        if (event.requestId === '' && event.episode?.state === 'open') this.#told.push(event.type)
        if (this.#entry !== null) onEvent(event, this.#entry)
      }
    })
    this.app.addHook('preHandler', (request, reply, done) => {
      clock.work(this.#entry?.time ?? 0)
      done()
    })
    this.app.addHook('onResponse', (request, reply, done) => {
      const { flagged, signals } = request.anomalies
      this.#verdict = { status: reply.statusCode, flagged, signals: [...signals.map(({ type }) => type), ...this.#told], observed: true }
      this.#onVerdict?.()
      done()
    })
    this.app.register(shopApi({ incident: () => this.#entry?._incident ?? null }))
  }

  /** @returns The port. */
  async listen (): Promise<number> {
    await this.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = this.app.server.address() as AddressInfo
    this.#upstream = new Upstream(port)
    return port
  }

  /** Sends a request, and gives what the collection made of it once both the reply and the verdict are there. */
  async ask (entry: TrafficEntry): Promise<Verdict> {
    this.#entry = entry
    this.#verdict = null
    this.#hasArrived = false
    this.#told = []
    this.#clock.arrive(Date.parse(entry.startedDateTime))
    const status = await (this.#upstream as Upstream).send(entry.request.method, requestBytes(entry))
    if (!this.#hasArrived) this.hangUp() // the server closes after a refusal, soon
    else if (this.#verdict === null) await this.#settled()
    this.#entry = null
    return this.#verdict ?? { status, flagged: false, signals: [], observed: false }
  }

  /** No more traffic of the demo's own. */
  hangUp (): void { this.#upstream?.close() }

  async close (): Promise<void> {
    this.hangUp()
    await this.app.close()
  }

  /** Takes the admin route's address, with its one-time code, out of the log; the rest is for whoever runs the demo. */
  #read (line: string): void {
    const url = ADMIN_URL.exec(line)?.[0]
    if (url !== undefined) this.adminUrl = url
    else if (!line.includes(ADMIN_PATH)) process.stderr.write(line)
  }

  async #settled (): Promise<void> {
    await new Promise<void>((resolve) => { this.#onVerdict = resolve })
    this.#onVerdict = null
  }
}
