/** What a row has room for: records of two words, and hashes. */
export const MAX_RECORDS = 16
export const MAX_HASHES = 64
const RECORD = 2
const HASHES = RECORD * MAX_RECORDS
/** Words of a row, 384 bytes in all, and rows of a page. */
const ROW = HASHES + MAX_HASHES
const PAGE_BITS = 10
const PAGE = 1 << PAGE_BITS
/** Places that a hash may be in, from its own on. */
const REACH = 8

/**
 * Rows of numbers that lie side by side: each has up to 16 records (a word under a key) and remembers up to 64 hashes. What is asked of each of thousands of owners
 * now and then is read from few neighbouring lines of memory, where objects of their own would be a line or two each.
 *
 * Hashes are kept as a cache keeps them: where there is no room for another one, an older one goes. Keys and hashes are any numbers of 32 bits, of which 0 counts as 1.
 * Memory: 384 bytes a row, in pages of 1,024; a row that is closed is given out again.
 */
export class PlanRows {
  readonly #pages: Int32Array[] = []
  readonly #free: number[] = []
  #rows = 0

  /** Rows given out. */
  get size (): number { return this.#rows - this.#free.length }

  /** An empty row. */
  open (): number {
    const row = this.#free.pop() ?? this.#rows++
    if (row >>> PAGE_BITS === this.#pages.length) this.#pages.push(new Int32Array(PAGE * ROW))
    return row
  }

  /** Empties a row, for somebody else. */
  close (row: number): void {
    this.clear(row)
    this.#free.push(row)
  }

  clear (row: number): void { this.page(row).fill(0, startOf(row), startOf(row) + ROW) }

  /** The words among which a row's are. */
  page (row: number): Int32Array { return this.#pages[row >>> PAGE_BITS] as Int32Array }

  /** Adds a record, where there is room. @param word Any but 0. */
  note (row: number, key: number, word: number): void {
    const words = this.page(row)
    const start = startOf(row)
    for (let at = start; at < start + HASHES; at += RECORD) {
      if (words[at + 1] !== 0) continue
      words[at] = key
      words[at + 1] = word
      return
    }
  }

  /** Remembers a hash. */
  add (row: number, hash: number): void {
    const words = this.page(row)
    const first = startOf(row) + HASHES
    const own = placeOf(hash)
    for (let i = 0; i < REACH; i++) {
      const at = first + ((own + i) & (MAX_HASHES - 1))
      if (words[at] !== 0 && words[at] !== wordOf(hash)) continue
      words[at] = wordOf(hash)
      return
    }
    words[first + own] = wordOf(hash)
  }
}

/** Where a row's words begin in its page. */
export function startOf (row: number): number { return (row & (PAGE - 1)) * ROW }

/** The word of a record of the row that begins at `start`, 0 where there is none. */
export function recordOf (words: Int32Array, start: number, key: number): number {
  for (let at = start; at < start + HASHES; at += RECORD) {
    const word = words[at + 1] as number
    if (words[at] === key || word === 0) return word
  }
  return 0
}

/** Whether the row that begins at `start` remembers a hash. */
export function remembers (words: Int32Array, start: number, hash: number): boolean {
  const first = start + HASHES
  const own = placeOf(hash)
  const wanted = wordOf(hash)
  for (let i = 0; i < REACH; i++) {
    const word = words[first + ((own + i) & (MAX_HASHES - 1))] as number
    if (word === wanted) return true
    if (word === 0) return false
  }
  return false
}

function placeOf (hash: number): number { return hash & (MAX_HASHES - 1) }

function wordOf (hash: number): number { return hash === 0 ? 1 : hash | 0 }
