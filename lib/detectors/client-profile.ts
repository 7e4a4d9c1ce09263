import { Signal } from '../signal'
import type { Observation } from '../observation'
import { entropyRatio } from '../stats/entropy'
import { DecayingMoments } from '../stats/decaying-moments'
import type { DecayingMomentsJson } from '../stats/decaying-moments'
import { HyperLogLog } from '../stats/hyper-log-log'
import type { HyperLogLogJson } from '../stats/hyper-log-log'
import { hashText } from '../text/keyed-hash'
import { finishHash } from '../text/value-shape'
import { FieldProfile } from './field-profile'
import type { FieldProfileJson } from './field-profile'
import { CHARACTERS_ONLY, NOTHING } from './header-shape'
import type { HeaderName, HeaderShape } from './header-shape'
import { HEADER_ENTROPY, HEADER_MISSING, HEADER_ORDER, HEADER_REPEATED, HEADER_SET, HEADER_UNEXPECTED, headerKind } from './header-signals'
import { ItemTable, MAX_LEVEL } from './item-table'
import type { ValueJudge } from './value-judge'

/** Levels of the item table. */
const ORDERS = 0
const SETS = 1
const NAMES = 2
const REPEATED = 3
const COOKIES = 4

const SETTLED = 0.05
/** Chance of something unseen below which the shape of a header list flags alone. */
const CERTAIN = 0.01
const MANY = 60
/** Key of the profile of all headers' values together. */
const ANY = '*'
/** Headers and cookies with a profile, at the most. */
const MAX_FIELDS = 96
/** Places of the cache of ordinary values, per field. */
const CACHE = 64
const MAX_CACHED = 256
const MAX_COOKIES = 32
/** Values of which the entropy has to be known, and standard deviations from which it is unusual. */
const LEAST_WEIGHT = 20
const TELLING = 4
/** Distinct values without which a field's entropy says nothing about the next one. */
const FEWEST_VALUES = 4
/** Values shorter than this have no telling entropy. */
const LEAST_ENTROPY = 16

interface Field { profile: FieldProfile, entropy: DecayingMoments | null, ordinary: string[] | null }

/** The plain form of a `ClientProfile`. */
export interface ClientProfileJson {
  n: number
  always: number[]
  principals: HyperLogLogJson
  items: number[]
  fields: Record<string, { profile: FieldProfileJson, entropy: DecayingMomentsJson | null }>
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
  #items = new ItemTable()
  // Masks of names that every request had, in this half-life and the one before.
  #alwaysLow = -1
  #alwaysHigh = -1
  #beforeLow = -1
  #beforeHigh = -1
  #principals = new HyperLogLog()
  /**
   * Independent draws of header lists: between the number of clients, which keep theirs, and that of requests, with which
   * they vary; their geometric mean.
   */
  #draws = 0
  /** The same for values of headers and cookies, which clients keep: the number of clients, where addresses tell them apart. */
  #keepers = 0
  #several = false

  constructor (judge: ValueJudge) { this.#judge = judge }

  /** Names, their order and combination. @param everyone Profile of all clients, which backs this one. */
  judgeShape (shape: HeaderShape, everyone: ClientProfile, names: readonly string[], observation: Observation): void {
    const known = this.#items.count(ORDERS, shape.order)
    if (known > 1 || (known === 1 && this.n < MANY)) return
    let found = this.#judgeMissing(shape, names, observation)
    const chance = everyone.#surprise(NAMES)
    if (chance < SETTLED) {
      for (const name of shape.names) {
        if (!name.counts || this.#items.count(NAMES, name.hash) > 0 || everyone.#items.count(NAMES, name.hash) > 0) continue
        observation.add(new Signal(HEADER_UNEXPECTED, `header.${name.name.slice(0, 64)}`, severityAt(chance), riskAt(chance), this.n, undefined))
        found = true
        break
      }
    }
    if (shape.repeated !== null && this.#items.count(REPEATED, shape.repeated.hash) === 0 && this.#surprise(REPEATED) < SETTLED) {
      const rarity = this.#surprise(REPEATED)
      observation.add(new Signal(HEADER_REPEATED, `header.${shape.repeated.name.slice(0, 64)}`, severityAt(rarity), riskAt(rarity), this.n, undefined))
      found = true
    }
    if (found) return
    const isKnownSet = this.#items.count(SETS, shape.set) > (this.n >= MANY ? 1 : 0)
    const surprise = this.#surprise(isKnownSet ? ORDERS : SETS)
    if (surprise >= SETTLED) return
    const kind = isKnownSet ? HEADER_ORDER : HEADER_SET
    observation.add(new Signal(kind, 'headers', isKnownSet ? severityAt(surprise) : 3, isKnownSet ? riskAt(surprise) : 30, this.n, undefined))
  }

  #judgeMissing (shape: HeaderShape, names: readonly string[], observation: Observation): boolean {
    const alwaysLow = this.#alwaysLow & this.#beforeLow
    const alwaysHigh = this.#alwaysHigh & this.#beforeHigh
    const low = alwaysLow & ~shape.low
    const high = alwaysHigh & ~shape.high
    if ((alwaysLow & alwaysHigh) === -1 || (low | high) === 0 || this.#draws < 20) return false
    for (let bit = 0; bit < names.length; bit++) {
      if (((bit < 32 ? low >>> bit : high >>> (bit - 32)) & 1) === 0) continue
      const chance = 1 / (this.#draws + 2)
      observation.add(new Signal(HEADER_MISSING, `header.${names[bit]}`, severityAt(chance), riskAt(chance), this.n, 'of such clients'))
      return true
    }
    return false
  }

  /** Values of headers and of single cookies. */
  judgeValues (shape: HeaderShape, rawHeaders: readonly string[], everyone: ClientProfile | null, floor: number, observation: Observation): void {
    for (let i = 0; i < shape.names.length; i++) {
      const name = shape.names[i] as HeaderName
      if (name.look === NOTHING) continue
      const value = rawHeaders[2 * i + 1] as string
      if (name.isCookie) {
        this.#judgeCookies(value, everyone, floor, observation)
        continue
      }
      const field = this.#fields.get(name.name)
      if (field === undefined) {
        (everyone ?? this).#judgeUnknown(name.name, value, observation)
        continue
      }
      if (isOrdinary(field, value)) continue
      const backing = everyone === null ? null : everyone.#fields.get(name.name)?.profile ?? null
      const judge = this.#judge
      if (name.look === CHARACTERS_ONLY && value.length < 512 && field.profile.knowsCharacters(judge.scan.scanCharacters(value))) continue
      judge.scan.scan(value)
      judge.verdict.only = name.look === CHARACTERS_ONLY || everyone === null
      judge.judge(value, field.profile, backing, floor, headerKind, 'header.', name.name, 1, observation)
      judge.verdict.only = false
      if (judge.verdict.parts === 0 && field.entropy !== null && value.length >= LEAST_ENTROPY && !field.profile.knowsValue(judge.scan)) this.#judgeEntropy(name.name, value, field, field.entropy, observation)
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

  #judgeCookies (header: string, everyone: ClientProfile | null, floor: number, observation: Observation): void {
    let start = 0
    for (let count = 0; count < MAX_COOKIES && start < header.length; count++) {
      let end = header.indexOf(';', start)
      if (end < 0) end = header.length
      while (header.charCodeAt(start) === 32) start++
      let equals = header.indexOf('=', start)
      if (equals < 0 || equals > end) equals = end
      const name = header.slice(start, equals)
      const field = this.#fields.get(`;${name}`)
      if (field !== undefined) {
        const value = header.slice(equals + 1, end)
        this.#judge.scan.scan(value)
        this.#judge.verdict.only = everyone === null
        const backing = everyone === null ? null : everyone.#fields.get(`;${name}`)?.profile ?? null
        this.#judge.judge(value, field.profile, backing, floor, headerKind, 'cookie.', name, 1, observation)
        this.#judge.verdict.only = false
      } else if (everyone === null || !everyone.#fields.has(`;${name}`)) {
        this.#judgeUnknownCookie(name, everyone, observation)
      }
      start = end + 1
    }
  }

  #judgeUnknownCookie (name: string, everyone: ClientProfile | null, observation: Observation): void {
    const chance = (everyone ?? this).#surprise(COOKIES)
    if (chance >= SETTLED) return
    observation.add(new Signal(HEADER_UNEXPECTED, `cookie.${name.slice(0, 64).toWellFormed()}`, severityAt(chance), riskAt(chance), this.n, undefined))
  }

  learn (shape: HeaderShape, rawHeaders: readonly string[], principal: number): void {
    this.n++
    this.#principals.add(finishHash(principal))
    if (this.n < 64 || (this.n & 31) === 0) this.#countDraws()
    const several = this.#several
    this.#alwaysLow &= shape.low
    this.#alwaysHigh &= shape.high
    if (this.#items.count(ORDERS, shape.order) < 16) this.#learnShape(shape, principal, several)
    for (let i = 0; i < shape.names.length; i++) {
      const name = shape.names[i] as HeaderName
      if (name.look === NOTHING) continue
      const value = rawHeaders[2 * i + 1] as string
      if (name.isCookie) {
        this.#learnCookies(value, principal, several)
        continue
      }
      const field = this.#field(name.name)
      if (field === undefined) continue
      if (isOrdinary(field, value)) {
        field.profile.n++
        continue
      }
      const scan = this.#judge.scan.scan(value)
      field.profile.learn(scan, principal, several)
      this.#field(ANY)?.profile.learn(scan, principal, several)
      if (name.look === CHARACTERS_ONLY) continue
      if (value.length >= LEAST_ENTROPY) {
        field.entropy ??= new DecayingMoments()
        field.entropy.add(entropyRatio(value))
      }
      if (value.length <= MAX_CACHED && field.profile.isWellKnown(scan)) remember(field, value)
    }
  }

  #countDraws (): void {
    const principals = Math.max(1, this.#principals.count())
    this.#several = principals > 1
    this.#draws = Math.sqrt(this.n * Math.min(this.n, principals))
    this.#keepers = this.#several ? principals : this.#draws
    for (const field of this.#fields.values()) this.#allot(field)
  }

  #allot ({ profile }: Field): void {
    profile.draws = this.#keepers
    profile.holders = this.#keepers
  }

  #learnShape (shape: HeaderShape, principal: number, several: boolean): void {
    this.#items.learn(ORDERS, shape.order, principal, several)
    this.#items.learn(SETS, shape.set, principal, several)
    for (const name of shape.names) if (name.counts && this.#items.count(NAMES, name.hash) < 16) this.#items.learn(NAMES, name.hash, principal, several)
    if (shape.repeated !== null) this.#items.learn(REPEATED, shape.repeated.hash, principal, several)
  }

  #learnCookies (header: string, principal: number, several: boolean): void {
    let start = 0
    for (let count = 0; count < MAX_COOKIES && start < header.length; count++) {
      let end = header.indexOf(';', start)
      if (end < 0) end = header.length
      while (header.charCodeAt(start) === 32) start++
      let equals = header.indexOf('=', start)
      if (equals < 0 || equals > end) equals = end
      const name = header.slice(start, equals)
      const field = name.length <= 64 ? this.#field(`;${name}`) : undefined
      const hash = hashText(name, this.#judge.scan.seed)
      if (this.#items.count(COOKIES, hash) < 16) this.#items.learn(COOKIES, hash, principal, several)
      if (field !== undefined) field.profile.learn(this.#judge.scan.scan(header.slice(equals + 1, end)), principal, several)
      start = end + 1
    }
  }

  /** Notes a request that may not teach; what enough distinct principals have sent becomes known. */
  quarantine (shape: HeaderShape, rawHeaders: readonly string[], principal: number, enough: number, onPromoted: (field: string) => void): void {
    if (this.#items.note(ORDERS, shape.order, principal) >= enough && this.#items.count(ORDERS, shape.order) === 0) {
      this.#items.promote(ORDERS, shape.order, 2)
      this.#items.note(SETS, shape.set, principal)
      this.#items.promote(SETS, shape.set, 2)
      this.#alwaysLow &= shape.low
      this.#alwaysHigh &= shape.high
      this.#beforeLow &= shape.low
      this.#beforeHigh &= shape.high
      for (const name of shape.names) {
        if (!name.counts || this.#items.count(NAMES, name.hash) > 0) continue
        this.#items.note(NAMES, name.hash, principal)
        this.#items.promote(NAMES, name.hash, 2)
      }
      onPromoted('headers')
    }
    for (let i = 0; i < shape.names.length; i++) {
      const name = shape.names[i] as HeaderName
      if (name.isCookie && name.look !== NOTHING) this.#quarantineCookies(rawHeaders[2 * i + 1] as string, principal, enough, onPromoted)
      const field = name.look === NOTHING || name.isCookie ? undefined : this.#fields.get(name.name)
      if (field === undefined || isOrdinary(field, rawHeaders[2 * i + 1] as string)) continue
      if (field.profile.quarantine(this.#judge.scan.scan(rawHeaders[2 * i + 1] as string), principal, enough)) onPromoted(`header.${name.name}`)
    }
  }

  #quarantineCookies (header: string, principal: number, enough: number, onPromoted: (field: string) => void): void {
    let start = 0
    for (let count = 0; count < MAX_COOKIES && start < header.length; count++) {
      let end = header.indexOf(';', start)
      if (end < 0) end = header.length
      while (header.charCodeAt(start) === 32) start++
      let equals = header.indexOf('=', start)
      if (equals < 0 || equals > end) equals = end
      const name = header.slice(start, equals)
      const field = this.#fields.get(`;${name}`)
      const hash = hashText(name, this.#judge.scan.seed)
      if (field !== undefined) {
        if (field.profile.quarantine(this.#judge.scan.scan(header.slice(equals + 1, end)), principal, enough)) onPromoted(`cookie.${name}`)
      } else if (name.length <= 64 && this.#items.note(COOKIES, hash, principal) >= enough) {
        this.#items.promote(COOKIES, hash, 2)
        if (this.#field(`;${name}`) !== undefined) onPromoted(`cookie.${name}`)
      }
      start = end + 1
    }
  }

  /** One half-life. */
  halve (): void {
    this.n >>>= 1
    this.#items.halve()
    this.#beforeLow = this.#alwaysLow
    this.#beforeHigh = this.#alwaysHigh
    this.#alwaysLow = -1
    this.#alwaysHigh = -1
    for (const [name, field] of this.#fields) {
      field.profile.halve()
      field.entropy?.scale(0.5)
      field.ordinary = null
      if (field.profile.n === 0) this.#fields.delete(name)
    }
  }

  merge (other: ClientProfile): void {
    this.n += other.n
    this.#items.merge(other.#items)
    this.#alwaysLow &= other.#alwaysLow & other.#beforeLow
    this.#alwaysHigh &= other.#alwaysHigh & other.#beforeHigh
    this.#principals.merge(other.#principals)
    for (const [name, theirs] of other.#fields) {
      const ours = this.#fields.get(name)
      if (ours === undefined) {
        this.#fields.set(name, theirs)
        continue
      }
      ours.profile.merge(theirs.profile)
      if (theirs.entropy === null) continue
      ours.entropy ??= new DecayingMoments()
      ours.entropy.merge(theirs.entropy)
    }
    this.#countDraws()
  }

  toJSON (): ClientProfileJson {
    const fields: ClientProfileJson['fields'] = Object.create(null)
    for (const [name, { profile, entropy }] of this.#fields) fields[name] = { profile: profile.toJSON(), entropy: entropy === null ? null : entropy.toJSON() }
    return { n: this.n, always: [this.#alwaysLow & this.#beforeLow, this.#alwaysHigh & this.#beforeHigh], principals: this.#principals.toJSON(), items: this.#items.toJSON(), fields }
  }

  static from (json: ClientProfileJson, judge: ValueJudge): ClientProfile {
    const profile = new ClientProfile(judge)
    profile.n = json.n
    ;[profile.#alwaysLow = -1, profile.#alwaysHigh = -1] = json.always
    profile.#principals = HyperLogLog.from(json.principals)
    profile.#items = ItemTable.from(json.items)
    for (const [name, field] of Object.entries(json.fields)) {
      profile.#fields.set(name, { profile: FieldProfile.from(field.profile), entropy: field.entropy === null ? null : DecayingMoments.from(field.entropy), ordinary: null })
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

  #field (name: string): Field | undefined {
    let field = this.#fields.get(name)
    if (field !== undefined || this.#fields.size >= MAX_FIELDS) return field
    field = { profile: new FieldProfile(), entropy: null, ordinary: null }
    this.#allot(field)
    this.#fields.set(name, field)
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
  return field.ordinary !== null && field.ordinary[placeOf(value)] === value
}

function remember (field: Field, value: string): void {
  field.ordinary ??= new Array<string>(CACHE).fill('')
  field.ordinary[placeOf(value)] = value
}

function placeOf (value: string): number {
  const { length } = value
  if (length === 0) return 0
  return (length * 7 + value.charCodeAt(length - 1) + value.charCodeAt(length >> 1) * 3 + value.charCodeAt(length >> 2)) & (CACHE - 1)
}
