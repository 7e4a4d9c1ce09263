import { mayUnescapeMore, unescapedForeign, unescapeOnce } from './escapes'
import { ESCAPE, FOREIGN, TextUnits } from './text-units'

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
  const { signs } = into.load(text)
  if (signs === 0) return false
  let isForeign = (signs & FOREIGN) !== 0
  let isChanged = false
  if ((signs & ESCAPE) !== 0) {
    for (let round = 0; round < ROUNDS; round++) {
      const { length } = into
      const next = unescapeOnce(into.units, length, round === 0)
      isForeign ||= unescapedForeign()
      if (next === length) break
      into.end(next)
      isChanged = true
      if (!mayUnescapeMore()) break
    }
  }
  return (isForeign && fold(into)) || isChanged
}

const scratch = new TextUnits()

/** The text as its interpreter would read it; `text` itself where nothing was hidden. */
export function normalize (text: string): string {
  return loadNormal(text, scratch) ? scratch.slice(0, scratch.length) : text
}

/** NFKC and look-alikes, where there is anything outside ASCII that they change. @returns Whether there was. */
function fold (text: TextUnits): boolean {
  const { units, length } = text
  let needsFolding = false
  let needsMapping = false
  for (let i = 0; i < length; i++) {
    const code = units[i] as number
    if (code < 0xa0) continue
    if (isInvisible(code) || lookAlike(code) !== 0) needsMapping = true
    if (code >= 0x2460 && (code < 0x2500 || (code >= 0xd835 && code <= 0xd83c) || code >= 0xfb00)) needsFolding = true
  }
  if (needsFolding) text.load(text.slice(0, MAX_FOLDED).normalize('NFKC') + text.slice(MAX_FOLDED, length))
  if (needsMapping) text.end(mapLookAlikes(text.units, text.length))
  return needsFolding || needsMapping
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

function isInvisible (code: number): boolean {
  return code === 0xad || (code >= 0x200b && code <= 0x200f) || code === 0x2060 || code === 0xfeff
}

/** ASCII that databases and people's keyboards take a character for, where NFKC does not; 0 for none. */
function lookAlike (code: number): number {
  if (code < 0x2b9) return 0
  if (code === 0x2b9 || code === 0x2bc || code === 0x2032) return 39
  if (code === 0x2215 || code === 0x2044) return 47
  return 0
}
