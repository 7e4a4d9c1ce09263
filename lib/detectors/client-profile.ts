import type { Observation } from '../observation'
import { ClientDraws } from './client-draws'
import type { ClientDrawsJson } from './client-draws'
import { HeaderCookies } from './header-cookies'
import { HeaderFields } from './header-fields'
import type { HeaderFieldsJson } from './header-fields'
import { HeaderList } from './header-list'
import type { HeaderListJson } from './header-list'
import type { HeaderReader, HeaderShape } from './header-shape'
import type { ValueJudge } from './value-judge'

/** Clients from which on a class of clients is judged by what it has shown itself. */
const LEAST_KEEPERS = 18

/** The plain form of a `ClientProfile`. */
export interface ClientProfileJson extends ClientDrawsJson, HeaderListJson { fields: HeaderFieldsJson }

/**
 * What one class of clients (or all of them) ordinarily sends as headers: the list of names (`HeaderList`), the values
 * (`HeaderFields`), single cookies (`HeaderCookies`), and how many independent draws all that is.
 */
export class ClientProfile {
  readonly #draws: ClientDraws
  readonly #list: HeaderList
  readonly #fields: HeaderFields
  readonly #cookies: HeaderCookies

  constructor (judge: ValueJudge, draws = new ClientDraws(), list = new HeaderList(draws), fields = new HeaderFields(judge, draws)) {
    this.#draws = draws
    this.#list = list
    this.#fields = fields
    this.#cookies = new HeaderCookies(judge, draws, list, fields)
  }

  /** Requests learned. */
  get n (): number { return this.#draws.n }

  /** Clients known, estimated; requests, where addresses do not tell clients apart. */
  get clients (): number { return this.#draws.values }

  /** Independent draws among the requests: between the number of clients and that of requests. */
  get draws (): number { return this.#draws.lists }

  /** Whether more than one client is known here. */
  get isSeveral (): boolean { return this.#draws.isSeveral }

  /** Whether there were enough independent clients for what is new here to mean anything. */
  get isEstablished (): boolean { return this.#draws.values >= LEAST_KEEPERS }

  /** Names, their order and combination. @param everyone Profile of all clients, which backs this one. */
  judgeShape (shape: HeaderShape, everyone: ClientProfile, reader: HeaderReader, observation: Observation): void {
    const plan = this.#fields.planOf(shape)
    if (!plan.isKnown) plan.isKnown = this.#list.judge(shape, everyone.#list, reader, observation)
  }

  /** Single names only. */
  judgeNames (shape: HeaderShape, everyone: ClientProfile, reader: HeaderReader, observation: Observation): void {
    this.#list.judgeNames(shape, everyone.#list, reader, observation)
  }

  /** A request without a user agent, where next to none comes without. @param without Requests learned without one. */
  judgeAnonymous (without: number, observation: Observation): void { this.#list.judgeAnonymous(without, observation) }

  /**
   * Values of headers.
   * @param backing Profile of which what it knows is not new either.
   * @param everyone Profile of all clients, for headers that have none here.
   * @param ofStranger Whether the client may well be of a kind whose values have another form.
   */
  judgeValues (shape: HeaderShape, rawHeaders: readonly string[], backing: ClientProfile | null, everyone: ClientProfile, ofStranger: boolean, floor: number, observation: Observation): void {
    this.#fields.judge(shape, rawHeaders, backing === null ? null : backing.#fields, everyone.#fields, ofStranger, floor, observation)
  }

  /** Cookies; for the profile of all clients. */
  judgeCookies (shape: HeaderShape, rawHeaders: readonly string[], floor: number, observation: Observation): void {
    this.#cookies.judge(shape, rawHeaders, floor, observation)
  }

  /**
   * @param distinct Whether addresses tell the application's clients apart.
   * @param own Profile of the client's class, which learns the same; values are looked at once for both.
   */
  learn (shape: HeaderShape, rawHeaders: readonly string[], principal: number, distinct: boolean, own: ClientProfile | null = null): void {
    this.#learnList(shape, principal, distinct)
    if (own !== null) own.#learnList(shape, principal, this.isSeveral)
    this.#fields.learn(shape, rawHeaders, principal, own === null ? null : own.#fields)
  }

  #learnList (shape: HeaderShape, principal: number, distinct: boolean): void {
    if (this.#draws.learn(principal, distinct)) this.#fields.allot()
    this.#list.learn(shape, principal, this.isSeveral)
  }

  /** Notes which names such clients always send. */
  noteAlways (shape: HeaderShape, reader: HeaderReader): void { this.#list.noteAlways(shape, reader) }

  /** Learns the cookies of a request; for the profile of all clients. */
  learnCookies (shape: HeaderShape, rawHeaders: readonly string[], principal: number): void {
    this.#cookies.learn(shape, rawHeaders, principal)
  }

  /** Notes a request that may not teach; what enough distinct principals have sent becomes known. */
  quarantine (shape: HeaderShape, rawHeaders: readonly string[], principal: number, enough: number, reader: HeaderReader, isEveryone: boolean, onPromoted: (field: string) => void): void {
    this.#list.quarantine(shape, principal, enough, isEveryone ? null : reader, onPromoted)
    this.#fields.quarantine(shape, rawHeaders, principal, enough, isEveryone, onPromoted)
  }

  /** The same for cookies. */
  quarantineCookies (shape: HeaderShape, rawHeaders: readonly string[], principal: number, enough: number, onPromoted: (field: string) => void): void {
    this.#cookies.quarantine(shape, rawHeaders, principal, enough, onPromoted)
  }

  /** One half-life. */
  halve (): void {
    this.#draws.halve()
    this.#list.halve()
    this.#fields.halve()
    this.#cookies.forget()
  }

  merge (other: ClientProfile): void {
    this.#draws.merge(other.#draws)
    this.#list.merge(other.#list)
    this.#fields.merge(other.#fields)
    this.#fields.allot()
    this.#cookies.forget()
  }

  toJSON (): ClientProfileJson { return { ...this.#draws.toJSON(), ...this.#list.toJSON(), fields: this.#fields.toJSON() } }

  /** @param bitOf The bit that a name has here, by the bit it had where the JSON was made. */
  static from (json: ClientProfileJson, judge: ValueJudge, bitOf: (bit: number) => number): ClientProfile {
    const draws = ClientDraws.from(json)
    return new ClientProfile(judge, draws, HeaderList.from(json, draws, bitOf), HeaderFields.from(json.fields, judge, draws))
  }

  /** What was learned, for people. */
  describe (): Record<string, unknown> { return { samples: this.n, shapes: this.#list.distinct, fields: this.#fields.describe() } }
}
