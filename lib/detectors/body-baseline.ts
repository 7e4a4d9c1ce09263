import type { Observation } from '../observation'
import { isJson } from '../text/media-type'
import { copyBody } from './body-copy'
import type { BodyGuide } from './body-guide'
import { BodyJudge } from './body-judge'
import type { Side } from './body-findings'
import type { BodyContext, BodyLearner } from './body-learner'
import { nameOf } from './body-path'
import { BodyQuarantine } from './body-quarantine'
import { BodyTree } from './body-tree'
import type { BodyTreeJson } from './body-tree'
import type { BodyTrial } from './body-trial'
import { routeSchemas } from './route-schemas'
import type { RouteSchemas } from './route-schemas'

/** Statuses whose replies are told apart. */
const MAX_STATUSES = 8

/** What the bodies of all routes share; one that learns and one that judges for each side. */
export interface BodyShared {
  readonly request: BodyContext
  readonly response: BodyContext
  readonly judges: Readonly<Record<Side, BodyJudge>>
  /** Of request bodies that are about to teach a young tree; replies are the application's own. */
  readonly trial: BodyTrial
  readonly learners: Readonly<Record<Side, BodyLearner>>
  readonly quarantines: Readonly<Record<Side, BodyQuarantine>>
  /** Asked once a frozen baseline has judged: makes its schema a function, later. `null` where there is no compiler. */
  readonly compile: ((baseline: BodyBaseline) => void) | null
}

/** What a baseline needs of the options. */
export interface BodySettings {
  readonly minSamples: number
  readonly requests: boolean
  readonly responses: boolean
}

/** What a route's own schema says about its bodies. */
export interface RouteGuides {
  readonly body: BodyGuide | null
  /** By status, `2xx` or `default`. */
  readonly replies: ReadonlyMap<string, BodyGuide>
}

/** The plain form of a `BodyBaseline`. */
export interface BodyBaselineJson {
  samples: number
  request: BodyTreeJson | null
  responses: [status: number, tree: BodyTreeJson][]
}

/** Judges a frozen request body by the compiled schema; adds what it finds. */
export type FrozenCheck = (body: unknown, observation: Observation) => void

/** What the JSON bodies of one route look like: its requests', and its replies' by status. Memory: bounded by the limits, for each of nine trees. */
export class BodyBaseline {
  /** Requests learned, with or without a body. */
  samples = 0
  request: BodyTree | null = null
  readonly responses = new Map<number, BodyTree>()
  /** Set once the frozen schema has been compiled; `undefined` before it was asked for. */
  frozenCheck: FrozenCheck | null | undefined = undefined
  readonly #shared: BodyShared
  readonly #settings: BodySettings
  readonly #guides: RouteGuides | null

  constructor (shared: BodyShared, settings: BodySettings, guides: RouteGuides | null) {
    this.#shared = shared
    this.#settings = settings
    this.#guides = guides
  }

  /** Share of `minSamples` that has been learned. */
  get progress (): number { return Math.min(1, this.samples / this.#settings.minSamples) }

  /** The request's body, before validation may change it. */
  judgeRequest (observation: Observation): void {
    const { body, contentType, route } = observation
    if (!this.#settings.requests || contentType === null || body === undefined || !isJson(contentType)) return
    const guide = this.#guides === null ? null : this.#guides.body
    if (this.request !== null) {
      const before = observation.signals === null ? 0 : observation.signals.length
      this.#shared.judges.body.judge(this.request, body, guide, 'body', this.#floor(observation), observation)
      if (route.frozen && (observation.signals === null || observation.signals.length === before)) this.#checkFrozen(body, observation)
    }
    if (route.frozen || (observation.signals === null && !observation.isDrawn)) return
    const { depth, values } = this.#shared.request.limits
    observation.sent = copyBody(body, depth, values)
  }

  /** The value that the reply is made of. */
  judgeResponse (observation: Observation): void {
    const { reply, replyStatus } = observation
    if (!this.#settings.responses) return
    const tree = this.responses.get(replyStatus)
    if (tree !== undefined) this.#shared.judges.response.judge(tree, reply, this.#replyGuide(replyStatus), 'response', this.#floor(observation), observation)
  }

  /** @param several Whether enough principals use the route that things must have been sent by two of them. */
  learn (observation: Observation, several: boolean): void {
    this.samples++
    this.frozenCheck = undefined
    const { sent, reply, replyStatus, principal } = observation
    if (sent !== undefined) this.#learnRequest(observation, several)
    if (reply === undefined || !this.#settings.responses) return
    const tree = this.#reply(replyStatus)
    if (tree !== undefined) this.#shared.learners.response.learn(tree, reply, this.#replyGuide(replyStatus), principal, several)
  }

  /** Notes a request that may not teach. @param onPromoted Told each place where something became known. */
  quarantine (observation: Observation, onPromoted: (field: string) => void): void {
    const { sent, reply, replyStatus, supporter } = observation
    const { quarantines } = this.#shared
    if (sent !== undefined && this.request !== null) quarantines.body.note(this.request, sent, this.#guides === null ? null : this.#guides.body, 'body', supporter, onPromoted)
    const tree = this.responses.get(replyStatus)
    if (reply !== undefined && tree !== undefined) quarantines.response.note(tree, reply, this.#replyGuide(replyStatus), 'response', supporter, onPromoted)
  }

  /** One half-life. */
  halve (): void {
    this.samples >>>= 1
    this.frozenCheck = undefined
    this.request?.halve()
    for (const [status, tree] of this.responses) {
      tree.halve()
      if (tree.bodies === 0) this.responses.delete(status)
    }
  }

  /** Adds what another process learned. @throws RangeError Where `json` is not what `toJSON` made. */
  merge (json: BodyBaselineJson): void {
    this.samples += json.samples
    this.frozenCheck = undefined
    if (json.request !== null) {
      this.request ??= new BodyTree()
      this.request.merge(BodyTree.from(json.request, this.#shared.request), this.#shared.request)
      makeKnown(this.request, this.#shared.request)
    }
    for (const [status, theirs] of json.responses) {
      const tree = this.#reply(status)
      if (tree === undefined) continue
      tree.merge(BodyTree.from(theirs, this.#shared.response), this.#shared.response)
      makeKnown(tree, this.#shared.response)
    }
  }

  toJSON (): BodyBaselineJson {
    return {
      samples: this.samples,
      request: this.request === null ? null : this.request.toJSON(),
      responses: [...this.responses].map(([status, tree]) => [status, tree.toJSON()])
    }
  }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: BodyBaselineJson): void {
    this.samples = json.samples
    this.frozenCheck = undefined
    this.leave()
    const { request, response } = this.#shared
    this.request = json.request === null ? null : BodyTree.from(json.request, request)
    this.request?.each((node) => {
      if (node.text !== null && node.text.profile !== null) node.text.common = request.backing.join(nameOf(node), node.text.profile)
    })
    if (this.request !== null) makeKnown(this.request, request)
    this.responses.clear()
    for (const [status, theirs] of json.responses.slice(0, MAX_STATUSES)) {
      const tree = BodyTree.from(theirs, response)
      makeKnown(tree, response)
      this.responses.set(status, tree)
    }
  }

  /** Forgets the request's places; their names lose them. */
  leave (): void {
    const { backing } = this.#shared.request
    this.request?.each((node) => {
      if (node.text !== null && node.text.profile !== null) backing.leave(nameOf(node), node.text.profile)
    })
    this.request = null
  }

  /** What was learned, for people. */
  describe (): Record<string, unknown> {
    const responses: Record<string, unknown> = {}
    for (const [status, { bodies, nodes }] of this.responses) responses[status] = { bodies, places: nodes }
    return { request: this.request === null ? null : { bodies: this.request.bodies, places: this.request.nodes }, responses }
  }

  /** What was learned, as JSON Schemas. @param isAnnotated With the confidence in each keyword (`x-` keywords), which validators in strict mode refuse. */
  schemas (isAnnotated: boolean): RouteSchemas { return routeSchemas(this.request, this.responses, isAnnotated) }

  #checkFrozen (body: unknown, observation: Observation): void {
    if (this.frozenCheck === undefined) {
      this.frozenCheck = null
      this.#shared.compile?.(this)
    } else if (this.frozenCheck !== null) {
      this.frozenCheck(body, observation)
    }
  }

  /** Learns a request's body, or only notes it: see `BodyTrial`. */
  #learnRequest (observation: Observation, several: boolean): void {
    const { sent, principal, supporter } = observation
    const guide = this.#guides === null ? null : this.#guides.body
    const { trial, quarantines, learners } = this.#shared
    const tree = this.request ??= new BodyTree()
    if (tree.bodies < this.#settings.minSamples && trial.isOdd(tree, sent, guide, 'body', observation)) quarantines.body.note(tree, sent, guide, 'body', supporter, ignore)
    else learners.body.learn(tree, sent, guide, principal, several)
  }

  #reply (status: number): BodyTree | undefined {
    let tree = this.responses.get(status)
    if (tree === undefined && this.responses.size < MAX_STATUSES) {
      tree = new BodyTree()
      this.responses.set(status, tree)
    }
    return tree
  }

  #replyGuide (status: number): BodyGuide | null {
    if (this.#guides === null) return null
    const { replies } = this.#guides
    return replies.get(String(status)) ?? replies.get(`${Math.floor(status / 100)}xx`) ?? replies.get('default') ?? null
  }

  #floor (observation: Observation): number { return observation.route.frozen ? 1 : this.#settings.minSamples }
}

/** What becomes known while a tree is young is no news. */
function ignore (): void {}

/** Names of members that a tree has are names that the application has. */
function makeKnown (tree: BodyTree, { priors }: BodyContext): void {
  tree.each((node) => { if (node.parent !== null && node.parent.object?.find(node.name) === node) priors.know(node.name) })
}
