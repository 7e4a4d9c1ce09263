import { BodyPriors } from './body-priors'
import type { BodyPriorsJson } from './body-priors'
import type { FieldProfileJson } from './field-profile'
import { NameBacking } from './name-backing'

/** The plain form of a `BodyCommon`. */
export interface BodyCommonJson { names: Record<string, FieldProfileJson>, request?: BodyPriorsJson, response?: BodyPriorsJson }

/** What the bodies of all routes have in common, as state of the application that is kept in snapshots: what values of a name look like, and how regular bodies are. */
export class BodyCommon {
  readonly names = new NameBacking()
  readonly request = new BodyPriors()
  readonly response = new BodyPriors()

  /** One half-life. */
  halve (): void {
    this.names.halve()
    this.request.halve()
    this.response.halve()
  }

  /** Adds what another process learned. */
  merge (json: BodyCommonJson): void {
    this.names.merge(json.names)
    this.request.merge(json.request ?? {})
    this.response.merge(json.response ?? {})
  }

  toJSON (): BodyCommonJson { return { names: this.names.toJSON(), request: this.request.toJSON(), response: this.response.toJSON() } }

  /** Forgets everything. */
  reset (): void {
    this.names.reset()
    this.request.reset()
    this.response.reset()
  }

  /** Takes over what `toJSON` gave. */
  restore (json: BodyCommonJson): void {
    this.reset()
    this.merge(json)
  }
}
