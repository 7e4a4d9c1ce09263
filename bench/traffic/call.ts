import { valueOf } from './entry'
import type { Incident, Pairs } from './entry'
import { bearerUser, isApiKey, sessionUser } from './credentials'
import type { Route } from './routes'

/** A request as the example shop's handlers see it, live or while a recording is written. */
export interface Call {
  route: Route
  method: string
  url: string
  params: Readonly<Pairs>
  query: Readonly<Pairs>
  /** Fields of an urlencoded body. */
  form: Readonly<Pairs>
  /** A JSON body; undefined without one. */
  json: unknown
  headers: CallHeaders
  incident: Incident | null
}

export interface CallHeaders {
  cookie: string
  authorization: string
  apiKey: string
  ifNoneMatch: string
  signature: string
}

export interface Reply {
  status: number
  mimeType: string
  text: string
  headers: [name: string, value: string][]
}

export const jsonType = 'application/json; charset=utf-8'

export function json (text: string, status = 200, headers: Reply['headers'] = []): Reply { return { status, mimeType: jsonType, text, headers } }

export function page (text: string, status = 200, headers: Reply['headers'] = []): Reply { return { status, mimeType: 'text/html; charset=utf-8', text, headers } }

const statusTexts: Record<number, string> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  302: 'Found',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable'
}

export function statusText (status: number): string { return statusTexts[status] ?? 'Unknown' }

export function refuse (status: number, message: string): Reply {
  return json(JSON.stringify({ statusCode: status, error: statusText(status), message }), status)
}

/** Fastify's own answer to a path or method that no route has. */
export function notFound (method: string, url: string): Reply {
  return json(JSON.stringify({ message: `Route ${method}:${url} not found`, error: 'Not Found', statusCode: 404 }), 404)
}

/** Whole numbers from 1 on; `fallback` where the parameter is absent, NaN where it is no number. */
export function numberIn (pairs: Readonly<Pairs>, name: string, fallback: number): number {
  const text = valueOf(pairs, name)
  return text === '' ? fallback : /^\d+$/.test(text) ? Number(text) : NaN
}

export function cookieIn (cookies: string, name: string): string {
  const start = cookies.startsWith(name + '=') ? 0 : cookies.indexOf(`; ${name}=`) + 2
  if (start === 1) return ''
  const end = cookies.indexOf(';', start)
  return cookies.slice(start + name.length + 1, end === -1 ? undefined : end)
}

/** The account that is logged in, by session cookie or bearer token; '' for none. */
export function userIn (headers: CallHeaders): string {
  if (headers.authorization.startsWith('Bearer ')) return bearerUser(headers.authorization.slice(7))
  return sessionUser(cookieIn(headers.cookie, 'sid'))
}

export function isPartner (headers: CallHeaders): boolean { return isApiKey(headers.apiKey) }

/** A field of a JSON object body as text; '' where there is none. */
export function textIn (body: unknown, name: string): string {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return ''
  const value: unknown = Reflect.get(body, name)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
