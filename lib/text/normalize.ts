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
  if ((traits & FOLDED) !== 0) text.load(text.slice(0, MAX_FOLDED).normalize('NFKC') + text.slice(MAX_FOLDED, text.length))
  if ((traits & MAPPED) !== 0) text.end(mapLookAlikes(text.units, text.length))
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
