/** Flags of a token: space comes before it, */
export const SPACED = 1
/** a comment comes before it, */
export const COMMENTED = 2
/** it is a known word whose letters change case in its midst (`uNiOn`). */
export const MIXED = 4

/** A token being read, and what is remembered from one to the next: where the readers of words, numbers and symbols leave what they found. */
export class Token {
  kind = 0
  /** Number of the known word, 0 for other tokens. */
  word = 0
  flag = 0
  /** Characters looked at a second time, since the object was made. */
  steps = 0
  /** Where the last run ends that was looked at for being encoded. */
  runEnd = 0
  /** Whether a comment was looked for the end of, and had none. */
  noClose = false
}
