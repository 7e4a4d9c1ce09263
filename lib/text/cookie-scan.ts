/** Cookies of one request looked at. */
const MAX_COOKIES = 32

/**
 * Walks through the cookies of a `Cookie` header, one `next()` each, at most 32; one object serves all headers. A cookie without `=` is a
 * name with an empty value.
 *
 * Source: RFC 6265, section 4.2.1.
 */
export class CookieScan {
  name = ''
  #header = ''
  #at = 0
  #from = 0
  #end = 0
  #left = 0

  read (header: string): this {
    this.#header = header
    this.#at = 0
    this.#left = MAX_COOKIES
    return this
  }

  /** Goes to the next cookie. @returns Whether there is one. */
  next (): boolean {
    const header = this.#header
    let start = this.#at
    if (this.#left === 0 || start >= header.length) return false
    this.#left--
    let end = header.indexOf(';', start)
    if (end < 0) end = header.length
    while (header.charCodeAt(start) === 32) start++
    let equals = header.indexOf('=', start)
    if (equals < 0 || equals > end) equals = end
    this.name = header.slice(start, equals)
    this.#from = equals + 1
    this.#end = end
    this.#at = end + 1
    return true
  }

  /** The value of the cookie that `next` went to. */
  get value (): string { return this.#header.slice(this.#from, this.#end) }
}
