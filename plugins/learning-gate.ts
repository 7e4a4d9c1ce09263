import type { FastifyReply } from 'fastify'
import { areAboutHeaders } from '../lib/detectors/header-signals'
import type { Observation } from '../lib/observation'
import { WindowCounter } from '../lib/stats/window-counter'
import { finishHash } from '../lib/text/value-shape'
import type { RegistryParts } from './registry-parts'

/** Principals that count as several: twice as many as promotion asks for. */
const SEVERAL = 2
/** Severity from which a signal keeps its request from teaching. */
const MEDIUM = 4
/** On routes that few principals use, promotion counts windows instead of principals: a window is over after ten minutes, … */
const PROMOTION_WINDOW_MS = 600_000
/** … or when the route has had a fifth more requests than at its start: early life is short, and a recording may be without times. */
const WINDOWS_PER_DOUBLING = 4
/** Time in which one sender of odd headers counts once. */
const PROGRAM_WINDOW_MS = 4 * 3_600_000
const GOLDEN_RATIO = 0x9e3779b1
/**
 * Flagged requests of one client within a minute that are all set aside, to see whether others send the like; of further ones as many as of ordinary ones. Whoever floods a route
 * counts once however often he comes, and to set a request aside takes as much time as to judge several.
 */
const INSISTENT = 64
/** Clients whose flagged requests are counted; 80 kB. Where there are more, those seen last. */
const COUNTED_CLIENTS = 4096
const MINUTE_MS = 60_000

/** What stands between a request that was judged and the baselines: it decides once whether the request may teach. Judge first, learn last. */
export class LearningGate {
  readonly #registry: RegistryParts
  readonly #enough: number
  readonly #learnsAny: boolean
  /** The first distinct client addresses whose requests taught, as many as promotion asks for. */
  #clients: number[] = []
  readonly #flagged = new WindowCounter(COUNTED_CLIENTS, MINUTE_MS)

  constructor (registry: RegistryParts) {
    this.#registry = registry
    this.#enough = SEVERAL * (registry.settings.promoteAfter as number)
    this.#learnsAny = registry.settings.learnFrom === 'any'
  }

  /**
   * A reply is about to be sent. Where its request is one of those that teach, it is settled when the whole reply has been handed
   * over; where the client goes away before, never. That is a closure and a listener on few replies: the stages
   * `onResponse` and `onRequestAbort` would cost 2 µs on every one (measured), and a property of ours on Node's response would
   * make its own code polymorphic.
   */
  answered (observation: Observation, reply: FastifyReply): void {
    if (observation.settled) return
    observation.settled = true
    const { route } = observation
    if (route.frozen || this.#registry.routes.frozen) return
    if (!observation.isDrawn && !this.#isWanted(observation)) return
    observation.awaited = true
    reply.raw.once('finish', () => this.#registry.backlog.learn(observation))
  }

  /** Whether a request is settled although it is not drawn: for what was found in it. */
  #isWanted (observation: Observation): boolean {
    if (observation.signals === null) return false
    if (!isTelling(observation)) return observation.route.drawsOdd()
    return this.#flagged.increment(observation.clientHash, observation.at) <= INSISTENT
  }

  /**
   * A connection is over. Where there was a reply but none came through `onSend`, the application has taken it over (a WebSocket, a stream of events): the request teaches
   * like any other, or what is new on such a route would be flagged for ever.
   */
  closed (observation: Observation, reply: FastifyReply): void {
    const { route } = observation
    if (observation.status !== 0 || observation.refused || !reply.sent) return
    route.hijacks = true
    observation.settled = true
    observation.status = reply.raw.statusCode
    if (route.frozen || this.#registry.routes.frozen) return
    observation.awaited = true
    this.#registry.backlog.learn(observation)
  }

  /** An application reports something about a request whose reply was not awaited. */
  reported (observation: Observation): void {
    if (!observation.settled || observation.awaited) return
    observation.awaited = true
    this.#registry.backlog.learn(observation)
  }

  /**
   * Whom a request is counted for where it does not teach. Where nothing is odd but the program that sends it, time is a witness too: a partner's client, or a probe of the
   * platform's, is alone of its kind and stays. What an attacker gains who comes back for half a day is that his headers are known.
   */
  #supporterOf (observation: Observation): number {
    const supporter = this.#registry.entities.supporterOf(observation, this.#clients.length >= this.#enough)
    if (observation.signals === null || !areAboutHeaders(observation.signals)) return supporter
    return finishHash(supporter ^ Math.imul(Math.floor(observation.at / PROGRAM_WINDOW_MS) + 1, GOLDEN_RATIO))
  }

  /** Lets a request teach that is over, if it may. */
  settle (observation: Observation): void {
    const { route, status, principal } = observation
    const { routes, detectors } = this.#registry
    if (route.frozen || routes.frozen) return
    const several = route.hasPrincipals(this.#enough)
    const isOrdinary = this.#learnsAny || route.isOrdinary(status, several)
    route.answer(status, principal)
    if (!isOrdinary) return
    observation.supporter = several ? this.#supporterOf(observation) : windowOf(observation.at, route.responses)
    if (isTelling(observation)) {
      for (const detector of detectors) detector.sideline(observation)
      return
    }
    route.meet(principal, this.#enough)
    if (this.#clients.length < this.#enough && !this.#clients.includes(observation.clientHash)) this.#clients.push(observation.clientHash)
    if (status < 400) this.#registry.entities.vouch(observation, observation.at, route.isGuarded)
    for (const detector of detectors) {
      const state = route.slots[detector.slot]
      const wasActive = detector.progressOf(state) === 1 && detector.samplesOf(state) > 0
      detector.teach(observation, several)
      if (!wasActive && detector.progressOf(state) === 1) this.#registry.emit('learned', { route: route.key, detector: detector.name })
    }
  }
}

/** Whether what was found keeps the request from teaching. */
function isTelling ({ flagged, severity }: Observation): boolean { return flagged || severity >= MEDIUM }

/** What stands for a principal where there are few: the window that a request came in. */
function windowOf (at: number, responses: number): number {
  return finishHash(Math.floor(at / PROMOTION_WINDOW_MS) ^ Math.imul(Math.floor(WINDOWS_PER_DOUBLING * Math.log2(1 + responses)), GOLDEN_RATIO))
}
