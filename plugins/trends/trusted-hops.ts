import type { FastifyRequest } from 'fastify'

/** Peers remembered. */
const MOST_PEERS = 1024
/** An address of documentation (RFC 5737), which no peer has. */
const SOMEBODY = '192.0.2.1'

/**
 * Whether the peer of a request's socket is a proxy that the application trusts (Fastify's `trustProxy`): only then is a header believed that a
 * proxy is to set. Fastify keeps the function to itself, but shows what it says: it believes a forwarded address only of trusted peers. So
 * its own getter is asked about a request that has one. A function that is given as `trustProxy` is asked once for each peer.
 */
export class TrustedHops {
  readonly #peers = new Map<string, boolean>()

  trusts (request: FastifyRequest): boolean {
    const peer = request.raw.socket?.remoteAddress
    if (peer === undefined) return false
    const known = this.#peers.get(peer)
    if (known !== undefined) return known
    if (this.#peers.size >= MOST_PEERS) this.#peers.clear()
    const trusted = isTrusted(request, peer)
    this.#peers.set(peer, trusted)
    return trusted
  }
}

function isTrusted (request: FastifyRequest, remoteAddress: string): boolean {
  const raw = { socket: { remoteAddress }, connection: { remoteAddress }, headers: { 'x-forwarded-for': SOMEBODY } }
  const asked = Object.create(Object.getPrototypeOf(request), { raw: { value: raw } }) as FastifyRequest
  return asked.ips?.includes(SOMEBODY) === true
}
