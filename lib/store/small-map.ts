/**
 * A map of a few texts, in the order of their first `set`: 80 bytes and 16 an entry, where a `Map` of up to four takes 220 (measured), for
 * owners that exist by the ten thousand.
 *
 * Time: `get` compares with each key before the one asked for. Keys that are property names compare by identity, so that up to a dozen it
 * is faster than a `Map`; the owner bounds the number. Any text is a key like any other, `__proto__` too.
 */
export class SmallMap<V> {
  /** Keys and values in turn; a new array with each new key, so that none has room to spare. */
  #entries: (string | V)[] = NONE as (string | V)[]

  get size (): number { return this.#entries.length >> 1 }

  get (key: string): V | undefined {
    const entries = this.#entries
    for (let at = 0; at < entries.length; at += 2) if (entries[at] === key) return entries[at + 1] as V
    return undefined
  }

  set (key: string, value: V): void {
    const at = SmallMap.#indexOf(this.#entries, key)
    if (at >= 0) this.#entries[at + 1] = value
    else this.#entries = this.#entries.concat([key, value])
  }

  delete (key: string): void {
    const at = SmallMap.#indexOf(this.#entries, key)
    if (at >= 0) this.#entries = this.#entries.toSpliced(at, 2)
  }

  clear (): void { this.#entries = NONE as (string | V)[] }

  /** Entries as they are when it begins. */
  * [Symbol.iterator] (): Generator<[string, V]> {
    const entries = this.#entries
    for (let at = 0; at < entries.length; at += 2) yield [entries[at] as string, entries[at + 1] as V]
  }

  entries (): Generator<[string, V]> { return this[Symbol.iterator]() }

  /** Keys stand at even places; a value that is a text is never taken for one. */
  static #indexOf (entries: readonly unknown[], key: string): number {
    for (let at = 0; at < entries.length; at += 2) if (entries[at] === key) return at
    return -1
  }
}

const NONE: readonly unknown[] = []
