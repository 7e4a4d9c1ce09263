import type { FieldProfileJson } from './field-profile'
import type { NameBacking } from './name-backing'

/** The common profiles of names, as state of the application that a detector keeps in snapshots. */
export class SharedNames {
  readonly #names: NameBacking

  constructor (names: NameBacking) { this.#names = names }

  /** One half-life. */
  halve (): void { this.#names.halve() }

  /** Adds what another process learned. */
  merge (json: { names: Record<string, FieldProfileJson> }): void { this.#names.merge(json.names) }

  toJSON (): { names: Record<string, FieldProfileJson> } { return { names: this.#names.toJSON() } }

  /** Forgets everything. */
  reset (): void { this.#names.reset() }

  /** Takes over what `toJSON` gave. */
  restore (json: { names: Record<string, FieldProfileJson> }): void { this.#names.restore(json.names) }
}
