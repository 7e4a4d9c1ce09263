import { Signal } from '../signal'
import type { Observation } from '../observation'
import { essenceHash, essenceOf, isUrlencoded } from '../text/media-type'
import { CONTENT_TYPE } from './endpoint-signals'
import type { ErrorEpisodeJson } from './error-episode'
import { TESTED } from '../stats/regularity-prior'
import type { RegularityPrior } from '../stats/regularity-prior'
import { ItemTable } from '../store/item-table'
import { MANY } from './field-levels'
import { NameBacking } from './name-backing'
import { ParameterProfile } from './parameter-profile'
import type { ParameterContext, ParameterProfileJson } from './parameter-profile'
import { ALL, EMPTY, FORM, PATH, QUERY, stampOf, UNWRITTEN } from './parameter-plans'
import type { ParameterPlans } from './parameter-plans'
import type { RouteFencesJson } from './route-fences'
import { RouteQuantities } from './route-quantities'
import type { QuantityContext } from './route-quantities'
import { WildcardProfile } from './wildcard-profile'
import type { WildcardProfileJson } from './wildcard-profile'

/** Levels of the item table. */
const REQUEST_TYPES = 0
const RESPONSE_TYPES = 1

const SETTLED = 0.05
/** Requests up to which a media type is known that one of them had. */
const FEW = 20

/** What of the endpoint-profiler's options a baseline needs. */
export interface EndpointSettings {
  readonly minSamples: number
  readonly burstFloor: number
}

/** What all endpoint baselines of a process share. */
export interface EndpointContext extends ParameterContext, QuantityContext {
  /** How often routes keep to one media type. */
  readonly types: RegularityPrior
  /** What suffices to know ordinary parameters. */
  readonly plans: ParameterPlans
}

/** The plain form of an `EndpointBaseline`. */
export interface EndpointBaselineJson {
  samples: number
  typedReplies: number
  items: number[]
  query: ParameterProfileJson | null
  form: ParameterProfileJson | null
  path: ParameterProfileJson | null
  wildcard: WildcardProfileJson | null
  fences: RouteFencesJson
  errors: ErrorEpisodeJson
}

type Source = 'query' | 'form' | 'path'

/**
 * What one route's ordinary requests and replies look like: parameters and their values, media types, sizes, duration,
 * share of server errors, requests of one client a minute.
 *
 * `judge…` changes nothing that is learned; `learn` and `quarantine` say nothing. Memory: what its parts say; parts are made
 * when first needed, so a route with four parameters costs about 5 kB (measured, with all that is kept for it;
 * docs/hot-path.md). At most 64 parameters a source of at most 384 things each: 0.3 MB a source.
 */
export class EndpointBaseline {
  // What is read of it with each request comes first: each line of 64 bytes may come from main memory.
  /** Requests learned. */
  samples = 0
  readonly #context: EndpointContext
  readonly #settings: EndpointSettings
  readonly #quantities: RouteQuantities
  /** A media type that is known of requests, and of replies: mostly there is but one. */
  #requestType = ''
  #replyType = ''
  /** Where the plan of the parameters is. */
  #plan = UNWRITTEN
  #query: ParameterProfile | null = null
  #path: ParameterProfile | null = null
  #form: ParameterProfile | null = null
  #wildcard: WildcardProfile | null = null
  /** What the plan was written at. */
  #planned = 0
  /** Replies learned that had a media type. */
  #typedReplies = 0
  #items = new ItemTable()

  constructor (context: EndpointContext, settings: EndpointSettings, routeHash: number) {
    this.#context = context
    this.#settings = settings
    this.#quantities = new RouteQuantities(context, routeHash)
  }

  /** Share of `minSamples` that has been learned. */
  get progress (): number { return Math.min(1, this.samples / this.#settings.minSamples) }

  /** Media type, declared size and rate: what is known before the body is read. */
  judgeArrival (observation: Observation): void {
    this.#quantities.judgeRate(observation, this.#settings.burstFloor)
    const isJudged = this.samples >= this.#floor(observation)
    if (observation.contentType !== null && isJudged) {
      this.#judgeType(REQUEST_TYPES, observation.contentType, 'request.content-type', 6, 60, observation)
    }
    this.#quantities.judgeRequest(observation, isJudged)
  }

  /** Query, form and path parameters. */
  judgeParameters (observation: Observation): void {
    const floor = this.#floor(observation)
    if (this.#plan === UNWRITTEN && this.samples >= MANY) this.#writePlan()
    if (observation.query !== null) this.#judgeSource(QUERY, this.#query, observation.query as Record<string, unknown>, floor, observation)
    if (observation.params !== null) this.#judgeSource(PATH, this.#path, observation.params as Record<string, unknown>, floor, observation)
    const rest = restOf(observation)
    if (rest !== null) this.#wildcard?.judge(rest, floor, observation)
    const form = this.#form === null ? null : formOf(observation)
    if (form !== null) this.#judgeSource(FORM, this.#form, form, floor, observation)
  }

  /** What the plan does not say to be ordinary is the profile's to judge; else nothing of it is read. */
  #judgeSource (source: number, profile: ParameterProfile | null, values: Record<string, unknown>, floor: number, observation: Observation): void {
    if (profile === null) return
    const settled = this.#plan < 0 ? 0 : this.#context.plans.settled(this.#plan, source, values)
    if (settled !== ALL) profile.judge(values, floor, observation, settled)
  }

  /** Writes the plan of the parameters, where what it would say has changed. */
  #writePlan (): void {
    const sources = [this.#query, this.#path, this.#form]
    let stamp = 0
    for (const source of sources) stamp = Math.imul(stamp, 31) + (source === null ? 0 : stampOf(source)) | 0
    if (this.#plan !== UNWRITTEN && stamp === this.#planned) return
    this.#planned = stamp
    if (stamp !== 0) this.#plan = this.#context.plans.write(this.#plan, sources)
    else this.#dropPlan(EMPTY)
  }

  #dropPlan (plan = UNWRITTEN): void {
    this.#context.plans.close(this.#plan)
    this.#plan = plan
  }

  /** Status, media type, size and duration of the reply. */
  judgeResponse (observation: Observation): void {
    this.#quantities.judgeStatus(observation)
    if (observation.responseType !== null && this.samples >= this.#floor(observation) && observation.status < 400) {
      this.#judgeType(RESPONSE_TYPES, observation.responseType, 'response.content-type', 5, 55, observation)
    }
    this.#quantities.judgeReply(observation)
  }

  #judgeType (level: number, mediaType: string, field: string, severity: number, risk: number, observation: Observation): void {
    if (mediaType === (level === REQUEST_TYPES ? this.#requestType : this.#replyType)) return
    const hash = essenceHash(mediaType, this.#context.judge.scan.seed)
    const count = this.#items.count(level, hash)
    const seen = level === REQUEST_TYPES ? this.samples : this.#typedReplies
    if (count > 1 || (count === 1 && seen < FEW)) {
      if (count === 1) return
      if (level === REQUEST_TYPES) this.#requestType = mediaType
      else this.#replyType = mediaType
      return
    }
    if (seen < this.#settings.minSamples && !observation.route.frozen) return
    const { types } = this.#context
    const rare = this.#items.once(level) + this.#items.pending(level) + (count === 1 ? 2 * this.#items.twice(level) : 0)
    if ((rare + 1) / (seen + 2) * types.trust >= SETTLED) return
    observation.add(new Signal(CONTENT_TYPE, field, severity, risk, seen, essenceOf(mediaType)))
  }

  /** @param several Whether enough principals use the route that things must have been sent by two of them. */
  learn (observation: Observation, several: boolean): void {
    this.samples++
    const { principal } = observation
    const { burstFloor } = this.#settings
    const seed = this.#context.judge.scan.seed
    if (observation.contentType !== null) this.#items.learn(REQUEST_TYPES, essenceHash(observation.contentType, seed), principal, several)
    if (this.samples === TESTED) for (const level of [REQUEST_TYPES, RESPONSE_TYPES]) this.#noteTypes(level)
    if (observation.requestBytes > 0) {
      this.#quantities.learn('request', observation.requestBytes, burstFloor)
      this.#context.sizes.learn(observation.requestBytes)
    }
    if (observation.query !== null) this.#source('query').learn(observation.query as Record<string, unknown>, principal, several)
    if (observation.params !== null && (this.#path !== null || !isEmpty(observation.params))) this.#source('path').learn(observation.params as Record<string, unknown>, principal, several)
    const rest = restOf(observation)
    if (rest !== null) {
      this.#wildcard ??= new WildcardProfile()
      this.#wildcard.learn(rest, principal)
    }
    const form = formOf(observation)
    if (form !== null) this.#source('form').learn(form, principal, several)
    if (this.samples >= MANY) this.#writePlan()
    if (observation.status === 0) return
    if (observation.responseType !== null && observation.status < 400) {
      this.#typedReplies++
      this.#items.learn(RESPONSE_TYPES, essenceHash(observation.responseType, seed), principal, several)
    }
    if (observation.responseBytes > 0) this.#quantities.learn('response', observation.responseBytes, burstFloor)
    this.#quantities.learnTime(observation, several, burstFloor)
  }

  /** Whether the one media type of the first requests is still the only one. */
  #noteTypes (level: number): void {
    const known = this.#items.distinct(level) - this.#items.pending(level)
    if (known > 0) this.#context.types.learn(1, known === 1 ? 1 : 0)
  }

  /** Notes a request that may not teach. @param onPromoted Told each field in which something became known. */
  quarantine (observation: Observation, onPromoted: (field: string) => void): void {
    const principal = observation.supporter
    if (observation.query !== null) this.#query?.quarantine(observation.query as Record<string, unknown>, principal, onPromoted)
    if (observation.params !== null) this.#path?.quarantine(observation.params as Record<string, unknown>, principal, onPromoted)
    const rest = restOf(observation)
    if (rest !== null && this.#wildcard?.quarantine(rest, principal, this.#context.promoteAfter) === true) onPromoted('path.*')
    const form = formOf(observation)
    if (form !== null) this.#form?.quarantine(form, principal, onPromoted)
    this.#quarantineType(REQUEST_TYPES, observation.contentType, principal, 'request.content-type', onPromoted)
    if (observation.status < 400) this.#quarantineType(RESPONSE_TYPES, observation.responseType, principal, 'response.content-type', onPromoted)
    this.#quantities.quarantineSizes(observation, this.#settings.burstFloor, onPromoted)
  }

  #quarantineType (level: number, mediaType: string | null, principal: number, field: string, onPromoted: (field: string) => void): void {
    if (mediaType === null) return
    const hash = essenceHash(mediaType, this.#context.judge.scan.seed)
    if (this.#items.count(level, hash) > 1 || this.#items.note(level, hash, principal) < this.#context.promoteAfter) return
    this.#items.promote(level, hash, 2)
    onPromoted(field)
  }

  /** One half-life. */
  halve (): void {
    this.#dropPlan()
    this.samples >>>= 1
    this.#typedReplies >>>= 1
    this.#items.halve()
    this.#requestType = ''
    this.#replyType = ''
    this.#query?.halve()
    this.#form?.halve()
    this.#path?.halve()
    this.#wildcard?.halve()
    this.#quantities.halve()
  }

  /** Adds what another process learned. @throws RangeError Where `json` is not what `toJSON` made. */
  merge (json: EndpointBaselineJson): void {
    const other = new EndpointBaseline({ ...this.#context, backing: new NameBacking() }, this.#settings, 0)
    other.restore(json)
    this.#dropPlan()
    this.samples += other.samples
    this.#typedReplies += other.#typedReplies
    this.#items.merge(other.#items)
    if (other.#query !== null) this.#source('query').merge(other.#query)
    if (other.#form !== null) this.#source('form').merge(other.#form)
    if (other.#path !== null) this.#source('path').merge(other.#path)
    if (other.#wildcard !== null) {
      this.#wildcard ??= new WildcardProfile()
      this.#wildcard.merge(other.#wildcard)
    }
    this.#quantities.merge(other.#quantities, this.#settings.burstFloor)
  }

  toJSON (): EndpointBaselineJson {
    return {
      samples: this.samples,
      typedReplies: this.#typedReplies,
      items: this.#items.toJSON(),
      query: this.#query === null ? null : this.#query.toJSON(),
      form: this.#form === null ? null : this.#form.toJSON(),
      path: this.#path === null ? null : this.#path.toJSON(),
      wildcard: this.#wildcard === null ? null : this.#wildcard.toJSON(),
      fences: this.#quantities.toJSON(),
      errors: this.#quantities.errors
    }
  }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: EndpointBaselineJson): void {
    this.samples = json.samples
    this.#typedReplies = json.typedReplies
    this.#items = ItemTable.from(json.items)
    this.#requestType = ''
    this.#replyType = ''
    this.leave()
    if (json.query !== null) this.#source('query').restore(json.query)
    if (json.form !== null) this.#source('form').restore(json.form)
    if (json.path !== null) this.#source('path').restore(json.path)
    this.#wildcard = json.wildcard === null ? null : WildcardProfile.from(json.wildcard)
    this.#quantities.restore(json.fences, this.#settings.burstFloor)
    this.#quantities.restoreErrors(json.errors)
  }

  /** Forgets the parameters; their names lose this place. */
  leave (): void {
    this.#dropPlan()
    this.#query?.leave()
    this.#form?.leave()
    this.#path?.leave()
    this.#query = null
    this.#form = null
    this.#path = null
  }

  /** What was learned, for people. */
  describe (): Record<string, unknown> {
    const fields: Record<string, unknown> = Object.create(null)
    for (const [prefix, source] of [['query.', this.#query], ['form.', this.#form], ['path.', this.#path]] as const) {
      if (source === null) continue
      for (const [name, { profile, requests }] of source.entries()) {
        fields[prefix + name] = { samples: profile.n, share: source.n === 0 ? 0 : requests / source.n, lengths: profile.lengths, numbers: profile.numbers, levels: profile.levels() }
      }
    }
    return { fields, ...this.#wildcard === null ? null : { templates: this.#wildcard.templates().slice(0, 50) }, quantities: this.#quantities.describe(), serverErrorShare: this.#quantities.norm }
  }

  #floor (observation: Observation): number { return observation.route.frozen ? 0 : this.#settings.minSamples }

  #source (source: Source): ParameterProfile {
    if (source === 'query') {
      this.#query ??= new ParameterProfile('query.', this.#context)
      return this.#query
    }
    if (source === 'form') {
      this.#form ??= new ParameterProfile('form.', this.#context)
      return this.#form
    }
    this.#path ??= new ParameterProfile('path.', this.#context)
    return this.#path
  }
}

/** What a wildcard route's `*` stands for, `null` on other routes. */
function restOf (observation: Observation): string | null {
  if (!observation.route.isWildcard) return null
  const rest = (observation.params as Record<string, unknown> | null)?.['*']
  return typeof rest === 'string' ? rest : null
}

/** The body where it is a parsed HTML form. */
function formOf (observation: Observation): Record<string, unknown> | null {
  const body = observation.body
  if (typeof body !== 'object' || body === null || observation.contentType === null || !isUrlencoded(observation.contentType)) return null
  return body as Record<string, unknown>
}

function isEmpty (values: unknown): boolean {
  for (const name in values as object) if (name.length >= 0) return false
  return true
}
