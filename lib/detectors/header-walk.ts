import type { Observation } from '../observation'
import { COOKIES, CREDENTIAL, isClearAtSight, kindOf, noteUsual, TOLD_ELSEWHERE } from './cleared-headers'
import type { ClearedHeaders, HeaderKind } from './cleared-headers'
import type { TextPlace, TextVisitor } from './text-place'

/** Cookies of a header that are looked at. */
const MAX_COOKIES = 64

/** Finds the texts of a request's headers: names and values, cookie by cookie, credentials behind their scheme. */
export class HeaderWalk {
  readonly #place: TextPlace

  constructor (place: TextPlace) { this.#place = place }

  /** @param cleared What need not be visited again; `null` where all values, but no names, are wanted. */
  walk (observation: Observation, visitor: TextVisitor, cleared: ClearedHeaders | null): void {
    const place = this.#place
    place.depth = 0
    place.isHeader = true
    if (cleared === null) this.#all(observation, visitor)
    else this.#uncleared(observation, visitor, cleared)
    place.isHeader = false
  }

  #all (observation: Observation, visitor: TextVisitor): void {
    const { rawHeaders } = observation
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] as string
      this.#value(name, kindOf(name), rawHeaders[i + 1] as string, visitor, observation)
    }
  }

  #uncleared (observation: Observation, visitor: TextVisitor, cleared: ClearedHeaders): void {
    const { rawHeaders, headerNames } = observation
    const list = cleared.find(headerNames)
    let areClear = true
    for (let i = 0, at = 0; i + 1 < rawHeaders.length; i += 2, at++) {
      const value = rawHeaders[i + 1] as string
      const name = rawHeaders[i] as string
      const kind = list === null ? kindOf(name) : list.kinds[at] as HeaderKind
      if (list === null) areClear = this.#visitName(name, visitor, observation) && areClear
      if ((list !== null && value === list.usual[at]) || isClearAtSight(value, kind)) continue
      if (cleared.hasValue(value, kind)) {
        if (list !== null) noteUsual(list, at, value)
      } else if (this.#value(name, kind, value, visitor, observation)) {
        cleared.addValue(value, kind, list, at)
      }
    }
    if (list === null && areClear) cleared.keep(headerNames)
  }

  #visitName (name: string, visitor: TextVisitor, observation: Observation): boolean {
    this.#place.part = 'header'
    this.#place.own = name
    return visitor.visit(name, true, this.#place, observation)
  }

  /** @returns Whether its value is clear. */
  #value (name: string, kind: HeaderKind, value: string, visitor: TextVisitor, observation: Observation): boolean {
    if (kind === COOKIES) return this.#cookies(value, visitor, observation)
    if (kind === TOLD_ELSEWHERE) return true
    this.#place.part = 'header'
    this.#place.own = name
    return visitor.visit(kind === CREDENTIAL ? value.slice(value.indexOf(' ') + 1) : value, false, this.#place, observation)
  }

  #cookies (header: string, visitor: TextVisitor, observation: Observation): boolean {
    let areClear = true
    this.#place.part = 'cookie'
    for (let at = 0, count = 0; at < header.length && count < MAX_COOKIES; count++) {
      const end = header.indexOf(';', at)
      const stop = end < 0 ? header.length : end
      const equals = header.indexOf('=', at)
      const start = header.charCodeAt(at) === 32 ? at + 1 : at
      const split = equals < 0 || equals > stop ? start : equals
      this.#place.own = split > start ? header.slice(start, split) : ''
      if (split > start) areClear = visitor.visit(this.#place.own, true, this.#place, observation) && areClear
      areClear = visitor.visit(header.slice(split > start ? split + 1 : start, stop), false, this.#place, observation) && areClear
      at = stop + 1
    }
    this.#place.own = ''
    return areClear
  }
}
