import { FieldProfile } from './field-profile'
import type { FieldProfileJson } from './field-profile'

/** Names kept, at the most; further names have no backing. */
const MAX_NAMES = 8192

/**
 * The common profiles of values that bear the same name on several routes (or, for headers, in several client classes).
 * They back the routes' own: only what is new to both is new (measured as the best single cut in false alarms,
 * detection.md).
 *
 * A name used in one place has no profile of its own here, since it would only repeat that place's; it gets one when a
 * second place uses the name, starting from what the first has learned by then. Bounded to 8,192 names.
 */
export class NameBacking {
  /** A place (one that learned the name), or the common profile of several. */
  readonly #names = new Map<string, { first: FieldProfile, common: FieldProfile | null }>()

  /** The common profile of a name, `null` while only one place uses it. */
  of (name: string): FieldProfile | null {
    const entry = this.#names.get(name)
    return entry === undefined ? null : entry.common
  }

  /** Whether any place has learned the name. */
  has (name: string): boolean { return this.#names.has(name) }

  /** Announces that `profile` learns values of this name; returns the common profile, if there is one now. */
  join (name: string, profile: FieldProfile): FieldProfile | null {
    const entry = this.#names.get(name)
    if (entry === undefined) {
      if (this.#names.size < MAX_NAMES) this.#names.set(name, { first: profile, common: null })
      return null
    }
    if (entry.common === null && entry.first !== profile) {
      entry.common = new FieldProfile()
      entry.common.merge(entry.first)
    }
    return entry.common
  }

  /** Announces that a place has forgotten the name: alone with it, the name goes. */
  leave (name: string, profile: FieldProfile): void {
    const entry = this.#names.get(name)
    if (entry !== undefined && entry.common === null && entry.first === profile) this.#names.delete(name)
  }

  /** One half-life. */
  halve (): void {
    for (const entry of this.#names.values()) entry.common?.halve()
  }

  /** Adds what another process's common profiles learned; names it alone has are joined when their places are merged. */
  merge (other: Record<string, FieldProfileJson>): void {
    for (const [name, json] of Object.entries(other)) {
      const entry = this.#names.get(name)
      const theirs = FieldProfile.from(json)
      if (entry === undefined) {
        this.#names.set(name, { first: theirs, common: theirs })
      } else if (entry.common === null) {
        theirs.merge(entry.first)
        entry.common = theirs
      } else {
        entry.common.merge(theirs)
      }
    }
  }

  /** Takes over what `toJSON` gave; places join as they are restored. */
  restore (json: Record<string, FieldProfileJson>): void {
    this.reset()
    this.merge(json)
  }

  /** The common profiles by name. */
  toJSON (): Record<string, FieldProfileJson> {
    const json: Record<string, FieldProfileJson> = Object.create(null)
    for (const [name, entry] of this.#names) if (entry.common !== null) json[name] = entry.common.toJSON()
    return json
  }

  /** Forgets everything. */
  reset (): void { this.#names.clear() }
}
