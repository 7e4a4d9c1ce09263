import { LRUCache } from 'lru-cache'

/**
 * A map of at most `capacity` entries: when one more comes, the least recently used goes (`get` and `set` use, `has` does not). For state per
 * client, of whom an attacker can make as many as he likes.
 *
 * O(1) time. Memory: about 22 bytes times the capacity from the start, plus keys and values. Keys of any kind; `__proto__` is a key.
 */
export class BoundedMap<K extends string | number | symbol | object, V extends NonNullable<unknown>> {
  readonly capacity: number
  /** Entries that had to go for others; deleted and replaced ones are not counted. */
  evictions = 0
  readonly #cache: LRUCache<K, V>

  /**
   * @param capacity A positive integer.
   * @param onEvict Told what goes for want of room. It must not change the map.
   */
  constructor (capacity: number, onEvict?: (value: V, key: K) => void) {
    if (!(Number.isInteger(capacity) && capacity > 0)) throw new RangeError(`capacity must be a positive integer, got ${capacity}`)
    this.capacity = capacity
    this.#cache = new LRUCache<K, V>({
      max: capacity,
      dispose: (value, key, reason) => {
        if (reason !== 'evict') return
        this.evictions++
        onEvict?.(value, key)
      }
    })
  }

  get size (): number {
    return this.#cache.size
  }

  get (key: K): V | undefined {
    return this.#cache.get(key)
  }

  set (key: K, value: V): void {
    this.#cache.set(key, value)
  }

  delete (key: K): boolean {
    return this.#cache.delete(key)
  }

  has (key: K): boolean {
    return this.#cache.has(key)
  }

  /** Most recently used first. Walking over them uses none. */
  entries (): IterableIterator<[K, V]> {
    return this.#cache.entries()
  }
}
