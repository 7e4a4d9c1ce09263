/** No address is longer, zone included. */
const LONGEST = 64

/**
 * Who a client address is: an IPv6 subscriber owns a /64, so only its first four groups count; an IPv4-mapped address is
 * the IPv4 one. A longer text than any address (whoever is trusted as a proxy may forward what a client wrote) is `unknown`, as RFC 7239 calls it.
 *
 * Source: RFC 6177 (end-site assignments), RFC 4291 section 2.2 (text form).
 */
export function clientOf (address: string): string {
  if (address.length > LONGEST) return 'unknown'
  if (!address.includes(':')) return address
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice(7)
  const zone = address.indexOf('%')
  const [front = '', back] = (zone < 0 ? address : address.slice(0, zone)).split('::', 2)
  const groups = front === '' ? [] : front.split(':')
  if (back !== undefined) {
    const rest = back === '' ? [] : back.split(':')
    while (groups.length + rest.length < 8) groups.push('0')
    groups.push(...rest)
  }
  return `${groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '').toLowerCase()).join(':')}::/64`
}
