import { ibanLength, isAadhaar, isCardNumber, isCpf, isIban, isNir, isResidentNumber, isSocialSecurity } from './checksums'

/** What is looked for in replies, by number. */
export const SECRET_KINDS = ['card', 'iban', 'national_id', 'cloud_key', 'token', 'jwt', 'private_key'] as const
export type SecretKind = typeof SECRET_KINDS[number]

const CARD = 0
const IBAN = 1
const NATIONAL_ID = 2
const CLOUD_KEY = 3
const TOKEN = 4
const JWT = 5
const PRIVATE_KEY = 6

/** A stretch of digits and what parts them (space, dash, dot) is looked at from this length on; a stretch of token characters from that. */
const LEAST_DIGITS = 10
const LEAST_TOKEN = 26
/** Longer stretches are looked at in their first part only. */
const LONGEST = 64
/** Characters within which the string that holds a blob has to end, to be skipped. */
const MOST_BLOB = 16_384
const DIGIT = 1
const PARTING = 2
const WORD = 4
const INSIDE = DIGIT | PARTING
/** Codes of characters. */
const LAST_DIGIT = 57
const LETTER_A = 65
const LETTER_K = 75
const LETTER_S = 83

/** Prefixes of tokens that say what they are: source control, chat, payment, mail, package registries. */
const PREFIXES: readonly string[] = ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_', 'glpat-', 'xoxb-', 'xoxp-', 'xoxa-', 'xapp-', 'sk_live_', 'rk_live_', 'AIza', 'npm_', 'SG.', 'dop_v1_', 'shpat_', 'hf_', 'sk-ant-', 'sk-proj-']

/** How tokens and key blocks begin. */
const BEGINNINGS: readonly string[] = ['eyJ', 'MI', 'nMI', 'b3Bl', 'nb3Bl', ...PREFIXES]
const FIRST = 1
const SECOND = 2
/** By its code whether a character is the first, or the second, of any of them: hardly any stretch needs to be compared with all. */
const BEGINS = new Uint8Array(256)
for (const beginning of BEGINNINGS) {
  BEGINS[beginning.charCodeAt(0)]! |= FIRST
  BEGINS[beginning.charCodeAt(1)]! |= SECOND
}

/** By the character's code; what is beyond ASCII is of no class. */
const CLASS = new Uint8Array(256)
for (let code = 48; code < 58; code++) CLASS[code] = DIGIT | WORD
for (let code = 65; code < 91; code++) CLASS[code] = CLASS[code + 32] = WORD
for (const code of [32, 45, 46]) CLASS[code] = PARTING
for (const code of [45, 46, 95]) CLASS[code] = (CLASS[code] as number) | WORD

/**
 * Counts what should rarely be in a reply: payment cards, bank accounts, national ids with check digits, keys and tokens. Nothing of the text is kept.
 *
 * Linear, without regular expressions: a stretch that is long enough to matter cannot lie between two characters that far apart which do not belong to
 * it, so most of the text is never looked at (R. S. Boyer, J. S. Moore, "A fast string searching algorithm", CACM 20, 1977). Measured on 1 kB of JSON: see
 * docs/hot-path.md. Up to `most` characters are looked at.
 *
 * Found: cards by issuer, length and Luhn digit, also in groups; IBANs by country, length and remainder, also in groups; US social security numbers with
 * dashes, Brazilian CPF with dots, Indian Aadhaar in groups, Chinese resident and French social security numbers; AWS key ids; tokens by well-known
 * prefixes; JSON Web Tokens; PEM private keys.
 *
 * @param counts Takes up what is found, by number of `SECRET_KINDS`; not emptied first. @returns How many things were found.
 * @param codes The text's characters, any byte from 128 on for one beyond ASCII, where the caller has them: what is looked for is found in an array twice as fast as in a string.
 */
export function scanSecrets (text: string, most: number, counts: Uint8Array, codes?: Uint8Array): number {
  // What lies beyond is out of reach for good: a search for a mark that is not there would go through all of it.
  const seen = text.length > most ? text.slice(0, most) : text
  const characters = codes ?? codesOf(seen)
  return scanDigits(characters, seen, seen.length, counts) + scanTokens(characters, seen, seen.length, counts)
}

function codesOf (text: string): Uint8Array {
  const codes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) codes[i] = Math.min(text.charCodeAt(i), 255)
  return codes
}

function classAt (text: string, at: number): number {
  return CLASS[text.charCodeAt(at)] ?? 0
}

/** Stretches of digits with single things between them. */
function scanDigits (codes: Uint8Array, text: string, end: number, counts: Uint8Array): number {
  let found = 0
  let at = 0
  while (at + LEAST_DIGITS <= end) {
    let probe = at + LEAST_DIGITS - 1
    // Letters, and all that is beyond ASCII, have higher codes than digits and what parts them: mostly one comparison is enough.
    if (codes[probe]! > LAST_DIGIT) {
      at = probe + 1
      continue
    }
    while (probe >= at && (CLASS[codes[probe]!]! & INSIDE) !== 0) probe--
    if (probe >= at) {
      at = probe + 1
      continue
    }
    let stop = at + LEAST_DIGITS
    while (stop < end && (CLASS[codes[stop]!]! & INSIDE) !== 0) stop++
    if (stop - at <= LONGEST) found += judgeDigits(text, at, stop, counts)
    at = stop + 1
  }
  return found
}

function judgeDigits (text: string, from: number, to: number, counts: Uint8Array): number {
  while (from < to && (classAt(text, from) & PARTING) !== 0) from++
  while (to > from && (classAt(text, to - 1) & PARTING) !== 0) to--
  if (to - from < LEAST_DIGITS) return 0
  const before = text.charCodeAt(from - 1)
  if (isLetterAt(text, from - 1) || (before === 32 && isLetterAt(text, from - 2))) {
    if (isCapitalOrDigit(text, before === 32 ? from - 2 : from - 1) && judgeAccount(text, from, counts) > 0) return 1
    if (before !== 32) return 0
  }
  // A date has ten characters; of the rest the shortest has eleven.
  if (to - from === LEAST_DIGITS) return 0
  if (isLetterAt(text, to)) return judgeLettered(text, from, to, counts)
  const written = text.slice(from, to)
  if (isSplit(written, ' ')) {
    let found = 0
    for (const part of written.split(' ')) found += judgeNumber(part, counts)
    return found
  }
  return judgeNumber(written, counts)
}

/** Whether spaces part whole numbers, rather than groups of one. */
function isSplit (written: string, by: string): boolean {
  if (!written.includes(by)) return false
  const parts = written.split(by)
  return parts.some((part) => part.length > 6) || parts.length > 7
}

function judgeNumber (written: string, counts: Uint8Array): number {
  const digits = written.length > 26 ? '' : written.replaceAll(' ', '').replaceAll('-', '')
  if (isCardNumber(digits)) return add(counts, CARD)
  const isId = (written.length === 11 && written[3] === '-' && written[6] === '-' && isSocialSecurity(digits)) ||
    (written.length === 14 && written[3] === '.' && written[7] === '.' && written[11] === '-' && isCpf(digits.replaceAll('.', ''))) ||
    (written.length === 14 && written[4] === ' ' && written[9] === ' ' && isAadhaar(digits)) ||
    (written.length === digits.length && (isNir(digits) || isResidentNumber(digits)))
  return isId ? add(counts, NATIONAL_ID) : 0
}

/** Digits with a letter behind them: a check character, or part of a word. */
function judgeLettered (text: string, from: number, to: number, counts: Uint8Array): number {
  if (to + 1 - from !== 18 || isWordAt(text, to + 1)) return 0
  return isResidentNumber(text.slice(from, to + 1)) ? add(counts, NATIONAL_ID) : 0
}

/** Digits with letters before them: the rest of a bank account number, perhaps, with other words around it. */
function judgeAccount (text: string, from: number, counts: Uint8Array): number {
  let start = from
  for (let back = 0; back < 12 && start > 0 && (isCapitalOrDigit(text, start - 1) || (text.charCodeAt(start - 1) === 32 && isCapitalOrDigit(text, start - 2))); back++) start--
  let compact = ''
  let at = start
  for (; at < text.length && compact.length < 35; at++) {
    if (isCapitalOrDigit(text, at)) compact += text.charAt(at)
    else if (text.charCodeAt(at) !== 32) break
  }
  for (let skip = 0; skip + 15 <= compact.length; skip++) if (isIban(compact.slice(skip, skip + ibanLength(compact.slice(skip))))) return add(counts, IBAN)
  return 0
}

/** Stretches of letters, digits, dashes, dots and underscores; AWS key ids, which are shorter, by their own mark. */
function scanTokens (codes: Uint8Array, text: string, end: number, counts: Uint8Array): number {
  let found = 0
  let at = 0
  let quote = -1
  while (at + LEAST_TOKEN <= end) {
    let probe = at + LEAST_TOKEN - 1
    while (probe >= at && (CLASS[codes[probe]!]! & WORD) !== 0) probe--
    if (probe >= at) {
      at = probe + 1
      continue
    }
    let stop = at + LEAST_TOKEN
    while (stop < end && stop - at < LONGEST && (CLASS[codes[stop]!]! & WORD) !== 0) stop++
    found += judgeToken(codes, text, at, stop, counts)
    if (stop - at < LONGEST) {
      at = stop + 1
      continue
    }
    // Looked for again only when passed: or a text of blobs without quotes would be searched to its end for each of them.
    if (quote < stop) quote = nextQuote(text, stop)
    at = quote - stop < MOST_BLOB ? quote + 1 : endOfBlob(text, stop, end)
  }
  return found + scanKeyIds(text, end, counts)
}

/** AWS key ids: `AKIA` and `ASIA` have the end in common, so that one search does for both. */
function scanKeyIds (text: string, end: number, counts: Uint8Array): number {
  let found = 0
  for (let mark = text.indexOf('IA', 2); mark >= 0 && mark < end; mark = text.indexOf('IA', mark + 2)) {
    const kind = text.charCodeAt(mark - 1)
    if ((kind === LETTER_K || kind === LETTER_S) && text.charCodeAt(mark - 2) === LETTER_A && isKeyId(text, mark - 2)) found += add(counts, CLOUD_KEY)
  }
  return found
}

function nextQuote (text: string, from: number): number {
  const quote = text.indexOf('"', from)
  return quote < 0 ? Infinity : quote
}

/**
 * A stretch as long as that is a blob, a JWT or a key block: what follows in the same JSON string is not looked at, so that it costs next to nothing. Where no
 * string ends soon, the stretch's own end.
 */
function endOfBlob (text: string, from: number, end: number): number {
  let stop = from
  while (stop < end && (classAt(text, stop) & WORD) !== 0) stop++
  return stop + 1
}

function judgeToken (codes: Uint8Array, text: string, from: number, to: number, counts: Uint8Array): number {
  const mayBegin = (BEGINS[codes[from]!]! & FIRST) !== 0 && (BEGINS[codes[from + 1]!]! & SECOND) !== 0
  if (mayBegin && text.startsWith('eyJ', from)) return hasTwoDots(text, from) ? add(counts, JWT) : 0
  if (codes[from - 1] === 47 || codes[from - 2] === 45) return judgeKeyBlock(text, from, counts)
  if (!mayBegin) return 0
  if (isKeyText(text, from)) return judgeKeyBlock(text, from, counts)
  for (const prefix of PREFIXES) if (text.startsWith(prefix, from)) return isTokenRest(text, from + prefix.length, to) ? add(counts, TOKEN) : 0
  return 0
}

/** Base64 of a PEM body, behind its escaped or real line feed. */
function isKeyText (text: string, from: number): boolean { return text.startsWith('MI', from) || text.startsWith('nMI', from) || text.startsWith('b3Bl', from) || text.startsWith('nb3Bl', from) }

function judgeKeyBlock (text: string, from: number, counts: Uint8Array): number {
  const head = text.slice(Math.max(0, from - 40), from)
  return head.includes('PRIVATE KEY-----') ? add(counts, PRIVATE_KEY) : 0
}

/** Three parts without anything between them, the first two of some length. */
function hasTwoDots (text: string, from: number): boolean {
  const first = endOfPart(text, from)
  const second = endOfPart(text, first + 1)
  return text.charCodeAt(first) === 46 && text.charCodeAt(second) === 46 && first - from >= 10 && second - first >= 4 && text.charCodeAt(second + 1) !== 46 && (classAt(text, second + 1) & WORD) !== 0
}

/** Where a part of a JWT ends: at a dot, or at what is no token character; at 4,096 characters at the latest. */
function endOfPart (text: string, from: number): number {
  let at = from
  while (at - from < 4096 && (classAt(text, at) & (WORD | PARTING)) !== 0 && text.charCodeAt(at) !== 46 && text.charCodeAt(at) !== 32) at++
  return at
}

/** At least 16 characters, with digits and letters among them: no word in a snake. */
function isTokenRest (text: string, from: number, to: number): boolean {
  let digits = 0
  let capitals = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code >= 48 && code <= 57) digits++
    else if (code >= 65 && code <= 90) capitals++
  }
  return to - from >= 16 && digits > 0 && digits + capitals >= 4
}

function isKeyId (text: string, at: number): boolean {
  if (isWordAt(text, at - 1) || isWordAt(text, at + 20)) return false
  for (let i = at + 4; i < at + 20; i++) if (!isCapitalOrDigit(text, i)) return false
  return true
}

function isLetterAt (text: string, at: number): boolean { return (classAt(text, at) & WORD) !== 0 && (classAt(text, at) & (DIGIT | PARTING)) === 0 }
function isWordAt (text: string, at: number): boolean { return (classAt(text, at) & WORD) !== 0 }
function isCapitalOrDigit (text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90)
}

function add (counts: Uint8Array, kind: number): 1 {
  if ((counts[kind] as number) < 255) counts[kind]!++
  return 1
}
