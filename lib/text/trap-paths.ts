const MAX_PATH = 512

/**
 * Whether a URL asks for one of some paths. Compared without query, case, repeated slashes and percent-encoding, so that
 * `//WP-login%2Ephp?x` is `/wp-login.php`. A path that ends in `*` stands for all that begin so. O(length), no more than 512
 * characters are looked at.
 */
export class TrapPaths {
  readonly #exact = new Map<string, string>()
  readonly #prefixes: (readonly [prefix: string, path: string])[] = []

  constructor (paths: readonly string[]) {
    for (const path of paths) {
      if (path.endsWith('*')) this.#prefixes.push([plain(path.slice(0, -1)), path])
      else this.#exact.set(stripped(plain(path)), path)
    }
  }

  /** The path as it was given, or `null`. */
  find (url: string): string | null {
    const path = plain(url)
    const exact = this.#exact.get(stripped(path))
    if (exact !== undefined) return exact
    for (const [prefix, given] of this.#prefixes) if (path.startsWith(prefix)) return given
    return null
  }
}

function plain (url: string): string {
  let end = url.length > MAX_PATH ? MAX_PATH : url.length
  for (let i = 0; i < end; i++) {
    const code = url.charCodeAt(i)
    if (code === 0x3f || code === 0x23 || code === 0x3b) end = i
  }
  let path = url.slice(0, end)
  if (path.includes('%')) path = decoded(path)
  if (path.includes('//')) path = path.replace(/\/+/g, '/')
  return path.toLowerCase()
}

function stripped (path: string): string { return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path }

function decoded (path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
