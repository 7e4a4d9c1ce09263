/**
 * The network that a client address belongs to, roughly: the first two numbers of an IPv4 address, the first two groups of an IPv6 one. What a
 * carrier's gateway, an office's lines and a reconnecting phone ordinarily stay within; an attacker elsewhere seldom does.
 */
export function networkOf (client: string): string {
  const mark = client.includes(':') ? ':' : '.'
  const first = client.indexOf(mark)
  const second = client.indexOf(mark, first + 1)
  return first < 0 || second < 0 ? client : client.slice(0, second)
}
