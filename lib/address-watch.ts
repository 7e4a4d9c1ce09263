/** Why the client address evidently is not the client's. */
export type AddressFault = 'untrusted-proxy' | 'one-address'

/** Requests after which all counts are halved. */
const MEMORY = 1024
/** Forwarded headers from a private peer: a proxy adds them, and nobody believes it. */
const FEW = 10
const HALF = 0.5
/** From a public peer anybody may have made them up: only where nearly all requests have them, and many do. */
const MANY = 200
const NEARLY_ALL = 0.9
/** One private address that nearly everything comes from. */
const ONE_ADDRESS = 0.95

/**
 * Notices that the client address is not the client's: requests carry forwarded addresses that the application does not trust, or one
 * private address sends nearly all. Then everybody is one client, and whoever is blocked by address is everybody.
 *
 * Counts over the last thousand or so requests; half a dozen numbers. A single client cannot make it believe so: of forged
 * headers from outside it takes nine in ten of all requests. The loopback address sending all is a machine talking to itself.
 *
 * Source of the majority count: R. Boyer, J. Moore, "MJRTY, a fast majority vote algorithm", 1991.
 */
export class AddressWatch {
  #all = 0
  #forwardedPrivate = 0
  #forwarded = 0
  #candidate = ''
  #lead = 0
  #hits = 0

  /**
   * Notes a request.
   * @param peer Address of the socket's other end. @param client What the application takes for the client's.
   * @param isForwarded Whether it carries forwarded addresses.
   */
  note (peer: string, client: string, isForwarded: boolean): void {
    if (++this.#all >= MEMORY) this.#halve()
    if (isForwarded && plainAddress(peer) === plainAddress(client)) {
      this.#forwarded++
      if (isPrivate(peer) || isLoopback(peer)) this.#forwardedPrivate++
    }
    if (client === this.#candidate) {
      this.#lead++
      this.#hits++
    } else if (--this.#lead < 0) {
      this.#candidate = client
      this.#lead = 1
      this.#hits = 1
    }
  }

  /** What is evidently wrong, or `null`. */
  get fault (): AddressFault | null {
    if (this.#forwardedPrivate >= FEW && this.#forwardedPrivate >= HALF * this.#all) return 'untrusted-proxy'
    if (this.#all < MANY) return null
    if (this.#forwarded >= NEARLY_ALL * this.#all) return 'untrusted-proxy'
    return this.#hits >= ONE_ADDRESS * this.#all && isPrivate(this.#candidate) ? 'one-address' : null
  }

  #halve (): void {
    this.#all /= 2
    this.#forwardedPrivate /= 2
    this.#forwarded /= 2
    this.#hits /= 2
    this.#lead /= 2
  }
}

/** IPv4-mapped addresses are the IPv4 ones; a network written as `…::/64` is compared by its beginning. */
function plainAddress (address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}

function isLoopback (address: string): boolean {
  const plain = plainAddress(address)
  return plain.startsWith('127.') || plain === '::1' || plain === '0:0:0:0::/64'
}

/** Addresses for private networks: RFC 1918, RFC 6598 (carriers), link-local, IPv6 unique local (RFC 4193). Not the loopback. */
function isPrivate (address: string): boolean {
  const plain = plainAddress(address)
  if (plain.includes(':')) return /^f[cd]|^fe[89ab]/i.test(plain)
  if (plain.startsWith('10.') || plain.startsWith('192.168.') || plain.startsWith('169.254.')) return true
  const second = plain.startsWith('172.') || plain.startsWith('100.') ? Number.parseInt(plain.slice(4), 10) : -1
  return plain.startsWith('172.') ? second >= 16 && second < 32 : second >= 64 && second < 128
}
