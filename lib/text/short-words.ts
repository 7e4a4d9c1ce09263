import { KNOWN_WORDS, meaningOf } from './injection-words'
import { FIRST_MEANING, kindNamed } from './token-kinds'

/** Longest word that the table holds: as many letters as two numbers. */
export const SHORT_WORD = 8

const SLOTS = 2048
const SHIFT = 21
const BUCKETS = 512
/** Letters are read without case, which `_` shares with no letter. */
const FOLD = 0x20202020
const MIX_FIRST = 0x2c1b3c6d
const MIX_SECOND = 0x297a2d39
const LETTER = kindNamed('letter')

/** What an unknown word is: its kind, and no number above it. */
export const UNKNOWN_WORD = kindNamed('word')

/** Four numbers a slot: the first four letters of its word, the next four, and `number << 8 | kind`. */
const slots = new Int32Array(4 * SLOTS)
/** What the hash of a word is multiplied by, by its last bits: chosen so that no two words get one slot. */
const multipliers = new Int32Array(BUCKETS).fill(1)
/** By length: which bits of four letters belong to the word. Letters stand in the order 0, 2, 1, 3. */
const FIRST_BITS = Int32Array.from({ length: SHORT_WORD + 1 }, (_, length) => bitsOf(length))
const SECOND_BITS = Int32Array.from({ length: SHORT_WORD + 1 }, (_, length) => bitsOf(length - 4))

function bitsOf (letters: number): number {
  return (letters > 0 ? 0xff : 0) | (letters > 1 ? 0xff0000 : 0) | (letters > 2 ? 0xff00 : 0) | (letters > 3 ? 0xff000000 : 0)
}

/**
 * Number and kind of a word of ASCII letters, digits and `_`, in any case, as `number << 8 | kind`: `UNKNOWN_WORD` where it is none of those that are known.
 * Without a loop or a branch: no processor foresees which words are known, nor how long they are. A perfect hash, and the whole word compared.
 *
 * Source: D. Belazzougui, F. Botelho and M. Dietzfelbinger, "Hash, displace, and compress", ESA 2009.
 * @param view UTF-16 units, little-endian, readable 16 bytes from the word's begin on. @param length 1 to 8.
 */
export function shortWord (view: DataView, at: number, length: number): number {
  const place = 2 * at
  const first = (view.getInt32(place, true) | ((view.getInt32(place + 4, true) << 8) & 0xff00ff00) | FOLD) & (FIRST_BITS[length] as number)
  const second = (view.getInt32(place + 8, true) | ((view.getInt32(place + 12, true) << 8) & 0xff00ff00) | FOLD) & (SECOND_BITS[length] as number)
  const hash = mix(first, second)
  const slot = Math.imul(hash, multipliers[hash & (BUCKETS - 1)] as number) >>> SHIFT << 2
  const difference = ((slots[slot] as number) ^ first) | ((slots[slot + 1] as number) ^ second)
  // All bits where the words differ, none where they are the same.
  const isOther = (difference | -difference) >> 31
  return ((slots[slot + 2] as number) & ~isOther) | (UNKNOWN_WORD & isOther)
}

function mix (first: number, second: number): number {
  const hash = Math.imul(first, MIX_FIRST) ^ Math.imul(second, MIX_SECOND)
  return hash ^ (hash >>> 15)
}

interface Entry { first: number, second: number, hash: number, value: number }

function entryOf (word: string, value: number): Entry {
  const view = new DataView(new ArrayBuffer(16))
  for (let i = 0; i < word.length; i++) view.setUint16(2 * i, word.charCodeAt(i), true)
  const first = (view.getInt32(0, true) | (view.getInt32(4, true) << 8) | FOLD) & (FIRST_BITS[word.length] as number)
  const second = (view.getInt32(8, true) | (view.getInt32(12, true) << 8) | FOLD) & (SECOND_BITS[word.length] as number)
  return { first, second, hash: mix(first, second), value }
}

function entries (): Entry[] {
  const words = new Map<string, number>()
  for (const letter of 'abcdefghijklmnopqrstuvwxyz_') words.set(letter, LETTER)
  for (const [i, word] of KNOWN_WORDS.entries()) if (word.length <= SHORT_WORD && /^[a-z_]\w*$/.test(word)) words.set(word, ((i + 1) << 8) | (FIRST_MEANING + meaningOf(i + 1)))
  return Array.from(words, ([word, value]) => entryOf(word, value))
}

/** Finds a multiplier for each bucket, the fullest first, with which its words fall into free slots. */
function fill (): void {
  const buckets = Array.from({ length: BUCKETS }, (): Entry[] => [])
  for (const entry of entries()) (buckets[entry.hash & (BUCKETS - 1)] as Entry[]).push(entry)
  const order = buckets.map((list, bucket) => ({ list, bucket })).filter(({ list }) => list.length > 0).sort((a, b) => b.list.length - a.list.length || a.bucket - b.bucket)
  const isTaken = new Uint8Array(SLOTS)
  for (const { list, bucket } of order) {
    const multiplier = multiplierFor(list, isTaken)
    multipliers[bucket] = multiplier
    for (const { first, second, hash, value } of list) {
      const slot = Math.imul(hash, multiplier) >>> SHIFT
      isTaken[slot] = 1
      slots.set([first, second, value], 4 * slot)
    }
  }
}

/** @throws RangeError Where two words cannot be told apart: one would have to change the mixing. */
function multiplierFor (list: readonly Entry[], isTaken: Uint8Array): number {
  for (let i = 1; i < 1_000_000; i++) {
    const multiplier = Math.imul(2 * i + 1, 0x9e3779b1)
    const wanted = new Set(list.map(({ hash }) => Math.imul(hash, multiplier) >>> SHIFT))
    if (wanted.size === list.length && ![...wanted].some((slot) => isTaken[slot] === 1)) return multiplier
  }
  throw new RangeError('no multiplier keeps some words apart')
}

fill()
