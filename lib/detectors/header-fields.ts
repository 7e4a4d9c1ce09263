import { Signal } from '../signal'
import type { Observation } from '../observation'
import { entropyRatio } from '../stats/entropy'
import { DecayingMoments } from '../stats/decaying-moments'
import type { DecayingMomentsJson } from '../stats/decaying-moments'
import { LinearCounter } from '../stats/linear-counter'
import { TextCache } from '../store/text-cache'
import { finishHash } from '../text/value-shape'
import type { ValueScan } from '../text/value-shape'
import type { ClientDraws } from './client-draws'
import { FieldProfile } from './field-profile'
import type { FieldProfileJson } from './field-profile'
import { HeaderPlans, isUsual, noteUsual } from './header-plans'
import type { HeaderPlan } from './header-plans'
import { CHARACTERS_ONLY, NOTHING } from './header-shape'
import type { HeaderName, HeaderShape } from './header-shape'
import { HEADER_ENTROPY, headerKind } from './header-signals'
import { Newcomers } from './newcomers'
import type { ValueJudge } from './value-judge'

/** Key of the profile of all headers' values together. */
const ANY = '*'
/** Headers and cookies with a profile, at the most. */
const MAX_FIELDS = 96
/** Values of which the entropy has to be known, and standard deviations from which it is unusual. */
const LEAST_WEIGHT = 20
const TELLING = 4
/** Distinct values without which a field's entropy says nothing about the next one. */
const FEWEST_VALUES = 4
/** Values shorter than this have no telling entropy. */
const LEAST_ENTROPY = 16
/** The same for a client of a kind not known: the name of a program is as random as short tokens are. */
const LEAST_OF_STRANGER = 32
/** Values of a header that has no profile are judged by those of all headers once there are so many. */
const LEAST_ANY = 200
/** Characters up to which a value that is free to differ is looked at by its characters alone. */
const SHORT = 512
/** Values of a header that only flagged requests had shown, until which what those show is taken as it is. */
const YOUNG = 20

/** What is known of one header or cookie. */
export interface HeaderField { profile: FieldProfile, senders: LinearCounter, entropy: DecayingMoments | null, ordinary: TextCache | null }

/** The plain form of `HeaderFields`. */
export type HeaderFieldsJson = Record<string, { profile: FieldProfileJson, senders: number[], entropy: DecayingMomentsJson | null }>

/**
 * What the values of single headers (and cookies, which `HeaderCookies` reads) of some clients look like.
 *
 * Memory: at most 96 fields of about 0.5 to 1 kB. A value found ordinary is remembered by itself (64 a header, 256
 * characters each, never cookies or secrets), so that a client's constant headers cost one comparison.
 */
export class HeaderFields {
  readonly #judge: ValueJudge
  readonly #draws: ClientDraws
  readonly #fields = new Map<string, HeaderField>()
  /** Headers that only flagged requests have shown. */
  readonly #newNames = new Newcomers()
  /** Forgotten whenever a field comes or goes, or what is ordinary does. */
  readonly #plans: HeaderPlans

  constructor (judge: ValueJudge, draws: ClientDraws) {
    this.#judge = judge
    this.#draws = draws
    this.#plans = new HeaderPlans(({ name, look, isCookie }) => look === NOTHING || isCookie ? undefined : this.#fields.get(name))
  }

  /** What the list of names means here. */
  planOf (shape: HeaderShape): HeaderPlan { return this.#plans.of(shape) }

  /**
   * Values of headers.
   * @param backing Fields of which what they know is not new either.
   * @param everyone Fields of all clients, for headers that have none here.
   * @param ofStranger Whether the client may well be of a kind whose values have another form.
   */
  judge (shape: HeaderShape, rawHeaders: readonly string[], backing: HeaderFields | null, everyone: HeaderFields, ofStranger: boolean, floor: number, observation: Observation): void {
    const plan = this.planOf(shape)
    const { fields } = plan
    for (let i = 0; i < fields.length; i++) {
      const value = rawHeaders[2 * i + 1] as string
      if (isUsual(plan, i, value)) continue
      const name = shape.names[i] as HeaderName
      if (name.look === NOTHING || name.isCookie) continue
      const field = fields[i] ?? everyone.#fields.get(name.name)
      if (field === undefined || isYoung(field, floor)) {
        everyone.#judgeUnknown(name.name, value, field === undefined ? null : field.profile, observation)
        continue
      }
      const isStranger = fields[i] === undefined || ofStranger
      if (this.#isOrdinary(field, name, value)) {
        if (fields[i] !== undefined) noteUsual(plan, i, name, value)
        continue
      }
      const back = backing === null ? undefined : backing.#fields.get(name.name)
      if (back !== undefined && wasOrdinary(back, value)) continue
      this.#judgeValue(name, value, field, back, isStranger, floor, observation)
    }
  }

  #isOrdinary (field: HeaderField, { look }: HeaderName, value: string): boolean {
    return wasOrdinary(field, value) || (look === CHARACTERS_ONLY && value.length < SHORT && field.profile.knowsCharacters(this.#judge.scan.scanCharacters(value)))
  }

  #judgeValue ({ name, look, canonical }: HeaderName, value: string, field: HeaderField, back: HeaderField | undefined, isStranger: boolean, floor: number, observation: Observation): void {
    const judge = this.#judge
    const text = canonical === null ? value : canonical(value)
    judge.scan.scan(text)
    judge.verdict.only = look === CHARACTERS_ONLY
    // Platforms and products without their versions are few, and no set.
    judge.verdict.isOpen = canonical !== null
    judge.verdict.isStranger = isStranger
    judge.judge(value, field.profile, back === undefined ? null : back.profile, floor, headerKind, 'header.', name, 1, observation)
    judge.verdict.only = false
    judge.verdict.isStranger = false
    judge.verdict.isOpen = false
    if (text.length < (isStranger ? LEAST_OF_STRANGER : LEAST_ENTROPY) || field.profile.knowsValue(judge.scan) || judge.isPromoted(field.profile, back === undefined ? null : back.profile)) return
    // What a few clients of a kind say is too little: then what all clients do.
    const telling = field.profile.variety >= FEWEST_VALUES ? field : back
    if (telling !== undefined && telling.entropy !== null) judgeEntropy(name, text, telling.profile, telling.entropy, observation)
  }

  /** A header that has no profile, or that only flagged requests have shown: its characters, against those of all headers. @param young What those have shown. */
  #judgeUnknown (name: string, value: string, young: FieldProfile | null, observation: Observation): void {
    const any = this.#fields.get(ANY)
    if (any === undefined) return
    const judge = this.#judge
    judge.scan.scan(value)
    judge.verdict.only = true
    judge.judge(value, any.profile, young !== null && young.lengths !== null ? young : null, LEAST_ANY, headerKind, 'header.', name, 1, observation)
    judge.verdict.only = false
  }

  /**
   * @param own Fields of the client's class, which learn the same; values are looked at once for both.
   */
  learn (shape: HeaderShape, rawHeaders: readonly string[], principal: number, own: HeaderFields | null): void {
    for (let i = 0; i < shape.names.length; i++) {
      const name = shape.names[i] as HeaderName
      if (name.look === NOTHING || name.isCookie) continue
      const value = rawHeaders[2 * i + 1] as string
      const isCommon = this.#learnOrdinary(name.name, value, principal)
      const isKnown = own === null || own.#learnOrdinary(name.name, value, principal)
      if (isCommon && isKnown) continue
      this.#judge.scan.scan(value)
      if (!isCommon) this.#learnAny(this.#judge.scan, principal)
      if (!isKnown) own.#learnAny(this.#judge.scan, principal)
      const text = name.canonical === null ? value : name.canonical(value)
      if (text !== value) this.#judge.scan.scan(text)
      const entropy = name.look === CHARACTERS_ONLY || text.length < LEAST_ENTROPY ? NaN : entropyRatio(text)
      if (!isCommon) this.#learnValue(name, value, entropy, principal)
      if (!isKnown) own.#learnValue(name, value, entropy, principal)
    }
  }

  /** Counts a value that was found ordinary, or one that there is no room for. */
  #learnOrdinary (name: string, value: string, principal: number): boolean {
    const field = this.admit(name, principal)
    if (field === undefined) return true
    if (!wasOrdinary(field, value)) return false
    field.profile.n++
    return true
  }

  /** Learns the value that was scanned. @param entropy `NaN` where it says nothing. */
  #learnValue ({ name, look }: HeaderName, value: string, entropy: number, principal: number): void {
    const { scan } = this.#judge
    const field = this.make(name) as HeaderField
    field.profile.learn(scan, principal, this.#draws.isSeveral)
    if (look === CHARACTERS_ONLY) return
    if (!Number.isNaN(entropy)) {
      field.entropy ??= new DecayingMoments()
      field.entropy.add(entropy)
    }
    if (!field.profile.isWellKnown(scan)) return
    field.ordinary ??= new TextCache()
    field.ordinary.add(value)
  }

  #learnAny (scan: ValueScan, principal: number): void {
    this.admit(ANY, principal)?.profile.learn(scan, principal, this.#draws.isSeveral)
  }

  /**
   * Notes the values of a request that may not teach; what enough distinct principals have sent becomes known.
   * @param isEveryone Whether these are the fields of all clients: headers new to the application begin there.
   */
  quarantine (shape: HeaderShape, rawHeaders: readonly string[], principal: number, enough: number, isEveryone: boolean, onPromoted: (field: string) => void): void {
    const judge = this.#judge
    for (let i = 0; i < shape.names.length; i++) {
      const name = shape.names[i] as HeaderName
      const value = rawHeaders[2 * i + 1] as string
      if (name.look === NOTHING || name.isCookie) continue
      const field = this.#fields.get(name.name)
      if (field === undefined) {
        if (isEveryone && this.#quarantineName(name, principal, enough)) onPromoted(`header.${name.name.slice(0, 64)}`)
        continue
      }
      if (wasOrdinary(field, value)) continue
      judge.scan.scan(name.canonical === null ? value : name.canonical(value))
      if (isYoung(field, YOUNG) ? this.#quarantineYoung(field.profile, principal, enough) : judge.quarantine(field.profile, null, principal, enough)) onPromoted(`header.${name.name.slice(0, 64)}`)
    }
  }

  /** A header that only flagged requests have shown: it gets a field, for what its values show. @returns Whether it did. */
  #quarantineName ({ hash, name }: HeaderName, principal: number, enough: number): boolean {
    const field = this.#newNames.noteThing(hash, principal, enough) ? this.make(name) : undefined
    field?.profile.welcome()
    return field !== undefined
  }

  /** Values of such a field. */
  #quarantineYoung (profile: FieldProfile, principal: number, enough: number): boolean {
    const isKnown = profile.welcome().note(this.#judge.scan, principal, enough, profile.n)
    return profile.quarantine(this.#judge.scan, principal, enough) || isKnown
  }

  /** What is known under a name, if anything. */
  get (name: string): HeaderField | undefined { return this.#fields.get(name) }

  /** The field of a name that a principal has sent; made where there is room. */
  admit (name: string, principal: number): HeaderField | undefined {
    const field = this.make(name)
    if (field !== undefined && field.senders.add(finishHash(principal))) this.#allot(field)
    return field
  }

  /** The field of a name; made where there is room. */
  make (name: string): HeaderField | undefined {
    let field = this.#fields.get(name)
    if (field !== undefined || this.#fields.size >= MAX_FIELDS) return field
    field = { profile: new FieldProfile(), senders: new LinearCounter(), entropy: null, ordinary: null }
    this.#allot(field)
    this.#fields.set(name, field)
    this.#plans.forget()
    return field
  }

  /** Tells all fields how many independent draws their values are. */
  allot (): void { for (const field of this.#fields.values()) this.#allot(field) }

  #allot ({ profile, senders }: HeaderField): void {
    const { isSeveral, isDistinct, values, lists } = this.#draws
    const kept = isSeveral || isDistinct ? (senders.isFull ? values : Math.min(values, senders.count)) : lists
    profile.draws = kept
    profile.holders = kept
  }

  /** One half-life. */
  halve (): void {
    this.#plans.forget()
    this.#newNames.halve()
    for (const [name, field] of this.#fields) {
      field.profile.halve()
      field.entropy?.scale(0.5)
      field.ordinary = null
      if (field.profile.n === 0) this.#fields.delete(name)
    }
  }

  merge (other: HeaderFields): void {
    this.#plans.forget()
    for (const [name, theirs] of other.#fields) {
      const ours = this.#fields.get(name)
      if (ours === undefined) {
        this.#fields.set(name, theirs)
        continue
      }
      ours.profile.merge(theirs.profile)
      ours.senders.merge(theirs.senders)
      if (theirs.entropy === null) continue
      ours.entropy ??= new DecayingMoments()
      ours.entropy.merge(theirs.entropy)
    }
  }

  toJSON (): HeaderFieldsJson {
    const json: HeaderFieldsJson = Object.create(null)
    for (const [name, { profile, senders, entropy }] of this.#fields) json[name] = { profile: profile.toJSON(), senders: senders.toJSON(), entropy: entropy === null ? null : entropy.toJSON() }
    return json
  }

  static from (json: HeaderFieldsJson, judge: ValueJudge, draws: ClientDraws): HeaderFields {
    const fields = new HeaderFields(judge, draws)
    for (const [name, { profile, senders, entropy }] of Object.entries(json)) {
      fields.#fields.set(name, { profile: FieldProfile.from(profile), senders: LinearCounter.from(senders), entropy: entropy === null ? null : DecayingMoments.from(entropy), ordinary: null })
    }
    fields.allot()
    return fields
  }

  /** What was learned, for people. */
  describe (): Record<string, unknown> {
    const fields: Record<string, unknown> = Object.create(null)
    for (const [name, { profile }] of this.#fields) {
      fields[name.startsWith(';') ? `cookie.${name.slice(1)}` : `header.${name}`] = { samples: profile.n, lengths: profile.lengths, levels: profile.levels() }
    }
    return fields
  }
}

/** Whether it was made for what only flagged requests had shown, and too few others have shown since. */
function isYoung ({ profile }: HeaderField, floor: number): boolean { return profile.n < floor && profile.newcomers !== null }

/** Whether this very value was found ordinary before. */
function wasOrdinary (field: HeaderField, value: string): boolean {
  return field.ordinary !== null && field.ordinary.has(value)
}

function judgeEntropy (name: string, value: string, profile: FieldProfile, moments: DecayingMoments, observation: Observation): void {
  if (moments.weight < LEAST_WEIGHT) return
  const ratio = entropyRatio(value)
  const z = moments.zScore(ratio, 0.03)
  if (Math.abs(z) < TELLING || profile.variety < FEWEST_VALUES) return
  observation.add(new Signal(HEADER_ENTROPY, `header.${name}`, Math.abs(z) > 4.2 ? 4 : 3, Math.min(60, 12 * Math.abs(z)), Number(moments.mean.toFixed(2)), Number(ratio.toFixed(2))))
}
