/** Digits up to which a whole number is exact. */
const EXACT_DIGITS = 15

/** The whole number that a text is from `from` on; -1 where it is none, or has more than 15 digits. Added up digit by digit: to convert a text, V8 leaves compiled code. */
export function wholeNumber (text: string, from: number): number {
  const { length } = text
  if (length === from || length - from > EXACT_DIGITS) return -1
  let whole = 0
  for (let i = from; i < length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    whole = whole * 10 + digit
  }
  return whole
}
