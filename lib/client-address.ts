/** No address is longer, zone included. */
const LONGEST = 64

/**
 * Who a client address is: an IPv6 subscriber owns a /64, so only its first four groups count; an IPv4-mapped address is
 * the IPv4 one, and a port that a proxy has written behind it belongs to none. A longer text than any address (whoever is trusted as a proxy may forward what a client wrote) is `unknown`, as RFC 7239 calls it.
 *
 * Source: RFC 6177 (end-site assignments), RFC 4291 section 2.2 (text form), RFC 7239 section 6 (node and port).
 */
export function clientOf (text: string): string {
  if (text.length > LONGEST) return 'unknown'
  const address = hostOf(text)
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

/** IPv4 and a port: what Azure's gateways and IIS write into `X-Forwarded-For`. An IPv6 address has two colons at the least. */
const WITH_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/

/** An address without port and brackets: `1.2.3.4:5678` and `[2001:db8::7]:443` are `1.2.3.4` and `2001:db8::7`; anything else is itself. */
export function hostOf (address: string): string {
  if (!address.includes(':')) return address
  if (!address.startsWith('[')) return WITH_PORT.exec(address)?.[1] ?? address
  const end = address.indexOf(']')
  return end < 0 ? address : address.slice(1, end)
}
