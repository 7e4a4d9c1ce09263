/** A header, query or form field. */
export interface HarPair { name: string, value: string }

/** The parts of a HAR 1.2 entry that are used, with this project's extensions. */
export interface HarEntry {
  startedDateTime?: string
  /** Milliseconds from the request to the end of the reply; -1 where unknown. */
  time?: number
  request: {
    method: string
    url: string
    headers?: HarPair[]
    bodySize?: number
    postData?: { mimeType?: string, text?: string, encoding?: string, params?: { name: string, value?: string }[] }
  }
  response?: {
    status: number
    headers?: HarPair[]
    content?: { size?: number, mimeType?: string, text?: string, encoding?: string }
    bodySize?: number
  }
  _clientIp?: string
  _label?: 'benign' | 'attack'
  _attack?: string
}

/** A request and its reply as they are to be replayed. */
export interface Exchange {
  /** Epoch milliseconds, `NaN` where the recording has none. */
  at: number
  elapsedMs: number
  method: string
  /** Path and query exactly as recorded, without scheme and host. */
  target: string
  /** Header names and values in turn, exactly as recorded. */
  rawHeaders: string[]
  /** `null` where there is none, or none on record. */
  body: Buffer | null
  /** Whether a body was sent that the recording does not have. */
  lacksBody: boolean
  client: string | null
  /** `null` where no response is on record. */
  reply: RecordedReply | null
  label: 'benign' | 'attack' | null
  attack: string | null
}

export interface RecordedReply {
  status: number
  headers: readonly HarPair[]
  mediaType: string
  /** `null` where only a size is on record. */
  body: string | Buffer | null
  bytes: number
}

/** What browsers record, too, and resolve by themselves. */
const LOCAL: readonly string[] = ['data:', 'blob:', 'about:', 'file:', 'chrome:', 'chrome-extension:', 'moz-extension:']

/**
 * Why a value is not a HAR entry that can be replayed, or `null` where it is. Strict about what decides a verdict (method, URL, headers,
 * date, label), indulgent about what is merely missing.
 */
export function entryFault (value: unknown): string | null {
  if (!isObject(value)) return 'not an object'
  const { request, response } = value
  if (!isObject(request)) return 'no request'
  if (typeof request.method !== 'string' || request.method === '') return 'request.method is not a text'
  if (typeof request.url !== 'string' || request.url === '') return 'request.url is not a text'
  const scheme = LOCAL.find((each) => (request.url as string).startsWith(each))
  if (scheme !== undefined) return `${scheme} is nothing that a server was asked for`
  const headers = pairsFault(request.headers, 'request.headers')
  if (headers !== null) return headers
  if (!isAbsent(request.postData) && !isObject(request.postData)) return 'request.postData is not an object'
  if (isObject(request.postData) && !isAbsent(request.postData.text) && typeof request.postData.text !== 'string') return 'request.postData.text is not a text'
  if (!isAbsent(response)) {
    const fault = responseFault(response)
    if (fault !== null) return fault
  }
  if (!isAbsent(value.startedDateTime) && Number.isNaN(dateOf(value.startedDateTime))) return 'startedDateTime is not a date'
  if (!isAbsent(value._clientIp) && typeof value._clientIp !== 'string') return '_clientIp is not a text'
  if (!isAbsent(value._label) && value._label !== 'benign' && value._label !== 'attack') return "_label is neither 'benign' nor 'attack'"
  if (!isAbsent(value._attack) && typeof value._attack !== 'string') return '_attack is not a text'
  return null
}

function responseFault (response: unknown): string | null {
  if (!isObject(response)) return 'response is not an object'
  if (typeof response.status !== 'number') return 'response.status is not a number'
  const { content } = response
  if (!isAbsent(content) && !isObject(content)) return 'response.content is not an object'
  if (isObject(content) && !isAbsent(content.text) && typeof content.text !== 'string') return 'response.content.text is not a text'
  return pairsFault(response.headers, 'response.headers')
}

function pairsFault (pairs: unknown, where: string): string | null {
  if (isAbsent(pairs)) return null
  if (!Array.isArray(pairs)) return `${where} is not a list`
  const wrong = pairs.findIndex((pair: unknown) => !isObject(pair) || typeof pair.name !== 'string' || typeof pair.value !== 'string')
  return wrong < 0 ? null : `${where}[${wrong}] is not a name and a value`
}

/** What is to be injected for an entry. */
export function exchangeOf (entry: HarEntry): Exchange {
  const { request } = entry
  const rawHeaders: string[] = []
  for (const { name, value } of request.headers ?? []) rawHeaders.push(name, value)
  const body = bodyOf(request)
  const time = numberOf(entry.time)
  return {
    at: dateOf(entry.startedDateTime),
    elapsedMs: Math.max(0, time),
    method: request.method,
    target: targetOf(request.url),
    rawHeaders,
    body,
    lacksBody: body === null && numberOf(request.bodySize) > 0,
    client: entry._clientIp ?? null,
    reply: replyOf(entry.response),
    label: entry._label ?? null,
    attack: entry._attack ?? null
  }
}

/**
 * The request target of a recorded URL: what stood in the request line, so scheme and authority are cut off by position and nothing is
 * parsed, normalised or decoded.
 */
export function targetOf (url: string): string {
  const authority = url.indexOf('://')
  if (authority <= 0 || !isScheme(url, authority)) return url
  for (let i = authority + 3; i < url.length; i++) {
    const code = url.charCodeAt(i)
    if (code === 47) return url.slice(i)
    if (code === 63 || code === 35) return `/${url.slice(i)}`
  }
  return '/'
}

/** The path of a request target, as Fastify's router compares it: `null` where it would refuse it. */
export function routedPath (target: string): string | null {
  let end = 0
  while (end < target.length && target.charCodeAt(end) !== 63 && target.charCodeAt(end) !== 35) end++
  const path = target.slice(0, end)
  if (!path.includes('%')) return path
  try {
    return decodeURI(path.replaceAll('%25', '%2525'))
  } catch {
    return null
  }
}

function isScheme (url: string, end: number): boolean {
  for (let i = 0; i < end; i++) {
    const code = url.charCodeAt(i)
    const lower = code | 32
    const isLetter = lower >= 97 && lower <= 122
    const isLater = (code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46
    if (!isLetter && (i === 0 || !isLater)) return false
  }
  return true
}

function bodyOf ({ postData }: HarEntry['request']): Buffer | null {
  if (isAbsent(postData)) return null
  const { text, params } = postData
  if (!isAbsent(text) && text !== '') return Buffer.from(text, postData.encoding === 'base64' ? 'base64' : 'utf8')
  if (!Array.isArray(params) || params.length === 0 || !String(postData.mimeType).startsWith('application/x-www-form-urlencoded')) return null
  return Buffer.from(params.filter(isObject).map(({ name, value }) => `${String(name)}=${String(value ?? '')}`).join('&'))
}

/** A status outside 200 to 599 is no final response: nothing came back, or the connection was taken over. */
function replyOf (response: HarEntry['response']): RecordedReply | null {
  if (isAbsent(response) || !Number.isInteger(response.status) || response.status < 200 || response.status > 599) return null
  const { status, content } = response
  const headers = response.headers ?? []
  const declared = headers.find(({ name }) => name.toLowerCase() === 'content-type')
  const text = content?.text
  const body = isAbsent(text) ? null : content?.encoding === 'base64' ? Buffer.from(text, 'base64') : text
  const size = Math.max(0, numberOf(content?.size)) || Math.max(0, numberOf(response.bodySize))
  return {
    status,
    headers,
    mediaType: declared?.value ?? textOf(content?.mimeType),
    body: body !== null && body.length === 0 && size > 0 ? null : body,
    bytes: body === null || body.length === 0 ? size : Buffer.byteLength(body)
  }
}

function dateOf (text: unknown): number {
  return typeof text === 'string' ? Date.parse(text) : NaN
}

function numberOf (value: unknown): number { return typeof value === 'number' && Number.isFinite(value) ? value : 0 }

function textOf (value: unknown): string { return typeof value === 'string' ? value : '' }

function isAbsent (value: unknown): value is null | undefined { return value === undefined || value === null }

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
