import type { Client } from './clients'
import type { Incident, NameValue, Pairs } from './entry'
import type { Route } from './routes'

/** A request before it is written: decoded, in parts, so that attackers can change one part and leave the rest. */
export interface Draft {
  client: Client
  route: Route
  method: string
  params: Pairs
  query: Pairs
  /** Fields of an urlencoded body; null without one. */
  form: Pairs | null
  /** A JSON body; undefined without one. */
  json: Record<string, unknown> | undefined
  /** A body sent as it stands, whatever the route expects. */
  raw: { mimeType: string, text: string } | null
  mode: 'navigate' | 'form' | 'fetch' | 'asset'
  /** Path (and query) of the page before, or a foreign URL; '' for none. */
  referer: string
  cookies: Pairs
  own: Pairs
  authorization: string
  etag: string
  /** The path as sent, in place of the route's with its parameters. */
  path: string | null
  /** Set where the route has to be found by the router, because path or method were changed. */
  isForeign: boolean
  /** A last change to the header list. */
  editHeaders: ((headers: NameValue[]) => NameValue[]) | null
  incident: Incident | null
}

export function draftOf (client: Client, route: Route, parts: Partial<Draft> = {}): Draft {
  return {
    client,
    route,
    method: route.method,
    params: [],
    query: [],
    form: null,
    json: undefined,
    raw: null,
    mode: 'fetch',
    referer: '',
    cookies: client.cookies,
    own: client.own,
    authorization: client.authorization,
    etag: '',
    path: null,
    isForeign: false,
    editHeaders: null,
    incident: null,
    ...parts
  }
}
