/** A recorded exchange: a HAR 1.2 entry with this project's extensions, as `fastify-anomalies replay` reads it. */
export interface TrafficEntry {
  startedDateTime: string
  /** Milliseconds from request to the end of the reply. */
  time: number
  request: HarRequest
  response: HarResponse
  cache: Record<string, never>
  timings: { send: number, wait: number, receive: number }
  _clientIp?: string
  _label: 'benign' | 'attack'
  _attack?: string
  /** Entries of one multi-request attack share this name: such an attack is judged as a whole. */
  _series?: string
  /** What went wrong behind the route for this reply; the live example shop can be told the same. */
  _incident?: Incident
}

/** outage: 5xx; leak: a far larger reply; retype: another content type; slow: a far later reply. */
export type Incident = 'outage' | 'leak' | 'retype' | 'slow'

export interface NameValue { name: string, value: string }

export interface HarRequest {
  method: string
  url: string
  httpVersion: string
  cookies: never[]
  headers: NameValue[]
  queryString: NameValue[]
  postData?: { mimeType: string, text: string }
  headersSize: number
  bodySize: number
}

export interface HarResponse {
  status: number
  statusText: string
  httpVersion: string
  cookies: never[]
  headers: NameValue[]
  content: { size: number, mimeType: string, text: string }
  redirectURL: string
  headersSize: number
  bodySize: number
}

/** Names and values in the order sent, decoded. */
export type Pairs = [name: string, value: string][]

/** The value of the first pair of that name; '' where there is none. */
export function valueOf (pairs: Readonly<Pairs>, name: string): string {
  for (const pair of pairs) if (pair[0] === name) return pair[1]
  return ''
}

export function hasPair (pairs: Readonly<Pairs>, name: string): boolean {
  return pairs.some((pair) => pair[0] === name)
}

/** `application/x-www-form-urlencoded` as browsers write it. */
export function encodeForm (text: string): string {
  const plain = isPlain(text)
  return plain ? text : encode(text).replaceAll('%20', '+').replace(/[!'()~]/g, (mark) => '%' + mark.charCodeAt(0).toString(16).toUpperCase())
}

/** Percent-encoding as clients other than browsers write it. */
export function encodeQuery (text: string): string { return isPlain(text) ? text : encode(text) }

export function encodePairs (pairs: Readonly<Pairs>, encode: (text: string) => string): string {
  let out = ''
  for (const pair of pairs) out += `${out === '' ? '' : '&'}${encode(pair[0])}=${encode(pair[1])}`
  return out
}

function encode (text: string): string {
  return encodeURIComponent(text.isWellFormed() ? text : text.toWellFormed())
}

function isPlain (text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const isWord = (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 45 || code === 95 || code === 46
    if (!isWord) return false
  }
  return true
}
