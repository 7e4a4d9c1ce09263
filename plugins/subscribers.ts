import { channel } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import type { AnomalyEvent } from '../lib/anomaly-event'
import type { RegistryOptions } from './registry-options'

const CHANNEL = 'fastify-anomalies:anomaly'

type Listener = (value: never) => unknown

/** Whoever wants to be told: listeners of `on`, the option `onAnomaly`, and the diagnostics channel. All of it is the application's code. */
export class Subscribers {
  readonly #fastify: FastifyInstance
  readonly #onAnomaly: RegistryOptions['onAnomaly']
  readonly #listeners = new Map<string, readonly Listener[]>()
  readonly #channel = channel(CHANNEL)
  #hasFailed = false

  constructor (fastify: FastifyInstance, onAnomaly: RegistryOptions['onAnomaly']) {
    this.#fastify = fastify
    this.#onAnomaly = onAnomaly
  }

  on (event: string, listener: Listener): void { this.#listeners.set(event, [...this.#listeners.get(event) ?? [], listener]) }

  /** Tells each listener, whatever the others do. */
  emit (event: string, value: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) this.call(() => listener(value as never))
  }

  /** An event was recorded; it is made readable only where somebody reads. */
  publish (event: AnomalyEvent): void {
    if (this.#onAnomaly === undefined && !this.#channel.hasSubscribers && !this.#listeners.has('anomaly')) return
    this.call(() => {
      const json = event.toJSON()
      this.emit('anomaly', json)
      if (this.#channel.hasSubscribers) this.#channel.publish(json)
      if (this.#onAnomaly !== undefined) this.call(() => this.#onAnomaly?.(json))
    })
  }

  /** Runs what is the application's (a subscriber, an option, its own finding): what it throws, now or in a promise, never reaches a request. */
  call (act: () => unknown): void {
    try {
      const result = act() as PromiseLike<unknown> | null | undefined
      if (typeof result?.then === 'function') result.then(undefined, (error) => this.#failed(error))
    } catch (error) {
      this.#failed(error)
    }
  }

  close (): void { this.#listeners.clear() }

  /** Logs the first failure; each of a broken subscriber would be one for each event. */
  #failed (error: unknown): void {
    if (!this.#hasFailed) this.#fastify.log.error({ err: error }, 'a function of the application that fastify-anomalies calls, or a finding given to it, failed')
    this.#hasFailed = true
  }
}
