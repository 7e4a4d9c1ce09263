import type { Observation } from '../observation'
import { showName } from '../text/redact'

/** Names of headers whose fields are kept, and characters of one. */
const MAX_NAMES = 2048
const MAX_NAME = 64
/** Steps of a path that a field is named by. */
const MAX_STEPS = 12

/** Which field of a request the text being visited is in: put together only when asked for. */
export class TextPlace {
  /** Whether the field is a header or a cookie, whose history is the application's, not the route's. */
  isHeader = false
  /** Part of the request: `header`, `query`, `body` and so on. */
  part = ''
  /** Name within it; empty where the text has none, or is below in a body. */
  own = ''
  /** Names of the properties that lead to it, `[]` for items, as many as `depth`. */
  readonly keys: string[] = []
  depth = 0
  /** Fields of headers, by their names as sent. */
  readonly #headerFields = new Map<string, string>()

  /** Goes to a part of the request as a whole. */
  enter (part: string): void {
    this.part = part
    this.own = ''
    this.depth = 0
  }

  /** The field of the text being visited, such as `body.items[].name`. */
  field (): string {
    const { part, own, depth } = this
    if (depth === 0) {
      if (own === '') return part
      return this.isHeader && part === 'header' ? this.#fieldOfHeader(own) : `${part}.${showName(own)}`
    }
    let field = part
    for (let i = 0; i < depth && i < MAX_STEPS; i++) field += this.keys[i] === '[]' ? '[]' : `.${showName(this.keys[i] as string)}`
    return field
  }

  /** Name of the field alone, by which what may be shown of it is decided. */
  name (): string {
    for (let i = this.depth - 1; i >= 0; i--) if (this.keys[i] !== '[]') return this.keys[i] as string
    return this.own
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
}

/** What is done with each text of a request. */
export interface TextVisitor {
  /**
   * @param place Says which field it is, where that matters.
   * @param isName Whether the text is a name, which says nothing about the field's values.
   * @returns Whether the text was looked at whole and is nothing like an injection, whatever the field.
   */
  visit (text: string, isName: boolean, place: TextPlace, observation: Observation): boolean
}
