/** What kind of text a path segment is. The first five are evidently identifiers: two of them are never two routes. */
export type SegmentType = 'number' | 'uuid' | 'hex' | 'date' | 'token' | 'file' | 'word' | 'value'

const HEX_LENGTH = 12
const TOKEN_LENGTH = 16
/** Changes between letters and digits from which a long text is a random one, not words with a number. */
const TOKEN_CHANGES = 4
const MAX_EXTENSION = 8
/** Characters looked at, at the most. */
const MAX_SCANNED = 512

/** Types whose values are identifiers whatever their number. */
const IDENTIFIERS: ReadonlySet<SegmentType> = new Set<SegmentType>(['number', 'uuid', 'hex', 'date', 'token'])

export function isIdentifier (type: SegmentType): boolean { return IDENTIFIERS.has(type) }

/**
 * The type of one decoded path segment: `number` (digits only), `uuid`, `hex` (12 or more hexadecimal digits, both figures and
 * letters), `date` (begins `YYYY-MM-DD`), `token` (16 or more characters that keep changing between letters and digits), `file`
 * (ends in an extension), `word` (letters, `-` and `_` only), else `value`. One pass, no regular expression.
 */
export function segmentType (segment: string): SegmentType {
  const length = segment.length
  let digits = 0
  let hexLetters = 0
  let letters = 0
  let joints = 0
  let changes = 0
  let previous = 0
  const scanned = Math.min(length, MAX_SCANNED)
  for (let i = 0; i < scanned; i++) {
    const code = segment.charCodeAt(i)
    let kind = 0
    if (code >= 48 && code <= 57) {
      digits++
      kind = 1
    } else if (isLetter(code)) {
      letters++
      if ((code | 32) <= 102) hexLetters++
      kind = 2
    } else if (code === 45 || code === 95) {
      joints++
    }
    if (kind !== 0 && previous !== 0 && kind !== previous) changes++
    if (kind !== 0) previous = kind
  }
  if (digits === scanned && scanned > 0) return 'number'
  if (length === 36 && digits + hexLetters === 32 && hasUuidJoints(segment)) return 'uuid'
  if (digits + hexLetters === scanned && scanned >= HEX_LENGTH && digits > 0) return 'hex'
  if (beginsWithDate(segment)) return 'date'
  const plain = digits + letters + joints === scanned
  if (plain && scanned >= TOKEN_LENGTH && changes >= TOKEN_CHANGES && joints <= scanned / 8) return 'token'
  if (hasExtension(segment)) return 'file'
  return letters > 0 && letters + joints === scanned ? 'word' : 'value'
}

/** The segment with each run of digits as one `#`, or `null` without digits: what `sku-1023` and `sku-1024` share. */
export function digitMask (segment: string): string | null {
  let mask = ''
  let inRun = false
  let found = false
  for (let i = 0; i < segment.length && i < MAX_SCANNED; i++) {
    const code = segment.charCodeAt(i)
    const isDigit = code >= 48 && code <= 57
    if (isDigit && !inRun) mask += '#'
    if (!isDigit) mask += segment.charAt(i)
    inRun = isDigit
    found ||= isDigit
  }
  return found ? mask : null
}

function isLetter (code: number): boolean {
  const lower = code | 32
  return (lower >= 97 && lower <= 122) || code >= 0xc0
}

function hasUuidJoints (segment: string): boolean {
  return segment[8] === '-' && segment[13] === '-' && segment[18] === '-' && segment[23] === '-'
}

function beginsWithDate (segment: string): boolean {
  if (segment.length < 10 || segment[4] !== '-' || segment[7] !== '-') return false
  for (const i of [0, 1, 2, 3, 5, 6, 8, 9]) {
    const code = segment.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  const next = segment.charAt(10)
  return next === '' || next === 'T' || next === ' '
}

function hasExtension (segment: string): boolean {
  const dot = segment.lastIndexOf('.')
  const extension = segment.length - dot - 1
  if (dot <= 0 || extension === 0 || extension > MAX_EXTENSION) return false
  let letters = 0
  for (let i = dot + 1; i < segment.length; i++) {
    const code = segment.charCodeAt(i)
    if (isLetter(code)) letters++
    else if (code < 48 || code > 57) return false
  }
  return letters > 0
}
