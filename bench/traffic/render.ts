import { notFound, refuse, statusText } from './call'
import type { Call, Reply } from './call'
import type { Draft } from './draft'
import { encodeForm, encodePairs, encodeQuery } from './entry'
import type { NameValue, Pairs, TrafficEntry } from './entry'
import type { Random } from './random'
import { answer } from './replies'
import { matchRoute } from './routes'

export const host = 'shop.example.net'
const bodyLimit = 1_048_576
const formType = 'application/x-www-form-urlencoded'

/** A draft as sent, with what the shop answers: a HAR entry. `at` is in epoch milliseconds. */
export function render (draft: Draft, at: number, random: Random, attack = ''): TrafficEntry {
  const { client } = draft
  const encode = client.agent.isForm ? encodeForm : encodeQuery
  const path = draft.path ?? pathOf(draft)
  const query = encodePairs(draft.query, encode)
  const url = query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`
  const body = bodyOf(draft)
  const headers = headersOf(draft, body)
  const reply = replyOf(draft, url, body, headers)
  const time = elapsed(draft, reply, random)
  const entry: TrafficEntry = {
    startedDateTime: new Date(at).toISOString(),
    time,
    request: {
      method: draft.method,
      url: `https://${host}${url}`,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers,
      queryString: queryString(url),
      ...(body === null ? {} : { postData: body }),
      headersSize: -1,
      bodySize: body === null ? 0 : Buffer.byteLength(body.text)
    },
    response: responseOf(draft, reply, at + time),
    cache: {},
    timings: { send: 0, wait: time, receive: 0 },
    _clientIp: client.ip,
    _label: attack === '' ? 'benign' : 'attack'
  }
  if (attack !== '') entry._attack = attack
  if (draft.incident !== null) entry._incident = draft.incident
  return entry
}

function pathOf (draft: Draft): string {
  if (draft.params.length === 0) return draft.route.url
  let path = draft.route.url
  for (const [name, value] of draft.params) {
    path = name === '*' ? path.replace('*', () => value) : path.replace(':' + name, () => encodeURIComponent(value))
  }
  return path
}

function bodyOf (draft: Draft): { mimeType: string, text: string } | null {
  if (draft.raw !== null) return draft.raw
  if (draft.form !== null) return { mimeType: formType, text: encodePairs(draft.form, encodeForm) }
  if (draft.json === undefined) return null
  return { mimeType: draft.client.agent.family === 'app-android' ? 'application/json; charset=utf-8' : 'application/json', text: JSON.stringify(draft.json) }
}

function headersOf (draft: Draft, body: { mimeType: string, text: string } | null): NameValue[] {
  const { client } = draft
  const headers = client.agent.compose(client.agent, {
    method: draft.method,
    mode: draft.mode,
    host,
    referer: draft.referer === '' ? '' : draft.referer.startsWith('/') ? `https://${host}${draft.referer}` : draft.referer,
    isCrossSite: !draft.referer.startsWith('/'),
    contentType: body?.mimeType ?? '',
    contentLength: body === null ? 0 : Buffer.byteLength(body.text),
    cookie: cookieOf(draft.cookies),
    authorization: draft.authorization,
    etag: draft.etag,
    own: draft.own
  })
  return draft.editHeaders === null ? headers : draft.editHeaders(headers)
}

function cookieOf (cookies: Readonly<Pairs>): string {
  let out = ''
  for (const [name, value] of cookies) out += `${out === '' ? '' : '; '}${name}=${value}`
  return out
}

function queryString (url: string): NameValue[] {
  const mark = url.indexOf('?')
  if (mark === -1) return []
  return url.slice(mark + 1).split('&').map((pair) => {
    const equals = pair.indexOf('=')
    return equals === -1 ? { name: pair, value: '' } : { name: pair.slice(0, equals), value: pair.slice(equals + 1) }
  })
}

function replyOf (draft: Draft, url: string, body: { mimeType: string, text: string } | null, headers: NameValue[]): Reply {
  let { route, params } = draft
  if (draft.isForeign) {
    const found = matchRoute(draft.method, url.split('?', 1)[0] as string)
    if (found === null) return notFound(draft.method, url)
    route = found.route
    params = found.params
  }
  const call: Call = { route, method: draft.method, url, params, query: draft.query, form: draft.raw === null ? draft.form ?? [] : [], json: draft.raw === null ? draft.json : undefined, headers: { cookie: '', authorization: '', apiKey: '', ifNoneMatch: '', signature: '' }, incident: draft.incident }
  if (body !== null && draft.method !== 'GET' && draft.method !== 'HEAD') {
    const refused = parse(call, draft, body)
    if (refused !== null) return refused
  }
  readHeaders(call, headers)
  return answer(call)
}

/** What Fastify does with a body before the handler; a reply where it refuses. */
function parse (call: Call, draft: Draft, body: { mimeType: string, text: string }): Reply | null {
  if (body.text.length > bodyLimit / 4 && Buffer.byteLength(body.text) > bodyLimit) return refuse(413, 'Request body is too large')
  if (draft.raw === null) return null
  const type = body.mimeType.split(';', 1)[0] as string
  if (type === formType) {
    call.form = [...new URLSearchParams(body.text)]
  } else if (type === 'application/json') {
    try {
      call.json = JSON.parse(body.text)
    } catch {
      return refuse(400, "Body is not valid JSON but content-type is set to 'application/json'")
    }
  } else if (type === 'text/plain') {
    call.json = body.text
  } else {
    return refuse(415, 'Unsupported Media Type')
  }
  return null
}

function readHeaders (call: Call, headers: readonly NameValue[]): void {
  for (const { name, value } of headers) {
    switch (name.length) {
      case 6: if (name.toLowerCase() === 'cookie') call.headers.cookie = value; break
      case 9: if (name.toLowerCase() === 'x-api-key') call.headers.apiKey = value; break
      case 13:
        if (name.toLowerCase() === 'authorization') call.headers.authorization = value
        else if (name.toLowerCase() === 'if-none-match') call.headers.ifNoneMatch = value
        break
      case 19: if (name.toLowerCase() === 'x-payment-signature') call.headers.signature = value; break
      default:
    }
  }
}

const medians: Record<string, number> = { search: 38, products: 26, 'partner-export': 240, report: 180, checkout: 190, login: 85, token: 80, register: 95, assets: 1.6, health: 0.7, suggest: 9 }

function elapsed (draft: Draft, reply: Reply, random: Random): number {
  const median = reply.status === 304 ? 0.8 : medians[draft.route.name] ?? 12
  const time = random.logNormal(median, 0.45) + reply.text.length / 60_000 + (random.chance(0.004) ? random.logNormal(median * 4, 0.5) : 0)
  return Math.round((draft.incident === 'slow' ? time + random.pick([5000, 5000, 10_000, 15_000, 20_000]) : time) * 100) / 100
}

function responseOf (draft: Draft, reply: Reply, at: number): TrafficEntry['response'] {
  const size = reply.text === '' ? 0 : Buffer.byteLength(reply.text)
  const headers = reply.headers.map(([name, value]) => ({ name, value }))
  if (reply.mimeType !== '') headers.push({ name: 'content-type', value: reply.mimeType })
  if (reply.status !== 204 && reply.status !== 304) headers.push({ name: 'content-length', value: String(size) })
  headers.push({ name: 'Date', value: new Date(at).toUTCString() }, { name: 'Connection', value: 'keep-alive' })
  const isEmpty = draft.method === 'HEAD'
  return {
    status: reply.status,
    statusText: statusText(reply.status),
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers,
    content: { size: isEmpty ? 0 : size, mimeType: reply.mimeType, text: isEmpty ? '' : reply.text },
    redirectURL: '',
    headersSize: -1,
    bodySize: isEmpty ? 0 : size
  }
}
