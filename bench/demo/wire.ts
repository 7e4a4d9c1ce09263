import type { TrafficEntry } from '../traffic/entry'
import { pathOf } from '../traffic/live'

/**
 * A recorded request as bytes: its headers in their order and case, and the client's address as a reverse proxy says it. Only what frames
 * the message is put right: the length of the body is the true one.
 */
export function requestBytes ({ request, _clientIp }: TrafficEntry): Buffer {
  const body = Buffer.from(request.postData?.text ?? '')
  const lines = [`${request.method} ${pathOf(request.url)} HTTP/1.1`]
  let isFramed = body.length === 0
  let isForwarded = _clientIp === undefined
  for (const { name, value } of request.headers) {
    const key = name.toLowerCase()
    if (key === 'transfer-encoding') continue
    if (key === 'content-length') {
      lines.push(`${name}: ${body.length}`)
      isFramed = true
    } else if (key === 'x-forwarded-for' && !isForwarded) {
      lines.push(`${name}: ${value}, ${_clientIp}`)
      isForwarded = true
    } else {
      lines.push(`${name}: ${value}`)
    }
  }
  if (!isFramed) lines.push(`Content-Length: ${body.length}`)
  if (!isForwarded) lines.push(`X-Forwarded-For: ${_clientIp}`)
  const head = lines.join('\r\n') + '\r\n\r\n'
  return Buffer.concat([Buffer.from(head, isLatin1(head) ? 'latin1' : 'utf8'), body])
}

function isLatin1 (text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false
  return true
}
