import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { RecordedReply } from '../lib/har'

/** Fields that describe the recorded connection or encoding, not the reply. */
const OF_THE_CONNECTION = new Set([
  'connection', 'content-encoding', 'content-length', 'content-type', 'date', 'keep-alive', 'proxy-authenticate', 'proxy-connection', 'te', 'trailer',
  'transfer-encoding', 'upgrade'
])
/** Longest body that is made up where only a size is on record. */
const MAX_MADE_UP = 64 * 1024 * 1024
let zeros = Buffer.alloc(1 << 16)

/**
 * Sends a recorded reply: its status, headers and body. JSON is sent as a value, so that hooks see what a handler would have returned, and
 * written as it was recorded. Where only a size is on record, so many zero bytes are sent (64 MiB at most).
 */
export function sendRecorded (reply: FastifyReply, recorded: RecordedReply): void {
  reply.code(recorded.status)
  for (const { name, value } of recorded.headers) setHeader(reply, name, value)
  if (recorded.mediaType !== '') setHeader(reply, 'content-type', recorded.mediaType, true)
  if (recorded.status === 204 || recorded.status === 304) {
    reply.send()
    return
  }
  const { body } = recorded
  const value = typeof body === 'string' && isJson(recorded.mediaType) ? parsed(body) : null
  if (value !== null) reply.serializer(() => body as string).send(value)
  else reply.send(body ?? zeroBytes(recorded.bytes))
}

function setHeader (reply: FastifyReply, name: string, value: string, always = false): void {
  if (!always && OF_THE_CONNECTION.has(name.toLowerCase())) return
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  } catch {
    return
  }
  reply.header(name, value)
}

function isJson (mediaType: string): boolean {
  const end = mediaType.indexOf(';')
  const essence = (end < 0 ? mediaType : mediaType.slice(0, end)).trim().toLowerCase()
  return essence === 'application/json' || essence.endsWith('+json')
}

/** The value where the text is a JSON object or list, else `null`. */
function parsed (text: string): object | null {
  const first = text.charCodeAt(0)
  if (first !== 123 && first !== 91 && first > 32) return null
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

function zeroBytes (bytes: number): Buffer {
  const wanted = Math.min(bytes, MAX_MADE_UP)
  if (zeros.length < wanted) zeros = Buffer.alloc(wanted)
  return zeros.subarray(0, wanted)
}
