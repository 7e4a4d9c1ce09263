import { essenceOf } from '../text/media-type'

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
