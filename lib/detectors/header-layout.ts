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
export const UPGRADE = 10

/** Which headers a request has, and where. */
export interface HeaderLayout {
  /** Names and nothing, as sent. */
  readonly names: readonly string[]
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
/** Places for the layouts seen last; a power of two. */
const PLACES = 64

/**
 * Finds the headers of a request in the list as it was sent: a list of names seen lately costs one comparison a name, so that no header is looked up
 * twice. The last list of each length is tried first. Memory: 64 layouts, and one for each length; one that is not there is made anew, in some microseconds.
 */
export class HeaderLayouts {
  readonly #seed: number
  readonly #read: readonly string[]
  readonly #places = new Array<HeaderLayout | null>(PLACES).fill(null)
  readonly #last = new Array<HeaderLayout | null>(MOST_HEADERS + 1).fill(null)

  /** @param more Lower-case names of further headers whose positions are wanted. */
  constructor (seed: number, more: readonly string[]) {
    this.#seed = seed
    this.#read = [...READ, ...more]
  }

  /** Place in `positions` of the further header number `i`. */
  static further (i: number): number { return READ.length + i }

  of (rawHeaders: readonly string[]): HeaderLayout {
    const length = Math.min(rawHeaders.length, 2 * MOST_HEADERS)
    const last = this.#last[length >> 1] as HeaderLayout | null
    if (last !== null && isOf(last, rawHeaders)) return last
    const layout = this.#find(rawHeaders, length)
    this.#last[length >> 1] = layout
    return layout
  }

  #find (rawHeaders: readonly string[], length: number): HeaderLayout {
    let place = length
    for (let i = 0; i < length; i += 2) {
      const name = rawHeaders[i] as string
      place = Math.imul(place ^ name.length, 31) + name.charCodeAt(name.length - 1)
    }
    place = (place ^ (place >>> 7)) & (PLACES - 1)
    const known = this.#places[place] as HeaderLayout | null
    if (known !== null && isOf(known, rawHeaders)) return known
    const layout = this.#make(rawHeaders)
    this.#places[place] = layout
    return layout
  }

  #make (rawHeaders: readonly string[]): HeaderLayout {
    const names = rawHeaders.filter((_, i) => i % 2 === 0 && i < 2 * MOST_HEADERS)
    const positions = new Int16Array(this.#read.length).fill(-1)
    let order = this.#seed
    names.forEach((name, i) => {
      const read = this.#read.indexOf(name.toLowerCase())
      if (read >= 0 && positions[read] === -1) positions[read] = 2 * i + 1
      if (!OCCASIONAL.test(name)) order = hashText(name.toLowerCase(), order)
    })
    const presence = (positions[ENCODING]! < 0 ? 0 : HAS_ENCODING) | (positions[HINTS]! < 0 ? 0 : HAS_HINTS) | (positions[UPGRADE]! < 0 ? 0 : HAS_UPGRADE)
    return { names, positions, order: order | 0, presence }
  }
}

function isOf (layout: HeaderLayout, rawHeaders: readonly string[]): boolean {
  const { names } = layout
  if (names.length * 2 !== Math.min(rawHeaders.length, 2 * MOST_HEADERS)) return false
  for (let i = 0; i < names.length; i++) if (names[i] !== rawHeaders[2 * i]) return false
  return true
}
