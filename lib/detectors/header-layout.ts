import type { HeaderNames } from '../text/header-names'
import { hashText } from '../text/keyed-hash'

/** Headers that come and go with the request, the connection, a proxy or the session: they are no part of the client's shape. */
const OCCASIONAL = /^(?::.*|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade.*|sec-(?:websocket|fetch)-.*|proxy-.*|content-.*|if-.*|range|cache-control|pragma|cookie|authorization|x-api-key|referer|origin|accept|priority|expect|date|via|forwarded|true-client-ip|x-.*|cf-.*|cdn-.*|traceparent|tracestate|baggage|idempotency-key|purpose|sec-purpose|dnt|sec-gpc|save-data)$/i
/** Headers whose values are read, by their place in `positions`. */
const READ: readonly string[] = ['user-agent', 'accept', 'accept-language', 'accept-encoding', 'sec-ch-ua', 'sec-ch-ua-mobile', 'sec-ch-ua-platform', 'authorization', 'x-api-key', 'cookie', 'upgrade']
export const USER_AGENT = 0
export const ACCEPT = 1
export const LANGUAGE = 2
export const ENCODING = 3
export const HINTS = 4
export const MOBILE = 5
export const PLATFORM = 6
export const AUTHORIZATION = 7
export const API_KEY = 8
export const COOKIE = 9
const UPGRADE = 10

/** Which headers a request has, and where. */
export interface HeaderLayout {
  /** Where in the list of names and values each of the headers that are read has its value; -1 where it is missing. Then those asked for. */
  readonly positions: Int16Array
  /** Hash of the lasting names, in their order. */
  readonly order: number
  /** Bits for the headers whose presence tells of a device: `HAS_ENCODING`, `HAS_HINTS`, `HAS_UPGRADE`. */
  readonly presence: number
}

export const HAS_ENCODING = 2
export const HAS_HINTS = 4
export const HAS_UPGRADE = 8

/** Headers looked at, from the first. */
const MOST_HEADERS = 128

/** Finds the headers of a request in the list as it was sent, so that no header is looked up by its name; what was found is kept with the list of names. */
export class HeaderLayouts {
  readonly #seed: number
  readonly #read: readonly string[]

  /** @param more Lower-case names of further headers whose positions are wanted. */
  constructor (seed: number, more: readonly string[]) {
    this.#seed = seed
    this.#read = [...READ, ...more]
  }

  /** Place in `positions` of the further header number `i`. */
  static further (i: number): number { return READ.length + i }

  of (list: HeaderNames): HeaderLayout {
    list.layout ??= this.#make(list.sent)
    return list.layout as HeaderLayout
  }

  #make (names: readonly string[]): HeaderLayout {
    const positions = new Int16Array(this.#read.length).fill(-1)
    let order = this.#seed
    names.slice(0, MOST_HEADERS).forEach((name, i) => {
      const read = this.#read.indexOf(name.toLowerCase())
      if (read >= 0 && positions[read] === -1) positions[read] = 2 * i + 1
      if (!OCCASIONAL.test(name)) order = hashText(name.toLowerCase(), order)
    })
    const presence = (positions[ENCODING]! < 0 ? 0 : HAS_ENCODING) | (positions[HINTS]! < 0 ? 0 : HAS_HINTS) | (positions[UPGRADE]! < 0 ? 0 : HAS_UPGRADE)
    return { positions, order: order | 0, presence }
  }
}
