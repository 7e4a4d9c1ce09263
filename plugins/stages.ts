import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Observation } from '../lib/observation'
import type { Detector, Judge, Stage } from './detector'
import type { Recorder } from './recorder'
import { kObservation, OFF } from './symbols'

/** What a detector does at a stage. */
export interface Seat { readonly detector: Detector<never>, readonly judge: Judge<object> }

/** Who judges at which stage of a request. One hook a stage for all of them: each further hook costs 0.1 µs (measured over sockets). */
export class Stages {
  readonly onRequest: Seat[] = []
  readonly preValidation: Seat[] = []
  readonly preSerialization: Seat[] = []
  readonly onSend: Seat[] = []
  readonly #fastify: FastifyInstance
  readonly #recorder: Recorder

  constructor (fastify: FastifyInstance, recorder: Recorder) {
    this.#fastify = fastify
    this.#recorder = recorder
  }

  /** Adds what a detector does at a stage; detectors judge in the order in which they registered. */
  add (stage: Stage, detector: Detector<never>, judge: Judge<object>): void {
    if (stage === 'preSerialization' && this[stage].length === 0) this.#openSerialization()
    this[stage].push({ detector, judge })
  }

  /** Adds the hook that sees what replies are made of, once somebody wants it. */
  #openSerialization (): void {
    const seats = this.preSerialization
    this.#fastify.addHook('preSerialization', (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: () => void) => {
      const observation = request[kObservation]
      if (observation !== null && observation !== undefined && observation !== OFF && !observation.resent) {
        observation.reply = payload
        observation.replyStatus = reply.statusCode
        this.judge(seats, request, reply, observation)
      }
      done()
    })
  }

  /** Lets all detectors judge that are switched on for the route. */
  judge (seats: readonly Seat[], request: FastifyRequest, reply: FastifyReply, observation: Observation): void {
    const { slots } = observation.route
    for (let i = 0; i < seats.length; i++) {
      const { detector, judge } = seats[i] as Seat
      const state = slots[detector.slot] as object | null | undefined
      if (state === null || state === undefined) continue
      try {
        judge(state, observation, request, reply)
      } catch (error) {
        detector.fault(error)
      }
      if (observation.signals !== null && observation.signals.length !== observation.recorded) this.#record(detector, reply, observation)
    }
  }

  #record (detector: Detector<never>, reply: FastifyReply, observation: Observation): void {
    const wasRisked = observation.risked
    try {
      this.#recorder.record(observation)
    } catch (error) {
      // What a detector of a third party added was no signal: it is dropped.
      observation.drop()
      detector.fault(error)
    }
    // Before the user is known nobody is charged; where the reply ends without, whoever is known by then is.
    if (observation.risked && !wasRisked && !observation.charged) reply.raw.once('close', () => this.#recorder.charge(observation))
  }
}
