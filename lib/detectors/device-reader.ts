import { StringMemo } from '../store/string-memo'
import { clientClass } from '../text/client-class'
import { hashText } from '../text/keyed-hash'
import { finishHash } from '../text/value-shape'
import { ACCEPT, ENCODING, HAS_ENCODING, HAS_HINTS, HAS_UPGRADE, HINTS, LANGUAGE, MOBILE, PLATFORM, USER_AGENT } from './header-layout'
import type { HeaderLayout } from './header-layout'

/** What a request's headers say about the device that sent it. Nothing in it depends on the method, the cookies or what is asked for. Hashes are signed: those are kept without allocation. */
export interface Device {
  /** Products and system, without versions, and which of the lasting headers are there: what an update does not change. 0 where it cannot be known. */
  readonly device: number
  /** Products without versions: the family of clients. 0 without a user agent. */
  readonly family: number
  /** User agent as it is, languages and lasting headers. */
  readonly fingerprint: number
  /** User agent as it is; 0 without one. */
  readonly agent: number
  /** Client hints; 0 without. */
  readonly hints: number
  /** What is accepted: media types, languages, encodings. */
  readonly accept: number
  /** What it was read from. */
  readonly from: Texts
}

/** The headers that tell of a device, as they were sent, `''` where one is missing; which are there, and in which order. */
interface Texts {
  readonly order: number
  readonly presence: number
  readonly userAgent: string
  readonly language: string
  readonly accepted: string
  readonly encoding: string
  readonly brands: string
  readonly platform: string
  readonly mobile: string
}

/** What a user agent says: hash of the whole, of its products without versions, of its system without versions; and devices that it came with lately. */
interface Agent {
  readonly whole: number
  readonly products: number
  readonly system: number
  readonly devices: Device[]
  next: number
}

/** Devices remembered of a user agent, and characters of headers with which one is. */
const MOST_DEVICES = 4
const MOST_KEPT = 1024
/** Characters of a header hashed. */
const MOST = 128
/** No request has these. */
const NOT_KEPT: Texts = { order: NaN, presence: 0, userAgent: '', language: '', accepted: '', encoding: '', brands: '', platform: '', mobile: '' }

/**
 * Reads devices from headers. One that was seen lately is recognised by comparing seven texts, which is a tenth of what it takes to hash them.
 *
 * Time: 60 ns where `last` is right, else some look-ups; no allocation for what was seen lately. Memory: 4,096 user agents with four devices each, and 2,048 other texts.
 */
export class DeviceReader {
  readonly #seed: number
  readonly #agents = new StringMemo<Agent>(4096, 32)
  readonly #texts = new StringMemo<number>(1024)
  readonly #strings = new StringMemo<string>(1024, 32)
  readonly #unknown = agentOf(0, 0, 0)

  constructor (seed: number) { this.#seed = seed }

  /** @param last What the sender's last request showed, if that is known: most likely it is the same again. */
  read (layout: HeaderLayout, rawHeaders: readonly string[], last: Device | null = null): Device {
    if (last !== null && isOf(last.from, layout, rawHeaders)) return last
    const agent = this.#agentOf(textAt(layout.positions, rawHeaders, USER_AGENT))
    const { devices } = agent
    for (let i = 0; i < devices.length; i++) if (isOf((devices[i] as Device).from, layout, rawHeaders)) return devices[i] as Device
    const device = this.#make(agent, this.#textsOf(layout, rawHeaders))
    if (device.from !== NOT_KEPT) {
      devices[agent.next] = device
      agent.next = (agent.next + 1) % MOST_DEVICES
    }
    return device
  }

  #make ({ whole, products, system }: Agent, from: Texts): Device {
    const { order, presence, userAgent, language, accepted, encoding, brands, platform, mobile } = from
    const languageHash = this.#hashOf(language)
    const lasting = (language === '' ? 0 : 1) | (presence & (HAS_ENCODING | HAS_HINTS))
    const length = userAgent.length + language.length + accepted.length + encoding.length + brands.length + platform.length + mobile.length
    return {
      // A browser opens a WebSocket without its client hints.
      device: (presence & HAS_UPGRADE) !== 0 || whole === 0 ? 0 : mix(products, system, lasting),
      family: products,
      fingerprint: mix(whole, languageHash, order),
      agent: whole,
      hints: (presence & HAS_HINTS) === 0 ? 0 : mix(this.#hashOf(brands), this.#hashOf(platform), this.#hashOf(mobile)),
      accept: mix(this.#hashOf(accepted), languageHash, this.#hashOf(encoding)),
      from: length > MOST_KEPT ? NOT_KEPT : from
    }
  }

  /** Devices have most of their texts in common; as one string each, they are likely in the caches. */
  #textsOf ({ positions, order, presence }: HeaderLayout, rawHeaders: readonly string[]): Texts {
    const text = (which: number): string => this.#same(textAt(positions, rawHeaders, which))
    return { order, presence, userAgent: text(USER_AGENT), language: text(LANGUAGE), accepted: text(ACCEPT), encoding: text(ENCODING), brands: text(HINTS), platform: text(PLATFORM), mobile: text(MOBILE) }
  }

  #same (text: string): string {
    const known = this.#strings.get(text)
    if (known !== undefined) return known
    if (text.length <= MOST_KEPT) this.#strings.set(text, text)
    return text
  }

  #agentOf (userAgent: string): Agent {
    if (userAgent === '') return this.#unknown
    const known = this.#agents.get(userAgent)
    if (known !== undefined) return known
    const made = agentOf((hashText(userAgent.slice(0, 1024), this.#seed) | 0) || 1, clientClass(userAgent, this.#seed) | 0, systemOf(userAgent, this.#seed) | 0)
    this.#agents.set(userAgent, made)
    return made
  }

  #hashOf (text: string): number {
    if (text.length < 24) return hashText(text, this.#seed) | 0
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const hash = hashText(text.slice(0, MOST), this.#seed) | 0
    this.#texts.set(text, hash)
    return hash
  }
}

/** A header's value, `''` where it is missing. @param which Its place in `positions`. */
export function textAt (positions: Int16Array, rawHeaders: readonly string[], which: number): string {
  const at = positions[which] as number
  return at < 0 ? '' : rawHeaders[at] as string
}

function isOf (from: Texts, { positions, order, presence }: HeaderLayout, rawHeaders: readonly string[]): boolean {
  return from.order === order && from.presence === presence && from.language === textAt(positions, rawHeaders, LANGUAGE) && from.userAgent === textAt(positions, rawHeaders, USER_AGENT) &&
    from.accepted === textAt(positions, rawHeaders, ACCEPT) && from.encoding === textAt(positions, rawHeaders, ENCODING) &&
    ((presence & HAS_HINTS) === 0 || (from.brands === textAt(positions, rawHeaders, HINTS) && from.platform === textAt(positions, rawHeaders, PLATFORM) && from.mobile === textAt(positions, rawHeaders, MOBILE)))
}

function agentOf (whole: number, products: number, system: number): Agent { return { whole, products, system, devices: [], next: 0 } }

/** Hash of the first comment of a user agent, without digits: `Windows NT ; Win; x`, `iPhone; CPU iPhone OS like Mac OS X`. */
function systemOf (userAgent: string, seed: number): number {
  const from = userAgent.indexOf('(')
  if (from < 0) return 0
  let hash = seed
  for (let i = from + 1; i < userAgent.length && i < from + 200; i++) {
    const code = userAgent.charCodeAt(i)
    if (code === 41) break
    if ((code < 48 || code > 57) && code !== 46 && code !== 95) hash = Math.imul(hash ^ code, 0x01000193)
  }
  return finishHash(hash)
}

function mix (a: number, b: number, c: number): number { return finishHash(Math.imul(Math.imul(a ^ 0x5bd1e995, 0x01000193) ^ b, 0x01000193) ^ c) | 0 || 1 }
