import { boundaryOf, fileNameOf, nameOf } from './multipart'
import type { Part } from './multipart'

/** Parts that are kept. */
const MAX_PARTS = 256
/** Bytes of a part's headers. */
const MAX_HEAD = 2048
/** Bytes of fields that are kept, all together. */
const MAX_KEPT = 65_536

const BLANK_LINE = Buffer.from('\r\n\r\n')
const NOTHING = Buffer.alloc(0)

/**
 * Reads the names, file names and fields of a multipart body as it streams by, and leaves its files alone: for bodies that nobody parses as a whole.
 * Keeps 256 parts and 64 kB of fields at the most; what is beyond is counted in `skipped`. Linear, never throws; what is not well-formed ends it.
 *
 * Source: RFC 7578, RFC 2046 section 5.1.
 */
export class MultipartReader {
  readonly parts: Part[] = []
  /** Bytes that were written. */
  bytes = 0
  /** Bytes of fields that were not kept. */
  skipped = 0
  /** Files, whose contents are not looked at. */
  files = 0
  readonly #delimiter: Buffer
  #rest: Buffer = Buffer.from('\r\n')
  #kept = 0
  #field: Part | null = null
  /** Bytes of the blank line that are still to come before the content. */
  #lead = 0
  #state: 'content' | 'head' | 'end' = 'content'

  /** @param contentType Of the request, with its boundary. */
  constructor (contentType: string) {
    const boundary = boundaryOf(contentType)
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
    if (boundary === '') this.#state = 'end'
  }

  /** Takes the next piece of the body in. */
  write (chunk: Buffer): void {
    this.bytes += chunk.length
    let left = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = NOTHING
    while (left.length > 0 && this.#state !== 'end') {
      const next = this.#state === 'head' ? this.#readHead(left) : this.#readContent(left)
      if (next < 0) break
      left = left.subarray(next)
    }
  }

  /** @returns Where what follows begins, or -1 where more is needed. */
  #readContent (left: Buffer): number {
    const end = left.indexOf(this.#delimiter)
    if (end < 0) {
      const sure = Math.max(0, left.length - this.#delimiter.length)
      this.#keep(left.subarray(0, sure))
      this.#rest = left.subarray(sure)
      return -1
    }
    this.#keep(left.subarray(0, end))
    this.#field = null
    this.#state = 'head'
    return end + this.#delimiter.length
  }

  #readHead (left: Buffer): number {
    if (left.length < 2) return this.#wait(left)
    if (left[0] === 45 && left[1] === 45) {
      this.#state = 'end'
      return -1
    }
    const end = left.indexOf(BLANK_LINE)
    if (end < 0 && left.length < MAX_HEAD) return this.#wait(left)
    this.#begin(left.toString('utf8', 0, end < 0 ? MAX_HEAD : Math.min(end, MAX_HEAD)))
    this.#state = 'content'
    // The line break before a delimiter may be the end of the blank line.
    return end < 0 ? left.length : end + 2
  }

  #wait (left: Buffer): number {
    this.#rest = left
    return -1
  }

  #begin (head: string): void {
    const fileName = fileNameOf(head)
    if (fileName !== null) this.files++
    if (this.parts.length >= MAX_PARTS) {
      this.#field = null
      return
    }
    const part = { name: nameOf(head), fileName, text: '' }
    this.parts.push(part)
    this.#field = fileName === null ? part : null
    this.#lead = 2
  }

  #keep (content: Buffer): void {
    const field = this.#field
    const bytes = content.subarray(this.#lead)
    this.#lead = Math.max(0, this.#lead - content.length)
    if (field === null || bytes.length === 0) return
    const taken = Math.min(bytes.length, MAX_KEPT - this.#kept)
    this.#kept += taken
    this.skipped += bytes.length - taken
    field.text += bytes.toString('utf8', 0, taken)
  }
}
