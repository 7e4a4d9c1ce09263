/** Fields of which Node's HTTP parser keeps the first only (docs of `http.IncomingMessage`, `message.headers`). */
const SINGLE = new Set([
  'age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host', 'if-modified-since', 'if-unmodified-since', 'last-modified',
  'location', 'max-forwards', 'proxy-authorization', 'referer', 'retry-after', 'server', 'user-agent'
])

export type NodeHeaders = Record<string, string | string[]>

/**
 * Raw headers (names and values in turn) as Node would give them to an application: names in lower case, repeated fields joined or dropped.
 * `content-length` is that of the body that is really there.
 */
export function nodeHeaders (rawHeaders: readonly string[], body: Buffer | null): NodeHeaders {
  const headers: NodeHeaders = {}
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    const value = rawHeaders[i + 1] as string
    if (name !== '__proto__') add(headers, name, value)
  }
  if (body === null) return headers
  headers['content-length'] = String(body.length)
  delete headers['transfer-encoding']
  return headers
}

function add (headers: NodeHeaders, name: string, value: string): void {
  const known = Object.hasOwn(headers, name) ? headers[name] : undefined
  if (name === 'set-cookie') headers[name] = Array.isArray(known) ? [...known, value] : [value]
  else if (typeof known !== 'string') headers[name] = value
  else if (!SINGLE.has(name)) headers[name] = `${known}${name === 'cookie' ? '; ' : ', '}${value}`
}
