import { channel } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import type { FastifyInstance } from 'fastify'
import type { AnomalyEvent } from '../lib/anomaly-event'
import type { RegistryOptions } from './registry-options'

const CHANNEL = 'fastify-anomalies:anomaly'

/** Whoever wants to be told: listeners of `on`, the option `onAnomaly`, and the diagnostics channel. All of it is the application's code. */
export class Subscribers {
  readonly #fastify: FastifyInstance
  readonly #onAnomaly: RegistryOptions['onAnomaly']
  readonly #emitter = new EventEmitter()
  readonly #channel = channel(CHANNEL)
  #hasFailed = false

  constructor (fastify: FastifyInstance, onAnomaly: RegistryOptions['onAnomaly']) {
    this.#fastify = fastify
    this.#onAnomaly = onAnomaly
    this.#emitter.on('error', () => {})
  }

  on (event: string, listener: (value: never) => void): void { this.#emitter.on(event, listener as (value: unknown) => void) }

  emit (event: string, value: unknown): void {
    if (this.#emitter.listenerCount(event) === 0) return
    this.call(() => this.#emitter.emit(event, value))
  }

  /** An event was recorded; it is made readable only where somebody reads. */
  publish (event: AnomalyEvent): void {
    if (this.#onAnomaly === undefined && !this.#channel.hasSubscribers && this.#emitter.listenerCount('anomaly') === 0) return
    this.call(() => {
      const json = event.toJSON()
      this.emit('anomaly', json)
      if (this.#channel.hasSubscribers) this.#channel.publish(json)
      if (this.#onAnomaly !== undefined) this.call(() => this.#onAnomaly?.(json))
    })
  }

  /** Runs what is the application's (a subscriber, its own finding): what it throws is logged once and never reaches a request. */
  call (act: () => void): void {
    try {
      act()
    } catch (error) {
      if (!this.#hasFailed) this.#fastify.log.error({ err: error }, 'a subscriber to fastify-anomalies, or a finding given to it, failed')
      this.#hasFailed = true
    }
  }

  close (): void { this.#emitter.removeAllListeners() }
}
