import type { Redactor } from '../text/redact'
import { ClearedHeaders } from './cleared-headers'
import { InjectionFields } from './injection-fields'
import type { InjectionFieldsJson } from './injection-fields'
import { Budget } from './injection-text'
import type { InjectionText } from './injection-text'
import { InjectionWalk } from './injection-walk'
import { RequestNovelty } from './request-novelty'
import type { RequestNoveltyJson } from './request-novelty'

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
