import { Signal } from '../signal'
import type { Observation } from '../observation'
import { hashText } from '../text/keyed-hash'
import { essenceOf } from '../text/media-type'
import { beyondOwnHost } from '../text/own-host'
import { finishHash } from '../text/value-shape'
import { InjectionFields } from './injection-fields'
import type { InjectionFieldsJson } from './injection-fields'
import { FieldLearner } from './injection-learner'
import type { InjectionSettings, InjectionShared } from './injection-shared'
import { KINDS, NOT_INSPECTED, NOVEL_REQUESTS } from './injection-signals'
import type { InjectionEvidence, InjectionExpectation } from './injection-signals'
import { ALARM_FROM, HEADER_FROM, SECRET_FROM, STRICT_FROM } from './injection-thresholds'
import type { TextPlace, TextVisitor } from './text-place'

/** Requests of a route after which the registry lets one ordinary request in sixteen teach. */
const SAMPLED_FROM = 512
const SAMPLE_OF = 16
/** Of those one in four teaches what headers hold: they are the same on all routes, and most of a request's texts. */
const HEADERS_OF = 4

/** Where few principals use a route, spans of time are counted instead: however often a client repeats an attack, it takes hours to tame a field. */
const SPAN_MS = 600_000
/** Requests of a route up to which its shapes are no news: it is just being learned. */
const YOUNG = 20

/** What was not looked at: requests with the characters that were too many or could not be seen, and files of streamed bodies. */
export interface Uninspected { requests: number, characters: number, files: number }

/** The plain form of an `InjectionBaseline`. */
export interface InjectionBaselineJson { samples: number, fields: InjectionFieldsJson, uninspected: Uninspected }

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
  #uninspectedFiles = 0
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
    const { matched, responses } = observation.route
    const isKnown = !matched || responses >= YOUNG
    if (novelty.see(finishHash(walk.shape ^ this.#routeHash), observation.at, !observation.route.frozen, isKnown)) {
      observation.add(new Signal(NOVEL_REQUESTS, undefined, 4, 30, Number(norm.toPrecision(2)), novelty.count))
    }
  }

  /** A multipart body that a hook of the application has read after `preValidation` began; once. */
  judgeLateBody (observation: Observation, body: object): void {
    if (observation.lateBody === body) return
    observation.lateBody = body
    this.#shared.budget.start(this.#settings.maxCharacters)
    this.#shared.walk.lateBody(body, this, observation)
    const { skipped } = this.#shared.walk
    if (observation.streamed !== null) this.#shared.walk.fileNames(observation.streamed.parts, this, observation)
    this.#report(skipped, observation)
  }

  /**
   * What the application has read of a multipart body as a stream: judged at the end, since there is no earlier moment at which it is known.
   * @param wasRead Whether the application read the body at all.
   */
  judgeStreamed (observation: Observation, wasRead: boolean): void {
    const { streamed } = observation
    if (streamed === null || observation.lateBody !== null || (observation.body !== null && observation.body !== undefined)) return
    this.#uninspectedFiles += streamed.files
    this.#shared.budget.start(this.#settings.maxCharacters)
    this.#shared.walk.streamed(streamed.parts, this, observation)
    this.#report(streamed.skipped + (streamed.bytes === 0 && wasRead ? Math.max(1, observation.requestBytes) : 0), observation)
  }

  /** For the walk: judges one text. */
  visit (text: string, isName: boolean, place: TextPlace, observation: Observation): boolean {
    const { text: model, budget } = this.#shared
    const logOdds = model.logOdds(text, budget)
    if (logOdds < STRICT_FROM) return budget.skipped === 0
    const rest = place.isHeader && !isName ? beyondOwnHost(place.own, text, observation.rawHeaders) : null
    if (rest === null) this.#judge(text, logOdds, isName, place, observation)
    else this.#judge(rest, model.logOdds(rest, budget), isName, place, observation)
    return false
  }

  /** A text that some field might alarm at. */
  #judge (text: string, logOdds: number, isName: boolean, place: TextPlace, observation: Observation): void {
    const { text: model } = this.#shared
    const fields = place.isHeader ? this.#shared.headers : this.#fields
    const field = place.field()
    if (!isName && logOdds < SECRET_FROM && !place.isHeader && this.#shared.redactor.hides(place.name())) return
    const never = isName ? null : fields.neverLike(field)
    const from = never === 'id' ? STRICT_FROM : never === 'text' && place.isHeader ? HEADER_FROM : ALARM_FROM
    if (logOdds < from) return
    const { name, patterns, stretch, wasHidden } = model.read(text, this.#settings.maxCharacters)
    if (!isName && fields.isTame(field, name)) return
    const expected: InjectionExpectation = { from: probability(from), samples: Math.round(fields.samples(field)) }
    const actual: InjectionEvidence = { probability: probability(logOdds), patterns, sample: this.#shared.redactor.sample(place.name(), stretch), length: text.length, encoded: wasHidden }
    observation.add(new Signal(KINDS[name] ?? KINDS.sql as never, field, severityOf(logOdds - from), riskOf(logOdds - from), expected, actual))
  }

  /** What a request that may teach says about its fields. */
  learn (observation: Observation): void {
    this.samples++
    const isSampled = observation.route.responses >= SAMPLED_FROM && observation.signals === null
    const headerWeight = !isSampled ? 1 : this.samples % HEADERS_OF === 0 ? SAMPLE_OF * HEADERS_OF : 0
    this.#learner.learn(observation, observation.principal, isSampled ? SAMPLE_OF : 1, headerWeight, this.#settings, null)
  }

  /** What a request that was flagged, but answered as ordinary ones are, says about its fields. */
  quarantine (observation: Observation, onPromoted: (field: string) => void): void {
    const { principal, supporter, at } = observation
    this.#learner.learn(observation, supporter === principal ? principal : finishHash(Math.floor(at / SPAN_MS)), 1, 1, this.#settings, onPromoted)
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
    this.#uninspectedFiles += json.uninspected.files ?? 0
  }

  toJSON (): InjectionBaselineJson {
    return { samples: this.samples, fields: this.#fields.toJSON(), uninspected: this.#uninspected() }
  }

  restore (json: InjectionBaselineJson): void {
    this.samples = json.samples
    this.#fields.restore(json.fields)
    this.#uninspectedRequests = json.uninspected.requests
    this.#uninspectedCharacters = json.uninspected.characters
    this.#uninspectedFiles = json.uninspected.files ?? 0
  }

  /** What was learned, for people: fields that are tame for a class, fields that alarm at less, and what was not looked at. */
  describe (): Record<string, unknown> {
    return { ...this.#fields.describe(false), uninspected: this.#uninspected() }
  }

  #uninspected (): Uninspected {
    return { requests: this.#uninspectedRequests, characters: this.#uninspectedCharacters, files: this.#uninspectedFiles }
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

function probability (logOdds: number): number { return Number((1 / (1 + Math.exp(-logOdds))).toFixed(3)) }

/** 55 at the threshold, 95 from eight log-odds above it. */
function riskOf (above: number): number { return 55 + 40 * Math.min(1, above / 8) }

/** 6 at the threshold, 9 from six log-odds above it. */
function severityOf (above: number): number { return 6 + Math.min(3, Math.floor(above / 2)) }
