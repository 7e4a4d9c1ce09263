import { Signal } from '../signal'
import type { Observation } from '../observation'
import { RecentHashes } from '../store/recent-hashes'
import { CookieScan } from '../text/cookie-scan'
import { hashText } from '../text/keyed-hash'
import type { ClientDraws } from './client-draws'
import type { HeaderFields } from './header-fields'
import { COOKIES, riskAt, SETTLED, severityAt } from './header-list'
import type { HeaderList } from './header-list'
import type { HeaderShape } from './header-shape'
import { HEADER_UNEXPECTED, headerKind } from './header-signals'
import type { ValueJudge } from './value-judge'

/** Characters of a cookie's name from which on it has no profile. */
const MAX_NAME = 64
/** Sightings after which a name is learned no further. */
const ENOUGH = 16
/** Headers remembered in which nothing was odd, characters of the longest, and the logarithm of the lessons after which all of them are looked at again. */
const REMEMBERED = 8192
const LONGEST = 2048
const LESSONS = 6
const GOLDEN_RATIO = 0x9e3779b1

/**
 * Single cookies of all clients: what a cookie holds is up to the application, whoever the client. Names are things of the
 * header list, values are fields named `;name`.
 *
 * A client sends the same cookies with each request. A header in which nothing was odd is remembered by a keyed hash, until 64 more requests have taught something
 * about cookies: to look at four cookies again takes five times as long (measured). Memory: 32 kB, where cookies are judged.
 */
export class HeaderCookies {
  readonly #judge: ValueJudge
  readonly #draws: ClientDraws
  readonly #list: HeaderList
  readonly #fields: HeaderFields
  readonly #cookies = new CookieScan()
  #ordinary: RecentHashes | null = null
  #lessons = 0

  constructor (judge: ValueJudge, draws: ClientDraws, list: HeaderList, fields: HeaderFields) {
    this.#judge = judge
    this.#draws = draws
    this.#list = list
    this.#fields = fields
  }

  /** Values of single cookies, and cookies that nobody has. */
  judge (shape: HeaderShape, rawHeaders: readonly string[], floor: number, observation: Observation): void {
    for (let i = 0; i < shape.cookies.length; i++) {
      const header = rawHeaders[2 * (shape.cookies[i] as number) + 1] as string
      if (header.length > LONGEST) {
        this.#judgeHeader(header, floor, observation)
        continue
      }
      const ordinary = this.#ordinary ??= new RecentHashes(REMEMBERED)
      const hash = hashText(header, this.#judge.scan.seed ^ Math.imul(this.#lessons >>> LESSONS, GOLDEN_RATIO) ^ floor)
      if (ordinary.has(hash)) continue
      this.#judgeHeader(header, floor, observation)
      if (observation.signals === null) ordinary.see(hash)
    }
  }

  /** What was ordinary may be no longer. */
  forget (): void {
    this.#ordinary = null
  }

  #judgeHeader (header: string, floor: number, observation: Observation): void {
    const cookies = this.#cookies.read(header)
    while (cookies.next()) {
      const { name } = cookies
      const field = this.#fields.get(`;${name}`)
      if (field !== undefined) {
        const value = cookies.value
        this.#judge.scan.scan(value)
        this.#judge.judge(value, field.profile, null, floor, headerKind, 'cookie.', name, 1, observation)
      } else {
        this.#judgeUnknown(name, observation)
      }
    }
  }

  #judgeUnknown (name: string, observation: Observation): void {
    const chance = this.#list.unseen(COOKIES, this.#draws.values)
    if (chance >= SETTLED) return
    observation.add(new Signal(HEADER_UNEXPECTED, `cookie.${name.slice(0, MAX_NAME).toWellFormed()}`, severityAt(chance), riskAt(chance), this.#draws.n, undefined))
  }

  learn (shape: HeaderShape, rawHeaders: readonly string[], principal: number): void {
    for (let i = 0; i < shape.cookies.length; i++) this.#learnHeader(rawHeaders[2 * (shape.cookies[i] as number) + 1] as string, principal)
  }

  #learnHeader (header: string, principal: number): void {
    this.#lessons++
    const cookies = this.#cookies.read(header)
    const { items } = this.#list
    const { isSeveral } = this.#draws
    while (cookies.next()) {
      const { name } = cookies
      const field = name.length <= MAX_NAME ? this.#fields.admit(`;${name}`, principal) : undefined
      const hash = hashText(name, this.#judge.scan.seed)
      if (items.count(COOKIES, hash) < ENOUGH) items.learn(COOKIES, hash, principal, isSeveral)
      field?.profile.learn(this.#judge.scan.scan(cookies.value), principal, isSeveral)
    }
  }

  /** Notes the cookies of a request that may not teach; what enough distinct principals have sent becomes known. */
  quarantine (shape: HeaderShape, rawHeaders: readonly string[], principal: number, enough: number, onPromoted: (field: string) => void): void {
    for (let i = 0; i < shape.cookies.length; i++) this.#quarantineHeader(rawHeaders[2 * (shape.cookies[i] as number) + 1] as string, principal, enough, onPromoted)
  }

  #quarantineHeader (header: string, principal: number, enough: number, onPromoted: (field: string) => void): void {
    const cookies = this.#cookies.read(header)
    const { items } = this.#list
    while (cookies.next()) {
      const { name } = cookies
      const field = this.#fields.get(`;${name}`)
      const hash = hashText(name, this.#judge.scan.seed)
      if (field !== undefined) {
        this.#judge.scan.scan(cookies.value)
        if (this.#judge.quarantine(field.profile, null, principal, enough)) onPromoted(`cookie.${name}`)
      } else if (name.length <= MAX_NAME && items.note(COOKIES, hash, principal) >= enough) {
        items.promote(COOKIES, hash, 2)
        if (this.#fields.make(`;${name}`) !== undefined) onPromoted(`cookie.${name}`)
      }
    }
  }
}
