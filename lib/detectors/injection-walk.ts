import type { Observation } from '../observation'
import { COOKIES, CREDENTIAL, isClearAtSight, kindOf, noteUsual } from './cleared-headers'
import type { ClearedHeaders, HeaderKind } from './cleared-headers'
import { holdsText, isPart, isPlain } from './readable-bodies'
import { hashText } from '../text/keyed-hash'
import { essenceHash, essenceOf, isUrlencoded } from '../text/media-type'
import { multipartParts } from '../text/multipart'
import type { Part } from '../text/multipart'
import { showName } from '../text/redact'
import { finishHash } from '../text/value-shape'

/** Depth of a body that is walked, and values and names of it that are looked at. */
const MAX_DEPTH = 64
const MAX_NODES = 5000
/** Names kept, and characters of one. */
const MAX_NAMES = 2048
const MAX_NAME = 64
/** Bytes of a body of unknown type that are read as text. */
const MAX_BUFFER = 1_048_576

/** What is done with each text of a request. */
export interface TextVisitor {
  /**
   * @param walk Says which field it is, where that matters.
   * @param isName Whether the text is a name, which says nothing about the field's values.
   * @returns Whether the text was looked at whole and is nothing like an injection, whatever the field.
   */
  visit (text: string, isName: boolean, walk: InjectionWalk, observation: Observation): boolean
}

/**
 * Finds all texts of a request: headers, cookies, the path, query, path parameters, and bodies of any kind, names as well as values; and the
 * shape of the request on the way. Which field a text is in is put together only when asked for. Bounded: 5,000 values and names of a body,
 * 64 levels; what is beyond is counted in `skipped`. Iterates plain objects and arrays only: no streams, no class instances.
 */
export class InjectionWalk {
  /** Whether the field is a header or a cookie, whose history is the application's, not the route's. */
  isHeader = false
  /** Values and names of the body that were not looked at. */
  skipped = 0
  /** Hash of parameter names and body paths with types; valid after `content`. */
  shape = 0
  #prefix = ''
  #name = ''
  readonly #keys: string[] = []
  #depth = 0
  #nodes = 0
  /** Whether the body is in parts. */
  #hasParts = false
  /** Names of parameters and of properties that are clear, with their hashes: parsers make them one string each, which is found by its address. */
  readonly #names = new Map<string, number>()
  /** Fields of headers, by their names as sent. */
  readonly #headerFields = new Map<string, string>()
  readonly #seed: number

  constructor (seed: number) { this.#seed = seed | 0 }

  /** The field of the text being visited, such as `body.items[].name`. */
  field (): string {
    if (this.#depth === 0) {
      if (this.#name === '') return this.#prefix
      return this.isHeader && this.#prefix === 'header' ? this.#fieldOfHeader(this.#name) : `${this.#prefix}.${showName(this.#name)}`
    }
    let field = this.#prefix
    for (let i = 0; i < this.#depth && i < 12; i++) field += this.#keys[i] === '[]' ? '[]' : `.${showName(this.#keys[i] as string)}`
    return field
  }

  #fieldOfHeader (name: string): string {
    const known = this.#headerFields.get(name)
    if (known !== undefined) return known
    const field = `header.${showName(name.toLowerCase())}`
    if (name.length > MAX_NAME) return field
    if (this.#headerFields.size >= MAX_NAMES) this.#headerFields.clear()
    this.#headerFields.set(name, field)
    return field
  }

  /** Name of the field alone, by which what may be shown of it is decided. */
  name (): string {
    for (let i = this.#depth - 1; i >= 0; i--) if (this.#keys[i] !== '[]') return this.#keys[i] as string
    return this.#name
  }

  /**
   * Headers and cookies, and the path where no route has it.
   * @param cleared What need not be visited again; `null` where all of them are wanted.
   */
  arrival (observation: Observation, visitor: TextVisitor, cleared: ClearedHeaders | null): void {
    this.#depth = 0
    this.isHeader = true
    if (cleared === null) this.#allHeaders(observation, visitor)
    else this.#headers(observation, visitor, cleared)
    this.isHeader = false
    if (observation.route.matched) return
    const end = observation.url.indexOf('?')
    this.#prefix = 'request'
    this.#name = 'path'
    visitor.visit(end < 0 ? observation.url : observation.url.slice(0, end), false, this, observation)
  }

  #allHeaders (observation: Observation, visitor: TextVisitor): void {
    const { rawHeaders } = observation
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] as string
      this.#header(name, kindOf(name), rawHeaders[i + 1] as string, visitor, observation)
    }
  }

  #headers (observation: Observation, visitor: TextVisitor, cleared: ClearedHeaders): void {
    const { rawHeaders, headerNames } = observation
    const list = cleared.find(headerNames)
    let areClear = true
    for (let i = 0, at = 0; i + 1 < rawHeaders.length; i += 2, at++) {
      const value = rawHeaders[i + 1] as string
      const name = rawHeaders[i] as string
      const kind = list === null ? kindOf(name) : list.kinds[at] as HeaderKind
      if (list === null) areClear = this.#headerName(name, visitor, observation) && areClear
      if (isClearAtSight(value, kind) || (list !== null && value === list.usual[at])) continue
      if (cleared.hasValue(value, kind)) {
        if (list !== null) noteUsual(list, at, value)
      } else if (this.#header(name, kind, value, visitor, observation)) {
        cleared.addValue(value, kind, list, at)
      }
    }
    if (list === null && areClear) cleared.keep(headerNames)
  }

  #headerName (name: string, visitor: TextVisitor, observation: Observation): boolean {
    this.#prefix = 'header'
    this.#name = name
    return visitor.visit(name, true, this, observation)
  }

  /** @returns Whether its value is clear. */
  #header (name: string, kind: HeaderKind, value: string, visitor: TextVisitor, observation: Observation): boolean {
    if (kind === COOKIES) return this.#cookies(value, visitor, observation)
    this.#prefix = 'header'
    this.#name = name
    return visitor.visit(kind === CREDENTIAL ? value.slice(value.indexOf(' ') + 1) : value, false, this, observation)
  }

  /** Query, path parameters and body. */
  content (observation: Observation, visitor: TextVisitor): void {
    this.skipped = 0
    this.#nodes = 0
    this.isHeader = false
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
    this.isHeader = false
    this.#hasParts = true
    this.#root('body', body, visitor, observation)
  }

  /** Names, file names and fields of a multipart body that has streamed by. */
  streamed (parts: readonly Part[], visitor: TextVisitor, observation: Observation): void {
    this.isHeader = false
    this.#prefix = 'body'
    this.#depth = 0
    this.#parts(parts, visitor, observation)
  }

  /** File names of a multipart body as they were sent: parsers hand on the last part of a path only. */
  fileNames (parts: readonly Part[], visitor: TextVisitor, observation: Observation): void {
    this.isHeader = false
    this.#prefix = 'body'
    this.#depth = 0
    for (const part of parts) {
      this.#name = part.name
      if (part.fileName !== null) visitor.visit(part.fileName, false, this, observation)
    }
    this.#name = ''
  }

  #cookies (header: string, visitor: TextVisitor, observation: Observation): boolean {
    let areClear = true
    this.#prefix = 'cookie'
    for (let at = 0, count = 0; at < header.length && count < 64; count++) {
      const end = header.indexOf(';', at)
      const stop = end < 0 ? header.length : end
      const equals = header.indexOf('=', at)
      const start = header.charCodeAt(at) === 32 ? at + 1 : at
      const split = equals < 0 || equals > stop ? start : equals
      this.#name = split > start ? header.slice(start, split) : ''
      if (split > start) areClear = visitor.visit(this.#name, true, this, observation) && areClear
      areClear = visitor.visit(header.slice(split > start ? split + 1 : start, stop), false, this, observation) && areClear
      at = stop + 1
    }
    this.#name = ''
    return areClear
  }

  #body (body: unknown, contentType: string, visitor: TextVisitor, observation: Observation): number {
    if (typeof body === 'object' && !Buffer.isBuffer(body)) return this.#root(isUrlencoded(contentType) ? 'form' : 'body', body, visitor, observation)
    this.#prefix = 'body'
    this.#name = ''
    this.#depth = 0
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
      visitor.visit(body, false, this, observation)
      return
    }
    this.#parts(multipartParts(body, contentType), visitor, observation)
  }

  #parts (parts: readonly Part[], visitor: TextVisitor, observation: Observation): void {
    for (const part of parts) {
      this.#name = part.name
      visitor.visit(part.name, true, this, observation)
      if (part.fileName !== null) visitor.visit(part.fileName, false, this, observation)
      if (part.text !== '') visitor.visit(part.text, false, this, observation)
    }
    this.#name = ''
  }

  #root (prefix: string, value: unknown, visitor: TextVisitor, observation: Observation): number {
    this.#prefix = prefix
    this.#name = ''
    this.#depth = 0
    const shape = this.#walk(value, this.#seed, visitor, observation)
    this.#depth = 0
    return shape
  }

  #part (part: { value?: unknown }, visitor: TextVisitor, observation: Observation): number {
    if (typeof part.value === 'string') visitor.visit(part.value, false, this, observation)
    return finishHash(this.#depth)
  }

  /** @returns Hash of a name; those that are clear are known by it from then on. */
  #visitName (name: string, visitor: TextVisitor, observation: Observation): number {
    const hash = hashText(name, this.#seed)
    if (!visitor.visit(name, true, this, observation) || name.length > MAX_NAME) return hash
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
      visitor.visit(value, false, this, observation)
      return finishHash(path ^ 1)
    }
    if (typeof value !== 'object' || value === null) return finishHash(path ^ (typeof value === 'number' ? 2 : value === null ? 3 : 4))
    const depth = this.#depth
    if (depth >= MAX_DEPTH) {
      this.skipped++
      return 0
    }
    let shape = finishHash(path ^ 5)
    if (Array.isArray(value)) {
      this.#keys[depth] = '[]'
      const below = Math.imul(path ^ 0x5bd1, 0x01000193)
      // Any number of alike items, in any order, is one shape.
      let items = 0
      for (let i = 0; i < value.length; i++) {
        this.#depth = depth + 1
        items |= this.#walk(value[i], below, visitor, observation)
      }
      shape = (shape + finishHash(items)) | 0
    } else if (this.#hasParts && isPart(value)) {
      shape = this.#part(value, visitor, observation)
    } else if (isPlain(value)) {
      for (const key in value) {
        this.#keys[depth] = key
        this.#depth = depth + 1
        const hash = this.#names.get(key) ?? this.#visitName(key, visitor, observation)
        shape = (shape + this.#walk((value as Record<string, unknown>)[key], Math.imul(path ^ hash, 0x01000193), visitor, observation)) | 0
      }
    }
    this.#depth = depth
    return shape
  }
}
