import type { Observation } from '../observation'
import type { ClearedHeaders } from './cleared-headers'
import { HeaderWalk } from './header-walk'
import { holdsText, isPart, isPlain } from './readable-bodies'
import { TextPlace } from './text-place'
import type { TextVisitor } from './text-place'
import { hashText } from '../text/keyed-hash'
import { essenceHash, essenceOf, isUrlencoded } from '../text/media-type'
import { multipartParts } from '../text/multipart'
import type { Part } from '../text/multipart'
import { finishHash } from '../text/value-shape'

/** Depth of a body that is walked, and values and names of it that are looked at. */
const MAX_DEPTH = 64
const MAX_NODES = 5000
/** Names kept, and characters of one. */
const MAX_NAMES = 2048
const MAX_NAME = 64
/** Bytes of a body of unknown type that are read as text. */
const MAX_BUFFER = 1_048_576

/**
 * Finds all texts of a request: headers, cookies, the path, query, path parameters, and bodies of any kind, names as well as values; and the
 * shape of the request on the way. Which field a text is in is put together only when asked for. Bounded: 5,000 values and names of a body,
 * 64 levels; what is beyond is counted in `skipped`. Iterates plain objects and arrays only: no streams, no class instances.
 */
export class InjectionWalk {
  /** Values and names of the body that were not looked at. */
  skipped = 0
  /** Hash of parameter names and body paths with types; valid after `content`. */
  shape = 0
  readonly #place = new TextPlace()
  readonly #headers = new HeaderWalk(this.#place)
  #nodes = 0
  /** Whether the body is in parts. */
  #hasParts = false
  /** Names of parameters and of properties that are clear, with their hashes: parsers make them one string each, which is found by its address. */
  readonly #names = new Map<string, number>()
  readonly #seed: number

  constructor (seed: number) { this.#seed = seed | 0 }

  /**
   * Headers and cookies, and the path where no route has it.
   * @param cleared What need not be visited again; `null` where all of them are wanted.
   */
  arrival (observation: Observation, visitor: TextVisitor, cleared: ClearedHeaders | null): void {
    this.#headers.walk(observation, visitor, cleared)
    if (observation.route.matched) return
    const end = observation.url.indexOf('?')
    this.#place.enter('request')
    this.#place.own = 'path'
    visitor.visit(end < 0 ? observation.url : observation.url.slice(0, end), false, this.#place, observation)
  }

  /** Query, path parameters and body. */
  content (observation: Observation, visitor: TextVisitor): void {
    this.skipped = 0
    this.#nodes = 0
    this.#hasParts = observation.contentType !== null && observation.contentType.startsWith('multipart/')
    let shape = this.#seed
    if (observation.query !== null) shape = (shape + this.#root('query', observation.query, visitor, observation)) | 0
    if (observation.params !== null) this.#root('path', observation.params, visitor, observation)
    const { body, contentType } = observation
    if (body !== undefined && body !== null) {
      if (contentType !== null) shape ^= essenceHash(contentType, this.#seed)
      shape = (shape + this.#body(body, contentType ?? '', visitor, observation)) | 0
    }
    this.shape = finishHash(shape)
  }

  /** A body that a hook of the application has read since. */
  lateBody (body: unknown, visitor: TextVisitor, observation: Observation): void {
    this.skipped = 0
    this.#nodes = 0
    this.#hasParts = true
    this.#root('body', body, visitor, observation)
  }

  /** Names, file names and fields of a multipart body that has streamed by. */
  streamed (parts: readonly Part[], visitor: TextVisitor, observation: Observation): void {
    this.#place.enter('body')
    this.#parts(parts, visitor, observation)
  }

  /** File names of a multipart body as they were sent: parsers hand on the last part of a path only. */
  fileNames (parts: readonly Part[], visitor: TextVisitor, observation: Observation): void {
    this.#place.enter('body')
    for (const part of parts) {
      this.#place.own = part.name
      if (part.fileName !== null) visitor.visit(part.fileName, false, this.#place, observation)
    }
    this.#place.own = ''
  }

  #body (body: unknown, contentType: string, visitor: TextVisitor, observation: Observation): number {
    if (typeof body === 'object' && !Buffer.isBuffer(body)) return this.#root(isUrlencoded(contentType) ? 'form' : 'body', body, visitor, observation)
    this.#place.enter('body')
    if (typeof body === 'string') {
      this.#text(body, contentType, visitor, observation)
      return 1
    }
    if (!Buffer.isBuffer(body)) return 0
    if (!holdsText(contentType)) return 2
    if (body.length > MAX_BUFFER) this.skipped += body.length - MAX_BUFFER
    this.#text(body.subarray(0, MAX_BUFFER).toString('utf8'), contentType, visitor, observation)
    return 1
  }

  #text (body: string, contentType: string, visitor: TextVisitor, observation: Observation): void {
    if (!essenceOf(contentType).startsWith('multipart/')) {
      visitor.visit(body, false, this.#place, observation)
      return
    }
    this.#parts(multipartParts(body, contentType), visitor, observation)
  }

  #parts (parts: readonly Part[], visitor: TextVisitor, observation: Observation): void {
    for (const part of parts) {
      this.#place.own = part.name
      visitor.visit(part.name, true, this.#place, observation)
      if (part.fileName !== null) visitor.visit(part.fileName, false, this.#place, observation)
      if (part.text !== '') visitor.visit(part.text, false, this.#place, observation)
    }
    this.#place.own = ''
  }

  #root (part: string, value: unknown, visitor: TextVisitor, observation: Observation): number {
    this.#place.enter(part)
    const shape = this.#walk(value, this.#seed, visitor, observation)
    this.#place.depth = 0
    return shape
  }

  #part (part: { value?: unknown }, visitor: TextVisitor, observation: Observation): number {
    if (typeof part.value === 'string') visitor.visit(part.value, false, this.#place, observation)
    return finishHash(this.#place.depth)
  }

  /** @returns Hash of a name; those that are clear are known by it from then on. */
  #visitName (name: string, visitor: TextVisitor, observation: Observation): number {
    const hash = hashText(name, this.#seed)
    if (!visitor.visit(name, true, this.#place, observation) || name.length > MAX_NAME) return hash
    if (this.#names.size >= MAX_NAMES) this.#names.clear()
    this.#names.set(name, hash)
    return hash
  }

  /** @returns A hash of what is below: the sum over its leaves, so that the order of names makes no difference. */
  #walk (value: unknown, path: number, visitor: TextVisitor, observation: Observation): number {
    if (this.#nodes++ >= MAX_NODES) {
      this.skipped++
      return 0
    }
    if (typeof value === 'string') {
      visitor.visit(value, false, this.#place, observation)
      return finishHash(path ^ 1)
    }
    if (typeof value !== 'object' || value === null) return finishHash(path ^ (typeof value === 'number' ? 2 : value === null ? 3 : 4))
    const depth = this.#place.depth
    if (depth >= MAX_DEPTH) {
      this.skipped++
      return 0
    }
    let shape = finishHash(path ^ 5)
    if (Array.isArray(value)) {
      this.#place.keys[depth] = '[]'
      const below = Math.imul(path ^ 0x5bd1, 0x01000193)
      // Any number of alike items, in any order, is one shape.
      let items = 0
      for (let i = 0; i < value.length; i++) {
        this.#place.depth = depth + 1
        items |= this.#walk(value[i], below, visitor, observation)
      }
      shape = (shape + finishHash(items)) | 0
    } else if (this.#hasParts && isPart(value)) {
      shape = this.#part(value, visitor, observation)
    } else if (isPlain(value)) {
      for (const key in value) {
        this.#place.keys[depth] = key
        this.#place.depth = depth + 1
        const hash = this.#names.get(key) ?? this.#visitName(key, visitor, observation)
        shape = (shape + this.#walk((value as Record<string, unknown>)[key], Math.imul(path ^ hash, 0x01000193), visitor, observation)) | 0
      }
    }
    this.#place.depth = depth
    return shape
  }
}
