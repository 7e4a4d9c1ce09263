import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { RequestMix } from './request-mix'
import type { MixRequest } from './request-mix'
import { declareRoutes } from './routes'
import { exchange } from './stub-exchange'
import anomalies from '../plugins'

/** What one part of the collection takes for one request of the mix, in nanoseconds, hooks included. */
export interface DetectorCall {
  part: string
  judge: number
  learn: number
}

type Options = Parameters<typeof anomalies>[1]

const ROUTES = 10
const REQUESTS = 2000
const WARM_UP = 30_000
const PAUSE_MS = 10

/**
 * Nanoseconds per request of the registry and of each detector, in process and without sockets: the least of `repetitions` runs of 2,000
 * requests with the part, less the same without it. Judging is what is left when everything is frozen; learning is the rest.
 */
export async function detectorCalls (repetitions: number): Promise<DetectorCall[]> {
  const bare = await Subject.start(null)
  const nothing = { endpointProfiler: false, headerProfiler: false, jsonSchemaLearner: false, authBurst: false, rateSpike: false, injection: false, trends: false, enforcement: false } as const
  const registry = await Subject.start(nothing)
  const endpoint = await Subject.start({ ...nothing, endpointProfiler: {} })
  const header = await Subject.start({ ...nothing, headerProfiler: {} })
  const json = await Subject.start({ ...nothing, jsonSchemaLearner: {} })
  const auth = await Subject.start({ ...nothing, authBurst: {} })
  const enforcement = await Subject.start({ ...nothing, enforcement: {} })
  const rate = await Subject.start({ ...nothing, rateSpike: {} })
  const texts = await Subject.start({ ...nothing, injection: {} })
  const trends = await Subject.start({ ...nothing, trends: {} })
  const subjects = [bare, registry, endpoint, header, json, auth, enforcement, rate, texts, trends]
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const subject of subjects) subject.run()
  }
  for (const subject of subjects) await subject.app.close()
  return [difference('registry', registry, bare), difference('endpoint-profiler', endpoint, registry), difference('header-profiler', header, registry), difference('json-schema-learner', json, registry), difference('auth-burst', auth, registry), difference('enforcement', enforcement, registry), difference('rate-spike', rate, registry), difference('injection', texts, registry), difference('trends', trends, registry)]
}

function difference (part: string, whole: Subject, without: Subject): DetectorCall {
  return { part, judge: whole.judging - without.judging, learn: whole.learning - whole.judging - (without.learning - without.judging) }
}

/** An application, and the least nanoseconds per request that it has taken, frozen and learning. */
class Subject {
  readonly app: FastifyInstance
  judging = Infinity
  learning = Infinity
  readonly #time: { pausedMs: number }
  readonly #requests: MixRequest[]
  readonly #isObserved: boolean

  private constructor (app: FastifyInstance, time: { pausedMs: number }, requests: MixRequest[], isObserved: boolean) {
    this.app = app
    this.#time = time
    this.#requests = requests
    this.#isObserved = isObserved
  }

  /** @param options `null` for Fastify alone. */
  static async start (options: Options | null): Promise<Subject> {
    const time = { pausedMs: 0 }
    const clock = { now: () => Date.now() + time.pausedMs, monotonic: () => performance.now() + time.pausedMs }
    const app = Fastify({ trustProxy: 'loopback' })
    if (options !== null) await app.register(anomalies, { ...options, clock })
    declareRoutes(app, Array.from({ length: ROUTES }, (_, route) => route))
    await app.ready()
    const mix = new RequestMix(ROUTES, 7)
    const subject = new Subject(app, time, Array.from({ length: REQUESTS }, () => mix.next()), options !== null)
    for (let count = 0; count < WARM_UP; count++) subject.#send(mix.next())
    return subject
  }

  run (): void {
    this.learning = Math.min(this.learning, this.#measure())
    if (this.#isObserved) this.app.anomalies.freeze()
    this.judging = Math.min(this.judging, this.#measure())
    if (this.#isObserved) this.app.anomalies.unfreeze()
  }

  #measure (): number {
    const started = process.hrtime.bigint()
    for (const request of this.#requests) this.#send(request)
    return Number(process.hrtime.bigint() - started) / this.#requests.length
  }

  /** Between requests 10 ms pass: a thousand clients at full speed would be a burst each. */
  #send (request: MixRequest): void {
    this.#time.pausedMs += PAUSE_MS
    const status = exchange(this.app, request)
    if (status !== 200) throw new Error(`${request.method} ${request.url} was answered ${status}`)
  }
}
