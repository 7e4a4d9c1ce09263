import { distanceFrom, EMPTY_RANGE, octavesAbove } from '../stats/octave-range'
import { BEYOND_HEX, CONTROL, DIGIT, kinOf, LETTER, LOWER, SPACE, SYMBOL, symbolMask, UPPER } from '../text/value-shape'
import type { ValueScan } from '../text/value-shape'
import { CHARACTERS, CHARSETS, charsetOf, countKey, COUNTS, EXACTS, LENGTHS, MANY, PAIRS, SHAPES, VALUES } from './field-levels'
import type { FieldProfile } from './field-profile'
import { chanceInSet, judgeUnlisted } from './field-values'
import { CHARSET, HUGE, LENGTH, PROSE, RANGE, SETTLED, SHAPE, UNSETTLED } from './field-verdict'
import type { FieldVerdict, Tolerance } from './field-verdict'

/** Values up to which a field is judged by its name: by the form of what bears it elsewhere, not by its values. */
const YOUNG = 30
/** Values of the profile that backs a field count as evidence of its own, so many for each that it has itself, where all together are so many times its own. */
const AGREE = 4
const ELDER = 2
/** Hash of the first symbol on the level of characters, after the kinds. */
const SYMBOLS_FROM = 32
/** A symbol that comes in more different numbers than this may come in any. */
const MAX_COUNTS = 3
/** Characters that make a format of a fixed length: a number of one or two digits is a count that may grow. */
const SHORTEST_FORMAT = 3
/** Chance of an unseen exact shape from which on a field's exact shapes are free, and its lengths are asked instead. */
const FREE = 0.4
/** Chance of an unseen shape from which on a field's values are put together freely (tokens, text). */
const COMPOSED = 0.25
/** What no text of words has, on the level of characters: control characters, and symbols that are no punctuation. */
const ODD: readonly number[] = [31 - Math.clz32(CONTROL), ...Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (PROSE & (1 << bit)) === 0).map((bit) => SYMBOLS_FROM + bit)]
const HYPHEN = symbolMask('-')
/** Longer texts are not looked at for capitals and spaces. */
const LONGEST_TYPED = 64
/** What ends and parts sentences. */
const SENTENCE = symbolMask('.,!?')
const LETTERS = LOWER | UPPER | LETTER
/** Shapes from which on numbers with punctuation are written by people, each in his own way, and not by a program. */
const SEVERAL_FORMS = 4

/**
 * Judges one scanned value by what a field has learned, adding what is unusual to `verdict`. One hash look-up for a value whose
 * exact shape is known, five at the most; nothing learned judges nothing.
 * @param backing Profile of the same name over all routes, or `null`.
 * @param floor Values to have been learned before anything is judged.
 */
export function judgeField (own: FieldProfile, scan: ValueScan, backing: FieldProfile | null, floor: number, verdict: FieldVerdict): void {
  const spare = backing === null ? 0 : agreeing(own, backing)
  const n = own.n + spare
  if (backing !== null && n < YOUNG && backing.n >= MANY) {
    judgeForm(backing, scan, own, 0, verdict)
    if (n >= floor && own.items.isOpen(VALUES) && !own.knowsValue(scan)) judgeUnlisted(own, scan, backing, verdict)
    return
  }
  if (n < floor) return
  const isKnown = scan.exact !== 0 && own.items.isOpen(EXACTS) && own.items.knows(EXACTS, scan.exact, own.n)
  if (!isKnown) judgeForm(own, scan, backing, spare, verdict)
  judgeValue(own, scan, backing, spare, verdict)
}

/** Characters, their combination and neighbours, shapes, counts of symbols, length. */
function judgeForm (own: FieldProfile, scan: ValueScan, backing: FieldProfile | null, spare: number, verdict: FieldVerdict): void {
  // Where values may be empty, this one says nothing about what the others look like.
  if (scan.length === 0 && (own.empties > 0 || (backing !== null && backing.empties > 0))) return
  const newKinds = scan.kinds & ~own.kinds
  const newSymbols = scan.symbols & ~own.symbols
  const beyond = isHexadecimal(own) && (backing === null || !backing.items.hasBeyondHex(backing.n)) && scan.hasLetterBeyondHex() ? BEYOND_HEX : 0
  if ((newKinds | newSymbols | beyond) !== 0) {
    const kinds = (backing === null ? newKinds : newKinds & ~backing.kinds) | beyond
    const symbols = backing === null ? newSymbols : newSymbols & ~backing.symbols
    if ((kinds | symbols) !== 0) judgeCharacters(own, scan, kinds, symbols, backing, spare, verdict)
  }
  if (isNew(own, CHARSETS, charsetOf(scan.kinds), backing) && !isComposed(elder(own, backing, spare))) verdict.add(CHARSET, chanceOf(own, CHARSETS, spare, verdict, own.items.isUnheard(CHARSETS, charsetOf(scan.kinds))))
  // What a shape is made of (symbols, their numbers, what stands next to each other) is known with it.
  const isKnownShape = own.items.isOpen(SHAPES) && own.items.knows(SHAPES, scan.shape, own.n)
  if (!isKnownShape) {
    judgeNeighbours(own, scan, backing, spare, verdict)
    if (isNew(own, SHAPES, scan.shape, backing)) verdict.add(SHAPE, chanceOf(own, SHAPES, spare, verdict, own.items.isUnheard(SHAPES, scan.shape)))
  }
  if (own.freedom(EXACTS) >= FREE) {
    if (formatsOf(own, LENGTHS) <= 2 && isNew(own, LENGTHS, scan.length, backing)) judgeExact(own, LENGTHS, scan.length, spare, verdict)
  } else if (scan.exact !== 0 && isNew(own, EXACTS, scan.exact, backing)) {
    judgeExact(own, EXACTS, scan.exact, spare, verdict)
  }
  if (!isKnownShape) judgeCounts(own, scan, newSymbols, backing, spare, verdict)
  const off = distanceFrom(own.length, scan.length)
  if (off !== 0 && (backing === null || backing.n === own.n || distanceFrom(backing.length, scan.length) !== 0)) {
    const octaves = octavesAbove(own.length, scan.length)
    const draws = Math.min(own.n, own.draws) + spare
    const isHuge = backing !== null && octavesAbove(backing.length, scan.length) >= HUGE
    verdict.addDistance(LENGTH, 1 / (Math.max(draws, isHuge ? Math.min(backing.n, backing.draws) : 0) + 2), off, octaves)
  }
}

/**
 * Chance of something new on a level of forms: by the field's own values, corrected by what fields like it do in this application. A character comes to a set with a new value only, and then as
 * often as one of the values so far brought a shape of its own.
 */
function chanceOf (own: FieldProfile, level: number, spare: number, { priors }: FieldVerdict, isUnheard: boolean): number {
  const chance = Math.min(own.unseen(level, spare, isUnheard), level === CHARACTERS ? chanceInSet(own) : 1)
  return priors === null ? chance : Math.min(1, chance * priors.forms.factor(own, level))
}

/**
 * Characters that the field never had. Where new ones are ordinary, as accents and hyphens of names are, those that no text of words has (`<`, `=`, `;`, control
 * characters) are judged by how rare their own sort is, but for values put together of whatever there is.
 */
function judgeCharacters (own: FieldProfile, scan: ValueScan, kinds: number, symbols: number, backing: FieldProfile | null, spare: number, verdict: FieldVerdict): void {
  const isUnheard = isUnheardIn(own, kinds, symbols)
  const chance = chanceOf(own, CHARACTERS, spare, verdict, isUnheard)
  const odd = symbols & ~PROSE
  if (chance < SETTLED || ((kinds & CONTROL) | odd) === 0 || isComposed(elder(own, backing, spare))) verdict.addCharacters(chance, kinds, symbols, isTypedOtherwise(own, scan, kinds, symbols) ? 'typed' : looserOf(own, backing, spare))
  else verdict.addCharacters(own.unseenAmong(ODD, spare, isUnheard), kinds & CONTROL, odd, 'none')
}

/** Whether all that is new is that a value is typed in the other case, or with a capital first or a space behind, as telephones do it. */
function isTypedOtherwise (own: FieldProfile, { kinds: all, text }: ValueScan, kinds: number, symbols: number): boolean {
  if (symbols !== 0) return false
  if (kinds === SPACE) return text.length <= LONGEST_TYPED && !text.trim().includes(' ')
  if ((kinds !== UPPER && kinds !== LOWER) || (own.kinds & (UPPER | LOWER)) === 0) return false
  return (all & (UPPER | LOWER)) === kinds || (kinds === UPPER && text.length <= LONGEST_TYPED && text.slice(1) === text.slice(1).toLowerCase())
}

/** Whether the values are ids of hexadecimal digits: letters and digits put together freely, and no letter beyond `f` among so many. */
function isHexadecimal (own: FieldProfile): boolean {
  return (own.kinds & DIGIT) !== 0 && (own.kinds & (LOWER | UPPER)) !== 0 && !own.items.hasBeyondHex(own.n) && (own.freedom(EXACTS) >= FREE || isComposed(own))
}

/** Whether the values are put together freely: then neither their neighbours nor their combinations of characters say anything. */
function isComposed (own: FieldProfile): boolean { return own.freedom(SHAPES) >= COMPOSED }

/** The profile that knows more: the field's own, or while it has few values, what bears its name elsewhere. */
function elder (own: FieldProfile, backing: FieldProfile | null, spare: number): FieldProfile { return spare > 0 && backing !== null ? backing : own }

/** Known kinds of characters in an unseen place. */
function judgeNeighbours (own: FieldProfile, scan: ValueScan, backing: FieldProfile | null, spare: number, verdict: FieldVerdict): void {
  if (!own.items.isOpen(PAIRS) || isComposed(elder(own, backing, spare))) return
  if (chanceOf(own, PAIRS, spare, verdict, true) >= UNSETTLED) return
  const count = scan.neighbours()
  let fresh = 0
  let isMild = true
  let isUnheard = false
  for (let i = 0; i < count; i++) {
    const pair = scan.pairs[i] as number
    if (!isNew(own, PAIRS, pair, backing)) continue
    fresh++
    if (isMild) isMild = isKin(own, pair)
    if (!isUnheard) isUnheard = own.items.isUnheard(PAIRS, pair)
  }
  if (fresh > 0) verdict.addNeighbours(chanceOf(own, PAIRS, spare, verdict, isUnheard), isMild ? 1 : fresh)
}

/** Whether one of these characters is one that nobody has sent, not even in a flagged request. */
function isUnheardIn ({ items }: FieldProfile, kinds: number, symbols: number): boolean {
  for (let left = kinds; left !== 0; left &= left - 1) if (items.isUnheard(CHARACTERS, 31 - Math.clz32(left & -left))) return true
  for (let left = symbols; left !== 0; left &= left - 1) if (items.isUnheard(CHARACTERS, SYMBOLS_FROM + 31 - Math.clz32(left & -left))) return true
  return false
}

/** Whether the same place is known with a letter for a digit, or a digit for a letter: what holds one mostly holds the other. */
function isKin (own: FieldProfile, pair: number): boolean {
  const kin = kinOf(pair)
  return kin >= 0 && own.items.knows(PAIRS, kin, own.n)
}

/** An unseen exact shape, or length where shapes are free: strong in a field that has only one (a postal code, a UUID); one that came once is an exception, not a second. */
function judgeExact (own: FieldProfile, level: number, hash: number, spare: number, verdict: FieldVerdict): void {
  const formats = formatsOf(own, level) - own.items.once(level)
  verdict.addExact(chanceOf(own, level, spare, verdict, own.items.isUnheard(level, hash)), formats === 1 && (own.lengths?.[1] ?? 0) >= SHORTEST_FORMAT)
}

/** Exact shapes or lengths known, but for that of nothing. */
function formatsOf (own: FieldProfile, level: number): number { return own.items.known(level) - (own.empties > 1 ? 1 : 0) }

/** Symbols: one that is always there and is missing, or one in an unseen number. */
function judgeCounts (own: FieldProfile, scan: ValueScan, fresh: number, backing: FieldProfile | null, spare: number, verdict: FieldVerdict): void {
  const missing = own.always & ~scan.symbols
  if (missing !== 0 && own.filled > 0 && (backing === null || (backing.always & missing) !== 0)) {
    const bit = 31 - Math.clz32(missing)
    // Where it comes in many numbers, or ends sentences put together freely, as full stops of a message do, none is one number more.
    const isFixed = (missing & ~SENTENCE) !== 0 || (numbersOf(own, bit) <= MAX_COUNTS && !isComposed(elder(own, backing, spare)))
    verdict.addCount(((own.spared & missing) === 0 ? 1 : 2) / (Math.min(own.n, own.draws) + spare + 2), bit, isFixed)
    return
  }
  let left = scan.symbols & ~fresh
  while (left !== 0) {
    const bit = 31 - Math.clz32(left)
    left &= ~(1 << bit)
    if (!isNew(own, COUNTS, countKey(bit, scan.counts[bit] as number), backing)) continue
    judgeCount(own, bit, elder(own, backing, spare), spare, verdict)
    return
  }
}

/** In how many numbers a symbol has come, but for those that came once among many. */
function numbersOf ({ items, n }: FieldProfile, bit: number): number {
  let numbers = 0
  for (let number = 1; number < 16; number++) if (items.count(COUNTS, countKey(bit, number)) > (n >= MANY ? 1 : 0)) numbers++
  return numbers
}

/** A symbol in an unseen number: strong where it is always there in the same number, nothing where it comes in many. */
function judgeCount (own: FieldProfile, bit: number, known: FieldProfile, spare: number, verdict: FieldVerdict): void {
  const numbers = numbersOf(own, bit)
  let rare = 0
  let seen = 0
  for (let number = 1; number < 16; number++) {
    const count = own.items.count(COUNTS, countKey(bit, number))
    if (count === 1) rare++
    seen += count
  }
  const isFree = isComposed(known)
  // That all messages so far were one sentence says nothing about the next.
  const isFixed = numbers === 1 && (own.always & (1 << bit)) !== 0 && !(isFree && (SENTENCE & (1 << bit)) !== 0)
  if (numbers > MAX_COUNTS || (!isFixed && isFree)) return
  verdict.addCount((rare + 1) / (Math.min(isFixed ? own.n : seen, own.draws) + spare + 2), bit, isFixed)
}

/** Whether it is one of few values, a number, and a number of a usual magnitude. */
function judgeValue (own: FieldProfile, scan: ValueScan, backing: FieldProfile | null, spare: number, verdict: FieldVerdict): void {
  if (own.items.isOpen(VALUES) && !own.knowsValue(scan)) judgeUnlisted(own, scan, backing, verdict)
  const { texts } = own
  if (Number.isNaN(scan.number)) {
    if (scan.length > 0 && (backing === null || backing.texts * 20 <= backing.filled)) verdict.addText((texts + 1) / (Math.min(own.n, own.draws) + spare + 2), (scan.kinds & ~(DIGIT | SPACE | SYMBOL)) === 0 && (scan.symbols & ~HYPHEN) === 0)
    return
  }
  if (texts * 20 > own.filled) return
  const off = distanceFrom(own.magnitude, scan.number)
  if (off !== 0 && (backing === null || backing.n === own.n || backing.magnitude === EMPTY_RANGE || distanceFrom(backing.magnitude, scan.number) !== 0)) {
    verdict.addDistance(RANGE, 1 / (own.n + spare + 2), off, 0)
  }
}

/** New to the field, and to the profile that backs it. Where that is the younger one (a field judged by all of its name), what it has had once it knows. */
function isNew (own: FieldProfile, level: number, hash: number, backing: FieldProfile | null): boolean {
  if (backing !== null && backing.n < own.n && backing.items.isOpen(level) && backing.items.knows(level, hash, backing.n)) return false
  return own.items.isNew(level, hash, own.n, backing === null ? null : backing.items)
}

/**
 * How many values of the backing profile count as further evidence: as many as the field has itself, where the
 * others have seen at least as many and all that the field has shown is known there.
 */
function agreeing (own: FieldProfile, backing: FieldProfile): number {
  if (own.n >= MANY || backing.n < ELDER * own.n) return 0
  return (own.kinds & ~backing.kinds) === 0 && (own.symbols & ~backing.symbols) === 0 ? Math.min(backing.n - own.n, AGREE * own.n) : 0
}

/** The tolerance of the profile that knows more; of words, that of the name elsewhere where that holds prose: the first letters of a search are words. */
function looserOf (own: FieldProfile, backing: FieldProfile | null, spare: number): Tolerance {
  const tolerance = toleranceOf(elder(own, backing, spare))
  return tolerance === 'words' && backing !== null && toleranceOf(backing) === 'prose' ? 'prose' : tolerance
}

/** New characters that would not be strange: those of codes where most values are numbers, punctuation where the field holds words (letters with spaces, or without digits), that of names where its shapes vary. */
function toleranceOf (own: FieldProfile): Tolerance {
  const { kinds, items } = own
  if ((kinds & LETTERS) === 0 && (kinds & (SPACE | SYMBOL)) !== 0 && items.known(SHAPES) >= SEVERAL_FORMS) return 'phone'
  if ((kinds & LETTERS) === 0 || own.texts * 2 < own.filled) return 'code'
  if ((kinds & SPACE) !== 0 && isComposed(own)) return 'prose'
  if (items.isOpen(SHAPES) && items.known(SHAPES) <= 8 && items.isOpen(EXACTS) && items.known(EXACTS) <= 8) return 'none'
  if ((kinds & DIGIT) === 0) return 'words'
  if ((kinds & SPACE) !== 0) return 'prose'
  return items.known(LENGTHS) > 8 || !items.isOpen(LENGTHS) ? 'name' : 'none'
}
