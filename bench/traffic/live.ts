import type { InjectOptions } from 'fastify'
import type { TrafficEntry } from './entry'

/** An entry as `app.inject` takes it; the client's address as the remote address. Duplicate headers are joined, as inject can't send them. */
export function asInjection (entry: TrafficEntry): InjectOptions {
  const { method, url, headers, postData } = entry.request
  const options: InjectOptions = { method: method as NonNullable<InjectOptions['method']>, url: pathOf(url), headers: joined(headers) }
  if (postData !== undefined) options.payload = postData.text
  if (entry._clientIp !== undefined) options.remoteAddress = entry._clientIp
  return options
}

/** Path and query of an absolute URL, as sent: nothing is resolved or decoded. */
export function pathOf (url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  return start === -1 ? '/' : url.slice(start)
}

function joined (headers: TrafficEntry['request']['headers']): Record<string, string> {
  const byName = new Map<string, string>()
  for (const { name, value } of headers) {
    const key = name.toLowerCase()
    const before = byName.get(key)
    byName.set(key, before === undefined ? value : `${before}${key === 'cookie' ? '; ' : ', '}${value}`)
  }
  return Object.fromEntries(byName)
}
