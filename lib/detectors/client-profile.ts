import { Signal } from '../signal'
import type { Observation } from '../observation'
import { entropyRatio } from '../stats/entropy'
import { DecayingMoments } from '../stats/decaying-moments'
import type { DecayingMomentsJson } from '../stats/decaying-moments'
import { HyperLogLog } from '../stats/hyper-log-log'
import type { HyperLogLogJson } from '../stats/hyper-log-log'
import { LinearCounter } from '../stats/linear-counter'
import { TextCache } from '../store/text-cache'
import { CookieScan } from '../text/cookie-scan'
import { hashText } from '../text/keyed-hash'
import { finishHash } from '../text/value-shape'
import type { ValueScan } from '../text/value-shape'
import { FieldProfile } from './field-profile'
import type { FieldProfileJson } from './field-profile'
import { CHARACTERS_ONLY, NOTHING } from './header-shape'
import { HeaderRelations } from './header-relations'
import type { HeaderRelationsJson } from './header-relations'
import type { HeaderName, HeaderReader, HeaderShape } from './header-shape'
import { HEADER_ENTROPY, HEADER_MISSING, HEADER_ORDER, HEADER_REPEATED, HEADER_SET, HEADER_UNEXPECTED, headerKind } from './header-signals'
import { ItemTable, MAX_LEVEL } from '../store/item-table'
import type { ValueJudge } from './value-judge'

/** Levels of the item table. */
const ORDERS = 0
const SETS = 1
const NAMES = 2
const REPEATED = 3
const COOKIES = 4
const WRITTEN = 5

const SETTLED = 0.05
/** Chance of something unseen below which the shape of a header list flags alone. */
const CERTAIN = 0.01
const MANY = 60
/** Clients from which on a class of clients is judged by what it has shown itself. */
const LEAST_KEEPERS = 18
/** Sightings after which a list of headers is learned no further. */
const ENOUGH = 31
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

interface Field { profile: FieldProfile, senders: LinearCounter, entropy: DecayingMoments | null, ordinary: TextCache | null }

/** One in so many other values (less one) becomes the usual one: each time it does costs the garbage collector a note. */
const RENEWED = 63
/** Header lists whose fields are kept at hand. */
const MAX_PLANS = 64

/** What a list of header names means to one profile. */
interface Plan {
  readonly fields: readonly (Field | undefined)[]
  /** Per header, a value that was ordinary lately: the next one is mostly the same. */
  readonly usual: (string | null)[]
  /** Ordinary values that were others. */
  others: number
  /** Whether the list itself is well known. */
  isKnown: boolean
}

/** The plain form of a `ClientProfile`. */
export interface ClientProfileJson {
  n: number
  relations: HeaderRelationsJson
  principals: HyperLogLogJson
  items: number[]
  fields: Record<string, { profile: FieldProfileJson, senders: number[], entropy: DecayingMomentsJson | null }>
}

/**
 * What one class of clients (or all of them) ordinarily sends as headers: which names, in which order and combination,
 * which always, which twice, and what the values of single headers and single cookies look like.
 *
 * Memory: at most 96 fields of about 0.5 to 1 kB. A value found ordinary is remembered by itself (64 a header, 256
 * characters each, never cookies or secrets), so that a client's constant headers cost one comparison.
 */
export class ClientProfile {
  /** Requests learned. */
  n = 0
  readonly #judge: ValueJudge
  readonly #fields = new Map<string, Field>()
  /** Forgotten whenever a field comes or goes, or what is ordinary does. */
  readonly #plans = new Map<HeaderShape, Plan>()
  #items = new ItemTable()
  readonly #cookies = new CookieScan()
  #relations = new HeaderRelations()
  #principals = new HyperLogLog()
  /**
   * Independent draws of header lists: between the number of clients, which keep theirs, and that of requests, with which
   * they vary; their geometric mean.
   */
  #draws = 0
  /** The same for values of headers and cookies, which clients keep: the number of clients, where addresses tell them apart. */
  #keepers = 0
  #several = false
  #distinct = true

  constructor (judge: ValueJudge) { this.#judge = judge }

  /**
   * Names, their order and combination.
   * @param everyone Profile of all clients, which backs this one.
   * @param reader Knows the names of bits, and which headers clients send at times only.
   */
  judgeShape (shape: HeaderShape, everyone: ClientProfile, reader: HeaderReader, observation: Observation): void {
    const plan = this.#planOf(shape)
    if (plan.isKnown) return
    const known = this.#items.count(ORDERS, shape.order)
    plan.isKnown = known > 1
    if (known > 1 || (known === 1 && this.n < MANY)) return
    if (this.judgeNames(shape, everyone, reader, observation)) return
    const isKnownSet = this.#items.count(SETS, shape.set) > (this.n >= MANY ? 1 : 0)
    const surprise = this.#surprise(isKnownSet ? ORDERS : SETS)
    if (surprise >= SETTLED) return
    const kind = isKnownSet ? HEADER_ORDER : HEADER_SET
    observation.add(new Signal(kind, 'headers', isKnownSet ? severityAt(surprise) : 3, isKnownSet ? riskAt(surprise) : 30, this.n, undefined))
  }

  /** Names that nobody sends, are sent twice, are missing, stand in another order or are written otherwise. @returns Whether there are any. */
  judgeNames (shape: HeaderShape, everyone: ClientProfile, reader: HeaderReader, observation: Observation): boolean {
    let found = this !== everyone && this.#judgeMissing(shape, reader, observation)
    const misplaced = this === everyone ? 1 : Math.min(this.#relations.misplaced(shape.bits, this.#draws), this.#rewritten(shape))
    if (misplaced < SETTLED) {
      observation.add(new Signal(HEADER_ORDER, 'headers', severityAt(misplaced), riskAt(misplaced), this.n, undefined))
      found = true
    }
    const chance = everyone.#surprise(NAMES)
    if (chance < SETTLED) {
      for (const name of shape.names) {
        if (!name.counts || this.#items.count(NAMES, name.hash) > 0 || everyone.#items.count(NAMES, name.hash) > 0) continue
        observation.add(new Signal(HEADER_UNEXPECTED, `header.${name.name.slice(0, 64)}`, severityAt(chance), riskAt(chance), this.n, undefined))
        found = true
        break
      }
    }
    const rarity = shape.repeated === null ? 1 : everyone.#surprise(REPEATED)
    if (shape.repeated !== null && rarity < SETTLED && this.#items.count(REPEATED, shape.repeated.hash) === 0 && everyone.#items.count(REPEATED, shape.repeated.hash) === 0) {
      observation.add(new Signal(HEADER_REPEATED, `header.${shape.repeated.name.slice(0, 64)}`, severityAt(rarity), riskAt(rarity), this.n, undefined))
      found = true
    }
    return found
  }

  #judgeMissing (shape: HeaderShape, reader: HeaderReader, observation: Observation): boolean {
    const relations = this.#relations
    const bit = relations.missing(shape.bits, shape.low | reader.occasionalLow, shape.high | reader.occasionalHigh, this.#draws)
    if (bit < 0 || relations.chance >= SETTLED) return false
    observation.add(new Signal(HEADER_MISSING, `header.${reader.bitNames[bit]}`, severityAt(relations.chance), riskAt(relations.chance), this.n, 'of such clients'))
    return true
  }

  /** A request without a user agent, where next to none comes without. @param without Requests learned without one. */
  judgeAnonymous (without: number, observation: Observation): void {
    const chance = (without + 1) / (this.#draws + 2)
    if (chance < SETTLED) observation.add(new Signal(HEADER_MISSING, 'header.user-agent', severityAt(chance), riskAt(chance), this.n, 'of all clients'))
  }

  /** Estimated chance that such a client writes one of the names as it is written here; 1 where all are known. */
  #rewritten (shape: HeaderShape): number {
    for (let i = 0, at = 0; i < shape.names.length; i++) {
      const name = shape.names[i] as HeaderName
      if (!name.counts) continue
      const hash = shape.written[at++] as number
      if (this.#items.count(WRITTEN, hash) === 0 && this.#items.count(NAMES, name.hash) > 0) return this.#surprise(WRITTEN)
    }
    return 1
  }

  /**
   * Values of headers.
   * @param backing Profile of which what it knows is not new either.
   * @param everyone Profile of all clients, for headers that have none here.
   */
  judgeValues (shape: HeaderShape, rawHeaders: readonly string[], backing: ClientProfile | null, everyone: ClientProfile, floor: number, observation: Observation): void {
    const plan = this.#planOf(shape)
    const { fields, usual } = plan
    for (let i = 0; i < usual.length; i++) {
      const value = rawHeaders[2 * i + 1] as string
      if (value === usual[i]) continue
      const name = shape.names[i] as HeaderName
      if (name.look === NOTHING || name.isCookie) continue
      let field = fields[i]
      const isStranger = field === undefined || this === everyone
      field ??= everyone.#fields.get(name.name)
      if (field === undefined) {
        everyone.#judgeUnknown(name.name, value, observation)
        continue
      }
      const judge = this.#judge
      if (isOrdinary(field, value) || (name.look === CHARACTERS_ONLY && value.length < 512 && field.profile.knowsCharacters(judge.scan.scanCharacters(value)))) {
        if (fields[i] !== undefined && (usual[i] === null || (++plan.others & RENEWED) === 0)) usual[i] = value
        continue
      }
      const back = backing === null ? undefined : backing.#fields.get(name.name)
      if (back !== undefined && isOrdinary(back, value)) continue
      judge.scan.scan(value)
      judge.verdict.only = name.look === CHARACTERS_ONLY
      judge.verdict.isStranger = isStranger
      judge.judge(value, field.profile, back === undefined ? null : back.profile, floor, headerKind, 'header.', name.name, 1, observation)
      judge.verdict.only = false
      judge.verdict.isStranger = false
      if (field.entropy !== null && value.length >= LEAST_ENTROPY && !field.profile.knowsValue(judge.scan)) this.#judgeEntropy(name.name, value, field, field.entropy, observation)
    }
  }

  /** A header that has no profile: its characters, against those of all headers. */
  #judgeUnknown (name: string, value: string, observation: Observation): void {
    const any = this.#fields.get(ANY)
    if (any === undefined) return
    const judge = this.#judge
    judge.scan.scan(value)
    judge.verdict.only = true
    judge.judge(value, any.profile, null, 200, headerKind, 'header.', name, 1, observation)
    judge.verdict.only = false
  }

  #judgeEntropy (name: string, value: string, { profile }: Field, moments: DecayingMoments, observation: Observation): void {
    if (moments.weight < LEAST_WEIGHT) return
    const ratio = entropyRatio(value)
    const z = moments.zScore(ratio, 0.03)
    if (Math.abs(z) < TELLING || profile.variety < FEWEST_VALUES) return
    observation.add(new Signal(HEADER_ENTROPY, `header.${name}`, Math.abs(z) > 4.2 ? 4 : 3, Math.min(60, 12 * Math.abs(z)), Number(moments.mean.toFixed(2)), Number(ratio.toFixed(2))))
  }

  /** Values of single cookies, and cookies that nobody has: what a cookie holds is up to the application, whoever the client. */
  judgeCookies (shape: HeaderShape, rawHeaders: readonly string[], floor: number, observation: Observation): void {
    for (let i = 0; i < shape.names.length; i++) {
      const name = shape.names[i] as HeaderName
      if (name.isCookie && name.look !== NOTHING) this.#judgeCookieHeader(rawHeaders[2 * i + 1] as string, floor, observation)
    }
  }

  #judgeCookieHeader (header: string, floor: number, observation: Observation): void {
    const cookies = this.#cookies.read(header)
    while (cookies.next()) {
      const { name } = cookies
      const field = this.#fields.get(`;${name}`)
      if (field !== undefined) {
        const value = cookies.value
        this.#judge.scan.scan(value)
        this.#judge.judge(value, field.profile, null, floor, headerKind, 'cookie.', name, 1, observation)
      } else {
        this.#judgeUnknownCookie(name, observation)
      }
    }
  }

  #judgeUnknownCookie (name: string, observation: Observation): void {
    const chance = this.#surprise(COOKIES)
    if (chance >= SETTLED) return
    observation.add(new Signal(HEADER_UNEXPECTED, `cookie.${name.slice(0, 64).toWellFormed()}`, severityAt(chance), riskAt(chance), this.n, undefined))
  }

  /** Whether more than one client is known here. */
  get isSeveral (): boolean { return this.#several }

  /** Whether there were enough independent clients for what is new here to mean anything. */
  get isEstablished (): boolean { return this.#keepers >= LEAST_KEEPERS }

  /**
   * @param distinct Whether addresses tell the application's clients apart.
   * @param own Profile of the client's class, which learns the same; values are looked at once for both.
   */
  learn (shape: HeaderShape, rawHeaders: readonly string[], principal: number, distinct: boolean, own: ClientProfile | null = null): void {
    this.#learnList(shape, principal, distinct)
    if (own !== null) own.#learnList(shape, principal, this.#several)
    for (let i = 0; i < shape.names.length; i++) {
      const name = shape.names[i] as HeaderName
      if (name.look === NOTHING || name.isCookie) continue
      const value = rawHeaders[2 * i + 1] as string
      const isCommon = this.#learnOrdinary(name.name, value, principal)
      const isKnown = own === null || own.#learnOrdinary(name.name, value, principal)
      if (isCommon && isKnown) continue
      this.#judge.scan.scan(value)
      const entropy = name.look === CHARACTERS_ONLY || value.length < LEAST_ENTROPY ? NaN : entropyRatio(value)
      if (!isCommon) this.#learnValue(name, value, entropy, principal)
      if (!isKnown) own.#learnValue(name, value, entropy, principal)
    }
  }

  #learnList (shape: HeaderShape, principal: number, distinct: boolean): void {
    this.#distinct = distinct
    this.n++
    this.#principals.add(finishHash(principal))
    if (this.n < 64 || (this.n & 31) === 0) this.#countDraws()
    if (this.#items.count(ORDERS, shape.order) < ENOUGH) this.#learnShape(shape, principal, this.#several)
  }

  /** Counts a value that was found ordinary, or one that there is no room for. */
  #learnOrdinary (name: string, value: string, principal: number): boolean {
    const field = this.#field(name)
    if (field === undefined) return true
    this.#countSender(field, principal)
    if (!isOrdinary(field, value)) return false
    field.profile.n++
    return true
  }

  /** Learns the value that was scanned. @param entropy `NaN` where it says nothing. */
  #learnValue ({ name, look }: HeaderName, value: string, entropy: number, principal: number): void {
    const { scan } = this.#judge
    const field = this.#field(name) as Field
    field.profile.learn(scan, principal, this.#several)
    this.#learnAny(scan, principal, this.#several)
    if (look === CHARACTERS_ONLY) return
    if (!Number.isNaN(entropy)) {
      field.entropy ??= new DecayingMoments()
      field.entropy.add(entropy)
    }
    if (!field.profile.isWellKnown(scan)) return
    field.ordinary ??= new TextCache()
    field.ordinary.add(value)
  }

  #learnAny (scan: ValueScan, principal: number, several: boolean): void {
    const any = this.#field(ANY)
    if (any === undefined) return
    this.#countSender(any, principal)
    any.profile.learn(scan, principal, several)
  }

  #countDraws (): void {
    const principals = Math.max(1, this.#principals.count())
    this.#several = principals > 1
    this.#draws = Math.sqrt(this.n * Math.min(this.n, principals))
    this.#keepers = this.#several || this.#distinct ? principals : this.#draws
    for (const field of this.#fields.values()) this.#allot(field)
  }

  #countSender (field: Field, principal: number): void {
    if (field.senders.add(finishHash(principal))) this.#allot(field)
  }

  #allot ({ profile, senders }: Field): void {
    const kept = this.#several || this.#distinct ? (senders.isFull ? this.#keepers : Math.min(this.#keepers, senders.count)) : this.#draws
    profile.draws = kept
    profile.holders = kept
  }

  #learnShape (shape: HeaderShape, principal: number, several: boolean): void {
    this.#items.learn(ORDERS, shape.order, principal, several)
    this.#items.learn(SETS, shape.set, principal, several)
    this.#relations.learn(shape.bits)
    for (const hash of shape.written) if (this.#items.count(WRITTEN, hash) < 16) this.#items.learn(WRITTEN, hash, principal, several)
    for (const name of shape.names) if (name.counts && this.#items.count(NAMES, name.hash) < 16) this.#items.learn(NAMES, name.hash, principal, several)
    if (shape.repeated !== null) this.#items.learn(REPEATED, shape.repeated.hash, principal, several)
  }

  /** Learns the cookies of a request; for the profile of all clients. */
  learnCookies (shape: HeaderShape, rawHeaders: readonly string[], principal: number): void {
    for (let i = 0; i < shape.names.length; i++) {
      const name = shape.names[i] as HeaderName
      if (name.isCookie && name.look !== NOTHING) this.#learnCookieHeader(rawHeaders[2 * i + 1] as string, principal, this.#several)
    }
  }

  #learnCookieHeader (header: string, principal: number, several: boolean): void {
    const cookies = this.#cookies.read(header)
    while (cookies.next()) {
      const { name } = cookies
      const field = name.length <= 64 ? this.#field(`;${name}`) : undefined
      const hash = hashText(name, this.#judge.scan.seed)
      if (this.#items.count(COOKIES, hash) < 16) this.#items.learn(COOKIES, hash, principal, several)
      if (field !== undefined) {
        this.#countSender(field, principal)
        field.profile.learn(this.#judge.scan.scan(cookies.value), principal, several)
      }
    }
  }

  /** Notes a request that may not teach; what enough distinct principals have sent becomes known. */
  quarantine (shape: HeaderShape, rawHeaders: readonly string[], principal: number, enough: number, onPromoted: (field: string) => void): void {
    if (this.#items.note(ORDERS, shape.order, principal) >= enough && this.#items.count(ORDERS, shape.order) === 0) {
      this.#items.promote(ORDERS, shape.order, 2)
      this.#items.note(SETS, shape.set, principal)
      this.#items.promote(SETS, shape.set, 2)
      for (let i = 0; i < enough; i++) this.#relations.learn(shape.bits)
      for (const hash of shape.written) {
        this.#items.note(WRITTEN, hash, principal)
        this.#items.promote(WRITTEN, hash, 2)
      }
      for (const name of shape.names) {
        if (!name.counts || this.#items.count(NAMES, name.hash) > 0) continue
        this.#items.note(NAMES, name.hash, principal)
        this.#items.promote(NAMES, name.hash, 2)
      }
      onPromoted('headers')
    }
    for (const name of shape.names) {
      if (!name.counts || this.#items.count(NAMES, name.hash) > 0 || this.#items.note(NAMES, name.hash, principal) < enough) continue
      this.#items.promote(NAMES, name.hash, 2)
      onPromoted(`header.${name.name.slice(0, 64)}`)
    }
    if (shape.repeated !== null && this.#items.count(REPEATED, shape.repeated.hash) === 0 && this.#items.note(REPEATED, shape.repeated.hash, principal) >= enough) {
      this.#items.promote(REPEATED, shape.repeated.hash, 2)
      onPromoted(`header.${shape.repeated.name.slice(0, 64)}`)
    }
    for (let i = 0; i < shape.names.length; i++) {
      const name = shape.names[i] as HeaderName
      const field = name.look === NOTHING || name.isCookie ? undefined : this.#fields.get(name.name)
      if (field === undefined || isOrdinary(field, rawHeaders[2 * i + 1] as string)) continue
      if (field.profile.quarantine(this.#judge.scan.scan(rawHeaders[2 * i + 1] as string), principal, enough)) onPromoted(`header.${name.name}`)
    }
  }

  /** The same for cookies. */
  quarantineCookies (shape: HeaderShape, rawHeaders: readonly string[], principal: number, enough: number, onPromoted: (field: string) => void): void {
    for (let i = 0; i < shape.names.length; i++) {
      const name = shape.names[i] as HeaderName
      if (name.isCookie && name.look !== NOTHING) this.#quarantineCookieHeader(rawHeaders[2 * i + 1] as string, principal, enough, onPromoted)
    }
  }

  #quarantineCookieHeader (header: string, principal: number, enough: number, onPromoted: (field: string) => void): void {
    const cookies = this.#cookies.read(header)
    while (cookies.next()) {
      const { name } = cookies
      const field = this.#fields.get(`;${name}`)
      const hash = hashText(name, this.#judge.scan.seed)
      if (field !== undefined) {
        if (field.profile.quarantine(this.#judge.scan.scan(cookies.value), principal, enough)) onPromoted(`cookie.${name}`)
      } else if (name.length <= 64 && this.#items.note(COOKIES, hash, principal) >= enough) {
        this.#items.promote(COOKIES, hash, 2)
        if (this.#field(`;${name}`) !== undefined) onPromoted(`cookie.${name}`)
      }
    }
  }

  /** One half-life. */
  halve (): void {
    this.n >>>= 1
    this.#plans.clear()
    this.#items.halve()
    this.#relations.halve()
    for (const [name, field] of this.#fields) {
      field.profile.halve()
      field.entropy?.scale(0.5)
      field.ordinary = null
      if (field.profile.n === 0) this.#fields.delete(name)
    }
  }

  merge (other: ClientProfile): void {
    this.n += other.n
    this.#plans.clear()
    this.#items.merge(other.#items)
    this.#relations.merge(other.#relations)
    this.#principals.merge(other.#principals)
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
    this.#countDraws()
  }

  toJSON (): ClientProfileJson {
    const fields: ClientProfileJson['fields'] = Object.create(null)
    for (const [name, { profile, senders, entropy }] of this.#fields) fields[name] = { profile: profile.toJSON(), senders: senders.toJSON(), entropy: entropy === null ? null : entropy.toJSON() }
    return { n: this.n, relations: this.#relations.toJSON(), principals: this.#principals.toJSON(), items: this.#items.toJSON(), fields }
  }

  /** @param bitOf The bit that a name has here, by the bit it had where the JSON was made. */
  static from (json: ClientProfileJson, judge: ValueJudge, bitOf: (bit: number) => number): ClientProfile {
    const profile = new ClientProfile(judge)
    profile.n = json.n
    profile.#relations = HeaderRelations.from(json.relations, bitOf)
    profile.#principals = HyperLogLog.from(json.principals)
    profile.#items = ItemTable.from(json.items)
    for (const [name, field] of Object.entries(json.fields)) {
      profile.#fields.set(name, { profile: FieldProfile.from(field.profile), senders: LinearCounter.from(field.senders), entropy: field.entropy === null ? null : DecayingMoments.from(field.entropy), ordinary: null })
    }
    profile.#countDraws()
    return profile
  }

  /** What was learned, for people. */
  describe (): Record<string, unknown> {
    const fields: Record<string, unknown> = Object.create(null)
    for (const [name, { profile }] of this.#fields) {
      fields[name.startsWith(';') ? `cookie.${name.slice(1)}` : `header.${name}`] = { samples: profile.n, lengths: profile.lengths, levels: profile.levels() }
    }
    return { samples: this.n, shapes: this.#items.distinct(ORDERS), fields }
  }

  #planOf (shape: HeaderShape): Plan {
    const known = this.#plans.get(shape)
    if (known !== undefined) return known
    const { names } = shape
    const plan = {
      fields: names.map(({ name, look, isCookie }) => look === NOTHING || isCookie ? undefined : this.#fields.get(name)),
      usual: names.map(() => null),
      others: 0,
      isKnown: false
    }
    if (this.#plans.size >= MAX_PLANS) this.#plans.clear()
    this.#plans.set(shape, plan)
    return plan
  }

  #field (name: string): Field | undefined {
    let field = this.#fields.get(name)
    if (field !== undefined || this.#fields.size >= MAX_FIELDS) return field
    field = { profile: new FieldProfile(), senders: new LinearCounter(), entropy: null, ordinary: null }
    this.#allot(field)
    this.#fields.set(name, field)
    this.#plans.clear()
    return field
  }

  /** Estimated chance that ordinary traffic shows something unseen on the level; 1 where the level is full. */
  #surprise (level: number): number {
    if (this.#items.distinct(level) >= MAX_LEVEL) return 1
    const rare = this.#items.once(level) + this.#items.pending(level) + (this.n >= MANY ? 2 * this.#items.twice(level) : 0)
    return (rare + 1) / ((level === COOKIES ? this.#keepers : this.#draws) + 2)
  }
}

/** Risk of a deviation in the list of headers: 60 where the chance is 1 % or less, falling to 45 where the level is just settled. */
function riskAt (chance: number): number {
  return chance <= CERTAIN ? 60 : 60 - 15 * Math.log(chance / CERTAIN) / Math.log(SETTLED / CERTAIN)
}

function severityAt (chance: number): number { return riskAt(chance) >= 50 ? 5 : 3 }

/** Whether this very value was found ordinary before. */
function isOrdinary (field: Field, value: string): boolean {
  return field.ordinary !== null && field.ordinary.has(value)
}
