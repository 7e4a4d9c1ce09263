import { Signal } from '../signal'
import type { Observation } from '../observation'
import { essenceOf } from '../text/media-type'
import type { Redactor } from '../text/redact'
import { hashText } from '../text/keyed-hash'
import { finishHash } from '../text/value-shape'
import { ClearedHeaders } from './cleared-headers'
import { InjectionFields } from './injection-fields'
import type { InjectionFieldsJson } from './injection-fields'
import { KINDS, NOT_INSPECTED, NOVEL_REQUESTS } from './injection-signals'
import type { InjectionEvidence, InjectionExpectation } from './injection-signals'
import { Budget, SETTLED } from './injection-text'
import type { InjectionText } from './injection-text'
import { InjectionWalk } from './injection-walk'
import type { TextVisitor } from './injection-walk'
import { RequestNovelty } from './request-novelty'
import type { RequestNoveltyJson } from './request-novelty'

/** Log-odds from which a text alarms; chosen by cross-validation (docs/injection.md). */
export const ALARM_FROM = 1
/** The same in headers that never hold anything of the kind. */
export const HEADER_FROM = -0.5
/** The same in fields of ids, codes and numbers. */
export const STRICT_FROM = -1.5
/** The same in fields whose name says that they hold secrets: passwords are made of signs. */
const SECRET_FROM = 4
/** Log-odds from which a text is at all like an injection. */
const MILD_FROM = -2
/** Where few principals use a route, spans of time are counted instead: however often a client repeats an attack, it takes hours to tame a field. */
const SPAN_MS = 600_000
/** Requests of a route after which the registry lets one ordinary request in eight teach. */
const SAMPLED_FROM = 512
const SAMPLE_OF = 8

/** What of the plugin's options a baseline needs. */
export interface InjectionSettings {
  readonly maxCharacters: number
  readonly tameAfter: number
  readonly headers: boolean
  readonly novelty: boolean
}

/** The plain form of an `InjectionShared`. */
export interface InjectionSharedJson { headers: InjectionFieldsJson, novelty: RequestNoveltyJson }

/** What the baselines of an application share: the model with its scratch space, the history of headers, the shapes of requests. */
export class InjectionShared {
  readonly text: InjectionText
  readonly redactor: Redactor
  readonly budget = new Budget()
  readonly walk: InjectionWalk
  readonly cleared = new ClearedHeaders()
  readonly headers: InjectionFields
  readonly novelty: RequestNovelty
  readonly seed: number

  constructor (text: InjectionText, redactor: Redactor, seed: number, tameAfter: number, shapes: number) {
    this.text = text
    this.redactor = redactor
    this.seed = seed
    this.walk = new InjectionWalk(seed)
    this.headers = new InjectionFields(tameAfter)
    this.novelty = new RequestNovelty(shapes)
  }

  halve (): void {
    this.headers.halve()
    this.novelty.halve()
  }

  merge (json: InjectionSharedJson): void {
    this.headers.mergeJson(json.headers)
    this.novelty.merge(json.novelty)
  }

  toJSON (): InjectionSharedJson { return { headers: this.headers.toJSON(), novelty: this.novelty.toJSON() } }

  restore (json: InjectionSharedJson): void {
    this.headers.restore(json.headers)
    this.novelty.restore(json.novelty)
  }

  reset (): void {
    this.headers.clear()
    this.novelty.reset()
  }

  describe (): Record<string, unknown> { return { ...this.headers.describe(true), noveltyShare: this.novelty.norm } }
}

/** The plain form of an `InjectionBaseline`. */
export interface InjectionBaselineJson { samples: number, fields: InjectionFieldsJson, uninspected: { requests: number, characters: number } }

/**
 * Judges the texts of one route's requests by the model, tamed by what the route's fields ordinarily hold.
 * Memory: what its fields say; nothing while a route has no parameters and no body.
 */
export class InjectionBaseline implements TextVisitor {
  /** Requests learned. */
  samples = 0
  readonly #shared: InjectionShared
  readonly #settings: InjectionSettings
  readonly #fields: InjectionFields
  readonly #routeHash: number
  #uninspectedRequests = 0
  #uninspectedCharacters = 0
  readonly #learner: FieldLearner

  constructor (shared: InjectionShared, settings: InjectionSettings, routeKey: string) {
    this.#shared = shared
    this.#settings = settings
    this.#fields = new InjectionFields(settings.tameAfter)
    this.#routeHash = hashText(routeKey, shared.seed)
    this.#learner = new FieldLearner(shared, this.#fields)
  }

  /** Headers, cookies, unknown paths: what is there before the body. */
  judgeArrival (observation: Observation): void {
    if (!this.#settings.headers) return
    this.#shared.budget.start(this.#settings.maxCharacters)
    this.#shared.walk.arrival(observation, this, this.#shared.cleared)
    this.#report(0, observation)
  }

  /** Query, path parameters, body; and whether requests of new shapes have become many. */
  judgeContent (observation: Observation): void {
    const { walk, budget, novelty } = this.#shared
    budget.start(this.#settings.maxCharacters)
    walk.content(observation, this)
    this.#report(walk.skipped, observation)
    if (!this.#settings.novelty) return
    const norm = novelty.norm
    if (novelty.see(finishHash(walk.shape ^ this.#routeHash), observation.at, !observation.route.frozen)) {
      observation.add(new Signal(NOVEL_REQUESTS, undefined, 4, 30, Number(norm.toPrecision(2)), novelty.count))
    }
  }

  /** A multipart body that a hook of the application has read after `preValidation` began. */
  judgeLateBody (observation: Observation, body: unknown): void {
    this.#shared.budget.start(this.#settings.maxCharacters)
    this.#shared.walk.lateBody(body, this, observation)
    this.#report(this.#shared.walk.skipped, observation)
  }

  /** For the walk: judges one text. */
  visit (text: string, isName: boolean, walk: InjectionWalk, observation: Observation): boolean {
    const { text: model, budget } = this.#shared
    const logOdds = model.logOdds(text, budget)
    if (logOdds < STRICT_FROM) return budget.skipped === 0
    this.#judge(text, logOdds, isName, walk, observation)
    return false
  }

  /** A text that some field might alarm at. */
  #judge (text: string, logOdds: number, isName: boolean, walk: InjectionWalk, observation: Observation): void {
    const { text: model } = this.#shared
    const fields = walk.isHeader ? this.#shared.headers : this.#fields
    const field = walk.field()
    if (!isName && logOdds < SECRET_FROM && !walk.isHeader && this.#shared.redactor.hides(walk.name())) return
    const never = isName ? null : fields.neverLike(field)
    const from = never === 'id' ? STRICT_FROM : never === 'text' && walk.isHeader ? HEADER_FROM : ALARM_FROM
    if (logOdds < from) return
    const { name, patterns, stretch, wasHidden } = model.read(text, this.#settings.maxCharacters)
    if (!isName && fields.isTame(field, name)) return
    const expected: InjectionExpectation = { from: probability(from), samples: Math.round(fields.samples(field)) }
    const actual: InjectionEvidence = { probability: probability(logOdds), patterns, sample: this.#shared.redactor.sample(walk.name(), stretch), length: text.length, encoded: wasHidden }
    observation.add(new Signal(KINDS[name] ?? KINDS.sql as never, field, severityOf(logOdds - from), riskOf(logOdds - from), expected, actual))
  }

  /** What a request that may teach says about its fields. */
  learn (observation: Observation): void {
    this.samples++
    const isSampled = observation.route.responses >= SAMPLED_FROM && observation.signals === null
    this.#learner.learn(observation, observation.principal, isSampled ? SAMPLE_OF : 1, this.#settings, null)
  }

  /** What a request that was flagged, but answered as ordinary ones are, says about its fields. */
  quarantine (observation: Observation, onPromoted: (field: string) => void): void {
    const { principal, supporter, at } = observation
    this.#learner.learn(observation, supporter === principal ? principal : finishHash(Math.floor(at / SPAN_MS)), 1, this.#settings, onPromoted)
  }

  halve (): void {
    this.samples >>>= 1
    this.#fields.halve()
  }

  merge (json: InjectionBaselineJson): void {
    this.samples += json.samples
    this.#fields.mergeJson(json.fields)
    this.#uninspectedRequests += json.uninspected.requests
    this.#uninspectedCharacters += json.uninspected.characters
  }

  toJSON (): InjectionBaselineJson {
    return { samples: this.samples, fields: this.#fields.toJSON(), uninspected: { requests: this.#uninspectedRequests, characters: this.#uninspectedCharacters } }
  }

  restore (json: InjectionBaselineJson): void {
    this.samples = json.samples
    this.#fields.restore(json.fields)
    this.#uninspectedRequests = json.uninspected.requests
    this.#uninspectedCharacters = json.uninspected.characters
  }

  /** What was learned, for people: fields that are tame for a class, fields that alarm at less, and what was not looked at. */
  describe (): Record<string, unknown> {
    return { ...this.#fields.describe(false), uninspected: { requests: this.#uninspectedRequests, characters: this.#uninspectedCharacters } }
  }

  #report (skipped: number, observation: Observation): void {
    const characters = this.#shared.budget.skipped + skipped
    if (characters > 0) {
      this.#uninspectedRequests++
      this.#uninspectedCharacters += characters
      observation.add(new Signal(NOT_INSPECTED, `${essenceOf(observation.contentType ?? 'request')}`, 1, 0, this.#settings.maxCharacters, characters))
    }
  }
}

/** Learns what the fields of a request hold. */
class FieldLearner implements TextVisitor {
  readonly #shared: InjectionShared
  readonly #fields: InjectionFields
  #principal = 0
  #supporter = 0
  #weight = 1
  #characters = 0
  #onPromoted: ((field: string) => void) | null = null

  constructor (shared: InjectionShared, fields: InjectionFields) {
    this.#shared = shared
    this.#fields = fields
  }

  learn (observation: Observation, supporter: number, weight: number, settings: InjectionSettings, onPromoted: ((field: string) => void) | null): void {
    this.#principal = observation.principal
    this.#supporter = supporter
    this.#weight = weight
    this.#characters = settings.maxCharacters
    this.#onPromoted = onPromoted
    this.#shared.budget.start(settings.maxCharacters)
    if (settings.headers) this.#shared.walk.arrival(observation, this, null)
    this.#shared.budget.start(settings.maxCharacters)
    this.#shared.walk.content(observation, this)
  }

  visit (text: string, isName: boolean, walk: InjectionWalk): boolean {
    if (isName) return false
    const { text: model, budget } = this.#shared
    const logOdds = model.logOdds(text, budget)
    const name = logOdds < ALARM_FROM ? null : model.read(text, this.#characters).name
    const fields = walk.isHeader ? this.#shared.headers : this.#fields
    const field = walk.field()
    const hasBecomeTame = fields.learn(field, logOdds !== SETTLED, logOdds >= MILD_FROM, name, this.#principal, this.#supporter, this.#weight)
    if (hasBecomeTame && this.#onPromoted !== null) this.#onPromoted(`${field} (${name})`)
    return false
  }
}

function probability (logOdds: number): number { return Number((1 / (1 + Math.exp(-logOdds))).toFixed(3)) }

/** 55 at the threshold, 95 from eight log-odds above it. */
function riskOf (above: number): number { return 55 + 40 * Math.min(1, above / 8) }

/** 6 at the threshold, 9 from six log-odds above it. */
function severityOf (above: number): number { return 6 + Math.min(3, Math.floor(above / 2)) }
