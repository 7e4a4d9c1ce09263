import { boundsOf } from '../stats/octave-range'
import { DIGIT } from '../text/value-shape'
import { isDay } from '../text/value-format'
import type { ValueScan } from '../text/value-shape'
import { EXACTS, MANY, SHAPES, VALUES } from './field-levels'
import type { FieldProfile } from './field-profile'
import type { FieldVerdict } from './field-verdict'

/** Values of which a field has had so many, for each that it knows, that they are taken for few. */
const EACH = 3
/** Numbers of which an enumeration may consist. */
const FEW_NUMBERS = 4
/** Values of its own before which a field is not told to choose among the same as others of its name. */
const FEW = 8
/** Values that make a list which may go on. */
const SEVERAL = 3
/** Values that make a list of codes, if so many are of each form on average. */
const CODES = 8
const ALIKE_CODES = 4
/** Share of its known values that others of its name have sent as well, from which on it chooses among the same. */
const ALIKE = 0.75
/** Values of the others that count as evidence about it, for each that it has itself. */
const AGREE = 4

/**
 * A value that the field does not know, where it has few: by its own values, or by how often fields of few values get another one in this application.
 * What other fields of its name know, where they choose among the same, is not new; that they know it not says little, since one client chooses alike on each route. What a flagged request has shown before is told from what nobody ever sent:
 * the next of the former is as likely as what was seen once, and must not hide the latter (one attack in the learning traffic would open the set).
 */
export function judgeUnlisted (own: FieldProfile, scan: ValueScan, backing: FieldProfile | null, verdict: FieldVerdict): void {
  if (isCounted(own, scan) || isDated(own, scan) || own.kept !== Infinity) return
  const isUnheard = own.items.isUnheard(VALUES, scan.value)
  const isAlike = backing !== null && own.holders === Infinity && isLikewise(own, backing)
  if (isAlike && backing.items.count(VALUES, scan.value) > 0) return
  // What chooses among more values than it has shown yet is no set by itself.
  const isPartial = isAlike && backing.items.known(VALUES) > own.items.known(VALUES)
  const { priors } = verdict
  const experience = isUnheard && !isPartial && priors !== null ? priors.values.chance(own, scan.value) : 1
  const isNext = isLikeOthers(own, scan)
  if (isFew(own) && addValue(own, isUnheard, experience, isNext, verdict)) return
  if (!isUnheard) return
  if (isAlike && isFew(backing) && addShared(own, backing, isNext, verdict)) return
  verdict.addValue(experience, true, true, isNext)
}

/** @param experience Chance by what fields like it do: where that is less than by its own values, it counts. */
function addValue (field: FieldProfile, isUnheard: boolean, experience: number, isNext: boolean, verdict: FieldVerdict): boolean {
  const { items } = field
  const rare = items.rareValues + (isUnheard && field.n >= MANY ? 0 : items.pending(VALUES))
  return verdict.addValue(Math.min(experience, field.unseen(VALUES, 0, isUnheard)), rare === 0 && field.holders === Infinity, isUnheard, isNext)
}

/**
 * The same by the values of all fields of the name, of which this one chooses: what the others have had is evidence about it too, so many values for each that
 * it has itself.
 */
function addShared (own: FieldProfile, backing: FieldProfile, isNext: boolean, verdict: FieldVerdict): boolean {
  const rare = backing.items.rareValues
  const draws = Math.min(backing.n, (1 + AGREE) * own.n)
  return verdict.addValue((rare + 1) / (draws + 2), rare === 0, true, isNext)
}

/** Chance that the next value is another one and brings a shape of its own, for a field of few values none or one of which is rare; 1 for others. Of the values so far, `known(SHAPES)` did (rule of succession). */
export function chanceInSet (own: FieldProfile): number {
  const { items } = own
  if (!isFew(own) || !items.isOpen(SHAPES) || own.holders !== Infinity) return 1
  return items.rareValues > 1 ? 1 : Math.min(1, own.unseen(VALUES, 0) * items.known(SHAPES) / (items.known(VALUES) + 1))
}

/**
 * Whether a value is like others in length and case, and the list is one that goes on: of numbered things (versions, years), or of codes, of which many are of one form
 * (languages, currencies, countries), unlike the words that programmers choose.
 */
function isLikeOthers ({ items, n }: FieldProfile, scan: ValueScan): boolean {
  if (scan.exact === 0 || !items.isOpen(EXACTS) || !items.knows(EXACTS, scan.exact, n)) return false
  const known = items.known(VALUES)
  return (scan.kinds & DIGIT) !== 0 ? known >= SEVERAL : known >= CODES && known >= ALIKE_CODES * items.known(EXACTS)
}

/** Whether the field has few values for how often it was sent, not counting that nothing was entered. */
function isFew ({ items, filled, empties }: FieldProfile): boolean { return filled > 0 && items.isOpen(VALUES) && (items.known(VALUES) - (empties > 0 ? 1 : 0)) * EACH <= filled }

/** Whether the field chooses among the same values as others of its name: most of what it has shown, others have sent as well. */
function isLikewise (own: FieldProfile, backing: FieldProfile): boolean {
  return own.n >= FEW && backing.n > own.n && own.items.isOpen(VALUES) && backing.items.isOpen(VALUES) && own.items.alike(VALUES, backing.items) >= ALIKE
}

/** Whether the value is a day, written as others here were: days pass, and a few of them are no set, though all that was learned came within one or two. */
function isDated ({ items, n }: FieldProfile, scan: ValueScan): boolean {
  return scan.exact !== 0 && items.isOpen(EXACTS) && items.knows(EXACTS, scan.exact, n) && isDay(scan.text)
}

/**
 * Whether the value is a number like others of which more than a few are known, or which follow each other without a gap (pages, ratings, counts):
 * then it is no enumeration, and its range judges it.
 */
function isCounted ({ magnitude, items }: FieldProfile, scan: ValueScan): boolean {
  const bounds = Number.isNaN(scan.number) ? null : boundsOf(magnitude)
  if (bounds === null) return false
  const known = items.known(VALUES)
  const [least, most] = bounds
  return known > FEW_NUMBERS || (known > 2 && most - least < known && Number.isInteger(scan.number))
}
