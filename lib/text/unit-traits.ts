/*
 * What of a UTF-16 unit matters before tokens are read, as one table: one look-up a unit says for a whole text whether anything has to be undone, and where.
 */

/** Characters that an escape begins with: `%`, `&` and the backslash. */
export const ESCAPE = 1
/** Characters that NFKC changes into ASCII, or that stand for such. */
export const FOLDED = 2
/** Characters that cannot be seen, or look like one of ASCII. */
export const MAPPED = 4

/** Traits of each unit, as a sum of those above. */
export const TRAITS = new Uint8Array(65_536)

for (const sign of '%&\\') TRAITS[sign.charCodeAt(0)] = ESCAPE
for (let code = 0xa0; code < 65_536; code++) {
  if (code >= 0x2460 && (code < 0x2500 || (code >= 0xd835 && code <= 0xd83c) || code >= 0xfb00)) TRAITS[code] = FOLDED
  if (isInvisible(code) || lookAlike(code) !== 0) TRAITS[code] = (TRAITS[code] as number) | MAPPED
}

/** Whether nothing is to be seen of a unit: soft hyphens, joiners, marks of direction and order. */
export function isInvisible (code: number): boolean {
  return code === 0xad || (code >= 0x200b && code <= 0x200f) || code === 0x2060 || code === 0xfeff
}

/** ASCII that databases and people's keyboards take a character for, where NFKC does not; 0 for none. */
export function lookAlike (code: number): number {
  if (code < 0x2b9) return 0
  if (code === 0x2b9 || code === 0x2bc || code === 0x2032) return 39
  if (code === 0x2215 || code === 0x2044) return 47
  return 0
}
