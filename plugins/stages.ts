import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Observation } from '../lib/observation'
import type { Backlog } from './backlog'
import type { Detector, Judge, Stage } from './detector'
import type { Recorder } from './recorder'
import { kObservation, OFF } from './symbols'

/** When a detector judges at a stage. */
export interface Timing {
  /** While the process is busy, it may be called up to 50 ms later, of many requests in turn; never later than somebody asks what was found. */
  readonly canWait?: boolean
  /** It is called after all others that judge at once: what they find is not to be counted twice. */
  readonly isLast?: boolean
}

/** What a detector does at a stage, and the slot of its states. */
export interface Seat { readonly detector: Detector<never>, readonly slot: number, readonly judge: Judge<object>, readonly isLast: boolean }

/** Who judges at a stage: at once, and of whom it can wait while the process is busy. */
export class Seats {
  readonly prompt: Seat[] = []
  readonly patient: Seat[] = []

  get isEmpty (): boolean { return this.prompt.length + this.patient.length === 0 }

  /** In the order in which detectors registered, whenever they say that they judge. */
  add (seat: Seat, canWait: boolean): void {
    const seats = canWait ? this.patient : this.prompt
    const later = seats.findIndex(({ isLast, slot }) => isLast === seat.isLast ? slot > seat.slot : isLast)
    seats.splice(later < 0 ? seats.length : later, 0, seat)
  }
}

/** Who judges at which stage of a request. One hook a stage for all of them: each further hook costs 0.1 µs (measured over sockets). */
export class Stages {
  readonly onRequest = new Seats()
  readonly preValidation = new Seats()
  readonly preSerialization = new Seats()
  readonly onSend = new Seats()
  readonly #fastify: FastifyInstance
  readonly #recorder: Recorder
  readonly #backlog: Backlog

  constructor (fastify: FastifyInstance, recorder: Recorder, backlog: Backlog) {
    this.#fastify = fastify
    this.#recorder = recorder
    this.#backlog = backlog
  }

  /** Adds what a detector does at a stage; detectors judge in the order in which they registered. */
  add (stage: Stage, detector: Detector<never>, judge: Judge<object>, { canWait = false, isLast = false }: Timing): void {
    const seats = this[stage]
    if (stage === 'preSerialization' && seats.isEmpty) this.#openSerialization()
    seats.add({ detector, slot: detector.slot, judge, isLast }, canWait)
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

  /** Lets all detectors judge that are switched on for the route; on a route where something is enforced, all of them at once. */
  judge ({ prompt, patient }: Seats, request: FastifyRequest, reply: FastifyReply, observation: Observation): void {
    this.judgeNow(prompt, request, reply, observation)
    if (patient.length === 0) return
    const backlog = this.#backlog
    if (backlog.isBusy && !observation.route.isEnforced) return backlog.defer(patient, request, reply, observation)
    backlog.catchUp()
    this.judgeNow(patient, request, reply, observation)
  }

  /** Lets some detectors judge, now. */
  judgeNow (seats: readonly Seat[], request: FastifyRequest, reply: FastifyReply, observation: Observation): void {
    const { slots } = observation.route
    for (let i = 0; i < seats.length; i++) {
      const { detector, slot, judge } = seats[i] as Seat
      const state = slots[slot] as object | null | undefined
      if (state === null || state === undefined) continue
      const before = observation.signals === null ? 0 : observation.signals.length
      try {
        judge(state, observation, request, reply)
      } catch (error) {
        detector.fault(error)
      }
      if (observation.signals !== null && observation.signals.length !== before) this.#record(detector, reply, observation)
    }
  }

  #record (detector: Detector<never>, reply: FastifyReply, observation: Observation): void {
    // Whose session it is, and what others have found before.
    this.#backlog.catchUp()
    const wasRisked = observation.risked
    try {
      this.#recorder.record(observation)
    } catch (error) {
      // What a detector of a third party added was no signal: it is dropped.
      observation.drop()
      detector.fault(error)
    }
    // Before the user is known nobody is charged; where the reply ends without, whoever is known by then is.
    if (!observation.risked || wasRisked || observation.charged) return
    if (reply.raw.destroyed) this.#recorder.charge(observation)
    else reply.raw.once('close', () => this.#recorder.charge(observation))
  }
}
