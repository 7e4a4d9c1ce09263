import { wilsonLower } from '../stats/proportion'
import { TailBound } from '../stats/tail-bound'
import type { TailBoundJson } from '../stats/tail-bound'
import { fitsFormat, FORMATS, formatOf, NONE } from '../text/value-format'
import { isManifold } from './body-bounds'
import { LEAST_SHARE } from './body-formats'
import { BodyLiterals } from './body-literals'
import type { BodyLiteralsJson } from './body-literals'
import { FieldProfile } from './field-profile'
import type { FieldProfileJson } from './field-profile'

/** Strings from which an enumeration is stated, and times that each of its values must have been seen: then a rarer one is unlikely. */
const MANY = 300
const COMMON = 5
/** Times after which a value of three principals is known for good. */
const WELL_KNOWN = 24
/** Values after which a place where one in ten has no format is taken to have none. */
const HOPELESS = 64
/** Strings without anything new after which the value model learns only one of so many. */
const CALM = 256
const SAMPLE = 4
/** Values between two looks at which format is enforced. */
const LOOK = 16

/** No length yet: larger than any, and a small integer, which takes no room of its own. */
const NOTHING = 0x3fffffff

/** The plain form of a `TextLeaf`. */
export interface TextLeafJson {
  n: number
  longest: TailBoundJson
  shortest: [least: number | null, before: number | null]
  formats: number[]
  literals: BodyLiteralsJson | null
  secret: boolean
  profile: FieldProfileJson | null
}

/**
 * What the strings at one place of a body look like: lengths, formats, the few values where they are few, and (of requests) the value model.
 *
 * Literals are kept only while they are few and short; those that fewer than three principals sent are in no snapshot, and values of a format
 * (addresses, cards, ids, dates) are none. Memory: 0.4 kB, with a value model about 0.6 kB more; formats are counted one by one only where they differ.
 */
export class TextLeaf {
  /** Strings learned. */
  n = 0
  /** Number of the format that values must have, `NONE` where there is no such. */
  enforced = NONE
  /** Number of the format that every value had, `NONE` where there is no such. */
  sole = NONE
  /** Least and largest length of this half-life. */
  #least = NOTHING
  #most = 0
  #literals: BodyLiterals | null = new BodyLiterals()
  /** The value model; `null` where values are not judged by it (replies). */
  readonly profile: FieldProfile | null
  /** Whether the name tells that values are secrets: then none is kept in clear. */
  isSecret = false
  /** The common profile of the name over all places, once there are several. */
  common: FieldProfile | null = null
  /** Strings in a row that showed the value model nothing new. */
  quiet = 0
  /** How often each format was seen, `null` while all were alike. */
  #formats: number[] | null = null
  /** Least length of the half-life before. */
  #leastBefore = NOTHING
  readonly longest: TailBound

  /** @param isModelled Whether the value model is kept. */
  constructor (error: number, isModelled: boolean) {
    this.longest = new TailBound('upper', error)
    this.profile = isModelled ? new FieldProfile() : null
  }

  /** Least length learned, `Infinity` while there is none. */
  get shortest (): number {
    const least = Math.min(this.#least, this.#leastBefore)
    return least === NOTHING ? Infinity : least
  }

  /** Learns length, format and literal; the value model is its owner's to teach. @param body Number of the body that it came in. */
  learn (text: string, principal: number, body: number): void {
    const format = this.#formatOf(text)
    this.#count(format)
    this.n++
    this.longest.learn(text.length, body)
    if (text.length < this.#least) this.#least = text.length
    if (text.length > this.#most) this.#most = text.length
    if (this.n % LOOK === 0 || (this.enforced !== NONE && format !== this.enforced)) this.#enforce()
    // A value of a format (an e-mail address, a card, a UUID) stands for somebody: it is no literal, however many sent it.
    if (this.#literals !== null && (this.isSecret || format !== NONE || !this.#literals.learn(text, principal))) this.#literals = null
  }

  /** Whether the value model need not see this one: where nothing was new in the last 256, one in four is enough. */
  get isCalm (): boolean { return this.quiet >= CALM && this.n % SAMPLE !== 0 }

  /** Characters by which lengths that vary at all may differ further: a digit more, a word more. */
  get tolerance (): number {
    const { longest, shortest } = this
    return longest.extreme === shortest ? 0 : Math.max(2, longest.extreme / 8, (longest.extreme - shortest) / 4)
  }

  /** Whether a length is among those of this half-life: neither too long nor too short. */
  isOrdinary (length: number): boolean { return length <= this.#most && length >= this.#least }

  /** Whether a length is far above what is ordinary. */
  isTooLong (length: number): boolean {
    const { longest } = this
    if (longest.limit === Infinity) return isManifold(length, longest.extreme)
    return longest.isBeyond(length) && length > longest.extreme + this.tolerance
  }

  /** Learns a length that became known otherwise. */
  allowLength (length: number): void { if (length < this.#least) this.#least = length }

  /** Whether the values may be an enumeration: few, none of them long. */
  get isFew (): boolean { return this.#literals !== null }

  /** Whether this is a value that many bodies of several principals had: neither learned nor judged further. */
  isWellKnown (text: string): boolean { return this.#literals !== null && this.#literals.shared(text) >= WELL_KNOWN }

  /** Enforces no format until the share of one has recovered. */
  allowAnyFormat (): void {
    const others = Math.ceil(this.n / 8)
    const formats = this.#counts()
    formats[NONE] = (formats[NONE] as number) + others
    this.#formats = formats
    this.n += others
    this.#literals = null
    this.#enforce()
  }

  /** The values, where they are few, all settled and each of three principals; else `null`. */
  values (): string[] | null { return this.#literals === null || this.n < MANY ? null : this.#literals.values(COMMON, this.n) }

  /** Name of a format that every value had, `none` where there is no such. */
  get format (): string { return FORMATS[this.sole] as string }

  /** One half-life. */
  halve (): void {
    const formats = this.#formats
    this.n >>>= 1
    this.longest.halve()
    this.#leastBefore = this.#least
    this.quiet = 0
    this.#least = NOTHING
    this.#most = 0
    if (formats !== null) for (let format = 0; format < FORMATS.length; format++) formats[format] = (formats[format] as number) >>> 1
    this.#enforce()
    this.#literals = new BodyLiterals()
    this.profile?.halve()
  }

  merge (other: TextLeaf): void {
    const formats = this.#counts()
    other.#counts().forEach((n, format) => { formats[format] = (formats[format] as number) + n })
    this.n += other.n
    this.longest.merge(other.longest)
    this.#least = Math.min(this.#least, other.#least)
    this.#most = Math.max(this.#most, other.#most)
    this.#leastBefore = Math.min(this.#leastBefore, other.#leastBefore)
    this.#keep(formats)
    this.isSecret ||= other.isSecret
    if (this.#literals !== null && (other.#literals === null || !this.#literals.merge(other.#literals))) this.#literals = null
    if (this.profile !== null && other.profile !== null) this.profile.merge(other.profile)
  }

  toJSON (): TextLeafJson {
    return {
      n: this.n,
      longest: this.longest.toJSON(),
      shortest: [this.#least === NOTHING ? null : this.#least, this.#leastBefore === NOTHING ? null : this.#leastBefore],
      formats: this.#counts(),
      literals: this.#literals === null ? null : this.#literals.toJSON(),
      secret: this.isSecret,
      profile: this.profile === null ? null : this.profile.toJSON()
    }
  }

  /** @throws RangeError Where `json` is not what `toJSON` made. */
  static from (json: TextLeafJson, error: number): TextLeaf {
    if (!Array.isArray(json.shortest)) throw new RangeError('strings of a body: the shortest are missing')
    const leaf = new TextLeaf(error, false)
    if (json.profile !== null) (leaf as { profile: FieldProfile | null }).profile = FieldProfile.from(json.profile)
    leaf.n = json.n
    leaf.isSecret = json.secret
    leaf.longest.restore(json.longest)
    leaf.#least = json.shortest[0] ?? NOTHING
    leaf.#most = Math.max(0, ...json.longest.top)
    leaf.#leastBefore = json.shortest[1] ?? NOTHING
    leaf.#literals = json.literals === null ? null : BodyLiterals.from(json.literals)
    leaf.#keep(FORMATS.map((_, format) => json.formats[format] ?? 0))
    return leaf
  }

  /** Tries the format of all others first, and none where too many values have had none for any to be enforced. */
  #formatOf (text: string): number {
    const likely = this.enforced === NONE ? this.sole : this.enforced
    if (likely !== NONE && fitsFormat(likely, text)) return likely
    const others = this.#formats === null ? this.sole === NONE ? this.n : 0 : this.#formats[NONE] as number
    return this.n > HOPELESS && others * 10 > this.n ? NONE : formatOf(text)
  }

  #count (format: number): void {
    if (this.n === 0) this.sole = format
    if (this.#formats === null) {
      if (format === this.sole) return
      this.#formats = this.#counts()
      this.sole = NONE
    }
    this.#formats[format] = (this.#formats[format] as number) + 1
  }

  /** How often each format was seen, in a list of its own where they were alike. */
  #counts (): number[] {
    if (this.#formats !== null) return [...this.#formats]
    const counts = new Array<number>(FORMATS.length).fill(0)
    counts[this.sole] = this.n
    return counts
  }

  /** Takes over counts of formats. */
  #keep (formats: number[]): void {
    this.#formats = formats
    this.sole = NONE
    formats.forEach((n, format) => {
      if (n !== this.n || n === 0) return
      this.#formats = null
      this.sole = format
    })
    if (this.n === 0) this.#formats = null
    this.#enforce()
  }

  #enforce (): void {
    this.enforced = NONE
    const formats = this.#formats
    if (formats === null) {
      if (this.sole !== NONE && wilsonLower(this.n, this.n) > LEAST_SHARE) this.enforced = this.sole
      return
    }
    for (let format = 1; format < FORMATS.length; format++) {
      if ((formats[format] as number) * 10 > this.n * 9 && wilsonLower(formats[format] as number, this.n) > LEAST_SHARE) this.enforced = format
    }
  }
}
