import { countBits } from './popcount'

/**
 * Things seen, by 32-bit hash, on a few levels: how often (to 31), and by how many distinct principals (to 3).
 *
 * What novelty detection needs and no more: whether a thing is known, and per level how many things there are, how many
 * of them were seen once or twice (for the Good-Turing estimate), and how many are only *pending*, that is, seen in
 * requests that were not admitted to learning. Counts saturate, so that learning a well-known thing changes nothing.
 *
 * Memory: 8 bytes a thing, 32 for the tallies and about 90 for the table, in one open-addressing array that grows by a third
 * up to `MAX_ITEMS` things at an eighth of free places (4 kB); at most `MAX_PENDING` pending things a level. A level that would
 * hold more than `MAX_LEVEL` things is closed by the owner (`drop`). Time: O(1) a look-up. `merge` adds counts and unites
 * principals: below saturation and before any halving it answers as one table that saw both streams; after halvings it is off
 * by at most one a thing and halving.
 *
 * A place is a plain number whose 64 bits are the thing's key and word: a route has about ten tables of a handful of things,
 * and a typed array takes 184 bytes before its first element (measured), as much as such a table needs for all of its things.
 * For the same reason private methods are static: others add a field to each object.
 */
export class ItemTable {
  /** Tallies of the levels (a byte each: distinct, seen once, seen twice, pending), two levels a number; then the places. */
  #things = EMPTY

  /** Things in the table. */
  get size (): number {
    let size = 0
    for (let level = 0; level < LEVELS; level++) size += this.distinct(level)
    return size
  }

  /** Things on the level, pending ones included. */
  distinct (level: number): number { return tallyOf(this.#things, level) & 255 }
  /** Things on the level admitted once. */
  once (level: number): number { return (tallyOf(this.#things, level) >>> 8) & 255 }
  /** Things on the level admitted twice. */
  twice (level: number): number { return (tallyOf(this.#things, level) >>> 16) & 255 }
  /** Things on the level that were never admitted. */
  pending (level: number): number { return tallyOf(this.#things, level) >>> 24 }
  /** Things on the level admitted at least once. */
  known (level: number): number {
    const tally = tallyOf(this.#things, level)
    return (tally & 255) - (tally >>> 24)
  }

  /**
   * Sightings that tell how probable it is that the next thing is no known one: those of things seen once, for what has never been seen
   * (Good-Turing), and where being known takes two sightings, twice the things seen twice, for those seen once. A thing pending is
   * both, seen once and not known, and counts twice.
   * @param isTwice Whether being known takes two sightings.
   */
  rare (level: number, isTwice: boolean): number {
    return this.once(level) + 2 * this.pending(level) + (isTwice ? 2 * this.twice(level) : 0)
  }

  /** Times admitted, 0 to 31; 0 for what is unknown or pending. */
  count (level: number, hash: number): number {
    const at = slotOf(this.#things, ItemTable.key(level, hash))
    return at < 0 ? 0 : countOf(wordAt(this.#things, at))
  }

  /** Distinct principals that sent it, 0 to 3 (admitted or not). */
  support (level: number, hash: number): number {
    const at = slotOf(this.#things, ItemTable.key(level, hash))
    return at < 0 ? 0 : supportOf(wordAt(this.#things, at))
  }

  /** Whether nobody has sent the thing, not even in a request that was not admitted. */
  isUnheard (level: number, hash: number): boolean { return slotOf(this.#things, ItemTable.key(level, hash)) < 0 }

  /** Share of the things admitted on the level that `others`, which has them all, has seen more often than this table, or so often that it does not tell. */
  alike (level: number, others: ItemTable): number {
    let all = 0
    let shared = 0
    for (let at = TALLIES; at < this.#things.length; at++) {
      const word = wordAt(this.#things, at)
      if (word === 0 || levelOf(word) !== level || countOf(word) === 0) continue
      const count = countOf(word)
      const theirs = slotOf(others.#things, keyAt(this.#things, at))
      all++
      if (count >= OFTEN || (theirs >= 0 && countOf(wordAt(others.#things, theirs)) > count)) shared++
    }
    return all === 0 ? 0 : shared / all
  }

  /**
   * Things on the level that have come so many times: counted by principals where half of the things and more have come from as many as are told apart, since
   * one who comes often makes nothing common, and by sightings where few principals send anything.
   * @param times 1 or 2.
   */
  seldom (level: number, times: number): number {
    let seldom = 0
    let common = 0
    for (let at = TALLIES; at < this.#things.length; at++) {
      const word = wordAt(this.#things, at)
      if (word === 0 || levelOf(word) !== level || countOf(word) === 0) continue
      if (supportOf(word) === times) seldom++
      else if (supportOf(word) === MAX_SUPPORT) common++
    }
    const sightings = times === 1 ? this.once(level) : this.twice(level)
    return common * 2 < this.known(level) ? sightings : seldom
  }

  /**
   * Things on the level where each is one principal's own, and several principals sent some, hardly more than one each: what somebody keeps (a token, a name) comes again with
   * each of his requests, and is one draw all the same. `Infinity` where two share one, only one principal is known, they have several each (whoever turns pages), or one came so often that it does not tell.
   */
  kept (level: number): number {
    let owners = 0
    let known = 0
    for (let at = TALLIES; at < this.#things.length; at++) {
      const word = wordAt(this.#things, at)
      if (word === 0 || levelOf(word) !== level || countOf(word) === 0) continue
      if (supportOf(word) > 1 || countOf(word) >= OFTEN) return Infinity
      // Thirty-two parts tell few principals from each other, and of many that they are many.
      owners |= 1 << (firstTag(word) & 31)
      known++
    }
    const principals = countBits(owners)
    return principals > 1 && (principals >= MANY_OWNERS || known <= EACH * principals) ? known : Infinity
  }

  /**
   * Admits one sighting.
   * @param principal Hash of who sent it.
   * @param several Count a second time only what a second principal has sent.
   * @returns Times admitted now, or -1 where there is no room for a new thing.
   */
  learn (level: number, hash: number, principal: number, several: boolean): number {
    const key = ItemTable.key(level, hash)
    let at = slotOf(this.#things, key)
    if (at < 0) {
      if (this.distinct(level) >= MAX_LEVEL) return -1
      at = ItemTable.#insert(this, level, key)
      if (at < 0) return -1
    }
    const word = wordAt(this.#things, at)
    const count = countOf(word)
    if (count === MAX_COUNT && supportOf(word) === MAX_SUPPORT) return count
    const supported = withPrincipal(word, principal)
    const next = nextCount(count, supportOf(supported), several)
    put(this.#things, at, key, withCount(supported, next))
    move(this.#things, level, count, next)
    return next
  }

  /**
   * Notes one sighting in a request that may not teach, without admitting it.
   * @returns Distinct principals that have sent it, or 0 where it is not kept.
   */
  note (level: number, hash: number, principal: number): number {
    const key = ItemTable.key(level, hash)
    let at = slotOf(this.#things, key)
    if (at < 0) {
      if (this.pending(level) >= MAX_PENDING || this.distinct(level) >= MAX_LEVEL) return 0
      at = ItemTable.#insert(this, level, key)
      if (at < 0) return 0
    }
    const word = withPrincipal(wordAt(this.#things, at), principal)
    put(this.#things, at, key, word)
    return supportOf(word)
  }

  /** Admits a pending thing as if it had been seen `times` times. */
  promote (level: number, hash: number, times: number): void {
    const key = ItemTable.key(level, hash)
    const at = slotOf(this.#things, key)
    if (at < 0) return
    const word = wordAt(this.#things, at)
    const count = countOf(word)
    if (count >= times) return
    put(this.#things, at, key, withCount(word, times))
    move(this.#things, level, count, times)
  }

  /** Forgets a whole level and gives its memory back. */
  drop (level: number): void {
    ItemTable.#rebuild(this, (word) => levelOf(word) === level ? 0 : word)
  }

  /** Halves all counts, as one half-life does; what falls to 0 is forgotten, pending things too. */
  halve (): void {
    ItemTable.#rebuild(this, (word) => countOf(word) < 2 ? 0 : withCount(word, countOf(word) >>> 1))
  }

  /** Adds what the other table saw. @returns A bit mask of levels that had not room for all. */
  merge (other: ItemTable): number {
    let full = 0
    for (let from = TALLIES; from < other.#things.length; from++) {
      const theirs = wordAt(other.#things, from)
      if (theirs === 0) continue
      const level = levelOf(theirs)
      const key = keyAt(other.#things, from)
      let at = slotOf(this.#things, key)
      if (at < 0) {
        at = this.distinct(level) >= MAX_LEVEL ? -1 : ItemTable.#insert(this, level, key)
        if (at < 0) {
          full |= 1 << level
          continue
        }
      }
      const ours = wordAt(this.#things, at)
      const count = Math.min(MAX_COUNT, countOf(ours) + countOf(theirs))
      let word = withCount(ours, count)
      const tags = supportOf(theirs)
      if (tags >= 1) word = withTag(word, firstTag(theirs))
      if (tags >= 2) word = withTag(word, secondTag(theirs))
      if (tags >= 3) word = withSupport(word, MAX_SUPPORT)
      put(this.#things, at, key, word)
      move(this.#things, level, countOf(ours), count)
    }
    return full
  }

  /** Hashes on a level, with counts, support in principals: for views and for comparing two baselines. */
  items (level: number): { hash: number, count: number, support: number }[] {
    const items = []
    for (let at = TALLIES; at < this.#things.length; at++) {
      const word = wordAt(this.#things, at)
      if (word !== 0 && levelOf(word) === level) items.push({ hash: keyAt(this.#things, at), count: countOf(word), support: supportOf(word) })
    }
    return items.sort((a, b) => a.hash - b.hash)
  }

  /** Keys (see `key`) of the things on the level that were admitted at least so often. */
  keys (level: number, least: number): number[] {
    const keys = []
    for (let at = TALLIES; at < this.#things.length; at++) {
      const word = wordAt(this.#things, at)
      if (word !== 0 && levelOf(word) === level && countOf(word) >= least) keys.push(keyAt(this.#things, at))
    }
    return keys
  }

  /** Bytes held, but for the table itself. */
  get bytes (): number { return 8 * this.#things.length }

  toJSON (): number[] {
    const json: number[] = []
    for (let at = TALLIES; at < this.#things.length; at++) {
      const word = wordAt(this.#things, at)
      if (word !== 0) json.push(keyAt(this.#things, at), word)
    }
    return json
  }

  /** @throws RangeError Where `json` is not what `toJSON` made. */
  static from (json: readonly number[]): ItemTable {
    const table = new ItemTable()
    table.fill(json)
    return table
  }

  /** Takes over what `toJSON` made, into an empty table. @throws RangeError Where it did not. */
  fill (json: readonly number[]): void {
    if (!Array.isArray(json) || json.length % 2 !== 0) throw new RangeError('items: not pairs of numbers')
    for (let i = 0; i < json.length; i += 2) ItemTable.#take(this, (json[i] as number) >>> 0, (json[i + 1] as number) & ~UNUSED)
  }

  /** What the hash is kept under: levels share one array, so the level is mixed in. */
  static key (level: number, hash: number): number {
    return (hash ^ Math.imul(level + 1, GOLDEN_RATIO)) >>> 0
  }

  /** Takes over what another table kept of a thing. */
  static #take (table: ItemTable, key: number, word: number): void {
    const level = levelOf(word >>> 0)
    if (level < 0 || level >= LEVELS || table.distinct(level) >= MAX_LEVEL) return
    const at = ItemTable.#insert(table, level, key)
    if (at < 0) return
    put(table.#things, at, key, word)
    move(table.#things, level, 0, countOf(word))
  }

  /** Makes a place for a key that is not there yet: pending, with nobody's support. */
  static #insert (table: ItemTable, level: number, key: number): number {
    const { size } = table
    if (size >= MAX_ITEMS) return -1
    const places = Math.max(0, table.#things.length - TALLIES)
    if (size + 1 > places - Math.max(1, places >>> 3)) table.#things = grown(table.#things, Math.max(2, Math.ceil(places * 4 / 3)))
    const at = freePlace(table.#things, key)
    put(table.#things, at, key, blank(level))
    setTally(table.#things, level, tallyOf(table.#things, level) + 1 + (1 << 24))
    return at
  }

  /** Rewrites every thing's word; 0 forgets it. */
  static #rebuild (table: ItemTable, change: (word: number) => number): void {
    const old = table.#things
    table.#things = EMPTY
    for (let at = TALLIES; at < old.length; at++) {
      const word = wordAt(old, at)
      const next = word === 0 ? 0 : change(word)
      if (next !== 0) ItemTable.#take(table, keyAt(old, at), next)
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
/** Sightings from which on some owners count no further. */
const OFTEN = 16
const MAX_SUPPORT = 3
const GOLDEN_RATIO = 0x9e3779b1
/** Numbers that hold the tallies. */
const TALLIES = LEVELS / 2
const EMPTY: number[] = []

/** A place as a number, and as its two halves. */
const number = new Float64Array(1)
const halves = new Uint32Array(number.buffer)
const WORD = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0
const KEY = 1 - WORD

function wordAt (things: readonly number[], at: number): number {
  number[0] = things[at] as number
  return halves[WORD] as number
}

function keyAt (things: readonly number[], at: number): number {
  number[0] = things[at] as number
  return halves[KEY] as number
}

function put (things: number[], at: number, key: number, word: number): void {
  halves[KEY] = key
  halves[WORD] = word
  things[at] = number[0] as number
}

/** The place of a key, or -1. */
function slotOf (things: readonly number[], key: number): number {
  if (things.length === 0) return -1
  for (let at = firstPlace(things, key); ; at = at + 1 === things.length ? TALLIES : at + 1) {
    number[0] = things[at] as number
    if (halves[WORD] === 0) return -1
    if (halves[KEY] === key) return at
  }
}

/** The first free place for a key. */
function freePlace (things: readonly number[], key: number): number {
  let at = firstPlace(things, key)
  while (wordAt(things, at) !== 0) at = at + 1 === things.length ? TALLIES : at + 1
  return at
}

/** Where the search for a key begins. Small numbers are keys too, so they are mixed. */
function firstPlace (things: readonly number[], key: number): number {
  return TALLIES + (((Math.imul(key, GOLDEN_RATIO) >>> 16) * (things.length - TALLIES)) >>> 16)
}

/** The same things with so many places. First filled with a fraction, so that the array holds raw 64-bit numbers from the start. */
function grown (old: readonly number[], places: number): number[] {
  const things = new Array<number>(TALLIES + places).fill(0.5).fill(0)
  for (let at = 0; at < old.length; at++) {
    if (at < TALLIES) things[at] = old[at] as number
    else if (wordAt(old, at) !== 0) things[freePlace(things, keyAt(old, at))] = old[at] as number
  }
  return things
}

function tallyOf (things: readonly number[], level: number): number {
  if (things.length === 0) return 0
  number[0] = things[level >> 1] as number
  return halves[level & 1] as number
}

function setTally (things: number[], level: number, tally: number): void {
  number[0] = things[level >> 1] as number
  halves[level & 1] = tally
  things[level >> 1] = number[0] as number
}

/** Things that a principal has at the most, on average, of those that principals keep to themselves; and parts of 32 in which principals fall from which on there are many of them. */
const EACH = 2
const MANY_OWNERS = 16

/** Times admitted after one more sighting: what somebody else has sent before in a request not admitted was seen twice. */
function nextCount (count: number, support: number, several: boolean): number {
  if (count === 0) return support < 2 ? 1 : 2
  return several && count === 1 && support < 2 ? 1 : Math.min(MAX_COUNT, count + 1)
}

/** Keeps the tallies right when a thing's count goes from one value to another. */
function move (things: number[], level: number, from: number, to: number): void {
  if (from === to) return
  let tally = tallyOf(things, level)
  if (from === 0) tally -= 1 << 24
  else if (from === 1) tally -= 1 << 8
  else if (from === 2) tally -= 1 << 16
  if (to === 1) tally += 1 << 8
  else if (to === 2) tally += 1 << 16
  setTally(things, level, tally)
}

/**
 * A word: level + 1 (4 bits, so that no word is 0), a bit never used, count (5), support (2), two principals' tags (10 each).
 * The unused bit, and the bound on tallies, keep every place a finite number: engines may change the bits of others.
 */
const UNUSED = 1 << 27
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
