import { Signal } from '../signal'
import type { Observation } from '../observation'
import { familyOf } from '../text/name-family'
import { showName } from '../text/redact'
import { isIdentifier, isTrackingName } from '../text/tracking-name'
import { finishHash } from '../text/value-shape'
import { hashText } from '../text/keyed-hash'
import { isMilestone } from '../stats/novelty-prior'
import type { NoveltyPrior } from '../stats/novelty-prior'
import { bothOf, boundsOf, distanceFrom, EMPTY_RANGE, rangesFrom, rangesToJson, stretched } from '../stats/octave-range'
import { MISSING_PARAM, PARAM_COUNT, PARAM_SET, PARAM_VALUE, UNEXPECTED_PARAM } from './endpoint-signals'
import { FieldProfile } from './field-profile'
import type { FieldProfileJson } from './field-profile'
import { strongRisk } from './field-verdict'
import { ItemTable, MAX_LEVEL } from '../store/item-table'
import type { NameBacking } from './name-backing'
import { Newcomers } from './newcomers'
import { FORM, LISTS, PATH, QUERY } from './parameter-plans'
import type { ParameterPriors } from './parameter-priors'
import { ParameterTable } from './parameter-table'
import { discount, learnValue, quarantineValue } from './parameter-values'
import type { ValueJudge } from './value-judge'

/** Levels of the item table: lists of names, single names, names sent more than once. */
const SETS = LISTS
const NAMES = 1
const REPEATED = 2

/** Stands for a source in a plan: query, form and path parameters may bear the same names. */
const SOURCES: Readonly<Record<string, number>> = { 'query.': QUERY, 'form.': FORM, 'path.': PATH }

const SETTLED = 0.05
/** Chance below which one of few combinations is as good as fixed. */
const CERTAIN = 0.01
const FEW_SETS = 4
const STRONG = 65
const WEAK = 35
/** However regular routes were, a parameter that was always there is taken to be missing at least this often, as a share of what would be expected without experience. */
const LEAST = 0.1
/** Weight of each further parameter that is missing with the first. */
const TOGETHER = 0.25
/** Requests after which a thing has to be seen twice to be known. */
const MANY = 60
/** Requests that had a name from which on it is known, whoever sent them. */
const OFTEN = 16
/** New names expected while the traffic doubles, from which on rather one comes than none (Poisson). */
const LIKELY = Math.LN2
/** Requests before which a name seen once is none that is rare, and those before which another name is ordinary. */
const FIRST = 4
const FEW = 8
/** Fields of one request from which on weak findings in several of them are discounted. */
const MANY_FIELDS = 4
/** Names of one request looked at; more only count. */
const MAX_NAMES = 64
/** Names of which a mask says whether their values are settled. */
const MASKED = 31
/** Members of a map before which it is none, and sightings of a member that has hardly come. */
const FAMILY = 3
const HARDLY = 2
/** Values of one name looked at. */
const MAX_VALUES = 16

/** The plain form of a `ParameterProfile`. */
export interface ParameterProfileJson {
  n: number
  count: number[]
  items: number[]
  parameters: Record<string, { requests: number, profile: FieldProfileJson }>
}

/** What all parameter profiles of a process share. */
export interface ParameterContext {
  readonly judge: ValueJudge
  readonly backing: NameBacking
  /** How often formats change, and routes get another parameter or lack one. */
  readonly priors: ParameterPriors
  /** Distinct principals that make a thing known in spite of its being flagged. */
  readonly promoteAfter: number
}

/**
 * The parameters of one route from one source (query, form or path): which names, in which combinations, how many, which
 * are always there, which are repeated, and what their values look like.
 *
 * Names are the client's: they are keys of a map (so `__proto__` is a name like any other), at most 64 a route are
 * learned, and only from requests that may teach; where there are more, names are taken to be free (a map-like
 * query) and unknown ones stop being unusual. Time: linear in the names sent, of which 64 are looked at.
 *
 * Memory: about 350 bytes, 48 a parameter and its field profile.
 */
export class ParameterProfile {
  /** Requests learned. */
  n = 0
  readonly #prefix: string
  readonly #context: ParameterContext
  readonly #parameters = new ParameterTable()
  #items = new ItemTable()
  /** Parameters that were always there and that flagged requests had not; `null` while there were none. */
  #missed: Newcomers | null = null
  /** How many names requests had, in this half-life and in the one before. */
  #counts = EMPTY_RANGE
  #countsBefore = EMPTY_RANGE
  #freeNames = false

  /** @param prefix Where these parameters are, such as `query.`. */
  constructor (prefix: string, context: ParameterContext) {
    this.#prefix = prefix
    this.#context = context
  }

  /**
   * @param floor Requests to have been learned before anything is judged.
   * @param settled Mask of the names, by their order, whose values are surely ordinary (`ParameterPlans`).
   */
  judge (values: Record<string, unknown>, floor: number, observation: Observation, settled = 0): void {
    const context = this.#context
    const seed = context.judge.scan.seed
    const before = observation.signals === null ? 0 : observation.signals.length
    let names = 0
    let set = 0
    let unknown = 0
    for (const name in values) {
      const isSettled = names < MASKED && (settled & (1 << names)) !== 0
      if (++names > MAX_NAMES) continue
      const place = this.#parameters.find(name)
      if (place < 0) {
        const isTracking = isTrackingName(name)
        if (isTracking && isIdentifier(values[name])) continue
        if (!isTracking) set = (set + finishHash(hashText(name, seed))) | 0
        unknown++
        this.#judgeUnknown(name, floor, observation)
        continue
      }
      if (!this.#parameters.isTracking(place)) set = (set + this.#parameters.part(place)) | 0
      else if (isIdentifier(values[name])) continue
      if (this.#isDoubtful(place, name)) {
        unknown++
        this.#judgeName(name, floor, observation)
      }
      if (!isSettled) this.#judgeValues(name, values[name], place, floor, observation)
    }
    if (names >= MANY_FIELDS && observation.signals !== null && observation.signals.length > before + 1) discount(observation.signals, before)
    if (this.n < floor) return
    const sets = this.#items.count(SETS, set >>> 0)
    if (sets === 0 || (sets === 1 && this.n >= MANY)) this.#judgeSet(values, names, unknown, observation)
  }

  #judgeUnknown (name: string, floor: number, observation: Observation): void {
    if (!this.#context.backing.has(name)) this.#judgeName(name, floor, observation)
  }

  /** Whether a name is known by one principal's requests alone, of many, and on no other route: as little as a value that came once. */
  #isDoubtful (place: number, name: string): boolean {
    return this.n >= MANY && this.#parameters.requests(place) < OFTEN && this.#parameters.common(place) === null && this.#items.count(NAMES, hashText(name, this.#context.judge.scan.seed)) < 2
  }

  /** A name that is not known. */
  #judgeName (name: string, floor: number, observation: Observation): void {
    if (this.n < floor || this.n < FEW || this.#freeNames || this.#isOfOpenFamily(name)) return
    const chance = this.#names.chance(this.n, this.#rareNames)
    const risk = chance * (this.n + 2) < LIKELY ? strongRisk(chance) : 0
    if (risk > 0) observation.add(new Signal(UNEXPECTED_PARAM, this.#prefix + showName(name), 6, risk, this.n, undefined))
  }

  /** Whether a name is one of a map's (`fields[colour]`) of which new ones keep coming: three are known, and two of them have hardly come. */
  #isOfOpenFamily (name: string): boolean {
    const family = familyOf(name)
    if (family === null) return false
    let members = 0
    let rare = 0
    for (let place = 0; place < this.#parameters.size; place++) {
      if (familyOf(this.#parameters.name(place)) !== family) continue
      members++
      if (this.#parameters.requests(place) <= HARDLY) rare++
    }
    return members >= FAMILY && rare >= HARDLY
  }

  /** Names seen once; of the first few requests each name is one, and none is rare. That another member of an open map comes says nothing about other names. */
  get #rareNames (): number {
    if (this.n < FIRST) return 0
    let rare = this.#items.rare(NAMES, this.n >= MANY)
    for (let place = 0; place < this.#parameters.size && rare > 0; place++) {
      const name = this.#parameters.name(place)
      if (this.#parameters.requests(place) <= HARDLY && this.#isOfOpenFamily(name)) rare -= this.#rarity(name)
    }
    return Math.max(0, rare)
  }

  /** What a name counts for among the rare ones. */
  #rarity (name: string): number {
    const count = this.#items.count(NAMES, hashText(name, this.#context.judge.scan.seed))
    return count === 1 ? 1 : count === 2 && this.n >= MANY ? 2 : 0
  }

  /** How often routes like this one get a parameter that none had. */
  get #names (): NoveltyPrior {
    return this.#context.priors.names(this.#items.known(NAMES), this.#items.known(SETS))
  }

  #judgeValues (name: string, value: unknown, place: number, floor: number, observation: Observation): void {
    const judge = this.#context.judge
    const profile = this.#parameters.profile(place)
    const common = this.#parameters.common(place)
    if (typeof value === 'string') {
      judge.scan.scan(value)
      judge.judge(value, profile, common, floor, paramValue, this.#prefix, name, 1, observation)
      return
    }
    if (!Array.isArray(value)) return
    if (value.length > 1 && this.n >= floor && !this.#knows(REPEATED, hashText(name, judge.scan.seed)) && this.#surprise(REPEATED) < SETTLED) {
      observation.add(new Signal(PARAM_COUNT, this.#prefix + showName(name), 5, STRONG, 1, value.length))
    }
    for (let i = 0; i < value.length && i < MAX_VALUES; i++) {
      if (typeof value[i] !== 'string') continue
      judge.scan.scan(value[i])
      judge.judge(value[i], profile, common, floor, paramValue, this.#prefix, name, 1, observation)
    }
  }

  /** The list of names as a whole is unknown: what is missing, and are they too many? */
  #judgeSet (values: Record<string, unknown>, names: number, unknown: number, observation: Observation): void {
    let missing = 0
    const allowed = this.n >= MANY ? 1 : 0
    const trust = Math.max(LEAST, Math.min(1, this.#missing.factor(this.n)))
    for (let place = 0; place < this.#parameters.size; place++) {
      const without = this.n - this.#parameters.requests(place)
      const name = this.#parameters.name(place)
      if (without > allowed || Object.hasOwn(values, name)) continue
      const chance = (without + 1) / (this.n + 2) * trust
      if (chance >= SETTLED) continue
      // What is missing together is missing for one reason.
      observation.add(new Signal(MISSING_PARAM, this.#prefix + showName(name), 5, strongRisk(chance) * (missing === 0 ? 1 : TOGETHER), this.n, undefined))
      missing++
      if (missing === 8) break
    }
    const counts = bothOf(this.#counts, this.#countsBefore)
    const off = distanceFrom(counts, names)
    if (off > 0 && 1 / (this.n + 2) < SETTLED) {
      observation.add(new Signal(PARAM_COUNT, this.#where(), 4, off >= 3 ? STRONG : WEAK, boundsOf(counts)?.[1], names))
    }
    const chance = this.#surprise(SETS)
    if (missing === 0 && unknown === 0 && chance < SETTLED) {
      const isFixed = chance < CERTAIN && this.#items.known(SETS) <= FEW_SETS
      observation.add(new Signal(PARAM_SET, this.#where(), isFixed ? 5 : 3, isFixed ? STRONG : WEAK, this.n, undefined))
    }
  }

  learn (values: Record<string, unknown>, principal: number, several: boolean): void {
    const { judge, backing } = this.#context
    const seed = judge.scan.seed
    let names = 0
    let set = 0
    for (const name in values) {
      if (++names > MAX_NAMES) continue
      const hash = hashText(name, seed)
      const known = this.#parameters.find(name)
      if (!(known < 0 ? isTrackingName(name) : this.#parameters.isTracking(known))) set = (set + finishHash(hash)) | 0
      if (known < 0 && this.n > 0) this.#meetName(name, values[name])
      const place = this.#admit(name, hash, known, principal, several)
      if (place < 0) continue
      this.#parameters.setRequests(place, this.#parameters.requests(place) + 1)
      const value = values[name]
      if (this.#parameters.common(place) === null) this.#parameters.setCommon(place, backing.join(name, this.#parameters.profile(place)))
      if (typeof value === 'string') {
        this.#learnValue(value, place, principal, several)
      } else if (Array.isArray(value)) {
        if (value.length > 1) this.#items.learn(REPEATED, hash, principal, several)
        for (let i = 0; i < value.length && i < MAX_VALUES; i++) if (typeof value[i] === 'string') this.#learnValue(value[i], place, principal, several)
      }
    }
    // A route's own path always has its parameters and is no evidence.
    const isEvidence = this.#prefix !== 'path.'
    if (isEvidence && this.n > 0 && this.#items.count(SETS, set >>> 0) === 0 && this.#hasAlways(this.n, values)) this.#missing.meet(this.n)
    this.n++
    this.#counts = stretched(this.#counts, this.#countsBefore, names, this.n > 20)
    this.#items.learn(SETS, set >>> 0, principal, several)
    if (!isEvidence || !isMilestone(this.n)) return
    if (!this.#freeNames) this.#names.pass(this.n, this.#rareNames)
    if (this.#hasAlways(this.n, null)) this.#missing.pass(this.n)
  }

  /** A name is about to be learned that the route never had: counted where it would be judged. */
  #meetName (name: string, value: unknown): void {
    if (this.#freeNames || this.#context.backing.has(name) || this.#isOfOpenFamily(name) || (isTrackingName(name) && isIdentifier(value))) return
    this.#names.meet(this.n)
  }

  /** How often requests to routes like this one lack a parameter that all before had. */
  get #missing (): NoveltyPrior { return this.#context.priors.missing(this.#items.known(SETS)) }

  /** Whether there are parameters that all `n` requests have had, and where `values` are given, whether those lack one of them. */
  #hasAlways (n: number, values: Record<string, unknown> | null): boolean {
    for (let place = 0; place < this.#parameters.size; place++) {
      if (this.#parameters.requests(place) === n && (values === null || !Object.hasOwn(values, this.#parameters.name(place)))) return true
    }
    return false
  }

  #learnValue (value: string, place: number, principal: number, several: boolean): void {
    learnValue(this.#context, this.#parameters.profile(place), this.#parameters.common(place), value, principal, several)
  }

  /** The place of a name that an admitted request sent, made where there is room; -1 where there is none. @param known Its place where it has one. */
  #admit (name: string, hash: number, known: number, principal: number, several: boolean): number {
    if (this.#items.count(NAMES, hash) < 16 && this.#items.learn(NAMES, hash, principal, several) < 0) this.#freeNames = true
    if (known >= 0 || this.#freeNames || name.length > 256) return known
    return this.#parameters.add(name, finishHash(hash))
  }

  /**
   * Notes a request that may not teach: names and values that enough distinct principals have sent become known.
   * @param onPromoted Told the field that became known.
   */
  quarantine (values: Record<string, unknown>, principal: number, onPromoted: (field: string) => void): void {
    const { judge, promoteAfter } = this.#context
    let names = 0
    let set = 0
    for (const name in values) {
      if (++names > MAX_NAMES) break
      const hash = hashText(name, judge.scan.seed)
      const value = values[name]
      if (!isTrackingName(name)) set = (set + finishHash(hash)) | 0
      const place = this.#parameters.find(name)
      if (place >= 0 && this.#isDoubtful(place, name) && this.#items.note(NAMES, hash, principal) >= promoteAfter) {
        this.#items.promote(NAMES, hash, 2)
        onPromoted(this.#prefix + showName(name))
      }
      if (place < 0) {
        if (this.#items.note(NAMES, hash, principal) < promoteAfter || this.#freeNames) continue
        this.#names.meet(this.n, promoteAfter)
        this.#items.promote(NAMES, hash, 2)
        this.#parameters.add(name, finishHash(hash))
        onPromoted(this.#prefix + showName(name))
      } else if (typeof value === 'string') {
        judge.scan.scan(value)
        if (this.#quarantineValue(place, principal)) onPromoted(this.#prefix + showName(name))
      } else if (Array.isArray(value) && this.#quarantineList(value, place, hash, principal)) {
        onPromoted(this.#prefix + showName(name))
      }
    }
    if (names > 0) this.#quarantineMissing(values, principal, onPromoted)
    if (!this.#knows(SETS, set >>> 0) && this.#items.note(SETS, set >>> 0, principal) >= promoteAfter) {
      this.#items.promote(SETS, set >>> 0, 2)
      this.#counts = stretched(this.#counts, this.#countsBefore, names, false)
      this.#excuse(values)
      onPromoted(this.#where())
    }
  }

  /** What enough principals leave out need not be there, whatever else they send with it. */
  #quarantineMissing (values: Record<string, unknown>, principal: number, onPromoted: (field: string) => void): void {
    const allowed = this.n >= MANY ? 1 : 0
    for (let place = 0; place < this.#parameters.size; place++) {
      const name = this.#parameters.name(place)
      if (this.n - this.#parameters.requests(place) > allowed || Object.hasOwn(values, name)) continue
      if (!(this.#missed ??= new Newcomers()).noteThing(hashText(name, this.#context.judge.scan.seed), principal, this.#context.promoteAfter)) continue
      this.#parameters.setRequests(place, Math.max(0, this.#parameters.requests(place) - 2))
      onPromoted(this.#prefix + showName(name))
    }
  }

  /** A name sent more than once, and each of its values. @returns Whether anything became known by this. */
  #quarantineList (list: readonly unknown[], place: number, hash: number, principal: number): boolean {
    const { judge, promoteAfter } = this.#context
    let promoted = list.length > 1 && !this.#knows(REPEATED, hash) && this.#items.note(REPEATED, hash, principal) >= promoteAfter
    if (promoted) this.#items.promote(REPEATED, hash, 2)
    for (let i = 0; i < list.length && i < MAX_VALUES; i++) {
      if (typeof list[i] !== 'string') continue
      judge.scan.scan(list[i] as string)
      promoted = this.#quarantineValue(place, principal) || promoted
    }
    return promoted
  }

  #quarantineValue (place: number, principal: number): boolean {
    return quarantineValue(this.#context, this.#parameters.profile(place), this.#parameters.common(place), principal)
  }

  /** Parameters that a promoted set of names has not are not always there. */
  #excuse (values: Record<string, unknown>): void {
    for (let place = 0; place < this.#parameters.size; place++) {
      if (!Object.hasOwn(values, this.#parameters.name(place))) this.#parameters.setRequests(place, Math.max(0, this.#parameters.requests(place) - 2))
    }
  }

  /** One half-life; parameters not seen for several are forgotten. */
  halve (): void {
    this.n >>>= 1
    this.#missed = null
    this.#items.halve()
    if (this.#counts !== EMPTY_RANGE) this.#countsBefore = this.#counts
    this.#counts = EMPTY_RANGE
    this.#freeNames = false
    for (let place = this.#parameters.size - 1; place >= 0; place--) {
      const requests = this.#parameters.requests(place) >>> 1
      const profile = this.#parameters.profile(place)
      this.#parameters.setRequests(place, requests)
      if (requests > 0) {
        profile.halve()
        continue
      }
      this.#context.backing.leave(this.#parameters.name(place), profile)
      this.#parameters.remove(place)
    }
  }

  /** Forgets all; the names lose this place. */
  leave (): void {
    for (let place = 0; place < this.#parameters.size; place++) this.#context.backing.leave(this.#parameters.name(place), this.#parameters.profile(place))
    this.#parameters.clear()
  }

  merge (other: ParameterProfile): void {
    this.n += other.n
    this.#items.merge(other.#items)
    this.#counts = bothOf(this.#counts, other.#counts)
    this.#countsBefore = bothOf(this.#countsBefore, other.#countsBefore)
    this.#freeNames ||= other.#freeNames
    const theirs = other.#parameters
    for (let from = 0; from < theirs.size; from++) {
      const known = this.#parameters.find(theirs.name(from))
      const place = known >= 0 ? known : this.#parameters.add(theirs.name(from), theirs.part(from), theirs.profile(from))
      if (known >= 0) this.#parameters.profile(place).merge(theirs.profile(from))
      this.#parameters.setRequests(place, this.#parameters.requests(place) + theirs.requests(from))
    }
  }

  /** Which source it is, in a plan. */
  get source (): number { return SOURCES[this.#prefix] as number }
  /** What a plan is written from: the parameters, and the lists of their names. */
  get parameters (): ParameterTable { return this.#parameters }
  get lists (): ItemTable { return this.#items }

  /** The profiles by name, for views. */
  * entries (): Generator<[string, { profile: FieldProfile, requests: number }]> {
    for (let place = 0; place < this.#parameters.size; place++) {
      yield [this.#parameters.name(place), { profile: this.#parameters.profile(place), requests: this.#parameters.requests(place) }]
    }
  }

  toJSON (): ParameterProfileJson {
    const parameters: ParameterProfileJson['parameters'] = Object.create(null)
    for (const [name, { requests, profile }] of this.entries()) parameters[name] = { requests, profile: profile.toJSON() }
    return { n: this.n, count: rangesToJson(this.#counts, this.#countsBefore), items: this.#items.toJSON(), parameters }
  }

  /** Takes over what `toJSON` gave. @throws RangeError Where it did not. */
  restore (json: ParameterProfileJson): void {
    this.n = json.n
    ;[this.#counts, this.#countsBefore] = rangesFrom(json.count)
    this.#items = ItemTable.from(json.items)
    this.leave()
    for (const [name, { requests, profile }] of Object.entries(json.parameters)) {
      const restored = FieldProfile.from(profile)
      const place = this.#parameters.add(name, finishHash(hashText(name, this.#context.judge.scan.seed)), restored)
      this.#parameters.setCommon(place, this.#context.backing.join(name, restored))
      this.#parameters.setRequests(place, requests)
    }
  }

  /** Of many requests, one that had a thing makes it known to nobody: until then an attack or two among them can hide. */
  #knows (level: number, hash: number): boolean { return this.#items.count(level, hash) >= (this.n >= MANY ? 2 : 1) }

  #where (): string { return this.#prefix.slice(0, -1) }

  /** Estimated chance that ordinary traffic shows something unseen on the level; 1 where the level is full. */
  #surprise (level: number): number {
    if (this.#items.distinct(level) >= MAX_LEVEL) return 1
    return (this.#items.rare(level, this.n >= MANY) + 1) / (this.n + 2)
  }
}

function paramValue (): typeof PARAM_VALUE { return PARAM_VALUE }
