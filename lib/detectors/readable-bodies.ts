import { essenceOf, isJson } from '../text/media-type'

/** Media types of bodies that hold no text. */
const BINARY = /^(?:image|audio|video|font)\/|^application\/(?:octet-stream|zip|gzip|pdf|wasm|protobuf|x-protobuf|grpc|msgpack|x-msgpack|cbor)\b/

/** Whether a body of this media type may hold text; of unknown types it may. */
export function holdsText (contentType: string): boolean { return contentType === '' || !BINARY.test(essenceOf(contentType)) }

/** A part of `@fastify/multipart`: it refers to all others, so only what is its own is looked at. */
export function isPart (value: object): value is { value?: unknown } { return 'fieldname' in value && 'fields' in value }

/** Objects that a parser makes: no streams, buffers or class instances. A part of `@fastify/multipart` is one. */
export function isPlain (value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null || Object.getPrototypeOf(prototype) === Object.prototype
}

/** Bytes of JSON that a parser left as they came and that are parsed for the detectors: what they look at of one body is no more. */
const MAX_JSON = 262_144

/**
 * What detectors read of what the application's parser made of a body. A stream that is handed on unread, as proxies do, is none of it: its members are Node.js's, not
 * the client's. JSON that was left as text or bytes (signed webhooks, tRPC) is read as the values it stands for.
 */
export function readableBody (body: unknown, contentType: string | null): unknown {
  if (typeof body === 'object' && body !== null) {
    if (Object.getPrototypeOf(body) === Object.prototype || Array.isArray(body)) return body
    if (!Buffer.isBuffer(body)) return isStream(body) ? undefined : body
  } else if (typeof body !== 'string') {
    return body
  }
  return contentType !== null && body.length <= MAX_JSON && isJson(contentType) ? parsed(body) : body
}

/** Whether a body is a stream of Node.js or of the web. */
export function isStream (body: object): boolean {
  const { pipe, getReader } = body as { pipe?: unknown, getReader?: unknown }
  return typeof pipe === 'function' || typeof getReader === 'function'
}

/** An object or array that is there as JSON; anything else as it is, since a text that Fastify parsed is a text. */
function parsed (body: string | Buffer): unknown {
  const text = body.toString()
  if (!/^\s*[[{]/.test(text)) return body
  try {
    return JSON.parse(text)
  } catch {
    return body
  }
}
