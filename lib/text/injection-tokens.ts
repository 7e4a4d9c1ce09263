import { knownWord, MEANING_NAMES, meaningOf, WORD_PRIME, WORD_SEED } from './injection-words'

/**
 * Cuts text into tokens as the languages of injections have them: words by what they mean there (injection-words), numbers by
 * kind, symbols by whether space comes before them, quotes by what they stand between, and the symbols of two and three characters that
 * one of SQL, markup, script, shell, path and template languages reads as one. Comments count as space, as they do to a parser.
 *
 * One pass; every character is looked at a constant number of times (`steps` counts them). Long texts come in several calls of
 * `scan`, since the buffers hold `CAPACITY` tokens. Nothing is allocated.
 */

/** Tokens that the buffers hold. */
export const CAPACITY = 512

/** Kinds of tokens: the symbols of ASCII twice (without and with space before), what follows here, then the meanings of words. */
const NAMES = [
  'start', 'end', 'word', 'letter', 'name', 'long', 'foreign', 'id', 'zero-one', 'digit', 'number', 'decimal', 'hex', 'version', 'address', 'loopback', 'private', 'link-local',
  'quote-in', 'quote-open', 'quote-close', 'quote-free', 'double-in', 'double-open', 'double-close', 'double-free',
  '--', '---', '||', '&&', '==', '!=', '<>', '<=', '>=', ':=', '/*', '*/', '/*!', '</', '<!', '<!--', '-->', '<?', '?>', '/>', '<%', '%>',
  '${', '#{', '{{', '}}', '{%', '%}', '$(', '@@', '*{', '../', '..\\', '...', '//', '://', '::', '=>', '->', '\\\\', '()', ')(', '*)', '(|', '(&', '(*', '>>', '<<', '++',
  'newline', 'break', 'control', 'sign', 'handler-like', 'escape', '~{', '@{', '!!', '|;', '[[', ']]', '=-', '<-', '.[', '.(', '?.', '`', '#!', '??', ';;', '<(', '>&', '0.', '$word'
] as const

type Name = typeof NAMES[number]

const FIRST_NAME = 64
/** First number of the kinds that are meanings of words. */
export const FIRST_MEANING = FIRST_NAME + NAMES.length
/** Number of kinds; each fits a byte. */
export const KINDS = FIRST_MEANING + MEANING_NAMES.length

/** Number of a kind by its name, of a meaning by its name, or of a symbol. */
export function kindNamed (name: string): number {
  if (SYMBOLS.includes(name) && name.length === 1 && name !== '`') return SYMBOLS.indexOf(name) * 2
  const at = NAMES.indexOf(name as Name)
  if (at >= 0) return FIRST_NAME + at
  const meaning = MEANING_NAMES.indexOf(name)
  if (meaning < 0) throw new RangeError(`no kind of token is named '${name}'`)
  return FIRST_MEANING + meaning
}

/** Name of a kind, for people. */
export function nameOfKind (kind: number): string {
  if (kind < FIRST_NAME) return SYMBOLS.charAt(kind >> 1)
  if (kind < FIRST_MEANING) return NAMES[kind - FIRST_NAME] as string
  return MEANING_NAMES[kind - FIRST_MEANING] as string
}

const SYMBOLS = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

const START = kindNamed('start')
const END = kindNamed('end')
const WORD = kindNamed('word')
const LETTER = kindNamed('letter')
const NAME = kindNamed('name')
const LONG = kindNamed('long')
const FOREIGN = kindNamed('foreign')
const ID = kindNamed('id')
const ZERO_ONE = kindNamed('zero-one')
const DIGIT = kindNamed('digit')
const NUMBER = kindNamed('number')
const DECIMAL = kindNamed('decimal')
const HEX = kindNamed('hex')
const VERSION = kindNamed('version')
const ADDRESS = kindNamed('address')
const LOOPBACK = kindNamed('loopback')
const PRIVATE = kindNamed('private')
const LINK_LOCAL = kindNamed('link-local')
const QUOTE = kindNamed('quote-in')
const DOUBLE = kindNamed('double-in')
const NEWLINE = kindNamed('newline')
const BREAK = kindNamed('break')
const CONTROL = kindNamed('control')
const SIGN = kindNamed('sign')
const HANDLER_LIKE = kindNamed('handler-like')
const RULE = kindNamed('---')
const ELLIPSIS = kindNamed('...')
const OPEN_COMMENT = kindNamed('/*')
const LIVE_COMMENT = kindNamed('/*!')
const NO_MEANING = 255

/** Flags of a token. */
export const SPACED = 1
/** A comment comes before it. */
export const COMMENTED = 2
/** A known word whose letters change case in its midst (`uNiOn`). */
export const MIXED = 4

// Classes of ASCII characters.
const C_LETTER = 1
const C_DIGIT = 2
const C_SPACE = 3
const C_CONTROL = 4
const CLASS = new Uint8Array(128)
const SYMBOL = new Uint8Array(128)
for (let code = 0; code < 128; code++) {
  CLASS[code] = code === 32 || code === 9 || code === 10 || code === 13 || code === 11 || code === 12
    ? C_SPACE
    : code < 32 || code === 127 ? C_CONTROL : code >= 48 && code <= 57 ? C_DIGIT : (code | 32) >= 97 && (code | 32) <= 122 ? C_LETTER : 0
}
CLASS[95] = C_LETTER
/** Characters of words, letters in lower case; 0 for all others. */
const FOLDED = new Uint8Array(128)
for (let code = 0; code < 128; code++) if (CLASS[code] === C_LETTER || CLASS[code] === C_DIGIT) FOLDED[code] = code >= 65 && code <= 90 ? code | 32 : code
for (let bit = 0; bit < SYMBOLS.length; bit++) SYMBOL[SYMBOLS.charCodeAt(bit)] = bit * 2

/** Symbols of two and three characters: by first character a list of second characters with kind and, for three, third. */
const LONGER = new Map<number, { second: number, third: number, kind: number }[]>()
for (const name of NAMES) {
  if (/[a-z0]/.test(name) || name.length < 2) continue
  const first = name.charCodeAt(0)
  const list = LONGER.get(first) ?? []
  list.push({ second: name.charCodeAt(1), third: name.length > 2 ? name.charCodeAt(2) : 0, kind: kindNamed(name) })
  list.sort((a, b) => b.third - a.third)
  LONGER.set(first, list)
}
/** By first and second character, both ASCII: the kind of the symbol of two, 0 for none. Those of three are looked for where `THREE` says so. */
const TWO = new Uint8Array(128 * 128)
const THREE = new Uint8Array(128)
const THREES: { second: number, third: number, kind: number }[][] = Array.from({ length: 128 }, () => [])
for (const [first, list] of LONGER) {
  for (const { second, third, kind } of list) {
    if (third === 0) TWO[first * 128 + second] = kind
    else THREE[first] = (THREES[first] as object[]).push({ second, third, kind })
  }
}

/** Letters of a word that are hashed. */
const MAX_WORD = 40
/** Words longer than this are ids, hashes and encoded things. */
const LONG_WORD = 24
/** Shortest run of base64url that is taken for one. */
const MIN_ENCODED = 22
/** Longest `onsomething` taken for a handler. */
const MAX_HANDLER = 32

export class TokenScanner {
  /** Kinds of the tokens of the last call. */
  readonly kinds = new Uint8Array(CAPACITY)
  /** Numbers of known words, 0 for other tokens. */
  readonly words = new Uint16Array(CAPACITY)
  readonly flags = new Uint8Array(CAPACITY)
  /** Where in the text each token begins. */
  readonly starts = new Uint32Array(CAPACITY)
  /** Tokens of the last call. */
  count = 0
  /** Characters looked at since the object was made, each time one is. */
  steps = 0
  #noClose = false

  /**
   * Reads tokens from `from` on, up to the capacity.
   * @param to Where to stop; the text's length at the most.
   * @returns Where it stopped: `to`, or where the next call has to go on.
   */
  scan (text: string, from: number, to: number): number {
    const { kinds, words, flags, starts } = this
    let count = 0
    let at = from
    let spaced = 0
    if (from === 0) {
      this.#noClose = false
      this.#runEnd = 0
      kinds[0] = START
      words[0] = 0
      flags[0] = 0
      starts[0] = 0
      count = 1
    }
    while (at < to) {
      if (count > CAPACITY - 4) break
      const code = text.charCodeAt(at)
      const kindOfCode = code < 128 ? CLASS[code] as number : -1
      const start = at
      if (kindOfCode === C_SPACE) {
        at++
        if (code !== 10 && code !== 13) {
          spaced |= SPACED
          continue
        }
        let isBreak = code === 13
        while (at < to && (text.charCodeAt(at) === 10 || text.charCodeAt(at) === 13)) isBreak = text.charCodeAt(at++) === 13 || isBreak
        kinds[count] = isBreak ? BREAK : NEWLINE
        words[count] = 0
        flags[count] = spaced
        starts[count++] = start
        spaced = SPACED
        continue
      }
      let kind: number
      let word = 0
      let flag = spaced
      if (kindOfCode === C_LETTER || (code === 36 && at + 1 < to && isLetter(text.charCodeAt(at + 1)))) {
        let hash = code === 36 ? Math.imul(WORD_SEED ^ 36, WORD_PRIME) : WORD_SEED
        let digits = 0
        let foreign = 0
        let underscores = 0
        let end = code === 36 ? at + 1 : at
        const limit = start + MAX_WORD < to ? start + MAX_WORD : to
        for (; end < limit; end++) {
          const c = text.charCodeAt(end)
          if (c < 128) {
            const folded = FOLDED[c] as number
            if (folded === 0) break
            if (folded < 97) folded < 58 ? digits++ : underscores++
            hash = Math.imul(hash ^ folded, WORD_PRIME)
          } else {
            if (!isForeignLetter(c)) break
            foreign++
          }
        }
        if (end === limit) {
          for (; end < to; end++) {
            const c = text.charCodeAt(end)
            if (c < 128 ? FOLDED[c] === 0 : !isForeignLetter(c)) break
          }
        }
        const length = end - start
        word = length < MAX_WORD && foreign === 0 ? knownWord(hash) : 0
        if (code === 36 && word === 0) {
          // `$name` that is no operator: the sign, then the name.
          kind = (SYMBOL[36] as number) | (spaced & SPACED)
          at = start + 1
        } else {
          at = end
          if (word > 0) {
            kind = FIRST_MEANING + meaningOf(word)
            if (length > 2 && isMixed(text, start, end)) flag |= MIXED
          } else if (length > 4 && length <= MAX_HANDLER && digits === 0 && (code | 32) === 111 && (text.charCodeAt(start + 1) | 32) === 110 && nextIs(text, end, to, 61)) {
            kind = HANDLER_LIKE
          } else if (foreign > 0) {
            kind = FOREIGN
          } else if (length > LONG_WORD) {
            kind = LONG
          } else if (digits > 0) {
            kind = digits > 2 ? ID : NAME
          } else if (length === 1) {
            kind = LETTER
          } else {
            kind = underscores > 0 ? NAME : WORD
          }
          if ((digits > 0 || (end < to && text.charCodeAt(end) === 45)) && start >= this.#runEnd) {
            const run = this.#encodedRun(text, start, to)
            if (run > 0) {
              at = run
              kind = LONG
              word = 0
            }
          }
        }
      } else if (kindOfCode === C_DIGIT) {
        at = this.#number(text, at, to)
        kind = this.#kind
        if (at < to && start >= this.#runEnd && (FOLDED[text.charCodeAt(at) & 127] as number) + (text.charCodeAt(at) === 45 ? 1 : 0) > 0) {
          const run = this.#encodedRun(text, start, to)
          if (run > 0) {
            at = run
            kind = LONG
          }
        }
      } else if (code >= 128) {
        if (isForeignLetter(code)) {
          let end = at + 1
          while (end < to && (text.charCodeAt(end) >= 128 ? isForeignLetter(text.charCodeAt(end)) : CLASS[text.charCodeAt(end)] === C_LETTER)) end++
          at = end
          kind = FOREIGN
        } else {
          at++
          if (isForeignSpace(code)) {
            spaced |= SPACED
            continue
          }
          kind = SIGN
        }
      } else if (kindOfCode === C_CONTROL) {
        at++
        kind = CONTROL
      } else if (code === 39 || code === 34) {
        at++
        // Three and more alike are one, here as with the other symbols: repetition is not evidence.
        if (at + 1 < to && text.charCodeAt(at) === code && text.charCodeAt(at + 1) === code) while (at < to && text.charCodeAt(at) === code) at++
        const before = start > 0 ? text.charCodeAt(start - 1) : 32
        const after = at < to ? text.charCodeAt(at) : 32
        kind = (code === 39 ? QUOTE : DOUBLE) + (isWordCode(before) ? isWordCode(after) ? 0 : 2 : isWordCode(after) ? 1 : 3)
      } else {
        const next = at + 1 < to ? text.charCodeAt(at + 1) : 0
        let length = 1
        kind = 0
        if (code === 47 && next === 42) {
          if (text.charCodeAt(at + 2) === 33 && at + 2 < to) {
            kind = LIVE_COMMENT
            length = 3
            while (at + length < to && length < 9 && CLASS[text.charCodeAt(at + length)] === C_DIGIT) length++
          } else {
            const close = this.#noClose ? -1 : text.indexOf('*/', at + 2)
            if (close >= 0 && close + 2 <= to) {
              at = close + 2
              spaced |= SPACED | COMMENTED
              continue
            }
            if (!this.#noClose) this.steps += to - at
            this.#noClose = true
            kind = OPEN_COMMENT
            length = 2
          }
        } else if (THREE[code] !== 0 && next !== 0) {
          const third = at + 2 < to ? text.charCodeAt(at + 2) : 0
          const candidates = THREES[code] as readonly { second: number, third: number, kind: number }[]
          for (let i = 0; i < candidates.length; i++) {
            const each = candidates[i] as { second: number, third: number, kind: number }
            if (each.second !== next || each.third !== third) continue
            if (each.kind === RULE || each.kind === ELLIPSIS) {
              length = 3
              while (at + length < to && text.charCodeAt(at + length) === code) length++
              if (each.kind === RULE && at + length < to && text.charCodeAt(at + length) === 62 && length === 3) break
            } else {
              length = each.kind === kindBang ? 4 : 3
              if (length === 4 && text.charCodeAt(at + 3) !== 45) {
                length = 1
                continue
              }
            }
            kind = each.kind
            break
          }
        }
        if (kind === 0 && next < 128 && next !== 0 && !(next === code && text.charCodeAt(at + 2) === code)) {
          kind = TWO[code * 128 + next] as number
          if (kind !== 0) length = 2
        }
        if (kind === 0) {
          kind = (SYMBOL[code] as number) | (spaced & SPACED)
          if (next === code && text.charCodeAt(at + 2) === code) while (at + length < to && text.charCodeAt(at + length) === code) length++
        }
        at += length
      }
      kinds[count] = kind
      words[count] = word
      flags[count] = flag
      starts[count++] = start
      spaced = 0
    }
    if (at >= to) {
      kinds[count] = END
      words[count] = 0
      flags[count] = 0
      starts[count++] = to
    }
    this.count = count
    this.steps += at - from
    return at
  }

  #kind = 0
  #runEnd = 0

  /**
   * Where a run of base64url (letters, digits, `-` and `_`) ends that is long and mixed enough to be nothing else; 0 for all others. Its dashes
   * are no comments, and its letters no words. Each run is looked at once.
   */
  #encodedRun (text: string, from: number, to: number): number {
    let at = from
    let lower = 0
    let upper = 0
    let digits = 0
    for (; at < to; at++) {
      const code = text.charCodeAt(at)
      const kind = CLASS7(code)
      if (kind === C_DIGIT) digits++
      else if (kind === C_LETTER && code !== 95) code >= 97 ? lower++ : upper++
      else if (code !== 45 && code !== 95) break
    }
    this.steps += at - from
    this.#runEnd = at
    return at - from >= MIN_ENCODED && ((digits > 1 && upper > 2 && lower > 2) || digits > 5) ? at : 0
  }

  /** Reads a number, an address, a version, or an id that begins with a digit. */
  #number (text: string, from: number, to: number): number {
    let at = from
    let first = 0
    while (at < to && CLASS7(text.charCodeAt(at)) === C_DIGIT) {
      if (at - from < 9) first = first * 10 + text.charCodeAt(at) - 48
      at++
    }
    const digits = at - from
    const code = at < to ? text.charCodeAt(at) : 0
    if (code === 46 && at + 1 < to && CLASS7(text.charCodeAt(at + 1)) === C_DIGIT) return this.#dotted(text, at, to, first)
    if (CLASS7(code) !== C_LETTER || code === 95) {
      this.#kind = digits === 1 ? first < 2 ? ZERO_ONE : DIGIT : NUMBER
      return at
    }
    if ((code | 32) === 120 && digits === 1 && first === 0) {
      let end = at + 1
      while (end < to && isHex(text.charCodeAt(end))) end++
      if (end > at + 1) {
        this.#kind = HEX
        return end
      }
    }
    // Digits that a word follows without space: SQL reads `1or` as two tokens; an id (`5e8f9a`, `3pm`) is one.
    let hash = WORD_SEED
    let end = at
    let more = 0
    for (; end < to; end++) {
      const c = text.charCodeAt(end)
      const k = CLASS7(c)
      if (k === C_DIGIT) more++
      else if (k !== C_LETTER) break
      if (end - at < MAX_WORD) hash = Math.imul(hash ^ (k === C_LETTER && c !== 95 ? c | 32 : c), WORD_PRIME)
    }
    this.steps += end - at
    if (more === 0 && end - at > 1 && knownWord(hash) !== 0) {
      this.#kind = digits === 1 ? first < 2 ? ZERO_ONE : DIGIT : NUMBER
      return at
    }
    this.#kind = end - from > LONG_WORD ? LONG : ID
    return end
  }

  #dotted (text: string, from: number, to: number, first: number): number {
    let at = from
    let dots = 0
    let second = 0
    while (at + 1 < to && text.charCodeAt(at) === 46 && CLASS7(text.charCodeAt(at + 1)) === C_DIGIT) {
      at++
      dots++
      let value = 0
      while (at < to && CLASS7(text.charCodeAt(at)) === C_DIGIT) value = Math.min(9999, value * 10 + text.charCodeAt(at++) - 48)
      if (dots === 1) second = value
    }
    this.steps += at - from
    if (dots === 1) this.#kind = DECIMAL
    else if (dots !== 3) this.#kind = VERSION
    else if (first === 127 || first === 0) this.#kind = LOOPBACK
    else if (first === 169 && second === 254) this.#kind = LINK_LOCAL
    else if (first === 10 || (first === 192 && second === 168) || (first === 172 && second >= 16 && second < 32) || (first === 100 && second === 100)) this.#kind = PRIVATE
    else this.#kind = ADDRESS
    return at
  }
}

const kindBang = kindNamed('<!--')

function CLASS7 (code: number): number { return code < 128 ? CLASS[code] as number : NO_MEANING }

/** Whether letters change case within, but for a capital at the start. */
function isMixed (text: string, start: number, end: number): boolean {
  let changes = 0
  let upper = -1
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if ((code | 32) < 97 || code === 95) continue
    const isUpper = code < 97 ? 1 : 0
    if (isUpper !== upper) changes++
    upper = isUpper
  }
  return changes > 2
}

function isHex (code: number): boolean { return (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 102) }

function isLetter (code: number): boolean { return code < 128 && CLASS[code] === C_LETTER }

function isWordCode (code: number): boolean { return code < 128 ? CLASS[code] === C_LETTER || CLASS[code] === C_DIGIT : isForeignLetter(code) }

/** Letters outside ASCII; surrogates are signs. */
function isForeignLetter (code: number): boolean {
  return code >= 0xc0 ? code !== 0xd7 && code !== 0xf7 && !(code >= 0x2000 && code < 0x2c00) && !(code >= 0xd800 && code < 0xf900) && code < 0xff00 && !(code >= 0x3000 && code < 0x3040) : code === 0xaa || code === 0xb5 || code === 0xba
}

function isForeignSpace (code: number): boolean { return code === 0xa0 || code === 0x1680 || (code >= 0x2000 && code <= 0x200a) || code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000 }

/** Whether the next character but spaces (four at the most) is `code`. */
function nextIs (text: string, from: number, to: number, code: number): boolean {
  for (let at = from; at < to && at < from + 4; at++) {
    const found = text.charCodeAt(at)
    if (found === code) return true
    if (CLASS7(found) !== C_SPACE) return false
  }
  return false
}
