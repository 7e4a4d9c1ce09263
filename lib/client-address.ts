/** No address is longer, zone, brackets and port included. */
const LONGEST = 64
const GROUPS = 8
/** Groups of an IPv6 address that say it is an IPv4 one (RFC 4291, section 2.5.5.2): so many of zeros, then `ffff`. */
const MAPPED = 5

/**
 * Who a client address is: an IPv6 subscriber owns a /64, so only its first four groups count; an IPv4-mapped address is
 * the IPv4 one. A port that a proxy has left with the address (`192.0.2.1:5000`, `[2001:db8::1]:5000`) is no part of who somebody is. A longer text
 * than any address (whoever is trusted as a proxy may forward what a client wrote) is `unknown`, as RFC 7239 calls it.
 *
 * Source: RFC 6177 (end-site assignments), RFC 4291 section 2.2 (text form), RFC 7239 section 6 (ports).
 */
export function clientOf (address: string): string {
  if (address.length > LONGEST) return 'unknown'
  const plain = withoutPort(address)
  if (!plain.includes(':')) return plain
  const groups = groupsOf(plain)
  if (groups.length === GROUPS && groups[MAPPED] === 'ffff' && groups.every((group, i) => i >= MAPPED || group === '0')) return mapped(groups)
  return `${groups.slice(0, 4).join(':')}::/64`
}

/** An address without brackets and port. */
export function withoutPort (address: string): string {
  if (address.startsWith('[')) return address.slice(1, address.includes(']') ? address.indexOf(']') : undefined)
  const colon = address.indexOf(':')
  return colon > 0 && colon === address.lastIndexOf(':') ? address.slice(0, colon) : address
}

/** The eight groups of an IPv6 address, without zeros in front; fewer or more where it is none. */
function groupsOf (address: string): string[] {
  const zone = address.indexOf('%')
  const [front = '', back] = (zone < 0 ? address : address.slice(0, zone)).split('::', 2)
  const groups = partsOf(front)
  if (back !== undefined) {
    const rest = partsOf(back)
    while (groups.length + rest.length < GROUPS) groups.push('0')
    groups.push(...rest)
  }
  return groups.map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
}

/** The groups of a part; an IPv4 address at its end is two. */
function partsOf (text: string): string[] {
  if (text === '') return []
  const parts = text.split(':')
  const bytes = (parts.at(-1) as string).split('.').map(Number)
  if (bytes.length !== 4 || !bytes.every((byte) => byte >= 0 && byte < 256)) return parts
  const [a, b, c, d] = bytes as [number, number, number, number]
  return [...parts.slice(0, -1), (a * 256 + b).toString(16), (c * 256 + d).toString(16)]
}

function mapped (groups: readonly string[]): string {
  return groups.slice(MAPPED + 1).map((group) => parseInt(group, 16)).map((pair) => `${pair >>> 8 & 255}.${pair & 255}`).join('.')
}
