import { wilsonLower } from '../stats/proportion'
import { TailBound } from '../stats/tail-bound'
import type { TailBoundJson } from '../stats/tail-bound'
import { fitsFormat, FORMATS, formatOf, NONE } from '../text/value-format'
import { LEAST_SHARE } from './body-formats'
import { FieldProfile } from './field-profile'
import type { FieldProfileJson } from './field-profile'

/** Values kept in clear, at the most; a place that shows more has no enumeration. */
const MAX_LITERALS = 16
/** Longer values are never part of an enumeration. */
const MAX_LITERAL = 64
/** Principals of a literal that are told apart. */
const MAX_SUPPORT = 3

/** Strings from which an enumeration is stated, and times that each of its values must have been seen: then a rarer one is unlikely. */
const MANY = 300
const COMMON = 5
/** Values after which a place where one in ten has no format is taken to have none. */
const HOPELESS = 64
/** Values between two looks at which format is enforced. */
const LOOK = 16

/** The plain form of a `TextLeaf`. */
export interface TextLeafJson {
  n: number
  longest: TailBoundJson
  shortest: TailBoundJson
  formats: number[]
  literals: [text: string, n: number, principals: number[]][] | null
  secret: boolean
  profile: FieldProfileJson | null
}

interface Literal { n: number, principals: number[] }

/**
 * What the strings at one place of a body look like: lengths, formats, the few values where they are few, and (of requests) the value model.
 *
 * Literals are kept only while there are 16 or fewer of 64 characters or less, and only for `enum` in exported schemas; those that fewer
 * than three principals sent are in no snapshot, and values of a format (addresses, cards, ids, dates) are none. Memory: 0.5 kB, with a value model about 1 kB more.
 */
export class TextLeaf {
  /** Strings learned. */
  n = 0
  readonly longest: TailBound
  readonly shortest: TailBound
  /** Number of the format that values must have, `NONE` where there is no such. */
  enforced = NONE
  /** Number of the format that every value had, `NONE` where there is no such. */
  sole = NONE
  /** The value model; `null` where values are not judged by it (replies). */
  readonly profile: FieldProfile | null
  /** Whether the name tells that values are secrets: then none is kept in clear. */
  isSecret = false
  /** The common profile of the name over all places, once there are several. */
  common: FieldProfile | null = null
  readonly formats: number[] = FORMATS.map(() => 0)
  #literals: Map<string, Literal> | null = new Map()

  /** @param isModelled Whether the value model is kept. */
  constructor (error: number, isModelled: boolean) {
    this.longest = new TailBound('upper', error)
    this.shortest = new TailBound('lower', error)
    this.profile = isModelled ? new FieldProfile() : null
  }

  /** Learns length, format and literal; the value model is its owner's to teach. @param body Number of the body that it came in. */
  learn (text: string, principal: number, body: number): void {
    this.n++
    this.longest.learn(text.length, body)
    this.shortest.learn(text.length, body)
    const format = this.#formatOf(text)
    this.formats[format] = (this.formats[format] as number) + 1
    if (this.n === 1) this.sole = format
    else if (format !== this.sole) this.sole = NONE
    if (this.n % LOOK === 0 || (this.enforced !== NONE && format !== this.enforced)) this.#enforce()
    if (this.#literals !== null) this.#keep(text, format, principal)
  }

  /** Enforces no format until the share of one has recovered. */
  allowAnyFormat (): void {
    const others = Math.ceil(this.n / 8)
    this.formats[NONE] = (this.formats[NONE] as number) + others
    this.n += others
    this.#literals = null
    this.#enforce()
  }

  /** Whether the values may be an enumeration: few, none of them long. */
  get isFew (): boolean { return this.#literals !== null }

  /** The values, where they are few, all settled and each of several principals; else `null`. */
  values (principals: number): string[] | null {
    const literals = this.#literals
    if (literals === null || literals.size === 0 || this.n < MANY) return null
    let counted = 0
    for (const { n, principals: from } of literals.values()) {
      if (from.length < principals || n < COMMON) return null
      counted += n
    }
    return counted < this.n ? null : [...literals.keys()]
  }

  /** Name of a format that every value had, `none` where there is no such. */
  get format (): string {
    return FORMATS[this.sole] as string
  }

  /** One half-life. */
  halve (): void {
    this.n >>>= 1
    this.longest.halve()
    this.shortest.halve()
    for (let format = 0; format < FORMATS.length; format++) this.formats[format] = (this.formats[format] as number) >>> 1
    this.#enforce()
    this.#literals = new Map()
    this.profile?.halve()
  }

  merge (other: TextLeaf): void {
    this.n += other.n
    this.longest.merge(other.longest)
    this.shortest.merge(other.shortest)
    for (let format = 0; format < FORMATS.length; format++) this.formats[format] = (this.formats[format] as number) + (other.formats[format] as number)
    this.#enforce()
    this.isSecret ||= other.isSecret
    this.#mergeLiterals(other.#literals)
    if (this.profile !== null && other.profile !== null) this.profile.merge(other.profile)
  }

  toJSON (): TextLeafJson {
    const literals: TextLeafJson['literals'] = this.#literals === null ? null : []
    for (const [text, { n, principals }] of this.#literals ?? []) if (principals.length >= MAX_SUPPORT) literals?.push([text, n, principals])
    return {
      n: this.n,
      longest: this.longest.toJSON(),
      shortest: this.shortest.toJSON(),
      formats: [...this.formats],
      literals,
      secret: this.isSecret,
      profile: this.profile === null ? null : this.profile.toJSON()
    }
  }

  /** @throws RangeError Where `json` is not what `toJSON` made. */
  static from (json: TextLeafJson, error: number): TextLeaf {
    const leaf = new TextLeaf(error, false)
    if (json.profile !== null) (leaf as { profile: FieldProfile | null }).profile = FieldProfile.from(json.profile)
    leaf.n = json.n
    leaf.isSecret = json.secret
    leaf.longest.restore(json.longest)
    leaf.shortest.restore(json.shortest)
    for (let format = 0; format < FORMATS.length; format++) leaf.formats[format] = json.formats[format] ?? 0
    leaf.#literals = json.literals === null ? null : new Map(json.literals.slice(0, MAX_LITERALS).map(([text, n, principals]) => [text, { n, principals }]))
    leaf.#enforce()
    return leaf
  }

  /** Tries the format of all others first, and none where too many values have had none for any to be enforced. */
  #formatOf (text: string): number {
    const likely = this.enforced === NONE ? this.sole : this.enforced
    if (likely !== NONE && fitsFormat(likely, text)) return likely
    return this.n > HOPELESS && (this.formats[NONE] as number) * 10 > this.n ? NONE : formatOf(text)
  }

  /** A value of a format (an e-mail address, a card, a UUID) stands for somebody: it is no literal, however many sent it. */
  #keep (text: string, format: number, principal: number): void {
    const literals = this.#literals as Map<string, Literal>
    const known = literals.get(text)
    if (known !== undefined) {
      known.n++
      if (known.principals.length < MAX_SUPPORT && !known.principals.includes(principal)) known.principals.push(principal)
    } else if (this.isSecret || format !== NONE || text.length > MAX_LITERAL || literals.size >= MAX_LITERALS) {
      this.#literals = null
    } else {
      literals.set(text, { n: 1, principals: [principal] })
    }
  }

  #mergeLiterals (theirs: Map<string, Literal> | null): void {
    if (this.#literals === null || theirs === null) {
      this.#literals = null
      return
    }
    for (const [text, { n, principals }] of theirs) {
      const known = this.#literals.get(text)
      if (known === undefined) this.#literals.set(text, { n, principals: [...principals] })
      else Object.assign(known, { n: known.n + n, principals: [...new Set([...known.principals, ...principals])].slice(0, MAX_SUPPORT) })
    }
    if (this.#literals.size > MAX_LITERALS) this.#literals = null
  }

  #enforce (): void {
    this.enforced = NONE
    this.sole = NONE
    for (let format = 1; format < FORMATS.length; format++) {
      if ((this.formats[format] as number) * 10 > this.n * 9 && wilsonLower(this.formats[format] as number, this.n) > LEAST_SHARE) this.enforced = format
      if (this.formats[format] === this.n && this.n > 0) this.sole = format
    }
  }
}
