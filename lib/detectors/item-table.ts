/**
 * Things seen, by 32-bit hash, on a few levels: how often (to 31), and by how many distinct principals (to 3).
 *
 * What novelty detection needs and no more: whether a thing is known, and per level how many things there are, how many
 * of them were seen once or twice (for the Good-Turing estimate), and how many are only *pending*, that is, seen in
 * requests that were not admitted to learning. Counts saturate, so that learning a well-known thing changes nothing.
 *
 * Memory: 8 bytes a thing in one open-addressing array that grows by doubling from 8 places to `MAX_ITEMS`; at most
 * `MAX_PENDING` pending things a level. A level that would hold more than `MAX_LEVEL` things is closed by the owner
 * (`drop`). Time: O(1) a look-up. `merge` adds counts and unites principals: below saturation and before any halving it
 * answers as one table that saw both streams; after halvings it is off by at most one a thing and halving.
 */
export class ItemTable {
  /** Things in the table. */
  size = 0
  #words: Uint32Array = EMPTY
  /** Per level, a byte each: distinct, seen once, seen twice, pending. */
  readonly #tally = new Uint32Array(LEVELS)

  /** Things on the level, pending ones included. */
  distinct (level: number): number { return (this.#tally[level] as number) & 255 }
  /** Things on the level admitted once. */
  once (level: number): number { return ((this.#tally[level] as number) >>> 8) & 255 }
  /** Things on the level admitted twice. */
  twice (level: number): number { return ((this.#tally[level] as number) >>> 16) & 255 }
  /** Things on the level that were never admitted. */
  pending (level: number): number { return (this.#tally[level] as number) >>> 24 }

  /** Times admitted, 0 to 31; 0 for what is unknown or pending. */
  count (level: number, hash: number): number {
    const at = this.#find(level, hash)
    return at < 0 ? 0 : countOf(this.#words[at + 1] as number)
  }

  /** Distinct principals that sent it, 0 to 3 (admitted or not). */
  support (level: number, hash: number): number {
    const at = this.#find(level, hash)
    return at < 0 ? 0 : supportOf(this.#words[at + 1] as number)
  }

  /**
   * Admits one sighting.
   * @param principal Hash of who sent it.
   * @param several Count a second time only what a second principal has sent.
   * @returns Times admitted now, or -1 where there is no room for a new thing.
   */
  learn (level: number, hash: number, principal: number, several: boolean): number {
    let at = this.#find(level, hash)
    if (at < 0) {
      if (this.distinct(level) >= MAX_LEVEL) return -1
      at = this.#insert(level, hash)
      if (at < 0) return -1
    }
    const meta = this.#words[at + 1] as number
    const count = countOf(meta)
    if (count === MAX_COUNT && supportOf(meta) === MAX_SUPPORT) return count
    const supported = withPrincipal(meta, principal)
    const next = several && count === 1 && supportOf(supported) < 2 ? 1 : Math.min(MAX_COUNT, count + 1)
    this.#words[at + 1] = withCount(supported, next)
    this.#move(level, count, next)
    return next
  }

  /**
   * Notes one sighting in a request that may not teach, without admitting it.
   * @returns Distinct principals that have sent it, or 0 where it is not kept.
   */
  note (level: number, hash: number, principal: number): number {
    let at = this.#find(level, hash)
    if (at < 0) {
      if (this.pending(level) >= MAX_PENDING || this.distinct(level) >= MAX_LEVEL) return 0
      at = this.#insert(level, hash)
      if (at < 0) return 0
    }
    const meta = withPrincipal(this.#words[at + 1] as number, principal)
    this.#words[at + 1] = meta
    return supportOf(meta)
  }

  /** Admits a pending thing as if it had been seen `times` times. */
  promote (level: number, hash: number, times: number): void {
    const at = this.#find(level, hash)
    if (at < 0) return
    const meta = this.#words[at + 1] as number
    const count = countOf(meta)
    if (count >= times) return
    this.#words[at + 1] = withCount(meta, times)
    this.#move(level, count, times)
  }

  /** Forgets a whole level and gives its memory back. */
  drop (level: number): void {
    this.#rebuild((word) => levelOf(word) === level ? 0 : word)
  }

  /** Halves all counts, as one half-life does; what falls to 0 is forgotten, pending things too. */
  halve (): void {
    this.#rebuild((word) => countOf(word) < 2 ? 0 : withCount(word, countOf(word) >>> 1))
  }

  /** Adds what the other table saw. @returns A bit mask of levels that had not room for all. */
  merge (other: ItemTable): number {
    let full = 0
    const words = other.#words
    for (let i = 0; i < words.length; i += 2) {
      const theirs = words[i + 1] as number
      if (theirs === 0) continue
      const level = levelOf(theirs)
      const slot = words[i] as number
      let at = this.#slotOf(slot)
      if (at < 0) {
        at = this.distinct(level) >= MAX_LEVEL ? -1 : this.#insertSlot(level, slot)
        if (at < 0) {
          full |= 1 << level
          continue
        }
      }
      const ours = this.#words[at + 1] as number
      const count = Math.min(MAX_COUNT, countOf(ours) + countOf(theirs))
      let meta = withCount(ours, count)
      const tags = supportOf(theirs)
      if (tags >= 1) meta = withTag(meta, firstTag(theirs))
      if (tags >= 2) meta = withTag(meta, secondTag(theirs))
      if (tags >= 3) meta = withSupport(meta, MAX_SUPPORT)
      this.#words[at + 1] = meta >>> 0
      this.#move(level, countOf(ours), count)
    }
    return full
  }

  /** Hashes on a level, with counts, support in principals: for views and for comparing two baselines. */
  items (level: number): { hash: number, count: number, support: number }[] {
    const items = []
    for (let i = 0; i < this.#words.length; i += 2) {
      const meta = this.#words[i + 1] as number
      if (meta !== 0 && levelOf(meta) === level) items.push({ hash: this.#words[i] as number, count: countOf(meta), support: supportOf(meta) })
    }
    return items.sort((a, b) => a.hash - b.hash)
  }

  /** Bytes held. */
  get bytes (): number { return this.#words.byteLength + this.#tally.byteLength }

  toJSON (): number[] {
    const json: number[] = []
    for (let i = 0; i < this.#words.length; i += 2) {
      if (this.#words[i + 1] !== 0) json.push(this.#words[i] as number, this.#words[i + 1] as number)
    }
    return json
  }

  /** @throws RangeError Where `json` is not what `toJSON` made. */
  static from (json: readonly number[]): ItemTable {
    if (!Array.isArray(json) || json.length % 2 !== 0) throw new RangeError('items: not pairs of numbers')
    const table = new ItemTable()
    for (let i = 0; i < json.length; i += 2) {
      const meta = (json[i + 1] as number) >>> 0
      const level = levelOf(meta)
      if (meta === 0 || table.distinct(level) >= 255) continue
      const at = table.#insertSlot(level, (json[i] as number) >>> 0)
      if (at < 0) continue
      table.#words[at + 1] = meta
      table.#move(level, 0, countOf(meta))
    }
    return table
  }

  /** What the hash is kept under: levels share one array, so the level is mixed in. */
  static key (level: number, hash: number): number {
    return (hash ^ Math.imul(level + 1, 0x9e3779b1)) >>> 0
  }

  #find (level: number, hash: number): number {
    return this.#slotOf((hash ^ Math.imul(level + 1, 0x9e3779b1)) >>> 0)
  }

  #slotOf (key: number): number {
    const words = this.#words
    const mask = words.length - 2
    if (mask < 0) return -1
    for (let at = (key << 1) & mask; ; at = (at + 2) & mask) {
      if (words[at + 1] === 0) return -1
      if (words[at] === key) return at
    }
  }

  #insert (level: number, hash: number): number {
    return this.#insertSlot(level, ItemTable.key(level, hash))
  }

  /** Makes a place for a key that is not there yet: pending, with nobody's support. */
  #insertSlot (level: number, key: number): number {
    if ((this.size + 1) * 8 > this.#words.length * 3) {
      if (this.size >= MAX_ITEMS) return -1
      this.#grow(Math.max(16, this.#words.length * 2))
    }
    const at = place(this.#words, key)
    this.#words[at] = key
    this.#words[at + 1] = blank(level)
    this.size++
    this.#tally[level] = (this.#tally[level] as number) + 1 + (1 << 24)
    return at
  }

  #grow (length: number): void {
    const old = this.#words
    this.#words = new Uint32Array(length)
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue
      const at = place(this.#words, old[i] as number)
      this.#words[at] = old[i] as number
      this.#words[at + 1] = old[i + 1] as number
    }
  }

  /** Keeps the tallies right when a thing's count goes from one value to another. */
  #move (level: number, from: number, to: number): void {
    if (from === to) return
    let tally = this.#tally[level] as number
    if (from === 0) tally -= 1 << 24
    else if (from === 1) tally -= 1 << 8
    else if (from === 2) tally -= 1 << 16
    if (to === 1) tally += 1 << 8
    else if (to === 2) tally += 1 << 16
    this.#tally[level] = tally >>> 0
  }

  /** Rewrites every thing's word; 0 forgets it. */
  #rebuild (change: (word: number) => number): void {
    const kept: number[] = []
    for (let i = 0; i < this.#words.length; i += 2) {
      const word = this.#words[i + 1] as number
      const next = word === 0 ? 0 : change(word)
      if (next !== 0) kept.push(this.#words[i] as number, next)
    }
    this.#words = EMPTY
    this.size = 0
    this.#tally.fill(0)
    for (let i = 0; i < kept.length; i += 2) {
      const word = kept[i + 1] as number
      const level = levelOf(word)
      const at = this.#insertSlot(level, kept[i] as number)
      this.#words[at + 1] = word
      this.#move(level, 0, countOf(word))
    }
  }
}

/** Levels that a table may have, 0 to 7. */
export const LEVELS = 8
/** Things on one level, at the most. */
export const MAX_LEVEL = 64
/** Things in one table, at the most. */
export const MAX_ITEMS = 384
/** Things on one level that only requests not admitted have shown. */
export const MAX_PENDING = 8
const MAX_COUNT = 31
const MAX_SUPPORT = 3
const EMPTY = new Uint32Array(0)

// A word: level + 1 (4 bits, so that no word is 0), count (5), support (2), two principals' tags (10 each).
function levelOf (word: number): number { return (word >>> 28) - 1 }
function countOf (word: number): number { return (word >>> 22) & 31 }
function supportOf (word: number): number { return (word >>> 20) & 3 }
function firstTag (word: number): number { return (word >>> 10) & 1023 }
function secondTag (word: number): number { return word & 1023 }
function blank (level: number): number { return ((level + 1) << 28) >>> 0 }
function withCount (word: number, count: number): number { return ((word & ~(31 << 22)) | (count << 22)) >>> 0 }
function withSupport (word: number, support: number): number { return ((word & ~(3 << 20)) | (support << 20)) >>> 0 }
function withPrincipal (word: number, principal: number): number {
  return withTag(word, (principal ^ (principal >>> 10) ^ (principal >>> 20)) & 1023)
}

function withTag (word: number, tag: number): number {
  const support = supportOf(word)
  if (support === MAX_SUPPORT) return word
  if (support === 0) return withSupport(((word & ~(1023 << 10)) | (tag << 10)) >>> 0, 1)
  if (firstTag(word) === tag) return word
  if (support === 1) return withSupport(((word & ~1023) | tag) >>> 0, 2)
  return secondTag(word) === tag ? word : withSupport(word, MAX_SUPPORT)
}

/** The first free place for a key. */
function place (words: Uint32Array, key: number): number {
  const mask = words.length - 2
  let at = (key << 1) & mask
  while (words[at + 1] !== 0) at = (at + 2) & mask
  return at
}
