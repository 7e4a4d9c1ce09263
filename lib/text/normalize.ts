import { unescapedTraits, unescapeOnce } from './escapes'
import { TextUnits } from './text-units'
import { ESCAPE, FOLDED, isInvisible, lookAlike, MAPPED } from './unit-traits'

/*
 * Undoes what hides an injection from a reader but not from the interpreter that it is meant for: percent-encoding (twice), HTML
 * entities, `\u0027`, `\x27` and `%u0027`, full-width and other compatibility forms (NFKC), and invisible characters. Base64 is undone where a
 * whole value is (base64-text). Comments and white space are the token scanner's business.
 *
 * Bounded: at most `ROUNDS` passes over the text, each linear and never longer than what it was given (but for NFKC, of which the
 * first `MAX_FOLDED` characters are taken). Never throws: what is not well-formed stays as it is.
 */

const ROUNDS = 3
const MAX_FOLDED = 16_384

/** Loads a text as its interpreter would read it. @returns Whether anything was hidden. */
export function loadNormal (text: string, into: TextUnits): boolean {
  let { traits } = into.load(text)
  if (traits === 0) return false
  let isChanged = false
  if ((traits & ESCAPE) !== 0) {
    for (let round = 0; round < ROUNDS && into.signCount > 0; round++) {
      const { length } = into
      unescapeOnce(into)
      traits |= unescapedTraits()
      if (into.length === length) break
      isChanged = true
    }
  }
  return ((traits & (FOLDED | MAPPED)) !== 0 && fold(into, traits)) || isChanged
}

const scratch = new TextUnits()

/** The text as its interpreter would read it; `text` itself where nothing was hidden. */
export function normalize (text: string): string {
  return loadNormal(text, scratch) ? scratch.slice(0, scratch.length) : text
}

/** NFKC and look-alikes, as far as there are any. @returns True, since there are. */
function fold (text: TextUnits, traits: number): boolean {
  if ((traits & FOLDED) !== 0 && !narrow(text)) text.load(text.slice(0, MAX_FOLDED).normalize('NFKC') + text.slice(MAX_FOLDED, text.length))
  if ((traits & MAPPED) !== 0) text.end(mapLookAlikes(text.units, text.length))
  return true
}

const WIDE = 1
const OTHER = 2
/** What NFKC does with a unit: nothing, whatever stands around it (0), or another place of the same table (`WIDE`); of all others it is not said. */
const FOLDING = new Uint8Array(65_536).fill(OTHER)
for (const [from, to] of [[0, 0x9f], [0x3001, 0x3029], [0x3041, 0x3096], [0x30a1, 0x30fa], [0x30fc, 0x30fe], [0x4e00, 0x9fff]] as const) FOLDING.fill(0, from, to + 1)
FOLDING.fill(WIDE, 0xff01, 0xff5f)
/** From a sign of full width to that of ASCII. */
const TO_NARROW = 0xff01 - 0x21

/**
 * NFKC where signs of ASCII in full width are all that it changes, as in most of Japanese and Chinese: without a copy of the text.
 * @returns Whether that is all; else the text is as it was.
 */
function narrow (text: TextUnits): boolean {
  const { units } = text
  const length = Math.min(text.length, MAX_FOLDED)
  let all = 0
  for (let i = 0; i < length; i++) all |= FOLDING[units[i] as number] as number
  if ((all & OTHER) !== 0) return false
  for (let i = 0; i < length; i++) if (FOLDING[units[i] as number] === WIDE) units[i] = (units[i] as number) - TO_NARROW
  text.end(text.length)
  return true
}

/** Leaves out what cannot be seen, and writes look-alikes as what they look like. @returns How long the text is now. */
function mapLookAlikes (units: Uint16Array, length: number): number {
  let out = 0
  for (let i = 0; i < length; i++) {
    const code = units[i] as number
    if (code < 0xa0 || !isInvisible(code)) units[out++] = lookAlike(code) || code
  }
  return out
}
