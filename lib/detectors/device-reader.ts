import { StringMemo } from '../store/string-memo'
import { clientClass } from '../text/client-class'
import { hashText } from '../text/keyed-hash'
import { finishHash } from '../text/value-shape'
import { ACCEPT, ENCODING, HINTS, LANGUAGE, MOBILE, PLATFORM, UPGRADE, USER_AGENT } from './header-layout'
import type { HeaderLayout } from './header-layout'

/** What a user agent says: hash of the whole, of its products without versions, of its system without versions. */
interface Agent { readonly whole: number, readonly products: number, readonly system: number }

const UNKNOWN: Agent = { whole: 0, products: 0, system: 0 }
/** Characters of a short header hashed. */
const MOST = 128

/**
 * What a request's headers say about the device that sent it. Nothing in it depends on the method, the cookies or what is asked for. One object serves
 * all requests: read it before the next `read`.
 *
 * Time: some look-ups, no allocation for what was seen lately. Memory: 4,096 user agents and 1,024 other texts.
 */
export class DeviceReader {
  /** Products and system, without versions, and which of the lasting headers are there: what an update does not change. 0 where it cannot be known. */
  device = 0
  /** Products without versions: the family of clients. 0 without a user agent. */
  family = 0
  /** User agent as it is, languages and lasting headers. */
  fingerprint = 0
  /** User agent as it is. */
  agent = 0
  /** Client hints; 0 without. */
  hints = 0
  /** What is accepted: media types, languages, encodings. */
  accept = 0
  readonly #seed: number
  readonly #agents = new StringMemo<Agent>(4096, 32)
  readonly #texts = new StringMemo<number>(1024)

  constructor (seed: number) { this.#seed = seed }

  read ({ positions, order }: HeaderLayout, rawHeaders: readonly string[]): this {
    const agent = this.#agentOf(textAt(positions, rawHeaders, USER_AGENT))
    const language = this.#hashOf(textAt(positions, rawHeaders, LANGUAGE))
    const isUpgrade = (positions[UPGRADE] as number) >= 0
    this.agent = agent.whole
    this.family = agent.products
    this.hints = (positions[HINTS] as number) < 0 ? 0 : mix(this.#hashOf(textAt(positions, rawHeaders, HINTS)), this.#hashOf(textAt(positions, rawHeaders, PLATFORM)), this.#hashOf(textAt(positions, rawHeaders, MOBILE)))
    this.accept = mix(this.#hashOf(textAt(positions, rawHeaders, ACCEPT)), language, this.#hashOf(textAt(positions, rawHeaders, ENCODING)))
    this.fingerprint = mix(agent.whole, language, order)
    const lasting = ((positions[LANGUAGE] as number) < 0 ? 0 : 1) | ((positions[ENCODING] as number) < 0 ? 0 : 2) | ((positions[HINTS] as number) < 0 ? 0 : 4)
    // A browser opens a WebSocket without its client hints.
    this.device = isUpgrade || agent.whole === 0 ? 0 : mix(agent.products, agent.system, lasting)
    return this
  }

  #agentOf (userAgent: string): Agent {
    if (userAgent === '') return UNKNOWN
    const known = this.#agents.get(userAgent)
    if (known !== undefined) return known
    const agent = { whole: hashText(userAgent.slice(0, 1024), this.#seed) || 1, products: clientClass(userAgent, this.#seed), system: systemOf(userAgent, this.#seed) }
    this.#agents.set(userAgent, agent)
    return agent
  }

  #hashOf (text: string): number {
    if (text.length < 24) return hashText(text, this.#seed)
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const hash = hashText(text.slice(0, MOST), this.#seed)
    this.#texts.set(text, hash)
    return hash
  }
}

/** A header's value, `''` where it is missing. @param which Its place in `positions`. */
export function textAt (positions: Int16Array, rawHeaders: readonly string[], which: number): string {
  const at = positions[which] as number
  return at < 0 ? '' : rawHeaders[at] as string
}

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

function mix (a: number, b: number, c: number): number { return finishHash(Math.imul(Math.imul(a ^ 0x5bd1e995, 0x01000193) ^ b, 0x01000193) ^ c) || 1 }
