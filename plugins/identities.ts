import type { FastifyRequest } from 'fastify'
import { clientOf } from '../lib/client-address'
import type { CredentialName, Namer } from '../lib/observation'
import { StringMemo } from '../lib/store/string-memo'
import type { KeyedHash } from '../lib/text/keyed-hash'
import { finishHash } from '../lib/text/value-shape'

/** A client's address, as learned from a socket and what a proxy says. */
interface Client {
  /** Address of the socket. */
  readonly peer: string | undefined
  /** Client address, IPv6 by /64. */
  readonly address: string
  readonly hash: number
}

/** Longer lists of proxies are not remembered. */
const MAX_FORWARDED = 256

/**
 * Who sent a request: the client's address, and the keyed hashes that stand for credentials and users. What clients send again
 * and again is remembered; memory: 8,192 credentials and 4,096 clients, at the most.
 */
export class Identities implements Namer {
  readonly #hash: KeyedHash
  readonly #tags = new StringMemo<CredentialName>(8192)
  readonly #clients = new StringMemo<Client>(4096)
  /** A proxy that is trusted to name the client. */
  #peer: string | null = null
  /** Hash of the client that was asked for last, as a signed integer: those are kept without allocation. */
  clientHash = 0
  /** The socket's other end of the same request, `''` where unknown. */
  peer = ''

  constructor (hash: KeyedHash) { this.#hash = hash }

  /** Keyed hashes of a credential or of a user's name. */
  nameOf (token: string): CredentialName {
    const known = this.#tags.get(token)
    if (known !== undefined) return known
    const tag = this.#hash.tag('credential', token)
    const name: CredentialName = { tag, hash: this.#hash.hash(tag), session: null, sender: null }
    this.#tags.set(token, name)
    return name
  }

  /**
   * The client's address, IPv6 by /64; `clientHash` is its hash and `peer` the socket's other end until the next call.
   *
   * Fastify walks the forwarded addresses at every read (measured: 3 µs with one proxy). A single IPv4 address is taken as it is,
   * where this socket's peer is trusted to say so; what Fastify made of other lists is remembered.
   * @param forwarded `X-Forwarded-For` as sent, `''` without.
   */
  clientOf (request: FastifyRequest, forwarded: string): string {
    const peer = request.socket?.remoteAddress
    this.peer = peer ?? ''
    if (peer !== undefined && peer === this.#peer && this.#isIPv4(forwarded)) return forwarded
    const salt = peer === undefined ? 0 : endOf(peer)
    const known = this.#clients.get(forwarded, salt)
    if (known !== undefined && known.peer === peer) {
      this.clientHash = known.hash
      return known.address
    }
    const ip: string | undefined = request.ip
    const address = ip === undefined ? '' : clientOf(ip)
    const hash = this.#hash.hash(address) | 0
    this.clientHash = hash
    if (forwarded.length <= MAX_FORWARDED) this.#clients.set(forwarded, { peer, address, hash }, salt)
    if (peer !== undefined && address === forwarded && address !== peer) this.#peer = peer
    return address
  }

  /** Whether the text has no other characters than an IPv4 address; then it is hashed at once. */
  #isIPv4 (text: string): boolean {
    const { length } = text
    if (length < 7 || length > 15) return false
    let hash = this.#hash.seed ^ length
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if ((code < 48 || code > 57) && code !== 46) return false
      hash = Math.imul(hash ^ code, 0x01000193)
    }
    this.clientHash = finishHash(hash) | 0
    return true
  }
}

/** What tells the places of neighbours' addresses apart. */
function endOf (address: string): number {
  let end = 0
  for (let i = Math.max(0, address.length - 6); i < address.length; i++) end = Math.imul(end ^ address.charCodeAt(i), 0x01000193)
  return end
}
