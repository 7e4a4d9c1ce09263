import type { Observation } from '../observation'
import type { InjectionFields } from './injection-fields'
import type { InjectionSettings, InjectionShared } from './injection-shared'
import { SETTLED } from './injection-text'
import { ALARM_FROM, MILD_FROM } from './injection-thresholds'
import { beyondOwnHost } from '../text/own-host'
import type { TextPlace, TextVisitor } from './text-place'

/** Learns what the fields of a request hold. */
export class FieldLearner implements TextVisitor {
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

  /**
   * @param weight How many requests this one stands for. @param headerWeight The same for its headers, 0 where they are left out.
   * @param supporter Whom it is counted for.
   */
  learn (observation: Observation, supporter: number, weight: number, headerWeight: number, settings: InjectionSettings, onPromoted: ((field: string) => void) | null): void {
    this.#principal = observation.principal
    this.#supporter = supporter
    this.#characters = settings.maxCharacters
    this.#onPromoted = onPromoted
    this.#shared.budget.start(settings.maxCharacters)
    this.#weight = headerWeight
    if (settings.headers && headerWeight > 0) this.#shared.walk.arrival(observation, this, null)
    this.#weight = weight
    this.#shared.budget.start(settings.maxCharacters)
    this.#shared.walk.content(observation, this)
    if (observation.lateBody !== null) this.#shared.walk.lateBody(observation.lateBody, this, observation)
    else if (observation.streamed !== null && observation.streamed.parts.length > 0 && (observation.body === null || observation.body === undefined)) this.#shared.walk.streamed(observation.streamed.parts, this, observation)
  }

  visit (text: string, isName: boolean, place: TextPlace, observation: Observation): boolean {
    if (isName) return false
    const { text: model, budget } = this.#shared
    const whole = model.logOdds(text, budget)
    const rest = whole >= MILD_FROM && place.isHeader ? beyondOwnHost(place.own, text, observation.rawHeaders) : null
    const logOdds = rest === null ? whole : model.logOdds(rest, budget)
    const name = logOdds < ALARM_FROM ? null : model.read(rest ?? text, this.#characters).name
    const fields = place.isHeader ? this.#shared.headers : this.#fields
    const field = place.field()
    const hasBecomeTame = fields.learn(field, logOdds !== SETTLED, logOdds >= MILD_FROM, name, this.#principal, this.#supporter, this.#weight)
    if (hasBecomeTame && this.#onPromoted !== null) this.#onPromoted(`${field} (${name})`)
    return false
  }
}
