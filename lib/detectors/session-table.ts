import { BoundedMap } from '../store/bounded-map'
import { StringMemo } from '../store/string-memo'
import { CookieScan } from '../text/cookie-scan'
import { credentialOf, isSessionName } from '../text/credential'
import type { Credential, CredentialKind } from '../text/credential'
import { jwtClaims } from '../text/jwt-claims'
import type { JwtClaims } from '../text/jwt-claims'
import type { CredentialName } from '../observation'
import type { KeyedHash } from '../text/keyed-hash'
import { SessionRecord } from './session-record'
import { TYPE } from './signal-types'

/** Who knows the credential that a request bears, as sent and as events show it. */
interface Bearer { readonly token: string | null, readonly credential: string | null, readonly named: CredentialName | null }

const NOBODY: Bearer = { token: null, credential: null, named: null }
/** Places for what was lately read of headers; a power of two. */
const PLACES = 16_384
const TOUCH_MS = 60_000
/** A cookie's value is no session below so many characters. */
const LEAST_TOKEN = 8
/** Names of cookies whose kind is remembered. */
const MOST_NAMES = 512

/**
 * The sessions and credentials of an application, by what requests carry. Nothing of a token is kept but its keyed hash and, until something else takes
 * the place, the header as it was sent, so that it need not be hashed again.
 *
 * Time: a look-up of 30 ns where the header was lately seen (a person's token none), else 1 to 3 µs. Memory: `capacity` records of 400 bytes, and 16,384 header texts twice; the
 * record longest unused goes.
 */
export class SessionTable {
  readonly #hash: KeyedHash
  readonly #records: BoundedMap<string, SessionRecord>
  readonly #byHeader = new StringMemo<SessionRecord>(PLACES)
  readonly #byCookies = new StringMemo<SessionRecord>(PLACES)
  readonly #names: ReadonlySet<string> | null
  readonly #kinds = new Map<string, boolean>()
  readonly #cookies = new CookieScan()

  /** @param names Cookies that stand for sessions; `null` goes by how they are called. */
  constructor (hash: KeyedHash, capacity: number, names: readonly string[] | null) {
    this.#hash = hash
    this.#names = names === null ? null : new Set(names)
    this.#records = new BoundedMap(capacity, (record) => { record.isGone = true })
  }

  get size (): number { return this.#records.size }
  get evictions (): number { return this.#records.evictions }

  /** What an `Authorization` header stands for. A person's is kept with the name of the credential, which is looked up anyway. */
  ofAuthorization (header: string, client: number, at: number, bearer: Bearer): SessionRecord {
    const named = header === bearer.token ? bearer.named : null
    const kept = named === null ? null : named.session as SessionRecord | null
    if (kept !== null && !kept.isGone) return this.#touch(kept, at)
    const record = this.#known(header, client, at) ?? this.#find(this.#byHeader, header, credentialOf(header), client, at, bearer)
    if (named !== null && record.isPersonal) named.session = record
    return record
  }

  /** What an API key stands for. */
  ofApiKey (key: string, client: number, at: number, bearer: Bearer): SessionRecord {
    return this.#known(key, client, at) ?? this.#find(this.#byHeader, key, { kind: 'api_key', token: key }, client, at, bearer)
  }

  /** What the session cookie among a header's cookies stands for; `null` without one. */
  ofCookies (header: string, at: number): SessionRecord | null {
    const known = this.#byCookies.get(header)
    if (known !== undefined && !known.isGone) return this.#touch(known, at)
    const token = this.#sessionIn(header)
    return token === null ? null : this.#find(this.#byCookies, header, { kind: 'session_cookie', token }, 0, at, NOBODY)
  }

  #known (header: string, client: number, at: number): SessionRecord | null {
    let known = this.#byHeader.get(header)
    if (known === undefined || known.client !== 0) known = this.#byHeader.get(header, client)
    if (known === undefined || known.isGone || (known.client !== 0 && known.client !== client)) return null
    return this.#touch(known, at)
  }

  #touch (record: SessionRecord, at: number): SessionRecord {
    if (at - record.touched > TOUCH_MS) {
      record.touched = at
      this.#records.get(record.tag)
    }
    return record
  }

  #find (memo: StringMemo<SessionRecord>, header: string, { kind, token }: Credential, client: number, at: number, bearer: Bearer): SessionRecord {
    const isPersonal = kind === 'bearer' || kind === 'session_cookie'
    const own = isPersonal ? 0 : client
    const tag = this.#hash.tag('session', own === 0 ? `${kind} ${token}` : `${kind} ${own} ${token}`)
    let record = this.#records.get(tag)
    if (record === undefined) {
      record = this.#make(tag, kind, own, isPersonal ? jwtClaims(token) : null, at, bearer.credential)
      this.#records.set(tag, record)
    }
    memo.set(header, record, own)
    return record
  }

  #make (tag: string, kind: CredentialKind, client: number, claims: JwtClaims | null, at: number, shown: string | null): SessionRecord {
    const hash = this.#hash.hash(tag) | 0
    const type = TYPE[kind === 'bearer' && claims !== null ? 'jwt' : kind]
    const subject = claims === null || claims.subject === null ? null : this.#hash.tag('subject', claims.subject)
    return new SessionRecord(tag, hash, shown === null ? hash : this.#hash.hash(shown) | 0, client, type, claims?.expiresAt ?? Infinity, subject, kind === 'bearer' || kind === 'session_cookie', at)
  }

  #sessionIn (header: string): string | null {
    const cookies = this.#cookies.read(header)
    while (cookies.next()) {
      if (this.#isSession(cookies.name) && cookies.value.length >= LEAST_TOKEN) return cookies.value
    }
    return null
  }

  #isSession (name: string): boolean {
    if (this.#names !== null) return this.#names.has(name)
    const known = this.#kinds.get(name)
    if (known !== undefined) return known
    if (this.#kinds.size >= MOST_NAMES) this.#kinds.clear()
    const isSession = isSessionName(name)
    this.#kinds.set(name, isSession)
    return isSession
  }
}
