import type { EntityRef } from './anomaly-event'
import { combine } from './assessment'
import type { RouteState } from './route-state'
import type { Signal } from './signal'
import { isMerelyTyped } from './typed-credentials'
import { NO_NAMES } from './text/header-names'
import type { MultipartReader } from './text/multipart-reader'

/** Signals kept for one request; what is found beyond that is only counted. */
export const MAX_SIGNALS = 32

/** Instead of a number of bytes: that of a text whose bytes have not been counted; and what a unit of UTF-16 takes in UTF-8 at the most. */
const UNCOUNTED = -2
const MOST_BYTES_A_UNIT = 3
/** Taken once: `Buffer` is a getter on the global object. */
const { byteLength } = Buffer

/** What an observation may do to the baselines once it is settled. */
export type Lesson = 'teach' | 'quarantine' | 'none'

/** What stands for a credential: a keyed hash for showing and comparing, and one of 32 bits for tables. */
export interface CredentialName {
  readonly tag: string
  readonly hash: number
  /** What trends knows of its session and of its sender, so that neither is looked up by itself. */
  session: object | null
  sender: object | null
}

/** What stands for a session: keyed hashes. */
export interface SessionName { readonly tag: string, readonly hash: number }

/** Makes the keyed hashes that stand for a credential. */
export interface Namer { nameOf (token: string): CredentialName }

/**
 * What one request and its response showed, as plain values read once: detectors judge it and learn from it, and never
 * touch Fastify. Fields of the response are 0, -1 or `null` until the reply is sent.
 */
export class Observation {
  /** Epoch milliseconds. */
  readonly at: number
  /** Monotonic milliseconds, for `elapsedMs`. */
  readonly started: number
  readonly route: RouteState
  readonly method: string
  /** As sent: path and query, undecoded. */
  readonly url: string
  /** Header names and values in turn, as sent. */
  readonly rawHeaders: readonly string[]
  /** Media type as sent, or `null`. */
  readonly contentType: string | null
  /** Declared length of the body, 0 without one, -1 where it is chunked. */
  readonly requestBytes: number
  /** Client address, IPv6 by /64. */
  readonly client: string
  readonly clientHash: number
  readonly requestId: string
  /** The names among `rawHeaders`. */
  headerNames = NO_NAMES
  /** Address of the socket's other end: the client's, or that of a proxy; `''` where unknown. */
  peer = ''
  /** The user as the application names it (keyed hash), once known. */
  user: string | null = null
  /** Whom a thing that does not teach is counted for: the principal, or on routes that few use, the ten minutes it came in. */
  supporter = 0
  query: unknown = null
  params: unknown = null
  body: unknown = null
  /** A multipart body that a hook of the application has read since; `null` where there is none. */
  lateBody: object | null = null
  /** What streams by of a multipart body; `null` where there is none. */
  streamed: MultipartReader | null = null
  /** The JSON body as it was sent, kept where the request may teach; `undefined` where there is none. */
  sent: unknown = undefined
  /** The value that the reply is made of, before it is serialised; `undefined` where there is none (text, streams). */
  reply: unknown = undefined
  /** What is sent: text, bytes or a stream, as the last `onSend` hook before ours left it. */
  payload: unknown = undefined
  /** Status of that reply, 0 before it is known. */
  replyStatus = 0
  /** Whether an earlier hook answered before the request's own judging. */
  late = false
  /** Whether `onSend` runs again, for the error of a later `onSend` hook. */
  resent = false
  /** What trends knows of its session (a token's, or a cookie's) and of its TLS client; kept from the request to the reply. */
  session: SessionName | null = null
  tls: object | null = null
  /** Who did it, as events show it; made with the first signal, completed when the user is known. */
  entity: EntityRef | null = null
  /** Whether it was decided if the request is learned from. */
  settled = false
  /** Signals whose own charge has been made. */
  billed = 0
  /** Whether it was answered with a refusal (403, 429) of this collection's own. */
  refused = false
  /** Whether what would have been done about it has been counted. */
  isCounted = false
  /** Whether the outcome of a login has been counted. */
  loginCounted = false
  /** Whether the end of the reply is awaited, to learn from the request then. */
  awaited = false

  status = 0
  responseType: string | null = null
  elapsedMs = -1

  /** Signals found, `null` while there are none. */
  signals: Signal[] | null = null
  /** Signals beyond `MAX_SIGNALS`. */
  suppressed = 0
  /** Signals already given to the registry. */
  recorded = 0
  /** Whether the request has been counted as flagged, and whether its risk has been charged to its entity. */
  risked = false
  charged = false
  /** Whether what is certain to do harm has been charged. */
  chargedAttack = false
  /** Whether the application has been asked who the user is, where it can tell. */
  identified = false
  /** Severity of the gravest signal. */
  severity = 0
  #score = 0
  #scored = 0
  #responseBytes = -1
  /** The credential as sent, where it is not hashed until somebody asks: many requests are judged without. */
  readonly token: string | null
  #credential: string | null
  #principal: number
  #named: CredentialName | null = null
  readonly #namer: Namer | null
  #drawn: boolean | null = null

  /**
   * @param credential Keyed hash of the credential, or `null`.
   * @param token The credential as sent, where it has still to be hashed by `namer`; then `credential` and `principal` follow from it.
   */
  constructor (at: number, started: number, route: RouteState, method: string, url: string, rawHeaders: readonly string[], contentType: string | null,
    requestBytes: number, client: string, clientHash: number, credential: string | null, principal: number, requestId: string,
    token: string | null = null, namer: Namer | null = null) {
    this.at = at
    this.started = started
    this.route = route
    this.method = method
    this.url = url
    this.rawHeaders = rawHeaders
    this.contentType = contentType
    this.requestBytes = requestBytes
    this.client = client
    this.clientHash = clientHash
    this.requestId = requestId
    this.#credential = credential
    this.#principal = principal
    this.token = token
    this.#namer = namer
  }

  /** What stands for the credential that was sent; `null` without one. */
  get named (): CredentialName | null {
    if (this.#named === null && this.token !== null) this.#nameCredential(this.token)
    return this.#named
  }

  /** Keyed hash of the credential, or `null`. */
  get credential (): string | null { return this.named === null ? this.#credential : this.named.tag }

  /** Hash of the credential, whoever the user turns out to be; 0 without one. */
  get credentialHash (): number { return this.named === null ? 0 : this.named.hash }

  /** Hash of the principal: user, else credential, else client. */
  get principal (): number {
    if (this.user === null && this.#named === null && this.token !== null) this.#nameCredential(this.token)
    return this.#principal
  }

  /** Whether it shows a credential, or a cookie that somebody took for a session's. */
  get hasSession (): boolean { return this.session !== null || this.token !== null }

  /** Tells who the user is. @param user Keyed hash of the name. */
  identify (user: string, principal: number): void {
    this.user = user
    this.#principal = principal
    if (this.entity !== null) this.entity.user = user
  }

  #nameCredential (token: string): void {
    const named = (this.#namer as Namer).nameOf(token)
    this.#named = named
    if (this.user === null) this.#principal = named.hash
  }

  /** Whether the request is one of those that teach, of a route with more than enough; drawn when first asked for. */
  get isDrawn (): boolean {
    this.#drawn ??= this.route.draws(this.at)
    return this.#drawn
  }

  /** Bytes of the reply, -1 where unknown (streams). Those of a text are counted when somebody asks: of most replies it is enough to know that they are no longer than that. */
  get responseBytes (): number {
    if (this.#responseBytes === UNCOUNTED) this.#responseBytes = byteLength(this.payload as string)
    return this.#responseBytes
  }

  set responseBytes (bytes: number) { this.#responseBytes = bytes }

  /** No fewer than `responseBytes`, without counting. */
  get mostResponseBytes (): number { return this.#responseBytes === UNCOUNTED ? (this.payload as string).length * MOST_BYTES_A_UNIT : this.#responseBytes }

  /** The reply is a text, in `payload`. */
  leaveUncounted (): void { this.#responseBytes = UNCOUNTED }

  /** The only way in for what a detector finds. */
  add (signal: Signal): void {
    if (isMerelyTyped(signal, this.route)) return
    if (signal.severity > this.severity) this.severity = signal.severity
    if (this.signals === null) this.signals = [signal]
    else if (this.signals.length < MAX_SIGNALS) this.signals.push(signal)
    else this.suppressed++
  }

  /** Takes back what was added since signals were last recorded. */
  drop (): void {
    if (this.recorded === 0) this.signals = null
    else if (this.signals !== null) this.signals.length = this.recorded
    this.#scored = 0
    this.#score = 0
  }

  /** Takes back what was added from place `from` on and is of types that are not to be told. */
  withhold (from: number, types: ReadonlySet<string>): void {
    const told = this.signals?.filter((signal, place) => place < from || !types.has(signal.type)) ?? []
    if (this.signals === null || told.length === this.signals.length) return
    this.signals = told.length === 0 ? null : told
    this.severity = told.reduce((most, { severity }) => Math.max(most, severity), 0)
    this.#scored = 0
    this.#score = 0
  }

  /** Combined risk of the signals so far, 0 to 100. */
  get score (): number {
    if (this.signals === null) return 0
    if (this.#scored !== this.signals.length) {
      this.#score = combine(this.signals)
      this.#scored = this.signals.length
    }
    return this.#score
  }

  /** Whether the score reaches the route's flag threshold. */
  get flagged (): boolean { return this.signals !== null && this.score >= this.route.flagAt }
}
