import { StringMemo } from '../store/string-memo'
import { clientClass } from '../text/client-class'
import { hashText } from '../text/keyed-hash'
import { finishHash } from '../text/value-shape'
import { ACCEPT, ENCODING, HINTS, LANGUAGE, MOBILE, PLATFORM, UPGRADE, USER_AGENT } from './header-layout'
import type { HeaderLayout } from './header-layout'

/** What a user agent says: hash of the whole, of its products without versions, of its system without versions; and what it last came with. */
interface Agent {
  readonly whole: number
  readonly products: number
  readonly system: number
  language: string
  languageHash: number
  accepted: string
  encoding: string
  accept: number
  brands: string
  platform: string
  mobile: string
  hints: number
}

function agent (whole: number, products: number, system: number): Agent {
  return { whole, products, system, language: '', languageHash: 0, accepted: '', encoding: '', accept: 0, brands: '', platform: '', mobile: '', hints: 0 }
}
/** No header has this value: what is compared with it has changed. */
const NEVER = '\0'
/** Characters of a header hashed. */
const MOST = 128

/**
 * What a request's headers say about the device that sent it. Nothing in it depends on the method, the cookies or what is asked for. One object serves
 * all requests: read it before the next `read`.
 *
 * Time: some look-ups, no allocation for what was seen lately. Memory: 4,096 user agents with what each last came with, and 1,024 other texts. Hashes are signed: those are
 * kept without allocation.
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
  readonly #unknown = agent(0, 0, 0)

  constructor (seed: number) { this.#seed = seed }

  read ({ positions, order }: HeaderLayout, rawHeaders: readonly string[]): this {
    const agent = this.#agentOf(textAt(positions, rawHeaders, USER_AGENT))
    this.agent = agent.whole
    this.family = agent.products
    const language = textAt(positions, rawHeaders, LANGUAGE)
    if (language !== agent.language) {
      agent.language = language
      agent.languageHash = this.#hashOf(language)
      agent.accepted = NEVER
    }
    this.fingerprint = mix(agent.whole, agent.languageHash, order)
    this.#readAccept(agent, textAt(positions, rawHeaders, ACCEPT), textAt(positions, rawHeaders, ENCODING))
    const hasHints = (positions[HINTS] as number) >= 0
    if (hasHints) this.#readHints(agent, textAt(positions, rawHeaders, HINTS), textAt(positions, rawHeaders, PLATFORM), textAt(positions, rawHeaders, MOBILE))
    this.accept = agent.accept
    this.hints = hasHints ? agent.hints : 0
    const lasting = (language === '' ? 0 : 1) | ((positions[ENCODING] as number) < 0 ? 0 : 2) | (hasHints ? 4 : 0)
    // A browser opens a WebSocket without its client hints.
    this.device = (positions[UPGRADE] as number) >= 0 || agent.whole === 0 ? 0 : mix(agent.products, agent.system, lasting)
    return this
  }

  #readAccept (agent: Agent, accepted: string, encoding: string): void {
    if (accepted === agent.accepted && encoding === agent.encoding) return
    agent.accepted = accepted
    agent.encoding = encoding
    agent.accept = mix(this.#hashOf(accepted), agent.languageHash, this.#hashOf(encoding))
  }

  #readHints (agent: Agent, brands: string, platform: string, mobile: string): void {
    if (brands === agent.brands && platform === agent.platform && mobile === agent.mobile) return
    agent.brands = brands
    agent.platform = platform
    agent.mobile = mobile
    agent.hints = mix(this.#hashOf(brands), this.#hashOf(platform), this.#hashOf(mobile))
  }

  #agentOf (userAgent: string): Agent {
    if (userAgent === '') return this.#unknown
    const known = this.#agents.get(userAgent)
    if (known !== undefined) return known
    const made = agent((hashText(userAgent.slice(0, 1024), this.#seed) | 0) || 1, clientClass(userAgent, this.#seed) | 0, systemOf(userAgent, this.#seed) | 0)
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
