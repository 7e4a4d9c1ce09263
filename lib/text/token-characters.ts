/*
 * What each UTF-16 unit is to the token scanner, as tables: one look-up instead of comparisons.
 */

/** A symbol of ASCII. */
export const C_SYMBOL = 0
/** A letter of ASCII, or `_`. */
export const C_LETTER = 1
export const C_DIGIT = 2
export const C_SPACE = 3
export const C_CONTROL = 4
/** A letter outside ASCII. */
export const C_FOREIGN = 5
/** Any other character outside ASCII; surrogates are such, since outside the basic plane emoji outnumber letters by far. */
export const C_SIGN = 6
/** White space outside ASCII. */
export const C_WIDE_SPACE = 7

/** What `FOLDED` says of letters outside ASCII. */
export const FOREIGN_LETTER = 1

/** Class of each unit. */
export const CLASS = new Uint8Array(65_536)
/** Characters of words: letters of ASCII in lower case, digits and `_` themselves, `FOREIGN_LETTER` for letters outside ASCII; 0 for all others. */
export const FOLDED = new Uint8Array(65_536)
/** Whether a unit is part of a word, for telling what a quote stands between. */
export const IN_WORD = new Uint8Array(65_536)

for (let code = 0; code < 65_536; code++) {
  CLASS[code] = code < 128 ? asciiClass(code) : isForeignLetter(code) ? C_FOREIGN : isForeignSpace(code) ? C_WIDE_SPACE : C_SIGN
  const kind = CLASS[code]
  if (kind === C_LETTER || kind === C_DIGIT) FOLDED[code] = code >= 65 && code <= 90 ? code | 32 : code
  else if (kind === C_FOREIGN) FOLDED[code] = FOREIGN_LETTER
  IN_WORD[code] = FOLDED[code] === 0 ? 0 : 1
}

function asciiClass (code: number): number {
  if (code === 32 || (code >= 9 && code <= 13)) return C_SPACE
  if (code < 32 || code === 127) return C_CONTROL
  if (code >= 48 && code <= 57) return C_DIGIT
  return ((code | 32) >= 97 && (code | 32) <= 122) || code === 95 ? C_LETTER : C_SYMBOL
}

function isForeignLetter (code: number): boolean {
  if (code < 0xc0) return code === 0xaa || code === 0xb5 || code === 0xba
  return code !== 0xd7 && code !== 0xf7 && !(code >= 0x2000 && code < 0x2c00) && !(code >= 0xd800 && code < 0xf900) && code < 0xff00 && !(code >= 0x3000 && code < 0x3040)
}

function isForeignSpace (code: number): boolean {
  return code === 0xa0 || code === 0x1680 || (code >= 0x2000 && code <= 0x200a) || code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000
}

export function isHex (code: number): boolean { return (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 102) }
