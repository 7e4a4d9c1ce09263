import type { Observation } from '../observation'
import { isRare } from '../stats/good-turing'
import { SECRET_KINDS } from '../text/secret-scan'
import { FlowEpisode } from './flow-episode'
import type { Gravity } from './flow-episode'
import { DLP_MATCH } from './flow-signals'

const KINDS = SECRET_KINDS.length
/** Share of replies with a kind up to which it is none that the route ordinarily returns. */
const RARE = 0.005
/** Ratio to the most that the route ordinarily returns, and number, from which it is too much. */
const MANY_RATIO = 4
const MANY = 10
/** What the highest number seen keeps with each reply that has fewer. */
const FADING = 0.99

/** A first one may be anybody's slip; many at once, or a private key, are a leak. */
const ONE: Gravity = { severity: 6, risk: 45, charge: 0 }
const SEVERAL: Gravity = { severity: 8, risk: 60, charge: 30 }
/** From so many of a kind on, where none is ordinary. */
const SEVERAL_FROM = 3
const GRAVEST = SECRET_KINDS.indexOf('private_key')

/** The plain form: replies, then, where any had any, for each kind how many had it, and for each the most in one. */
export type ReplySecretsJson = number[]

/**
 * What of cards, accounts, ids, keys and tokens one route ordinarily returns, by kind and number: a login always returns a token, a payment page a card.
 *
 * A reply is remarkable where it holds a kind that at most 0.5 % of the route's replies ever did (19 replies without any are the least), or ten and four times as
 * many as ever. What one sender gets again and again counts once; a kind that comes in more than 0.5 % is the route's.
 *
 * Only numbers are kept. Time: O(1) where nothing was found. Memory: 0.1 kB, and as much again once something was found.
 */
export class ReplySecrets {
  #replies = 0
  /** For each kind how many replies had it, then for each the most in one; most routes never need it. */
  #counts: Float64Array = NONE
  #episode: FlowEpisode | null = null
  /** Who got any last. */
  #lastWith = 0

  /** Judges what was found in a reply. */
  judge (found: Uint8Array, observation: Observation): void {
    for (let kind = 0; kind < KINDS; kind++) {
      const count = found[kind] as number
      if (count === 0) continue
      const isNew = isRare(this.#with(kind), this.#replies, RARE)
      const most = isNew ? 0 : this.#most(kind)
      const isMany = this.#replies >= MANY && count >= MANY && count >= MANY_RATIO * most
      if (!isNew && !isMany) continue
      this.#episode ??= new FlowEpisode()
      this.#episode.report(DLP_MATCH, `response.${SECRET_KINDS[kind]}`, count >= SEVERAL_FROM || kind === GRAVEST ? SEVERAL : ONE, observation, `${observation.route.key} ${SECRET_KINDS[kind]}`, observation.at, Math.round(most), count, {
        replies: Math.round(this.#replies), with: Math.round(this.#with(kind)), found: count
      })
    }
  }

  /** Learns a reply. @param found `null` where nothing was found. */
  learn (found: Uint8Array | null, principal: number): void {
    if (found === null) {
      this.#replies++
      return
    }
    if (principal === this.#lastWith && this.#isAllRare(found)) return
    this.#replies++
    this.#lastWith = principal
    for (let kind = 0; kind < KINDS; kind++) {
      const count = found[kind] as number
      if (count === 0) continue
      const counts = this.#own()
      counts[kind]!++
      counts[KINDS + kind] = Math.max(count, FADING * this.#most(kind))
    }
  }

  halve (): void {
    this.#replies /= 2
    for (let kind = 0; kind < KINDS && this.#counts !== NONE; kind++) this.#counts[kind]! /= 2
  }

  merge (json: ReplySecretsJson): void {
    this.#replies += json[0] as number
    for (let kind = 0; kind < KINDS; kind++) {
      if (!((json[1 + kind] as number) > 0)) continue
      const counts = this.#own()
      counts[kind]! += json[1 + kind] as number
      counts[KINDS + kind] = Math.max(this.#most(kind), json[1 + KINDS + kind] as number)
    }
  }

  toJSON (): ReplySecretsJson { return [this.#replies, ...this.#counts] }

  restore (json: ReplySecretsJson): void {
    this.#replies = 0
    this.#counts = NONE
    this.merge(json)
  }

  /** What was learned, for people: kinds that replies have had. */
  describe (): Record<string, unknown> {
    return { replies: Math.round(this.#replies), ...Object.fromEntries(SECRET_KINDS.map((kind, i) => [kind, Math.round(this.#with(i))] as const).filter(([, count]) => count > 0)) }
  }

  #isAllRare (found: Uint8Array): boolean {
    for (let kind = 0; kind < KINDS; kind++) if ((found[kind] as number) > 0 && !isRare(this.#with(kind), this.#replies, RARE)) return false
    return true
  }

  #with (kind: number): number { return this.#counts[kind] ?? 0 }
  #most (kind: number): number { return this.#counts[KINDS + kind] ?? 0 }

  #own (): Float64Array {
    if (this.#counts === NONE) this.#counts = new Float64Array(2 * KINDS)
    return this.#counts
  }
}

/** No counts yet. */
const NONE = new Float64Array(0)

/** Whether a media type is one of text: JSON, XML, HTML, CSV; not scripts, styles, images. */
export function isTextual (mediaType: string | null): boolean {
  if (mediaType === null) return false
  return mediaType.startsWith('application/json') || mediaType.startsWith('text/html') || mediaType.startsWith('text/plain') || mediaType.startsWith('text/csv') ||
    mediaType.startsWith('text/xml') || mediaType.startsWith('application/xml') || mediaType.startsWith('application/x-ndjson') || mediaType.includes('+json') || mediaType.includes('+xml')
}
