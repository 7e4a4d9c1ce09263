/** Values kept in clear, at the most; a place that shows more has no enumeration. */
const MAX_LITERALS = 16
/** Longer values are never part of an enumeration. */
const MAX_LITERAL = 64
/** Principals of a literal that are told apart. */
export const MAX_SUPPORT = 3

const NO_TEXTS: readonly string[] = []
const NO_NUMBERS: number[] = []

/** The plain form of `BodyLiterals`: text, times seen, who sent it. */
export type BodyLiteralsJson = [text: string, n: number, principals: number][]

/**
 * The few values of a place, in clear, for `enum` in exported schemas and for passing over what is well known: how often each was seen, and by how
 * many principals (to three). At most 16 values of 64 characters; the owner drops them all where one more comes.
 *
 * Two lists: a map, and an object for each value, take four times the room. A principal is kept as ten bits of its hash.
 */
export class BodyLiterals {
  #texts: readonly string[] = NO_TEXTS
  /** Times seen and a word (support, two tags), in turn. */
  #numbers: number[] = NO_NUMBERS

  get size (): number { return this.#texts.length }

  /**
   * Notes one sighting.
   * @returns Whether there was room for it.
   */
  learn (text: string, principal: number): boolean {
    const at = this.#texts.indexOf(text)
    if (at < 0) return this.#add(text, 1, withTag(0, tagOf(principal)))
    this.#numbers[2 * at] = (this.#numbers[2 * at] as number) + 1
    const word = this.#numbers[2 * at + 1] as number
    if (supportOf(word) < MAX_SUPPORT) this.#numbers[2 * at + 1] = withTag(word, tagOf(principal))
    return true
  }

  /** Times that a text was seen, 0 where fewer than three principals have sent it. */
  shared (text: string): number {
    const at = this.#texts.indexOf(text)
    return at < 0 || supportOf(this.#numbers[2 * at + 1] as number) < MAX_SUPPORT ? 0 : this.#numbers[2 * at] as number
  }

  /** The texts, where each was seen so often and by three principals; else `null`. @param total Times that all together must have been seen. */
  values (least: number, total: number): string[] | null {
    let counted = 0
    for (let at = 0; at < this.#texts.length; at++) {
      const n = this.#numbers[2 * at] as number
      if (n < least || supportOf(this.#numbers[2 * at + 1] as number) < MAX_SUPPORT) return null
      counted += n
    }
    return counted < total || counted === 0 ? null : [...this.#texts]
  }

  /** Adds what others hold. @returns Whether there was room for all. */
  merge (other: BodyLiterals): boolean {
    for (let from = 0; from < other.#texts.length; from++) {
      const text = other.#texts[from] as string
      const n = other.#numbers[2 * from] as number
      const theirs = other.#numbers[2 * from + 1] as number
      const at = this.#texts.indexOf(text)
      if (at < 0) {
        if (!this.#add(text, n, theirs)) return false
        continue
      }
      this.#numbers[2 * at] = (this.#numbers[2 * at] as number) + n
      this.#numbers[2 * at + 1] = united(this.#numbers[2 * at + 1] as number, theirs)
    }
    return true
  }

  /** Only those that three principals have sent. */
  toJSON (): BodyLiteralsJson {
    const json: BodyLiteralsJson = []
    this.#texts.forEach((text, at) => {
      const word = this.#numbers[2 * at + 1] as number
      if (supportOf(word) === MAX_SUPPORT) json.push([text, this.#numbers[2 * at] as number, word])
    })
    return json
  }

  static from (json: BodyLiteralsJson): BodyLiterals {
    const literals = new BodyLiterals()
    for (const [text, n, word] of json) literals.#add(text, n, word)
    return literals
  }

  #add (text: string, n: number, word: number): boolean {
    if (text.length > MAX_LITERAL || this.#texts.length >= MAX_LITERALS) return false
    // `concat` makes lists of just this length; spreading and `push` take room for sixteen more.
    this.#texts = this.#texts.concat(text)
    this.#numbers = this.#numbers.concat(n, word)
    return true
  }
}

/** A word: support (2 bits), two principals' tags (10 each). */
function tagOf (principal: number): number { return (principal ^ (principal >>> 10) ^ (principal >>> 20)) & 1023 }
function supportOf (word: number): number { return word >>> 20 }

function withTag (word: number, tag: number): number {
  const support = supportOf(word)
  if (support === 0) return (1 << 20) | (tag << 10)
  if (((word >>> 10) & 1023) === tag) return word
  if (support === 1) return (2 << 20) | (word & (1023 << 10)) | tag
  return (word & 1023) === tag ? word : (MAX_SUPPORT << 20) | (word & 0xfffff)
}

function united (ours: number, theirs: number): number {
  const support = supportOf(theirs)
  if (support === MAX_SUPPORT) return theirs
  let word = ours
  if (support >= 1) word = withTag(word, (theirs >>> 10) & 1023)
  return support === 2 ? withTag(word, theirs & 1023) : word
}
